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
#define OVERHEAD	64	/* of a READ_DATA around its data */

static void
enter(struct reader *d, enum reader_state state, uint64_t limit_ms)
{
	d->state = state;
	d->deadline_ms = now_ms() + limit_ms;
}

static void
release(struct reader *d)
{
	free(d->answer);
	free(d->leaf);
	free(d->receipt);
	memset(d, 0, sizeof(*d));
}

int
reader_refuse(struct reader *d, enum reason reason, const char *fmt, ...)
{
	va_list ap;

	if (d->refused != 0)
		return -1;
	d->refused = reason;
	va_start(ap, fmt);
	vsnprintf(d->text, sizeof(d->text), fmt, ap);
	va_end(ap);
	return -1;
}

/* Says the refusal, and that was all. */
static void
turn_away(struct runner *r, struct reader *d, const void *receipt, size_t len)
{
	say_unread(r, d, receipt, len);
	release(d);
}

/* The decision, whichever it is. */
static void
record(struct runner *r, struct reader *d)
{
	enter(d, READER_RECORD, LEDGER_MS);
	say_append_reading(r, d);
}

void
reader_submit(struct runner *r, struct reader *d, uint32_t conn,
    const void *order, size_t len)
{
	d->conn = conn;
	d->attached = true;
	enter(d, READER_DECIDE, DECIDE_MS);
	say_decide_reading(r, d, order, len);
}

void
reader_granted(struct runner *r, struct reader *d)
{
	if (!d->attached)
		reader_refuse(d, REASON_CANCELLED, "the client left before it "
		    "was answered");
	else
		answer_make(r, d);
	record(r, d);
}

void
reader_denied(struct runner *r, struct reader *d, enum reason reason,
    const char *message, bool is_signed)
{
	reader_refuse(d, reason, "%s", message);
	if (is_signed)
		record(r, d);
	else
		turn_away(r, d, "", 0);
}

static void *
copy(const void *data, size_t len)
{
	void *p = malloc(len + 1);	/* never of no bytes */

	if (p != NULL)
		memcpy(p, data, len);
	return p;
}

/* Recorded: now it may be read. */
void
reader_appended(struct runner *r, struct reader *d, const void *receipt,
    size_t len)
{
	if (d->state != READER_RECORD)
		return;
	if (d->refused != 0) {
		turn_away(r, d, receipt, len);
		return;
	}
	d->receipt = copy(receipt, len);
	d->receipt_len = len;
	if (!d->attached) {
		release(d);
	} else if (d->receipt == NULL) {
		reader_refuse(d, REASON_BUSY, "no memory for the receipt; "
		    "read again");
		turn_away(r, d, receipt, len);
	} else {
		enter(d, READER_SEND, SEND_MS);
	}
}

static void
note_unrecorded(struct reader *d, const char *why)
{
	const size_t len = strlen(d->text);

	log_info("order %s: its refusal is not recorded: %s", d->asked.id, why);
	snprintf(d->text + len, sizeof(d->text) - len,
	    " (not recorded: %.200s)", why);
}

void
reader_unappended(struct runner *r, struct reader *d, const char *message)
{
	if (d->state == READER_SEND)
		reader_refuse(d, REASON_LEDGER, "leaf %llu cannot be read: "
		    "%.300s", (unsigned long long)d->at, message);
	else if (d->refused != 0)
		note_unrecorded(d, message);
	else
		reader_refuse(d, REASON_LEDGER, "what is not recorded is not "
		    "read: %.300s", message);
	turn_away(r, d, "", 0);
}

void
reader_leaf(struct runner *r, struct reader *d, uint64_t index,
    const void *receipt, size_t len)
{
	if (d->state != READER_SEND || !d->leaf_asked || index != d->at)
		die(EXIT_PEER, "ledgerd sent leaf %llu, which was not asked "
		    "for", (unsigned long long)index);
	d->leaf_asked = false;
	d->leaf = copy(receipt, len);
	d->leaf_len = len;
	if (d->leaf != NULL)
		return;
	reader_refuse(d, REASON_BUSY, "no memory for a leaf; read again");
	turn_away(r, d, "", 0);
}

