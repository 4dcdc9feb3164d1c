/* What a leaf has beside it: evidence on its way there, disclosures back. */
#include <atf-c.h>
#include <stdio.h>
#include <string.h>

#include "runner/test/peers.h"
#include "runner/test/talk.h"
#include "runner/runner.h"

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

/* A ledger of 42 leaves, and a granted query for leaf 3. */
static void
ask(enum verb verb, uint64_t leaf, const char *field)
{
	play_start();
	send_appended(grant_status(), "r");
	play_expect(&play.gate, MSG_QUERY_DATA);
	play_expect(&play.gate, MSG_QUERY_END);
	submit_query(CONN);
	PLAY_SEND(&play.keyd, query_grant, .seq = expect_query_decide(NULL),
	    .verb = (uint8_t)verb, .first = leaf, .job = "", .field = field,
	    .fields = 1, .who = &reader);
}

static void
allow(const char *verb)
{
	send_appended(expect_append(EVENT_READ_ALLOWED, verb), "receipt");
}

static void
expect_end(const char *text)
{
	struct msg_query_end m;

	PLAY_EXPECT(&play.gate, query_end, &m);
	ATF_CHECK_STREQ(m.read_end.text, text);
	ATF_CHECK(is_text(m.read_end.receipt, "receipt"));
	ATF_CHECK_EQ(play.r.queries[0].state, QUERY_FREE);
}

static void
send_failure(uint32_t seq, bool not_kept, const char *message)
{
	PLAY_SEND(&play.ledgerd, ledger_failed, .seq = seq,
	    .not_kept = not_kept, .message = message);
}

/* The next part that is asked for is sent. */
static void
give_part(uint32_t file, uint64_t offset, const char *name, bool last,
    const char *data)
{
	struct msg_ledger_evidence m;

	PLAY_EXPECT(&play.ledgerd, ledger_evidence, &m);
	ATF_CHECK_EQ(m.index, 3);
	ATF_CHECK_EQ(m.file, file);
	ATF_CHECK_EQ(m.offset, offset);
	PLAY_SEND(&play.ledgerd, ledger_evidence_is, .seq = m.seq,
	    .name = name, .forgotten = data == NULL, .last = last,
	    .data = { data, data == NULL ? 0 : strlen(data) });
}

TEST(evidence_is_a_leaf_and_then_its_files)
{
	ask(VERB_EVIDENCE, 3, "");
	allow("\"verb\":\"evidence\"");
	send_leaf(expect_read(3, 1), 3, "one\n");
	expect_data(1, "leaf");
	expect_data(3, "one\n");
	give_part(0, 0, "command", true, "the command");
	expect_data(4, "command");
	expect_data(5, "the command");
	give_part(1, 0, "manifest.yaml", false, "first ");
	expect_data(4, "manifest.yaml");
	expect_data(5, "first ");
	give_part(1, 6, "manifest.yaml", true, "second");
	expect_data(5, "second");
	give_part(2, 0, "gone", true, NULL);
	give_part(3, 0, "gone, too", true, NULL);
	give_part(4, 0, "empty", true, "");
	expect_data(4, "empty");
	give_part(5, 0, "", true, "");
	expect_end("forgotten: gone, gone, too");
}

TEST(evidence_that_is_forgotten_while_it_is_read_is_a_refusal)
{
	ask(VERB_EVIDENCE, 3, "");
	allow("evidence");
	send_leaf(expect_read(3, 1), 3, "");
	expect_data(1, "leaf");
	give_part(0, 0, "manifest.yaml", false, "first ");
	expect_data(4, "manifest.yaml");
	expect_data(5, "first ");
	give_part(0, 6, "manifest.yaml", true, NULL);
	expect_refused(REASON_NOT_KEPT, "manifest.yaml was forgotten while it "
	    "was read; read the rest again", "");
}

TEST(site_that_is_forgotten_while_it_is_read_is_a_refusal)
{
	ask(VERB_EVIDENCE, 3, "");
	allow("evidence");
	send_leaf(expect_read(3, 1), 3, "");
	expect_data(1, "leaf");
	give_part(0, 0, "command", true, NULL);
	give_part(1, 0, "site/a", true, "a");
	expect_data(4, "site/a");
	expect_data(5, "a");
	give_part(2, 0, "site/b", true, NULL);
	expect_refused(REASON_NOT_KEPT, "site/b was forgotten while it was "
	    "read", "");
}

