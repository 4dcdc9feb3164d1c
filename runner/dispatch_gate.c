/* What gate says: as dispatch.c, for requests. */
#include <string.h>

#include "job.h"
#include "lib/log.h"
#include "runner.h"
#include "say.h"

static struct job *
find_conn(struct runner *r, uint32_t conn)
{
	for (int i = 0; i < JOB_SLOTS; i++) {
		struct job *j = &r->jobs[i];

		if (j->state != JOB_FREE && j->attached && j->conn == conn)
			return j;
	}
	return NULL;
}

static struct reader *
find_reader_conn(struct runner *r, uint32_t conn)
{
	for (int i = 0; i < READERS; i++) {
		struct reader *d = &r->readers[i];

		if (d->state != READER_FREE && d->attached && d->conn == conn)
			return d;
	}
	return NULL;
}

/* Whether a request can be taken at all; says why not. */
static bool
takes_requests(struct runner *r, uint32_t conn)
{
	if (find_conn(r, conn) != NULL || find_reader_conn(r, conn) != NULL ||
	    line_has(&r->line, conn))
		die(EXIT_PEER, "gate submits twice for connection %u", conn);
	if (r->stopping)
		say_busy(r, conn, REASON_STOPPING, STOPPING_TEXT);
	else if (!r->keyd_up || !r->ledgerd_up)
		say_busy(r, conn, REASON_BUSY, "the appliance is starting; "
		    "try again");
	else if (chan_room(&r->ledgerd) < LEDGER_ROOM)
		say_busy(r, conn, REASON_BUSY, "ledgerd is behind with its "
		    "records; try again");
	else
		return true;
	return false;
}

static void
do_submit(struct runner *r, struct get *g)
{
	uint32_t conn = get_u32(g);
	const void *submission = g->p;
	size_t len = g->left, n;

	get_string(g, &n, COMMAND_MAX);
	get_string(g, &n, SIG_MAX);
	get_string(g, &n, MANIFEST_MAX);
	get_string(g, &n, SIG_MAX);
	dispatch_end(g, "JOB_SUBMIT");
	if (takes_requests(r, conn))
		line_join(r, conn, false, submission, len);
}

static void
do_read_submit(struct runner *r, struct get *g)
{
	uint32_t conn = get_u32(g);
	const void *order = g->p;
	size_t len = g->left, n;

	get_string(g, &n, COMMAND_MAX);
	get_string(g, &n, SIG_MAX);
	dispatch_end(g, "READ_SUBMIT");
	if (takes_requests(r, conn))
		line_join(r, conn, true, order, len);
}

static void
do_data(struct runner *r, struct get *g)
{
	uint32_t conn = get_u32(g);
	size_t len;
	const void *data = get_string(g, &len, DATA_MAX);
	struct job *j = find_conn(r, conn);

	dispatch_end(g, "JOB_DATA");
	if (j != NULL)
		job_data(r, j, data, len);
}

static void
do_credit(struct runner *r, struct get *g)
{
	uint32_t conn = get_u32(g), bytes = get_u32(g);
	struct reader *d = find_reader_conn(r, conn);
	struct job *j = find_conn(r, conn);

	dispatch_end(g, "JOB_CREDIT");
	if (j != NULL)
		job_credit(r, j, bytes);
	else if (d != NULL)
		reader_credit(r, d, bytes);
}

static void
do_cancel(struct runner *r, struct get *g)
{
	uint32_t conn = get_u32(g);
	struct reader *d = find_reader_conn(r, conn);
	struct job *j = find_conn(r, conn);

	dispatch_end(g, "JOB_CANCEL");
	if (line_leave(&r->line, conn))
		return;
	if (j != NULL)
		job_leave(r, j);
	else if (d != NULL)
		reader_leave(r, d);
}

static void
do_gate_info(struct runner *r, struct get *g)
{
	dispatch_end(g, "GATE_INFO");
	if (r->vkey[0] == '\0')
		r->info_asked = true;
	else
		say_info(r);
}

static void
gate_message(struct runner *r, enum msg type, struct get *g)
{
	if (type == MSG_GATE_INFO)
		do_gate_info(r, g);
	else if (type == MSG_JOB_SUBMIT)
		do_submit(r, g);
	else if (type == MSG_JOB_DATA)
		do_data(r, g);
	else if (type == MSG_JOB_CREDIT)
		do_credit(r, g);
	else if (type == MSG_JOB_CANCEL)
		do_cancel(r, g);
	else if (type == MSG_QUERY_SUBMIT)
		do_read_submit(r, g);
}

/* Its predecessor's connections went with it. */
static void
gate_reset(struct runner *r)
{
	r->info_asked = false;
	line_clear(&r->line);
	for (int i = 0; i < JOB_SLOTS; i++)
		if (r->jobs[i].state != JOB_FREE && r->jobs[i].attached)
			job_leave(r, &r->jobs[i]);
	for (int i = 0; i < READERS; i++)
		if (r->readers[i].state != READER_FREE)
			reader_leave(r, &r->readers[i]);
}

void
dispatch_gate(struct runner *r)
{
	enum chan_event ev;
	enum msg type;
	struct get g;

	while ((ev = chan_next(&r->gate, &type, &g)) != CHAN_NONE) {
		if (ev == CHAN_RESET)
			gate_reset(r);
		else
			gate_message(r, type, &g);
	}
}
