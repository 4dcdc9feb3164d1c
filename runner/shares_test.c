/* What signers share: the queue for keyd, and what keyd is told. */
#include <atf-c.h>
#include <stdio.h>
#include <string.h>

#include "runner/test/peers.h"
#include "runner/test/talk.h"

#define TEST(name)	ATF_TC_WITHOUT_HEAD(name); ATF_TC_BODY(name, tc)

#define ALICE		"submitter@example"	/* make_grant()'s */
#define KIB		1024

static void
grant_query(uint32_t seq, const char *submitter)
{
	struct who who = { .job = "00112233445566778899aabbccddeeff" };

	strcpy(who.submitter, submitter);
	PLAY_SEND(&play.keyd, query_grant, .seq = seq, .verb = VERB_STATUS,
	    .job = "", .field = "",
	    .who = &who);
}

/* What keyd would be told now; the request leaves no trace. */
static uint64_t
left(enum share share, const char *who)
{
	submit(9999);
	send_explained(expect_decide(), true, "");
	play_expect(&play.gate, MSG_JOB_EXPLANATION);
	return share_left_of(&play_left, share, who);
}

static void
check_all_is_given_back(void)
{
	ATF_CHECK_EQ(left(SHARE_JOBS, ALICE), UINT64_MAX);
	ATF_CHECK_EQ(play_left.n, 0);
	ATF_CHECK_EQ(play.r.budget.used, 0);
}

TEST(keyd_gets_one_request_at_a_time_in_the_order_they_came)
{
	uint32_t seq;

	play_start();
	submit(1);
	submit_query(2);
	submit(3);
	seq = expect_decide();
	play_expect_none(&play.keyd);
	send_explained(seq, true, "");
	play_expect(&play.gate, MSG_JOB_EXPLANATION);
	seq = expect_query_decide(NULL);
	play_expect_none(&play.keyd);
	grant_query(seq, "bob");
	expect_append(EVENT_READ_ALLOWED, "bob");
	expect_decide();
	play_expect_none(&play.keyd);
}

TEST(request_waits_for_those_before_it_and_no_others)
{
	play_start();
	for (uint32_t i = 0; i <= KEYD_QUEUE_MAX; i++)
		submit(100 + i);	/* one is decided, the others wait */
	submit(CONN);
	expect_refused(REASON_BUSY, "too many requests wait", "");
	for (uint32_t i = 0; i <= KEYD_QUEUE_MAX; i++) {
		send_explained(expect_decide(), true, "");
		ATF_CHECK_EQ(explained_conn(), 100 + i);
	}
	play_expect_none(&play.keyd);
}

TEST(queue_is_left_by_clients_that_go)
{
	uint32_t seq;

	play_start();
	submit(1);
	seq = expect_decide();
	submit(2);
	submit(3);
	send_cancel(2);
	send_explained(seq, true, "");
	play_expect(&play.gate, MSG_JOB_EXPLANATION);
	send_explained(expect_decide(), true, "");
	ATF_CHECK_EQ(explained_conn(), 3);
	submit(4);
	submit(5);
	expect_decide();
	play_restart(&play.gate);
	ATF_CHECK_EQ(play.r.keyd_queue.n, 0);
}

TEST(queue_for_a_keyd_that_does_not_reply_is_refused)
{
	play_start();
	submit(1);
	expect_decide();
	play.now += 10000;
	submit(CONN);
	play.now += 10000;		/* the first is a fault */
	ATF_CHECK_EQ(refused_conn(), 1);
	play_expect_none(&play.keyd);	/* it still has that request */
	ATF_CHECK_EQ(keyd_queue_deadline(&play.r.keyd_queue),
	    play.now + KEYD_QUEUE_MS - 10000);
	play.now += 9999;
	play_expect_none(&play.gate);
	play.now++;
	expect_refused(REASON_BUSY, "keyd is behind", "");
	ATF_CHECK_EQ(keyd_queue_deadline(&play.r.keyd_queue), UINT64_MAX);
}

