/*
 * The first line of a policy: which environments it is about.
 */
#ifndef VALIDATE_SCOPE_H
#define VALIDATE_SCOPE_H

#include <stdbool.h>

#include "cedar/data/policy.h"
#include "cedar/schema/schema.h"
#include "check.h"

/*
 * A part of the scope in the environment of the check: False when the policy
 * is not about it.
 */
struct cell	scope_principal(struct check *);
struct cell	scope_action(struct check *);
struct cell	scope_resource(struct check *);

/*
 * Whether there is an environment that the scope admits; of a link with the
 * values of its slots.
 */
bool		scope_applies(const struct schema *, const struct policy *);

#endif
