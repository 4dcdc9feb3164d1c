#include "query.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/consistency.h"
#include "lib/log.h"
#include "runner.h"
#include "say.h"

#define DECIDE_MS	20000	/* as a job's */
#define SEND_MS		30000	/* without a byte taken, or a leaf read */

static void
enter(struct query *q, enum query_state state, uint64_t limit_ms)
{
	q->state = state;
	q->deadline_ms = now_ms() + limit_ms;
}

/* Wipes the command: it is kept beside the leaf, for some readers. */
static void
forget_frame(struct query *q)
{
	if (q->frame != NULL)
		explicit_bzero(q->frame, q->frame_len);
	free(q->frame);
	q->frame = NULL;
}

static void
release(struct query *q)
{
	forget_frame(q);
	free(q->answer);
	for (size_t i = 0; i < QUERY_PARTS; i++)
		free(q->leaf[i].data);
	free(q->receipt.data);
	free(q->disclosures.data);
	memset(q, 0, sizeof(*q));
}

int
query_refuse(struct query *q, enum reason reason, const char *fmt, ...)
{
	va_list ap;

	if (q->refused != 0)
		return -1;
	q->refused = reason;
	va_start(ap, fmt);
	vsnprintf(q->text, sizeof(q->text), fmt, ap);
	va_end(ap);
	return -1;
}

/* Sends the refusal and ends the query; `m' is NULL if it is not recorded. */
static void
turn_away(struct runner *r, struct query *q,
    const struct msg_ledger_appended *m)
{
	say_query_refused(r, q, m);
	release(q);
}

/* Records the decision, allowed or refused.  An order has a leaf of its own. */
static void
record(struct runner *r, struct query *q)
{
	enter(q, QUERY_RECORD, LEDGER_MS);
	if (q->verb == VERB_FORGET && q->refused == 0)
		say_forget(r, q);
	else
		say_append_query(r, q);
}

void
query_submit(struct runner *r, struct query *q, uint32_t conn, void *frame,
    size_t len)
{
	q->conn = conn;
	q->attached = true;
	q->frame = frame;
	q->frame_len = len;
	enter(q, QUERY_DECIDE, DECIDE_MS);
	say_query_decide(r, q);
}

void
query_granted(struct runner *r, struct query *q)
{
	if (!q->attached)
		query_refuse(q, REASON_CANCELLED, "the client left before it "
		    "was answered");
	else
		answer_make(r, q);
	record(r, q);
}

void
query_denied(struct runner *r, struct query *q, enum reason reason,
    const char *message, bool is_signed)
{
	query_refuse(q, reason, "%s", message);
	if (is_signed)
		record(r, q);
	else
		turn_away(r, q, NULL);
}

/* -1 without memory. */
static int
keep(struct query_part *part, int stream, struct bytes b)
{
	part->stream = stream;
	part->len = b.len;
	part->data = malloc(b.len + 1);		/* malloc(0) may be NULL */
	if (part->data == NULL)
		return -1;
	memcpy(part->data, b.p, b.len);
	return 0;
}

static int
keep_record(struct query *q, const struct msg_ledger_appended *m)
{
	return keep(&q->receipt, QUERY_DATA, m->receipt) == -1 ||
	    keep(&q->disclosures, QUERY_DISCLOSURES, m->disclosures) == -1 ?
	    -1 : 0;
}

/* Recorded: the answer may be sent. */
void
query_appended(struct runner *r, struct query *q,
    const struct msg_ledger_appended *m)
{
	if (q->state != QUERY_RECORD)
		return;
	forget_frame(q);
	if (q->refused != 0) {
		turn_away(r, q, m);
	} else if (!q->attached) {
		release(q);
	} else if (keep_record(q, m) == -1) {
		query_refuse(q, REASON_BUSY, "no memory for the receipt; "
		    "read again");
		turn_away(r, q, m);
	} else {
		enter(q, QUERY_SEND, SEND_MS);
	}
}

static void
note_unrecorded(struct query *q, const char *why)
{
	const size_t len = strlen(q->text);

	log_info("query %s: its refusal is not recorded: %s", q->who.job, why);
	snprintf(q->text + len, sizeof(q->text) - len,
	    " (not recorded: %.200s)", why);
}

void
query_unappended(struct runner *r, struct query *q, const char *message)
{
	if (q->state == QUERY_SEND)
		query_refuse(q, REASON_LEDGER, "leaf %llu cannot be read: "
		    "%.300s", (unsigned long long)q->at, message);
	else if (q->refused != 0)
		note_unrecorded(q, message);
	else
		query_refuse(q, REASON_LEDGER, "the query was not recorded, "
		    "so it is not answered: %.300s", message);
	turn_away(r, q, NULL);
}

