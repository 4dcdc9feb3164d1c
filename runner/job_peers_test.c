/* What becomes of a job when a peer leaves, restarts, is silent or stops. */
#include <atf-c.h>
#include <string.h>
#include <unistd.h>

#include "job.h"
#include "runner/test/peers.h"
#include "runner/test/talk.h"

#define TEST(name)	ATF_TC_WITHOUT_HEAD(name); ATF_TC_BODY(name, tc)

TEST(client_that_leaves_before_the_start_is_refused)
{
	uint32_t seq;

	play_start();
	submit(CONN);
	seq = expect_decide();
	send_conn(MSG_JOB_CANCEL, CONN);
	send_grant(seq, make_grant());
	send_appended(expect_append(EVENT_JOB_REFUSED, "\"cancelled\""), "r");
	play_expect_none(&play.gate);

	to_receive(make_grant());
	send_conn(MSG_JOB_CANCEL, CONN);
	send_appended(expect_append(EVENT_JOB_REFUSED, "\"cancelled\""), "r");
	play_expect_none(&play.gate);

	to_build(make_grant());
	send_conn(MSG_JOB_CANCEL, CONN);
	ATF_CHECK(play.child[0].killed);
	send_appended(expect_append(EVENT_JOB_REFUSED, "\"cancelled\""), "r");
	play_expect_none(&play.gate);
	ATF_CHECK_EQ(play.r.jobs[0].state, JOB_FREE);
}

TEST(client_that_leaves_an_accepted_job_cancels_it)
{
	uint32_t seq;

	play_start();
	seq = to_accept(make_grant());
	send_conn(MSG_JOB_CANCEL, CONN);
	send_appended(seq, "");
	ATF_CHECK(play.child[0].killed);
	check_silent_end("\"outcome\":\"cancelled\"");

	to_run(make_grant());
	send_conn(MSG_JOB_CANCEL, CONN);
	ATF_CHECK(play.child[0].killed);
	check_silent_end("\"outcome\":\"cancelled\"");
}

TEST(set_up_that_dies_while_it_is_recorded_ends_as_a_fault)
{
	uint32_t seq;

	play_start();
	seq = to_accept(make_grant());
	play_die(0);
	play_expect_none(&play.gate);
	send_appended(seq, "");
	check_end(OUTCOME_FAULT, 0, "without a report");
}

TEST(keyd_that_restarts_leaves_no_job_behind)
{
	play_start();
	submit(CONN);
	expect_decide();
	play_restart(&play.keyd);
	expect_refused(REASON_FAULT, "keyd restarted", "");
	play_expect(&play.keyd, MSG_KEYD_INFO);
	submit(CONN);
	expect_decide();
}

TEST(ledgerd_that_restarts_keeps_the_job_from_starting)
{
	play_start();
	to_accept(make_grant());
	play_restart(&play.ledgerd);
	play_expect(&play.ledgerd, MSG_LEDGER_INFO);
	check_refusal(REASON_LEDGER, "ledgerd restarted");
	ATF_CHECK(play.child[0].killed);
}

TEST(ledgerd_that_restarts_is_told_the_end_again)
{
	play_start();
	to_run(make_grant());
	play_report(0, REPORT_ENDED, 0, 0, "");
	expect_append(EVENT_JOB_FINISHED, "\"exited\"");
	play_restart(&play.ledgerd);
	play_expect(&play.ledgerd, MSG_LEDGER_INFO);
	check_end(OUTCOME_EXITED, 0, "");
}

TEST(gate_that_restarts_cancels_its_jobs)
{
	play_start();
	to_run(make_grant());
	play_restart(&play.gate);
	check_silent_end("\"outcome\":\"cancelled\"");
	to_run(make_grant());
}

TEST(silent_keyd_is_a_fault_and_its_late_answer_nothing)
{
	uint32_t seq;

	play_start();
	submit(CONN);
	seq = expect_decide();
	play.now += 20000;
	expect_refused(REASON_FAULT, "keyd does not answer", "");
	send_grant(seq, make_grant());
	play_expect_none(&play.gate);
	ATF_CHECK_EQ(play.r.jobs[0].state, JOB_FREE);
}

/* Its queue has an end, and the runner must not: other jobs run. */
TEST(keyd_that_does_not_read_ends_no_runner)
{
	static char manifest[MANIFEST_MAX + 1];
	static unsigned char big[SUBMIT_MAX];
	struct put p;

	play_start();
	memset(manifest, 'm', MANIFEST_MAX);
	for (uint32_t conn = 1; conn <= 4 * JOB_SLOTS; conn++) {
		put_init(&p, big, sizeof(big));
		put_u32(&p, conn);
		put_cstr(&p, "command");
		put_cstr(&p, "signature");
		put_cstr(&p, manifest);
		put_cstr(&p, "signature");
		play_send(&play.gate, MSG_JOB_SUBMIT, &p);
		for (int i = 0; i < 10; i++)
			play_turn();
		if (conn % JOB_SLOTS == 0)
			play.now += 20000;
	}
	play_turn();
	ATF_CHECK_EQ(play.r.jobs[0].state, JOB_FREE);
}

