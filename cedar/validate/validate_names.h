/*
 * The names that a policy uses: entity types, actions, ids of enumerated
 * types.  Dead code counts too.
 */
#ifndef CEDAR_VALIDATE_NAMES_H
#define CEDAR_VALIDATE_NAMES_H

#include "cedar/data/policy.h"
#include "report.h"
#include "cedar/schema/schema.h"

void	validate_names(const struct schema *, const struct policy *,
	    struct reporter *);
/* What a link's slots stand for. */
void	validate_slots(const struct schema *, const struct policy *,
	    struct reporter *);

#endif
