#include "say.h"

#include <string.h>

#include "lib/evidence_names.h"
#include "lib/kept_jobs.h"
#include "lib/log.h"
#include "usage.h"

_Static_assert(JOB_SLOTS + HISTORY_MAX <= KEPT_JOBS_MAX, "all fit");

/* keyd has one request at a time. */
static void
note_request(struct runner *r)
{
	r->keyd_asked_ms = now_ms();
	r->keyd_pending = true;
}

/* A job that waited for a runtime in vain tells keyd that it is unreadable. */
static struct runtimes *
runtimes_for(const struct runner *r, const struct job *j)
{
	static struct runtimes told;

	told = r->runtimes;
	if (j->unreadable)
		told.list[j->runtime].state = RUNTIME_UNREADABLE;
	return &told;
}

static struct share_left *
left_for(const struct runner *r, const struct job *j)
{
	static struct share_left left;

	usage_left(r, j, &left);
	return &left;
}

static void
get_submission(const struct job *j, struct client_submit *submit)
{
	struct get g;

	get_init(&g, j->submission, j->submission_len);
	if (client_get_submit(&g, submit) == -1)
		die(EXIT_BUG, "a submission that was read once is malformed");
}

static void
get_query(const struct query *q, struct client_read *read)
{
	struct get g;

	get_init(&g, q->frame, q->frame_len);
	if (client_get_read(&g, read) == -1)
		die(EXIT_BUG, "a query that was read once is malformed");
}

void
say_decide(struct runner *r, struct job *j)
{
	struct msg_job_decide m = {
		.seq = ++r->last_seq, .runtimes = runtimes_for(r, j),
		.left = left_for(r, j),
	};

	get_submission(j, &m.submit);
	j->seq = m.seq;
	note_request(r);
	msg_send_job_decide(&r->keyd, &m);
}

/* The jobs whose output is kept. */
static struct kept_jobs *
kept_jobs(const struct runner *r)
{
	static struct kept_jobs kept;
	const struct history_job *h;

	kept.n = 0;
	for (size_t i = 0; i < JOB_SLOTS; i++) {
		const struct who *w = &r->jobs[i].who;

		if (r->jobs[i].tail != NULL)
			kept_jobs_add(&kept, w->job, w->submitter, w->author);
	}
	for (size_t i = 0; (h = history_at(r, i)) != NULL; i++)
		if (h->tail != NULL)
			kept_jobs_add(&kept, h->job, h->submitter, h->author);
	return &kept;
}

void
say_query_decide(struct runner *r, struct query *q)
{
	struct client_read read;

	get_query(q, &read);
	q->seq = ++r->last_seq;
	note_request(r);
	MSG_SEND(&r->keyd, query_decide, .seq = q->seq,
	    .left = left_for(r, NULL), .jobs = kept_jobs(r), .read = read);
}

static struct put fields;	/* of one event */
static unsigned char evidence_room[EVIDENCE_MAX];
static struct put evidence = { .base = evidence_room,
	.cap = sizeof(evidence_room) };	/* of the same */

struct put *
say_append_fields(void)
{
	static unsigned char room[EVENT_MAX];

	put_init(&fields, room, sizeof(room));
	return &fields;
}

void
say_append_evidence(const char *name, struct bytes content)
{
	put_cstr(&evidence, name);
	put_string(&evidence, content.p, content.len);
}

static void
check_event(enum event event)
{
	if (fields.err != 0 || evidence.err != 0)
		die(EXIT_BUG, "event %u is too long", (unsigned)event);
}

static void
forget_evidence(void)
{
	explicit_bzero(evidence.base, evidence.len);
	evidence.len = 0;
}

uint32_t
say_append(struct runner *r, enum event event, bool want_receipt)
{
	const uint32_t seq = ++r->last_seq;

	check_event(event);
	MSG_SEND(&r->ledgerd, ledger_append, .seq = seq,
	    .event = (uint8_t)event, .want_receipt = want_receipt,
	    .fields = { fields.base, fields.len },
	    .evidence = { evidence.base, evidence.len });
	forget_evidence();
	return seq;
}

#define ARGV_MAX	4096	/* bytes in a leaf; the manifest has all */

/* The lists of an event; their texts are those of `who' and the manifest. */
struct say_lists {
	struct event_list	 rules, argv, secrets;
	char			 ids[WHO_RULES_MAX + 1];
	const char		*id[WHO_RULES_MAX / 2 + 1];
	const char		*arg[MANIFEST_ARGS_MAX + 1];
	const char		*secret[MANIFEST_SECRETS_MAX];
};

/* One id a line. */
static void
list_rules(struct say_lists *l, const char *ids)
{
	char *rest = l->ids;

	strcpy(l->ids, ids);
	l->rules.text = l->id;
	while (rest != NULL && *rest != '\0')
		l->id[l->rules.n++] = strsep(&rest, "\n");
}

static void
list_argv(struct say_lists *l, const struct manifest *m)
{
	size_t bytes = 0;

	l->argv.text = l->arg;
	for (size_t i = 0; i < m->nargs; i++) {
		bytes += strlen(m->args[i]);
		l->arg[l->argv.n++] = bytes <= ARGV_MAX ? m->args[i] : "...";
		if (bytes > ARGV_MAX)
			break;
	}
}