TEST(queue_is_refused_when_the_appliance_stops)
{
	play_start();
	submit(1);
	expect_decide();
	submit(CONN);
	play_stop();
	expect_refused(REASON_STOPPING, "is stopping", "");
	ATF_CHECK_EQ(play.r.keyd_queue.n, 0);
}

TEST(restart_of_keyd_refuses_only_what_it_decided)
{
	play_start();
	submit(1);
	expect_decide();
	submit(2);
	play_restart(&play.keyd);
	play_expect(&play.keyd, MSG_KEYD_INFO);
	ATF_CHECK_EQ(refused_conn(), 1);
	expect_decide();
}

TEST(jobs_and_bundles_of_a_signer_are_told)
{
	struct grant *g = make_grant();

	play_start();
	g->bundle_len = 100 * KIB;
	for (uint32_t conn = 1; conn <= 7; conn++) {
		ATF_CHECK_EQ(left(SHARE_JOBS, ALICE), conn == 1 ? UINT64_MAX :
		    7 - (conn - 1));
		submit(conn);
		send_grant(expect_decide(), g);
		play_expect(&play.gate, MSG_JOB_SEND);
	}
	ATF_CHECK_EQ(left(SHARE_JOBS, ALICE), 0);
	ATF_CHECK_EQ(share_left_of(&play_left, SHARE_BUNDLES, ALICE), 68 * KIB);
	ATF_CHECK_EQ(share_left_of(&play_left, SHARE_JOBS, "bob"), UINT64_MAX);
	ATF_CHECK_EQ(play_left.n, 2);
	for (uint32_t conn = 1; conn <= 7; conn++) {
		send_cancel(conn);
		send_appended(expect_append(EVENT_JOB_REFUSED, "cancelled"),
		    "");
	}
	check_all_is_given_back();
}

TEST(site_says_how_much_there_is)
{
	struct shares s;

	play_start();
	shares_init(&s);
	s.most[SHARE_JOBS] = 2;
	s.most[SHARE_BUNDLES] = 50;
	PLAY_SEND(&play.keyd, keyd_info_is, .vkey = "vkey", .mode = "kept",
	    .shares = &s);
	to_receive(make_grant());
	ATF_CHECK_EQ(left(SHARE_JOBS, ALICE), 1);
	ATF_CHECK_EQ(share_left_of(&play_left, SHARE_BUNDLES, ALICE),
	    512 * KIB - sizeof(BUNDLE));
}

TEST(job_whose_runtime_is_measured_counts_and_not_against_itself)
{
	uint32_t seq;

	play_start();
	submit(CONN);
	send_measure(expect_decide(), "python");
	ATF_CHECK_EQ(play_asked_to_measure(), 1);
	ATF_CHECK_EQ(left(SHARE_JOBS, ALICE), 6);
	play_measured(1, 0, 0x77);
	expect_append(EVENT_RUNTIME_MEASURED, "python");
	seq = expect_decide();
	ATF_CHECK_EQ(share_left_of(&play_left, SHARE_JOBS, ALICE), UINT64_MAX);
	send_deny(seq, REASON_BUSY, "has the most", false);
	expect_refused(REASON_BUSY, "has the most", "");
	play_expect_none(&play.ledgerd);
	check_all_is_given_back();
}

TEST(shares_are_given_back_however_a_job_ends)
{
	char other[sizeof(BUNDLE)] = "other";

	play_start();
	submit(CONN);
	send_deny(expect_decide(), REASON_POLICY, "no", true);
	check_refusal(REASON_POLICY, "no");
	check_all_is_given_back();
	to_receive(make_grant());
	send_data(CONN, other, sizeof(other));
	check_refusal(REASON_BUNDLE, "SHA-256");
	check_all_is_given_back();
	to_build(make_grant());
	ATF_CHECK_EQ(left(SHARE_JOBS, ALICE), 6);
	play_report(0, REPORT_REFUSED, REASON_MANIFEST, 0, "argv");
	check_refusal(REASON_MANIFEST, "argv");
	check_all_is_given_back();
	to_run(make_grant());
	ATF_CHECK_EQ(left(SHARE_JOBS, ALICE), 6);
	ATF_CHECK_EQ(share_left_of(&play_left, SHARE_BUNDLES, ALICE),
	    UINT64_MAX);
	play_report(0, REPORT_ENDED, 0, 0, "");
	play_die(0);
	check_end(OUTCOME_EXITED, 0, "");
	check_all_is_given_back();
	send_failed(to_accept(make_grant()), "no space");
	send_failed(expect_append(EVENT_JOB_REFUSED, "\"ledger\""), "none");
	play_expect(&play.gate, MSG_JOB_REFUSED);
	check_all_is_given_back();
}

