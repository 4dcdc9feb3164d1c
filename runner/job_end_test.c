/*
 * The end of a job that takes long: what is told and when, and what becomes of
 * its slot.  And what the messages say of limits.
 */
#include <atf-c.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "job.h"
#include "runner/test/peers.h"
#include "runner/test/talk.h"

#define TEST(name)	ATF_TC_WITHOUT_HEAD(name); ATF_TC_BODY(name, tc)
#define LATE		"had not all ended 30 s later"

/* Runs, with processes that stay when they are killed. */
static void
to_stubborn(void)
{
	play_start();
	to_run(make_grant());
	play.child[0].stubborn = true;
}

/* As check_end(), of a job whose processes are still there. */
static void
check_late_end(enum outcome outcome, const char *text)
{
	char json[64];

	snprintf(json, sizeof(json), "\"outcome\":\"%s\"",
	    outcome_word(outcome));
	send_appended(expect_append(EVENT_JOB_FINISHED, json), "receipt");
	expect_finished(outcome, 0, text, "receipt");
	ATF_CHECK_EQ(play.r.jobs[0].state, JOB_LINGER);
}

TEST(job_that_does_not_end_is_told_after_a_while)
{
	to_stubborn();
	play_report(0, REPORT_ENDED, 0, 0, "");
	ATF_CHECK(play.child[0].killed);
	play.now += 29999;
	play_expect_none(&play.ledgerd);
	play.now += 1;
	check_late_end(OUTCOME_EXITED, LATE);
}

TEST(slot_of_a_job_that_does_not_end_stays_taken)
{
	to_stubborn();
	play_report(0, REPORT_ENDED, 0, 0, "");
	play.now += 30000;
	check_late_end(OUTCOME_EXITED, LATE);
	play.now += 3600000;
	play_expect_none(&play.ledgerd);
	play_expect_none(&play.gate);
	ATF_CHECK_EQ(play.r.jobs[0].state, JOB_LINGER);
	ATF_CHECK_EQ(play.r.jobs_done, 0);
	play_die(0);
	play_turn();
	ATF_CHECK_EQ(play.r.jobs[0].state, JOB_FREE);
	ATF_CHECK_EQ(play.r.jobs_done, 1);
	to_run(make_grant());
}

/* Its connection may ask for the next, and has nothing of the last. */
TEST(client_of_a_slot_that_lingers_is_done_with_it)
{
	to_stubborn();
	play_report(0, REPORT_ENDED, 0, 0, "");
	play.now += 30000;
	check_late_end(OUTCOME_EXITED, LATE);
	submit(CONN);
	expect_decide();
	ATF_CHECK_EQ(play.r.jobs[1].state, JOB_DECIDE);
	ATF_CHECK_EQ(play.r.jobs[0].state, JOB_LINGER);
}

TEST(late_end_has_its_verdict)
{
	to_stubborn();
	play.now += 5000;
	play_turn();
	play.now += 30000;
	send_appended(expect_append(EVENT_JOB_FINISHED, "\"timed-out\",\"status"
	    "\":0,\"message\":\"the job ran longer than it may; raise "
	    "limits.wall_seconds (5); its processes were killed and " LATE ": the figures "
	    "are of then\""), "receipt");
	expect_finished(OUTCOME_TIMED_OUT, 0, LATE, "receipt");
}

TEST(late_end_has_the_figures_of_that_moment)
{
	to_stubborn();
	play.child[0].figures.cpu_us = 1234567;
	play_report(0, REPORT_ENDED, 0, 0, "");
	play.now += 30000;
	expect_append(EVENT_JOB_FINISHED, "\"cpu_us\":1234567");
}

TEST(job_that_ends_while_it_is_recorded_frees_its_slot_then)
{
	uint32_t seq;

	to_stubborn();
	play_report(0, REPORT_ENDED, 0, 0, "");
	play.now += 30000;
	seq = expect_append(EVENT_JOB_FINISHED, LATE);
	play_die(0);
	play_turn();
	play_expect_none(&play.ledgerd);
	send_appended(seq, "receipt");
	expect_finished(OUTCOME_EXITED, 0, LATE, "receipt");
	ATF_CHECK_EQ(play.r.jobs[0].state, JOB_FREE);
}

