/*
 * Replies of keyd, ledgerd and the measurer, each given to its job or query.
 * A reply is dropped when its job or query has ended meanwhile.
 */
#include <string.h>

#include "job.h"
#include "lib/log.h"
#include "runner/jail/measure.h"
#include "runner.h"
#include "say.h"

static struct job *
find_seq(struct runner *r, uint32_t seq)
{
	for (int i = 0; i < JOB_SLOTS; i++)
		if (r->jobs[i].state != JOB_FREE && r->jobs[i].seq == seq)
			return &r->jobs[i];
	return NULL;
}

static struct query *
find_query_seq(struct runner *r, uint32_t seq)
{
	for (int i = 0; i < QUERIES; i++)
		if (r->queries[i].state != QUERY_FREE &&
		    r->queries[i].seq == seq)
			return &r->queries[i];
	return NULL;
}

/* The job that waits for keyd's reply, or NULL. */
static struct job *
find_deciding(struct runner *r, uint32_t seq)
{
	struct job *j = find_seq(r, seq);

	return j != NULL && j->state == JOB_DECIDE ? j : NULL;
}

static struct query *
find_query_deciding(struct runner *r, uint32_t seq)
{
	struct query *q = find_query_seq(r, seq);

	return q != NULL && q->state == QUERY_DECIDE ? q : NULL;
}

/*
 * keyd has replied to the request that it had.  Its signer pays for keyd's
 * time, even if the reply is too late.
 */
static void
note_reply(struct runner *r, const char *submitter)
{
	r->keyd_pending = false;
	usage_add_keyd(r, submitter, now_ms() - r->keyd_asked_ms);
}

static void
check_reason(const char *message, uint8_t reason)
{
	if (reason_word(reason) == NULL)
		die(EXIT_PEER, "keyd broke the protocol: %s with the unknown "
		    "reason %u", message, reason);
}

static void
do_keyd_info(void *ctx, const struct msg_keyd_info_is *m)
{
	struct runner *r = ctx;

	strcpy(r->vkey, m->vkey);
	strcpy(r->mode, m->mode);
	r->shares = *m->shares;
	if (r->info_asked)
		say_info(r);
	r->info_asked = false;
}

static void
do_grant(void *ctx, const struct msg_job_grant *m)
{
	struct runner *r = ctx;
	struct job *j = find_deciding(r, m->seq);

	note_reply(r, m->grant->who.submitter);
	if (j == NULL) {
		grant_free(m->grant);
		return;
	}
	j->grant = *m->grant;
	grant_init(m->grant);		/* transferred */
	j->who = j->grant.who;
	job_granted(r, j);
}

static void
do_deny(void *ctx, const struct msg_job_deny *m)
{
	struct runner *r = ctx;
	struct job *j = find_deciding(r, m->seq);

	check_reason("JOB_DENY", m->reason);
	note_reply(r, m->denial->grant.who.submitter);
	if (j == NULL) {
		grant_free(&m->denial->grant);
		return;
	}
	j->grant = m->denial->grant;
	grant_init(&m->denial->grant);	/* transferred */
	j->who = j->grant.who;
	j->recordable = m->is_signed;
	job_denied(r, j, (enum reason)m->reason, m->message);
}

static void
do_explained(void *ctx, const struct msg_job_explained *m)
{
	struct runner *r = ctx;
	struct job *j = find_deciding(r, m->seq);

	note_reply(r, m->submitter);
	if (j != NULL)
		job_explained(r, j, &m->explained);
}

static void
do_measure(void *ctx, const struct msg_job_measure *m)
{
	struct runner *r = ctx;
	struct job *j = find_deciding(r, m->seq);
	const struct runtime *rt = runtimes_find(&r->runtimes, m->runtime);

	if (rt == NULL)
		die(EXIT_PEER, "keyd broke the protocol: there is no runtime "
		    "%s to be measured", m->runtime);
	note_reply(r, m->submitter);
	if (j == NULL)
		return;
	strcpy(j->who.submitter, m->submitter);
	job_measure(r, j, (size_t)(rt - r->runtimes.list));
}

static void
do_query_grant(void *ctx, const struct msg_query_grant *m)
{
	struct runner *r = ctx;
	struct query *q = find_query_deciding(r, m->seq);

	note_reply(r, m->who->submitter);
	if (q == NULL)
		return;
	q->who = *m->who;
	q->verb = m->verb;
	q->first = m->first;
	q->count = m->count;
	q->second = m->second;
	strcpy(q->job, m->job);
	strcpy(q->field, m->field);
	q->fields = m->fields;
	query_granted(r, q);
}

static void
do_query_deny(void *ctx, const struct msg_query_deny *m)
{
	struct runner *r = ctx;
	struct query *q = find_query_deciding(r, m->seq);

	check_reason("QUERY_DENY", m->reason);
	note_reply(r, m->who->submitter);
	if (q == NULL)
		return;
	q->who = *m->who;
	q->verb = m->verb;
	q->first = m->first;
	q->count = m->count;
	q->second = m->second;
	strcpy(q->job, m->job);
	strcpy(q->field, m->field);
	query_denied(r, q, (enum reason)m->reason, m->message, m->is_signed);
}

static void
do_keyd_reset(void *ctx)
{
	struct runner *r = ctx;

	r->keyd_up = true;
	r->keyd_pending = false;
	MSG_SEND(&r->keyd, keyd_info, 0);
	for (int i = 0; i < JOB_SLOTS; i++)
		job_keyd_reset(r, &r->jobs[i]);
	for (int i = 0; i < QUERIES; i++)
		query_keyd_reset(r, &r->queries[i]);
}

