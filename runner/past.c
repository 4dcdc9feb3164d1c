#include "past.h"

#include <stdlib.h>
#include <string.h>

#include "runner.h"

void
past_keep(struct runner *r, struct job *j)
{
	struct past *p = &r->past[r->jobs_done % PAST_MAX];

	free(p->tail);
	memset(p, 0, sizeof(*p));
	memcpy(p->job, j->grant.job, sizeof(p->job));
	memcpy(p->name, j->grant.name, sizeof(p->name));
	memcpy(p->author, j->grant.author, sizeof(p->author));
	memcpy(p->submitter, j->grant.submitter, sizeof(p->submitter));
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
	const uint64_t done = r->jobs_done;
	const size_t kept = done < PAST_MAX ? (size_t)done : PAST_MAX;

	return n >= kept ? NULL : &r->past[(done - kept + n) % PAST_MAX];
}

const struct tail *
past_tail(const struct runner *r, const char *job)
{
	const struct past *p;

	for (size_t i = 0; i < JOB_SLOTS; i++)
		if (r->jobs[i].tail != NULL &&
		    strcmp(r->jobs[i].grant.job, job) == 0)
			return r->jobs[i].tail;
	for (size_t i = 0; (p = past_at(r, i)) != NULL; i++)
		if (strcmp(p->job, job) == 0)
			return p->tail;
	return NULL;
}
