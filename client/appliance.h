/*
 * The appliance that a command is for: where it is, which key it must have,
 * and how long to try while it does not answer or is busy.
 */
#ifndef APPLIANCE_H
#define APPLIANCE_H

#include <stdbool.h>
#include <stdint.h>

#include "backoff.h"
#include "conn.h"
#include "lib/note.h"

#define APPLIANCE_WAIT_S	30	/* default of --wait */
#define APPLIANCE_WAIT_MAX_S	3600

struct appliance {
	struct target	 target;
	char		 where[PATH_MAX + 16];	/* as the user gave it */
	char		 name[NAME_MAX_LEN + 1]; /* of `casemate up', or "" */
	char		 vkey[VKEY_MAX + 1];	/* it must have; "": any */
	const char	*vkey_from;		/* for messages */
	uint64_t	 wait_s;		/* --wait */
	uint64_t	 deadline;		/* of clock_ms() */
	struct backoff	 busy, recorded;	/* for appliance_wait_busy() */
	unsigned	 nrecorded;
	bool		 told;			/* has printed that it waits */
	struct checkpoint shown;		/* by the last connection */
};

/*
 * Resolves `on' (NULL: the default name) and sets the key: that of `keyfile'
 * if it is not NULL, else the one that `up' saw.  Complains and returns -1.
 */
int	appliance_find(struct appliance *, const char *on, const char *keyfile,
	    uint64_t wait_s);

/*
 * Connects, checks the key, and that the ledger has only grown (history.h).
 * Tries again until the deadline while nothing answers.  Complains and
 * returns -1.
 */
int	appliance_connect(struct appliance *, struct conn *, struct hello *);

/* From now on it must have this key, which it has shown itself. */
void	appliance_keep_key(struct appliance *, const char *vkey);

/* The time to wait begins now, for another command. */
void	appliance_restart_wait(struct appliance *);

/*
 * After a refusal as busy: pauses, and returns true when to try again.
 * `recorded': the refusal came with a receipt, so it is a leaf in the ledger
 * and the command is used up; there are few such tries.
 */
bool	appliance_wait_busy(struct appliance *, const char *message,
	    bool recorded);

#endif
