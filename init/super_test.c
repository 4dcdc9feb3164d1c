/*
 * Every state with every event.  The system is played: a spawn gives the next
 * number, signals and news are written down as letters.
 */
#include "super.h"

#include <atf-c.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#define EXITED(code)	((code) << 8)

static char	log_text[256];
static pid_t	next_pid = 100;
static struct super s;

static void
note(const char *what)
{
	strncat(log_text, what, sizeof(log_text) - strlen(log_text) - 1);
}

static pid_t
fake_spawn(struct super *sv)
{
	(void)sv;
	note(next_pid == -1 ? "nospawn " : "spawn ");
	return next_pid;
}

static void
fake_signal(struct super *sv, int signo)
{
	(void)sv;
	note(signo == SIGTERM ? "term " : signo == SIGKILL ? "kill " :
	    signo == SIGCONT ? "cont " : "signal ");
}

static void
fake_news(struct super *sv, enum super_news news)
{
	static const char *const words[] = {
		[SUPER_IS_UP] = "up ", [SUPER_IS_READY] = "ready ",
		[SUPER_IS_DOWN] = "down ", [SUPER_IS_GONE] = "gone ",
		[SUPER_IS_FATAL] = "fatal ", [SUPER_HAS_FAILED] = "failed ",
	};

	(void)sv;
	note(words[news]);
}

static const struct super_sys sys = { fake_spawn, fake_signal, fake_news };

static void
go(enum super_state state)
{
	super_init(&s, "x", 700, &sys);
	next_pid = 100;
	if (state != SUPER_DOWN)
		super_event(&s, SUPER_START);
	if (state == SUPER_UP)
		super_event(&s, SUPER_READY);
	if (state == SUPER_WAITING)
		super_died(&s, EXITED(111));
	if (state == SUPER_STOPPING || state == SUPER_CYCLING ||
	    state == SUPER_KILLED)
		super_event(&s, SUPER_STOP);
	if (state == SUPER_CYCLING)
		super_event(&s, SUPER_START);
	if (state == SUPER_KILLED)
		super_event(&s, SUPER_TIMER);
	ATF_REQUIRE_EQ(state, s.state);
	log_text[0] = '\0';
}

static void
check(enum super_state from, enum super_event event, enum super_state to,
    const char *did)
{
	go(from);
	super_event(&s, event);
	ATF_CHECK_MSG(s.state == to, "state %d, event %d: to %d and not %d",
	    from, event, s.state, to);
	ATF_CHECK_MSG(strcmp(did, log_text) == 0, "state %d, event %d: did "
	    "\"%s\" and not \"%s\"", from, event, log_text, did);
}

static unsigned
deadline_ms(void)
{
	tain left;

	tain_sub(&left, &s.deadline, &STAMP);
	return (unsigned)tain_to_millisecs(&left);
}

ATF_TC_WITHOUT_HEAD(down);
ATF_TC_BODY(down, tc)
{
	check(SUPER_DOWN, SUPER_START, SUPER_STARTING, "spawn up ");
	check(SUPER_DOWN, SUPER_STOP, SUPER_DOWN, "gone ");
	check(SUPER_DOWN, SUPER_READY, SUPER_DOWN, "");
	check(SUPER_DOWN, SUPER_EXIT, SUPER_DOWN, "");
	check(SUPER_DOWN, SUPER_REFUSED, SUPER_DOWN, "");
	check(SUPER_DOWN, SUPER_TIMER, SUPER_DOWN, "");
}

ATF_TC_WITHOUT_HEAD(starting);
ATF_TC_BODY(starting, tc)
{
	check(SUPER_STARTING, SUPER_START, SUPER_STARTING, "");
	check(SUPER_STARTING, SUPER_STOP, SUPER_STOPPING, "term cont ");
	check(SUPER_STARTING, SUPER_READY, SUPER_UP, "ready ");
	check(SUPER_STARTING, SUPER_EXIT, SUPER_WAITING, "failed down ");
	check(SUPER_STARTING, SUPER_REFUSED, SUPER_DOWN, "failed gone fatal ");
	check(SUPER_STARTING, SUPER_TIMER, SUPER_STARTING, "kill ");
}

ATF_TC_WITHOUT_HEAD(up);
ATF_TC_BODY(up, tc)
{
	check(SUPER_UP, SUPER_START, SUPER_UP, "");
	check(SUPER_UP, SUPER_STOP, SUPER_STOPPING, "term cont ");
	check(SUPER_UP, SUPER_READY, SUPER_UP, "");
	check(SUPER_UP, SUPER_EXIT, SUPER_WAITING, "failed down ");
	check(SUPER_UP, SUPER_REFUSED, SUPER_WAITING, "failed down ");
	check(SUPER_UP, SUPER_TIMER, SUPER_UP, "");
}

