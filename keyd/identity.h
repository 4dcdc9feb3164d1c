/*
 * What belongs together on a data disk: the appliance's key, the name that it
 * was made for, and the ledger whose checkpoints it signs.  With another name
 * or another disk's ledger, receipts of one appliance would disagree; with an
 * older copy of keyd's files, a command could be granted twice.
 *
 * The name is the file `name', which is made before the key.  A disk from
 * before this file was there has the name in its ledger only; it is recorded
 * once keyd has seen that ledger.
 */
#ifndef IDENTITY_H
#define IDENTITY_H

#include "head.h"
#include "lib/note.h"
#include "lib/why.h"

/* Records the name of a key, "casemate/NAME".  Returns 0, or -1 with *w. */
int	identity_save(int dirfd, const char *name, struct why *w);

/* Reads it; "" if none is recorded.  Returns -1 with *w if it is damaged. */
int	identity_load(int dirfd, char name[NOTE_NAME_MAX + 1], struct why *w);

/* Returns 0 if the site's name is the recorded one, else -1 with *w. */
int	identity_check_name(const char *recorded, const char *site,
	    struct why *w);

/* The ledger as ledgerd has opened it. */
struct identity_ledger {
	const char	*source;	/* of its last leaf; "": no leaf */
	struct bytes	 checkpoint;	/* its newest one, or empty */
};

/* Returns 0 if the ledger is of this key and not newer than `head'. */
int	identity_check_ledger(const struct identity_ledger *,
	    const struct note_key *, const struct head *, struct why *w);

#endif
