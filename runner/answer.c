/*
 * The answers to queries: status and jobs are lines of JSON, the output of a
 * job is its end, and leaves and proofs come from ledgerd.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/doc/json.h"
#include "query.h"
#include "runner.h"

#define LINE_MAX_LEN	8192	/* two principals, each byte escaped */

struct json_line {
	unsigned char	buf[LINE_MAX_LEN];
	struct put	p;
};

static void
put_literal(struct put *p, const char *text)
{
	put_raw(p, text, strlen(text));
}

static void
line_begin(struct json_line *l)
{
	put_init(&l->p, l->buf, sizeof(l->buf));
	put_literal(&l->p, "{");
}

static void
line_key(struct json_line *l, const char *key)
{
	if (l->p.len > 1)
		put_literal(&l->p, ",");
	json_put_key(&l->p, key);
}

/* Text that is not UTF-8 is left out; keyd refuses it before. */
static void
line_text(struct json_line *l, const char *key, const char *text)
{
	line_key(l, key);
	json_put_string(&l->p, text,
	    utf8_check(text, strlen(text)) == 0 ? strlen(text) : 0);
}

static void
line_number(struct json_line *l, const char *key, uint64_t n)
{
	char text[24];

	line_key(l, key);
	snprintf(text, sizeof(text), "%" PRIu64, n);
	put_literal(&l->p, text);
}

static void
line_end(struct json_line *l, struct tail *t)
{
	put_literal(&l->p, "}\n");
	tail_add(t, 1, l->p.base, l->p.len);
}

static int
answer_status(struct runner *r, struct query *q)
{
	struct json_line l;
	uint64_t running = 0;

	for (int i = 0; i < JOB_SLOTS; i++)
		running += r->jobs[i].state != JOB_FREE;
	line_begin(&l);
	line_text(&l, "vkey", r->vkey);
	line_text(&l, "mode", r->mode);
	line_number(&l, "slots", JOB_SLOTS);
	line_number(&l, "running", running);
	line_number(&l, "jobs_done", r->jobs_done);
	line_number(&l, "tree_size", r->tree_size);
	line_number(&l, "uptime_ms", uptime_ms());
	line_number(&l, "memory_bytes", r->memory_total);
	line_text(&l, "runtimes", r->runtimes_text);
	line_end(&l, q->answer);
	return 0;
}

static void
add_job(struct tail *t, const struct history_job *p, const char *state)
{
	struct json_line l;

	line_begin(&l);
	line_text(&l, "job", p->job);
	line_text(&l, "name", p->name);
	line_text(&l, "submitter", p->submitter);
	line_text(&l, "author", p->author);
	line_text(&l, "state", state);
	line_number(&l, "status", p->status);
	line_number(&l, "started", p->started);
	line_number(&l, "wall_ms", p->wall_ms);
	line_number(&l, "output_bytes", p->tail == NULL ? 0 : p->tail->total);
	line_end(&l, t);
}

/* NULL for a job that is not granted yet, or was refused. */
static const char *
state_word(const struct job *j)
{
	switch (j->state) {
	case JOB_FREE:
	case JOB_DECIDE:
	case JOB_MEASURE:
		return NULL;
	case JOB_RECEIVE:
	case JOB_BUILD:
	case JOB_ACCEPT:
		return "preparing";
	case JOB_RUN:
		return "running";
	case JOB_END:
	case JOB_RECORD:
		return j->accepted ? "ending" : NULL;
	case JOB_LINGER:
		return j->who.job[0] != '\0' ? "ending" : NULL;
	}
	return NULL;
}

static void
add_slot(struct tail *t, const struct job *j)
{
	struct history_job p = { .started = j->started, .wall_ms = j->wall_ms,
	    .tail = j->tail };

	memcpy(p.job, j->who.job, sizeof(p.job));
	memcpy(p.name, j->grant.manifest.name, sizeof(p.name));
	memcpy(p.author, j->who.author, sizeof(p.author));
	memcpy(p.submitter, j->who.submitter, sizeof(p.submitter));
	if (j->state == JOB_RUN)
		p.wall_ms = now_ms() - j->started_ms;
	add_job(t, &p, state_word(j));
}

