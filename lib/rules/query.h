/*
 * The permission that a query needs, as a Cedar request: to read status, jobs
 * or ledger of the appliance, or the output of one job.
 */
#ifndef RULES_QUERY_H
#define RULES_QUERY_H

#include "lib/codes.h"
#include "permission.h"

struct query_permission {
	enum verb	 verb;		/* one that has no bundle */
	const char	*who;		/* who signed the query */
	const char	*appliance;	/* its name */
	/* For output: the job's id, its submitter and its author. */
	const char	*job, *submitter, *author;
};

/* Makes the request in the arena.  Returns -1 with ENOMEM. */
int	query_request(const struct query_permission *,
	    const struct rules_context *, struct arena *,
	    struct authz_request *);

/* "read status of NAME", "read output of ID".  Returns dst. */
const char *query_format(const struct query_permission *,
	    char dst[PERMISSION_TEXT_MAX]);

#endif
