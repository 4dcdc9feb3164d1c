/* What the runner sends: who we are, and what a connection waits for. */
#include "gate.h"

#include <string.h>

#include "lib/log.h"

#define STATES(s)	(1u << (s))

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
find_waiting(struct gate *g, uint32_t id, const char *message, unsigned states)
{
	struct gate_conn *c = find(g, id);

	if (c == NULL || c->state == CONN_CLOSING || c->state == CONN_LINGERING)
		return NULL;
	if ((states & STATES(c->state)) == 0)
		die(EXIT_PEER, "runner broke the protocol: %s for a connection "
		    "in state %d", message, (int)c->state);
	return c;
}

static void
do_send(void *ctx, const struct msg_job_send *m)
{
	struct gate *g = ctx;
	struct gate_conn *c = find_waiting(g, m->conn, "JOB_SEND",
	    STATES(CONN_DECIDING));

	if (c == NULL)
		return;
	c->bundle_left = m->bundle_len;
	gate_conn_advance(g, c, CONN_SENDING, CLIENT_SEND, m->frame);
}

static void
do_accepted(void *ctx, const struct msg_job_accepted *m)
{
	struct gate *g = ctx;
	struct gate_conn *c = find_waiting(g, m->conn, "JOB_ACCEPTED",
	    STATES(CONN_SENDING));

	if (c != NULL)
		gate_conn_advance(g, c, CONN_RUNNING, CLIENT_ACCEPTED,
		    m->frame);
}

static void
do_output(void *ctx, const struct msg_job_output *m)
{
	struct gate *g = ctx;
	struct gate_conn *c = find_waiting(g, m->conn, "JOB_OUTPUT",
	    STATES(CONN_RUNNING));

	if (c != NULL)
		gate_conn_output(g, c, &m->output);
}

static void
do_finished(void *ctx, const struct msg_job_finished *m)
{
	struct gate *g = ctx;
	struct gate_conn *c = find_waiting(g, m->conn, "JOB_FINISHED",
	    STATES(CONN_RUNNING));

	if (c != NULL)
		gate_conn_last(g, c, CLIENT_FINISHED, m->frame);
}

static void
do_refused(void *ctx, const struct msg_job_refused *m)
{
	struct gate *g = ctx;
	struct gate_conn *c = find_waiting(g, m->conn, "JOB_REFUSED",
	    STATES(CONN_DECIDING) | STATES(CONN_SENDING) |
	    STATES(CONN_READING));

	if (c != NULL)
		gate_conn_last(g, c, CLIENT_REFUSED, m->frame);
}

static void
do_explanation(void *ctx, const struct msg_job_explanation *m)
{
	struct gate *g = ctx;
	struct gate_conn *c = find_waiting(g, m->conn, "JOB_EXPLANATION",
	    STATES(CONN_DECIDING));

	if (c != NULL)
		gate_conn_last(g, c, CLIENT_EXPLAINED, m->frame);
}

static void
do_query_data(void *ctx, const struct msg_query_data *m)
{
	struct gate *g = ctx;
	struct gate_conn *c = find_waiting(g, m->conn, "QUERY_DATA",
	    STATES(CONN_READING));

	if (c != NULL)
		gate_conn_data(g, c, m->frame);
}

static void
do_query_end(void *ctx, const struct msg_query_end *m)
{
	struct gate *g = ctx;
	struct gate_conn *c = find_waiting(g, m->conn, "QUERY_END",
	    STATES(CONN_READING));

	if (c != NULL)
		gate_conn_last(g, c, CLIENT_READ_END, m->frame);
}

static const struct chan_row rows[] = {
	CHAN_ON_RESET(do_reset),
	CHAN_ON(gate_info_is, do_info),
	CHAN_ON(job_send, do_send),
	CHAN_ON(job_accepted, do_accepted),
	CHAN_ON(job_output, do_output),
	CHAN_ON(job_finished, do_finished),
	CHAN_ON(job_refused, do_refused),
	CHAN_ON(job_explanation, do_explanation),
	CHAN_ON(query_data, do_query_data),
	CHAN_ON(query_end, do_query_end),
};

void
gate_runner_read(struct gate *g)
{
	CHAN_DISPATCH(&g->runner, rows, g);
}
