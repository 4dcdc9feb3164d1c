#include "talk.h"

#include <atf-c.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "peers.h"

static unsigned char buf[81920];
struct share_left play_left;
static unsigned char leaf[DIGEST_LEN] = { 0xab };

static struct put
put_to(void)
{
	struct put p;

	put_init(&p, buf, sizeof(buf));
	return p;
}

/* gate */

void
send_conn(enum msg type, uint32_t conn)
{
	struct put p = put_to();

	put_u32(&p, conn);
	play_send(&play.gate, type, &p);
}

void
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

void
send_data(uint32_t conn, const void *data, size_t len)
{
	struct put p = put_to();

	put_u32(&p, conn);
	put_string(&p, data, len);
	play_send(&play.gate, MSG_JOB_DATA, &p);
}

void
send_credit(uint32_t conn, uint32_t bytes)
{
	struct put p = put_to();

	put_u32(&p, conn);
	put_u32(&p, bytes);
	play_send(&play.gate, MSG_JOB_CREDIT, &p);
}

void
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

void
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

/* All of it, whatever the runner has sent before. */
static uint32_t
get_decide(struct runtimes *r)
{
	static const char *const parts[] = {
		"command", "signature", "manifest", "signature",
	};
	struct get g = play_expect(&play.keyd, MSG_JOB_DECIDE);
	uint32_t seq = get_u32(&g);
	char text[16];

	runtimes_get(&g, r);
	share_left_get(&g, &play_left);
	for (int i = 0; i < 4; i++) {
		get_cstr(&g, text, sizeof(text));
		ATF_CHECK_STREQ(text, parts[i]);
	}
	ATF_CHECK_EQ(get_end(&g), 0);
	return seq;
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

void
send_measure(uint32_t seq, const char *name)
{
	struct put p = put_to();

	put_u32(&p, seq);
	put_cstr(&p, name);
	put_cstr(&p, "submitter@example");
	play_send(&play.keyd, MSG_JOB_MEASURE, &p);
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
send_grant(uint32_t seq, const struct grant *g)
{
	struct put p = put_to();

	put_u32(&p, seq);
	grant_put(&p, g);
	play_send(&play.keyd, MSG_JOB_GRANT, &p);
}

void
send_explained(uint32_t seq, bool allowed, const char *text)
{
	struct put p = put_to();

	put_u32(&p, seq);
	put_u8(&p, allowed);
	put_cstr(&p, text);
	put_cstr(&p, "submitter@example");
	play_send(&play.keyd, MSG_JOB_EXPLAINED, &p);
}

void
send_deny(uint32_t seq, enum reason reason, const char *message, bool is_signed)
{
	struct who who = { .job = "0123", .submitter = "submitter@example" };
	struct put p = put_to();

	put_u32(&p, seq);
	put_u8(&p, (uint8_t)reason);
	put_cstr(&p, message);
	put_u8(&p, is_signed);
	memcpy(who.command_sha256, leaf, DIGEST_LEN);
	memcpy(who.manifest_sha256, leaf, DIGEST_LEN);
	who_put(&p, &who);
	play_send(&play.keyd, MSG_JOB_DENY, &p);
}

/* ledgerd */

/* The fields must read as the event's row in event.def says. */
uint32_t
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

void
send_appended(uint32_t seq, const char *receipt)
{
	struct put p = put_to();

	put_u32(&p, seq);
	put_u64(&p, 41);
	put_string(&p, leaf, DIGEST_LEN);
	put_u32(&p, LEAF_BYTES);
	put_cstr(&p, receipt);
	play_send(&play.ledgerd, MSG_LEDGER_APPENDED, &p);
}

void
send_failed(uint32_t seq, const char *message)
{
	struct put p = put_to();

	put_u32(&p, seq);
	put_cstr(&p, message);
	play_send(&play.ledgerd, MSG_LEDGER_FAILED, &p);
}

/* The way to each state. */

void
to_receive(const struct grant *g)
{
	submit(CONN);
	send_grant(expect_decide(), g);
	play_expect(&play.gate, MSG_JOB_SEND);
}

void
to_build(const struct grant *g)
{
	to_receive(g);
	send_data(CONN, BUNDLE, sizeof(BUNDLE));
	ATF_REQUIRE(play.child[0].started);
}

uint32_t
to_accept(const struct grant *g)
{
	to_build(g);
	play_report(0, REPORT_READY, 0, 0, "9/9 denied");
	return expect_append(EVENT_JOB_ACCEPTED, "\"probe\":\"9/9 denied\"");
}

void
to_run(const struct grant *g)
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
