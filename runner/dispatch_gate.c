/* Requests of clients, from gate. */
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

static struct query *
find_query_conn(struct runner *r, uint32_t conn)
{
	for (int i = 0; i < QUERIES; i++) {
		struct query *q = &r->queries[i];

		if (q->state != QUERY_FREE && q->attached && q->conn == conn)
			return q;
	}
	return NULL;
}

/*
 * Once requests are refused because of ledgerd, the reserve of its channel has
 * room for two events of each job and one of each query, with what is kept
 * beside them.  A job has job.accepted, and then job.finished, or job.refused
 * if the first is not recorded.
 */
#define RECORDS_MAX							\
	((2 * JOB_SLOTS + QUERIES) * (EVENT_MAX + 64) +			\
	2 * JOB_SLOTS * EVIDENCE_MAX + QUERIES * (COMMAND_MAX + SIG_MAX + 64))
_Static_assert(RECORDS_MAX <= CHAN_RESERVE,
    "a ledgerd that does not read never ends the runner");

/* Whether requests are taken now; tells the client why not. */
static bool
takes_requests(struct runner *r, uint32_t conn)
{
	if (find_conn(r, conn) != NULL || find_query_conn(r, conn) != NULL ||
	    keyd_queue_has(&r->keyd_queue, conn) ||
	    prove_has(&r->proves, conn))
		die(EXIT_PEER, "gate submits twice for connection %u", conn);
	if (r->stopping)
		say_busy(r, conn, REASON_STOPPING, STOPPING_TEXT);
	else if (!r->keyd_up || !r->ledgerd_up)
		say_busy(r, conn, REASON_BUSY, "the appliance is starting; "
		    "try again");
	else if (!chan_fits(&r->ledgerd))
		say_busy(r, conn, REASON_BUSY, "ledgerd is behind with its "
		    "records; try again");
	else
		return true;
	return false;
}

static void
do_submit(void *ctx, const struct msg_job_submit *m)
{
	struct runner *r = ctx;

	if (takes_requests(r, m->conn))
		keyd_queue_join(r, m->conn, false, m->frame);
}

static void
do_query_submit(void *ctx, const struct msg_query_submit *m)
{
	struct runner *r = ctx;

	if (takes_requests(r, m->conn))
		keyd_queue_join(r, m->conn, true, m->frame);
}

static void
do_prove(void *ctx, const struct msg_log_prove *m)
{
	struct runner *r = ctx;

	if (takes_requests(r, m->conn))
		prove_join(r, m->conn, &m->prove);
}

static void
do_data(void *ctx, const struct msg_job_data *m)
{
	struct runner *r = ctx;
	struct job *j = find_conn(r, m->conn);

	if (j != NULL)
		job_data(r, j, m->data.data.p, m->data.data.len);
}

static void
do_credit(void *ctx, const struct msg_job_credit *m)
{
	struct runner *r = ctx;
	struct query *q = find_query_conn(r, m->conn);
	struct job *j = find_conn(r, m->conn);

	if (j != NULL)
		job_credit(r, j, m->bytes);
	else if (q != NULL)
		query_credit(r, q, m->bytes);
}

static void
do_cancel(void *ctx, const struct msg_job_cancel *m)
{
	struct runner *r = ctx;
	struct query *q = find_query_conn(r, m->conn);
	struct job *j = find_conn(r, m->conn);

	if (keyd_queue_leave(&r->keyd_queue, m->conn) ||
	    prove_leave(&r->proves, m->conn))
		return;
	if (j != NULL)
		job_leave(r, j);
	else if (q != NULL)
		query_leave(r, q);
}

static void
do_info(void *ctx, const struct msg_gate_info *m)
{
	struct runner *r = ctx;

	(void)m;
	if (r->vkey[0] == '\0')
		r->info_asked = true;
	else
		say_info(r);
}

/* Its predecessor's connections went with it. */
static void
do_reset(void *ctx)
{
	struct runner *r = ctx;

	r->info_asked = false;
	keyd_queue_clear(&r->keyd_queue);
	prove_clear(&r->proves);
	for (int i = 0; i < JOB_SLOTS; i++)
		if (r->jobs[i].state != JOB_FREE && r->jobs[i].attached)
			job_leave(r, &r->jobs[i]);
	for (int i = 0; i < QUERIES; i++)
		if (r->queries[i].state != QUERY_FREE)
			query_leave(r, &r->queries[i]);
}

static const struct chan_row rows[] = {
	CHAN_ON_RESET(do_reset),
	CHAN_ON(gate_info, do_info),
	CHAN_ON(job_submit, do_submit),
	CHAN_ON(job_data, do_data),
	CHAN_ON(job_credit, do_credit),
	CHAN_ON(job_cancel, do_cancel),
	CHAN_ON(query_submit, do_query_submit),
	CHAN_ON(log_prove, do_prove),
};

void
dispatch_gate(struct runner *r)
{
	CHAN_DISPATCH(&r->gate, rows, r);
}
