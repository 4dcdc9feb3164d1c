/*
 * A policy's scope: the environments in which it can apply.
 */
#ifndef CEDAR_VALIDATE_SCOPE_H
#define CEDAR_VALIDATE_SCOPE_H

#include <stdbool.h>

#include "cedar/data/policy.h"
#include "cedar/schema/schema.h"
#include "check.h"

/* Checks a part of the scope; its type is False when it does not match. */
struct cell	validate_scope_principal(struct type_checker *);
struct cell	validate_scope_action(struct type_checker *);
struct cell	validate_scope_resource(struct type_checker *);

/* Whether the scope, of a link with its values, matches any environment. */
bool validate_scope_applies(const struct schema *, const struct policy *);
/*
 * Why it matches none, when one of its constraints is `==' with a group; else
 * a general reason.  *pos is its place.  Returns dst.
 */
const char *validate_scope_why(const struct schema *, const struct policy *,
	    char dst[DOC_MESSAGE_MAX], uint32_t *pos);

#endif
