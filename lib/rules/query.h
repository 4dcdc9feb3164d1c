/*
 * An order to read, as a Cedar request: status, jobs and ledger of the
 * appliance, output of one job.
 */
#ifndef READING_H
#define READING_H

#include "permission.h"
#include "lib/codes.h"

struct reading {
	enum verb	 verb;		/* one that has no bundle */
	const char	*who;		/* whose order it is */
	const char	*appliance;	/* its name */
	/* For output: the job's id, and whose it is. */
	const char	*job, *submitter, *author;
};

/* The request: its parts live in the arena.  -1 with ENOMEM. */
int	reading_request(const struct reading *, const struct scene *,
	    struct arena *, struct authz_request *);

/* "read status of NAME", "read output of ID"; answers dst. */
const char *reading_format(const struct reading *, char dst[ASK_TEXT_MAX]);

#endif
