/*
 * The event loop: signals, deadlines, ends of processes, readiness
 * notifications and control FIFOs of any number of supervised services, on
 * skalibs' iopause and self-pipe.  init is this loop with the appliance's
 * services; the tests run it with others.
 */
#ifndef WATCH_H
#define WATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "super.h"
#include "svdir.h"

#define WATCH_MAX	8
#define NOTICE_MAX	128

struct watch {
	struct super	 supers[WATCH_MAX];
	size_t		 n;
	int		 signals;		/* selfpipe's */
	int		 notify[WATCH_MAX];	/* reading ends, or -1 */
	/* What a service said before the newline of its notification. */
	char		 notice[WATCH_MAX][NOTICE_MAX];
	struct svdir	 dirs[WATCH_MAX];
	bool		 failing;		/* it cannot wait any more */
	int		 extra;			/* another descriptor, or -1 */
	void		(*on_signal)(int signo);	/* but SIGCHLD */
	void		(*on_extra)(void);
};

/*
 * Must come before anything that a signal could reach: from here SIGCHLD,
 * SIGTERM, SIGINT and SIGPWR wait to be read.  Sets the clock (STAMP).
 * 0, or -1 with errno.
 */
int	watch_init(struct watch *);

/* Adds a service; answers its index. */
size_t	watch_add(struct watch *, const char *name, unsigned stop_ms,
	    const struct super_sys *);

size_t	watch_index(const struct watch *, const struct super *);

/*
 * A notification pipe for a start of service i: the end to give away, or -1.
 * Text that comes before its newline goes to notice[i].
 */
int	watch_notify_pipe(struct watch *, size_t i);

/*
 * Waits for something and deals with it.  When it cannot wait it says SIGTERM
 * to itself, once, and goes on without waiting.
 */
void	watch_turn(struct watch *);

#endif
