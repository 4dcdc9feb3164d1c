#include "submit.h"

#include <string.h>

#include "say.h"

#define GRACE_MS	120000	/* over the job's own limit: start, record */

enum submit_turn {
	TURN_ERROR = -1,	/* complained */
	TURN_MORE,
	TURN_END,
};

/* A lost connection: says what it means for the job. */
static enum submit_turn
lost(const struct submit *s, const char *text)
{
	if (s->session->end.accepted)
		say("%s; job %s had been accepted: the appliance cancels it "
		    "or has recorded its end, but its receipt did not arrive",
		    text, s->session->command.id);
	else
		say("%s; the job was not accepted, so it has not run", text);
	return TURN_ERROR;
}

static enum submit_turn
broke_protocol(const struct submit *s, const char *what)
{
	say("the appliance broke the protocol: %s; no receipt for job %s", what,
	    s->session->command.id);
	return TURN_ERROR;
}

/* The client checks the limit itself. */
static enum submit_turn
too_much_output(const struct submit *s)
{
	say("the appliance sent more output of job %s than its manifest allows "
	    "(output_kib: %llu); a working appliance ends such a job; the "
	    "connection is closed, and there is no receipt",
	    s->session->command.id,
	    (unsigned long long)(s->output_max >> 10));
	return TURN_ERROR;
}

static enum submit_turn
do_accepted(struct submit *s, struct get *g)
{
	struct ending *end = &s->session->end;
	struct client_accepted m;

	if (client_get_accepted(g, &m) == -1 || end->accepted)
		return broke_protocol(s, "a bad ACCEPTED");
	if (strcmp(m.job, s->session->command.id) != 0)
		return broke_protocol(s, "it accepted another job");
	memcpy(end->accepted_leaf, m.leaf_hash, DIGEST_LEN);
	end->accepted = true;
	say_progress("job %s accepted", m.job);
	return TURN_MORE;
}

static enum submit_turn
do_output(struct submit *s, struct get *g)
{
	struct ending *end = &s->session->end;
	struct client_output m;

	if (client_get_output(g, &m) == -1 || m.stream < 1 || m.stream > 2 ||
	    !end->accepted)
		return broke_protocol(s, "a bad OUTPUT");
	if (m.data.len > s->output_max - end->bytes[0] - end->bytes[1])
		return too_much_output(s);
	sha256_update(&end->output[m.stream - 1], m.data.p, m.data.len);
	end->bytes[m.stream - 1] += m.data.len;
	return outlet_write(s->outlet, m.stream, m.data.p, m.data.len) == -1 ?
	    TURN_ERROR : TURN_MORE;
}

static enum submit_turn
do_finished(struct submit *s, struct get *g)
{
	struct ending *end = &s->session->end;
	struct client_finished m;

	if (client_get_finished(g, &m) == -1 ||
	    outcome_word(m.outcome) == NULL || !end->accepted)
		return broke_protocol(s, "a bad FINISHED");
	end->code = m.outcome;
	end->status = m.status;
	buf_set(&s->session->message, m.message, strlen(m.message));
	session_keep_receipt(s->session, &m.receipt, &m.disclosures);
	return TURN_END;
}

static enum submit_turn
do_refused(struct submit *s, struct get *g)
{
	if (session_get_refused(s->session, g) == -1)
		return broke_protocol(s, "a bad REFUSED");
	return TURN_END;
}

static enum submit_turn
do_explained(struct submit *s, struct get *g)
{
	struct client_explained m;

	if (client_get_explained(g, &m) == -1 ||
	    s->session->command.what.verb != VERB_EXPLAIN)
		return broke_protocol(s, "a bad EXPLAINED");
	s->allowed = m.allowed;
	buf_set(&s->session->message, m.text.p, m.text.len);
	return TURN_END;
}

/* Reads one frame and does what it asks. */
static enum submit_turn
turn(struct submit *s, int timeout_ms, enum client_msg *typep)
{
	struct why w = { "" };
	struct conn_frame f;
	int r = conn_next(&s->session->conn, timeout_ms, &f, &w);

	if (r == 0)
		return lost(s, "the appliance closed the connection");
	if (r == -1)
		return lost(s, w.text);
	*typep = (enum client_msg)f.type;
	switch (f.type) {
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
	default:
		return broke_protocol(s, "a frame that is not expected here");
	}
}

/* conn_send() that complains. */
static int
send_frame(struct submit *s, enum client_msg type, const void *data,
    size_t len)
{
	struct why w = { "" };
	int r = conn_send(&s->session->conn, type, data, len, &w);

	if (r == -1)
		lost(s, w.text);
	return r;
}

static int
send_submit(struct submit *s)
{
	const struct signed_command *c = &s->session->command;
	struct buf b = { 0 };
	struct put p;
	int r;

	put_init(&p, buf_room(&b, SUBMIT_MAX), SUBMIT_MAX);
	client_put_submit(&p, &(struct client_submit){
	    .command = { c->text.data, c->text.len },
	    .command_sig = { c->sig.data, c->sig.len },
	    .manifest = { s->pack->manifest.data, s->pack->manifest.len },
	    .manifest_sig = { s->pack->sig.data, s->pack->sig.len } });
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

/* Stops when something arrives: that can only be a refusal. */
static int
send_bundle(struct submit *s)
{
	const struct buf *tar = &s->pack->tar;
	unsigned char frame[sizeof(((union client_payload *)0)->data)];
	size_t at, n;
	int r = 1;

	for (at = 0; r == 1 && at < tar->len; at += n) {
		struct put p;

		n = tar->len - at < DATA_MAX ? tar->len - at : DATA_MAX;
		put_init(&p, frame, sizeof(frame));
		client_put_data(&p, &(struct client_data){
		    .data = { tar->data + at, n } });
		r = send_frame(s, CLIENT_DATA, frame, p.len);
	}
	return r;
}

/* How long to wait for a frame: a job may print nothing until its limit. */
static int
patience_ms(const struct submit *s)
{
	uint64_t ms;

	if (!s->session->end.accepted)
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
	enum submit_turn t;

	do {
		t = turn(s, patience_ms(s), &type);
		if (t == TURN_MORE && type == CLIENT_SEND && until != type)
			t = broke_protocol(s, "an unexpected SEND");
	} while (t == TURN_MORE && type != until);
	return t;
}

int
submit_talk(struct session *session, void *submit)
{
	struct submit *s = submit;
	int t;

	s->session = session;
	sha256_init(&session->end.output[0]);
	sha256_init(&session->end.output[1]);
	s->output_max = pack_output_max(s->pack);
	if (send_submit(s) == -1)
		return -1;
	if (session->command.what.verb == VERB_EXPLAIN)
		return follow(s, CLIENT_EXPLAINED) == TURN_END ? 0 : -1;
	t = follow(s, CLIENT_SEND);
	if (t == TURN_MORE) {
		if (session->end.accepted)
			t = broke_protocol(s, "accepted before the bundle");
		else
			t = send_bundle(s);
		if (t != -1)
			t = follow(s, CLIENT_FINISHED);
	}
	return t == TURN_END ? 0 : -1;
}
