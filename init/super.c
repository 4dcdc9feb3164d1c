#include "super.h"

#include <sys/wait.h>

#include <signal.h>
#include <string.h>

#include "lib/log.h"

#define READY_MS	30000	/* enough to check the ledger of a full disk */
#define STABLE_MS	10000	/* after this the back-off is reset */
#define BACKOFF_MS	100
#define BACKOFF_MAX_MS	5000
#define GONE_MS		1000	/* from SIGKILL to the end */
#define FIRST_TRIES	5	/* of a service that was never ready */
#define ACTIONS		4

static void
arm(struct super *s, unsigned ms)
{
	tain wait;

	tain_from_millisecs(&wait, (int)ms);
	tain_add_g(&s->deadline, &wait);
}

static void
do_disarm(struct super *s)
{
	s->deadline = tain_infinite;
}

static void
do_spawn(struct super *s)
{
	pid_t pid = s->sys->spawn(s);

	s->since = STAMP;
	s->pid = pid == -1 ? 0 : pid;
	arm(s, READY_MS);
	if (s->pid != 0)
		s->sys->news(s, SUPER_IS_UP);
}

static void
do_ready(struct super *s)
{
	s->was_ready = true;
	s->since = STAMP;
	arm(s, STABLE_MS);
	if (s->restarts != 0)
		log_info("%s is ready again", s->name);
	s->sys->news(s, SUPER_IS_READY);
}

static void
do_stable(struct super *s)
{
	s->backoff_ms = BACKOFF_MS;
}

static void
do_backoff(struct super *s)
{
	unsigned next = s->backoff_ms * 2;

	log_info("%s starts again in %u ms", s->name, s->backoff_ms);
	arm(s, s->backoff_ms);
	s->backoff_ms = next < BACKOFF_MAX_MS ? next : BACKOFF_MAX_MS;
	s->restarts++;
}

static void
do_term(struct super *s)
{
	s->sys->signal(s, SIGTERM);
	s->sys->signal(s, SIGCONT);
	arm(s, s->stop_ms);
}

static void
do_kill(struct super *s)
{
	log_info("%s does not end: killed", s->name);
	s->sys->signal(s, SIGKILL);
	arm(s, GONE_MS);
}

static void
do_late(struct super *s)
{
	log_info("%s is not ready after %u s: killed; is the disk or the host "
	    "slow?", s->name, READY_MS / 1000);
	s->sys->signal(s, SIGKILL);
	do_disarm(s);
}

static void
do_lost(struct super *s)
{
	log_info("%s (process %d) cannot be killed", s->name, (int)s->pid);
	s->pid = 0;
}

static void
do_down(struct super *s)
{
	s->pid = 0;
	s->since = STAMP;
	s->sys->news(s, SUPER_IS_DOWN);
}

static void
do_gone(struct super *s)
{
	s->pid = 0;
	s->since = STAMP;
	do_disarm(s);
	s->sys->news(s, SUPER_IS_GONE);
}

static void
do_fatal(struct super *s)
{
	do_gone(s);
	s->sys->news(s, SUPER_IS_FATAL);
}

/* Reports how a service ended before it was stopped. */
static void
do_report(struct super *s)
{
	s->sys->news(s, SUPER_HAS_FAILED);
	if (s->pid == 0)
		return;		/* spawn said why */
	if (WIFSIGNALED(s->wstat))
		log_info("%s was killed by signal %d", s->name,
		    WTERMSIG(s->wstat));
	else
		log_info("%s ended with exit code %d", s->name,
		    WEXITSTATUS(s->wstat));
}

struct transition {
	enum super_state	 next;
	void			(*actions[ACTIONS])(struct super *);
};

#define IGNORE(state)	{ state, { 0 } }

