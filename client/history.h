/*
 * Whether an appliance's ledger has only grown since this user saw it last:
 * asked on each connection, before anything else is sent.  A ledger that went
 * back, or has another past than the one that was shown, is refused.
 */
#ifndef HISTORY_H
#define HISTORY_H

#include <stddef.h>

#include "conn.h"
#include "lib/note.h"
#include "lib/tree.h"

/* How a checkpoint relates to one that was seen before. */
enum history_verdict {
	HISTORY_GROWN,		/* or the same */
	HISTORY_WENT_BACK,	/* fewer leaves */
	HISTORY_FORKED,		/* as many, but others */
	HISTORY_UNPROVEN,	/* more, and the proof does not hold */
};

/* The proof is from the size that was seen to that of now. */
enum history_verdict history_judge(const struct checkpoint *seen,
		    const struct checkpoint *now, const struct proof *);

/*
 * Asks for the newest checkpoint, compares it with those that are kept for this
 * vkey, and keeps it.  Fills *now.  `where' is the appliance in messages.
 * CONN_LATER with *w when it is busy; complains and returns CONN_NEVER.
 */
enum conn_result history_check(struct conn *, const char *vkey,
		    const char *where, struct checkpoint *now, struct why *w);

/*
 * Keeps the checkpoint of a receipt, or one alone, that is verified, if it is
 * the newest.  Complains and returns -1 when it contradicts those that are kept
 * or *shown, which the same connection has shown.
 */
int	history_add_note(const char *vkey, const char *where,
	    struct bytes note, const struct checkpoint *shown);
int	history_add_receipt(const char *vkey, const char *where,
	    const void *receipt, size_t len, const struct checkpoint *shown);

#endif
