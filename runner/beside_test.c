/* What a leaf has beside it: evidence on its way there, disclosures back. */
#include <atf-c.h>
#include <string.h>

#include "runner/test/peers.h"
#include "runner/test/talk.h"

#define TEST(name)	ATF_TC_WITHOUT_HEAD(name); ATF_TC_BODY(name, tc)

#define COMMAND		"command command\ncommand.sig signature\n"
#define MANIFEST	"manifest.yaml manifest\nmanifest.yaml.sig signature\n"

static struct who reader = { .job = "00112233445566778899aabbccddeeff",
    .submitter = "reader@example" };

TEST(accepted_job_has_command_and_manifest_and_its_end_nothing)
{
	play_start();
	to_run(make_grant());
	ATF_CHECK_STREQ(play_evidence, COMMAND MANIFEST);
	play_report(0, REPORT_ENDED, 0, 0, "");
	play_die(0);
	expect_append(EVENT_JOB_FINISHED, "exited");
	ATF_CHECK_STREQ(play_evidence, "");
}

TEST(job_refused_after_its_grant_has_command_and_manifest)
{
	play_start();
	to_receive(make_grant());
	send_cancel(CONN);
	expect_append(EVENT_JOB_REFUSED, "cancelled");
	ATF_CHECK_STREQ(play_evidence, COMMAND MANIFEST);
}

TEST(refusal_has_them_again_when_ledgerd_restarts)
{
	play_start();
	to_receive(make_grant());
	send_cancel(CONN);
	expect_append(EVENT_JOB_REFUSED, "cancelled");
	play_restart(&play.ledgerd);
	play_expect(&play.ledgerd, MSG_LEDGER_INFO);
	expect_append(EVENT_JOB_REFUSED, "cancelled");
	ATF_CHECK_STREQ(play_evidence, COMMAND MANIFEST);
}

TEST(manifest_that_was_not_verified_is_not_kept)
{
	play_start();
	submit(CONN);
	send_deny(expect_decide(), REASON_SIGNATURE, "is not", true);
	expect_append(EVENT_JOB_REFUSED, "signature");
	ATF_CHECK_STREQ(play_evidence, COMMAND);
}

static uint32_t
grant_status(void)
{
	submit_query(CONN);
	PLAY_SEND(&play.keyd, query_grant, .seq = expect_query_decide(NULL),
	    .verb = VERB_STATUS, .job = "", .field = "", .who = &reader);
	return expect_append(EVENT_READ_ALLOWED, "status");
}

TEST(query_has_its_command)
{
	play_start();
	grant_status();
	ATF_CHECK_STREQ(play_evidence, COMMAND);
}

TEST(refused_query_has_its_command)
{
	play_start();
	submit_query(CONN);
	PLAY_SEND(&play.keyd, query_deny, .seq = expect_query_decide(NULL),
	    .reason = REASON_POLICY, .message = "no", .is_signed = true,
	    .verb = VERB_STATUS, .job = "", .field = "", .who = &reader);
	expect_append(EVENT_READ_REFUSED, "policy");
	ATF_CHECK_STREQ(play_evidence, COMMAND);
}

TEST(query_is_wiped_when_it_was_recorded)
{
	uint32_t seq;

	play_start();
	seq = grant_status();
	ATF_CHECK(play.r.queries[0].frame != NULL);
	send_disclosed(seq, "receipt", "d");
	ATF_CHECK(play.r.queries[0].frame == NULL);
}

TEST(client_gets_the_disclosures_of_its_own_leaves)
{
	struct msg_job_finished finished;
	struct msg_job_refused refused;
	struct msg_query_end end;

	play_start();
	to_run(make_grant());
	play_report(0, REPORT_ENDED, 0, 0, "");
	play_die(0);
	send_disclosed(expect_append(EVENT_JOB_FINISHED, ""), "r", "one\n");
	PLAY_EXPECT(&play.gate, job_finished, &finished);
	ATF_CHECK(is_text(finished.finished.disclosures, "one\n"));

	submit(CONN);
	send_deny(expect_decide(), REASON_POLICY, "no", true);
	send_disclosed(expect_append(EVENT_JOB_REFUSED, ""), "r", "two\n");
	PLAY_EXPECT(&play.gate, job_refused, &refused);
	ATF_CHECK(is_text(refused.refused.disclosures, "two\n"));

	send_disclosed(grant_status(), "r", "three\n");
	play_expect(&play.gate, MSG_QUERY_DATA);
	PLAY_EXPECT(&play.gate, query_end, &end);
	ATF_CHECK(is_text(end.read_end.disclosures, "three\n"));
}

static void
expect_data(int stream, const char *text)
{
	struct msg_query_data m;

	PLAY_EXPECT(&play.gate, query_data, &m);
	ATF_CHECK_EQ(m.read_data.stream, stream);
	ATF_CHECK_MSG(is_text(m.read_data.data, text), "%.*s",
	    (int)m.read_data.data.len, (const char *)m.read_data.data.p);
}

static uint32_t
expect_read(uint64_t index, uint32_t fields)
{
	struct msg_ledger_read m;

	PLAY_EXPECT(&play.ledgerd, ledger_read, &m);
	ATF_CHECK_EQ(m.index, index);
	ATF_CHECK_EQ(m.fields, fields);
	return m.seq;
}

static void
send_leaf(uint32_t seq, uint64_t index, const char *disclosures)
{
	PLAY_SEND(&play.ledgerd, ledger_leaf, .seq = seq, .index = index,
	    .receipt = { "leaf", 4 },
	    .disclosures = { disclosures, strlen(disclosures) });
}

/* As many leaves as the ledger of send_appended() has. */
TEST(leaves_come_with_what_the_reader_may_see)
{
	play_start();
	send_appended(grant_status(), "r");
	play_expect(&play.gate, MSG_QUERY_DATA);
	play_expect(&play.gate, MSG_QUERY_END);
	submit_query(CONN);
	PLAY_SEND(&play.keyd, query_grant, .seq = expect_query_decide(NULL),
	    .verb = VERB_LEDGER, .first = 3, .count = 2, .job = "",
	    .field = "", .fields = 5, .who = &reader);
	send_appended(expect_append(EVENT_READ_ALLOWED, "ledger"), "r");
	send_leaf(expect_read(3, 5), 3, "one\ntwo\n");
	expect_data(1, "leaf");
	expect_data(3, "one\ntwo\n");
	send_leaf(expect_read(4, 5), 4, "");	/* nothing, no frame */
	expect_data(1, "leaf");
	play_expect(&play.gate, MSG_QUERY_END);
}

ATF_TP_ADD_TCS(tp)
{
#define ADD(name)	ATF_TP_ADD_TC(tp, name)
	ADD(accepted_job_has_command_and_manifest_and_its_end_nothing);
	ADD(job_refused_after_its_grant_has_command_and_manifest);
	ADD(refusal_has_them_again_when_ledgerd_restarts);
	ADD(manifest_that_was_not_verified_is_not_kept);
	ADD(query_has_its_command);
	ADD(refused_query_has_its_command);
	ADD(query_is_wiped_when_it_was_recorded);
	ADD(client_gets_the_disclosures_of_its_own_leaves);
	ADD(leaves_come_with_what_the_reader_may_see);
	return atf_no_error();
}
