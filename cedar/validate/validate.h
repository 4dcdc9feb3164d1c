/*
 * Strict validation of policies against a schema, with the official
 * validator's verdict: a policy set that passes cannot fail at run time with a
 * type error, a missing attribute or a missing tag
 * (https://docs.cedarpolicy.com/policies/validation.html).
 *
 * A policy is checked once for every environment: an action with a principal
 * type and a resource type that it applies to.
 */
#ifndef CEDAR_VALIDATE_H
#define CEDAR_VALIDATE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/doc/error.h"
#include "cedar/data/policy.h"
#include "cedar/schema/schema.h"

/* Errors kept for one policy, and as many warnings. */
#define FINDINGS_MAX		16
/*
 * Environments times nodes, over all policies of a set: some seconds.  Beyond
 * it each policy that was not checked completely gets a finding.
 */
#define VALIDATE_STEPS_MAX	(256u * 1024 * 1024)

/* FINDING(NAME, word, warning) */
#define FINDING_KINDS(FINDING) \
	FINDING(UNKNOWN_ENTITY_TYPE, "unknown-type", 0) \
	FINDING(UNKNOWN_ACTION, "unknown-action", 0) \
	FINDING(UNKNOWN_ENUM_ID, "unknown-id", 0) \
	FINDING(TYPE, "type", 0)	/* operands of a wrong type */ \
	FINDING(UNKNOWN_ATTRIBUTE, "unknown-attribute", 0) \
	FINDING(MAYBE_MISSING, "maybe-missing", 0) /* optional, unchecked */ \
	FINDING(TAG, "tag", 0)		/* none, or possibly missing */ \
	FINDING(LITERAL, "literal", 0)	/* [], ip("x"), ip(context.a) */ \
	FINDING(LIMIT, "limit", 0)	/* VALIDATE_STEPS_MAX */ \
	FINDING(NEVER_APPLIES, "never-applies", 1) /* its scope */ \
	FINDING(IMPOSSIBLE, "impossible", 1)	/* false in any request */ \
	FINDING(ALWAYS_FALSE, "always-false", 1) /* a part; only ours */ \
	FINDING(CONFUSABLE, "confusable", 1)	/* a misleading text */

enum finding_kind {
#define FINDING(name, word, warning) FINDING_##name,
	FINDING_KINDS(FINDING)
#undef FINDING
};
#define FINDING_COUNT	(FINDING_CONFUSABLE + 1)

struct finding {
	uint32_t		policy;		/* index in policies.items */
	enum finding_kind	kind;
	bool			warning;
	/* With its place; for a policy from JSON the file is its id. */
	struct doc_error	error;
};

struct findings {
	struct finding	*items;		/* in the order of the policies */
	size_t		 n, cap;
	size_t		 nerrors;	/* those that are not warnings */
};

/*
 * Stores errors and warnings about the policies in *out and returns 0.
 * Returns -1 only with ENOMEM; nothing is to be freed then.
 */
int	validate_policies(const struct policies *, const struct schema *,
	    struct findings *out);
/* The same with a limit of its own instead of VALIDATE_STEPS_MAX. */
int	validate_policies_within(const struct policies *,
	    const struct schema *, uint64_t steps, struct findings *out);
void	validate_free(struct findings *);

const char	*validate_word(enum finding_kind);

#endif
