/* PROVE: proofs before a client's request. */
#include <atf-c.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gate/test/fixture.h"

/* PROVE has been sent; returns the connection's number at the runner. */
static uint32_t
proving(int fd, uint64_t first, uint64_t second)
{
	struct msg_log_prove m;

	CLIENT_SAYS(fd, prove, .first = first, .second = second);
	RUNNER_HEARS(log_prove, &m);
	ATF_CHECK_EQ(first, m.prove.first);
	ATF_CHECK_EQ(second, m.prove.second);
	return m.conn;
}

static void
prove(int fd, uint64_t first, uint64_t second)
{
	struct client_proof proof;

	RUNNER_SAYS(log_proof, .conn = proving(fd, first, second), .proof = {
	    .note = { "note", 4 }, .first = { "one", 3 },
	    .second = { "three", 5 } });
	CLIENT_HEARS(fd, proof, &proof);
	ATF_CHECK_EQ(4, proof.note.len);
	ATF_CHECK_EQ(3, proof.first.len);
	ATF_CHECK_EQ(0, memcmp(proof.second.p, "three", 5));
}

ATF_TC_WITHOUT_HEAD(a_request_follows_the_proof);
ATF_TC_BODY(a_request_follows_the_proof, tc)
{
	int fd;

	start();
	fd = greeted();
	prove(fd, 3, 3);
	(void)submitted(fd);
	close(fd);
}

ATF_TC_WITHOUT_HEAD(proofs_are_given_once);
ATF_TC_BODY(proofs_are_given_once, tc)
{
	int fd;

	start();
	fd = greeted();
	prove(fd, 0, 0);
	CLIENT_SAYS(fd, prove, .first = 0, .second = 0);
	expect_refused(fd, REASON_PROTOCOL, "PROVE may come once");
}

ATF_TC_WITHOUT_HEAD(sizes_in_another_order_are_refused);
ATF_TC_BODY(sizes_in_another_order_are_refused, tc)
{
	int fd;

	start();
	fd = greeted();
	CLIENT_SAYS(fd, prove, .first = 4, .second = 3);
	expect_refused(fd, REASON_PROTOCOL, "the smaller one first");
	fd = greeted();
	client_frame(fd, CLIENT_PROVE, "12345678", 8);
	expect_refused(fd, REASON_PROTOCOL, "not two sizes");
}

ATF_TC_WITHOUT_HEAD(refusal_in_place_of_a_proof_is_the_last_frame);
ATF_TC_BODY(refusal_in_place_of_a_proof_is_the_last_frame, tc)
{
	int fd;

	start();
	fd = greeted();
	RUNNER_SAYS(job_refused, .conn = proving(fd, 1, 2), .refused = {
	    .reason = REASON_LEDGER, .message = "page 7 is damaged",
	    .job = "" });
	expect_refused(fd, REASON_LEDGER, "page 7 is damaged");
}

ATF_TC_WITHOUT_HEAD(client_that_leaves_is_cancelled);
ATF_TC_BODY(client_that_leaves_is_cancelled, tc)
{
	struct msg_job_cancel m;
	uint32_t id;
	int fd;

	start();
	fd = greeted();
	id = proving(fd, 1, 2);
	close(fd);
	RUNNER_HEARS(job_cancel, &m);
	ATF_CHECK_EQ(id, m.conn);
	RUNNER_SAYS(log_proof, .conn = id, .proof = { .note = { "n", 1 } });
	ATF_CHECK(all_free());
}

/* A client without a signature gives way to others. */
ATF_TC_WITHOUT_HEAD(a_proof_holds_no_place);
ATF_TC_BODY(a_proof_holds_no_place, tc)
{
	struct msg_job_cancel m;
	int fd[GATE_CONNS], late;

	start();
	for (int i = 0; i < GATE_CONNS; i++) {
		fd[i] = greeted();
		(void)proving(fd[i], 1, 2);
	}
	now += GATE_PLACE_MS;
	late = greeted();
	RUNNER_HEARS(job_cancel, &m);
	expect_refused(fd[0], REASON_BUSY, "too many clients");
	close(late);
}

ATF_TC_WITHOUT_HEAD(restarted_runner_ends_it);
ATF_TC_BODY(restarted_runner_ends_it, tc)
{
	int fd;

	start();
	fd = greeted();
	(void)proving(fd, 1, 2);
	start_runner();
	turns(3);
	expect_refused(fd, REASON_FAULT, "runner was restarted");
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, a_request_follows_the_proof);
	ATF_TP_ADD_TC(tp, proofs_are_given_once);
	ATF_TP_ADD_TC(tp, sizes_in_another_order_are_refused);
	ATF_TP_ADD_TC(tp, refusal_in_place_of_a_proof_is_the_last_frame);
	ATF_TP_ADD_TC(tp, client_that_leaves_is_cancelled);
	ATF_TP_ADD_TC(tp, a_proof_holds_no_place);
	ATF_TP_ADD_TC(tp, restarted_runner_ends_it);
	return atf_no_error();
}
