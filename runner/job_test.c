#include "job.h"

#include <atf-c.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "event.h"
#include "report.h"

#include "play.h"

#define CONN	7
#define BUNDLE	"not really an archive"
#define OUTPUT_LIMIT	1000
#define KILLED	9		/* wait status of a process that was killed */

static unsigned char buf[81920];
static unsigned char leaf[DIGEST_LEN] = { 0xab };

static struct put
put_to(void)
{
	struct put p;

	put_init(&p, buf, sizeof(buf));
	return p;
}

/* gate */

static void
send_conn(enum msg type, uint32_t conn)
{
	struct put p = put_to();

	put_u32(&p, conn);
	play_send(&play.gate, type, &p);
}

static void
submit(uint32_t conn)
{
	struct put p = put_to();

	put_u32(&p, conn);
	put_cstr(&p, "command");
	put_cstr(&p, "signature");
	put_cstr(&p, "manifest");
	put_cstr(&p, "signature");
	play_send(&play.gate, MSG_JOB_SUBMIT, &p);
}

static void
send_data(uint32_t conn, const void *data, size_t len)
{
	struct put p = put_to();

	put_u32(&p, conn);
	put_string(&p, data, len);
	play_send(&play.gate, MSG_JOB_DATA, &p);
}

static void
send_credit(uint32_t conn, uint32_t bytes)
{
	struct put p = put_to();

	put_u32(&p, conn);
	put_u32(&p, bytes);
	play_send(&play.gate, MSG_JOB_CREDIT, &p);
}

static void
expect_refused(enum reason reason, const char *text, const char *receipt)
{
	struct get g = play_expect(&play.gate, MSG_JOB_REFUSED);
	char message[TEXT_MAX], job[64], got[64];

	ATF_CHECK_EQ(get_u32(&g), CONN);
	ATF_CHECK_EQ(get_u8(&g), reason);
	get_cstr(&g, message, sizeof(message));
	get_cstr(&g, job, sizeof(job));
	get_cstr(&g, got, sizeof(got));
	ATF_CHECK_EQ(get_end(&g), 0);
	ATF_CHECK_MSG(strstr(message, text) != NULL, "\"%s\" lacks \"%s\"",
	    message, text);
	ATF_CHECK_STREQ(got, receipt);
}

static void
expect_finished(enum outcome outcome, uint32_t status, const char *text,
    const char *receipt)
{
	struct get g = play_expect(&play.gate, MSG_JOB_FINISHED);
	char message[TEXT_MAX], got[64];

	ATF_CHECK_EQ(get_u32(&g), CONN);
	ATF_CHECK_EQ(get_u8(&g), outcome);
	ATF_CHECK_EQ(get_u32(&g), status);
	get_cstr(&g, message, sizeof(message));
	get_cstr(&g, got, sizeof(got));
	ATF_CHECK_EQ(get_end(&g), 0);
	ATF_CHECK_MSG(strstr(message, text) != NULL, "\"%s\" lacks \"%s\"",
	    message, text);
	ATF_CHECK_STREQ(got, receipt);
}

/* keyd */

static uint32_t
expect_decide(void)
{
	struct get g = play_expect(&play.keyd, MSG_JOB_DECIDE);

	return get_u32(&g);
}

static struct grant *
make_grant(void)
{
	static struct grant g;

	grant_free(&g);
	grant_init(&g);
	strcpy(g.job, "0123456789abcdef0123456789abcdef");
	strcpy(g.name, "played");
	strcpy(g.author, "author@example");
	strcpy(g.submitter, "submitter@example");
	g.args[g.nargs++] = strdup("program");
	g.bundle_len = sizeof(BUNDLE);
	sha256(BUNDLE, sizeof(BUNDLE), g.bundle_sha256);
	g.limits.output_bytes = OUTPUT_LIMIT;
	g.limits.wall_ms = 5000;
	return &g;
}

static void
send_grant(uint32_t seq, const struct grant *g)
{
	struct put p = put_to();

	put_u32(&p, seq);
	grant_put(&p, g);
	play_send(&play.keyd, MSG_JOB_GRANT, &p);
}

