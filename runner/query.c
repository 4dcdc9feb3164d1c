#include "query.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

static void
release(struct query *q)
{
	free(q->answer);
	free(q->leaf);
	free(q->receipt);
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

/* Sends the refusal and ends the query. */
static void
turn_away(struct runner *r, struct query *q, const void *receipt, size_t len)
{
	say_query_refused(r, q, receipt, len);
	release(q);
}

/* Records the decision, allowed or refused. */
static void
record(struct runner *r, struct query *q)
{
	enter(q, QUERY_RECORD, LEDGER_MS);
	say_append_query(r, q);
}

void
query_submit(struct runner *r, struct query *q, uint32_t conn,
    const struct client_read *read)
{
	q->conn = conn;
	q->attached = true;
	enter(q, QUERY_DECIDE, DECIDE_MS);
	say_query_decide(r, q, read);
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
		turn_away(r, q, "", 0);
}

static void *
copy(const void *data, size_t len)
{
	void *p = malloc(len + 1);	/* malloc(0) may be NULL */

	if (p != NULL)
		memcpy(p, data, len);
	return p;
}

/* Recorded: the answer may be sent. */
void
query_appended(struct runner *r, struct query *q, const void *receipt,
    size_t len)
{
	if (q->state != QUERY_RECORD)
		return;
	if (q->refused != 0) {
		turn_away(r, q, receipt, len);
		return;
	}
	q->receipt = copy(receipt, len);
	q->receipt_len = len;
	if (!q->attached) {
		release(q);
	} else if (q->receipt == NULL) {
		query_refuse(q, REASON_BUSY, "no memory for the receipt; "
		    "read again");
		turn_away(r, q, receipt, len);
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
	turn_away(r, q, "", 0);
}

static void
keep_leaf(struct runner *r, struct query *q, const void *data, size_t len,
    bool lost)
{
	q->leaf_asked = false;
	q->leaf_lost = lost;
	q->leaf = copy(data, len);
	q->leaf_len = len;
	if (q->leaf != NULL)
		return;
	query_refuse(q, REASON_BUSY, "no memory for a leaf; read again");
	turn_away(r, q, "", 0);
}

void
query_leaf(struct runner *r, struct query *q, uint64_t index,
    const void *receipt, size_t len)
{
	if (q->state != QUERY_SEND || !q->leaf_asked || index != q->at)
		die(EXIT_PEER, "ledgerd sent leaf %llu, which was not asked "
		    "for", (unsigned long long)index);
	keep_leaf(r, q, receipt, len, false);
}

void
query_leaf_lost(struct runner *r, struct query *q, const char *message)
{
	if (q->state == QUERY_SEND && q->leaf_asked)
		keep_leaf(r, q, message, strlen(message), true);
	else
		query_unappended(r, q, message);
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
	turn_away(r, q, "", 0);
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
		query_unappended(r, q, LEDGERD_SILENT);
		return;
	case QUERY_SEND:
		if (q->leaf_asked)
			query_unappended(r, q, LEDGERD_SILENT);
		else
			query_denied(r, q, REASON_CANCELLED, "the client has "
			    "taken nothing for 30 s", false);
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

/* One at a time: the next is asked for when this one has been sent. */
static void
send_leaves(struct runner *r, struct query *q)
{
	if (q->leaf != NULL && room(r, q) >= q->leaf_len) {
		send_data(r, q, q->leaf_lost ? 2 : 1, q->leaf, q->leaf_len);
		free(q->leaf);
		q->leaf = NULL;
		q->at++;
	}
	if (q->leaf != NULL || q->leaf_asked)
		return;
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
