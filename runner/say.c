#include "say.h"

#include "event.h"
#include "log.h"

#define ANSWER_MAX	73728	/* JOB_FINISHED and JOB_REFUSED in msg.def */

static unsigned char buf[81920];	/* the largest in msg.def */

static void
say(struct chan *c, enum msg type, const struct put *p)
{
	chan_send(c, type, p);
}

static void
put_refused(struct put *p, uint32_t conn, enum reason reason,
    const char *message, const char *job, const void *receipt, size_t len)
{
	put_u32(p, conn);
	put_u8(p, (uint8_t)reason);
	put_cstr(p, message);
	put_cstr(p, job);
	put_string(p, receipt, len);
}

void
say_busy(struct runner *r, uint32_t conn, enum reason reason,
    const char *message)
{
	struct put p;

	put_init(&p, buf, sizeof(buf));
	put_refused(&p, conn, reason, message, "", "", 0);
	say(&r->gate, MSG_JOB_REFUSED, &p);
}

void
say_send(struct runner *r, const struct job *j)
{
	struct put p;

	if (!j->attached)
		return;
	put_init(&p, buf, sizeof(buf));
	put_u32(&p, j->conn);
	put_cstr(&p, j->grant.job);
	put_u64(&p, j->grant.bundle_len);
	say(&r->gate, MSG_JOB_SEND, &p);
}

void
say_explanation(struct runner *r, const struct job *j, bool allowed,
    const char *text, size_t len)
{
	struct put p;

	if (!j->attached)
		return;
	put_init(&p, buf, sizeof(buf));
	put_u32(&p, j->conn);
	put_u8(&p, allowed);
	put_string(&p, text, len);
	say(&r->gate, MSG_JOB_EXPLANATION, &p);
}

void
say_accepted(struct runner *r, const struct job *j)
{
	struct put p;

	if (!j->attached)
		return;
	put_init(&p, buf, sizeof(buf));
	put_u32(&p, j->conn);
	put_cstr(&p, j->grant.job);
	put_string(&p, j->accepted_leaf, DIGEST_LEN);
	say(&r->gate, MSG_JOB_ACCEPTED, &p);
}

void
say_output(struct runner *r, const struct job *j, int stream, const void *data,
    size_t len)
{
	struct put p;

	if (!j->attached)
		return;
	put_init(&p, buf, sizeof(buf));
	put_u32(&p, j->conn);
	put_u8(&p, (uint8_t)stream);
	put_string(&p, data, len);
	say(&r->gate, MSG_JOB_OUTPUT, &p);
}

static void
put_finished(struct put *p, const struct job *j, const void *receipt,
    size_t len)
{
	put_u32(p, j->conn);
	put_u8(p, (uint8_t)j->verdict.outcome);
	put_u32(p, j->verdict.status);
	put_cstr(p, j->verdict.message);
	put_string(p, receipt, len);
}

void
say_verdict(struct runner *r, const struct job *j, const void *receipt,
    size_t len)
{
	const struct verdict *v = &j->verdict;
	struct put p;

	if (!j->attached)
		return;
	put_init(&p, buf, ANSWER_MAX);
	if (v->kind == VERDICT_REFUSED) {
		put_refused(&p, j->conn, v->reason, v->message, j->grant.job,
		    receipt, len);
		say(&r->gate, MSG_JOB_REFUSED, &p);
	} else {
		put_finished(&p, j, receipt, len);
		say(&r->gate, MSG_JOB_FINISHED, &p);
	}
}

void
say_info(struct runner *r)
{
	struct put p;

	put_init(&p, buf, sizeof(buf));
	put_cstr(&p, r->vkey);
	put_cstr(&p, r->mode);
	put_u32(&p, JOB_SLOTS);
	say(&r->gate, MSG_GATE_INFO_IS, &p);
}

void
say_status(struct runner *r, uint32_t conn)
{
	uint32_t running = 0;
	struct put p;

	for (int i = 0; i < JOB_SLOTS; i++)
		running += r->jobs[i].state != JOB_FREE;
	put_init(&p, buf, sizeof(buf));
	put_u32(&p, conn);
	put_cstr(&p, r->vkey);
	put_cstr(&p, r->mode);
	put_u32(&p, JOB_SLOTS);
	put_u32(&p, running);
	put_u64(&p, r->jobs_done);
	put_u64(&p, r->tree_size);
	put_u64(&p, uptime_ms());
	put_u64(&p, r->memory_total);
	put_cstr(&p, r->runtimes_text);
	say(&r->gate, MSG_GATE_STATUS_IS, &p);
}

