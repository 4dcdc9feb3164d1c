#include "gate.h"

#include <sys/socket.h>

#include <errno.h>
#include <stdio.h>

#include "lib/wire.h"

#define READS_PER_TURN	16	/* one client cannot keep the others waiting */

static void	do_submit(struct gate *, struct gate_conn *,
		    const unsigned char *, size_t);
static void	do_data(struct gate *, struct gate_conn *,
		    const unsigned char *, size_t);
static void	do_prove(struct gate *, struct gate_conn *,
		    const unsigned char *, size_t);
static void	do_read(struct gate *, struct gate_conn *,
		    const unsigned char *, size_t);

/* The state in which each frame is expected. */
static const struct request_frame {
	enum client_msg	  type;
	enum gate_state	  state;
	const char	 *name;
	void		(*handle)(struct gate *, struct gate_conn *,
			    const unsigned char *, size_t);
} frames[] = {
	{ CLIENT_SUBMIT, CONN_REQUEST, "SUBMIT", do_submit },
	{ CLIENT_PROVE,	 CONN_REQUEST, "PROVE",	 do_prove },
	{ CLIENT_READ,	 CONN_REQUEST, "READ",	 do_read },
	{ CLIENT_DATA,	 CONN_SENDING, "DATA",	 do_data },
};

static const struct submit_field {
	const char	*name;
	size_t		 max;
} fields[] = {
	{ "command", COMMAND_MAX }, { "command's signature", SIG_MAX },
	{ "manifest", MANIFEST_MAX }, { "manifest's signature", SIG_MAX },
};

/* Refuses a payload that is not n fields; says which one is wrong. */
static void
refuse_fields(struct gate *g, struct gate_conn *c, const char *frame,
    size_t n, const unsigned char *payload, size_t len)
{
	const struct submit_field *f;
	char why[TEXT_MAX];
	struct get in;
	size_t got;

	get_init(&in, payload, len);
	for (f = fields; f < fields + n; f++) {
		(void)get_string(&in, &got, f->max);
		if (in.err != 0)
			break;
	}
	if (in.err != 0) {
		snprintf(why, sizeof(why), "%s: the %s is cut short or "
		    "longer than %zu bytes; shorten it", frame, f->name,
		    f->max);
		gate_conn_refuse(g, c, REASON_TOO_LARGE, why);
	} else {
		snprintf(why, sizeof(why), "%s: bytes are left over after its "
		    "%zu fields", frame, n);
		gate_conn_refuse(g, c, REASON_PROTOCOL, why);
	}
}

static void
do_submit(struct gate *g, struct gate_conn *c, const unsigned char *payload,
    size_t len)
{
	struct msg_job_submit m = { .conn = c->id };
	struct get in;

	get_init(&in, payload, len);
	if (client_get_submit(&in, &m.submit) == -1) {
		refuse_fields(g, c, "SUBMIT", 4, payload, len);
		return;
	}
	msg_send_job_submit(&g->runner, &m);
	gate_conn_enter(g, c, CONN_DECIDING);
}

/* Before the request, once: what it costs is bounded by the connections. */
static void
do_prove(struct gate *g, struct gate_conn *c, const unsigned char *payload,
    size_t len)
{
	struct msg_log_prove m = { .conn = c->id };
	struct get in;

	get_init(&in, payload, len);
	if (client_get_prove(&in, &m.prove) == -1 ||
	    m.prove.first > m.prove.second) {
		gate_conn_refuse(g, c, REASON_PROTOCOL, "PROVE: not two sizes "
		    "of the ledger, the smaller one first");
		return;
	}
	if (c->proved) {
		gate_conn_refuse(g, c, REASON_PROTOCOL, "PROVE may come once "
		    "in a connection: expected SUBMIT or READ");
		return;
	}
	c->proved = true;
	msg_send_log_prove(&g->runner, &m);
	gate_conn_enter(g, c, CONN_PROVING);
}

static void
do_read(struct gate *g, struct gate_conn *c, const unsigned char *payload,
    size_t len)
{
	struct msg_query_submit m = { .conn = c->id };
	struct get in;

	get_init(&in, payload, len);
	if (client_get_read(&in, &m.read) == -1) {
		refuse_fields(g, c, "READ", 2, payload, len);
		return;
	}
	msg_send_query_submit(&g->runner, &m);
	gate_conn_enter(g, c, CONN_READING);
}

