#include "submit.h"

#include <string.h>

#include "say.h"

#define GRACE_MS	120000	/* beyond the job's own limit: start, record */

enum turn {
	TURN_ERROR = -1,	/* complained */
	TURN_MORE,
	TURN_END,
};

/* A lost connection, told by what it means for the job. */
static enum turn
lost(const struct submit *s, const char *text)
{
	if (s->end.accepted)
		say("%s; the job %s had been accepted: the appliance cancels "
		    "it or has recorded its end, but its receipt did not "
		    "come", text, s->order->job);
	else
		say("%s; the job was not accepted, so it has not run", text);
	return TURN_ERROR;
}

static enum turn
broke_protocol(const struct submit *s, const char *what)
{
	say("the appliance broke the protocol: %s; no receipt for job %s", what,
	    s->order->job);
	return TURN_ERROR;
}

/* Its client knows the limit too, and does not rely on the appliance. */
static enum turn
too_much_output(const struct submit *s)
{
	say("the appliance sent more output of job %s than its manifest allows "
	    "(output_kib: %llu): an appliance ends such a job; the connection "
	    "is closed, and there is no receipt", s->order->job,
	    (unsigned long long)(s->output_max >> 10));
	return TURN_ERROR;
}

static enum turn
do_accepted(struct submit *s, struct get *g)
{
	char job[JOB_ID_LEN + 1];

	get_cstr(g, job, sizeof(job));
	get_fixed(g, s->end.accepted_leaf, DIGEST_LEN);
	if (get_end(g) == -1 || s->end.accepted)
		return broke_protocol(s, "a bad ACCEPTED");
	if (strcmp(job, s->order->job) != 0)
		return broke_protocol(s, "it accepted another job");
	s->end.accepted = true;
	say_progress("job %s accepted", job);
	return TURN_MORE;
}

static enum turn
do_output(struct submit *s, struct get *g)
{
	unsigned stream = get_u8(g);
	size_t len;
	const void *data = get_string(g, &len, DATA_MAX);

	if (get_end(g) == -1 || stream < 1 || stream > 2 || !s->end.accepted)
		return broke_protocol(s, "a bad OUTPUT");
	if (len > s->output_max - s->end.bytes[0] - s->end.bytes[1])
		return too_much_output(s);
	sha256_update(&s->end.output[stream - 1], data, len);
	s->end.bytes[stream - 1] += len;
	return outlet_write(s->outlet, stream, data, len) == -1 ? TURN_ERROR :
	    TURN_MORE;
}

static void
take_text(struct get *g, struct buf *out, size_t max)
{
	size_t len;
	const void *text = get_string(g, &len, max);

	buf_add(out, text, len);
}

static enum turn
do_finished(struct submit *s, struct get *g)
{
	s->end.code = get_u8(g);
	s->end.status = get_u32(g);
	take_text(g, &s->message, TEXT_MAX * 2);
	take_text(g, &s->receipt, RECEIPT_MAX);
	if (get_end(g) == -1 || outcome_word(s->end.code) == NULL ||
	    !s->end.accepted)
		return broke_protocol(s, "a bad FINISHED");
	return TURN_END;
}

static enum turn
do_refused(struct submit *s, struct get *g)
{
	char job[JOB_ID_LEN + 1];

	s->end.refused = true;
	s->end.code = get_u8(g);
	take_text(g, &s->message, TEXT_MAX * 2);
	get_cstr(g, job, sizeof(job));
	take_text(g, &s->receipt, RECEIPT_MAX);
	if (get_end(g) == -1 || reason_word(s->end.code) == NULL)
		return broke_protocol(s, "a bad REFUSED");
	if (job[0] != '\0' && strcmp(job, s->order->job) != 0)
		return broke_protocol(s, "it refused another job");
	return TURN_END;
}

static enum turn
do_explained(struct submit *s, struct get *g)
{
	const unsigned char allowed = get_u8(g);

	s->allowed = allowed == 1;
	take_text(g, &s->message, EXPLAINED_MAX);
	if (get_end(g) == -1 || allowed > 1 || s->order->what.verb != VERB_EXPLAIN)
		return broke_protocol(s, "a bad EXPLAINED");
	return TURN_END;
}