TEST(refused_job_that_does_not_end_is_told_too)
{
	play_start();
	to_build(make_grant());
	play.child[0].stubborn = true;
	play_report(0, REPORT_REFUSED, REASON_MANIFEST, 0, "argv[0] is not");
	play.now += 30000;
	send_appended(expect_append(EVENT_JOB_REFUSED, LATE), "receipt");
	expect_refused(REASON_MANIFEST, LATE, "receipt");
	ATF_CHECK_EQ(play.r.jobs[0].state, JOB_LINGER);
	play_die(0);
	play_turn();
	ATF_CHECK_EQ(play.r.jobs[0].state, JOB_FREE);
}

TEST(late_end_that_cannot_be_recorded_lingers_too)
{
	to_stubborn();
	play_report(0, REPORT_ENDED, 0, 0, "");
	play.now += 30000;
	send_failed(expect_append(EVENT_JOB_FINISHED, LATE), "no space");
	expect_finished(OUTCOME_FAULT, 0, "no space", "");
	ATF_CHECK_EQ(play.r.jobs[0].state, JOB_LINGER);
}

/* What is not killed may run, so that it has no end. */
TEST(job_that_cannot_be_killed_is_not_told_and_killed_again)
{
	to_stubborn();
	play.kill_fails = true;
	play_report(0, REPORT_ENDED, 0, 0, "");
	play.now += 30000;
	play_expect_none(&play.ledgerd);
	play.now += 1000;
	play_expect_none(&play.ledgerd);
	play.kill_fails = false;
	play.now += 1000;
	check_late_end(OUTCOME_EXITED, "32 s later");
	ATF_CHECK(play.child[0].killed);
}

/* Whether the turn waits for the control group to be empty. */
static bool
group_is_polled(void)
{
	struct job *j = &play.r.jobs[0];
	struct pollfd pfd[JOB_POLLFDS];
	size_t found = 0;

	j->cgroup.events = play.signals;
	job_poll(&play.r, j, pfd);
	j->cgroup.events = -1;
	for (int i = 0; i < JOB_POLLFDS; i++)
		found += pfd[i].fd == play.signals;
	return found != 0;
}

TEST(group_is_polled_only_once_process_1_is_gone)
{
	to_stubborn();
	play_report(0, REPORT_ENDED, 0, 0, "");
	ATF_CHECK_EQ(play.r.jobs[0].state, JOB_END);
	ATF_CHECK(!group_is_polled());
	play.r.jobs[0].gone = true;
	ATF_CHECK(group_is_polled());
}

TEST(group_that_cannot_be_removed_keeps_its_slot)
{
	play_start();
	to_run(make_grant());
	play.child[0].empty_stays = true;
	play_report(0, REPORT_ENDED, 0, 0, "");
	check_late_end(OUTCOME_EXITED, "");
	play.now += 1000;
	play_turn();
	ATF_CHECK_EQ(play.r.jobs[0].state, JOB_LINGER);
	play.child[0].empty_stays = false;
	play.now += 1000;
	play_turn();
	ATF_CHECK_EQ(play.r.jobs[0].state, JOB_FREE);
}

TEST(client_that_leaves_does_not_make_an_end_longer)
{
	to_stubborn();
	play_report(0, REPORT_ENDED, 0, 0, "");
	play.now += 29000;
	send_cancel(CONN);
	play.now += 1000;
	expect_append(EVENT_JOB_FINISHED, LATE);
}

TEST(silent_ledgerd_does_not_hold_an_end)
{
	play_start();
	to_accept(make_grant());
	play_die(0);
	play_expect_none(&play.ledgerd);
	play.now += 30000;
	check_refusal(REASON_FAULT, "without a report");
	ATF_CHECK_EQ(play.r.jobs_done, 0);
}

