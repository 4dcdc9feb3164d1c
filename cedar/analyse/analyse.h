/*
 * Static analysis: rules that can never matter, and rules that say more than
 * their author may have meant.  What is remarked is so for certain; what the
 * analysis cannot see through it does not mention.
 */
#ifndef CEDAR_ANALYSE_H
#define CEDAR_ANALYSE_H

#include <stddef.h>
#include <stdint.h>

#include "lib/doc/error.h"
#include "cedar/data/entities.h"
#include "cedar/data/policy.h"

enum remark_kind {
	REMARK_NEVER,		/* its conditions can never hold */
	REMARK_ALWAYS,		/* a condition that always holds */
	REMARK_TWICE,		/* another rule says the very same */
	REMARK_SHADOWED,	/* another rule of its effect says it too */
	REMARK_FORBIDDEN,	/* a permit: all of it another rule forbids */
	REMARK_CONTRADICTION,	/* a permit and a forbid for the same */
	REMARK_WIDE,		/* a permit for very much, unconditionally */
	REMARK_UNLINKED,	/* a template that no link makes a rule of */
};

/*
 * The place is in the rule that should change; a rule from JSON has no place,
 * and the error's file is "" then.
 */
struct remark {
	enum remark_kind	kind;
	uint32_t		policy;	/* index in policies.items */
	uint32_t		other;	/* the rule that it meets, or policy */
	struct doc_error	error;
};

struct remarks {
	struct remark	*items;
	size_t		 n, cap;
};

/*
 * Looks at each rule and at each two of them; templates are looked at as their
 * links.  Who is in whom is taken from the entities (finished).  -1 with
 * ENOMEM alone.
 */
int	analyse_policies(const struct policies *, const struct entities *,
	    struct remarks *out);
void	analyse_free(struct remarks *);

#endif