ATF_TC_WITHOUT_HEAD(waiting);
ATF_TC_BODY(waiting, tc)
{
	check(SUPER_WAITING, SUPER_START, SUPER_STARTING, "spawn up ");
	check(SUPER_WAITING, SUPER_STOP, SUPER_DOWN, "gone ");
	check(SUPER_WAITING, SUPER_READY, SUPER_WAITING, "");
	check(SUPER_WAITING, SUPER_EXIT, SUPER_WAITING, "");
	check(SUPER_WAITING, SUPER_REFUSED, SUPER_WAITING, "");
	check(SUPER_WAITING, SUPER_TIMER, SUPER_STARTING, "spawn up ");
}

ATF_TC_WITHOUT_HEAD(stopping);
ATF_TC_BODY(stopping, tc)
{
	check(SUPER_STOPPING, SUPER_START, SUPER_CYCLING, "");
	check(SUPER_STOPPING, SUPER_STOP, SUPER_STOPPING, "");
	check(SUPER_STOPPING, SUPER_READY, SUPER_STOPPING, "");
	check(SUPER_STOPPING, SUPER_EXIT, SUPER_DOWN, "gone ");
	check(SUPER_STOPPING, SUPER_REFUSED, SUPER_DOWN, "gone ");
	check(SUPER_STOPPING, SUPER_TIMER, SUPER_KILLED, "kill ");
}

ATF_TC_WITHOUT_HEAD(cycling);
ATF_TC_BODY(cycling, tc)
{
	check(SUPER_CYCLING, SUPER_START, SUPER_CYCLING, "");
	check(SUPER_CYCLING, SUPER_STOP, SUPER_STOPPING, "");
	check(SUPER_CYCLING, SUPER_READY, SUPER_CYCLING, "");
	check(SUPER_CYCLING, SUPER_EXIT, SUPER_STARTING, "down spawn up ");
	check(SUPER_CYCLING, SUPER_REFUSED, SUPER_STARTING,
	    "down spawn up ");
	check(SUPER_CYCLING, SUPER_TIMER, SUPER_CYCLING, "kill ");
}

ATF_TC_WITHOUT_HEAD(killed);
ATF_TC_BODY(killed, tc)
{
	check(SUPER_KILLED, SUPER_START, SUPER_CYCLING, "");
	check(SUPER_KILLED, SUPER_STOP, SUPER_KILLED, "");
	check(SUPER_KILLED, SUPER_READY, SUPER_KILLED, "");
	check(SUPER_KILLED, SUPER_EXIT, SUPER_DOWN, "gone ");
	check(SUPER_KILLED, SUPER_REFUSED, SUPER_DOWN, "gone ");
	check(SUPER_KILLED, SUPER_TIMER, SUPER_DOWN, "gone ");
}

ATF_TC_WITHOUT_HEAD(refusal_is_fatal_before_first_ready_only);
ATF_TC_BODY(refusal_is_fatal_before_first_ready_only, tc)
{
	static const struct {
		int			wstat;
		enum super_state	before, after;
	} ends[] = {
		{ EXITED(1), SUPER_DOWN, SUPER_WAITING },
		{ EXITED(100), SUPER_DOWN, SUPER_WAITING },
		{ EXITED(0), SUPER_WAITING, SUPER_WAITING },
		{ EXITED(110), SUPER_WAITING, SUPER_WAITING },
		{ EXITED(111), SUPER_WAITING, SUPER_WAITING },
		{ SIGKILL, SUPER_WAITING, SUPER_WAITING },
		{ 1, SUPER_WAITING, SUPER_WAITING },
	};

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		go(SUPER_STARTING);
		super_died(&s, ends[i].wstat);
		ATF_CHECK_EQ(ends[i].before, s.state);
		go(SUPER_UP);
		super_event(&s, SUPER_EXIT);
		super_event(&s, SUPER_START);
		super_died(&s, ends[i].wstat);
		ATF_CHECK_EQ(ends[i].after, s.state);
	}
}