static void
do_data(struct gate *g, struct gate_conn *c, const unsigned char *payload,
    size_t len)
{
	struct msg_job_data m = { .conn = c->id };
	struct get in;

	get_init(&in, payload, len);
	if (client_get_data(&in, &m.data) == -1 || m.data.data.len == 0) {
		gate_conn_refuse(g, c, REASON_PROTOCOL, "DATA: not one string "
		    "of 1 to 32768 bytes");
		return;
	}
	if (m.data.data.len > c->bundle_left) {
		gate_conn_refuse(g, c, REASON_BUNDLE, "the bundle is longer "
		    "than the command says; make both again");
		return;
	}
	c->bundle_left -= m.data.data.len;
	msg_send_job_data(&g->runner, &m);
	gate_conn_enter(g, c, CONN_SENDING);
	if (c->bundle_left == 0)
		c->deadline = 0;	/* the runner's turn */
}

static void
do_frame(struct gate *g, struct gate_conn *c)
{
	uint8_t type = gate_frame_type(&c->in);
	const struct request_frame *f = frames;
	char why[TEXT_MAX];

	while (f->type != type)		/* the frame reader knows these only */
		f++;
	if (f->state != c->state) {
		snprintf(why, sizeof(why), "%s is out of turn: expected %s",
		    f->name, gate_conn_wants(c));
		gate_conn_refuse(g, c, REASON_PROTOCOL, why);
		return;
	}
	f->handle(g, c, c->in.payload, c->in.need - GATE_FRAME_HEAD);
}

/* The client sends no more: half-closed, or gone. */
static void
do_end(struct gate *g, struct gate_conn *c)
{
	c->half = true;
	if (!gate_conn_alive(c) || c->state == CONN_LINGERING ||
	    (c->state == CONN_REQUEST && !gate_frame_inside(&c->in)))
		gate_conn_hangup(g, c);
	else
		gate_conn_refuse(g, c, REASON_PROTOCOL,
		    gate_frame_inside(&c->in) ?
		    "the connection ended in the middle of a frame; keep it "
		    "open until the reply" :
		    "the connection ended before the bundle did; keep it open "
		    "until the reply");
}

/* Throws away what a client sends behind its request. */
static ssize_t
discard(const struct gate_conn *c)
{
	static char waste[4096];

	return recv(c->fd, waste, sizeof(waste), MSG_DONTWAIT);
}

static bool
take_bytes(struct gate *g, struct gate_conn *c, size_t n)
{
	char why[TEXT_MAX];

	c->deadline = g->now + GATE_SILENCE_MS;
	if (c->expires != 0 && c->deadline > c->expires)
		c->deadline = c->expires;
	switch (gate_frame_took(&c->in, n, why)) {
	case FRAME_MORE:
		return true;
	case FRAME_BAD:
		gate_conn_refuse(g, c, REASON_PROTOCOL, why);
		return false;
	case FRAME_NO_MEMORY:
		gate_conn_refuse(g, c, REASON_BUSY, "the appliance is short "
		    "of memory; try again in a moment");
		return false;
	case FRAME_WHOLE:
		do_frame(g, c);
		gate_frame_next(&c->in);
		break;
	}
	return true;
}

/* One read.  True when there may be more to read now. */
static bool
read_once(struct gate *g, struct gate_conn *c)
{
	size_t len;
	void *space;
	ssize_t n;

	if (c->state == CONN_LINGERING) {
		n = discard(c);
	} else {
		space = gate_frame_space(&c->in, &len);
		n = recv(c->fd, space, len, MSG_DONTWAIT);
	}
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (n == -1) {
		gate_conn_hangup(g, c);
		return false;
	}
	if (n == 0) {
		do_end(g, c);
		return false;
	}
	return c->state == CONN_LINGERING || take_bytes(g, c, (size_t)n);
}

bool
gate_conn_reads(const struct gate *g, const struct gate_conn *c)
{
	if (c->half || (c->state != CONN_REQUEST && c->state != CONN_SENDING &&
	    c->state != CONN_LINGERING))
		return false;
	if (c->state == CONN_LINGERING)
		return true;
	if (c->state == CONN_SENDING && c->bundle_left == 0)
		return false;
	return chan_fits(&g->runner);
}

void
gate_conn_read(struct gate *g, struct gate_conn *c)
{
	for (int i = 0; i < READS_PER_TURN; i++)
		if (!gate_conn_reads(g, c) || !read_once(g, c))
			return;
}