/* A refusal that it does not take is told without it, and another comes. */
TEST(ledgerd_that_does_not_read_ends_no_runner)
{
	char message[400];
	enum msg type;
	struct get g;

	play_start();
	memset(message, 'm', sizeof(message) - 1);
	message[sizeof(message) - 1] = '\0';
	for (int i = 0; i < 4000; i++) {
		submit(CONN);
		play_turn();
		if (chan_next(&play.gate, &type, &g) == CHAN_MSG) {
			ATF_CHECK_EQ(get_u32(&g), CONN);
			ATF_CHECK_EQ(get_u8(&g), REASON_BUSY);
			get_cstr(&g, message, sizeof(message));
			ATF_CHECK(strstr(message, "ledgerd is behind") != NULL);
			return;
		}
		send_deny(expect_decide(), REASON_REPLAY, message, true);
		play.now += 30000;
		expect_refused(REASON_REPLAY, "ledgerd does not answer", "");
	}
	atf_tc_fail("ledgerd got all");
}

TEST(silent_ledgerd_keeps_the_job_from_starting)
{
	uint32_t seq;

	play_start();
	seq = to_accept(make_grant());
	play.now += 30000;
	play_turn();
	ATF_CHECK(play.child[0].killed);
	expect_append(EVENT_JOB_REFUSED, "\"ledger\"");
	send_appended(seq, "");		/* late: nothing starts */
	play.now += 30000;
	expect_refused(REASON_LEDGER, "ledgerd does not answer", "");
	ATF_CHECK_EQ(play.r.jobs[0].state, JOB_FREE);
}

TEST(silent_set_up_is_refused)
{
	play_start();
	to_build(make_grant());
	play.now += 60000;
	play_turn();
	ATF_CHECK(play.child[0].killed);
	check_refusal(REASON_SANDBOX, "not ready within 60 s");
}

TEST(nothing_is_taken_before_keyd_and_ledgerd_have_spoken)
{
	play_start();
	play.r.keyd_up = false;
	submit(CONN);
	expect_refused(REASON_BUSY, "is starting", "");
}

static void
stop(void)
{
	play.r.stopping = true;
	for (int i = 0; i < JOB_SLOTS; i++)
		job_stop(&play.r, &play.r.jobs[i]);
}

TEST(stop_ends_and_records_what_runs)
{
	play_start();
	to_run(make_grant());
	stop();
	check_end(OUTCOME_CANCELLED, 0, "the appliance is stopping");
	submit(CONN);
	expect_refused(REASON_STOPPING, "is stopping", "");
}

TEST(stop_refuses_what_does_not_run_yet)
{
	play_start();
	to_receive(make_grant());
	stop();
	check_refusal(REASON_STOPPING, "is stopping");
}

TEST(two_jobs_do_not_mix)
{
	struct get g;

	play_start();
	to_run(make_grant());
	submit(8);
	send_grant(expect_decide(), make_grant());
	play_expect(&play.gate, MSG_JOB_SEND);
	send_data(8, BUNDLE, sizeof(BUNDLE));
	play_report(1, REPORT_READY, 0, 0, "9/9 denied");
	send_appended(expect_append(EVENT_JOB_ACCEPTED, "played"), "");
	play_expect(&play.gate, MSG_JOB_ACCEPTED);
	play_write(1, 1, "two", 3);
	g = play_expect(&play.gate, MSG_JOB_OUTPUT);
	ATF_CHECK_EQ(get_u32(&g), 8);
	play_report(1, REPORT_ENDED, 0, 0, "");
	send_appended(expect_append(EVENT_JOB_FINISHED, "exited"), "");
	g = play_expect(&play.gate, MSG_JOB_FINISHED);
	ATF_CHECK_EQ(get_u32(&g), 8);
	ATF_CHECK_EQ(play.r.jobs[0].state, JOB_RUN);
	ATF_CHECK(!play.child[0].killed);
}

#define ADD(name)	ATF_TP_ADD_TC(tp, name)

ATF_TP_ADD_TCS(tp)
{
	ADD(client_that_leaves_before_the_start_is_refused);
	ADD(client_that_leaves_an_accepted_job_cancels_it);
	ADD(set_up_that_dies_while_it_is_recorded_ends_as_a_fault);
	ADD(keyd_that_restarts_leaves_no_job_behind);
	ADD(ledgerd_that_restarts_keeps_the_job_from_starting);
	ADD(ledgerd_that_restarts_is_told_the_end_again);
	ADD(gate_that_restarts_cancels_its_jobs);
	ADD(silent_keyd_is_a_fault_and_its_late_answer_nothing);
	ADD(keyd_that_does_not_read_ends_no_runner);
	ADD(ledgerd_that_does_not_read_ends_no_runner);
	ADD(silent_ledgerd_keeps_the_job_from_starting);
	ADD(silent_set_up_is_refused);
	ADD(nothing_is_taken_before_keyd_and_ledgerd_have_spoken);
	ADD(stop_ends_and_records_what_runs);
	ADD(stop_refuses_what_does_not_run_yet);
	ADD(two_jobs_do_not_mix);
	return atf_no_error();
}