TEST(queries_of_a_signer_are_told_and_given_back)
{
	uint32_t seq[6];

	play_start();
	for (uint32_t i = 0; i < 6; i++) {
		submit_query(100 + i);
		grant_query(expect_query_decide(NULL), "bob");
		seq[i] = expect_append(EVENT_READ_ALLOWED, "bob");
	}
	ATF_CHECK_EQ(left(SHARE_READS, "bob"), 0);
	ATF_CHECK_EQ(share_left_of(&play_left, SHARE_JOBS, "bob"), UINT64_MAX);
	for (uint32_t i = 0; i < 6; i++) {
		send_appended(seq[i], "");
		play_expect(&play.gate, MSG_QUERY_DATA);
		play_expect(&play.gate, MSG_QUERY_END);
	}
	check_all_is_given_back();
}

/* Replies to keyd's request, which was alice's, after so long. */
static void
explain_after(uint64_t ms)
{
	play.now += ms;
	send_explained(expect_decide(), true, "");
	play_expect(&play.gate, MSG_JOB_EXPLANATION);
}

/* Whether keyd is told that alice has her part; three ask, and one waits. */
static bool
keyd_is_taken(void)
{
	bool alone, taken;

	submit(11);
	submit(12);
	submit(13);
	explain_after(0);		/* no request waited then */
	alone = share_left_of(&play_left, SHARE_KEYD, ALICE) == 0;
	explain_after(0);
	taken = share_left_of(&play_left, SHARE_KEYD, ALICE) == 0;
	explain_after(0);
	ATF_CHECK(!alone);
	return taken;
}

/* Half of it by default: as long as they took, others have it. */
TEST(keyds_time_is_shared_while_others_wait)
{
	play_start();
	submit(1);
	explain_after(1000);		/* that is free */
	ATF_CHECK(!keyd_is_taken());
	submit(1);
	explain_after(2000);
	ATF_CHECK(keyd_is_taken());
	play.now += 999;
	ATF_CHECK(keyd_is_taken());
	play.now++;
	ATF_CHECK(!keyd_is_taken());
}

/* Otherwise a signer with slow decisions would get all of it. */
TEST(answer_that_is_too_late_is_paid_for)
{
	uint32_t seq;

	play_start();
	submit(1);
	seq = expect_decide();
	play.now += 20000;
	play_expect(&play.gate, MSG_JOB_REFUSED);
	play.now += 5000;
	submit(2);
	play_expect_none(&play.keyd);
	send_explained(seq, true, "");
	explain_after(0);
	ATF_CHECK(keyd_is_taken());
	play.now += 23999;
	ATF_CHECK(keyd_is_taken());
	play.now++;
	ATF_CHECK(!keyd_is_taken());
}

TEST(keyds_time_is_counted_whatever_it_answers)
{
	uint32_t seq;

	play_start();
	submit(CONN);
	seq = expect_decide();
	play.now += 600;
	send_deny(seq, REASON_POLICY, "no", true);
	check_refusal(REASON_POLICY, "no");
	submit_query(2);
	seq = expect_query_decide(NULL);
	play.now += 1601;
	grant_query(seq, ALICE);
	expect_append(EVENT_READ_ALLOWED, ALICE);
	ATF_CHECK(keyd_is_taken());
	ATF_CHECK_EQ(share_left_of(&play_left, SHARE_KEYD, "bob"), UINT64_MAX);
}

