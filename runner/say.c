#include "say.h"

#include "lib/msg/event.h"
#include "lib/log.h"
#include "usage.h"

/* Of READ_DECIDE: an id and two principals for each job that is kept. */
#define KEYD_LIST_MAX	((JOB_SLOTS + PAST_MAX) * (12 + JOB_ID_LEN + \
			    2 * PRINCIPAL_MAX))
#define ANSWER_MAX	73728	/* JOB_FINISHED and JOB_REFUSED in msg.def */

static unsigned char buf[98304];	/* the largest in msg.def */

static void
say(struct chan *c, enum msg type, const struct put *p)
{
	chan_send(c, type, p);
}

static void
put_refused(struct put *p, uint32_t conn, unsigned reason,
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
	put_cstr(&p, j->who.job);
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
	put_cstr(&p, j->who.job);
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
		put_refused(&p, j->conn, v->reason, v->message, j->who.job,
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
say_read_data(struct runner *r, const struct reader *d, int stream,
    const void *data, size_t len)
{
	struct put p;

	put_init(&p, buf, sizeof(buf));
	put_u32(&p, d->conn);
	put_u8(&p, (uint8_t)stream);
	put_string(&p, data, len);
	say(&r->gate, MSG_QUERY_DATA, &p);
}

void
say_read_end(struct runner *r, const struct reader *d)
{
	struct put p;

	put_init(&p, buf, ANSWER_MAX);
	put_u32(&p, d->conn);
	put_cstr(&p, d->text);
	put_string(&p, d->receipt, d->receipt_len);
	say(&r->gate, MSG_QUERY_END, &p);
}

void
say_unread(struct runner *r, const struct reader *d, const void *receipt,
    size_t len)
{
	struct put p;

	if (!d->attached)
		return;
	put_init(&p, buf, ANSWER_MAX);
	put_refused(&p, d->conn, d->refused, d->text, d->asked.id, receipt,
	    len);
	say(&r->gate, MSG_JOB_REFUSED, &p);
}

/* What is left of the signers' shares. */
static void
put_left(struct put *p, const struct runner *r, const struct job *asking)
{
	static struct share_left left;

	taken_left(r, asking, &left);
	share_left_put(p, &left);
}

/* One that could not be measured is told so to those who waited for it. */
static void
put_runtimes(struct put *p, const struct runner *r, const struct job *j)
{
	static struct runtimes told;

	told = r->runtimes;
	if (j->unreadable)
		told.list[j->runtime].state = RUNTIME_UNREADABLE;
	runtimes_put(p, &told);
}

/* keyd's one question at a time. */
static void
ask(struct runner *r, enum msg type, const struct put *p)
{
	r->asked_ms = now_ms();
	r->keyd_owes = true;
	say(&r->keyd, type, p);
}

void
say_decide(struct runner *r, struct job *j)
{
	struct put p;

	j->seq = ++r->last_seq;
	put_init(&p, buf, sizeof(buf));
	put_u32(&p, j->seq);
	put_runtimes(&p, r, j);
	put_left(&p, r, j);
	put_raw(&p, j->submission, j->submission_len);
	ask(r, MSG_JOB_DECIDE, &p);
}

/* The fields of event.def, in its order. */
static void
put_accepted_fields(struct put *p, const struct job *j)
{
	const struct who *w = &j->who;
	const struct grant *g = &j->grant;
	const struct manifest *m = &g->manifest;
	char capabilities[CAPABILITY_TEXT_MAX];

	put_cstr(p, w->job);
	put_cstr(p, m->name);
	put_cstr(p, w->author);
	put_cstr(p, w->submitter);
	put_string(p, w->command_sha256, DIGEST_LEN);
	put_string(p, w->manifest_sha256, DIGEST_LEN);
	put_string(p, g->bundle_sha256, DIGEST_LEN);
	put_cstr(p, m->runtime);
	put_u64(p, m->limits.cpu_millis);
	put_u64(p, m->limits.memory_bytes);
	put_u64(p, m->limits.processes);
	put_u64(p, m->limits.wall_ms);
	put_u64(p, m->limits.output_bytes);
	put_cstr(p, j->probe);
	put_cstr(p, m->class);
	put_cstr(p, m->profile);
	put_cstr(p, capability_format(m->capabilities, capabilities));
	put_string(p, g->runtime_sha256, DIGEST_LEN);
}

static void
put_refused_fields(struct put *p, const struct job *j)
{
	const struct who *w = &j->who;

	put_cstr(p, w->job);
	put_cstr(p, w->submitter);
	put_cstr(p, w->author);
	put_string(p, w->command_sha256, DIGEST_LEN);
	put_string(p, w->manifest_sha256, DIGEST_LEN);
	put_cstr(p, reason_word(j->verdict.reason));
	put_cstr(p, j->verdict.message);
}

static void
put_finished_fields(struct put *p, const struct job *j)
{
	const struct who *w = &j->who;
	const struct grant *g = &j->grant;
	unsigned char digest[DIGEST_LEN];

	put_cstr(p, w->job);
	put_cstr(p, g->manifest.name);
	put_cstr(p, w->author);
	put_cstr(p, w->submitter);
	put_string(p, w->command_sha256, DIGEST_LEN);
	put_string(p, w->manifest_sha256, DIGEST_LEN);
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

/* Answers the seq of the request. */
static uint32_t
append(struct runner *r, enum event event, bool want_receipt,
    const struct put *fields)
{
	const uint32_t seq = ++r->last_seq;
	struct put p;

	if (fields->err != 0)
		die(EXIT_BUG, "event %u has too long fields", (unsigned)event);
	put_init(&p, buf, sizeof(buf));
	put_u32(&p, seq);
	put_u8(&p, (uint8_t)event);
	put_u8(&p, want_receipt);
	put_string(&p, fields->base, fields->len);
	say(&r->ledgerd, MSG_LEDGER_APPEND, &p);
	return seq;
}

static unsigned char fields[EVENT_MAX];		/* of one event */

static void
append_job(struct runner *r, struct job *j, enum event event,
    bool want_receipt, void (*put_fields)(struct put *, const struct job *))
{
	struct put f;

	put_init(&f, fields, sizeof(fields));
	put_fields(&f, j);
	j->seq = append(r, event, want_receipt, &f);
}

void
say_append_accepted(struct runner *r, struct job *j)
{
	append_job(r, j, EVENT_JOB_ACCEPTED, false, put_accepted_fields);
}

void
say_append_verdict(struct runner *r, struct job *j)
{
	if (j->verdict.kind == VERDICT_REFUSED)
		append_job(r, j, EVENT_JOB_REFUSED, true, put_refused_fields);
	else
		append_job(r, j, EVENT_JOB_FINISHED, true,
		    put_finished_fields);
}

static void
put_kept_job(struct put *p, const char *job, const char *submitter,
    const char *author)
{
	put_cstr(p, job);
	put_cstr(p, submitter);
	put_cstr(p, author);
}

/* The jobs whose output is kept; answers how many. */
static uint32_t
put_kept_jobs(struct put *p, const struct runner *r)
{
	const struct past *past;
	uint32_t n = 0;

	for (size_t i = 0; i < JOB_SLOTS; i++) {
		const struct who *w = &r->jobs[i].who;

		if (r->jobs[i].tail == NULL)
			continue;
		put_kept_job(p, w->job, w->submitter, w->author);
		n++;
	}
	for (size_t i = 0; (past = past_at(r, i)) != NULL; i++) {
		if (past->tail == NULL)
			continue;
		put_kept_job(p, past->job, past->submitter, past->author);
		n++;
	}
	return n;
}

void
say_decide_reading(struct runner *r, struct reader *d, const void *order,
    size_t len)
{
	static unsigned char list[KEYD_LIST_MAX];
	struct put p, jobs;
	uint32_t n;

	put_init(&jobs, list, sizeof(list));
	n = put_kept_jobs(&jobs, r);
	d->seq = ++r->last_seq;
	put_init(&p, buf, sizeof(buf));
	put_u32(&p, d->seq);
	put_left(&p, r, NULL);
	put_raw(&p, order, len);
	put_u32(&p, n);
	put_raw(&p, list, jobs.len);
	if (jobs.err != 0)
		die(EXIT_BUG, "too many jobs are kept");
	ask(r, MSG_QUERY_DECIDE, &p);
}

void
say_append_reading(struct runner *r, struct reader *d)
{
	const struct asked *a = &d->asked;
	const char *verb = verb_word(a->verb);
	struct put f;

	put_init(&f, fields, sizeof(fields));
	put_cstr(&f, a->id);
	put_cstr(&f, a->submitter);
	put_string(&f, a->command_sha256, DIGEST_LEN);
	put_cstr(&f, verb == NULL ? "" : verb);
	put_cstr(&f, a->job);
	put_u64(&f, a->first);
	put_u64(&f, a->count);
	if (d->refused != 0) {
		put_cstr(&f, reason_word(d->refused));
		put_cstr(&f, d->text);
	}
	d->seq = append(r, d->refused != 0 ? EVENT_READ_REFUSED :
	    EVENT_READ_ALLOWED, true, &f);
}

void
say_ledger_read(struct runner *r, struct reader *d)
{
	struct put p;

	d->seq = ++r->last_seq;
	put_init(&p, buf, sizeof(buf));
	put_u32(&p, d->seq);
	put_u64(&p, d->at);
	say(&r->ledgerd, MSG_LEDGER_READ, &p);
}
