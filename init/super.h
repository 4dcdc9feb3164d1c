/*
 * The supervision of one service: a state, an event, and from the table in
 * super.c what to do and the next state.  Everything that touches the system
 * goes through struct super_sys, so that super_test.c plays every event.
 *
 * Time is skalibs' tain; the caller waits until super_deadline() and then
 * says SUPER_TIMER.
 */
#ifndef SUPER_H
#define SUPER_H

#include <sys/types.h>

#include <skalibs/tai.h>

#include <stdbool.h>
#include <stdint.h>

enum super_state {
#define STATE(name, word)	SUPER_##name,
#include "state.def"
#undef STATE
	SUPER_NSTATES,
};

enum super_event {
	SUPER_START,		/* it is wanted */
	SUPER_STOP,		/* it is not wanted any more */
	SUPER_READY,		/* its notification came */
	SUPER_EXIT,		/* it is gone */
	SUPER_REFUSED,		/* it is gone, and will never start (below) */
	SUPER_TIMER,		/* the deadline has passed */
	SUPER_NEVENTS,
};

/* What a listener is told. */
enum super_news {
	SUPER_IS_UP,		/* started */
	SUPER_IS_READY,
	SUPER_IS_DOWN,		/* process gone, will be back */
	SUPER_IS_GONE,		/* process gone, not wanted */
	SUPER_IS_FATAL,		/* it refused to start: the boot has failed */
};

struct super;

struct super_sys {
	/* The new process, or -1: then it counts as one that died at once. */
	pid_t	(*spawn)(struct super *);
	void	(*signal)(struct super *, int signo);
	void	(*news)(struct super *, enum super_news);
};

struct super {
	const struct super_sys	*sys;
	const char		*name;
	unsigned		 stop_ms;	/* from SIGTERM to SIGKILL */
	enum super_state	 state;
	pid_t			 pid;		/* 0 when not running */
	int			 wstat;		/* of its last end */
	bool			 was_ready;	/* once, ever */
	uint32_t		 restarts;
	unsigned		 backoff_ms;	/* the next one */
	tain			 since;		/* start, or end, of the process */
	tain			 deadline;
};

void	super_init(struct super *, const char *name, unsigned stop_ms,
	    const struct super_sys *);
void	super_event(struct super *, enum super_event);

/*
 * The process ended with this wait status.  Exit codes 1 and 100 before it was
 * ever ready mean that another try cannot help: the site is bad or its files
 * are garbage, and its own words are on the log.  So does any end of the
 * fifth try: an appliance that never gets ready must not look as if it ran.
 */
void	super_died(struct super *, int wstat);

/* Says SUPER_TIMER when the deadline is over (STAMP is now). */
void	super_check(struct super *);

#endif
