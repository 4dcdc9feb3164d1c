/*
 * Answers of keyd, ledgerd and the measurer: decoded whole, checked, and handed
 * to the job or the reader that they are about.  An answer for one that is not
 * there any more came late and is dropped; a malformed message is our own bug.
 */
#include <stdio.h>
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

static struct reader *
find_reader_seq(struct runner *r, uint32_t seq)
{
	for (int i = 0; i < READERS; i++)
		if (r->readers[i].state != READER_FREE &&
		    r->readers[i].seq == seq)
			return &r->readers[i];
	return NULL;
}

/*
 * keyd has answered the question that it had, about an order of his, who pays
 * for it although the answer may be too late.
 */
static void
note_answer(struct runner *r, const char *submitter)
{
	taken_keyd(r, submitter, now_ms() - r->asked_ms);
}

void
dispatch_end(struct get *g, const char *what)
{
	if (get_end(g) == -1)
		die(EXIT_PEER, "malformed %s", what);
}

static void
do_keyd_info(struct runner *r, struct get *g)
{
	get_cstr(g, r->vkey, sizeof(r->vkey));
	get_cstr(g, r->mode, sizeof(r->mode));
	shares_get(g, &r->shares);
	dispatch_end(g, "KEYD_INFO_IS");
	if (r->info_asked)
		say_info(r);
	r->info_asked = false;
}

static void
do_grant(struct runner *r, struct get *g)
{
	struct job *j = find_seq(r, get_u32(g));

	if (j == NULL || j->state != JOB_DECIDE)
		return;
	if (grant_get(g, &j->grant) == -1 || get_end(g) == -1)
		die(EXIT_PEER, "malformed JOB_GRANT");
	j->who = j->grant.who;
	note_answer(r, j->who.submitter);
	job_granted(r, j);
}

static void
do_deny(struct runner *r, struct get *g)
{
	struct job *j = find_seq(r, get_u32(g));
	char message[TEXT_MAX + 1];
	struct who who;
	uint8_t reason, is_signed;

	reason = get_u8(g);
	get_cstr(g, message, sizeof(message));
	is_signed = get_u8(g);
	who_get(g, &who);
	dispatch_end(g, "JOB_DENY");
	if (reason_word(reason) == NULL)
		die(EXIT_PEER, "JOB_DENY with the unknown reason %u", reason);
	note_answer(r, who.submitter);
	if (j == NULL || j->state != JOB_DECIDE)
		return;
	j->who = who;
	j->recordable = is_signed != 0;
	job_denied(r, j, (enum reason)reason, message);
}

/* Of READ_GRANT and READ_DENY. */
static void
get_asked(struct get *g, struct asked *a)
{
	a->verb = get_u8(g);
	a->first = get_u64(g);
	a->count = get_u32(g);
	get_cstr(g, a->job, sizeof(a->job));
	get_cstr(g, a->id, sizeof(a->id));
	get_cstr(g, a->submitter, sizeof(a->submitter));
	get_fixed(g, a->command_sha256, DIGEST_LEN);
}

static void
do_read_grant(struct runner *r, struct get *g)
{
	struct reader *d = find_reader_seq(r, get_u32(g));
	struct asked asked;

	get_asked(g, &asked);
	dispatch_end(g, "READ_GRANT");
	note_answer(r, asked.submitter);
	if (d == NULL || d->state != READER_DECIDE)
		return;
	d->asked = asked;
	reader_granted(r, d);
}

static void
do_read_deny(struct runner *r, struct get *g)
{
	struct reader *d = find_reader_seq(r, get_u32(g));
	char message[TEXT_MAX + 1];
	struct asked asked;
	uint8_t reason, is_signed;

	reason = get_u8(g);
	get_cstr(g, message, sizeof(message));
	is_signed = get_u8(g);
	get_asked(g, &asked);
	dispatch_end(g, "READ_DENY");
	if (reason_word(reason) == NULL)
		die(EXIT_PEER, "READ_DENY with the unknown reason %u", reason);
	note_answer(r, asked.submitter);
	if (d == NULL || d->state != READER_DECIDE)
		return;
	d->asked = asked;
	reader_denied(r, d, (enum reason)reason, message, is_signed != 0);
}

static void
do_explained(struct runner *r, struct get *g)
{
	struct job *j = find_seq(r, get_u32(g));
	uint8_t allowed = get_u8(g);
	size_t len;
	const char *text = get_string(g, &len, EXPLAINED_MAX);
	char submitter[PRINCIPAL_MAX + 1];

	get_cstr(g, submitter, sizeof(submitter));
	dispatch_end(g, "JOB_EXPLAINED");
	note_answer(r, submitter);
	if (j == NULL || j->state != JOB_DECIDE)
		return;
	job_explained(r, j, allowed != 0, text, len);
}

static void
do_measure(struct runner *r, struct get *g)
{
	struct job *j = find_seq(r, get_u32(g));
	const struct runtime *rt;
	char name[NAME_MAX_LEN + 1], submitter[PRINCIPAL_MAX + 1];

	get_cstr(g, name, sizeof(name));
	get_cstr(g, submitter, sizeof(submitter));
	dispatch_end(g, "JOB_MEASURE");
	rt = runtimes_find(&r->runtimes, name);
	if (rt == NULL)
		die(EXIT_PEER, "keyd asks for a runtime that is not there");
	note_answer(r, submitter);
	if (j == NULL || j->state != JOB_DECIDE)
		return;
	memcpy(j->who.submitter, submitter, sizeof(submitter));
	job_measure(r, j, (size_t)(rt - r->runtimes.list));
}