static void
send_deny(uint32_t seq, enum reason reason, const char *message, bool is_signed)
{
	struct put p = put_to();

	put_u32(&p, seq);
	put_u8(&p, (uint8_t)reason);
	put_cstr(&p, message);
	put_u8(&p, is_signed);
	put_cstr(&p, "0123");
	put_cstr(&p, "submitter@example");
	put_cstr(&p, "");
	put_string(&p, leaf, DIGEST_LEN);
	put_string(&p, leaf, DIGEST_LEN);
	play_send(&play.keyd, MSG_JOB_DENY, &p);
}

/* ledgerd */

/* The fields must read as the event's row in event.def says. */
static uint32_t
expect_append(enum event want, const char *text)
{
	struct get g = play_expect(&play.ledgerd, MSG_LEDGER_APPEND), fields;
	uint32_t seq = get_u32(&g);
	uint8_t event = get_u8(&g), want_receipt = get_u8(&g);
	static char json[LEAF_MAX];
	size_t len;
	const void *raw = get_string(&g, &len, EVENT_MAX);
	struct put p;

	ATF_CHECK_EQ(get_end(&g), 0);
	ATF_CHECK_EQ_MSG(event, want, "event %u", event);
	ATF_CHECK_EQ(want_receipt, event != EVENT_JOB_ACCEPTED);
	get_init(&fields, raw, len);
	put_init(&p, json, sizeof(json) - 1);
	ATF_REQUIRE_EQ(event_format(event_info(event), &fields, &p), 0);
	json[p.len] = '\0';
	ATF_CHECK_MSG(strstr(json, text) != NULL, "%s lacks %s", json, text);
	return seq;
}

static void
send_appended(uint32_t seq, const char *receipt)
{
	struct put p = put_to();

	put_u32(&p, seq);
	put_u64(&p, 41);
	put_string(&p, leaf, DIGEST_LEN);
	put_cstr(&p, receipt);
	play_send(&play.ledgerd, MSG_LEDGER_APPENDED, &p);
}

static void
send_failed(uint32_t seq, const char *message)
{
	struct put p = put_to();

	put_u32(&p, seq);
	put_cstr(&p, message);
	play_send(&play.ledgerd, MSG_LEDGER_FAILED, &p);
}

/* The way to each state. */

static void
to_receive(const struct grant *g)
{
	submit(CONN);
	send_grant(expect_decide(), g);
	play_expect(&play.gate, MSG_JOB_SEND);
}

static void
to_build(const struct grant *g)
{
	to_receive(g);
	send_data(CONN, BUNDLE, sizeof(BUNDLE));
	ATF_REQUIRE(play.child[0].started);
}

static uint32_t
to_accept(const struct grant *g)
{
	to_build(g);
	play_report(0, REPORT_READY, 0, 0, "9/9 denied");
	return expect_append(EVENT_JOB_ACCEPTED, "\"probe\":\"9/9 denied\"");
}

static void
to_run(const struct grant *g)
{
	send_appended(to_accept(g), "");
	play_expect(&play.gate, MSG_JOB_ACCEPTED);
	ATF_REQUIRE(play_told_to_go(0));
}

/* The refusal is recorded, and then told with its receipt. */
static void
check_refusal(enum reason reason, const char *text)
{
	char json[64];

	snprintf(json, sizeof(json), "\"reason\":\"%s\"", reason_word(reason));
	send_appended(expect_append(EVENT_JOB_REFUSED, json), "receipt");
	expect_refused(reason, text, "receipt");
	ATF_CHECK_EQ(play.r.jobs[0].state, JOB_FREE);
	ATF_CHECK_EQ(play.r.budget.used, 0);
}

static void
check_end(enum outcome outcome, uint32_t status, const char *text)
{
	char json[64];

	snprintf(json, sizeof(json), "\"outcome\":\"%s\",\"status\":%u",
	    outcome_word(outcome), status);
	send_appended(expect_append(EVENT_JOB_FINISHED, json), "receipt");
	expect_finished(outcome, status, text, "receipt");
	ATF_CHECK_EQ(play.r.jobs[0].state, JOB_FREE);
}

