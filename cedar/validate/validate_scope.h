/*
 * The first line of a policy: which environments it is about.
 */
#ifndef CEDAR_VALIDATE_SCOPE_H
#define CEDAR_VALIDATE_SCOPE_H

#include <stdbool.h>

#include "cedar/data/policy.h"
#include "cedar/schema/schema.h"
#include "check.h"

/*
 * A part of the scope in the environment of the check: False when the policy
 * is not about it.
 */
struct cell	validate_scope_principal(struct type_checker *);
struct cell	validate_scope_action(struct type_checker *);
struct cell	validate_scope_resource(struct type_checker *);

/*
 * Whether there is an environment that the scope admits; of a link with the
 * values of its slots.
 */
bool validate_scope_applies(const struct schema *, const struct policy *);

#endif