static const struct transition table[SUPER_NSTATES][SUPER_NEVENTS] = {
[SUPER_DOWN] = {
	[SUPER_START] =	{ SUPER_STARTING, { do_spawn } },
	[SUPER_STOP] =	{ SUPER_DOWN, { do_gone } },
	[SUPER_READY] =	IGNORE(SUPER_DOWN),
	[SUPER_EXIT] =	IGNORE(SUPER_DOWN),
	[SUPER_REFUSED] = IGNORE(SUPER_DOWN),
	[SUPER_TIMER] =	{ SUPER_DOWN, { do_disarm } },
},
[SUPER_STARTING] = {
	[SUPER_START] =	IGNORE(SUPER_STARTING),
	[SUPER_STOP] =	{ SUPER_STOPPING, { do_term } },
	[SUPER_READY] =	{ SUPER_UP, { do_ready } },
	[SUPER_EXIT] =	{ SUPER_WAITING, { do_report, do_down, do_backoff } },
	[SUPER_REFUSED] = { SUPER_DOWN, { do_report, do_fatal } },
	[SUPER_TIMER] =	{ SUPER_STARTING, { do_late } },
},
[SUPER_UP] = {
	[SUPER_START] =	IGNORE(SUPER_UP),
	[SUPER_STOP] =	{ SUPER_STOPPING, { do_term } },
	[SUPER_READY] =	IGNORE(SUPER_UP),
	[SUPER_EXIT] =	{ SUPER_WAITING, { do_report, do_down, do_backoff } },
	[SUPER_REFUSED] = { SUPER_WAITING,
			    { do_report, do_down, do_backoff } },
	[SUPER_TIMER] =	{ SUPER_UP, { do_stable, do_disarm } },
},
[SUPER_WAITING] = {
	[SUPER_START] =	{ SUPER_STARTING, { do_spawn } },
	[SUPER_STOP] =	{ SUPER_DOWN, { do_gone } },
	[SUPER_READY] =	IGNORE(SUPER_WAITING),
	[SUPER_EXIT] =	IGNORE(SUPER_WAITING),
	[SUPER_REFUSED] = IGNORE(SUPER_WAITING),
	[SUPER_TIMER] =	{ SUPER_STARTING, { do_spawn } },
},
[SUPER_STOPPING] = {
	[SUPER_START] =	IGNORE(SUPER_CYCLING),
	[SUPER_STOP] =	IGNORE(SUPER_STOPPING),
	[SUPER_READY] =	IGNORE(SUPER_STOPPING),
	[SUPER_EXIT] =	{ SUPER_DOWN, { do_gone } },
	[SUPER_REFUSED] = { SUPER_DOWN, { do_gone } },
	[SUPER_TIMER] =	{ SUPER_KILLED, { do_kill } },
},
[SUPER_CYCLING] = {
	[SUPER_START] =	IGNORE(SUPER_CYCLING),
	[SUPER_STOP] =	IGNORE(SUPER_STOPPING),
	[SUPER_READY] =	IGNORE(SUPER_CYCLING),
	[SUPER_EXIT] =	{ SUPER_STARTING, { do_down, do_spawn } },
	[SUPER_REFUSED] = { SUPER_STARTING, { do_down, do_spawn } },
	[SUPER_TIMER] =	{ SUPER_CYCLING, { do_kill, do_disarm } },
},
[SUPER_KILLED] = {
	[SUPER_START] =	IGNORE(SUPER_CYCLING),
	[SUPER_STOP] =	IGNORE(SUPER_KILLED),
	[SUPER_READY] =	IGNORE(SUPER_KILLED),
	[SUPER_EXIT] =	{ SUPER_DOWN, { do_gone } },
	[SUPER_REFUSED] = { SUPER_DOWN, { do_gone } },
	[SUPER_TIMER] =	{ SUPER_DOWN, { do_lost, do_gone } },
},
};

void
super_init(struct super *s, const char *name, unsigned stop_ms,
    const struct super_sys *sys)
{
	memset(s, 0, sizeof(*s));
	s->sys = sys;
	s->name = name;
	s->stop_ms = stop_ms;
	s->backoff_ms = BACKOFF_MS;
	s->since = STAMP;
	s->deadline = tain_infinite;
}

/*
 * The state changes before the actions run, so that news() sees the new
 * state.
 */
void
super_event(struct super *s, enum super_event event)
{
	const struct transition *row = &table[s->state][event];

	s->state = row->next;
	for (int i = 0; i < ACTIONS && row->actions[i] != NULL; i++)
		row->actions[i](s);
	if (s->state == SUPER_STARTING && s->pid == 0)
		super_event(s, SUPER_EXIT);
}

void
super_died(struct super *s, int wstat)
{
	bool refused = WIFEXITED(wstat) &&
	    (WEXITSTATUS(wstat) == EXIT_REFUSED ||
	    WEXITSTATUS(wstat) == EXIT_USAGE);

	if (s->restarts + 1 >= FIRST_TRIES)
		refused = true;
	s->wstat = wstat;
	super_event(s, refused && !s->was_ready ? SUPER_REFUSED : SUPER_EXIT);
}

uint64_t
super_age_ms(const struct super *s)
{
	tain age;

	tain_sub(&age, &STAMP, &s->since);
	return tain_sec(&age).x * 1000 + tain_nano(&age) / 1000000;
}

bool
super_keeps_failing(const struct super *s)
{
	return s->backoff_ms == BACKOFF_MAX_MS;
}

void
super_check(struct super *s)
{
	if (!tain_future(&s->deadline))
		super_event(s, SUPER_TIMER);
}
