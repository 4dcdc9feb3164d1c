/*
 * Reaching an appliance that may still be booting, and knowing that it is the
 * one that was meant.
 */
#ifndef REACH_H
#define REACH_H

#include <stdbool.h>
#include <stdint.h>

#include "conn.h"

#define REACH_WAIT_S	30	/* default of --wait */

struct reach {
	struct target	 target;
	char		 where[PATH_MAX + 16];	/* as the user said it */
	char		 name[NAME_MAX_LEN + 1]; /* of `up's; "" otherwise */
	char		 pinned[VKEY_MAX + 1];	/* "" takes any */
	const char	*pinned_by;		/* for messages */
	int64_t		 deadline;		/* CLOCK_MONOTONIC, ms */
};

/*
 * Resolves `on' (NULL: the default name) and pins the key: that of `keyfile'
 * if given, else what `up' saw.  Complains and answers -1.
 */
int	reach_init(struct reach *, const char *on, const char *keyfile,
	    uint64_t wait_s);

/*
 * Connects, trying again until the deadline while nobody answers, and refuses
 * an appliance with another key than the pinned one.  Complains and answers
 * -1.
 */
int	reach_open(const struct reach *, struct conn *, struct hello *);

int64_t	reach_now_ms(void);
void	reach_pause_ms(unsigned);

#endif