/* init gives the runner 6 s, and ends it then. */
TEST(stop_waits_for_an_end_only_as_long_as_init_does)
{
	to_stubborn();
	play_stop();
	play.now += 3000;
	check_late_end(OUTCOME_CANCELLED, "had not all ended 3 s later");
}

TEST(stop_shortens_an_end)
{
	to_stubborn();
	play_report(0, REPORT_ENDED, 0, 0, "");
	play.now += 10000;
	play_stop();
	play_expect_none(&play.ledgerd);
	play.now += 3000;
	check_late_end(OUTCOME_EXITED, "had not all ended 13 s later");
}

TEST(stop_does_not_make_an_end_longer)
{
	to_stubborn();
	play_report(0, REPORT_ENDED, 0, 0, "");
	play.now += 29000;
	play_stop();
	play.now += 1000;
	check_late_end(OUTCOME_EXITED, LATE);
}

/* Building it is the appliance's work; see also cgroup_open(). */
TEST(limit_of_cpu_holds_from_the_jobs_start)
{
	struct grant *g = make_grant();

	play_start();
	g->manifest.limits.cpu_millis = 10;
	to_build(g);
	ATF_CHECK_EQ(play.child[0].cpu_millis, 0);
	play_report(0, REPORT_READY, 0, 0, "9/9 denied");
	ATF_CHECK_EQ(play.child[0].cpu_millis, 10);
	ATF_CHECK(!play_told_to_go(0));
}

TEST(limit_of_cpu_that_cannot_be_set_refuses_the_job)
{
	play_start();
	to_build(make_grant());
	play.limit_fails = true;
	play_report(0, REPORT_READY, 0, 0, "9/9 denied");
	check_refusal(REASON_SANDBOX, "no limits today");
}

TEST(time_that_was_spent_waiting_for_cpu_is_told)
{
	struct grant *g = make_grant();

	play_start();
	g->manifest.limits.cpu_millis = 10;
	to_run(g);
	play.child[0].figures.throttled_us = 4900000;
	play.now += 5000;
	play_turn();
	send_appended(expect_append(EVENT_JOB_FINISHED, "\"throttled_us\":"
	    "4900000,\"limits_reached\":\"cpu_millis,wall_seconds\""),
	    "receipt");
	expect_finished(OUTCOME_TIMED_OUT, 0, "raise limits.wall_seconds (5); "
	    "it waited 4.9 s for CPU; raise limits.cpu_millis (10)",
	    "receipt");
}

TEST(short_waits_for_cpu_are_not_why_time_was_short)
{
	play_start();
	to_run(make_grant());
	play.child[0].figures.throttled_us = 900000;
	play.now += 5000;
	play_turn();
	send_appended(expect_append(EVENT_JOB_FINISHED, "raise limits.wall_seconds (5)\""),
	    "receipt");
}

TEST(limits_are_told_with_the_field_that_raises_them)
{
	static char text[OUTPUT_LIMIT + 1];

	play_start();
	to_run(make_grant());
	play_write(0, 1, text, sizeof(text));
	play_expect(&play.gate, MSG_JOB_OUTPUT);
	check_end(OUTCOME_OUTPUT_LIMIT, 0, "the job wrote more than it may; "
	    "raise limits.output_kib (1)");
	to_run(make_grant());
	play.child[0].figures.oom_kills = 1;
	play.child[0].figures.over_limit = 1;
	play_die(0);
	check_end(OUTCOME_OUT_OF_MEMORY, 0, "raise limits.memory_mib (256)");
	to_build(make_grant());
	play.now += 60000;
	check_refusal(REASON_SANDBOX, "run fewer jobs at a time");
}