/* The job is not there any more, and neither is its client. */
static void
check_silent_end(const char *outcome)
{
	send_appended(expect_append(EVENT_JOB_FINISHED, outcome), "receipt");
	play_expect_none(&play.gate);
	ATF_CHECK_EQ(play.r.jobs[0].state, JOB_FREE);
}

#define TEST(name)	ATF_TC_WITHOUT_HEAD(name); ATF_TC_BODY(name, tc)

TEST(job_goes_from_submission_to_receipt)
{
	play_start();
	to_run(make_grant());
	play_write(0, 1, "hello\n", 6);
	play_expect(&play.gate, MSG_JOB_OUTPUT);
	play_report(0, REPORT_ENDED, 0, 42 << 8, "");
	play_die(0);
	check_end(OUTCOME_EXITED, 42, "");
}

TEST(signal_is_told_apart)
{
	play_start();
	to_run(make_grant());
	play_report(0, REPORT_ENDED, 0, 11, "");
	check_end(OUTCOME_SIGNALLED, 11, "");
}

TEST(job_starts_only_after_its_leaf)
{
	uint32_t seq;

	play_start();
	seq = to_accept(make_grant());
	play_expect_none(&play.gate);
	ATF_CHECK(!play_told_to_go(0));
	send_appended(seq, "");
	play_expect(&play.gate, MSG_JOB_ACCEPTED);
	ATF_CHECK(play_told_to_go(0));
}

TEST(bundle_is_given_back_before_the_job_runs)
{
	play_start();
	to_build(make_grant());
	ATF_CHECK_EQ(play.r.budget.used, sizeof(BUNDLE));
	play_report(0, REPORT_READY, 0, 0, "9/9 denied");
	ATF_CHECK_EQ(play.r.budget.used, 0);
}

TEST(signed_denial_is_recorded_first)
{
	play_start();
	submit(CONN);
	send_deny(expect_decide(), REASON_REPLAY, "was used before", true);
	play_expect_none(&play.gate);
}

TEST(signed_denial_is_told_with_its_receipt)
{
	play_start();
	submit(CONN);
	send_deny(expect_decide(), REASON_REPLAY, "was used before", true);
	check_refusal(REASON_REPLAY, "was used before");
}

TEST(unsigned_denial_is_not_recorded)
{
	play_start();
	submit(CONN);
	send_deny(expect_decide(), REASON_UNKNOWN_SIGNER, "who?", false);
	expect_refused(REASON_UNKNOWN_SIGNER, "who?", "");
	play_expect_none(&play.ledgerd);
}

TEST(ninth_job_is_refused_without_asking_keyd)
{
	play_start();
	for (uint32_t conn = 100; conn < 100 + JOB_SLOTS; conn++) {
		submit(conn);
		expect_decide();
	}
	submit(CONN);
	expect_refused(REASON_BUSY, "all job slots are taken", "");
	play_expect_none(&play.keyd);
}

TEST(unknown_runtime_is_refused)
{
	struct grant *g = make_grant();

	play_start();
	strcpy(g->runtime, "perl");
	submit(CONN);
	send_grant(expect_decide(), g);
	check_refusal(REASON_RUNTIME, "no runtime \"perl\"");
}

TEST(bundle_past_the_budget_is_refused)
{
	struct grant *g = make_grant();

	play_start();
	g->bundle_len = (1 << 20) + 1;
	submit(CONN);
	send_grant(expect_decide(), g);
	check_refusal(REASON_TOO_LARGE, "this appliance takes 1048576 at most");
}

TEST(bundles_together_stay_below_the_budget)
{
	struct grant *g = make_grant();

	play_start();
	g->bundle_len = 1 << 20;
	submit(100);
	send_grant(expect_decide(), g);
	play_expect(&play.gate, MSG_JOB_SEND);
	submit(CONN);
	send_grant(expect_decide(), g);
	send_appended(expect_append(EVENT_JOB_REFUSED, "\"busy\""), "receipt");
	expect_refused(REASON_BUSY, "other jobs' bundles", "receipt");
}

TEST(changed_bundle_is_refused)
{
	char other[sizeof(BUNDLE)] = BUNDLE;

	play_start();
	to_receive(make_grant());
	other[3] ^= 1;
	send_data(CONN, other, sizeof(other));
	check_refusal(REASON_BUNDLE, "SHA-256 is not the command's");
	ATF_CHECK(!play.child[0].started);
}

