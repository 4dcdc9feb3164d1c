/* Queries: the decision, its record, and then the answer. */
#include <atf-c.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runner/test/peers.h"
#include "runner/test/talk.h"

#define TEST(name)	ATF_TC_WITHOUT_HEAD(name); ATF_TC_BODY(name, tc)

#define ID	"00112233445566778899aabbccddeeff"
#define JOB	"0123456789abcdef0123456789abcdef"	/* make_grant()'s */
#define LEAVES	42		/* after send_appended(): index 41 */

static unsigned char room[81920];
static char text[2 * TAIL_MAX];

/* Returns the seq; `jobs' is what keyd is told of them, one after another. */
static uint32_t
expect_query(const char *jobs)
{
	struct kept_jobs kept;
	uint32_t seq = expect_query_decide(&kept);
	char told[1024] = "";
	size_t len = 0;

	for (size_t i = 0; i < kept.n; i++)
		len += (size_t)snprintf(told + len, sizeof(told) - len,
		    "%s %s %s ", kept.list[i].job, kept.list[i].submitter,
		    kept.list[i].author);
	if (jobs != NULL)
		ATF_CHECK_STREQ(told, jobs);
	return seq;
}

static struct who reader = { .job = ID, .submitter = "reader@example",
    .command_sha256 = { 0xcd } };

static void
grant(uint32_t seq, enum verb verb, uint64_t first, uint32_t count,
    const char *job)
{
	PLAY_SEND(&play.keyd, query_grant, .seq = seq, .verb = (uint8_t)verb,
	    .first = first, .count = count, .job = job,
	    .field = "", .who = &reader);
}

static void
deny(uint32_t seq, bool is_signed)
{
	PLAY_SEND(&play.keyd, query_deny, .seq = seq, .reason = REASON_POLICY,
	    .message = "no rule permits it", .is_signed = is_signed,
	    .verb = VERB_STATUS, .job = "", .field = "",
	    .who = &reader);
}

/* Adds what a QUERY_DATA has to `text', which holds `used' bytes. */
static size_t
take_data(struct get *g, size_t used)
{
	struct msg_query_data m;
	const struct bytes *data = &m.read_data.data;

	ATF_REQUIRE_EQ(msg_get_query_data(g, &m), 0);
	ATF_REQUIRE_EQ(m.conn, CONN);
	used += (size_t)snprintf(text + used, sizeof(text) - used, "%s",
	    m.read_data.stream == 1 ? "" : "<2>");
	memcpy(text + used, data->p, data->len);
	used += data->len;
	send_credit(CONN, (uint32_t)data->len);
	return used;
}

/* What the client gets until the end, in `text'; then note and receipt. */
static void
expect_answer(const char *note, const char *receipt)
{
	struct msg_query_end m;
	size_t used = 0;
	enum msg type;
	struct get g;

	for (int i = 0; i < 100000; i++) {
		if (chan_next(&play.gate, &type, &g) != CHAN_MSG) {
			play_turn();
			continue;
		}
		if (type == MSG_QUERY_END)
			break;
		ATF_REQUIRE_EQ(type, MSG_QUERY_DATA);
		used = take_data(&g, used);
	}
	text[used] = '\0';
	ATF_REQUIRE_EQ(msg_get_query_end(&g, &m), 0);
	ATF_CHECK_EQ(m.conn, CONN);
	ATF_CHECK_STREQ(m.read_end.text, note);
	ATF_CHECK(is_text(m.read_end.receipt, receipt));
	ATF_CHECK_EQ(play.r.queries[0].state, QUERY_FREE);
}

static void
allowed(const char *json)
{
	send_appended(expect_append(EVENT_READ_ALLOWED, json), "receipt");
}

/* A query as far as its record. */
static void
read_it(enum verb verb, uint64_t first, uint32_t count, const char *job)
{
	submit_query(CONN);
	grant(expect_query(NULL), verb, first, count, job);
}

/* One job, over; `last' words on standard error. */
static void
run_one(const char *last)
{
	to_run(make_grant());
	play_write(0, 1, "hello\n", 6);
	play_expect(&play.gate, MSG_JOB_OUTPUT);
	play_write(0, 2, last, strlen(last));
	play_expect(&play.gate, MSG_JOB_OUTPUT);
	play_report(0, REPORT_ENDED, 0, 3 << 8, "");
	check_end(OUTCOME_EXITED, 3, "");
}

