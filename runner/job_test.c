/* One job, from its submission to its receipt or its refusal. */
#include <atf-c.h>
#include <malloc.h>
#include <string.h>
#include <unistd.h>

#include "job.h"
#include "runner/test/peers.h"
#include "runner/test/talk.h"

#define KILLED	9		/* wait status of a process that was killed */

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

/* The linker has every free() of these sources come here. */
static size_t freed_with_manifest;

void	__real_free(void *);
void	__wrap_free(void *);

void
__wrap_free(void *p)
{
	if (p != NULL && memmem(p, malloc_usable_size(p), "manifest", 8) !=
	    NULL)
		freed_with_manifest++;
	__real_free(p);
}

TEST(submission_is_wiped_when_it_was_accepted)
{
	uint32_t seq;

	play_start();
	seq = to_accept(make_grant());
	ATF_CHECK(play.r.jobs[0].submission != NULL);
	send_appended(seq, "");
	ATF_CHECK(play.r.jobs[0].submission == NULL);
	ATF_CHECK_EQ(freed_with_manifest, 0);
}

TEST(submission_is_wiped_when_it_was_refused)
{
	play_start();
	submit(CONN);
	send_deny(expect_decide(), REASON_SIGNATURE, "is not", false);
	expect_refused(REASON_SIGNATURE, "is not", "");
	ATF_CHECK_EQ(freed_with_manifest, 0);
	to_receive(make_grant());
	send_cancel(CONN);
	send_appended(expect_append(EVENT_JOB_REFUSED, "cancelled"), "r");
	ATF_CHECK(play.r.jobs[0].submission == NULL);
	ATF_CHECK_EQ(freed_with_manifest, 0);
}

TEST(signal_is_told_apart)
{
	play_start();
	to_run(make_grant());
	play_report(0, REPORT_ENDED, 0, 11, "");
	check_end(OUTCOME_SIGNALLED, 11, "");
}

TEST(leaf_of_an_accepted_job_has_the_limits_of_its_grant)
{
	struct grant *g = make_grant();

	play_start();
	g->manifest.limits.tmp_bytes = 77u << 20;
	g->manifest.limits.open_files = 99;
	to_build(g);
	play_report(0, REPORT_READY, 0, 0, "9/9 denied");
	expect_append(EVENT_JOB_ACCEPTED, "\"tmp_bytes\":80740352,"
	    "\"open_files\":99");
}

/* A second job, up to its sandbox. */
static void
build_another(struct grant *g)
{
	submit(CONN + 1);
	send_grant(expect_decide(), g);
	play_expect(&play.gate, MSG_JOB_SEND);
	send_data(CONN + 1, BUNDLE, sizeof(BUNDLE));
	ATF_REQUIRE(play.child[1].started);
}