/* To forget can take longer, on a large ledger and a slow disk. */
static void
time_out_record(struct runner *r, struct query *q)
{
	if (q->verb == VERB_FORGET && q->refused == 0)
		query_denied(r, q, REASON_LEDGER, "ledgerd has not replied "
		    "yet: the field may be forgotten or not; order it again, "
		    "and the reply says which", false);
	else
		query_unappended(r, q, LEDGERD_SILENT);
}

static void
refuse_memory(struct runner *r, struct query *q)
{
	query_refuse(q, REASON_BUSY, "no memory for a leaf; read again");
	turn_away(r, q, NULL);
}

int
query_keep(struct runner *r, struct query *q, size_t n, int stream,
    struct bytes b)
{
	if (keep(&q->leaf[n], stream, b) == 0)
		return 0;
	refuse_memory(r, q);
	return -1;
}

uint64_t
query_leaf_at(const struct query *q)
{
	return q->verb == VERB_LEDGER ? q->at : q->first;
}

void
query_leaf(struct runner *r, struct query *q, const struct msg_ledger_leaf *m)
{
	if (q->state != QUERY_SEND || !q->leaf_asked ||
	    m->index != query_leaf_at(q))
		die(EXIT_PEER, "ledgerd sent leaf %llu, which was not asked "
		    "for", (unsigned long long)m->index);
	q->leaf_asked = false;
	if (keep(&q->leaf[0], QUERY_DATA, m->receipt) == -1 ||
	    (m->disclosures.len != 0 &&
	    keep(&q->leaf[1], QUERY_DISCLOSURES, m->disclosures) == -1))
		refuse_memory(r, q);
}

void
query_proof(struct runner *r, struct query *q,
    const struct msg_ledger_proof *m)
{
	char text[CONSISTENCY_MAX];
	struct proof proof;
	struct put p;

	if (q->state != QUERY_SEND || !q->leaf_asked ||
	    proof_from_bytes(&proof, m->first) == -1)
		die(EXIT_PEER, "ledgerd sent a proof that was not asked for, "
		    "or a part of one");
	put_init(&p, text, sizeof(text));
	consistency_format(&p, q->first, &proof, m->note.p, m->note.len);
	q->leaf_asked = false;
	if (keep(&q->leaf[0], QUERY_DATA, (struct bytes){ text, p.len }) == -1)
		refuse_memory(r, q);
}

/* Nothing has been erased; the refusal is recorded instead. */
static void
refuse_order(struct runner *r, struct query *q, const char *message)
{
	query_refuse(q, REASON_NOT_KEPT, "%s", message);
	record(r, q);
}

/* Whether the query is for one leaf, so that its answer ends here. */
static bool
is_for_one(const struct query *q)
{
	return q->verb == VERB_DISCLOSE || q->verb == VERB_EVIDENCE;
}

void
query_leaf_lost(struct runner *r, struct query *q,
    const struct msg_ledger_failed *m)
{
	const struct bytes why = { m->message, strlen(m->message) };

	if (q->state == QUERY_RECORD && m->not_kept && q->refused == 0) {
		refuse_order(r, q, m->message);
	} else if (q->state != QUERY_SEND || !q->leaf_asked) {
		query_unappended(r, q, m->message);
	} else if (is_for_one(q)) {
		query_refuse(q, m->not_kept ? REASON_NOT_KEPT : REASON_LEDGER,
		    "%s", m->message);
		turn_away(r, q, NULL);
	} else {
		q->leaf_asked = false;
		if (keep(&q->leaf[0], QUERY_LOST, why) == -1)
			refuse_memory(r, q);
	}
}

void
query_erased(struct runner *r, struct query *q, const char *message)
{
	(void)r;
	if (q->state != QUERY_SEND || !q->leaf_asked)
		die(EXIT_PEER, "ledgerd has erased what was not ordered");
	q->leaf_asked = false;
	q->at = q->end;
	snprintf(q->text, sizeof(q->text), "erased: %s of leaf %llu%s%.400s",
	    q->field, (unsigned long long)q->first,
	    message[0] == '\0' ? "" : "; ", message);
}