/* Reads one frame and does what it asks. */
static enum turn
turn(struct submit *s, int timeout_ms, enum client_msg *typep)
{
	struct why w = { "" };
	struct frame f;
	int r = conn_next(s->conn, timeout_ms, &f, &w);

	if (r == 0)
		return lost(s, "the appliance closed the connection");
	if (r == -1)
		return lost(s, w.text);
	*typep = (enum client_msg)f.type;
	switch (*typep) {
	case CLIENT_SEND:
		return TURN_MORE;
	case CLIENT_ACCEPTED:
		return do_accepted(s, &f.body);
	case CLIENT_OUTPUT:
		return do_output(s, &f.body);
	case CLIENT_FINISHED:
		return do_finished(s, &f.body);
	case CLIENT_REFUSED:
		return do_refused(s, &f.body);
	case CLIENT_EXPLAINED:
		return do_explained(s, &f.body);
	case CLIENT_HELLO:
	case CLIENT_SUBMIT:
	case CLIENT_DATA:
	case CLIENT_READ:
	case CLIENT_READ_DATA:
	case CLIENT_READ_END:
		break;
	}
	return broke_protocol(s, "a frame that has no place here");
}

/* -1 complained; else what conn_send answers. */
static int
send_frame(struct submit *s, enum client_msg type, const void *data,
    size_t len)
{
	struct why w = { "" };
	int r = conn_send(s->conn, type, data, len, &w);

	if (r == -1)
		lost(s, w.text);
	return r;
}

static int
send_submit(struct submit *s)
{
	struct buf b = { 0 };
	struct put p;
	int r;

	put_init(&p, buf_room(&b, SUBMIT_MAX), SUBMIT_MAX);
	put_string(&p, s->order->command.data, s->order->command.len);
	put_string(&p, s->order->sig.data, s->order->sig.len);
	put_string(&p, s->pack->manifest.data, s->pack->manifest.len);
	put_string(&p, s->pack->sig.data, s->pack->sig.len);
	if (p.err != 0) {
		say("command, manifest and signatures have more than %d bytes "
		    "together", SUBMIT_MAX);
		r = -1;
	} else {
		r = send_frame(s, CLIENT_SUBMIT, b.data, p.len);
	}
	buf_free(&b);
	return r;
}

/* Stops early when something comes: it can only be a refusal. */
static int
send_bundle(struct submit *s)
{
	const struct buf *tar = &s->pack->tar;
	unsigned char frame[DATA_MAX + 4];
	size_t at, n;
	int r = 1;

	for (at = 0; r == 1 && at < tar->len; at += n) {
		struct put p;

		n = tar->len - at < DATA_MAX ? tar->len - at : DATA_MAX;
		put_init(&p, frame, sizeof(frame));
		put_string(&p, tar->data + at, n);
		r = send_frame(s, CLIENT_DATA, frame, p.len);
	}
	return r;
}

/* How long to wait for a frame: the job may be silent for all its time. */
static int
patience_ms(const struct submit *s)
{
	uint64_t ms;

	if (!s->end.accepted)
		return GRACE_MS;
	if (s->pack->wall_ms == 0)
		return -1;
	ms = s->pack->wall_ms + GRACE_MS;
	return ms > INT32_MAX ? -1 : (int)ms;
}

static int
follow(struct submit *s, enum client_msg until)
{
	enum client_msg type = CLIENT_HELLO;
	enum turn t;

	do {
		t = turn(s, patience_ms(s), &type);
		if (t == TURN_MORE && type == CLIENT_SEND && until != type)
			t = broke_protocol(s, "a SEND that was not due");
	} while (t == TURN_MORE && type != until);
	return t;
}

int
submit_run(struct submit *s)
{
	int t;

	memset(&s->end, 0, sizeof(s->end));
	sha256_init(&s->end.output[0]);
	sha256_init(&s->end.output[1]);
	s->message.len = s->receipt.len = 0;
	s->output_max = pack_output_max(s->pack);
	if (send_submit(s) == -1)
		return -1;
	if (s->order->what.verb == VERB_EXPLAIN)
		return follow(s, CLIENT_EXPLAINED) == TURN_END ? 0 : -1;
	t = follow(s, CLIENT_SEND);
	if (t == TURN_MORE) {
		if (s->end.accepted)
			t = broke_protocol(s, "accepted before the bundle");
		else
			t = send_bundle(s);
		if (t != -1)
			t = follow(s, CLIENT_FINISHED);
	}
	return t == TURN_END ? 0 : -1;
}

void
submit_free(struct submit *s)
{
	buf_free(&s->message);
	buf_free(&s->receipt);
}