TEST(forgotten_files_are_named_as_far_as_there_is_room)
{
	char name[128] = "site/", text[1024];

	memset(name + 5, 'n', 100);
	ask(VERB_EVIDENCE, 3, "");
	allow("evidence");
	send_leaf(expect_read(3, 1), 3, "");
	expect_data(1, "leaf");
	for (uint32_t i = 0; i < 8; i++)
		give_part(i, 0, name, true, NULL);
	give_part(8, 0, "", true, "");
	snprintf(text, sizeof(text), "forgotten: %s, %s, %s, %s, ...", name,
	    name, name, name);
	expect_end(text);
}

/* The next step that is asked for is answered. */
static void
give_step(uint64_t from, uint64_t page, uint64_t next, bool done,
    const char *text)
{
	struct msg_ledger_fsck m;

	PLAY_EXPECT(&play.ledgerd, ledger_fsck, &m);
	ATF_CHECK_EQ(m.next, from);
	ATF_CHECK_EQ(m.page, page);
	PLAY_SEND(&play.ledgerd, ledger_fsck_is, .seq = m.seq, .next = next,
	    .page = 7, .done = done, .leaves = 1, .nodes = 2,
	    .disclosures = 3, .files = 4, .findings = text[0] != '\0',
	    .text = { text, strlen(text) });
}

TEST(fsck_is_findings_and_then_the_counts)
{
	ask(VERB_FSCK, 0, "");
	allow("\"verb\":\"fsck\"");
	give_step(0, 0, 64, false, "");
	give_step(64, 7, 128, false, "leaf 70\n");
	expect_data(2, "leaf 70\n");
	give_step(128, 7, 16384, false, "");
	expect_data(1, "{\"leaves\":3,\"nodes\":6,\"disclosures\":9,"
	    "\"files\":12,\"findings\":1}\n");	/* so that it goes on */
	give_step(16384, 7, 16385, true, "the tip\n");
	expect_data(2, "the tip\n");
	expect_data(1, "{\"leaves\":4,\"nodes\":8,\"disclosures\":12,"
	    "\"files\":16,\"findings\":2}\n");
	expect_end("");
}

TEST(fsck_ends_when_ledgerd_restarts)
{
	ask(VERB_FSCK, 0, "");
	allow("fsck");
	give_step(0, 0, 64, false, "");
	play_expect(&play.ledgerd, MSG_LEDGER_FSCK);
	play_restart(&play.ledgerd);
	expect_refused(REASON_LEDGER, "ledgerd restarted", "");
}

TEST(evidence_that_cannot_be_read_is_a_refusal)
{
	struct msg_ledger_evidence m;

	ask(VERB_EVIDENCE, 3, "");
	allow("evidence");
	send_leaf(expect_read(3, 1), 3, "");
	expect_data(1, "leaf");
	PLAY_EXPECT(&play.ledgerd, ledger_evidence, &m);
	send_failure(m.seq, false, "page 7 is damaged");
	expect_refused(REASON_LEDGER, "page 7 is damaged", "");
}

TEST(what_is_beside_a_leaf_past_the_end_is_refused_and_recorded)
{
	static const enum verb verbs[] = { VERB_EVIDENCE, VERB_DISCLOSE,
	    VERB_FORGET };

	for (size_t i = 0; i < 3; i++) {
		ask(verbs[i], 42, "author");
		send_appended(expect_append(EVENT_READ_REFUSED,
		    "no-such-leaf"), "receipt");
		expect_refused(REASON_NO_LEAF, "the ledger has 42", "receipt");
	}
}

static uint32_t
expect_disclose(void)
{
	struct msg_ledger_disclose m;

	PLAY_EXPECT(&play.ledgerd, ledger_disclose, &m);
	ATF_CHECK_EQ(m.index, 3);
	ATF_CHECK_EQ(m.field, WITHHELD_AUTHOR);
	return m.seq;
}

TEST(disclosure_is_a_leaf_and_one_line)
{
	ask(VERB_DISCLOSE, 3, "author");
	allow("\"field\":\"author\"");
	send_leaf(expect_disclose(), 3, "line\n");
	expect_data(1, "leaf");
	expect_data(3, "line\n");
	expect_end("");
}