TEST(status_is_recorded_and_then_told)
{
	uint32_t seq;

	play_start();
	run_one("oh");
	submit_query(CONN);
	grant(expect_query(NULL), VERB_STATUS, 0, 0, "");
	seq = expect_append(EVENT_READ_ALLOWED, "\"id\":\"" ID "\","
	    "\"command_sha256\":\"cd0000");
	play_expect_none(&play.gate);
	send_appended(seq, "receipt");
	expect_answer("", "receipt");
	ATF_CHECK_MSG(strstr(text, "\"slots\":8,\"running\":0,"
	    "\"jobs_done\":1,\"tree_size\":42,\"uptime_ms\":1000,"
	    "\"memory_bytes\":0,\"runtimes\":\"node,python\"}\n") != NULL,
	    "%s", text);
}

TEST(refusal_is_recorded_and_then_told)
{
	uint32_t seq;

	play_start();
	submit_query(CONN);
	deny(expect_query(""), true);
	seq = expect_append(EVENT_READ_REFUSED, "\"verb\":\"status\","
	    "\"job\":\"\",\"first\":0,\"count\":0,\"second\":0,"
	    "\"field\":\"\","
	    "\"reason\":\"policy\"");
	play_expect_none(&play.gate);
	send_appended(seq, "receipt");
	expect_refused(REASON_POLICY, "no rule permits it", "receipt");
	ATF_CHECK_EQ(play.r.queries[0].state, QUERY_FREE);
}

TEST(refusal_names_leaf_and_field)
{
	play_start();
	submit_query(CONN);
	PLAY_SEND(&play.keyd, query_deny, .seq = expect_query(""),
	    .reason = REASON_POLICY, .message = "no rule permits it",
	    .is_signed = true, .verb = VERB_FORGET, .first = 7, .job = "",
	    .field = "argv", .who = &reader);
	send_appended(expect_append(EVENT_READ_REFUSED, "\"verb\":\"forget\","
	    "\"job\":\"\",\"first\":7,\"count\":0,\"second\":0,"
	    "\"field\":\"argv\","),
	    "receipt");
	expect_refused(REASON_POLICY, "no rule permits it", "receipt");
}

TEST(unsigned_query_is_refused_and_not_recorded)
{
	play_start();
	submit_query(CONN);
	deny(expect_query(""), false);
	expect_refused(REASON_POLICY, "no rule permits it", "");
	play_expect_none(&play.ledgerd);
}

/* Its end is told and its slot taken: no other job gets it yet. */
TEST(job_whose_slot_lingers_is_listed_as_ending)
{
	play_start();
	to_run(make_grant());
	play.child[0].stubborn = true;
	play_report(0, REPORT_ENDED, 0, 0, "");
	play.now += 30000;
	send_appended(expect_append(EVENT_JOB_FINISHED, "\"exited\""), "r");
	play_expect(&play.gate, MSG_JOB_FINISHED);
	submit_query(CONN);
	grant(expect_query(NULL), VERB_JOBS, 0, 0, "");
	allowed("],\"submitter\":\"reader@example\"");
	expect_answer("", "receipt");
	ATF_CHECK_MSG(strstr(text, "\"state\":\"ending\"") != NULL, "%s", text);
	ATF_CHECK_MSG(strchr(text, '\n') == strrchr(text, '\n'), "%s", text);
	submit_query(CONN);
	grant(expect_query(NULL), VERB_STATUS, 0, 0, "");
	allowed("\"verb\":\"status\"");
	expect_answer("", "receipt");
	ATF_CHECK_MSG(strstr(text, "\"running\":1,\"jobs_done\":0") != NULL,
	    "%s", text);
	play_die(0);
}

/* There is no job to name, but its slot is taken. */
TEST(slot_that_lingers_from_before_is_counted)
{
	play_start();
	job_linger(&play.r.jobs[3]);
	play.r.jobs[3].child.pidfd = dup(play.measurer);
	submit_query(CONN);
	grant(expect_query(NULL), VERB_JOBS, 0, 0, "");
	allowed("\"verb\":\"jobs\"");
	expect_answer("", "receipt");
	ATF_CHECK_STREQ(text, "");
	submit_query(CONN);
	grant(expect_query(NULL), VERB_STATUS, 0, 0, "");
	allowed("\"verb\":\"status\"");
	expect_answer("", "receipt");
	ATF_CHECK_MSG(strstr(text, "\"running\":1,") != NULL, "%s", text);
}

