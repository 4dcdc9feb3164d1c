/*
 * Strict validation of policies against a schema, with the official
 * validator's verdict: a policy set that passes cannot fail at run time with a
 * type error, a missing attribute or a missing tag
 * (https://docs.cedarpolicy.com/policies/validation.html).
 */
#ifndef VALIDATE_H
#define VALIDATE_H

#include <stdbool.h>
#include <stdint.h>

#include "cedar.h"
#include "policy.h"
#include "schema.h"

enum finding_kind {
	/* errors */
	FINDING_UNKNOWN_ENTITY_TYPE, FINDING_UNKNOWN_ACTION,
	FINDING_UNKNOWN_ENUM_ID, FINDING_NEVER_APPLIES, FINDING_TYPE,
	FINDING_UNKNOWN_ATTRIBUTE, FINDING_MAYBE_MISSING, FINDING_TAG,
	FINDING_IMPOSSIBLE_IN, FINDING_LITERAL, FINDING_INTERNAL,
	/* warnings */
	FINDING_IMPOSSIBLE, FINDING_CONFUSABLE, FINDING_LAST,
};

struct finding {
	uint32_t		policy;		/* index in policies.items */
	enum finding_kind	kind;
	bool			warning;
	struct cedar_error	error;		/* with its place */
};

struct findings {
	struct finding	*items;
	size_t		 n, cap;
	size_t		 nerrors;	/* those that are no warnings */
};

/* -1 with ENOMEM alone; what is wrong with the policies is in *out. */
int	policies_validate(const struct policies *, const struct schema *,
	    struct findings *out);
void	findings_free(struct findings *);

#endif
