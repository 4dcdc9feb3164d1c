#include "levels.h"

#include <atf-c.h>
#include <string.h>

enum { A, B, C, D, N };

/* A and B first, then C, then D when all is ready. */
static const struct levels_row rows[N] = {
	[A] = { 0, 2 }, [B] = { 0, 1 }, [C] = { 1, 0 }, [D] = { 2, 0 },
};
static struct super supers[N];
static struct levels levels;

static pid_t
fake_spawn(struct super *s)
{
	return 100 + (pid_t)(s - supers);
}

static void
fake_signal(struct super *s, int signo)
{
	(void)s;
	(void)signo;
}

static void
fake_news(struct super *s, enum super_news news)
{
	(void)s;
	(void)news;
}

static const struct super_sys sys = { fake_spawn, fake_signal, fake_news };

static void
boot(void)
{
	for (int i = 0; i < N; i++)
		super_init(&supers[i], "x", 100, &sys);
	levels_boot(&levels, supers, rows, N, 1);
}

static void
ready(int i)
{
	super_event(&supers[i], SUPER_READY);
	levels_step(&levels);
}

static void
gone(int i)
{
	super_event(&supers[i], SUPER_EXIT);
	levels_step(&levels);
}

static void
run(void)
{
	boot();
	ready(A);
	ready(B);
	ready(C);
	ATF_REQUIRE_EQ(LEVELS_RUN, levels.phase);
	levels_rest(&levels);
	ready(D);
}

ATF_TC_WITHOUT_HEAD(level_waits_for_all_of_the_one_before);
ATF_TC_BODY(level_waits_for_all_of_the_one_before, tc)
{
	boot();
	ATF_CHECK_EQ(SUPER_STARTING, supers[A].state);
	ATF_CHECK_EQ(SUPER_STARTING, supers[B].state);
	ATF_CHECK_EQ(SUPER_DOWN, supers[C].state);
	ready(B);
	ATF_CHECK_EQ(SUPER_DOWN, supers[C].state);
	ready(A);
	ATF_CHECK_EQ(SUPER_STARTING, supers[C].state);
	ATF_CHECK_EQ(LEVELS_BOOT, levels.phase);
	ready(C);
	ATF_CHECK_EQ(LEVELS_RUN, levels.phase);
}

ATF_TC_WITHOUT_HEAD(rest_starts_when_told);
ATF_TC_BODY(rest_starts_when_told, tc)
{
	boot();
	levels_rest(&levels);
	ready(A);
	ready(B);
	ready(C);
	ATF_CHECK_EQ(SUPER_DOWN, supers[D].state);
	levels_rest(&levels);
	ATF_CHECK_EQ(SUPER_STARTING, supers[D].state);
}

ATF_TC_WITHOUT_HEAD(one_that_dies_again_holds_the_boot);
ATF_TC_BODY(one_that_dies_again_holds_the_boot, tc)
{
	boot();
	ready(A);
	gone(A);
	ready(B);
	ATF_CHECK_EQ(SUPER_DOWN, supers[C].state);
	super_event(&supers[A], SUPER_TIMER);
	ready(A);
	ATF_CHECK_EQ(SUPER_STARTING, supers[C].state);
}

ATF_TC_WITHOUT_HEAD(death_after_boot_changes_no_phase);
ATF_TC_BODY(death_after_boot_changes_no_phase, tc)
{
	run();
	gone(A);
	ATF_CHECK_EQ(LEVELS_RUN, levels.phase);
	ATF_CHECK_EQ(SUPER_UP, supers[C].state);
}

ATF_TC_WITHOUT_HEAD(stop_goes_level_by_level);
ATF_TC_BODY(stop_goes_level_by_level, tc)
{
	run();
	levels_stop(&levels);
	levels_stop(&levels);
	levels_step(&levels);
	ATF_CHECK_EQ(SUPER_STOPPING, supers[C].state);
	ATF_CHECK_EQ(SUPER_STOPPING, supers[D].state);
	ATF_CHECK_EQ(SUPER_UP, supers[B].state);
	gone(C);
	ATF_CHECK_EQ(SUPER_UP, supers[B].state);
	gone(D);
	ATF_CHECK_EQ(SUPER_STOPPING, supers[B].state);
	ATF_CHECK_EQ(SUPER_UP, supers[A].state);
	gone(B);
	ATF_CHECK_EQ(SUPER_STOPPING, supers[A].state);
	ATF_CHECK_EQ(LEVELS_STOP, levels.phase);
	gone(A);
	ATF_CHECK_EQ(LEVELS_END, levels.phase);
}