TEST(measured_job_waits_through_a_restart_of_keyd)
{
	play_start();
	submit(CONN);
	send_measure(expect_decide(), "python");
	play_asked_to_measure();
	submit(1);
	expect_decide();
	play_measured(1, 0, 0x77);
	play_restart(&play.keyd);
	play_expect(&play.keyd, MSG_KEYD_INFO);
	ATF_CHECK_EQ(refused_conn(), 1);
	send_explained(expect_decide(), true, "");
	ATF_CHECK_EQ(explained_conn(), CONN);
}

static void
run_one(const char *who, const char *job)
{
	struct grant *g = make_grant();

	strcpy(g->who.submitter, who);
	strcpy(g->who.job, job);
	to_run(g);
	play_report(0, REPORT_ENDED, 0, 0, "");
	play_die(0);
	check_end(OUTCOME_EXITED, 0, "");
}

TEST(jobs_of_one_signer_do_not_push_out_anothers_output)
{
	char job[JOB_ID_LEN + 1];

	play_start();
	run_one("bob", "bob-1");
	run_one("bob", "bob-2");
	for (int i = 0; i < 3 * HISTORY_MAX; i++) {
		snprintf(job, sizeof(job), "greedy-%d", i);
		run_one("greedy", job);
	}
	ATF_CHECK(history_tail(&play.r, "bob-1") != NULL);
	ATF_CHECK(history_tail(&play.r, "bob-2") != NULL);
	snprintf(job, sizeof(job), "greedy-%d", 2 * HISTORY_MAX + 2);
	ATF_CHECK(history_tail(&play.r, job) != NULL);	/* 14 of the last */
	snprintf(job, sizeof(job), "greedy-%d", 2 * HISTORY_MAX + 1);
	ATF_CHECK(history_tail(&play.r, job) == NULL);
	for (int i = 0; i < HISTORY_MAX; i++) {	/* both come to a half */
		snprintf(job, sizeof(job), "carol-%d", i);
		run_one("carol", job);
	}
	ATF_CHECK(history_tail(&play.r, "bob-1") != NULL);
	ATF_CHECK(history_tail(&play.r, "carol-15") != NULL);
	ATF_CHECK(history_tail(&play.r, "carol-8") == NULL);
	ATF_CHECK(history_tail(&play.r, "carol-9") != NULL);
	ATF_CHECK_EQ(play.r.history.n, HISTORY_MAX);
}

static void
tell_room(uint64_t bytes)
{
	static const unsigned char root[DIGEST_LEN];

	PLAY_SEND(&play.ledgerd, ledger_info_is, .root = root, .room = bytes);
}

/* Half of the room by default: here two leaves, an accepted job and its end. */
TEST(leaves_of_a_signer_are_counted_until_the_next_start)
{
	play_start();
	ATF_CHECK_EQ(left(SHARE_LEDGER, ALICE), UINT64_MAX);
	tell_room(4 * LEAF_BYTES);
	to_run(make_grant());
	ATF_CHECK_EQ(left(SHARE_LEDGER, ALICE), UINT64_MAX);
	play_report(0, REPORT_ENDED, 0, 0, "");
	play_die(0);
	check_end(OUTCOME_EXITED, 0, "");
	ATF_CHECK_EQ(left(SHARE_LEDGER, ALICE), 0);
	ATF_CHECK_EQ(play_left.n, 1);
	tell_room(100 * LEAF_BYTES);		/* a ledgerd that restarts */
	ATF_CHECK_EQ(left(SHARE_LEDGER, ALICE), 0);
}

TEST(leaves_of_refusals_and_queries_count_too)
{
	play_start();
	tell_room(4 * LEAF_BYTES);
	submit(CONN);
	send_deny(expect_decide(), REASON_POLICY, "no", true);
	check_refusal(REASON_POLICY, "no");
	submit_query(1);
	grant_query(expect_query_decide(NULL), "bob");
	send_appended(expect_append(EVENT_READ_ALLOWED, "bob"), "");
	play_expect(&play.gate, MSG_QUERY_DATA);
	play_expect(&play.gate, MSG_QUERY_END);
	ATF_CHECK_EQ(left(SHARE_LEDGER, ALICE), UINT64_MAX);
	ATF_CHECK_EQ(share_left_of(&play_left, SHARE_LEDGER, "bob"),
	    UINT64_MAX);
	submit_query(2);
	grant_query(expect_query_decide(NULL), "bob");
	send_appended(expect_append(EVENT_READ_ALLOWED, "bob"), "");
	play_expect(&play.gate, MSG_QUERY_DATA);
	play_expect(&play.gate, MSG_QUERY_END);
	ATF_CHECK_EQ(left(SHARE_LEDGER, "bob"), 0);
	ATF_CHECK_EQ(share_left_of(&play_left, SHARE_LEDGER, ALICE),
	    UINT64_MAX);
}

