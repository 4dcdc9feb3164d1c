#include "history.h"

#include <stdlib.h>
#include <string.h>

#include "runner.h"

static size_t
count_of(const struct runner *r, const char *submitter)
{
	size_t n = 0;

	for (size_t i = 0; i < r->npast; i++)
		n += strcmp(r->past[i].submitter, submitter) == 0;
	return n;
}

/* The oldest of the signer who has most, with the one that is to be kept. */
static size_t
find_oldest(const struct runner *r, const char *newcomer)
{
	size_t found = 0, most = 0;

	for (size_t i = 0; i < r->npast; i++) {
		const char *who = r->past[i].submitter;
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
	free(r->past[i].tail);
	r->npast--;
	memmove(&r->past[i], &r->past[i + 1],
	    (r->npast - i) * sizeof(r->past[0]));
}

void
past_keep(struct runner *r, struct job *j)
{
	struct past *p;

	if (r->npast == PAST_MAX)
		forget(r, find_oldest(r, j->who.submitter));
	p = &r->past[r->npast++];
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

const struct past *
past_at(const struct runner *r, size_t n)
{
	return n >= r->npast ? NULL : &r->past[n];
}

const struct tail *
past_tail(const struct runner *r, const char *job)
{
	const struct past *p;

	for (size_t i = 0; i < JOB_SLOTS; i++)
		if (r->jobs[i].tail != NULL &&
		    strcmp(r->jobs[i].who.job, job) == 0)
			return r->jobs[i].tail;
	for (size_t i = 0; (p = past_at(r, i)) != NULL; i++)
		if (strcmp(p->job, job) == 0)
			return p->tail;
	return NULL;
}