TEST(jobs_that_run_and_ran_are_listed)
{
	struct grant *g = make_grant();

	play_start();
	run_one("oh");
	strcpy(g->who.job, "ffff");
	to_run(g);
	play.now += 250;
	submit_query(CONN + 1);
	grant(expect_query("ffff submitter@example author@example "
	    JOB " submitter@example author@example "), VERB_JOBS, 0, 0, "");
	send_cancel(CONN + 1);	/* CONN is the job's */
	allowed("\"verb\":\"jobs\"");
	play_expect_none(&play.gate);
	ATF_CHECK_EQ(play.r.queries[0].state, QUERY_FREE);

	send_cancel(CONN);
	send_appended(expect_append(EVENT_JOB_FINISHED, "cancelled"), "r");
	strcpy(g->who.job, "eeee");
	submit(100);
	send_grant(expect_decide(), g);
	play_expect(&play.gate, MSG_JOB_SEND);
	read_it(VERB_JOBS, 0, 0, "");
	allowed("\"verb\":\"jobs\"");
	expect_answer("", "receipt");
	ATF_CHECK_MSG(strstr(text, "{\"job\":\"" JOB "\",\"name\":\"played\""
	    ",\"submitter\":\"submitter@example\",\"author\":"
	    "\"author@example\",\"state\":\"exited\",\"status\":3,") ==
	    text, "%s", text);
	ATF_CHECK_MSG(strstr(text, "\"wall_ms\":0,\"output_bytes\":8}\n"
	    "{\"job\":\"ffff\"") != NULL, "%s", text);
	ATF_CHECK(strstr(text, "\"state\":\"cancelled\"") != NULL);
	ATF_CHECK(strstr(text, "\"wall_ms\":250,") != NULL);
	ATF_CHECK(strstr(text, "\n{\"job\":\"eeee\"") != NULL);
	ATF_CHECK(strstr(text, "\"state\":\"preparing\"") != NULL);
}

/* What jobs says of the one job, which belongs to another connection. */
static void
expect_job(const char *json)
{
	struct msg_query_data m;
	const struct bytes *data = &m.read_data.data;

	submit_query(99);
	grant(expect_query(NULL), VERB_JOBS, 0, 0, "");
	allowed("\"verb\":\"jobs\"");
	PLAY_EXPECT(&play.gate, query_data, &m);
	ATF_CHECK_EQ(m.conn, 99);
	ATF_CHECK_EQ(m.read_data.stream, 1);
	ATF_CHECK_MSG(memmem(data->p, data->len, json, strlen(json)) != NULL,
	    "%.*s lacks %s", (int)data->len, (const char *)data->p, json);
	play_expect(&play.gate, MSG_QUERY_END);
}

TEST(job_that_runs_and_one_that_ends)
{
	struct grant *g = make_grant();

	play_start();
	g->manifest.limits.output_bytes = 10u << 20;
	to_run(g);
	play.now += 250;
	expect_job("\"state\":\"running\",\"status\":0,");
	expect_job("\"wall_ms\":250,");
	for (size_t sent = 0; sent < OUTPUT_WINDOW; sent += 4096) {
		play_write(0, 1, room, 4096);
		play_expect(&play.gate, MSG_JOB_OUTPUT);
	}
	play_write(0, 1, "rest", 4);	/* for which there is no room */
	play_report(0, REPORT_ENDED, 0, 0, "");
	expect_job("\"state\":\"ending\"");
}

TEST(output_comes_as_it_was_written)
{
	play_start();
	run_one("oh no");
	read_it(VERB_OUTPUT, 0, 0, JOB);
	allowed("\"verb\":\"output\",\"job\":\"" JOB "\"");
	expect_answer("", "receipt");
	ATF_CHECK_STREQ(text, "hello\n<2>oh no");
}

TEST(output_of_a_job_that_runs)
{
	play_start();
	to_run(make_grant());
	play_write(0, 1, "so far", 6);
	play_expect(&play.gate, MSG_JOB_OUTPUT);
	submit_query(8);
	grant(expect_query(JOB " submitter@example author@example "),
	    VERB_OUTPUT, 0, 0, JOB);
	allowed("output");
	play_expect(&play.gate, MSG_QUERY_DATA);
	play_expect(&play.gate, MSG_QUERY_END);
	ATF_CHECK_EQ(play.r.jobs[0].state, JOB_RUN);
}

