/* Decides a case by a site's rules, and compares with what it expects. */
#ifndef VERDICT_H
#define VERDICT_H

#include <stdbool.h>

#include "cases.h"

/*
 * The first request that was refused; when all are allowed, the one that the
 * case names, or the first.
 */
struct case_verdict {
	const struct case_permission	*ask;
	struct authz_decision		 answer;
};

void	verdict_decide(const struct policy_case *, struct rules *,
	    struct case_verdict *);
/* Whether the decision is as expected. */
bool	verdict_holds(const struct policy_case *, const struct rules *,
	    const struct case_verdict *);
/* Prints what was expected, what was decided, and what may be wrong. */
void	verdict_complain(const struct policy_case *, const char *file,
	    const struct rules *, const struct case_verdict *);

#endif
