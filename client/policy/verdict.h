/* What a site's rules answer to a case, and whether that is as expected. */
#ifndef VERDICT_H
#define VERDICT_H

#include <stdbool.h>

#include "cases.h"

/*
 * The first thing that was refused; when all is allowed, the one that the case
 * names, or the first.
 */
struct case_verdict {
	const struct case_permission	*ask;
	struct authz_decision		 answer;
};

void	verdict_decide(const struct policy_case *, struct rules *,
	    struct case_verdict *);
/* Whether that is as expected. */
bool	verdict_holds(const struct policy_case *, const struct rules *,
	    const struct case_verdict *);
/* Says what was expected, what is the answer, and what may be amiss. */
void	verdict_complain(const struct policy_case *, const char *file,
	    const struct rules *, const struct case_verdict *);

#endif
