/*
 * The conditions of a policy as a list of terms that must all be true (or
 * false) for it to apply.
 */
#ifndef CEDAR_ANALYSE_CONDITIONS_H
#define CEDAR_ANALYSE_CONDITIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cedar/data/entities.h"
#include "cedar/data/policy.h"

struct term {
	uint32_t	root;		/* in the policy's nodes */
	bool		negated;	/* it must be false */
};

struct conditions {
	const struct policy	*policy;
	struct term		*terms;
	size_t			 n;
};

/*
 * Splits `&&', `!', `unless', and each `||' that must be false.  -1 with
 * ENOMEM.
 */
int	conditions_init(struct conditions *, const struct policy *);
void	conditions_free(struct conditions *);

/* Possible values of a term that does not fail. */
#define TERM_TRUE	1u
#define TERM_FALSE	2u
/* The possible values of a term, judged by its constants.  -1 with ENOMEM. */
int	conditions_truth(const struct conditions *, size_t term,
	    unsigned *truth);

/* Whether the terms cannot both be true. */
bool conditions_exclude(const struct policy *, struct term, struct term other);
/*
 * Whether the conditions of the second are true wherever the scope and the
 * conditions of the first are.
 */
bool	conditions_imply(const struct conditions *, const struct conditions *,
	    const struct entities *);
/* The entity that a scope names; for a link's slot its value. */
const struct uid *conditions_scope_entity(const struct policy *,
	    const struct scope *, enum slot);

/* Whether two expressions are the same, node for node. */
bool	conditions_equal(const struct policy *, uint32_t root,
	    const struct policy *, uint32_t other);

#endif