static unsigned held = ~0u;

static bool
may_stop(unsigned level)
{
	return level != held;
}

ATF_TC_WITHOUT_HEAD(a_level_that_may_not_stop_is_asked_again);
ATF_TC_BODY(a_level_that_may_not_stop_is_asked_again, tc)
{
	levels.may_stop = may_stop;
	run();
	held = 0;
	levels_stop(&levels);
	levels_step(&levels);
	ATF_CHECK_EQ(SUPER_UP, supers[C].state);
	ATF_CHECK_EQ(LEVELS_STOP, levels.phase);
	held = 2;
	levels_step(&levels);
	ATF_CHECK_EQ(SUPER_STOPPING, supers[C].state);
	gone(C);
	gone(D);
	gone(B);
	ATF_CHECK_EQ(SUPER_UP, supers[A].state);
	held = ~0u;
	levels_step(&levels);
	ATF_CHECK_EQ(SUPER_STOPPING, supers[A].state);
	gone(A);
	ATF_CHECK_EQ(LEVELS_END, levels.phase);
}

ATF_TC_WITHOUT_HEAD(stop_kills_what_does_not_end);
ATF_TC_BODY(stop_kills_what_does_not_end, tc)
{
	run();
	levels_stop(&levels);
	for (int i = 0; i < 100 && levels_step(&levels) != LEVELS_END; i++)
		for (int j = 0; j < N; j++)
			if (supers[j].state == SUPER_STOPPING ||
			    supers[j].state == SUPER_KILLED)
				super_event(&supers[j], SUPER_TIMER);
	ATF_CHECK_EQ(LEVELS_END, levels.phase);
}

ATF_TC_WITHOUT_HEAD(stop_during_boot_starts_nothing_more);
ATF_TC_BODY(stop_during_boot_starts_nothing_more, tc)
{
	boot();
	ready(B);
	levels_stop(&levels);
	levels_step(&levels);		/* C and D never ran: straight to B */
	ATF_CHECK_EQ(SUPER_STOPPING, supers[B].state);
	ready(A);
	ATF_CHECK_EQ(SUPER_DOWN, supers[C].state);
	gone(B);
	gone(A);
	ATF_CHECK_EQ(LEVELS_END, levels.phase);
	ATF_CHECK_EQ(SUPER_DOWN, supers[C].state);
}

ATF_TC_WITHOUT_HEAD(stop_does_not_start_again_what_died);
ATF_TC_BODY(stop_does_not_start_again_what_died, tc)
{
	run();
	levels_stop(&levels);
	gone(A);
	ATF_CHECK_EQ(SUPER_DOWN, supers[A].state);
	gone(C);
	gone(D);
	gone(B);
	ATF_CHECK_EQ(LEVELS_END, levels.phase);
}

ATF_TP_ADD_TCS(tp)
{
	tain_now_set_stopwatch_g();
	ATF_TP_ADD_TC(tp, level_waits_for_all_of_the_one_before);
	ATF_TP_ADD_TC(tp, rest_starts_when_told);
	ATF_TP_ADD_TC(tp, one_that_dies_again_holds_the_boot);
	ATF_TP_ADD_TC(tp, death_after_boot_changes_no_phase);
	ATF_TP_ADD_TC(tp, stop_goes_level_by_level);
	ATF_TP_ADD_TC(tp, a_level_that_may_not_stop_is_asked_again);
	ATF_TP_ADD_TC(tp, stop_kills_what_does_not_end);
	ATF_TP_ADD_TC(tp, stop_during_boot_starts_nothing_more);
	ATF_TP_ADD_TC(tp, stop_does_not_start_again_what_died);
	return atf_no_error();
}