static void
check_reached(const char *names, const char *text)
{
	char json[128];

	snprintf(json, sizeof(json), "\"limits_reached\":\"%s\"", names);
	play_report(0, REPORT_ENDED, 0, 1 << 8, "");
	play_die(0);
	send_appended(expect_append(EVENT_JOB_FINISHED, json), "receipt");
	expect_finished(OUTCOME_EXITED, 1, text, "receipt");
}

TEST(limits_that_ended_no_job_are_told_at_its_end)
{
	play_start();
	to_run(make_grant());
	check_reached("", "");
	to_run(make_grant());
	play.child[0].figures.failed_forks = 12;
	check_reached("processes", "processes or threads did not start (12); "
	    "raise limits.processes (64)");
	to_run(make_grant());
	play.full = REPORT_FULL_TMP;
	check_reached("tmp_mib", "/tmp was full at the job's end; raise "
	    "limits.tmp_mib (64)");
	to_run(make_grant());
	play.child[0].figures.failed_forks = 1;
	play.full = REPORT_FULL_SHM;
	check_reached("processes,tmp_mib", "(64); /dev/shm was full at the "
	    "job's end; raise limits.tmp_mib (64)");
	to_run(make_grant());
	play.full = REPORT_FULL_FILES;
	check_reached("", "all 32768 files that it may have");
}

/* Its /tmp is looked at by a process that is not there any more. */
TEST(limits_of_a_job_that_was_killed_are_told)
{
	play_start();
	to_run(make_grant());
	play.child[0].figures.failed_forks = 2;
	play.now += 5000;
	play_turn();
	send_appended(expect_append(EVENT_JOB_FINISHED,
	    "\"limits_reached\":\"processes,wall_seconds\""), "receipt");
	expect_finished(OUTCOME_TIMED_OUT, 0, "raise limits.wall_seconds (5); "
	    "processes or threads did not start (2); raise limits.processes "
	    "(64)", "receipt");
}

TEST(appliance_with_less_than_the_limit_is_named)
{
	play_start();
	to_run(make_grant());
	play.child[0].figures.oom_kills = 1;
	play.child[0].figures.over_limit = 1;
	play.child[0].figures.memory_max = 100u << 20;
	play_die(0);
	check_end(OUTCOME_OUT_OF_MEMORY, 0, "the appliance has less memory "
	    "than the job's 256 MiB");
}

#define ADD(name)	ATF_TP_ADD_TC(tp, name)

ATF_TP_ADD_TCS(tp)
{
	ADD(job_that_does_not_end_is_told_after_a_while);
	ADD(slot_of_a_job_that_does_not_end_stays_taken);
	ADD(client_of_a_slot_that_lingers_is_done_with_it);
	ADD(late_end_has_its_verdict);
	ADD(late_end_has_the_figures_of_that_moment);
	ADD(job_that_ends_while_it_is_recorded_frees_its_slot_then);
	ADD(refused_job_that_does_not_end_is_told_too);
	ADD(late_end_that_cannot_be_recorded_lingers_too);
	ADD(job_that_cannot_be_killed_is_not_told_and_killed_again);
	ADD(group_is_polled_only_once_process_1_is_gone);
	ADD(group_that_cannot_be_removed_keeps_its_slot);
	ADD(client_that_leaves_does_not_make_an_end_longer);
	ADD(silent_ledgerd_does_not_hold_an_end);
	ADD(stop_waits_for_an_end_only_as_long_as_init_does);
	ADD(stop_shortens_an_end);
	ADD(stop_does_not_make_an_end_longer);
	ADD(limit_of_cpu_holds_from_the_jobs_start);
	ADD(limit_of_cpu_that_cannot_be_set_refuses_the_job);
	ADD(time_that_was_spent_waiting_for_cpu_is_told);
	ADD(short_waits_for_cpu_are_not_why_time_was_short);
	ADD(appliance_with_less_than_the_limit_is_named);
	ADD(limits_that_ended_no_job_are_told_at_its_end);
	ADD(limits_of_a_job_that_was_killed_are_told);
	ADD(limits_are_told_with_the_field_that_raises_them);
	return atf_no_error();
}