static const struct chan_row keyd_rows[] = {
	CHAN_ON_RESET(do_keyd_reset),
	CHAN_ON(keyd_info_is, do_keyd_info),
	CHAN_ON(job_grant, do_grant),
	CHAN_ON(job_deny, do_deny),
	CHAN_ON(job_explained, do_explained),
	CHAN_ON(job_measure, do_measure),
	CHAN_ON(query_grant, do_query_grant),
	CHAN_ON(query_deny, do_query_deny),
};

void
dispatch_keyd(struct runner *r)
{
	CHAN_DISPATCH(&r->keyd, keyd_rows, r);
}

static void
do_appended(void *ctx, const struct msg_ledger_appended *m)
{
	struct runner *r = ctx;
	struct query *q = find_query_seq(r, m->seq);
	struct job *j = find_seq(r, m->seq);

	if (m->index >= r->tree_size)
		r->tree_size = m->index + 1;
	if (j != NULL) {
		usage_add_leaf(r, j->who.submitter, m->bytes);
		job_appended(r, j, m);
	} else if (q != NULL) {
		usage_add_leaf(r, q->who.submitter, m->bytes);
		query_appended(r, q, m);
	} else {
		runtime_leaf_appended(r, m->seq);
	}
}

static void
do_failed(void *ctx, const struct msg_ledger_failed *m)
{
	struct runner *r = ctx;
	struct query *q = find_query_seq(r, m->seq);
	struct job *j = find_seq(r, m->seq);

	if (prove_failed(r, m->seq, m->message))
		return;
	if (j != NULL)
		job_unappended(r, j, m->message);
	else if (q != NULL)
		query_leaf_lost(r, q, m);
	else
		runtime_leaf_failed(r, m->seq, m->message);
}

static void
do_leaf(void *ctx, const struct msg_ledger_leaf *m)
{
	struct runner *r = ctx;
	struct query *q = find_query_seq(r, m->seq);

	if (q != NULL)
		query_leaf(r, q, m);
}

static void
do_proof(void *ctx, const struct msg_ledger_proof *m)
{
	struct runner *r = ctx;
	struct query *q = find_query_seq(r, m->seq);

	if (!prove_done(r, m) && q != NULL)
		query_proof(r, q, m);
}

static void
do_evidence(void *ctx, const struct msg_ledger_evidence_is *m)
{
	struct runner *r = ctx;
	struct query *q = find_query_seq(r, m->seq);

	if (q != NULL)
		query_evidence(r, q, m);
}

static void
do_fsck(void *ctx, const struct msg_ledger_fsck_is *m)
{
	struct runner *r = ctx;
	struct query *q = find_query_seq(r, m->seq);

	if (q != NULL)
		query_fsck(r, q, m);
}

static void
do_erased(void *ctx, const struct msg_ledger_erased_is *m)
{
	struct runner *r = ctx;
	struct query *q = find_query_seq(r, m->seq);

	if (q != NULL)
		query_erased(r, q, m->message);
}

static void
do_ledger_info(void *ctx, const struct msg_ledger_info_is *m)
{
	struct runner *r = ctx;

	r->tree_size = m->size;
	if (r->usage.room == UINT64_MAX)	/* later ones lack our leaves */
		r->usage.room = m->room;
}

/* By a leaf of init's or ledgerd's own. */
static void
do_grew(void *ctx, const struct msg_ledger_grew *m)
{
	struct runner *r = ctx;

	if (m->size > r->tree_size)
		r->tree_size = m->size;
}

static void
do_ledgerd_reset(void *ctx)
{
	struct runner *r = ctx;

	r->ledgerd_up = true;
	MSG_SEND(&r->ledgerd, ledger_info, 0);
	prove_ledger_reset(&r->proves);
	runtime_leaf_reset(r);
	for (int i = 0; i < JOB_SLOTS; i++)
		job_ledger_reset(r, &r->jobs[i]);
	for (int i = 0; i < QUERIES; i++)
		query_ledger_reset(r, &r->queries[i]);
}

static const struct chan_row ledgerd_rows[] = {
	CHAN_ON_RESET(do_ledgerd_reset),
	CHAN_ON(ledger_info_is, do_ledger_info),
	CHAN_ON(ledger_grew, do_grew),
	CHAN_ON(ledger_appended, do_appended),
	CHAN_ON(ledger_failed, do_failed),
	CHAN_ON(ledger_leaf, do_leaf),
	CHAN_ON(ledger_proof, do_proof),
	CHAN_ON(ledger_evidence_is, do_evidence),
	CHAN_ON(ledger_erased_is, do_erased),
	CHAN_ON(ledger_fsck_is, do_fsck),
};

void
dispatch_ledgerd(struct runner *r)
{
	CHAN_DISPATCH(&r->ledgerd, ledgerd_rows, r);
}

/*
 * When a measurement fails, each job that waited for it tells keyd so once, and
 * the next job that needs the runtime retries.
 */
void
dispatch_measurer(struct runner *r)
{
	struct measured m;
	struct runtime *rt;

	measure_take(r->measurer, &m);
	rt = &r->runtimes.list[m.i];
	r->measuring[m.i] = false;
	if (m.err == 0)
		rt->state = RUNTIME_MEASURED;
	memcpy(rt->sha256, m.sha256, DIGEST_LEN);
	r->runtime_leaves[m.i].bytes = m.bytes;
	runtime_leaf_append(r, m.i);
	if (m.err != 0)
		log_info("runtime %s cannot be measured: %s", rt->name,
		    strerror(m.err));
	for (int i = 0; i < JOB_SLOTS; i++)
		if (r->jobs[i].state == JOB_MEASURE &&
		    r->jobs[i].runtime == m.i)
			job_measured(r, &r->jobs[i], m.err != 0);
}
