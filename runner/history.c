#include "history.h"

#include <stdlib.h>
#include <string.h>

#include "runner.h"

static size_t
count_of(const struct runner *r, const char *submitter)
{
	size_t n = 0;

	for (size_t i = 0; i < r->history.n; i++)
		n += strcmp(r->history.list[i].submitter, submitter) == 0;
	return n;
}

/* The oldest job of the signer who has most, counting the new job. */
static size_t
find_oldest(const struct runner *r, const char *newcomer)
{
	size_t found = 0, most = 0;

	for (size_t i = 0; i < r->history.n; i++) {
		const char *who = r->history.list[i].submitter;
		size_t n = count_of(r, who) + (strcmp(who, newcomer) == 0);

		if (n > most) {
			most = n;
			found = i;
		}
	}
	return found;
}

static void
forget(struct runner *r, size_t i)
{
	free(r->history.list[i].tail);
	r->history.n--;
	memmove(&r->history.list[i], &r->history.list[i + 1],
	    (r->history.n - i) * sizeof(r->history.list[0]));
}

void
history_add(struct runner *r, struct job *j)
{
	struct history_job *p;

	if (r->history.n == HISTORY_MAX)
		forget(r, find_oldest(r, j->who.submitter));
	p = &r->history.list[r->history.n++];
	memset(p, 0, sizeof(*p));
	memcpy(p->job, j->who.job, sizeof(p->job));
	memcpy(p->name, j->grant.manifest.name, sizeof(p->name));
	memcpy(p->author, j->who.author, sizeof(p->author));
	memcpy(p->submitter, j->who.submitter, sizeof(p->submitter));
	p->outcome = j->verdict.outcome;
	p->status = j->verdict.status;
	p->started = j->started;
	p->wall_ms = j->wall_ms;
	p->tail = j->tail;
	j->tail = NULL;		/* transferred */
	r->jobs_done++;
}

const struct history_job *
history_at(const struct runner *r, size_t n)
{
	return n >= r->history.n ? NULL : &r->history.list[n];
}

const struct tail *
history_tail(const struct runner *r, const char *job)
{
	const struct history_job *p;

	for (size_t i = 0; i < JOB_SLOTS; i++)
		if (r->jobs[i].tail != NULL &&
		    strcmp(r->jobs[i].who.job, job) == 0)
			return r->jobs[i].tail;
	for (size_t i = 0; (p = history_at(r, i)) != NULL; i++)
		if (strcmp(p->job, job) == 0)
			return p->tail;
	return NULL;
}