void
query_credit(struct runner *r, struct query *q, uint32_t bytes)
{
	(void)r;
	if (bytes > q->uncredited)
		die(EXIT_PEER, "gate credits %u bytes of %llu", bytes,
		    (unsigned long long)q->uncredited);
	q->uncredited -= bytes;
	q->deadline_ms = now_ms() + SEND_MS;
}

void
query_leave(struct runner *r, struct query *q)
{
	(void)r;
	q->attached = false;
	if (q->state == QUERY_SEND)
		release(q);
}

void
query_stop(struct runner *r, struct query *q)
{
	if (q->state == QUERY_FREE)
		return;
	q->refused = 0;
	query_refuse(q, REASON_STOPPING, STOPPING_TEXT);
	turn_away(r, q, NULL);
}

void
query_keyd_reset(struct runner *r, struct query *q)
{
	if (q->state == QUERY_DECIDE)
		query_denied(r, q, REASON_FAULT, "keyd restarted while it "
		    "decided; sign a new command and try again", false);
}

/* It is unknown whether its predecessor recorded the decision. */
void
query_ledger_reset(struct runner *r, struct query *q)
{
	if (q->state == QUERY_RECORD ||
	    (q->state == QUERY_SEND && q->leaf_asked))
		query_unappended(r, q, "ledgerd restarted; sign a new command "
		    "and try again");
}

static void
time_out_send(struct runner *r, struct query *q)
{
	if (!q->leaf_asked)
		query_denied(r, q, REASON_CANCELLED, "the client has taken "
		    "nothing for 30 s", false);
	else if (q->verb == VERB_FORGET)
		query_denied(r, q, REASON_LEDGER, "the field is erased; "
		    "ledgerd has not replied yet whether copies of it are "
		    "left in its file", false);
	else
		query_unappended(r, q, LEDGERD_SILENT);
}

void
query_timeout(struct runner *r, struct query *q)
{
	switch (q->state) {
	case QUERY_FREE:
		return;
	case QUERY_DECIDE:
		query_denied(r, q, REASON_FAULT, "keyd does not answer; sign "
		    "a new command and try again", false);
		return;
	case QUERY_RECORD:
		time_out_record(r, q);
		return;
	case QUERY_SEND:
		time_out_send(r, q);
		return;
	}
}

/* How much may be sent now. */
static size_t
room(const struct runner *r, const struct query *q)
{
	return chan_fits(&r->gate) ? (size_t)(OUTPUT_WINDOW - q->uncredited) :
	    0;
}

static void
send_data(struct runner *r, struct query *q, int stream, const void *data,
    size_t len)
{
	say_query_data(r, q, stream, data, len);
	q->uncredited += len;
	q->deadline_ms = now_ms() + SEND_MS;
}

static void
finish(struct runner *r, struct query *q)
{
	say_query_end(r, q);
	release(q);
}

static void
send_answer(struct runner *r, struct query *q)
{
	size_t max;

	while ((max = room(r, q)) != 0) {
		const void *p;
		int stream;
		size_t n = tail_run(q->answer, q->at,
		    max < DATA_MAX ? max : DATA_MAX, &stream, &p);

		if (n == 0) {
			finish(r, q);
			return;
		}
		send_data(r, q, stream, p, n);
		q->at += n;
	}
}

/* Sends what was kept of a leaf; false while there is no room for all of it. */
static bool
send_parts(struct runner *r, struct query *q)
{
	for (size_t i = 0; i < QUERY_PARTS; i++) {
		struct query_part *part = &q->leaf[i];

		if (part->data == NULL)
			continue;
		if (room(r, q) < part->len)
			return false;
		send_data(r, q, part->stream, part->data, part->len);
		free(part->data);
		part->data = NULL;
	}
	return true;
}

/* One at a time: the next is asked for when this one has been sent. */
static void
send_leaves(struct runner *r, struct query *q)
{
	bool kept = q->leaf[0].data != NULL || q->leaf[1].data != NULL;

	if (q->leaf_asked || !send_parts(r, q))
		return;
	if (kept && q->at != q->end)
		q->at++;
	if (q->at == q->end) {
		finish(r, q);
		return;
	}
	q->leaf_asked = true;
	q->deadline_ms = now_ms() + SEND_MS;
	say_query_leaf(r, q);
}

void
query_turn(struct runner *r)
{
	for (size_t i = 0; i < QUERIES; i++) {
		struct query *q = &r->queries[i];

		if (q->state != QUERY_SEND)
			continue;
		if (q->answer != NULL)
			send_answer(r, q);
		else
			send_leaves(r, q);
	}
}