TEST(jobs_have_processors_of_their_own_while_there_are_some)
{
	struct grant *g = make_grant();

	play_start();
	g->manifest.limits.cpu_millis = 1500;
	to_run(g);
	ATF_CHECK_EQ(play.child[0].cpus, 0x3);
	g->manifest.limits.cpu_millis = 3000;
	build_another(g);
	ATF_CHECK_EQ(play.child[1].cpus, 0xd);
	play_report(0, REPORT_ENDED, 0, 0, "");
	check_end(OUTCOME_EXITED, 0, "");
	g->manifest.limits.cpu_millis = 1000;
	to_build(g);
	ATF_CHECK_EQ(play.child[0].cpus, 0x2);
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

#define NO_LIMITS	"\"cpu_millis\":0,\"memory_bytes\":0,\"processes\":0," \
			"\"wall_ms\":0,\"output_bytes\":0,\"tmp_bytes\":0," \
			"\"open_files\":0,"

TEST(denial_of_an_unread_manifest_has_nothing_of_it)
{
	play_start();
	submit(CONN);
	send_deny(expect_decide(), REASON_MANIFEST, "malformed", true);
	send_appended(expect_append(EVENT_JOB_REFUSED,
	    "\"job\":\"0123\",\"name\":\"\","), "receipt");
	play_expect(&play.gate, MSG_JOB_REFUSED);
	submit(CONN);
	send_deny(expect_decide(), REASON_MANIFEST, "malformed", true);
	expect_append(EVENT_JOB_REFUSED, "\"runtime\":\"\",\"class\":\"\","
	    "\"profile\":\"\",\"capabilities\":\"\"," NO_LIMITS);
}

/* How the leaf of make_grant()'s refusal reads at one place. */
static void
refused_leaf(const char *text)
{
	struct grant *g = make_grant();
	uint32_t seq;

	submit(CONN);
	strcpy(g->manifest.runtime, "python");
	strcpy(g->manifest.secrets[g->manifest.nsecrets++], "db");
	strcpy(g->who.rules, "never\nnot-now");
	strcpy(g->who.session, "ticket 7");
	strcpy(g->who.submitter_key, "SHA256:abc");
	memset(g->bundle_sha256, 0xb7, DIGEST_LEN);
	send_deny_read(expect_decide(), REASON_POLICY, g);
	seq = expect_append(EVENT_JOB_REFUSED, text);
	ATF_CHECK_STREQ(play.r.jobs[0].grant.manifest.name, "played");
	send_appended(seq, "receipt");
	play_expect(&play.gate, MSG_JOB_REFUSED);
	ATF_CHECK_STREQ(play.r.jobs[0].grant.manifest.name, "");
}

TEST(denial_of_a_read_manifest_says_what_it_asked_for)
{
	play_start();
	refused_leaf("\"name\":\"played\",");
	refused_leaf("\"rules\":[\"never\",\"not-now\"],");
	refused_leaf("\"bundle_sha256\":\"b7b7b7b7b7");
	refused_leaf("\"runtime\":\"python\",\"class\":\"standard\",");
	refused_leaf("\"wall_ms\":5000,\"output_bytes\":1024,");
	refused_leaf("\"submitter_key\":\"SHA256:abc\",\"session\":"
	    "\"ticket 7\",\"author\":\"author@example\"");
	refused_leaf("\"argv\":[\"program\"],\"secrets\":[\"db\"]");
}

TEST(unsigned_denial_is_not_recorded)
{
	play_start();
	submit(CONN);
	send_deny(expect_decide(), REASON_UNKNOWN_SIGNER, "who?", false);
	expect_refused(REASON_UNKNOWN_SIGNER, "who?", "");
	play_expect_none(&play.ledgerd);
}

TEST(explained_job_is_told_and_not_recorded)
{
	struct msg_job_explanation m;

	play_start();
	submit(CONN);
	send_explained(expect_decide(), true, "permitted by");
	PLAY_EXPECT(&play.gate, job_explanation, &m);
	ATF_CHECK_EQ(m.conn, CONN);
	ATF_CHECK(m.explained.allowed);
	ATF_CHECK(is_text(m.explained.text, "permitted by"));
	ATF_CHECK_EQ(play.r.jobs[0].state, JOB_FREE);
	ATF_CHECK_EQ(play.r.jobs_done, 0);
	play_expect_none(&play.ledgerd);
}

TEST(explanation_for_a_client_that_left_is_nobodys)
{
	uint32_t seq;

	play_start();
	submit(CONN);
	seq = expect_decide();
	send_cancel(CONN);
	send_explained(seq, false, "no rule");
	play_expect_none(&play.gate);
	ATF_CHECK_EQ(play.r.jobs[0].state, JOB_FREE);
}

TEST(ninth_job_is_refused_without_asking_keyd)
{
	play_start();
	for (uint32_t conn = 100; conn < 100 + JOB_SLOTS; conn++) {
		submit(conn);
		send_grant(expect_decide(), make_grant());
		play_expect(&play.gate, MSG_JOB_SEND);
	}
	submit(CONN);
	expect_refused(REASON_BUSY, "all job slots are taken", "");
	play_expect_none(&play.keyd);
}

TEST(unknown_runtime_is_refused)
{
	struct grant *g = make_grant();

	play_start();
	strcpy(g->manifest.runtime, "perl");
	submit(CONN);
	send_grant(expect_decide(), g);
	check_refusal(REASON_RUNTIME, "runtime is not on this appliance");
}

/* A job for `python', which keyd wants measured first. */
static void
to_measure(uint32_t conn)
{
	submit(conn);
	send_measure(expect_decide_with("python", RUNTIME_UNMEASURED, 0),
	    "python");
}

static struct grant *
grant_python(int byte)
{
	struct grant *g = make_grant();

	strcpy(g->manifest.runtime, "python");
	memset(g->runtime_sha256, byte, DIGEST_LEN);
	return g;
}

TEST(runtime_is_measured_and_decided_on_again)
{
	play_start();
	to_measure(CONN);
	ATF_CHECK_EQ(play_asked_to_measure(), 1);
	play_expect_none(&play.keyd);
	play_measured(1, 0, 0x77);
	send_appended(expect_append(EVENT_RUNTIME_MEASURED, "\"runtime\":"
	    "\"python\",\"sha256\":\"777777"), "");
	send_grant(expect_decide_with("python", RUNTIME_MEASURED, 0x77),
	    grant_python(0x77));
	play_expect(&play.gate, MSG_JOB_SEND);
	send_data(CONN, BUNDLE, sizeof(BUNDLE));
	play_report(0, REPORT_READY, 0, 0, "9/9 denied");
	expect_append(EVENT_JOB_ACCEPTED, "\"runtime_sha256\":\"7777777777"
	    "777777777777777777777777777777777777777777777777777777\"");
}

/* Up to the append of job.accepted for `python', which is measured. */
static void
to_accept_python(uint32_t conn)
{
	submit(conn);
	send_grant(expect_decide_with("python", RUNTIME_MEASURED, 0x77),
	    grant_python(0x77));
	play_expect(&play.gate, MSG_JOB_SEND);
	send_data(conn, BUNDLE, sizeof(BUNDLE));
	play_report(0, REPORT_READY, 0, 0, "9/9 denied");
}

TEST(runtime_that_was_not_recorded_is_recorded_before_the_next_job)
{
	play_start();
	to_measure(CONN);
	play_measured(1, 0, 0x77);
	send_failed(expect_append(EVENT_RUNTIME_MEASURED, "\"bytes\":4096"),
	    "the data disk is full");
	send_explained(expect_decide_with("python", RUNTIME_MEASURED, 0x77),
	    true, "");
	play_expect(&play.gate, MSG_JOB_EXPLANATION);
	to_accept_python(100);
	send_appended(expect_append(EVENT_RUNTIME_MEASURED, "python"), "");
	expect_append(EVENT_JOB_ACCEPTED, "\"runtime\":\"python\"");
}

TEST(runtime_is_recorded_again_when_ledgerd_comes_back)
{
	play_start();
	to_measure(CONN);
	play_measured(1, 0, 0x77);
	expect_append(EVENT_RUNTIME_MEASURED, "python");
	play_restart(&play.ledgerd);
	play_expect(&play.ledgerd, MSG_LEDGER_INFO);
	send_appended(expect_append(EVENT_RUNTIME_MEASURED, "python"), "");
	play_restart(&play.ledgerd);
	play_expect(&play.ledgerd, MSG_LEDGER_INFO);
	play_expect_none(&play.ledgerd);
}

TEST(runtime_is_measured_once)
{
	play_start();
	to_measure(CONN);
	to_measure(100);
	ATF_CHECK_EQ(play_asked_to_measure(), 1);
	ATF_CHECK_EQ(play_asked_to_measure(), -1);
	play_measured(1, 0, 0x77);
	send_explained(expect_decide_with("python", RUNTIME_MEASURED, 0x77),
	    true, "");
	play_expect(&play.gate, MSG_JOB_EXPLANATION);
	send_explained(expect_decide_with("python", RUNTIME_MEASURED, 0x77),
	    true, "");
	play_expect(&play.gate, MSG_JOB_EXPLANATION);
	submit(101);
	expect_decide_with("python", RUNTIME_MEASURED, 0x77);
	ATF_CHECK_EQ(play_asked_to_measure(), -1);
}

/* keyd asked for it before it saw that it was there. */
TEST(runtime_that_was_measured_meanwhile_is_not_measured_again)
{
	uint32_t late;

	play_start();
	to_measure(CONN);
	ATF_CHECK_EQ(play_asked_to_measure(), 1);
	submit(100);
	late = expect_decide();
	play_measured(1, 0, 0x77);
	send_measure(late, "python");
	send_explained(expect_decide(), true, "");
	play_expect(&play.gate, MSG_JOB_EXPLANATION);
	expect_decide_with("python", RUNTIME_MEASURED, 0x77);
	ATF_CHECK_EQ(play_asked_to_measure(), -1);
}

TEST(runtime_that_cannot_be_read_is_tried_again_by_the_next)
{
	uint32_t seq;

	play_start();
	to_measure(CONN);
	play_asked_to_measure();
	play_measured(1, 5, 0);
	seq = expect_decide_with("python", RUNTIME_UNREADABLE, 0);
	send_deny(seq, REASON_RUNTIME, "could not be measured", true);
	check_refusal(REASON_RUNTIME, "could not be measured");
	to_measure(CONN);
	ATF_CHECK_EQ(play_asked_to_measure(), 1);
}

TEST(disk_that_does_not_answer_holds_up_its_own_jobs)
{
	play_start();
	to_measure(CONN);
	ATF_CHECK_EQ(play_asked_to_measure(), 1);
	play.now += 89000;
	submit(100);
	send_grant(expect_decide(), make_grant());
	play_expect(&play.gate, MSG_JOB_SEND);
	play.now += 2000;
	expect_refused(REASON_RUNTIME, "\"python\" was not measured", "");
	to_measure(CONN);
	ATF_CHECK_EQ(play_asked_to_measure(), -1);	/* it still is */
	play_measured(1, 0, 0x77);
	expect_decide_with("python", RUNTIME_MEASURED, 0x77);
}

TEST(client_that_leaves_while_its_runtime_is_measured)
{
	play_start();
	to_measure(CONN);
	send_cancel(CONN);
	ATF_CHECK_EQ(play.r.jobs[0].state, JOB_FREE);
	play_measured(1, 0, 0x77);
	play_expect_none(&play.keyd);
}

TEST(grant_of_another_runtime_than_was_measured_is_a_fault)
{
	play_start();
	submit(CONN);
	send_grant(expect_decide(), grant_python(0));
	check_refusal(REASON_FAULT, "another digest of the runtime than was "
	    "measured; this is a fault of the appliance");
	to_measure(CONN);
	play_measured(1, 0, 0x77);
	expect_append(EVENT_RUNTIME_MEASURED, "python");
	send_grant(expect_decide(), grant_python(0x78));
	check_refusal(REASON_FAULT, "another digest of the runtime than was "
	    "measured; this is a fault of the appliance");
}

TEST(bundle_past_the_budget_is_refused)
{
	struct grant *g = make_grant();

	play_start();
	g->bundle_len = (1 << 20) * 3 / 4 + 1;
	submit(CONN);
	send_grant(expect_decide(), g);
	check_refusal(REASON_TOO_LARGE, "one signer's bundles may have 786432 "
	    "here: 75% of a quarter of the machine's memory "
	    "(`bundle_percent'");
}

TEST(bundle_of_all_of_a_signers_share_is_taken)
{
	struct grant *g = make_grant();

	play_start();
	g->bundle_len = (1 << 20) * 3 / 4;
	to_receive(g);
}

TEST(bundle_past_the_format_is_refused)
{
	struct grant *g = make_grant();

	play_start();
	play.r.budget.total = UINT64_MAX;
	g->bundle_len = (uint64_t)BUNDLE_MAX + 1;
	submit(CONN);
	send_grant(expect_decide(), g);
	check_refusal(REASON_TOO_LARGE, "an appliance takes 67108864 at most");
}

TEST(bundles_together_stay_below_the_budget)
{
	struct grant *g = make_grant();

	play_start();
	play.r.budget.total = 2 * sizeof(BUNDLE) + 1;
	g->bundle_len = sizeof(BUNDLE) + 2;
	submit(100);
	send_grant(expect_decide(), g);
	play_expect(&play.gate, MSG_JOB_SEND);
	send_data(100, BUNDLE, sizeof(BUNDLE));
	submit(CONN);
	send_grant(expect_decide(), g);
	play_expect(&play.gate, MSG_JOB_SEND);
	send_data(CONN, BUNDLE, sizeof(BUNDLE));
	send_data(CONN, "xx", 2);
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
	check_refusal(REASON_BUNDLE, "longer than the 22 bytes that");
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
	check_refusal(REASON_LIMITS, "do not fit into "
	    "the job's memory; raise limits.memory_mib (256)");
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
	check_end(OUTCOME_OUT_OF_MEMORY, 0, "raise limits.memory_mib (256)");
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
	check_end(OUTCOME_TIMED_OUT, 0, "raise limits.wall_seconds (5)");
}

TEST(output_is_streamed_and_hashed)
{
	static const char want[] = "\"stdout_bytes\":5,\"stderr_sha256\":"
	    "\"e3b0c442";
	struct msg_job_output m;

	play_start();
	to_run(make_grant());
	play_write(0, 1, "hello", 5);
	PLAY_EXPECT(&play.gate, job_output, &m);
	ATF_CHECK_EQ(m.conn, CONN);
	ATF_CHECK_EQ(m.output.stream, 1);
	ATF_CHECK(is_text(m.output.data, "hello"));
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
	play_write(0, 2, text, OUTPUT_LIMIT - 600);
	play_expect(&play.gate, MSG_JOB_OUTPUT);
	ATF_CHECK_EQ(play.r.jobs[0].state, JOB_RUN);
	play_write(0, 1, "x", 1);
	ATF_CHECK(play.child[0].killed);
	check_end(OUTCOME_OUTPUT_LIMIT, 0, "raise limits.output_kib (1)");
}

/* It wrote more and exited before all of that was read. */
TEST(output_limit_goes_before_exit)
{
	static char text[OUTPUT_LIMIT + 1];

	play_start();
	to_run(make_grant());
	ATF_REQUIRE(write(play.child[0].out[1], text, sizeof(text)) ==
	    sizeof(text));
	play_report(0, REPORT_ENDED, 0, 0, "");
	play_expect(&play.gate, MSG_JOB_OUTPUT);
	check_end(OUTCOME_OUTPUT_LIMIT, 0, "raise limits.output_kib (1)");
}

TEST(output_waits_for_credit)
{
	static char text[4096];
	struct grant *g = make_grant();
	struct msg_job_output m;
	size_t sent = 0;

	play_start();
	g->manifest.limits.output_bytes = 10u << 20;
	to_run(g);
	while (sent + sizeof(text) <= OUTPUT_WINDOW) {
		play_write(0, 1, text, sizeof(text));
		PLAY_EXPECT(&play.gate, job_output, &m);
		sent += m.output.data.len;
	}
	ATF_CHECK_EQ(sent, OUTPUT_WINDOW);
	play_write(0, 1, text, 10);
	play_expect_none(&play.gate);
	send_credit(CONN, 5);
	PLAY_EXPECT(&play.gate, job_output, &m);
	ATF_CHECK_EQ(m.output.data.len, 5);
	play_expect_none(&play.gate);
}

TEST(client_that_does_not_read_holds_the_slot_only_so_long)
{
	static char text[4096];
	struct grant *g = make_grant();

	play_start();
	g->manifest.limits.output_bytes = 10u << 20;
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

#define ADD(name)	ATF_TP_ADD_TC(tp, name)

ATF_TP_ADD_TCS(tp)
{
	ADD(job_goes_from_submission_to_receipt);
	ADD(submission_is_wiped_when_it_was_accepted);
	ADD(submission_is_wiped_when_it_was_refused);
	ADD(signal_is_told_apart);
	ADD(leaf_of_an_accepted_job_has_the_limits_of_its_grant);
	ADD(jobs_have_processors_of_their_own_while_there_are_some);
	ADD(job_starts_only_after_its_leaf);
	ADD(bundle_is_given_back_before_the_job_runs);
	ADD(signed_denial_is_recorded_first);
	ADD(signed_denial_is_told_with_its_receipt);
	ADD(denial_of_an_unread_manifest_has_nothing_of_it);
	ADD(denial_of_a_read_manifest_says_what_it_asked_for);
	ADD(unsigned_denial_is_not_recorded);
	ADD(explained_job_is_told_and_not_recorded);
	ADD(explanation_for_a_client_that_left_is_nobodys);
	ADD(ninth_job_is_refused_without_asking_keyd);
	ADD(unknown_runtime_is_refused);
	ADD(runtime_is_measured_and_decided_on_again);
	ADD(runtime_is_measured_once);
	ADD(runtime_that_was_not_recorded_is_recorded_before_the_next_job);
	ADD(runtime_is_recorded_again_when_ledgerd_comes_back);
	ADD(runtime_that_was_measured_meanwhile_is_not_measured_again);
	ADD(runtime_that_cannot_be_read_is_tried_again_by_the_next);
	ADD(disk_that_does_not_answer_holds_up_its_own_jobs);
	ADD(client_that_leaves_while_its_runtime_is_measured);
	ADD(grant_of_another_runtime_than_was_measured_is_a_fault);
	ADD(bundle_past_the_budget_is_refused);
	ADD(bundle_of_all_of_a_signers_share_is_taken);
	ADD(bundle_past_the_format_is_refused);
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
	ADD(output_limit_goes_before_exit);
	ADD(output_waits_for_credit);
	ADD(client_that_does_not_read_holds_the_slot_only_so_long);
	return atf_no_error();
}
