/*
 * One signed command and the conversation about it, for `casemate run' and
 * all queries: finds the appliance, checks its key, signs the command, talks,
 * tries again while the appliance is busy, and verifies the receipt.
 */
#ifndef SESSION_H
#define SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "appliance.h"
#include "buf.h"
#include "conn.h"
#include "ending.h"
#include "opts.h"
#include "signed.h"
#include "verified.h"

struct session {
	const char	*key, *on, *keyfile;	/* options */
	const char	*label;		/* of --session, or NULL */
	uint64_t	 wait_s;
	struct appliance appliance;
	bool		 key_known;	/* not only from the appliance itself */
	struct signed_command command;
	struct conn	 conn;		/* open while session_talk runs */
	struct ending	 end;		/* as the appliance reported it */
	struct buf	 message;	/* from the appliance */
	struct buf	 receipt;	/* empty: none */
	struct buf	 disclosures;	/* of the receipt's leaf */
};

/*
 * Options of all commands that talk: `at' is the session's offset in the
 * command's struct, `in' the forms that have them.
 */
#define SESSION_OPTS(at, in)						\
	{ "on", 0, OPT_TEXT, (at) + offsetof(struct session, on),	\
	    "WHERE", "the appliance: NAME, vsock:CID:PORT or unix:PATH", \
	    .forms = (in) },						\
	{ "appliance", 'a', OPT_TEXT,					\
	    (at) + offsetof(struct session, keyfile), "KEYFILE",	\
	    "the key that the appliance must have", .forms = (in) },	\
	{ "session", 0, OPT_TEXT,					\
	    (at) + offsetof(struct session, label), "TEXT",		\
	    "for the ledger: a ticket, or who signed in", .forms = (in) }, \
	{ "wait", 0, OPT_NUMBER, (at) + offsetof(struct session, wait_s), \
	    "SECONDS", "how long to try", .forms = (in),		\
	    .max = APPLIANCE_WAIT_MAX_S }

/*
 * Sends the request and reads up to its end, over s->conn.  0 when the
 * appliance ended it as the protocol says: s->end, message and receipt are
 * filled.  Complains and returns -1.
 */
typedef int session_talk(struct session *, void *ctx);

/*
 * Checks the options, and finds the appliance and the key that it must have.
 * Complains and returns -1.
 */
int	session_open(struct session *);

/*
 * Signs a command of this verb and its fields and talks about it.  Tries
 * again while the appliance is busy: with the same command, or with a new one
 * when the refusal was recorded.  0: it has ended; a refusal has been printed,
 * and nothing is verified yet.  Complains and returns -1.
 */
int	session_run(struct session *, const struct command *, session_talk *,
	    void *ctx);

/* Keeps the receipt that ends the conversation, and its disclosures. */
void	session_keep_receipt(struct session *, const struct bytes *receipt,
	    const struct bytes *disclosures);

/* Fills the session from a REFUSED.  -1 when it is malformed. */
int	session_get_refused(struct session *, struct get *);

/*
 * Verifies the receipt and its disclosures, that its leaf is this command's and
 * records the same end, and that its checkpoint follows those seen before.
 * Complains and returns -1.  verified_free() in any case.
 */
int	session_verify(const struct session *, struct verified *);

void	session_free(struct session *);

#endif
