/* PROVE: proofs for clients that have not yet sent a request. */
#include <atf-c.h>

#include <stdio.h>
#include <string.h>

#include "runner/test/peers.h"
#include "runner/test/talk.h"

#define TEST(name)	ATF_TC_WITHOUT_HEAD(name); ATF_TC_BODY(name, tc)

static void
prove(uint32_t conn, uint64_t first, uint64_t second)
{
	PLAY_SEND(&play.gate, log_prove, .conn = conn,
	    .prove = { .first = first, .second = second });
}

/* ledgerd is asked for these two; returns the seq. */
static uint32_t
expect_asked(uint64_t first, uint64_t second)
{
	struct msg_ledger_prove m;

	PLAY_EXPECT(&play.ledgerd, ledger_prove, &m);
	ATF_CHECK_EQ(first, m.first);
	ATF_CHECK_EQ(second, m.second);
	ATF_CHECK_EQ(0, m.size);
	return m.seq;
}

static void
send_proof(uint32_t seq)
{
	PLAY_SEND(&play.ledgerd, ledger_proof, .seq = seq, .size = 9,
	    .note = { "note", 4 }, .first = { "one", 3 },
	    .second = { "three", 5 });
}

static void
expect_proof(uint32_t conn)
{
	struct msg_log_proof m;

	PLAY_EXPECT(&play.gate, log_proof, &m);
	ATF_CHECK_EQ(conn, m.conn);
	ATF_CHECK(is_text(m.proof.note, "note"));
	ATF_CHECK(is_text(m.proof.first, "one"));
	ATF_CHECK(is_text(m.proof.second, "three"));
}

TEST(proof_needs_no_signature_and_no_record)
{
	play_start();
	prove(CONN, 3, 4);
	send_proof(expect_asked(3, 4));
	expect_proof(CONN);
	play_expect_none(&play.keyd);
	play_expect_none(&play.ledgerd);
}

TEST(a_request_may_follow)
{
	play_start();
	prove(CONN, 3, 4);
	send_proof(expect_asked(3, 4));
	expect_proof(CONN);
	submit(CONN);
	(void)expect_decide();
}

TEST(ledgerd_is_asked_for_one_at_a_time)
{
	uint32_t seq;

	play_start();
	prove(CONN, 1, 1);
	prove(CONN + 1, 2, 2);
	seq = expect_asked(1, 1);
	play_expect_none(&play.ledgerd);
	send_proof(seq);
	expect_proof(CONN);
	send_proof(expect_asked(2, 2));
	expect_proof(CONN + 1);
}

TEST(ledgerd_is_still_asked_for_one_when_clients_leave)
{
	uint32_t seq;

	play_start();
	prove(CONN, 1, 1);
	seq = expect_asked(1, 1);
	prove(CONN + 1, 2, 2);
	prove(CONN + 2, 3, 3);
	send_cancel(CONN);
	send_cancel(CONN + 1);
	play_expect_none(&play.ledgerd);
	send_proof(seq);
	play_expect_none(&play.gate);
	send_proof(expect_asked(3, 3));
	expect_proof(CONN + 2);
}

TEST(failure_is_told)
{
	play_start();
	prove(CONN, 1, 1);
	send_failed(expect_asked(1, 1), "page 7 is damaged");
	expect_refused(REASON_LEDGER, "page 7 is damaged", "");
	prove(CONN, 1, 1);
	send_cancel(CONN);
	send_failed(expect_asked(1, 1), "page 7 is damaged");
	play_expect_none(&play.gate);
}

TEST(silent_ledgerd_is_told)
{
	uint32_t seq;

	play_start();
	prove(CONN, 1, 1);
	seq = expect_asked(1, 1);
	play.now += PROVE_MS;
	play_turn();
	expect_refused(REASON_LEDGER, "ledgerd does not answer", "");
	send_proof(seq);
	play_expect_none(&play.gate);
}

TEST(new_ledgerd_is_asked_again)
{
	play_start();
	prove(CONN, 1, 1);
	(void)expect_asked(1, 1);
	play_restart(&play.ledgerd);
	(void)play_expect(&play.ledgerd, MSG_LEDGER_INFO);
	send_proof(expect_asked(1, 1));
	expect_proof(CONN);
}

TEST(a_new_gate_has_no_clients)
{
	uint32_t seq;

	play_start();
	prove(CONN, 1, 1);
	seq = expect_asked(1, 1);
	prove(CONN + 1, 2, 2);
	play_restart(&play.gate);
	send_proof(seq);
	play_expect_none(&play.gate);
	play_expect_none(&play.ledgerd);
}

TEST(too_many_are_refused)
{
	play_start();
	for (uint32_t i = 0; i < PROVES_MAX; i++)
		prove(CONN + i, 1, 1);
	prove(CONN + PROVES_MAX, 1, 1);
	ATF_CHECK_EQ(CONN + PROVES_MAX, refused_conn());
}

TEST(stopping_refuses_all)
{
	play_start();
	prove(CONN, 1, 1);
	prove(CONN + 1, 1, 1);
	play_stop();
	ATF_CHECK_EQ(CONN, refused_conn());
	ATF_CHECK_EQ(CONN + 1, refused_conn());
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, proof_needs_no_signature_and_no_record);
	ATF_TP_ADD_TC(tp, a_request_may_follow);
	ATF_TP_ADD_TC(tp, ledgerd_is_asked_for_one_at_a_time);
	ATF_TP_ADD_TC(tp, ledgerd_is_still_asked_for_one_when_clients_leave);
	ATF_TP_ADD_TC(tp, failure_is_told);
	ATF_TP_ADD_TC(tp, silent_ledgerd_is_told);
	ATF_TP_ADD_TC(tp, new_ledgerd_is_asked_again);
	ATF_TP_ADD_TC(tp, a_new_gate_has_no_clients);
	ATF_TP_ADD_TC(tp, too_many_are_refused);
	ATF_TP_ADD_TC(tp, stopping_refuses_all);
	return atf_no_error();
}
