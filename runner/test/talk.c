#include "talk.h"

#include <atf-c.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/disclosure.h"
#include "lib/doc/json.h"
#include "peers.h"

struct share_left play_left;
char play_evidence[1024];
static const unsigned char leaf[DIGEST_LEN] = { 0xab };

static struct bytes
bytes_of(const char *text)
{
	return (struct bytes){ text, strlen(text) };
}

bool
is_text(struct bytes b, const char *text)
{
	return b.len == strlen(text) && memcmp(b.p, text, b.len) == 0;
}

/* gate */

void
send_cancel(uint32_t conn)
{
	PLAY_SEND(&play.gate, job_cancel, .conn = conn);
}

void
submit(uint32_t conn)
{
	PLAY_SEND(&play.gate, job_submit, .conn = conn, .submit = {
	    bytes_of("command"), bytes_of("signature"), bytes_of("manifest"),
	    bytes_of("signature") });
}

void
submit_query(uint32_t conn)
{
	PLAY_SEND(&play.gate, query_submit, .conn = conn, .read = {
	    bytes_of("command"), bytes_of("signature") });
}

void
send_data(uint32_t conn, const void *data, size_t len)
{
	PLAY_SEND(&play.gate, job_data, .conn = conn,
	    .data = { { data, len } });
}

void
send_credit(uint32_t conn, uint32_t bytes)
{
	PLAY_SEND(&play.gate, job_credit, .conn = conn, .bytes = bytes);
}

void
expect_refused(enum reason reason, const char *text, const char *receipt)
{
	struct msg_job_refused m;

	PLAY_EXPECT(&play.gate, job_refused, &m);
	ATF_CHECK_EQ(m.conn, CONN);
	ATF_CHECK_EQ(m.refused.reason, reason);
	ATF_CHECK_MSG(strstr(m.refused.message, text) != NULL,
	    "\"%s\" lacks \"%s\"", m.refused.message, text);
	ATF_CHECK(is_text(m.refused.receipt, receipt));
}

void
expect_finished(enum outcome outcome, uint32_t status, const char *text,
    const char *receipt)
{
	struct msg_job_finished m;

	PLAY_EXPECT(&play.gate, job_finished, &m);
	ATF_CHECK_EQ(m.conn, CONN);
	ATF_CHECK_EQ(m.finished.outcome, outcome);
	ATF_CHECK_EQ(m.finished.status, status);
	ATF_CHECK_MSG(strstr(m.finished.message, text) != NULL,
	    "\"%s\" lacks \"%s\"", m.finished.message, text);
	ATF_CHECK(is_text(m.finished.receipt, receipt));
}

uint32_t
refused_conn(void)
{
	struct msg_job_refused m;

	PLAY_EXPECT(&play.gate, job_refused, &m);
	return m.conn;
}

uint32_t
explained_conn(void)
{
	struct msg_job_explanation m;

	PLAY_EXPECT(&play.gate, job_explanation, &m);
	return m.conn;
}

/* keyd */

static uint32_t
get_decide(struct runtimes *r)
{
	struct msg_job_decide m;

	PLAY_EXPECT(&play.keyd, job_decide, &m);
	*r = *m.runtimes;
	play_left = *m.left;
	ATF_CHECK(is_text(m.submit.command, "command"));
	ATF_CHECK(is_text(m.submit.command_sig, "signature"));
	ATF_CHECK(is_text(m.submit.manifest, "manifest"));
	ATF_CHECK(is_text(m.submit.manifest_sig, "signature"));
	return m.seq;
}

uint32_t
expect_decide(void)
{
	struct runtimes r;

	return get_decide(&r);
}

uint32_t
expect_decide_with(const char *name, enum runtime_state state, int byte)
{
	struct runtimes r;
	uint32_t seq = get_decide(&r);
	const struct runtime *rt = runtimes_find(&r, name);

	ATF_REQUIRE(rt != NULL);
	ATF_CHECK_EQ(rt->state, state);
	ATF_CHECK_EQ(rt->sha256[0], byte);
	ATF_CHECK_EQ(rt->sha256[DIGEST_LEN - 1], byte);
	return seq;
}