TEST(field_that_is_not_kept_is_a_refusal)
{
	ask(VERB_DISCLOSE, 3, "author");
	allow("disclose");
	send_failure(expect_disclose(), true, "it was forgotten");
	expect_refused(REASON_NOT_KEPT, "it was forgotten", "");
}

/* The order's event is checked as an append's. */
static uint32_t
expect_forget(void)
{
	struct msg_ledger_forget m;

	PLAY_EXPECT(&play.ledgerd, ledger_forget, &m);
	ATF_CHECK_EQ(m.leaf, 3);
	ATF_CHECK_EQ(m.field, WITHHELD_AUTHOR);
	ATF_CHECK(memmem(m.fields.p, m.fields.len, "reader@example", 14) !=
	    NULL);
	ATF_CHECK(memmem(m.evidence.p, m.evidence.len, "command.sig", 11) !=
	    NULL);
	return m.seq;
}

static uint32_t
expect_erased(void)
{
	struct msg_ledger_erased m;

	PLAY_EXPECT(&play.ledgerd, ledger_erased, &m);
	return m.seq;
}

TEST(order_to_forget_ends_when_no_copy_is_left)
{
	ask(VERB_FORGET, 3, "author");
	send_appended(expect_forget(), "receipt");
	PLAY_SEND(&play.ledgerd, ledger_erased_is, .seq = expect_erased(),
	    .message = "");
	expect_end("erased: author of leaf 3");
}

TEST(order_to_forget_says_that_copies_may_be_left)
{
	ask(VERB_FORGET, 3, "author");
	send_appended(expect_forget(), "receipt");
	PLAY_SEND(&play.ledgerd, ledger_erased_is, .seq = expect_erased(),
	    .message = "copies of it may be left");
	expect_end("erased: author of leaf 3; copies of it may be left");
}

TEST(order_to_forget_what_is_not_kept_is_recorded_as_a_refusal)
{
	ask(VERB_FORGET, 3, "author");
	send_failure(expect_forget(), true, "it was forgotten");
	send_appended(expect_append(EVENT_READ_REFUSED,
	    "\"reason\":\"not-kept\""), "receipt");
	expect_refused(REASON_NOT_KEPT, "it was forgotten", "receipt");
}

TEST(order_to_forget_without_a_reply_may_have_been_carried_out)
{
	ask(VERB_FORGET, 3, "author");
	expect_forget();
	play.now += 30000;
	expect_refused(REASON_LEDGER, "may be forgotten or not", "");

	ask(VERB_FORGET, 3, "author");
	send_appended(expect_forget(), "receipt");
	expect_erased();
	play.now += 30000;
	expect_refused(REASON_LEDGER, "the field is erased", "");
}

TEST(order_to_forget_without_a_record_erases_nothing)
{
	ask(VERB_FORGET, 3, "author");
	send_failure(expect_forget(), false, "the data disk is full");
	expect_refused(REASON_LEDGER, "the data disk is full", "");
	play_expect_none(&play.ledgerd);
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
	ADD(evidence_is_a_leaf_and_then_its_files);
	ADD(evidence_that_is_forgotten_while_it_is_read_is_a_refusal);
	ADD(site_that_is_forgotten_while_it_is_read_is_a_refusal);
	ADD(forgotten_files_are_named_as_far_as_there_is_room);
	ADD(fsck_is_findings_and_then_the_counts);
	ADD(fsck_ends_when_ledgerd_restarts);
	ADD(evidence_that_cannot_be_read_is_a_refusal);
	ADD(what_is_beside_a_leaf_past_the_end_is_refused_and_recorded);
	ADD(disclosure_is_a_leaf_and_one_line);
	ADD(field_that_is_not_kept_is_a_refusal);
	ADD(order_to_forget_ends_when_no_copy_is_left);
	ADD(order_to_forget_says_that_copies_may_be_left);
	ADD(order_to_forget_what_is_not_kept_is_recorded_as_a_refusal);
	ADD(order_to_forget_without_a_reply_may_have_been_carried_out);
	ADD(order_to_forget_without_a_record_erases_nothing);
	return atf_no_error();
}