/* `m' is NULL for a query. */
static void
say_lists(struct say_lists *l, const struct who *w, const struct manifest *m)
{
	memset(l, 0, sizeof(*l));
	list_rules(l, w->rules);
	if (m == NULL)
		return;
	list_argv(l, m);
	l->secrets = (struct event_list){ m->nsecrets, l->secret };
	for (size_t i = 0; i < m->nsecrets; i++)
		l->secret[i] = m->secrets[i];
}

/* The fields of events that several kinds share; see event.def. */
#define SIGNED(w, lists)						\
	.command_sha256 = (w)->command_sha256,				\
	.submitter = (w)->submitter,					\
	.submitter_key = (w)->submitter_key,				\
	.session = (w)->session, .rules = (lists)->rules
#define AUTHORED(j)							\
	.author = (j)->who.author, .author_key = (j)->who.author_key,	\
	.manifest_sha256 = (j)->who.manifest_sha256,			\
	.bundle_sha256 = (j)->grant.bundle_sha256
#define LIMIT(id, name, member, unit, least, most, usual, what)	\
	.member = event_u64(m->limits.member),
#define ASKED(m, lists, text)						\
	.argv = (lists)->argv, .secrets = (lists)->secrets,		\
	.runtime = (m)->runtime, .class = (m)->class,			\
	.profile = (m)->profile,					\
	.capabilities = capability_format((m)->capabilities, text)

/*
 * What proves who ordered a job and who wrote its manifest.  Only what keyd
 * verified: it names an author when the manifest is the one that the command
 * names and the author's signature holds.
 */
static void
add_evidence(const struct job *j)
{
	struct client_submit s;

	if (j->submission == NULL)
		return;
	get_submission(j, &s);
	say_append_evidence(EVIDENCE_COMMAND, s.command);
	say_append_evidence(EVIDENCE_COMMAND_SIG, s.command_sig);
	if (j->who.author[0] == '\0')
		return;
	say_append_evidence(EVIDENCE_MANIFEST, s.manifest);
	say_append_evidence(EVIDENCE_MANIFEST_SIG, s.manifest_sig);
}

static void
add_query_evidence(const struct query *q)
{
	struct client_read read;

	get_query(q, &read);
	say_append_evidence(EVIDENCE_COMMAND, read.command);
	say_append_evidence(EVIDENCE_COMMAND_SIG, read.command_sig);
}

void
say_append_accepted(struct runner *r, struct job *j)
{
	const struct manifest *m = &j->grant.manifest;
	char capabilities[CAPABILITY_TEXT_MAX];
	struct say_lists lists;
	struct event_job_accepted e;

	say_lists(&lists, &j->who, m);
	e = (struct event_job_accepted){
		.job = j->who.job, .name = m->name,
		SIGNED(&j->who, &lists), AUTHORED(j),
		ASKED(m, &lists, capabilities),
		.runtime_sha256 = j->grant.runtime_sha256, .probe = j->probe,
#include "lib/limit.def"
	};
	event_put_job_accepted(say_append_fields(), &e);
	add_evidence(j);
	j->seq = say_append(r, EVENT_JOB_ACCEPTED, false);
}

static void
append_refused(struct runner *r, struct job *j)
{
	const struct manifest *m = &j->grant.manifest;
	char capabilities[CAPABILITY_TEXT_MAX];
	struct say_lists lists;
	struct event_job_refused e;

	say_lists(&lists, &j->who, m);
	e = (struct event_job_refused){
		.job = j->who.job, .name = m->name,
		SIGNED(&j->who, &lists), AUTHORED(j),
		ASKED(m, &lists, capabilities),
		.reason = reason_word(j->verdict.reason),
		.message = j->verdict.message,
#include "lib/limit.def"
	};
	event_put_job_refused(say_append_fields(), &e);
	add_evidence(j);
	j->seq = say_append(r, EVENT_JOB_REFUSED, true);
}
#undef LIMIT

static void
append_finished(struct runner *r, struct job *j)
{
	const struct who *w = &j->who;
	const struct job_verdict *v = &j->verdict;
	unsigned char out[DIGEST_LEN], err[DIGEST_LEN];
	char reached[LIMITS_TEXT_MAX];
	struct say_lists lists;

	say_lists(&lists, w, &j->grant.manifest);
	sha256_final(&j->out[0].hash, out);
	sha256_final(&j->out[1].hash, err);
	j->seq = SAY_APPEND(r, job_finished, true,
	    .job = w->job, .name = j->grant.manifest.name,
	    SIGNED(w, &lists), AUTHORED(j), .accepted_leaf = j->accepted_leaf,
	    .outcome = outcome_word(v->outcome),
	    .status = event_u64(v->status), .message = v->message,
	    .stdout_sha256 = out,
	    .stdout_bytes = event_u64(j->out[0].bytes),
	    .stderr_sha256 = err,
	    .stderr_bytes = event_u64(j->out[1].bytes),
	    .wall_ms = event_u64(j->wall_ms),
	    .cpu_us = event_u64(j->figures.cpu_us),
	    .memory_peak_bytes = event_u64(j->figures.memory_peak),
	    .throttled_us = event_u64(j->figures.throttled_us),
	    .limits_reached = limits_format(j->reached, reached));
}

