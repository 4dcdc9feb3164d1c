#include "keyd_queue.h"

#include <stdlib.h>
#include <string.h>

#include "job.h"
#include "lib/log.h"
#include "query.h"
#include "runner.h"
#include "say.h"

/* Takes a request out; the caller owns its frame. */
static void
leave(struct keyd_queue *k, size_t i)
{
	k->n--;
	memmove(&k->list[i], &k->list[i + 1],
	    (k->n - i) * sizeof(k->list[0]));
}

/* Wipes the frame: a manifest's env may hold secrets. */
static void
forget(const struct keyd_request *w)
{
	if (w->frame != NULL)
		explicit_bzero(w->frame, w->len);
	free(w->frame);
}

static void
drop(struct keyd_queue *k, size_t i)
{
	forget(&k->list[i]);
	leave(k, i);
}

void
keyd_queue_join(struct runner *r, uint32_t conn, bool is_query,
    struct bytes frame)
{
	struct keyd_queue *k = &r->keyd_queue;
	void *copy;

	if (k->n == KEYD_QUEUE_MAX) {
		say_busy(r, conn, REASON_BUSY, "too many requests wait for a "
		    "decision; try again");
		return;
	}
	copy = malloc(frame.len);
	if (copy == NULL) {
		say_busy(r, conn, REASON_BUSY, "no memory for a request; try "
		    "again");
		return;
	}
	memcpy(copy, frame.p, frame.len);
	k->list[k->n++] = (struct keyd_request){ .conn = conn,
	    .is_query = is_query, .deadline_ms = now_ms() + KEYD_QUEUE_MS,
	    .frame = copy, .len = frame.len };
}

bool
keyd_queue_has(const struct keyd_queue *k, uint32_t conn)
{
	for (size_t i = 0; i < k->n; i++)
		if (k->list[i].conn == conn)
			return true;
	return false;
}

bool
keyd_queue_leave(struct keyd_queue *k, uint32_t conn)
{
	for (size_t i = 0; i < k->n; i++)
		if (k->list[i].conn == conn) {
			drop(k, i);
			return true;
		}
	return false;
}

void
keyd_queue_clear(struct keyd_queue *k)
{
	while (k->n > 0)
		drop(k, k->n - 1);
}

void
keyd_queue_refuse(struct runner *r, enum reason reason, const char *message)
{
	struct keyd_queue *k = &r->keyd_queue;

	for (size_t i = 0; i < k->n; i++)
		say_busy(r, k->list[i].conn, reason, message);
	keyd_queue_clear(k);
}

/* A job whose runtime was measured was first once already. */
static struct job *
find_measured(struct runner *r)
{
	for (int i = 0; i < JOB_SLOTS; i++)
		if (r->jobs[i].state == JOB_DECIDE &&
		    !r->jobs[i].decide_pending)
			return &r->jobs[i];
	return NULL;
}

static void
take_job(struct runner *r, struct keyd_request *w)
{
	struct job *j = NULL;

	for (int i = 0; i < JOB_SLOTS && j == NULL; i++)
		if (r->jobs[i].state == JOB_FREE)
			j = &r->jobs[i];
	if (j == NULL) {
		say_busy(r, w->conn, REASON_BUSY, "all job slots are taken; "
		    "try again");
		return;
	}
	job_submit(r, j, w->conn, w->frame, w->len);
	w->frame = NULL;		/* transferred */
}

static void
take_query(struct runner *r, struct keyd_request *w)
{
	struct query *q = NULL;

	for (int i = 0; i < QUERIES && q == NULL; i++)
		if (r->queries[i].state == QUERY_FREE)
			q = &r->queries[i];
	if (q == NULL) {
		say_busy(r, w->conn, REASON_BUSY, "too many reads in "
		    "progress; try again");
		return;
	}
	query_submit(r, q, w->conn, w->frame, w->len);
	w->frame = NULL;		/* transferred */
}

static void
take_first(struct runner *r)
{
	struct keyd_request first = r->keyd_queue.list[0];

	leave(&r->keyd_queue, 0);
	if (first.is_query)
		take_query(r, &first);
	else
		take_job(r, &first);
	forget(&first);
}

void
keyd_queue_turn(struct runner *r)
{
	struct job *j;

	while (!r->keyd_pending && chan_fits(&r->keyd)) {
		if ((j = find_measured(r)) != NULL)
			job_ask(r, j);
		else if (r->keyd_queue.n > 0)
			take_first(r);
		else
			return;
	}
}

uint64_t
keyd_queue_deadline(const struct keyd_queue *k)
{
	return k->n == 0 ? UINT64_MAX : k->list[0].deadline_ms;
}

void
keyd_queue_timeout(struct runner *r)
{
	struct keyd_queue *k = &r->keyd_queue;

	while (k->n > 0 && k->list[0].deadline_ms <= now_ms()) {
		say_busy(r, k->list[0].conn, REASON_BUSY, "keyd is behind "
		    "with its answers; try again");
		drop(k, 0);
	}
}
