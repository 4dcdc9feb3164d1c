#include "gate.h"

#include <sys/socket.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/log.h"
#include "lib/wire.h"

static const struct gate_state_info {
	bool		 asked;		/* the runner knows of it */
	unsigned	 silence_ms;	/* longest wait for the client */
	const char	*wants;		/* what the client may send now */
} states[] = {
	[CONN_FREE] =	   { false, 0, "" },
	[CONN_GREETING] =  { false, GATE_FIRST_MS, "nothing yet" },
	[CONN_REQUEST] =   { false, GATE_FIRST_MS, "SUBMIT or READ" },
	[CONN_PROVING] =   { true, 0, "nothing before PROOF" },
	[CONN_DECIDING] =  { true, 0, "nothing before SEND" },
	[CONN_SENDING] =   { true, GATE_SILENCE_MS, "DATA" },
	[CONN_RUNNING] =   { true, 0, "nothing more" },
	[CONN_READING] =   { true, 0, "nothing more" },
	[CONN_CLOSING] =   { false, GATE_SILENCE_MS, "nothing more" },
	[CONN_LINGERING] = { false, GATE_LINGER_MS, "nothing more" },
};
_Static_assert(sizeof(states) / sizeof(states[0]) == CONN_NSTATES,
    "a row for each state");

/* The payload of the frame being made; one at a time. */
static unsigned char scratch[sizeof(union client_payload)];

void
gate_conn_enter(struct gate *g, struct gate_conn *c, enum gate_state state)
{
	unsigned ms = states[state].silence_ms;

	c->state = state;
	c->deadline = ms == 0 ? 0 : g->now + ms;
	c->expires = state == CONN_REQUEST ? g->now + GATE_REQUEST_MS : 0;
	if (state == CONN_CLOSING)
		c->since = g->now;
}

const char *
gate_conn_wants(const struct gate_conn *c)
{
	return states[c->state].wants;
}

static void
release(struct gate_conn *c)
{
	close(c->fd);
	gate_frame_free(&c->in);
	gate_out_free(&c->out);
	memset(c, 0, sizeof(*c));
	c->fd = -1;
}

/* The runner stops what it does for this client. */
static void
cancel(struct gate *g, const struct gate_conn *c)
{
	if (states[c->state].asked)
		MSG_SEND(&g->runner, job_cancel, .conn = c->id);
}

void
gate_conn_last(struct gate *g, struct gate_conn *c, enum client_msg type,
    struct bytes payload)
{
	if (gate_out_frame(&c->out, type, payload) == -1) {
		log_info("connection %u: the last frame is lost: %m", c->id);
		release(c);
		return;
	}
	gate_conn_enter(g, c, CONN_CLOSING);
	gate_conn_write(g, c);
}

/* At most GATE_LOG_MAX refusals are shown in GATE_LOG_MS. */
static void
log_refusal(struct gate *g, const struct gate_conn *c, enum reason reason,
    const char *message)
{
	if (g->now - g->log_since >= GATE_LOG_MS) {
		if (g->refusals > GATE_LOG_MAX)
			log_info("%llu more refusals were not shown",
			    (unsigned long long)(g->refusals - GATE_LOG_MAX));
		g->log_since = g->now;
		g->refusals = 0;
	}
	if (g->refusals++ < GATE_LOG_MAX)
		log_info("connection %u: %s: %s", c->id, reason_word(reason),
		    message);
}

/* Ends the request: tells the client why, and the runner if it has it. */
void
gate_conn_refuse(struct gate *g, struct gate_conn *c, enum reason reason,
    const char *message)
{
	struct put p;

	log_refusal(g, c, reason, message);
	cancel(g, c);
	put_init(&p, scratch, sizeof(scratch));
	client_put_refused(&p, &(struct client_refused){
	    .reason = (uint8_t)reason, .message = message, .job = "" });
	gate_conn_last(g, c, CLIENT_REFUSED, (struct bytes){ scratch, p.len });
}

static struct gate_conn *
find_free(struct gate *g)
{
	for (size_t i = 0; i < GATE_CONNS; i++)
		if (g->conns[i].state == CONN_FREE)
			return &g->conns[i];
	return NULL;
}

/* When its place may be given to another client. */
static uint64_t
place_ends(const struct gate_conn *c)
{
	if (c->state == CONN_FREE || c->state == CONN_LINGERING)
		return 0;
	if (c->state == CONN_GREETING || c->state == CONN_REQUEST ||
	    c->state == CONN_PROVING || c->state == CONN_CLOSING)
		return c->since + GATE_PLACE_MS;
	return UINT64_MAX;
}

/* The one whose place ends first. */
static size_t
find_place(const struct gate *g)
{
	size_t first = 0;

	for (size_t i = 1; i < GATE_CONNS; i++)
		if (place_ends(&g->conns[i]) < place_ends(&g->conns[first]))
			first = i;
	return first;
}

uint64_t
gate_conn_place_ms(const struct gate *g)
{
	return place_ends(&g->conns[find_place(g)]);
}

/* Tries once to tell the client, and does not wait until it reads that. */
static struct gate_conn *
clear_place(struct gate *g)
{
	struct gate_conn *c = &g->conns[find_place(g)];

	if (c->state == CONN_GREETING || c->state == CONN_REQUEST ||
	    c->state == CONN_PROVING)
		gate_conn_refuse(g, c, REASON_BUSY, "too many clients are "
		    "connected, and this one had sent no whole request for "
		    "longest; try again");
	if (c->state != CONN_FREE)
		release(c);
	return c;
}