uint32_t
expect_query_decide(struct kept_jobs *jobs)
{
	struct msg_query_decide m;

	PLAY_EXPECT(&play.keyd, query_decide, &m);
	play_left = *m.left;
	ATF_CHECK(is_text(m.read.command, "command"));
	ATF_CHECK(is_text(m.read.command_sig, "signature"));
	if (jobs != NULL)
		*jobs = *m.jobs;
	return m.seq;
}

void
send_measure(uint32_t seq, const char *name)
{
	PLAY_SEND(&play.keyd, job_measure, .seq = seq, .runtime = name,
	    .submitter = "submitter@example");
}

struct grant *
make_grant(void)
{
	static struct grant g;

	grant_free(&g);
	grant_init(&g);
	strcpy(g.who.job, "0123456789abcdef0123456789abcdef");
	strcpy(g.manifest.name, "played");
	strcpy(g.who.author, "author@example");
	strcpy(g.who.submitter, "submitter@example");
	g.manifest.args[g.manifest.nargs++] = strdup("program");
	g.bundle_len = sizeof(BUNDLE);
	sha256(BUNDLE, sizeof(BUNDLE), g.bundle_sha256);
	g.manifest.limits.output_bytes = OUTPUT_LIMIT;
	g.manifest.limits.wall_ms = 5000;
	return &g;
}

void
send_grant(uint32_t seq, struct grant *g)
{
	PLAY_SEND(&play.keyd, job_grant, .seq = seq, .grant = g);
}

void
send_explained(uint32_t seq, bool allowed, const char *text)
{
	PLAY_SEND(&play.keyd, job_explained, .seq = seq,
	    .submitter = "submitter@example",
	    .explained = { .allowed = allowed, .text = bytes_of(text) });
}

void
send_deny(uint32_t seq, enum reason reason, const char *message, bool is_signed)
{
	static struct denial denial;
	struct who *who = &denial.grant.who;

	grant_init(&denial.grant);
	strcpy(who->job, "0123");
	strcpy(who->submitter, "submitter@example");
	memcpy(who->command_sha256, leaf, DIGEST_LEN);
	memcpy(who->manifest_sha256, leaf, DIGEST_LEN);
	PLAY_SEND(&play.keyd, job_deny, .seq = seq, .reason = (uint8_t)reason,
	    .message = message, .is_signed = is_signed, .denial = &denial);
}

void
send_deny_read(uint32_t seq, enum reason reason, struct grant *g)
{
	static struct denial denial;

	denial.grant = *g;		/* lent */
	PLAY_SEND(&play.keyd, job_deny, .seq = seq, .reason = (uint8_t)reason,
	    .message = "no", .is_signed = true, .denial = &denial);
}

/* ledgerd */

/* Appends withheld members as if they were not. */
static void
put_withheld(const struct event_info *info, const struct put *kept,
    struct put *json)
{
	struct get g;

	get_init(&g, kept->base, kept->len);
	for (const struct event_field *f = info->fields; f->name != NULL; f++) {
		const void *value;
		size_t len;

		if (!f->withheld)
			continue;
		get_raw(&g, DISCLOSURE_SALT);
		value = get_string(&g, &len, LEAF_MAX);
		put_raw(json, ",", 1);
		json_put_key(json, f->name);
		put_raw(json, value, len);
	}
	ATF_REQUIRE_EQ(0, get_end(&g));
}

static void
note_evidence(struct bytes evidence)
{
	size_t used = 0, namelen, len;
	const char *name, *content;
	struct get g;

	play_evidence[0] = '\0';
	get_init(&g, evidence.p, evidence.len);
	while (g.left != 0 && g.err == 0) {
		name = get_string(&g, &namelen, EVIDENCE_NAME_MAX);
		content = get_string(&g, &len, MANIFEST_MAX);
		used += (size_t)snprintf(play_evidence + used,
		    sizeof(play_evidence) - used, "%.*s %.*s\n", (int)namelen,
		    name, (int)len, content);
	}
	ATF_REQUIRE_EQ(0, get_end(&g));
}