void
say_append_verdict(struct runner *r, struct job *j)
{
	if (j->verdict.kind == VERDICT_REFUSED)
		append_refused(r, j);
	else
		append_finished(r, j);
}

static const char *
verb_of(const struct query *q)
{
	const char *word = verb_word(q->verb);

	return word == NULL ? "" : word;
}

static void
append_read_refused(struct runner *r, struct query *q)
{
	struct say_lists lists;

	say_lists(&lists, &q->who, NULL);
	q->seq = SAY_APPEND(r, read_refused, true,
	    .id = q->who.job, SIGNED(&q->who, &lists), .verb = verb_of(q),
	    .job = q->job, .first = event_u64(q->first),
	    .count = event_u64(q->count), .field = q->field,
	    .second = event_u64(q->second),
	    .reason = reason_word(q->refused), .message = q->text);
}

static void
append_read_allowed(struct runner *r, struct query *q)
{
	struct say_lists lists;

	say_lists(&lists, &q->who, NULL);
	q->seq = SAY_APPEND(r, read_allowed, true,
	    .id = q->who.job, SIGNED(&q->who, &lists), .verb = verb_of(q),
	    .job = q->job, .first = event_u64(q->first),
	    .count = event_u64(q->count), .field = q->field,
	    .second = event_u64(q->second));
}

void
say_append_query(struct runner *r, struct query *q)
{
	add_query_evidence(q);
	if (q->refused != 0)
		append_read_refused(r, q);
	else
		append_read_allowed(r, q);
}

/* The order's leaf goes with the order. */
void
say_forget(struct runner *r, struct query *q)
{
	struct say_lists lists;

	say_lists(&lists, &q->who, NULL);
	event_put_disclosure_forgotten(say_append_fields(),
	    &(struct event_disclosure_forgotten){
	    .id = q->who.job, SIGNED(&q->who, &lists),
	    .leaf = event_u64(q->first), .field = q->field });
	add_query_evidence(q);
	check_event(EVENT_DISCLOSURE_FORGOTTEN);
	q->seq = ++r->last_seq;
	MSG_SEND(&r->ledgerd, ledger_forget, .seq = q->seq, .leaf = q->first,
	    .field = (uint8_t)withheld_find(q->field),
	    .fields = { fields.base, fields.len },
	    .evidence = { evidence.base, evidence.len });
	forget_evidence();
}

static uint32_t
ask_leaf(struct runner *r, const struct query *q)
{
	MSG_SEND(&r->ledgerd, ledger_read, .seq = ++r->last_seq,
	    .index = query_leaf_at(q), .fields = q->fields);
	return r->last_seq;
}

static uint32_t
ask_proof(struct runner *r, const struct query *q)
{
	return say_prove(r, q->first, 0, q->second);
}

static uint32_t
ask_field(struct runner *r, const struct query *q)
{
	MSG_SEND(&r->ledgerd, ledger_disclose, .seq = ++r->last_seq,
	    .index = q->first, .field = (uint8_t)withheld_find(q->field));
	return r->last_seq;
}

static uint32_t
ask_evidence(struct runner *r, const struct query *q)
{
	if (q->at == 0)
		return ask_leaf(r, q);
	MSG_SEND(&r->ledgerd, ledger_evidence, .seq = ++r->last_seq,
	    .index = q->first, .file = q->file, .offset = q->offset);
	return r->last_seq;
}

static uint32_t
ask_fsck(struct runner *r, const struct query *q)
{
	MSG_SEND(&r->ledgerd, ledger_fsck, .seq = ++r->last_seq,
	    .next = q->offset, .page = q->fsck.page);
	return r->last_seq;
}

static uint32_t
ask_erased(struct runner *r, const struct query *q)
{
	(void)q;
	MSG_SEND(&r->ledgerd, ledger_erased, .seq = ++r->last_seq);
	return r->last_seq;
}

void
say_query_leaf(struct runner *r, struct query *q)
{
	static const struct {
		enum verb	 verb;
		uint32_t	(*ask)(struct runner *, const struct query *);
	} asks[] = {
		{ VERB_LEDGER, ask_leaf },
		{ VERB_CONSISTENCY, ask_proof },
		{ VERB_DISCLOSE, ask_field },
		{ VERB_EVIDENCE, ask_evidence },
		{ VERB_FORGET, ask_erased },
		{ VERB_FSCK, ask_fsck },
	};

	for (size_t i = 0; i < sizeof(asks) / sizeof(asks[0]); i++)
		if (asks[i].verb == q->verb)
			q->seq = asks[i].ask(r, q);
}

uint32_t
say_prove(struct runner *r, uint64_t first, uint64_t second, uint64_t size)
{
	MSG_SEND(&r->ledgerd, ledger_prove, .seq = ++r->last_seq,
	    .first = first, .second = second, .size = size);
	return r->last_seq;
}