TEST(longer_bundle_is_refused)
{
	play_start();
	to_receive(make_grant());
	send_data(CONN, BUNDLE BUNDLE, sizeof(BUNDLE BUNDLE));
	check_refusal(REASON_BUNDLE, "more than the 22 bytes");
	send_data(CONN, BUNDLE, sizeof(BUNDLE));	/* still under way */
	play_expect_none(&play.gate);
}

TEST(refusal_by_the_sandbox_is_recorded)
{
	play_start();
	to_build(make_grant());
	play_report(0, REPORT_REFUSED, REASON_MANIFEST, 0, "argv[0] is not");
	check_refusal(REASON_MANIFEST, "argv[0] is not");
	ATF_CHECK(play.child[0].killed);
}

TEST(job_that_cannot_be_spawned_is_refused)
{
	play_start();
	play.spawn_fails = true;
	to_receive(make_grant());
	send_data(CONN, BUNDLE, sizeof(BUNDLE));
	check_refusal(REASON_SANDBOX, "no processes today");
}

TEST(set_up_that_dies_silently_is_refused)
{
	play_start();
	to_build(make_grant());
	play_die(0);
	check_refusal(REASON_FAULT, "without a report");
}

TEST(set_up_out_of_memory_is_refused_for_its_limits)
{
	play_start();
	to_build(make_grant());
	play.child[0].figures.oom_kills = 1;
	play.child[0].figures.over_limit = 1;
	play_die(0);
	check_refusal(REASON_LIMITS, "raise memory_mib");
}

TEST(ledger_that_fails_keeps_the_job_from_starting)
{
	play_start();
	send_failed(to_accept(make_grant()), "no space");
	ATF_CHECK(play.child[0].killed);
	send_failed(expect_append(EVENT_JOB_REFUSED, "\"ledger\""), "no space");
	expect_refused(REASON_LEDGER, "not recorded: no space", "");
	ATF_CHECK_EQ(play.r.jobs[0].state, JOB_FREE);
}

TEST(ledger_that_fails_at_the_end_is_a_fault)
{
	uint32_t seq;

	play_start();
	to_run(make_grant());
	play_report(0, REPORT_ENDED, 0, 0, "");
	seq = expect_append(EVENT_JOB_FINISHED, "\"exited\"");
	send_failed(seq, "no space");
	expect_finished(OUTCOME_FAULT, 0, "no space", "");
	ATF_CHECK_EQ(play.r.jobs[0].state, JOB_FREE);
}

TEST(out_of_memory_is_told_apart_from_killed)
{
	play_start();
	to_run(make_grant());
	play.child[0].figures.oom_kills = 2;
	play.child[0].figures.over_limit = 1;
	play_die(0);
	check_end(OUTCOME_OUT_OF_MEMORY, 0, "more than its 256 MiB");
	to_run(make_grant());
	play_report(0, REPORT_ENDED, 0, KILLED, "");
	check_end(OUTCOME_SIGNALLED, KILLED, "");
}

/* Whose limit it was is the kernel's word, and not how much the job had. */
TEST(appliance_out_of_memory_is_not_the_jobs_limit)
{
	play_start();
	to_run(make_grant());
	play.child[0].figures.oom_kills = 1;
	play.child[0].figures.memory_peak = 250u << 20;
	play_die(0);
	check_end(OUTCOME_OUT_OF_MEMORY, 0, "the appliance itself");
}

TEST(report_with_an_unknown_reason_is_malformed)
{
	play_start();
	to_build(make_grant());
	play_report(0, REPORT_REFUSED, 200, 0, "");
	play_die(0);
	check_refusal(REASON_FAULT, "without a report");
}

TEST(process_1_without_a_report_is_a_fault)
{
	play_start();
	to_run(make_grant());
	play_die(0);
	check_end(OUTCOME_FAULT, 0, "without a report");
}

TEST(program_that_cannot_be_run_exits_as_in_a_shell)
{
	play_start();
	to_run(make_grant());
	play_report(0, REPORT_NOEXEC, 0, 8, "");
	check_end(OUTCOME_EXITED, 126, "Exec format error");
}