void
reader_credit(struct runner *r, struct reader *d, uint32_t bytes)
{
	(void)r;
	if (bytes > d->uncredited)
		die(EXIT_PEER, "gate credits %u bytes of %llu", bytes,
		    (unsigned long long)d->uncredited);
	d->uncredited -= bytes;
	d->deadline_ms = now_ms() + SEND_MS;
}

void
reader_leave(struct runner *r, struct reader *d)
{
	(void)r;
	d->attached = false;
	if (d->state == READER_SEND)
		release(d);
}

void
reader_stop(struct runner *r, struct reader *d)
{
	if (d->state == READER_FREE)
		return;
	d->refused = 0;
	reader_refuse(d, REASON_STOPPING, STOPPING_TEXT);
	turn_away(r, d, "", 0);
}

void
reader_keyd_reset(struct runner *r, struct reader *d)
{
	if (d->state == READER_DECIDE)
		reader_denied(r, d, REASON_FAULT, "keyd restarted while it "
		    "decided; sign a new command and try again", false);
}

/* Whether its predecessor recorded the decision is not known. */
void
reader_ledger_reset(struct runner *r, struct reader *d)
{
	if (d->state == READER_RECORD ||
	    (d->state == READER_SEND && d->leaf_asked))
		reader_unappended(r, d, "ledgerd restarted; sign a new command "
		    "and try again");
}

void
reader_timeout(struct runner *r, struct reader *d)
{
	switch (d->state) {
	case READER_FREE:
		return;
	case READER_DECIDE:
		reader_denied(r, d, REASON_FAULT, "keyd does not answer; sign "
		    "a new command and try again", false);
		return;
	case READER_RECORD:
		reader_unappended(r, d, "ledgerd does not answer");
		return;
	case READER_SEND:
		if (d->leaf_asked)
			reader_unappended(r, d, "ledgerd does not answer");
		else
			reader_denied(r, d, REASON_CANCELLED, "the client has "
			    "taken nothing for 30 s", false);
		return;
	}
}

/* How much may be sent on now. */
static size_t
room(const struct runner *r, const struct reader *d)
{
	const uint64_t window = OUTPUT_WINDOW - d->uncredited;
	size_t queue = chan_room(&r->gate);

	queue = queue > OVERHEAD ? queue - OVERHEAD : 0;
	return window < queue ? (size_t)window : queue;
}

static void
send_data(struct runner *r, struct reader *d, int stream, const void *data,
    size_t len)
{
	say_read_data(r, d, stream, data, len);
	d->uncredited += len;
	d->deadline_ms = now_ms() + SEND_MS;
}

static void
finish(struct runner *r, struct reader *d)
{
	say_read_end(r, d);
	release(d);
}

static void
send_answer(struct runner *r, struct reader *d)
{
	size_t max;

	while ((max = room(r, d)) != 0) {
		const void *p;
		int stream;
		size_t n = tail_run(d->answer, d->at,
		    max < DATA_MAX ? max : DATA_MAX, &stream, &p);

		if (n == 0) {
			finish(r, d);
			return;
		}
		send_data(r, d, stream, p, n);
		d->at += n;
	}
}

/* One at a time: ledgerd reads the next when the client has taken this. */
static void
send_leaves(struct runner *r, struct reader *d)
{
	if (d->leaf != NULL && room(r, d) >= d->leaf_len) {
		send_data(r, d, 1, d->leaf, d->leaf_len);
		free(d->leaf);
		d->leaf = NULL;
		d->at++;
	}
	if (d->leaf != NULL || d->leaf_asked)
		return;
	if (d->at == d->end) {
		finish(r, d);
		return;
	}
	d->leaf_asked = true;
	d->deadline_ms = now_ms() + SEND_MS;
	say_ledger_read(r, d);
}

void
reader_turn(struct runner *r)
{
	for (size_t i = 0; i < READERS; i++) {
		struct reader *d = &r->readers[i];

		if (d->state != READER_SEND)
			continue;
		if (d->answer != NULL)
			send_answer(r, d);
		else
			send_leaves(r, d);
	}
}
