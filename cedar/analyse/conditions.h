/*
 * What the conditions of a policy are known to demand: all its conditions as
 * a list of terms, each of which must be true (or false) for it to apply.
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
 * Takes apart `&&', `!', `unless', and `||' that must be false.  -1 with
 * ENOMEM.
 */
int	conditions_init(struct conditions *, const struct policy *);
void	conditions_free(struct conditions *);

/* What a term may come to, when evaluating it does not fail. */
#define TERM_TRUE	1u
#define TERM_FALSE	2u
/*
 * Whether a term may hold, and may not hold, from its constants alone.  -1
 * with ENOMEM.
 */
int	conditions_truth(const struct conditions *, size_t term,
	    unsigned *truth);

/* The terms cannot both hold. */
bool conditions_exclude(const struct policy *, struct term, struct term other);
/*
 * Wherever the scope and all conditions of the one hold, the conditions of the
 * other do.
 */
bool	conditions_imply(const struct conditions *, const struct conditions *,
	    const struct entities *);
/* The entity that a scope names; a link's slot stands for its value. */
const struct uid *conditions_scope_entity(const struct policy *,
	    const struct scope *, enum slot);

/* Whether two expressions are the same, node for node. */
bool	conditions_equal(const struct policy *, uint32_t root,
	    const struct policy *, uint32_t other);

#endif
