/* What becomes of a job when a peer leaves, restarts, is silent or stops. */
#include <sys/wait.h>

#include <atf-c.h>
#include <string.h>
#include <unistd.h>

#include "job.h"
#include "lib/log.h"
#include "runner/test/peers.h"
#include "runner/test/talk.h"

#define TEST(name)	ATF_TC_WITHOUT_HEAD(name); ATF_TC_BODY(name, tc)

TEST(client_that_leaves_before_the_start_is_refused)
{
	uint32_t seq;

	play_start();
	submit(CONN);
	seq = expect_decide();
	send_cancel(CONN);
	send_grant(seq, make_grant());
	send_appended(expect_append(EVENT_JOB_REFUSED, "\"cancelled\""), "r");
	play_expect_none(&play.gate);

	to_receive(make_grant());
	send_cancel(CONN);
	send_appended(expect_append(EVENT_JOB_REFUSED, "\"cancelled\""), "r");
	play_expect_none(&play.gate);

	to_build(make_grant());
	send_cancel(CONN);
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
	send_cancel(CONN);
	send_appended(seq, "");
	ATF_CHECK(play.child[0].killed);
	check_silent_end("\"outcome\":\"cancelled\"");

	to_run(make_grant());
	send_cancel(CONN);
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
	static char manifest[MANIFEST_MAX];

	play_start();
	for (uint32_t conn = 1; conn <= 4 * JOB_SLOTS; conn++) {
		PLAY_SEND(&play.gate, job_submit, .conn = conn, .submit = {
		    .manifest = { manifest, sizeof(manifest) } });
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
	struct msg_job_refused m;
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
			ATF_REQUIRE_EQ(type, MSG_JOB_REFUSED);
			ATF_REQUIRE_EQ(msg_get_job_refused(&g, &m), 0);
			ATF_CHECK_EQ(m.conn, CONN);
			ATF_CHECK_EQ(m.refused.reason, REASON_BUSY);
			ATF_CHECK(strstr(m.refused.message,
			    "ledgerd is behind") != NULL);
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

TEST(stop_ends_and_records_what_runs)
{
	play_start();
	to_run(make_grant());
	play_stop();
	check_end(OUTCOME_CANCELLED, 0, "the appliance is stopping");
	submit(CONN);
	expect_refused(REASON_STOPPING, "is stopping", "");
}

TEST(stop_refuses_what_does_not_run_yet)
{
	play_start();
	to_receive(make_grant());
	play_stop();
	check_refusal(REASON_STOPPING, "is stopping");
}

TEST(two_jobs_do_not_mix)
{
	struct msg_job_output output;
	struct msg_job_finished end;

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
	PLAY_EXPECT(&play.gate, job_output, &output);
	ATF_CHECK_EQ(output.conn, 8);
	play_report(1, REPORT_ENDED, 0, 0, "");
	send_appended(expect_append(EVENT_JOB_FINISHED, "exited"), "");
	PLAY_EXPECT(&play.gate, job_finished, &end);
	ATF_CHECK_EQ(end.conn, 8);
	ATF_CHECK_EQ(play.r.jobs[0].state, JOB_RUN);
	ATF_CHECK(!play.child[0].killed);
}

/* What a packet of this peer's does to the runner: its exit code, or -1. */
static int
fate(struct chan *peer, const void *packet, size_t len)
{
	int status;
	pid_t pid = fork();

	ATF_REQUIRE(pid != -1);
	if (pid == 0) {
		(void)!write(peer->out, packet, len);
		play_turn();
		_exit(77);
	}
	ATF_REQUIRE(waitpid(pid, &status, 0) == pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(an_unexpected_message_of_a_peer_ends_the_runner)
{
	/* A JOB_CANCEL, a KEYD_INFO, and an empty message of each peer. */
	static const unsigned char cancel[] = {
		3, 0, 0, 0, 5, 0x18, 0, 0, 0, 9 };
	static const unsigned char info[] = { 3, 0, 0, 0, 1, 0x20 };
	static const unsigned char submit_nothing[] = { 3, 0, 0, 0, 1, 0x12 };
	static const unsigned char grant_nothing[] = { 3, 0, 0, 0, 1, 0x23 };
	static const unsigned char leaf_of_nothing[] = { 3, 0, 0, 0, 1, 0x37 };

	play_start();
	ATF_CHECK_EQ(fate(&play.gate, cancel, sizeof(cancel)), 77);
	ATF_CHECK_EQ(fate(&play.keyd, cancel, sizeof(cancel)), EXIT_PEER);
	ATF_CHECK_EQ(fate(&play.ledgerd, cancel, sizeof(cancel)), EXIT_PEER);
	ATF_CHECK_EQ(fate(&play.gate, info, sizeof(info)), EXIT_PEER);
	ATF_CHECK_EQ(fate(&play.gate, submit_nothing, 6), EXIT_PEER);
	ATF_CHECK_EQ(fate(&play.keyd, grant_nothing, 6), EXIT_PEER);
	ATF_CHECK_EQ(fate(&play.ledgerd, leaf_of_nothing, 6), EXIT_PEER);
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
	ADD(an_unexpected_message_of_a_peer_ends_the_runner);
	return atf_no_error();
}
