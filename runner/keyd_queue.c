#include "keyd_queue.h"

#include <stdlib.h>
#include <string.h>

#include "job.h"
#include "query.h"
#include "runner.h"
#include "say.h"

/* The request is the caller's from now on. */
static void
leave(struct keyd_line *l, size_t i)
{
	l->n--;
	memmove(&l->place[i], &l->place[i + 1],
	    (l->n - i) * sizeof(l->place[0]));
}

/* The next job must not find what this one was given. */
static void
forget(const struct waiting *w)
{
	explicit_bzero(w->request, w->len);
	free(w->request);
}

static void
drop(struct keyd_line *l, size_t i)
{
	forget(&l->place[i]);
	leave(l, i);
}

void
line_join(struct runner *r, uint32_t conn, bool reads, const void *request,
    size_t len)
{
	struct keyd_line *l = &r->line;
	void *copy = l->n == LINE_MAX ? NULL : malloc(len + 1);

	if (copy == NULL) {
		say_busy(r, conn, REASON_BUSY, l->n == LINE_MAX ? "too many "
		    "requests wait for a decision; try again" : "no memory "
		    "for a request; try again");
		return;
	}
	memcpy(copy, request, len);
	l->place[l->n++] = (struct waiting){ .conn = conn, .reads = reads,
	    .deadline_ms = now_ms() + LINE_MS, .request = copy, .len = len };
}

bool
line_has(const struct keyd_line *l, uint32_t conn)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->place[i].conn == conn)
			return true;
	return false;
}

bool
line_leave(struct keyd_line *l, uint32_t conn)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->place[i].conn == conn) {
			drop(l, i);
			return true;
		}
	return false;
}

void
line_clear(struct keyd_line *l)
{
	while (l->n > 0)
		drop(l, l->n - 1);
}

void
line_refuse(struct runner *r, enum reason reason, const char *message)
{
	struct keyd_line *l = &r->line;

	for (size_t i = 0; i < l->n; i++)
		say_busy(r, l->place[i].conn, reason, message);
	line_clear(l);
}

/* A job whose runtime is measured was first in line once already. */
static struct job *
find_measured(struct runner *r)
{
	for (int i = 0; i < JOB_SLOTS; i++)
		if (r->jobs[i].state == JOB_DECIDE && !r->jobs[i].asking)
			return &r->jobs[i];
	return NULL;
}

static void
take_job(struct runner *r, const struct waiting *w)
{
	struct job *j = NULL;

	for (int i = 0; i < JOB_SLOTS && j == NULL; i++)
		if (r->jobs[i].state == JOB_FREE)
			j = &r->jobs[i];
	if (j == NULL)
		say_busy(r, w->conn, REASON_BUSY, "all job slots are taken; "
		    "try again");
	else
		job_submit(r, j, w->conn, w->request, w->len);
}

static void
take_reader(struct runner *r, const struct waiting *w)
{
	struct reader *d = NULL;

	for (int i = 0; i < READERS && d == NULL; i++)
		if (r->readers[i].state == READER_FREE)
			d = &r->readers[i];
	if (d == NULL)
		say_busy(r, w->conn, REASON_BUSY, "as many read as can at a "
		    "time; try again");
	else
		reader_submit(r, d, w->conn, w->request, w->len);
}

static void
take_first(struct runner *r)
{
	const struct waiting first = r->line.place[0];

	leave(&r->line, 0);
	if (first.reads)
		take_reader(r, &first);
	else
		take_job(r, &first);
	forget(&first);
}

void
line_turn(struct runner *r)
{
	struct job *j;

	while (!r->keyd_owes && chan_room(&r->keyd) >= KEYD_ROOM) {
		if ((j = find_measured(r)) != NULL)
			job_ask(r, j);
		else if (r->line.n > 0)
			take_first(r);
		else
			return;
	}
}

uint64_t
line_deadline(const struct keyd_line *l)
{
	return l->n == 0 ? UINT64_MAX : l->place[0].deadline_ms;
}

void
line_timeout(struct runner *r)
{
	struct keyd_line *l = &r->line;

	while (l->n > 0 && l->place[0].deadline_ms <= now_ms()) {
		say_busy(r, l->place[0].conn, REASON_BUSY, "keyd is behind "
		    "with its answers; try again");
		drop(l, 0);
	}
}