ATF_TC_WITHOUT_HEAD(fifth_death_before_ready_is_fatal);
ATF_TC_BODY(fifth_death_before_ready_is_fatal, tc)
{
	go(SUPER_STARTING);
	for (int i = 0; i < 4; i++) {
		super_died(&s, EXITED(111));
		ATF_CHECK_EQ(SUPER_WAITING, s.state);
		super_event(&s, SUPER_TIMER);
	}
	super_died(&s, EXITED(111));
	ATF_CHECK_EQ(SUPER_DOWN, s.state);
}

ATF_TC_WITHOUT_HEAD(backoff_doubles_to_five_seconds);
ATF_TC_BODY(backoff_doubles_to_five_seconds, tc)
{
	static const unsigned want[] = { 100, 200, 400, 800, 1600, 3200, 5000,
	    5000 };

	go(SUPER_STARTING);
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		super_event(&s, SUPER_EXIT);
		ATF_CHECK_EQ(want[i], deadline_ms());
		ATF_CHECK_EQ(i + 1, s.restarts);
		super_event(&s, SUPER_TIMER);
	}
}

ATF_TC_WITHOUT_HEAD(backoff_starts_anew_after_ten_seconds_up);
ATF_TC_BODY(backoff_starts_anew_after_ten_seconds_up, tc)
{
	go(SUPER_STARTING);
	super_event(&s, SUPER_EXIT);
	super_event(&s, SUPER_TIMER);
	super_event(&s, SUPER_READY);
	ATF_CHECK_EQ(10000, deadline_ms());
	super_event(&s, SUPER_EXIT);
	ATF_CHECK_EQ(200, deadline_ms());
	super_event(&s, SUPER_TIMER);
	super_event(&s, SUPER_READY);
	super_event(&s, SUPER_TIMER);
	super_event(&s, SUPER_EXIT);
	ATF_CHECK_EQ(100, deadline_ms());
}

ATF_TC_WITHOUT_HEAD(failed_spawn_waits_and_tries_again);
ATF_TC_BODY(failed_spawn_waits_and_tries_again, tc)
{
	go(SUPER_DOWN);
	next_pid = -1;
	super_event(&s, SUPER_START);
	ATF_CHECK_EQ(SUPER_WAITING, s.state);
	ATF_CHECK_STREQ("nospawn failed down ", log_text);
	ATF_CHECK_EQ(0, s.pid);
	next_pid = 7;
	super_event(&s, SUPER_TIMER);
	ATF_CHECK_EQ(SUPER_STARTING, s.state);
	ATF_CHECK_EQ(7, s.pid);
}

ATF_TC_WITHOUT_HEAD(stop_has_its_own_time);
ATF_TC_BODY(stop_has_its_own_time, tc)
{
	go(SUPER_UP);
	super_event(&s, SUPER_STOP);
	ATF_CHECK_EQ(700, deadline_ms());
	super_event(&s, SUPER_TIMER);
	ATF_CHECK_EQ(1000, deadline_ms());
}

ATF_TC_WITHOUT_HEAD(timer_fires_when_it_is_time);
ATF_TC_BODY(timer_fires_when_it_is_time, tc)
{
	tain second;

	go(SUPER_STARTING);
	super_event(&s, SUPER_EXIT);
	log_text[0] = '\0';
	super_check(&s);
	ATF_CHECK_STREQ("", log_text);
	tain_from_millisecs(&second, 100);
	tain_add(&STAMP, &STAMP, &second);
	super_check(&s);
	ATF_CHECK_STREQ("spawn up ", log_text);
}

ATF_TP_ADD_TCS(tp)
{
	tain_now_set_stopwatch_g();
	ATF_TP_ADD_TC(tp, down);
	ATF_TP_ADD_TC(tp, starting);
	ATF_TP_ADD_TC(tp, up);
	ATF_TP_ADD_TC(tp, waiting);
	ATF_TP_ADD_TC(tp, stopping);
	ATF_TP_ADD_TC(tp, cycling);
	ATF_TP_ADD_TC(tp, killed);
	ATF_TP_ADD_TC(tp, refusal_is_fatal_before_first_ready_only);
	ATF_TP_ADD_TC(tp, fifth_death_before_ready_is_fatal);
	ATF_TP_ADD_TC(tp, backoff_doubles_to_five_seconds);
	ATF_TP_ADD_TC(tp, backoff_starts_anew_after_ten_seconds_up);
	ATF_TP_ADD_TC(tp, failed_spawn_waits_and_tries_again);
	ATF_TP_ADD_TC(tp, stop_has_its_own_time);
	ATF_TP_ADD_TC(tp, timer_fires_when_it_is_time);
	return atf_no_error();
}
