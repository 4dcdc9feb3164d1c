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
static void	do_read(struct gate *, struct gate_conn *,
		    const unsigned char *, size_t);

/* Whose turn it is: any other frame is out of turn. */
static const struct turn {
	enum client_msg	  type;
	enum gate_state	  state;
	const char	 *name;
	void		(*handle)(struct gate *, struct gate_conn *,
			    const unsigned char *, size_t);
} turns[] = {
	{ CLIENT_SUBMIT, CONN_REQUEST, "SUBMIT", do_submit },
	{ CLIENT_READ,	 CONN_REQUEST, "READ",	 do_read },
	{ CLIENT_DATA,	 CONN_SENDING, "DATA",	 do_data },
};

/* The message to the runner being made; one at a time. */
static unsigned char scratch[SUBMIT_MAX + 64];

struct field {
	const char	*name;
	size_t		 max;
};

static const struct field fields[] = {
	{ "command", COMMAND_MAX }, { "command's signature", SIG_MAX },
	{ "manifest", MANIFEST_MAX }, { "manifest's signature", SIG_MAX },
};

/* The payload must be the first n of the fields; refuses it, and false. */
static bool
check_fields(struct gate *g, struct gate_conn *c, const char *frame,
    size_t nfields, const unsigned char *payload, size_t len)
{
	char why[TEXT_MAX];
	struct get in;
	size_t n;

	get_init(&in, payload, len);
	for (size_t i = 0; i < nfields; i++) {
		(void)get_string(&in, &n, fields[i].max);
		if (in.err == 0)
			continue;
		snprintf(why, sizeof(why), "%s: the %s is cut short or "
		    "longer than %zu bytes", frame, fields[i].name,
		    fields[i].max);
		gate_conn_refuse(g, c, REASON_TOO_LARGE, why);
		return false;
	}
	if (get_end(&in) == 0)
		return true;
	snprintf(why, sizeof(why), "%s: bytes are left over after its %zu "
	    "fields", frame, nfields);
	gate_conn_refuse(g, c, REASON_PROTOCOL, why);
	return false;
}

/* To the runner as it is; what the client waits for is the state's. */
static void
relay(struct gate *g, struct gate_conn *c, enum msg type,
    const unsigned char *payload, size_t len, enum gate_state state)
{
	struct put p;

	put_init(&p, scratch, sizeof(scratch));
	put_u32(&p, c->id);
	put_raw(&p, payload, len);
	chan_send(&g->runner, type, &p);
	gate_conn_enter(g, c, state);
}

static void
do_submit(struct gate *g, struct gate_conn *c, const unsigned char *payload,
    size_t len)
{
	if (check_fields(g, c, "SUBMIT", 4, payload, len))
		relay(g, c, MSG_JOB_SUBMIT, payload, len, CONN_DECIDING);
}

static void
do_read(struct gate *g, struct gate_conn *c, const unsigned char *payload,
    size_t len)
{
	if (check_fields(g, c, "READ", 2, payload, len))
		relay(g, c, MSG_QUERY_SUBMIT, payload, len, CONN_READING);
}

static void
do_data(struct gate *g, struct gate_conn *c, const unsigned char *payload,
    size_t len)
{
	struct get in;
	size_t n;

	get_init(&in, payload, len);
	(void)get_string(&in, &n, DATA_MAX);
	if (get_end(&in) == -1 || n == 0) {
		gate_conn_refuse(g, c, REASON_PROTOCOL, "DATA: not one string "
		    "of 1 to 32768 bytes");
		return;
	}
	if (n > c->bundle_left) {
		gate_conn_refuse(g, c, REASON_BUNDLE, "the bundle is longer "
		    "than the command says; make both anew");
		return;
	}
	c->bundle_left -= n;
	relay(g, c, MSG_JOB_DATA, payload, len, CONN_SENDING);
	if (c->bundle_left == 0)
		c->deadline = 0;	/* the runner's turn */
}

static void
do_frame(struct gate *g, struct gate_conn *c)
{
	uint8_t type = gate_frame_type(&c->in);
	const struct turn *t = turns;
	char why[TEXT_MAX];

	while (t->type != type)		/* the frame reader knows these only */
		t++;
	if (t->state != c->state) {
		snprintf(why, sizeof(why), "%s is out of turn: expected %s",
		    t->name, gate_conn_wants(c));
		gate_conn_refuse(g, c, REASON_PROTOCOL, why);
		return;
	}
	t->handle(g, c, c->in.payload, c->in.need - GATE_FRAME_HEAD);
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
		    "the connection ended in the middle of a frame" :
		    "the connection ended before the bundle did");
}

/* What a client sends that has had its answer is thrown away. */
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
	return chan_room(&g->runner) >= GATE_ROOM;
}

void
gate_conn_read(struct gate *g, struct gate_conn *c)
{
	for (int i = 0; i < READS_PER_TURN; i++)
		if (!gate_conn_reads(g, c) || !read_once(g, c))
			return;
}
