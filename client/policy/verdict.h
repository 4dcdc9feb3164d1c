/* What a site's rules answer to a case, and whether that is as expected. */
#ifndef VERDICT_H
#define VERDICT_H

#include <stdbool.h>

#include "cases.h"

/*
 * The first thing that was refused; when all is allowed, the one that the case
 * names, or the first.
 */
struct verdict {
	const struct case_ask	*ask;
	struct authz_decision		 answer;
};

void	case_decide(const struct policy_case *, struct rules *,
	    struct verdict *);
/* Whether that is as expected. */
bool	case_holds(const struct policy_case *, const struct rules *,
	    const struct verdict *);
/* Says what was expected, what is the answer, and what may be amiss. */
void	case_complain(const struct policy_case *, const char *file,
	    const struct rules *, const struct verdict *);

#endif
