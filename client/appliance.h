/*
 * Reaching an appliance that may still be booting, and knowing that it is the
 * one that was meant.
 */
#ifndef REACH_H
#define REACH_H

#include <stdbool.h>
#include <stdint.h>

#include "backoff.h"
#include "conn.h"

#define REACH_WAIT_S	30	/* default of --wait */

struct reach {
	struct target	 target;
	char		 where[PATH_MAX + 16];	/* as the user said it */
	char		 name[NAME_MAX_LEN + 1]; /* of `up's; "" otherwise */
	char		 pinned[VKEY_MAX + 1];	/* "" takes any */
	const char	*pinned_by;		/* for messages */
	uint64_t	 wait_s;		/* --wait */
	uint64_t	 deadline;		/* of clock_ms() */
	struct backoff	 busy, recorded;	/* see reach_busy() */
	unsigned	 nrecorded;
	bool		 told;			/* that it waits */
};

/*
 * Resolves `on' (NULL: the default name) and pins the key: that of `keyfile'
 * if given, else what `up' saw.  Complains and returns -1.
 */
int	reach_init(struct reach *, const char *on, const char *keyfile,
	    uint64_t wait_s);

/*
 * Connects, trying again until the deadline while nobody answers, and refuses
 * an appliance with another key than the pinned one.  Complains and answers
 * -1.
 */
int	reach_open(struct reach *, struct conn *, struct hello *);

/* The time to wait begins now, for another order. */
void	reach_restart(struct reach *);

/*
 * After a refusal of an order as busy: pauses, and returns true when it is to
 * be tried again.  `recorded': the refusal came with a receipt, so it is a
 * leaf of the ledger and the order is used up; there are few such tries.
 */
bool	reach_busy(struct reach *, const char *message, bool recorded);

void	reach_pause_ms(unsigned);

#endif