static void
keyd_reset(struct runner *r)
{
	struct put p;

	r->keyd_up = true;
	r->keyd_owes = false;
	put_init(&p, NULL, 0);
	chan_send(&r->keyd, MSG_KEYD_INFO, &p);
	for (int i = 0; i < JOB_SLOTS; i++)
		job_keyd_reset(r, &r->jobs[i]);
	for (int i = 0; i < READERS; i++)
		reader_keyd_reset(r, &r->readers[i]);
}

void
dispatch_keyd(struct runner *r)
{
	enum chan_event ev;
	enum msg type;
	struct get g;

	while ((ev = chan_next(&r->keyd, &type, &g)) != CHAN_NONE) {
		if (ev == CHAN_MSG && type != MSG_KEYD_INFO_IS)
			r->keyd_owes = false;
		if (ev == CHAN_RESET)
			keyd_reset(r);
		else if (type == MSG_KEYD_INFO_IS)
			do_keyd_info(r, &g);
		else if (type == MSG_JOB_GRANT)
			do_grant(r, &g);
		else if (type == MSG_JOB_DENY)
			do_deny(r, &g);
		else if (type == MSG_JOB_EXPLAINED)
			do_explained(r, &g);
		else if (type == MSG_JOB_MEASURE)
			do_measure(r, &g);
		else if (type == MSG_QUERY_GRANT)
			do_read_grant(r, &g);
		else if (type == MSG_QUERY_DENY)
			do_read_deny(r, &g);
	}
}

static void
do_appended(struct runner *r, struct get *g)
{
	uint32_t seq = get_u32(g);
	uint64_t index = get_u64(g);
	struct reader *d = find_reader_seq(r, seq);
	struct job *j = find_seq(r, seq);
	unsigned char leaf[DIGEST_LEN];
	const void *receipt;
	uint32_t bytes;
	size_t len;

	get_fixed(g, leaf, sizeof(leaf));
	bytes = get_u32(g);
	receipt = get_string(g, &len, RECEIPT_MAX);
	dispatch_end(g, "LEDGER_APPENDED");
	if (index >= r->tree_size)
		r->tree_size = index + 1;
	if (j != NULL) {
		taken_leaf(r, j->who.submitter, bytes);
		job_appended(r, j, leaf, receipt, len);
	} else if (d != NULL) {
		taken_leaf(r, d->asked.submitter, bytes);
		reader_appended(r, d, receipt, len);
	}
}

static void
do_ledger_failed(struct runner *r, struct get *g)
{
	uint32_t seq = get_u32(g);
	struct reader *d = find_reader_seq(r, seq);
	struct job *j = find_seq(r, seq);
	char message[TEXT_MAX + 1];

	get_cstr(g, message, sizeof(message));
	dispatch_end(g, "LEDGER_FAILED");
	if (j != NULL)
		job_unappended(r, j, message);
	else if (d != NULL)
		reader_unappended(r, d, message);
}

static void
do_ledger_leaf(struct runner *r, struct get *g)
{
	struct reader *d = find_reader_seq(r, get_u32(g));
	uint64_t index = get_u64(g);
	size_t len;
	const void *receipt = get_string(g, &len, RECEIPT_MAX);

	dispatch_end(g, "LEDGER_LEAF");
	if (d != NULL)
		reader_leaf(r, d, index, receipt, len);
}

static void
do_ledger_info(struct runner *r, struct get *g)
{
	unsigned char root[DIGEST_LEN];
	uint64_t room;

	r->tree_size = get_u64(g);
	get_fixed(g, root, sizeof(root));
	room = get_u64(g);
	dispatch_end(g, "LEDGER_INFO_IS");
	if (r->taken.room == UINT64_MAX)	/* later ones lack our leaves */
		r->taken.room = room;
}

static void
ledgerd_reset(struct runner *r)
{
	struct put p;

	r->ledgerd_up = true;
	put_init(&p, NULL, 0);
	chan_send(&r->ledgerd, MSG_LEDGER_INFO, &p);
	for (int i = 0; i < JOB_SLOTS; i++)
		job_ledger_reset(r, &r->jobs[i]);
	for (int i = 0; i < READERS; i++)
		reader_ledger_reset(r, &r->readers[i]);
}

void
dispatch_ledgerd(struct runner *r)
{
	enum chan_event ev;
	enum msg type;
	struct get g;

	while ((ev = chan_next(&r->ledgerd, &type, &g)) != CHAN_NONE) {
		if (ev == CHAN_RESET)
			ledgerd_reset(r);
		else if (type == MSG_LEDGER_APPENDED)
			do_appended(r, &g);
		else if (type == MSG_LEDGER_FAILED)
			do_ledger_failed(r, &g);
		else if (type == MSG_LEDGER_LEAF)
			do_ledger_leaf(r, &g);
		else if (type == MSG_LEDGER_INFO_IS)
			do_ledger_info(r, &g);
	}
}

/*
 * keyd is told that it failed, once by each who waited, and the next job has
 * it tried again.
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
	if (m.err != 0)
		log_info("runtime %s cannot be measured: %s", rt->name,
		    strerror(m.err));
	for (int i = 0; i < JOB_SLOTS; i++)
		if (r->jobs[i].state == JOB_MEASURE &&
		    r->jobs[i].runtime == m.i)
			job_measured(r, &r->jobs[i], m.err != 0);
}
