/*
 * Checking the names that a policy uses, also in dead code: entity types,
 * actions, ids of enumerated types.
 */
#ifndef CEDAR_VALIDATE_NAMES_H
#define CEDAR_VALIDATE_NAMES_H

#include "cedar/data/policy.h"
#include "report.h"
#include "cedar/schema/schema.h"

void	validate_names(const struct schema *, const struct policy *,
	    struct reporter *);
/* Checks the values of a link's slots. */
void	validate_slots(const struct schema *, const struct policy *,
	    struct reporter *);

#endif