TEST(output_has_lost_its_head)
{
	static char chunk[4096];
	struct grant *g = make_grant();

	play_start();
	g->manifest.limits.output_bytes = 1 << 20;
	memset(chunk, 'x', sizeof(chunk));
	to_run(g);
	play_write(0, 2, "head", 4);
	play_expect(&play.gate, MSG_JOB_OUTPUT);
	for (size_t n = 0; n < TAIL_MAX; n += sizeof(chunk)) {
		play_write(0, 1, chunk, sizeof(chunk));
		play_expect(&play.gate, MSG_JOB_OUTPUT);
		send_credit(CONN, sizeof(chunk));
	}
	play_report(0, REPORT_ENDED, 0, 0, "");
	check_end(OUTCOME_EXITED, 0, "");
	read_it(VERB_OUTPUT, 0, 0, JOB);
	allowed("output");
	expect_answer("the first 4 of 65540 bytes are not kept", "receipt");
	ATF_CHECK_EQ(strlen(text), TAIL_MAX);
	ATF_CHECK_EQ(strspn(text, "x"), TAIL_MAX);
}

TEST(output_that_went_meanwhile_is_a_refusal)
{
	uint32_t seq = 0;

	play_start();
	run_one("oh");
	for (int i = 0; i < HISTORY_MAX; i++) {
		struct grant *g = make_grant();

		snprintf(g->who.job, sizeof(g->who.job), "other%d", i);
		to_run(g);
		if (i == HISTORY_MAX - 1) {	/* it pushes out the first */
			submit_query(99);
			seq = expect_query(NULL);
		}
		play_report(0, REPORT_ENDED, 0, 0, "");
		check_end(OUTCOME_EXITED, 0, "");
	}
	grant(seq, VERB_OUTPUT, 0, 0, JOB);
	send_appended(expect_append(EVENT_READ_REFUSED, "\"unknown-job\""),
	    "receipt");
	play_expect(&play.gate, MSG_JOB_REFUSED);
}

static void
leaf(uint32_t seq, uint64_t index, const char *receipt)
{
	PLAY_SEND(&play.ledgerd, ledger_leaf, .seq = seq, .index = index,
	    .receipt = { receipt, strlen(receipt) });
}

static uint32_t
expect_question(uint64_t index)
{
	struct msg_ledger_read m;

	PLAY_EXPECT(&play.ledgerd, ledger_read, &m);
	ATF_CHECK_EQ(m.index, index);
	return m.seq;
}

/* As many leaves as LEAVES says. */
static void
start_with_leaves(void)
{
	play_start();
	run_one("oh");
	ATF_REQUIRE_EQ(play.r.tree_size, LEAVES);
}

TEST(leaves_come_one_by_one)
{
	start_with_leaves();
	read_it(VERB_LEDGER, 7, 2, "");
	allowed("\"verb\":\"ledger\",\"job\":\"\",\"first\":7,\"count\":2");
	leaf(expect_question(7), 7, "seven,");
	leaf(expect_question(8), 8, "eight");
	expect_answer("", "receipt");
	ATF_CHECK_STREQ(text, "seven,eight");
}

TEST(leaves_of_others_count)
{
	start_with_leaves();
	PLAY_SEND(&play.ledgerd, ledger_grew, .size = LEAVES + 2);
	play_turn();
	ATF_CHECK_EQ(play.r.tree_size, LEAVES + 2);
	PLAY_SEND(&play.ledgerd, ledger_grew, .size = LEAVES + 1);
	play_turn();
	ATF_CHECK_EQ(play.r.tree_size, LEAVES + 2);
	read_it(VERB_LEDGER, LEAVES + 1, 1, "");
	allowed("\"verb\":\"ledger\"");
	leaf(expect_question(LEAVES + 1), LEAVES + 1, "ready");
	expect_answer("", "receipt");
}

TEST(fewer_leaves_than_asked_are_all_there_are)
{
	start_with_leaves();
	read_it(VERB_LEDGER, LEAVES - 1, 256, "");
	allowed("\"count\":256");
	leaf(expect_question(LEAVES - 1), LEAVES - 1, "last");
	expect_answer("", "receipt");
	ATF_CHECK_STREQ(text, "last");
}