TEST(wall_clock_ends_the_job)
{
	play_start();
	to_run(make_grant());
	play.now += 4999;
	play_expect_none(&play.ledgerd);
	play.now += 1;
	play_turn();
	ATF_CHECK(play.child[0].killed);
	check_end(OUTCOME_TIMED_OUT, 0, "longer than its 5000 ms");
}

TEST(output_is_streamed_and_hashed)
{
	static const char want[] = "\"stdout_bytes\":5,\"stderr_sha256\":"
	    "\"e3b0c442";
	struct get g;
	size_t len;

	play_start();
	to_run(make_grant());
	play_write(0, 1, "hello", 5);
	g = play_expect(&play.gate, MSG_JOB_OUTPUT);
	ATF_CHECK_EQ(get_u32(&g), CONN);
	ATF_CHECK_EQ(get_u8(&g), 1);
	ATF_CHECK_EQ(memcmp(get_string(&g, &len, 10), "hello", 5), 0);
	ATF_CHECK_EQ(len, 5);
	play_report(0, REPORT_ENDED, 0, 0, "");
	expect_append(EVENT_JOB_FINISHED, want);
}

TEST(output_after_the_end_is_still_told)
{
	play_start();
	to_run(make_grant());
	ATF_REQUIRE(write(play.child[0].out[1], "late", 4) == 4);
	play_report(0, REPORT_ENDED, 0, 0, "");
	play_expect(&play.gate, MSG_JOB_OUTPUT);
	expect_append(EVENT_JOB_FINISHED, "\"stderr_bytes\":4");
}

/* One end of the pipe is still open somewhere, as in a socket's queue. */
TEST(output_pipe_that_somebody_keeps_does_not_hold_the_job)
{
	int kept;

	play_start();
	to_run(make_grant());
	kept = dup(play.child[0].out[0]);
	ATF_REQUIRE(write(play.child[0].out[0], "last", 4) == 4);
	play_die(0);
	play_expect(&play.gate, MSG_JOB_OUTPUT);
	expect_append(EVENT_JOB_FINISHED, "\"stdout_bytes\":4");
	close(kept);
}

TEST(output_limit_holds_to_the_byte)
{
	static char text[OUTPUT_LIMIT];

	play_start();
	to_run(make_grant());
	play_write(0, 1, text, 600);
	play_expect(&play.gate, MSG_JOB_OUTPUT);
	play_write(0, 2, text, 400);
	play_expect(&play.gate, MSG_JOB_OUTPUT);
	ATF_CHECK_EQ(play.r.jobs[0].state, JOB_RUN);
	play_write(0, 1, "x", 1);
	ATF_CHECK(play.child[0].killed);
	check_end(OUTCOME_OUTPUT_LIMIT, 0, "more than 1000 bytes");
}

TEST(output_waits_for_credit)
{
	static char text[4096];
	struct grant *g = make_grant();
	size_t sent = 0, len;
	struct get m;

	play_start();
	g->limits.output_bytes = 10u << 20;
	to_run(g);
	while (sent + sizeof(text) <= OUTPUT_WINDOW) {
		play_write(0, 1, text, sizeof(text));
		m = play_expect(&play.gate, MSG_JOB_OUTPUT);
		get_u32(&m);
		get_u8(&m);
		get_string(&m, &len, DATA_MAX);
		sent += len;
	}
	ATF_CHECK_EQ(sent, OUTPUT_WINDOW);
	play_write(0, 1, text, 10);
	play_expect_none(&play.gate);
	send_credit(CONN, 5);
	m = play_expect(&play.gate, MSG_JOB_OUTPUT);
	get_u32(&m);
	get_u8(&m);
	get_string(&m, &len, DATA_MAX);
	ATF_CHECK_EQ(len, 5);
	play_expect_none(&play.gate);
}