TEST(bundle_that_was_announced_takes_no_room)
{
	struct grant *g = make_grant();

	play_start();
	g->bundle_len = 768 * KIB;
	submit(1);
	send_grant(expect_decide(), g);
	play_expect(&play.gate, MSG_JOB_SEND);
	strcpy(g->who.submitter, "bob");
	submit(2);
	send_grant(expect_decide(), g);
	play_expect(&play.gate, MSG_JOB_SEND);
	ATF_CHECK_EQ(play.r.budget.used, 0);
}

/* 64 KiB/s on average, and 10 s late at most. */
TEST(bundle_keeps_a_least_rate)
{
	static char part[DATA_MAX];
	struct grant *g = make_grant();

	play_start();
	g->bundle_len = 512 * KIB;
	to_receive(g);
	play.now += 9999;
	play_expect_none(&play.gate);
	send_data(CONN, part, sizeof(part));
	play.now += 500;
	play_expect_none(&play.gate);
	play.now += 1;
	check_refusal(REASON_BUNDLE, "32768 of its 524288 bytes have come, and "
	    "after 10 s it must be 64 KiB/s on average");
}

TEST(bundle_that_does_not_begin_is_refused)
{
	play_start();
	to_receive(make_grant());
	play.now += 9999;
	play_expect_none(&play.gate);
	play.now += 1;
	check_refusal(REASON_BUNDLE, "0 of its 22 bytes have come");
}

TEST(bundle_in_small_parts_is_not_slower_than_it_is)
{
	static char part[16];
	struct grant *g = make_grant();

	play_start();
	g->bundle_len = 512 * KIB;
	to_receive(g);
	for (int i = 0; i < 4096; i++)		/* 64 KiB */
		send_data(CONN, part, sizeof(part));
	play.now += 10999;
	play_expect_none(&play.gate);
	play.now += 1;
	check_refusal(REASON_BUNDLE, "comes too slowly");
}

ATF_TP_ADD_TCS(tp)
{
#define ADD(name)	ATF_TP_ADD_TC(tp, name)
	ADD(keyd_gets_one_request_at_a_time_in_the_order_they_came);
	ADD(request_waits_for_those_before_it_and_no_others);
	ADD(queue_is_left_by_clients_that_go);
	ADD(queue_for_a_keyd_that_does_not_reply_is_refused);
	ADD(queue_is_refused_when_the_appliance_stops);
	ADD(restart_of_keyd_refuses_only_what_it_decided);
	ADD(jobs_and_bundles_of_a_signer_are_told);
	ADD(site_says_how_much_there_is);
	ADD(job_whose_runtime_is_measured_counts_and_not_against_itself);
	ADD(shares_are_given_back_however_a_job_ends);
	ADD(queries_of_a_signer_are_told_and_given_back);
	ADD(keyds_time_is_shared_while_others_wait);
	ADD(answer_that_is_too_late_is_paid_for);
	ADD(keyds_time_is_counted_whatever_it_answers);
	ADD(measured_job_waits_through_a_restart_of_keyd);
	ADD(jobs_of_one_signer_do_not_push_out_anothers_output);
	ADD(leaves_of_a_signer_are_counted_until_the_next_start);
	ADD(leaves_of_refusals_and_queries_count_too);
	ADD(bundle_that_was_announced_takes_no_room);
	ADD(bundle_keeps_a_least_rate);
	ADD(bundle_that_does_not_begin_is_refused);
	ADD(bundle_in_small_parts_is_not_slower_than_it_is);
	return atf_no_error();
}