TEST(leaf_beyond_the_end_is_refused_with_the_size)
{
	start_with_leaves();
	read_it(VERB_LEDGER, LEAVES, 1, "");
	send_appended(expect_append(EVENT_READ_REFUSED, "\"no-such-leaf\""),
	    "receipt");
	expect_refused(REASON_NO_LEAF, "the ledger has 42", "receipt");
	play_expect_none(&play.ledgerd);
}

TEST(next_leaf_is_asked_for_when_this_one_has_room)
{
	static char big[60000];
	uint64_t at = 0;

	start_with_leaves();
	memset(big, 'x', sizeof(big) - 1);
	read_it(VERB_LEDGER, 0, 40, "");
	allowed("ledger");
	for (; at < 4; at++) {
		leaf(expect_question(at), at, big);
		play_expect(&play.gate, MSG_QUERY_DATA);
	}
	leaf(expect_question(at), at, big);	/* the window is full */
	play_expect_none(&play.gate);
	play_expect_none(&play.ledgerd);
	send_credit(CONN, 60000 - 1);
	play_expect(&play.gate, MSG_QUERY_DATA);
	expect_question(at + 1);
}

TEST(leaf_that_cannot_be_read_is_told_and_the_next_follow)
{
	start_with_leaves();
	read_it(VERB_LEDGER, 0, 3, "");
	allowed("ledger");
	leaf(expect_question(0), 0, "zero,");
	send_failed(expect_question(1), "page 7 is damaged,");
	leaf(expect_question(2), 2, "two");
	expect_answer("", "receipt");
	ATF_CHECK_STREQ(text, "zero,<2>page 7 is damaged,two");
}

/* A query for the proof from 7 leaves to `second', as far as its record. */
static void
ask_for_proof(uint64_t second)
{
	submit_query(CONN);
	PLAY_SEND(&play.keyd, query_grant, .seq = expect_query(NULL),
	    .verb = VERB_CONSISTENCY, .first = 7, .second = second, .job = "",
	    .field = "", .who = &reader);
}

static uint32_t
expect_prove(uint64_t size)
{
	struct msg_ledger_prove m;

	PLAY_EXPECT(&play.ledgerd, ledger_prove, &m);
	ATF_CHECK_EQ(m.first, 7);
	ATF_CHECK_EQ(m.second, 0);
	ATF_CHECK_EQ(m.size, size);
	return m.seq;
}