static int
answer_jobs(struct runner *r, struct query *q)
{
	const struct history_job *p;

	for (size_t i = 0; (p = history_at(r, i)) != NULL; i++)
		add_job(q->answer, p, outcome_word(p->outcome));
	for (size_t i = 0; i < JOB_SLOTS; i++)
		if (state_word(&r->jobs[i]) != NULL)
			add_slot(q->answer, &r->jobs[i]);
	return 0;
}

/* Other jobs may have taken its place since keyd was asked. */
static int
answer_output(struct runner *r, struct query *q)
{
	const struct tail *t = history_tail(r, q->job);

	if (t == NULL)
		return query_refuse(q, REASON_UNKNOWN_JOB, "the output of "
		    "job %s is not kept any more; `casemate jobs' lists those "
		    "whose output is", q->job);
	memcpy(q->answer, t, sizeof(*t));
	q->at = tail_first(t);
	if (q->at != 0)
		snprintf(q->text, sizeof(q->text), "the first %" PRIu64 " of "
		    "%" PRIu64 " bytes are not kept", q->at, t->total);
	return 0;
}

static int
refuse_leaf(struct runner *r, struct query *q)
{
	return query_refuse(q, REASON_NO_LEAF, "there is no leaf %" PRIu64
	    "; the ledger has %" PRIu64 ", from 0 on", q->first, r->tree_size);
}

/* As many as there are. */
static int
answer_ledger(struct runner *r, struct query *q)
{
	const uint64_t first = q->first, count = q->count;
	const uint64_t size = r->tree_size;

	if (first >= size)
		return refuse_leaf(r, q);
	q->at = first;
	q->end = count < size - first ? first + count : size;
	return 0;
}

/* One piece, which ledgerd makes. */
static int
answer_consistency(struct runner *r, struct query *q)
{
	const uint64_t second = q->second == 0 ? q->first : q->second;

	if (second > r->tree_size)
		return query_refuse(q, REASON_NO_LEAF, "the ledger never had %"
		    PRIu64 " leaves; it has %" PRIu64, second, r->tree_size);
	q->at = 0;
	q->end = 1;
	return 0;
}

/* One leaf, or one order: ledgerd knows whether it can be done. */
static int
answer_one(struct runner *r, struct query *q)
{
	if (q->first >= r->tree_size)
		return refuse_leaf(r, q);
	q->at = 0;
	q->end = 1;
	return 0;
}

/* The leaf, and then as many pieces as there are. */
static int
answer_evidence(struct runner *r, struct query *q)
{
	if (q->first >= r->tree_size)
		return refuse_leaf(r, q);
	q->at = 0;
	q->end = UINT64_MAX;
	return 0;
}

/* As many pieces as there are. */
static int
answer_fsck(struct runner *r, struct query *q)
{
	(void)r;
	q->at = 0;
	q->end = UINT64_MAX;
	return 0;
}

static const struct {
	enum verb	 verb;
	bool		 text;		/* made here, not by ledgerd */
	int		(*make)(struct runner *, struct query *);
} answers[] = {
	{ VERB_STATUS, true, answer_status },
	{ VERB_JOBS, true, answer_jobs },
	{ VERB_LEDGER, false, answer_ledger },
	{ VERB_CONSISTENCY, false, answer_consistency },
	{ VERB_FSCK, false, answer_fsck },
	{ VERB_OUTPUT, true, answer_output },
	{ VERB_EVIDENCE, false, answer_evidence },
	{ VERB_DISCLOSE, false, answer_one },
	{ VERB_FORGET, false, answer_one },
};

int
answer_make(struct runner *r, struct query *q)
{
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		if (answers[i].verb != q->verb)
			continue;
		if (answers[i].text && (q->answer = tail_new()) == NULL)
			return query_refuse(q, REASON_BUSY, "no memory for "
			    "an answer; read again");
		return answers[i].make(r, q);
	}
	return query_refuse(q, REASON_FAULT, "the appliance has no answer to "
	    "this verb; use a client of its version");
}
