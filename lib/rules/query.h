/*
 * What a query asks of the rules, as Cedar requests: to read status, jobs,
 * ledger or consistency of the appliance, to check its ledger, or to read the
 * output of one job; to see or to forget one of the fields that leaves withhold.
 */
#ifndef RULES_QUERY_H
#define RULES_QUERY_H

#include "lib/codes.h"
#include "lib/withheld.h"
#include "permission.h"

enum query_action {
	QUERY_ACTION_STATUS,
	QUERY_ACTION_JOBS,
	QUERY_ACTION_LEDGER,
	QUERY_ACTION_CONSISTENCY,
	QUERY_ACTION_FSCK,
	QUERY_ACTION_OUTPUT,
	QUERY_ACTION_SEE,
	QUERY_ACTION_FORGET,
	QUERY_ACTION_COUNT
};

struct rules_query {
	enum verb	 verb;		/* one that has no bundle */
	const char	*who;		/* who signed the query */
	const char	*appliance;	/* its name */
	/* For output: the job's id, its submitter and its author. */
	const char	*job, *submitter, *author;
	enum withheld	 field;		/* for disclose and forget */
};

struct query_permission {
	enum query_action	action;
	enum withheld		field;		/* of see and forget */
};

#define QUERY_PERMISSIONS_MAX	2

/*
 * Fills the list with what must be permitted.  Returns how many there are: 0
 * for a verb that no rule can permit.
 */
size_t	query_list(const struct rules_query *,
	    struct query_permission list[QUERY_PERMISSIONS_MAX]);

/*
 * The fields that the answer could have, as a mask of withheld.def: each needs
 * QUERY_ACTION_SEE and is left out without.
 */
uint32_t	query_fields(const struct rules_query *);

/* Makes the request in the arena.  Returns -1 with ENOMEM. */
int	query_request(const struct rules_query *,
	    const struct query_permission *, const struct rules_context *,
	    struct arena *, struct authz_request *);

/* The action's name; QUERY_ACTION_COUNT when no action has this name. */
const char		*query_action_name(enum query_action);
enum query_action	 query_action_find(const char *name);

/* "read status of NAME", "read output of ID", "see argv of leaves". */
const char *query_format(const struct rules_query *,
	    const struct query_permission *, char dst[PERMISSION_TEXT_MAX]);

#endif