void
gate_conn_open(struct gate *g, int fd)
{
	struct gate_conn *c = find_free(g);

	if (c == NULL)
		c = clear_place(g);
	memset(c, 0, sizeof(*c));
	c->fd = fd;
	c->id = ++g->last_id;
	c->since = g->now;
	gate_frame_init(&c->in);
	gate_out_init(&c->out);
	gate_conn_enter(g, c, CONN_GREETING);
	gate_conn_greet(g, c);
}

void
gate_conn_greet(struct gate *g, struct gate_conn *c)
{
	struct put p;

	if (!g->info.known || c->state != CONN_GREETING)
		return;
	put_init(&p, scratch, sizeof(scratch));
	client_put_hello(&p, &(struct client_hello){
	    .protocol = "casemate", .version = CLIENT_VERSION,
	    .vkey = g->info.vkey, .mode = g->info.mode,
	    .now = (uint64_t)time(NULL), .slots = g->info.slots });
	if (gate_out_frame(&c->out, CLIENT_HELLO,
	    (struct bytes){ scratch, p.len }) == -1) {
		release(c);
		return;
	}
	gate_conn_enter(g, c, CONN_REQUEST);
	gate_conn_write(g, c);
}

bool
gate_conn_alive(const struct gate_conn *c)
{
	return send(c->fd, "", 0, MSG_NOSIGNAL | MSG_DONTWAIT) != -1 ||
	    errno == EAGAIN;
}

void
gate_conn_hangup(struct gate *g, struct gate_conn *c)
{
	cancel(g, c);
	release(c);
}

void
gate_conn_timeout(struct gate *g, struct gate_conn *c)
{
	char why[TEXT_MAX];

	switch (c->state) {
	case CONN_GREETING:
		gate_conn_refuse(g, c, REASON_FAULT, "the appliance's runner "
		    "does not answer; look at its console");
		return;
	case CONN_REQUEST:
	case CONN_SENDING:
		if (c->expires != 0 && g->now >= c->expires) {
			snprintf(why, sizeof(why), "the request was not whole "
			    "after %u s; send without a pause",
			    GATE_REQUEST_MS / 1000);
			gate_conn_refuse(g, c, REASON_PROTOCOL, why);
			return;
		}
		snprintf(why, sizeof(why), "no byte came for %u s while %s "
		    "was expected; send without a pause",
		    (c->state == CONN_REQUEST && !gate_frame_inside(&c->in) ?
		    GATE_FIRST_MS : GATE_SILENCE_MS) / 1000,
		    gate_frame_inside(&c->in) ? "the rest of a frame" :
		    states[c->state].wants);
		gate_conn_refuse(g, c, REASON_PROTOCOL, why);
		return;
	case CONN_CLOSING:
	case CONN_LINGERING:
		release(c);
		return;
	case CONN_FREE:
	case CONN_PROVING:
	case CONN_DECIDING:
	case CONN_RUNNING:
	case CONN_READING:
	case CONN_NSTATES:
		return;
	}
}

/* The runner is a new one and does not know this connection. */
void
gate_conn_fault(struct gate *g, struct gate_conn *c)
{
	if (states[c->state].asked) {
		c->state = CONN_CLOSING;	/* nothing to cancel */
		gate_conn_refuse(g, c, REASON_FAULT, "the appliance's runner "
		    "was restarted; the job, if it had begun, was ended. "
		    "Submit it again with a new command");
	}
}

static void
give_credit(struct gate *g, const struct gate_conn *c, uint32_t bytes)
{
	/* After the last frame, credit is no longer tracked. */
	if (bytes != 0 &&
	    (c->state == CONN_RUNNING || c->state == CONN_READING))
		MSG_SEND(&g->runner, job_credit, .conn = c->id,
		    .bytes = bytes);
}

/* All is written: let the client close first, so that nothing is cut off. */
static void
finish(struct gate *g, struct gate_conn *c)
{
	if (c->half || shutdown(c->fd, SHUT_WR) == -1)
		release(c);
	else
		gate_conn_enter(g, c, CONN_LINGERING);
}

void
gate_conn_write(struct gate *g, struct gate_conn *c)
{
	const void *p;
	ssize_t n;
	size_t len;

	while ((p = gate_out_peek(&c->out, &len)) != NULL) {
		n = send(c->fd, p, len, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1 && errno == EAGAIN)
			return;
		if (n == -1) {
			gate_conn_hangup(g, c);
			return;
		}
		if (c->state == CONN_CLOSING)
			c->deadline = g->now + GATE_SILENCE_MS;
		give_credit(g, c, gate_out_wrote(&c->out, (size_t)n));
	}
	if (c->state == CONN_CLOSING)
		finish(g, c);
}

void
gate_conn_advance(struct gate *g, struct gate_conn *c, enum gate_state state,
    enum client_msg type, struct bytes payload)
{
	gate_conn_enter(g, c, state);
	if (gate_out_frame(&c->out, type, payload) == -1)
		gate_conn_hangup(g, c);
	else
		gate_conn_write(g, c);
}

void
gate_conn_output(struct gate *g, struct gate_conn *c,
    const struct client_output *output)
{
	if (gate_out_output(&c->out, output) == 0) {
		gate_conn_write(g, c);
		return;
	}
	if (errno == EMSGSIZE)
		die(EXIT_PEER, "runner sent more output than its window");
	gate_conn_refuse(g, c, REASON_FAULT, "the appliance is short of "
	    "memory; the job was ended");
}

void
gate_conn_data(struct gate *g, struct gate_conn *c, struct bytes payload)
{
	if (gate_out_frame(&c->out, CLIENT_READ_DATA, payload) == 0) {
		gate_conn_write(g, c);
		return;
	}
	if (errno == EMSGSIZE)
		die(EXIT_PEER, "runner sent more to read than its window");
	gate_conn_refuse(g, c, REASON_FAULT, "the appliance is short of "
	    "memory; read again");
}