void
say_decide(struct runner *r, struct job *j)
{
	struct put p;

	j->seq = ++r->last_seq;
	put_init(&p, buf, sizeof(buf));
	put_u32(&p, j->seq);
	runtimes_put(&p, &r->runtimes);
	put_raw(&p, j->submission, j->submission_len);
	say(&r->keyd, MSG_JOB_DECIDE, &p);
}

/* The fields of event.def, in its order. */
static void
put_accepted_fields(struct put *p, const struct job *j)
{
	const struct grant *g = &j->grant;
	char capabilities[CAPABILITIES_TEXT_MAX];

	put_cstr(p, g->job);
	put_cstr(p, g->name);
	put_cstr(p, g->author);
	put_cstr(p, g->submitter);
	put_string(p, g->command_sha256, DIGEST_LEN);
	put_string(p, g->manifest_sha256, DIGEST_LEN);
	put_string(p, g->bundle_sha256, DIGEST_LEN);
	put_cstr(p, g->runtime);
	put_u64(p, g->limits.cpu_millis);
	put_u64(p, g->limits.memory_bytes);
	put_u64(p, g->limits.processes);
	put_u64(p, g->limits.wall_ms);
	put_u64(p, g->limits.output_bytes);
	put_cstr(p, j->probe);
	put_cstr(p, g->class);
	put_cstr(p, g->profile);
	put_cstr(p, grant_capabilities(g, capabilities));
	put_string(p, g->runtime_sha256, DIGEST_LEN);
}

static void
put_refused_fields(struct put *p, const struct job *j)
{
	const struct grant *g = &j->grant;

	put_cstr(p, g->job);
	put_cstr(p, g->submitter);
	put_cstr(p, g->author);
	put_string(p, g->command_sha256, DIGEST_LEN);
	put_string(p, g->manifest_sha256, DIGEST_LEN);
	put_cstr(p, reason_word(j->verdict.reason));
	put_cstr(p, j->verdict.message);
}

static void
put_finished_fields(struct put *p, const struct job *j)
{
	const struct grant *g = &j->grant;
	unsigned char digest[DIGEST_LEN];

	put_cstr(p, g->job);
	put_cstr(p, g->name);
	put_cstr(p, g->author);
	put_cstr(p, g->submitter);
	put_string(p, g->command_sha256, DIGEST_LEN);
	put_string(p, g->manifest_sha256, DIGEST_LEN);
	put_string(p, g->bundle_sha256, DIGEST_LEN);
	put_string(p, j->accepted_leaf, DIGEST_LEN);
	put_cstr(p, outcome_word(j->verdict.outcome));
	put_u64(p, j->verdict.status);
	put_cstr(p, j->verdict.message);
	for (int i = 0; i < 2; i++) {
		sha256_final(&j->out[i].hash, digest);
		put_string(p, digest, DIGEST_LEN);
		put_u64(p, j->out[i].bytes);
	}
	put_u64(p, j->wall_ms);
	put_u64(p, j->figures.cpu_us);
	put_u64(p, j->figures.memory_peak);
}

static void
append(struct runner *r, struct job *j, enum event event, bool want_receipt,
    void (*put_fields)(struct put *, const struct job *))
{
	static unsigned char fields[EVENT_MAX];
	struct put f, p;

	put_init(&f, fields, sizeof(fields));
	put_fields(&f, j);
	if (f.err != 0)
		die(EXIT_BUG, "an event of job %s is too long", j->grant.job);
	j->seq = ++r->last_seq;
	put_init(&p, buf, sizeof(buf));
	put_u32(&p, j->seq);
	put_u8(&p, (uint8_t)event);
	put_u8(&p, want_receipt);
	put_string(&p, fields, f.len);
	say(&r->ledgerd, MSG_LEDGER_APPEND, &p);
}

void
say_append_accepted(struct runner *r, struct job *j)
{
	append(r, j, EVENT_JOB_ACCEPTED, false, put_accepted_fields);
}

void
say_append_verdict(struct runner *r, struct job *j)
{
	if (j->verdict.kind == VERDICT_REFUSED)
		append(r, j, EVENT_JOB_REFUSED, true, put_refused_fields);
	else
		append(r, j, EVENT_JOB_FINISHED, true, put_finished_fields);
}
