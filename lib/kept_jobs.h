/*
 * The jobs whose output the runner keeps, and whose they are: what keyd must
 * know of them to decide on a query.
 */
#ifndef KEPT_JOBS_H
#define KEPT_JOBS_H

#include <stddef.h>

#include "lib/msg/msg.h"
#include "wire.h"

#define KEPT_JOBS_MAX	32	/* more than slots and kept outputs */
#define KEPT_JOBS_WIRE_MAX \
	(4 + KEPT_JOBS_MAX * (12 + JOB_ID_LEN + 2 * PRINCIPAL_MAX))

struct kept_job {
	char	job[JOB_ID_LEN + 1];
	char	submitter[PRINCIPAL_MAX + 1], author[PRINCIPAL_MAX + 1];
};

struct kept_jobs {
	size_t		n;
	struct kept_job	list[KEPT_JOBS_MAX];
};

/* Adds one; exits 101 when there is no place. */
void	kept_jobs_add(struct kept_jobs *, const char *job,
	    const char *submitter, const char *author);
/* The job of this id, or NULL. */
const struct kept_job	*kept_jobs_find(const struct kept_jobs *,
			    const char *job);

void	kept_jobs_put(struct put *, const struct kept_jobs *);
/* What is malformed sets the get's error. */
void	kept_jobs_get(struct get *, struct kept_jobs *);

#endif
