/* What the runner sends: who we are, and what a connection waits for. */
#include "gate.h"

#include <string.h>

#include "lib/log.h"

#define STATE(s)	(1u << CONN_##s)

/* The runner is a new one: what it was asked for is lost. */
static void
do_reset(void *ctx)
{
	struct gate *g = ctx;

	for (size_t i = 0; i < GATE_CONNS; i++)
		gate_conn_fault(g, &g->conns[i]);
	MSG_SEND(&g->runner, gate_info, 0);
}

static void
do_info(void *ctx, const struct msg_gate_info_is *m)
{
	struct gate *g = ctx;

	strcpy(g->info.vkey, m->vkey);
	strcpy(g->info.mode, m->mode);
	g->info.slots = m->slots;
	g->info.known = true;
	for (size_t i = 0; i < GATE_CONNS; i++)
		gate_conn_greet(g, &g->conns[i]);
}

static struct gate_conn *
find(struct gate *g, uint32_t id)
{
	for (size_t i = 0; i < GATE_CONNS; i++)
		if (g->conns[i].state != CONN_FREE && g->conns[i].id == id)
			return &g->conns[i];
	return NULL;
}

/*
 * The connection that a message is for, in one of these states.  NULL when the
 * connection was cancelled: the message and the cancel crossed each other.
 */
static struct gate_conn *
find_waiting(struct gate *g, uint32_t id, enum msg message, unsigned states)
{
	struct gate_conn *c = find(g, id);

	if (c == NULL || c->state == CONN_CLOSING || c->state == CONN_LINGERING)
		return NULL;
	if ((states & 1u << c->state) == 0)
		die(EXIT_PEER, "runner broke the protocol: %s for a connection "
		    "in state %d", msg_info(message)->name, (int)c->state);
	return c;
}

static void
do_send(void *ctx, const struct msg_job_send *m)
{
	struct gate *g = ctx;
	struct gate_conn *c = find_waiting(g, m->conn, MSG_JOB_SEND,
	    STATE(DECIDING));

	if (c == NULL)
		return;
	c->bundle_left = m->bundle_len;
	gate_conn_advance(g, c, CONN_SENDING, CLIENT_SEND, m->frame);
}

static void
do_output(void *ctx, const struct msg_job_output *m)
{
	struct gate *g = ctx;
	struct gate_conn *c = find_waiting(g, m->conn, MSG_JOB_OUTPUT,
	    STATE(RUNNING));

	if (c != NULL)
		gate_conn_output(g, c, &m->output);
}

static void
do_query_data(void *ctx, const struct msg_query_data *m)
{
	struct gate *g = ctx;
	struct gate_conn *c = find_waiting(g, m->conn, MSG_QUERY_DATA,
	    STATE(READING));

	if (c != NULL)
		gate_conn_data(g, c, m->frame);
}

/* Passes a frame on. */
static void
relay(struct gate *g, struct gate_conn *c, enum client_msg type,
    struct bytes frame, enum gate_state next)
{
	if (c == NULL)
		return;
	if (next == CONN_CLOSING)
		gate_conn_last(g, c, type, frame);
	else
		gate_conn_advance(g, c, next, type, frame);
}

#define RELAY(message, frame_, states, next)				\
static void								\
relay_##message(void *ctx, const struct msg_##message *m)		\
{									\
	const enum msg nr = (enum msg)MSG_NUMBER_##message;		\
									\
	relay(ctx, find_waiting(ctx, m->conn, nr, states),		\
	    (enum client_msg)CLIENT_NUMBER_##frame_, m->frame, next);	\
}
#include "relay.def"
#undef RELAY

static const struct chan_row rows[] = {
	CHAN_ON_RESET(do_reset),
	CHAN_ON(gate_info_is, do_info),
	CHAN_ON(job_send, do_send),
	CHAN_ON(job_output, do_output),
	CHAN_ON(query_data, do_query_data),
#define RELAY(message, frame, states, next)				\
	CHAN_ON(message, relay_##message),
#include "relay.def"
#undef RELAY
};

void
gate_runner_read(struct gate *g)
{
	CHAN_DISPATCH(&g->runner, rows, g);
}
