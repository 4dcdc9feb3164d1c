/*
 * The supervision of one service.  For each state and event the table in
 * super.c gives the actions and the next state.  Everything that touches the
 * system goes through struct super_sys, so that super_test.c can test every
 * event.
 *
 * Time is skalibs' tain.  The caller waits until `deadline' at most, then
 * calls super_check().
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
	SUPER_STOP,		/* it is no longer wanted */
	SUPER_READY,		/* its notification came */
	SUPER_EXIT,		/* its process ended */
	SUPER_REFUSED,		/* the same, and a restart cannot help */
	SUPER_TIMER,		/* the deadline has passed */
	SUPER_NEVENTS,
};

/* What listeners are told. */
enum super_news {
	SUPER_IS_UP,		/* started */
	SUPER_IS_READY,
	SUPER_IS_DOWN,		/* process ended, will be restarted */
	SUPER_IS_GONE,		/* process ended, will not be restarted */
	SUPER_IS_FATAL,		/* it refused to start: the boot has failed */
	SUPER_HAS_FAILED,	/* ended without an order; another follows */
};

struct super;

struct super_sys {
	/* Returns the new process, or -1, which counts as an immediate end. */
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
	tain			 since;		/* its start, or its end */
	tain			 deadline;
};

void	super_init(struct super *, const char *name, unsigned stop_ms,
	    const struct super_sys *);
void	super_event(struct super *, enum super_event);

/*
 * The process ended with this wait status.  If it was never ready, exit codes
 * 1 and 100 mean that a restart cannot help: the site is wrong or files are
 * damaged, and the service has logged why.  After five tries any end means the
 * same: an appliance that never becomes ready must not look as if it ran.
 */
void	super_died(struct super *, int wstat);

/* The milliseconds at STAMP since `since'. */
uint64_t	super_age_ms(const struct super *);

/* Whether the delay before its next restart has grown to the longest. */
bool	super_keeps_failing(const struct super *);

/* Raises SUPER_TIMER if the deadline has passed at STAMP. */
void	super_check(struct super *);

#endif
