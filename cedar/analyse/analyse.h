/*
 * Static analysis: rules without effect, and rules that permit more than their
 * author may have meant.  A remark is always right; what the analysis cannot
 * decide gets none.
 */
#ifndef CEDAR_ANALYSE_H
#define CEDAR_ANALYSE_H

#include <stddef.h>
#include <stdint.h>

#include "lib/doc/error.h"
#include "cedar/data/entities.h"
#include "cedar/data/policy.h"

enum remark_kind {
	REMARK_NEVER,	      /* its conditions can never hold */
	REMARK_ALWAYS,	      /* a condition that always holds */
	REMARK_TWICE,	      /* another rule is the same */
	REMARK_SHADOWED,      /* another rule of its effect covers it */
	REMARK_FORBIDDEN,     /* a permit that another rule forbids entirely */
	REMARK_CONTRADICTION, /* a permit and a forbid of the same */
	REMARK_WIDE,	      /* a wide permit without a condition */
	REMARK_UNLINKED,      /* a template without a link */
};

/*
 * The error's place is in the rule to change; a rule from JSON has no place,
 * and its file is "".
 */
struct remark {
	enum remark_kind	kind;
	uint32_t		policy;	/* index in policies.items */
	uint32_t		other;	/* the other rule, or policy itself */
	struct doc_error	error;
};

struct remarks {
	struct remark	*items;
	size_t		 n, cap;
};

/*
 * Checks each rule and each pair of rules; templates by their links.  Uses the
 * hierarchy of the entities, which must be finished.  Returns -1 only with
 * ENOMEM.
 */
int	analyse_policies(const struct policies *, const struct entities *,
	    struct remarks *out);
void	analyse_free(struct remarks *);

#endif