TEST(client_that_does_not_read_holds_the_slot_only_so_long)
{
	static char text[4096];
	struct grant *g = make_grant();

	play_start();
	g->limits.output_bytes = 10u << 20;
	to_run(g);
	for (size_t sent = 0; sent < OUTPUT_WINDOW; sent += sizeof(text)) {
		play_write(0, 1, text, sizeof(text));
		play_expect(&play.gate, MSG_JOB_OUTPUT);
	}
	play_write(0, 1, text, 10);
	play_report(0, REPORT_ENDED, 0, 0, "");
	play_expect_none(&play.ledgerd);
	play.now += 60000;
	check_end(OUTCOME_EXITED, 0, "the client did not take the rest");
}

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

TEST(status_says_what_is)
{
	char text[RUNTIMES_TEXT_MAX];
	struct get g;

	play_start();
	to_run(make_grant());
	send_conn(MSG_GATE_STATUS, 99);
	g = play_expect(&play.gate, MSG_GATE_STATUS_IS);
	ATF_CHECK_EQ(get_u32(&g), 99);
	get_cstr(&g, text, sizeof(text));
	get_cstr(&g, text, sizeof(text));
	ATF_CHECK_EQ(get_u32(&g), JOB_SLOTS);
	ATF_CHECK_EQ(get_u32(&g), 1);
	ATF_CHECK_EQ(get_u64(&g), 0);
	ATF_CHECK_EQ(get_u64(&g), 42);	/* leaves: index 41 was the last */
}

#define ADD(name)	ATF_TP_ADD_TC(tp, name)

ATF_TP_ADD_TCS(tp)
{
	ADD(job_goes_from_submission_to_receipt);
	ADD(signal_is_told_apart);
	ADD(job_starts_only_after_its_leaf);
	ADD(bundle_is_given_back_before_the_job_runs);
	ADD(signed_denial_is_recorded_first);
	ADD(signed_denial_is_told_with_its_receipt);
	ADD(unsigned_denial_is_not_recorded);
	ADD(ninth_job_is_refused_without_asking_keyd);
	ADD(unknown_runtime_is_refused);
	ADD(bundle_past_the_budget_is_refused);
	ADD(bundles_together_stay_below_the_budget);
	ADD(changed_bundle_is_refused);
	ADD(longer_bundle_is_refused);
	ADD(refusal_by_the_sandbox_is_recorded);
	ADD(job_that_cannot_be_spawned_is_refused);
	ADD(set_up_that_dies_silently_is_refused);
	ADD(set_up_out_of_memory_is_refused_for_its_limits);
	ADD(ledger_that_fails_keeps_the_job_from_starting);
	ADD(ledger_that_fails_at_the_end_is_a_fault);
	ADD(out_of_memory_is_told_apart_from_killed);
	ADD(appliance_out_of_memory_is_not_the_jobs_limit);
	ADD(report_with_an_unknown_reason_is_malformed);
	ADD(process_1_without_a_report_is_a_fault);
	ADD(program_that_cannot_be_run_exits_as_in_a_shell);
	ADD(wall_clock_ends_the_job);
	ADD(output_is_streamed_and_hashed);
	ADD(output_after_the_end_is_still_told);
	ADD(output_pipe_that_somebody_keeps_does_not_hold_the_job);
	ADD(output_limit_holds_to_the_byte);
	ADD(output_waits_for_credit);
	ADD(client_that_does_not_read_holds_the_slot_only_so_long);
	ADD(client_that_leaves_before_the_start_is_refused);
	ADD(client_that_leaves_an_accepted_job_cancels_it);
	ADD(set_up_that_dies_while_it_is_recorded_ends_as_a_fault);
	ADD(keyd_that_restarts_leaves_no_job_behind);
	ADD(ledgerd_that_restarts_keeps_the_job_from_starting);
	ADD(ledgerd_that_restarts_is_told_the_end_again);
	ADD(gate_that_restarts_cancels_its_jobs);
	ADD(silent_keyd_is_a_fault_and_its_late_answer_nothing);
	ADD(silent_ledgerd_keeps_the_job_from_starting);
	ADD(silent_set_up_is_refused);
	ADD(nothing_is_taken_before_keyd_and_ledgerd_have_spoken);
	ADD(stop_ends_and_records_what_runs);
	ADD(stop_refuses_what_does_not_run_yet);
	ADD(two_jobs_do_not_mix);
	ADD(status_says_what_is);
	return atf_no_error();
}