TEST(consistency_is_one_proof_as_text)
{
	static const unsigned char hash[DIGEST_LEN];

	start_with_leaves();
	ask_for_proof(0);
	allowed("\"verb\":\"consistency\",\"job\":\"\",\"first\":7,"
	    "\"count\":0,\"second\":0");
	PLAY_SEND(&play.ledgerd, ledger_proof, .seq = expect_prove(0),
	    .size = LEAVES, .note = { "note\n", 5 },
	    .first = { hash, sizeof(hash) });
	expect_answer("", "receipt");
	ATF_CHECK_STREQ(text, "old 7\n"
	    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\nnote\n");
	ask_for_proof(9);
	allowed("\"second\":9");
	PLAY_SEND(&play.ledgerd, ledger_proof, .seq = expect_prove(9),
	    .size = 9);
	expect_answer("", "receipt");
	ATF_CHECK_STREQ(text, "old 7\n");
}

TEST(consistency_of_what_never_was_is_refused_with_the_size)
{
	start_with_leaves();
	ask_for_proof(LEAVES + 1);
	send_appended(expect_append(EVENT_READ_REFUSED, "\"no-such-leaf\""),
	    "receipt");
	expect_refused(REASON_NO_LEAF, "never had 43 leaves; it has 42",
	    "receipt");
	play_expect_none(&play.ledgerd);
}

TEST(consistency_that_cannot_be_proved_is_told)
{
	start_with_leaves();
	ask_for_proof(9);
	allowed("consistency");
	send_failed(expect_prove(9), "page 7 is damaged");
	expect_answer("", "receipt");
	ATF_CHECK_STREQ(text, "<2>page 7 is damaged");
}

TEST(query_that_is_not_recorded_is_not_answered)
{
	play_start();
	read_it(VERB_STATUS, 0, 0, "");
	send_failed(expect_append(EVENT_READ_ALLOWED, "status"), "disk full");
	expect_refused(REASON_LEDGER, "so it is not answered: disk full",
	    "");
	submit_query(CONN);
	deny(expect_query(""), true);
	send_failed(expect_append(EVENT_READ_REFUSED, "status"), "disk full");
	expect_refused(REASON_POLICY, "(not recorded: disk full)", "");
	play_expect_none(&play.gate);
}

TEST(ninth_query_is_busy)
{
	play_start();
	for (uint32_t conn = 100; conn < 100 + QUERIES; conn++) {
		submit_query(conn);
		grant(expect_query(""), VERB_STATUS, 0, 0, "");
		expect_append(EVENT_READ_ALLOWED, "status");
	}
	submit_query(CONN);
	expect_refused(REASON_BUSY, "too many reads in progress", "");
	play_expect_none(&play.keyd);
	submit(CONN);			/* jobs have places of their own */
	expect_decide();
}

TEST(client_that_leaves_while_it_is_decided)
{
	uint32_t seq;

	play_start();
	submit_query(CONN);
	seq = expect_query("");
	send_cancel(CONN);
	grant(seq, VERB_STATUS, 0, 0, "");
	send_appended(expect_append(EVENT_READ_REFUSED, "\"cancelled\""),
	    "receipt");
	play_expect_none(&play.gate);
	ATF_CHECK_EQ(play.r.queries[0].state, QUERY_FREE);
}

TEST(client_that_leaves_or_is_silent_in_the_middle)
{
	uint32_t seq;

	start_with_leaves();
	read_it(VERB_LEDGER, 0, 2, "");
	allowed("ledger");
	seq = expect_question(0);
	send_cancel(CONN);
	ATF_CHECK_EQ(play.r.queries[0].state, QUERY_FREE);
	leaf(seq, 0, "late");
	play_expect_none(&play.gate);

	read_it(VERB_LEDGER, 0, 2, "");
	allowed("ledger");
	expect_question(0);
	play.now += 30000;
	expect_refused(REASON_LEDGER, "ledgerd does not answer", "");
	ATF_CHECK_EQ(play.r.queries[0].state, QUERY_FREE);
}

TEST(client_that_takes_nothing_gives_its_place_up)
{
	static char big[60000];

	start_with_leaves();
	memset(big, 'x', sizeof(big) - 1);
	read_it(VERB_LEDGER, 0, 9, "");
	allowed("ledger");
	for (uint64_t at = 0; at < 4; at++) {
		leaf(expect_question(at), at, big);
		play_expect(&play.gate, MSG_QUERY_DATA);
	}
	leaf(expect_question(4), 4, big);
	play.now += 30000;
	expect_refused(REASON_CANCELLED, "taken nothing for 30 s", "");
	ATF_CHECK_EQ(play.r.queries[0].state, QUERY_FREE);
}

TEST(keyd_that_restarts_or_is_silent_refuses_queries)
{
	uint32_t seq;

	play_start();
	submit_query(CONN);
	expect_query("");
	play_restart(&play.keyd);
	expect_refused(REASON_FAULT, "keyd restarted", "");
	play_expect(&play.keyd, MSG_KEYD_INFO);
	submit_query(CONN);
	seq = expect_query("");
	play.now += 20000;
	expect_refused(REASON_FAULT, "keyd does not answer", "");
	grant(seq, VERB_STATUS, 0, 0, "");
	play_expect_none(&play.ledgerd);
}

TEST(ledgerd_that_restarts_or_is_silent_refuses_queries)
{
	start_with_leaves();
	read_it(VERB_STATUS, 0, 0, "");
	expect_append(EVENT_READ_ALLOWED, "status");
	play_restart(&play.ledgerd);
	expect_refused(REASON_LEDGER, "ledgerd restarted", "");
	play_expect(&play.ledgerd, MSG_LEDGER_INFO);

	read_it(VERB_STATUS, 0, 0, "");
	expect_append(EVENT_READ_ALLOWED, "status");
	play.now += 30000;
	expect_refused(REASON_LEDGER, "ledgerd does not answer", "");

	read_it(VERB_LEDGER, 0, 2, "");
	allowed("ledger");
	expect_question(0);
	play_restart(&play.ledgerd);
	expect_refused(REASON_LEDGER,
	    "leaf 0 cannot be read: ledgerd restarted", "");
}

TEST(gate_that_restarts_leaves_no_query_behind)
{
	uint32_t seq;

	start_with_leaves();
	read_it(VERB_LEDGER, 0, 2, "");
	allowed("ledger");
	expect_question(0);
	submit_query(CONN + 1);
	seq = expect_query(NULL);
	play_restart(&play.gate);
	ATF_CHECK_EQ(play.r.queries[0].state, QUERY_FREE);
	grant(seq, VERB_STATUS, 0, 0, "");
	send_appended(expect_append(EVENT_READ_REFUSED, "\"cancelled\""), "");
	ATF_CHECK_EQ(play.r.queries[1].state, QUERY_FREE);
}

TEST(stop_ends_what_is_read)
{
	start_with_leaves();
	read_it(VERB_LEDGER, 0, 2, "");
	allowed("ledger");
	expect_question(0);
	play_stop();
	expect_refused(REASON_STOPPING, "is stopping", "");
	submit_query(CONN);
	expect_refused(REASON_STOPPING, "is stopping", "");
}

TEST(tail_keeps_order_and_streams)
{
	struct tail *t = tail_new();
	char want[64] = "", got[64] = "";
	const void *p;
	uint64_t at;
	size_t n;
	int stream;

	tail_add(NULL, 1, "x", 1);
	memset(room, 'x', sizeof(room));
	tail_add(t, 1, room, TAIL_MAX - 3);
	ATF_CHECK_EQ(tail_first(t), 0);
	for (int i = 0; i < 9; i++) {		/* over the ring's end */
		char c = (char)('a' + i);

		tail_add(t, 1 + i % 2, &c, 1);
		snprintf(want + strlen(want), 8, "%d%c", 1 + i % 2, c);
	}
	ATF_CHECK_EQ(tail_first(t), 6);
	ATF_CHECK_EQ(tail_run(t, 6, 10, &stream, &p), 10);
	for (at = TAIL_MAX - 3; (n = tail_run(t, at, 10, &stream, &p)) != 0;
	    at += n) {
		ATF_CHECK_EQ(n, 1);
		snprintf(got + strlen(got), 8, "%d%c", stream,
		    *(const char *)p);
	}
	ATF_CHECK_STREQ(want, got);
	ATF_CHECK_EQ(at, t->total);
	tail_add(t, 2, room, sizeof(room));
	ATF_CHECK_EQ(tail_run(t, tail_first(t), 10, &stream, &p), 10);
	ATF_CHECK_EQ(stream, 2);
	free(t);
}

#define ADD(name)	ATF_TP_ADD_TC(tp, name)

ATF_TP_ADD_TCS(tp)
{
	ADD(status_is_recorded_and_then_told);
	ADD(refusal_is_recorded_and_then_told);
	ADD(refusal_names_leaf_and_field);
	ADD(unsigned_query_is_refused_and_not_recorded);
	ADD(job_whose_slot_lingers_is_listed_as_ending);
	ADD(slot_that_lingers_from_before_is_counted);
	ADD(jobs_that_run_and_ran_are_listed);
	ADD(job_that_runs_and_one_that_ends);
	ADD(output_comes_as_it_was_written);
	ADD(output_of_a_job_that_runs);
	ADD(output_has_lost_its_head);
	ADD(output_that_went_meanwhile_is_a_refusal);
	ADD(leaves_come_one_by_one);
	ADD(leaves_of_others_count);
	ADD(fewer_leaves_than_asked_are_all_there_are);
	ADD(leaf_beyond_the_end_is_refused_with_the_size);
	ADD(next_leaf_is_asked_for_when_this_one_has_room);
	ADD(leaf_that_cannot_be_read_is_told_and_the_next_follow);
	ADD(consistency_is_one_proof_as_text);
	ADD(consistency_of_what_never_was_is_refused_with_the_size);
	ADD(consistency_that_cannot_be_proved_is_told);
	ADD(query_that_is_not_recorded_is_not_answered);
	ADD(ninth_query_is_busy);
	ADD(client_that_leaves_while_it_is_decided);
	ADD(client_that_leaves_or_is_silent_in_the_middle);
	ADD(client_that_takes_nothing_gives_its_place_up);
	ADD(keyd_that_restarts_or_is_silent_refuses_queries);
	ADD(ledgerd_that_restarts_or_is_silent_refuses_queries);
	ADD(gate_that_restarts_leaves_no_query_behind);
	ADD(stop_ends_what_is_read);
	ADD(tail_keeps_order_and_streams);
	return atf_no_error();
}