/* The fields must read as the event's row in event.def says. */
uint32_t
expect_append(enum event want, const char *text)
{
	static const unsigned char salts[EVENT_WITHHELD_MAX * DISCLOSURE_SALT];
	static char json[2 * LEAF_MAX], more[LEAF_MAX];
	const struct event_info *info = event_info(want);
	struct msg_ledger_append m;
	struct get fields;
	struct put p, kept;

	PLAY_EXPECT(&play.ledgerd, ledger_append, &m);
	ATF_CHECK_EQ_MSG(m.event, want, "event %u", m.event);
	ATF_CHECK_EQ(m.want_receipt, m.event != EVENT_JOB_ACCEPTED &&
	    m.event != EVENT_RUNTIME_MEASURED);
	get_init(&fields, m.fields.p, m.fields.len);
	put_init(&p, json, sizeof(json) - 1);
	put_init(&kept, more, sizeof(more));
	ATF_REQUIRE_EQ(event_format(info, &fields, salts, &p, &kept), 0);
	put_withheld(info, &kept, &p);
	ATF_REQUIRE_EQ(0, p.err);
	json[p.len] = '\0';
	ATF_CHECK_MSG(strstr(json, text) != NULL, "%s lacks %s", json, text);
	note_evidence(m.evidence);
	return m.seq;
}

void
send_disclosed(uint32_t seq, const char *receipt, const char *disclosures)
{
	PLAY_SEND(&play.ledgerd, ledger_appended, .seq = seq, .index = 41,
	    .leaf_hash = leaf, .bytes = LEAF_BYTES,
	    .receipt = bytes_of(receipt),
	    .disclosures = bytes_of(disclosures));
}

void
send_appended(uint32_t seq, const char *receipt)
{
	send_disclosed(seq, receipt, "");
}

void
send_failed(uint32_t seq, const char *message)
{
	PLAY_SEND(&play.ledgerd, ledger_failed, .seq = seq,
	    .message = message);
}

/* The way to each state. */

void
to_receive(struct grant *g)
{
	submit(CONN);
	send_grant(expect_decide(), g);
	play_expect(&play.gate, MSG_JOB_SEND);
}

void
to_build(struct grant *g)
{
	to_receive(g);
	send_data(CONN, BUNDLE, sizeof(BUNDLE));
	ATF_REQUIRE(play.child[0].started);
}

uint32_t
to_accept(struct grant *g)
{
	to_build(g);
	play_report(0, REPORT_READY, 0, 0, "9/9 denied");
	return expect_append(EVENT_JOB_ACCEPTED, "\"probe\":\"9/9 denied\"");
}

void
to_run(struct grant *g)
{
	send_appended(to_accept(g), "");
	play_expect(&play.gate, MSG_JOB_ACCEPTED);
	ATF_REQUIRE(play_told_to_go(0));
}

/* The refusal is recorded, and then told with its receipt. */
void
check_refusal(enum reason reason, const char *text)
{
	char json[64];

	snprintf(json, sizeof(json), "\"reason\":\"%s\"", reason_word(reason));
	send_appended(expect_append(EVENT_JOB_REFUSED, json), "receipt");
	expect_refused(reason, text, "receipt");
	ATF_CHECK_EQ(play.r.jobs[0].state, JOB_FREE);
	ATF_CHECK_EQ(play.r.budget.used, 0);
}

void
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
void
check_silent_end(const char *outcome)
{
	send_appended(expect_append(EVENT_JOB_FINISHED, outcome), "receipt");
	play_expect_none(&play.gate);
	ATF_CHECK_EQ(play.r.jobs[0].state, JOB_FREE);
}
