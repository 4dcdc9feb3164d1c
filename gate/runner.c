#include "gate.h"

#include <string.h>

#include "lib/log.h"

#define STATES(s)	(1u << (s))

typedef void handler(struct gate *, struct gate_conn *, struct get *);

static void
ask_info(struct gate *g)
{
	unsigned char none[1];
	struct put p;

	put_init(&p, none, sizeof(none));
	chan_send(&g->runner, MSG_GATE_INFO, &p);
}

/* The runner is a new one: what it was asked for is lost. */
static void
do_reset(struct gate *g)
{
	for (size_t i = 0; i < GATE_CONNS; i++)
		gate_conn_fault(g, &g->conns[i]);
	ask_info(g);
}

static void
do_info(struct gate *g, struct get *in)
{
	get_cstr(in, g->info.vkey, sizeof(g->info.vkey));
	get_cstr(in, g->info.mode, sizeof(g->info.mode));
	g->info.slots = get_u32(in);
	if (get_end(in) == -1)
		die(EXIT_PEER, "runner broke the protocol: GATE_INFO_IS");
	g->info.known = true;
	for (size_t i = 0; i < GATE_CONNS; i++)
		gate_conn_greet(g, &g->conns[i]);
}

static void
check_end(struct get *in, const char *name)
{
	if (get_end(in) == -1)
		die(EXIT_PEER, "runner broke the protocol: %s", name);
}

static void
do_send(struct gate *g, struct gate_conn *c, struct get *in)
{
	char job[JOB_ID_LEN + 1];
	uint64_t bundle_len;

	get_cstr(in, job, sizeof(job));
	bundle_len = get_u64(in);
	check_end(in, "JOB_SEND");
	gate_conn_send(g, c, job, bundle_len);
}

static void
do_accepted(struct gate *g, struct gate_conn *c, struct get *in)
{
	char job[JOB_ID_LEN + 1];
	unsigned char leaf_hash[DIGEST_LEN];

	get_cstr(in, job, sizeof(job));
	get_fixed(in, leaf_hash, sizeof(leaf_hash));
	check_end(in, "JOB_ACCEPTED");
	gate_conn_accepted(g, c, job, leaf_hash);
}

static void
do_output(struct gate *g, struct gate_conn *c, struct get *in)
{
	uint8_t stream = get_u8(in);
	size_t len;
	const void *data = get_string(in, &len, DATA_MAX);

	check_end(in, "JOB_OUTPUT");
	gate_conn_output(g, c, stream, data, len);
}

/* These go to the client as they are, without the connection. */
static void
do_finished(struct gate *g, struct gate_conn *c, struct get *in)
{
	gate_conn_last(g, c, CLIENT_FINISHED, in->p, in->left);
}

static void
do_refused(struct gate *g, struct gate_conn *c, struct get *in)
{
	gate_conn_last(g, c, CLIENT_REFUSED, in->p, in->left);
}

static void
do_explanation(struct gate *g, struct gate_conn *c, struct get *in)
{
	gate_conn_last(g, c, CLIENT_EXPLAINED, in->p, in->left);
}

static void
do_read_end(struct gate *g, struct gate_conn *c, struct get *in)
{
	gate_conn_last(g, c, CLIENT_READ_END, in->p, in->left);
}

/* So does this, once it is known that its length can be credited. */
static void
do_read_data(struct gate *g, struct gate_conn *c, struct get *in)
{
	const void *payload = in->p;
	size_t len = in->left, n;

	get_u8(in);
	get_string(in, &n, RECEIPT_MAX);
	check_end(in, "READ_DATA");
	gate_conn_data(g, c, payload, len);
}

static const struct row {
	enum msg	 type;
	unsigned	 states;	/* in which it may come */
	handler		*handle;
} rows[] = {
	{ MSG_JOB_SEND, STATES(CONN_DECIDING), do_send },
	{ MSG_JOB_ACCEPTED, STATES(CONN_SENDING), do_accepted },
	{ MSG_JOB_OUTPUT, STATES(CONN_RUNNING), do_output },
	{ MSG_JOB_FINISHED, STATES(CONN_RUNNING), do_finished },
	{ MSG_JOB_REFUSED, STATES(CONN_DECIDING) | STATES(CONN_SENDING) |
	    STATES(CONN_READING), do_refused },
	{ MSG_JOB_EXPLANATION, STATES(CONN_DECIDING), do_explanation },
	{ MSG_QUERY_DATA, STATES(CONN_READING), do_read_data },
	{ MSG_QUERY_END, STATES(CONN_READING), do_read_end },
};

static struct gate_conn *
find(struct gate *g, uint32_t id)
{
	for (size_t i = 0; i < GATE_CONNS; i++)
		if (g->conns[i].state != CONN_FREE && g->conns[i].id == id)
			return &g->conns[i];
	return NULL;
}

/*
 * What comes for a connection that was cancelled was on its way when the
 * cancel was: it is in no state that waits, or it is gone.
 */
static void
do_message(struct gate *g, enum msg type, struct get *in)
{
	struct gate_conn *c;
	uint32_t id;

	if (type == MSG_GATE_INFO_IS) {
		do_info(g, in);
		return;
	}
	id = get_u32(in);
	if (in->err != 0)
		die(EXIT_PEER, "runner broke the protocol: no connection");
	c = find(g, id);
	if (c == NULL || c->state == CONN_CLOSING ||
	    c->state == CONN_LINGERING)
		return;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].type != type)
			continue;
		if ((rows[i].states & STATES(c->state)) == 0)
			die(EXIT_PEER, "runner broke the protocol: message "
			    "0x%x in state %d", (unsigned)type, (int)c->state);
		rows[i].handle(g, c, in);
		return;
	}
}

void
gate_runner_read(struct gate *g)
{
	enum chan_event event;
	struct get in;
	enum msg type;

	while ((event = chan_next(&g->runner, &type, &in)) != CHAN_NONE) {
		if (event == CHAN_RESET)
			do_reset(g);
		else
			do_message(g, type, &in);
	}
}
