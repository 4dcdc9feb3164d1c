/*
 * Messages from gate, keyd and ledgerd: decoded whole, checked, and handed to
 * the job that they are about.  An answer for a job that is not there any more
 * came late and is dropped; a malformed message is our own bug.
 */
#include <stdio.h>
#include <string.h>

#include "job.h"
#include "log.h"
#include "measure.h"
#include "runner.h"
#include "say.h"

static struct job *
find_conn(struct runner *r, uint32_t conn)
{
	for (int i = 0; i < JOB_SLOTS; i++) {
		struct job *j = &r->jobs[i];

		if (j->state != JOB_FREE && j->attached && j->conn == conn)
			return j;
	}
	return NULL;
}

static struct job *
find_seq(struct runner *r, uint32_t seq)
{
	for (int i = 0; i < JOB_SLOTS; i++)
		if (r->jobs[i].state != JOB_FREE && r->jobs[i].seq == seq)
			return &r->jobs[i];
	return NULL;
}

static struct reader *
find_reader_conn(struct runner *r, uint32_t conn)
{
	for (int i = 0; i < READERS; i++) {
		struct reader *d = &r->readers[i];

		if (d->state != READER_FREE && d->attached && d->conn == conn)
			return d;
	}
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

static struct reader *
find_free_reader(struct runner *r)
{
	for (int i = 0; i < READERS; i++)
		if (r->readers[i].state == READER_FREE)
			return &r->readers[i];
	return NULL;
}

static struct job *
find_free(struct runner *r)
{
	for (int i = 0; i < JOB_SLOTS; i++)
		if (r->jobs[i].state == JOB_FREE)
			return &r->jobs[i];
	return NULL;
}

static void
need_end(struct get *g, const char *what)
{
	if (get_end(g) == -1)
		die(EXIT_PEER, "malformed %s", what);
}

/* Whether a request can be taken at all; says why not. */
static bool
takes_requests(struct runner *r, uint32_t conn)
{
	if (find_conn(r, conn) != NULL || find_reader_conn(r, conn) != NULL)
		die(EXIT_PEER, "gate submits twice for connection %u", conn);
	if (r->stopping)
		say_busy(r, conn, REASON_STOPPING, "the appliance is stopping; "
		    "try again once it is up");
	else if (!r->keyd_up || !r->ledgerd_up)
		say_busy(r, conn, REASON_BUSY, "the appliance is starting; "
		    "try again");
	else if (chan_room(&r->keyd) < KEYD_ROOM)
		say_busy(r, conn, REASON_BUSY, "keyd is behind with its "
		    "answers; try again");
	else
		return true;
	return false;
}

static void
do_submit(struct runner *r, struct get *g)
{
	uint32_t conn = get_u32(g);
	const void *submission = g->p;
	size_t len = g->left, n;
	struct job *j = find_free(r);

	get_string(g, &n, COMMAND_MAX);
	get_string(g, &n, SIG_MAX);
	get_string(g, &n, MANIFEST_MAX);
	get_string(g, &n, SIG_MAX);
	need_end(g, "JOB_SUBMIT");
	if (!takes_requests(r, conn))
		return;
	if (j == NULL)
		say_busy(r, conn, REASON_BUSY, "all job slots are taken; try "
		    "again");
	else
		job_submit(r, j, conn, submission, len);
}

static void
do_read_submit(struct runner *r, struct get *g)
{
	uint32_t conn = get_u32(g);
	const void *order = g->p;
	size_t len = g->left, n;
	struct reader *d = find_free_reader(r);

	get_string(g, &n, COMMAND_MAX);
	get_string(g, &n, SIG_MAX);
	need_end(g, "READ_SUBMIT");
	if (!takes_requests(r, conn))
		return;
	if (d == NULL)
		say_busy(r, conn, REASON_BUSY, "as many read as can at a "
		    "time; try again");
	else
		reader_submit(r, d, conn, order, len);
}

static void
do_data(struct runner *r, struct get *g)
{
	uint32_t conn = get_u32(g);
	size_t len;
	const void *data = get_string(g, &len, DATA_MAX);
	struct job *j = find_conn(r, conn);

	need_end(g, "JOB_DATA");
	if (j != NULL)
		job_data(r, j, data, len);
}

static void
do_credit(struct runner *r, struct get *g)
{
	uint32_t conn = get_u32(g), bytes = get_u32(g);
	struct reader *d = find_reader_conn(r, conn);
	struct job *j = find_conn(r, conn);

	need_end(g, "JOB_CREDIT");
	if (j != NULL)
		job_credit(r, j, bytes);
	else if (d != NULL)
		reader_credit(r, d, bytes);
}

static void
do_cancel(struct runner *r, struct get *g)
{
	uint32_t conn = get_u32(g);
	struct reader *d = find_reader_conn(r, conn);
	struct job *j = find_conn(r, conn);

	need_end(g, "JOB_CANCEL");
	if (j != NULL)
		job_leave(r, j);
	else if (d != NULL)
		reader_leave(r, d);
}

static void
do_gate_info(struct runner *r, struct get *g)
{
	need_end(g, "GATE_INFO");
	if (r->vkey[0] == '\0')
		r->info_asked = true;
	else
		say_info(r);
}

static void
gate_message(struct runner *r, enum msg type, struct get *g)
{
	if (type == MSG_GATE_INFO)
		do_gate_info(r, g);
	else if (type == MSG_JOB_SUBMIT)
		do_submit(r, g);
	else if (type == MSG_JOB_DATA)
		do_data(r, g);
	else if (type == MSG_JOB_CREDIT)
		do_credit(r, g);
	else if (type == MSG_JOB_CANCEL)
		do_cancel(r, g);
	else if (type == MSG_READ_SUBMIT)
		do_read_submit(r, g);
}

/* Its predecessor's connections went with it. */
static void
gate_reset(struct runner *r)
{
	r->info_asked = false;
	for (int i = 0; i < JOB_SLOTS; i++)
		if (r->jobs[i].state != JOB_FREE && r->jobs[i].attached)
			job_leave(r, &r->jobs[i]);
	for (int i = 0; i < READERS; i++)
		if (r->readers[i].state != READER_FREE)
			reader_leave(r, &r->readers[i]);
}

void
dispatch_gate(struct runner *r)
{
	enum chan_event ev;
	enum msg type;
	struct get g;

	while ((ev = chan_next(&r->gate, &type, &g)) != CHAN_NONE) {
		if (ev == CHAN_RESET)
			gate_reset(r);
		else
			gate_message(r, type, &g);
	}
}

static void
do_keyd_info(struct runner *r, struct get *g)
{
	get_cstr(g, r->vkey, sizeof(r->vkey));
	get_cstr(g, r->mode, sizeof(r->mode));
	need_end(g, "KEYD_INFO_IS");
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
	job_granted(r, j);
}

static void
do_deny(struct runner *r, struct get *g)
{
	struct job *j = find_seq(r, get_u32(g));
	char message[TEXT_MAX + 1];
	struct grant who;
	uint8_t reason, is_signed;

	grant_init(&who);
	reason = get_u8(g);
	get_cstr(g, message, sizeof(message));
	is_signed = get_u8(g);
	get_cstr(g, who.job, sizeof(who.job));
	get_cstr(g, who.submitter, sizeof(who.submitter));
	get_cstr(g, who.author, sizeof(who.author));
	get_fixed(g, who.command_sha256, DIGEST_LEN);
	get_fixed(g, who.manifest_sha256, DIGEST_LEN);
	need_end(g, "JOB_DENY");
	if (reason_word(reason) == NULL)
		die(EXIT_PEER, "JOB_DENY with the unknown reason %u", reason);
	if (j == NULL || j->state != JOB_DECIDE)
		return;
	j->grant = who;
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
	need_end(g, "READ_GRANT");
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
	need_end(g, "READ_DENY");
	if (reason_word(reason) == NULL)
		die(EXIT_PEER, "READ_DENY with the unknown reason %u", reason);
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

	need_end(g, "JOB_EXPLAINED");
	if (j != NULL && j->state == JOB_DECIDE)
		job_explained(r, j, allowed != 0, text, len);
}

static void
do_measure(struct runner *r, struct get *g)
{
	struct job *j = find_seq(r, get_u32(g));
	const struct runtime *rt;
	char name[NAME_MAX_LEN + 1];

	get_cstr(g, name, sizeof(name));
	need_end(g, "JOB_MEASURE");
	rt = runtimes_find(&r->runtimes, name);
	if (rt == NULL)
		die(EXIT_PEER, "keyd asks for a runtime that is not there");
	if (j != NULL && j->state == JOB_DECIDE)
		job_measure(r, j, (size_t)(rt - r->runtimes.list));
}

static void
keyd_reset(struct runner *r)
{
	struct put p;

	r->keyd_up = true;
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
		else if (type == MSG_READ_GRANT)
			do_read_grant(r, &g);
		else if (type == MSG_READ_DENY)
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
	size_t len;

	get_fixed(g, leaf, sizeof(leaf));
	receipt = get_string(g, &len, RECEIPT_MAX);
	need_end(g, "LEDGER_APPENDED");
	if (index >= r->tree_size)
		r->tree_size = index + 1;
	if (j != NULL)
		job_appended(r, j, leaf, receipt, len);
	else if (d != NULL)
		reader_appended(r, d, receipt, len);
}

static void
do_ledger_failed(struct runner *r, struct get *g)
{
	uint32_t seq = get_u32(g);
	struct reader *d = find_reader_seq(r, seq);
	struct job *j = find_seq(r, seq);
	char message[TEXT_MAX + 1];

	get_cstr(g, message, sizeof(message));
	need_end(g, "LEDGER_FAILED");
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

	need_end(g, "LEDGER_LEAF");
	if (d != NULL)
		reader_leaf(r, d, index, receipt, len);
}

static void
do_ledger_info(struct runner *r, struct get *g)
{
	unsigned char root[DIGEST_LEN];

	r->tree_size = get_u64(g);
	get_fixed(g, root, sizeof(root));
	need_end(g, "LEDGER_INFO_IS");
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
	rt->state = m.err == 0 ? RUNTIME_MEASURED : RUNTIME_UNREADABLE;
	memcpy(rt->sha256, m.sha256, DIGEST_LEN);
	if (m.err != 0)
		log_info("runtime %s cannot be measured: %s", rt->name,
		    strerror(m.err));
	for (int i = 0; i < JOB_SLOTS; i++)
		if (r->jobs[i].state == JOB_MEASURE &&
		    r->jobs[i].runtime == m.i)
			job_measured(r, &r->jobs[i]);
	if (rt->state == RUNTIME_UNREADABLE)
		rt->state = RUNTIME_UNMEASURED;
}
