/*
 * The event loop: signals, deadlines, ends of processes, readiness
 * notifications and control FIFOs of supervised services, on skalibs' iopause
 * and self-pipe.  init runs it with the appliance's services; the tests run it
 * with others.
 */
#ifndef WATCH_H
#define WATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "super.h"
#include "svdir.h"

#define WATCH_MAX	8
#define NOTICE_MAX	128
#define WATCH_EXTRAS	3

/* Another descriptor and what to call when it can be read or written. */
struct watch_extra {
	int		 fd;			/* or -1 */
	bool		 write;
	void		(*on_event)(void);
};

struct watch {
	struct super	 supers[WATCH_MAX];
	size_t		 n;
	int		 signals;		/* selfpipe's */
	int		 notify[WATCH_MAX];	/* reading ends, or -1 */
	/* The text before the newline of a service's notification. */
	char		 notice[WATCH_MAX][NOTICE_MAX];
	struct svdir	 dirs[WATCH_MAX];
	bool		 failing;		/* poll(2) fails */
	struct watch_extra extras[WATCH_EXTRAS];
	tain		 deadline;		/* to return at, or infinite */
	void		(*on_stop)(int signo);	/* SIGTERM or SIGPWR came */
};

/*
 * Call it first: from here on SIGCHLD, SIGTERM and SIGPWR are queued
 * for watch_turn().  Sets STAMP.  Returns 0, or -1 with errno.
 */
int	watch_init(struct watch *);

/* Adds a service and returns its index. */
size_t	watch_add(struct watch *, const char *name, unsigned stop_ms,
	    const struct super_sys *);

size_t	watch_index(const struct watch *, const struct super *);

/*
 * Makes the notification pipe for a start of service i.  Returns the end for
 * the service, or -1.  Text before the newline goes to notice[i].
 */
int	watch_notify_pipe(struct watch *, size_t i);

/*
 * Waits for events and handles them.  If poll(2) fails, it calls on_stop
 * with 0, once, and polls 100 times a second from then on.
 */
void	watch_turn(struct watch *);

#endif
