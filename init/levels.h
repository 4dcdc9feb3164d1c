/*
 * What starts after what, and what ends before what.  Services of one level
 * start together; the next level starts when all of this one are ready.  At
 * the end the stop levels go the same way: the next is told to stop when all
 * of this one are gone.  Each service has its own time to do so (stop_ms),
 * after which it is killed, so the whole has an end.
 */
#ifndef ORDER_H
#define ORDER_H

#include <stddef.h>

#include "super.h"

enum order_phase {
	ORDER_BOOT,
	ORDER_RUN,
	ORDER_STOP,
	ORDER_END,		/* every service is down, for good */
};

struct order_row {
	unsigned	start;		/* level, from 0 without gaps */
	unsigned	stop;
};

struct order {
	struct super		*supers;
	const struct order_row	*rows;
	size_t			 n;
	unsigned		 ready_level;	/* the last one "ready" needs */
	enum order_phase	 phase;
	unsigned		 level;
};

/* Starts level 0. */
void	order_boot(struct order *, struct super *, const struct order_row *,
	    size_t n, unsigned ready_level);

/* Begins the stop; again and in any phase: no effect the second time. */
void	order_stop(struct order *);

/*
 * Goes on as far as the services' states allow; call after every event.
 * Answers the phase.
 */
enum order_phase	order_step(struct order *);

/* Starts what comes after ready_level, all at once; only in ORDER_RUN. */
void	order_rest(struct order *);

#endif
