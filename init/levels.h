/*
 * The order in which services start and stop.  Services of one level start
 * together; the next level starts when all of this one are ready.  Stop levels
 * work the same way: the services of the next level are told to stop when all
 * of this one have ended.  A service that has not ended after its stop_ms is
 * killed, so that the stop as a whole ends.
 */
#ifndef LEVELS_H
#define LEVELS_H

#include <stdbool.h>
#include <stddef.h>

#include "super.h"

enum levels_phase {
	LEVELS_BOOT,
	LEVELS_RUN,
	LEVELS_STOP,
	LEVELS_END,		/* every service is down and stays down */
};

struct levels_row {
	unsigned	start;		/* level, from 0 without gaps */
	unsigned	stop;
};

struct levels {
	struct super		*supers;
	const struct levels_row	*rows;
	size_t			 n;
	unsigned		 ready_level;	/* the last for "ready" */
	enum levels_phase	 phase;
	unsigned		 level;
	bool			 told;		/* this level, to stop */
	/* Whether a level may be told to stop now; NULL: always. */
	bool			(*may_stop)(unsigned level);
};

/* Starts level 0. */
void	levels_boot(struct levels *, struct super *, const struct levels_row *,
	    size_t n, unsigned ready_level);

/*
 * Begins the stop, in any phase.  A second call has no effect.  Before each
 * level, levels_step() calls may_stop() until it returns true.
 */
void	levels_stop(struct levels *);

/*
 * Starts or stops the next levels as far as the services' states allow, and
 * returns the phase.  Call it after every event.
 */
enum levels_phase	levels_step(struct levels *);

/* In LEVELS_RUN: starts all levels after ready_level at once. */
void	levels_rest(struct levels *);

#endif
