/*
 * What is known of a policy's expressions before any types are.
 *
 * Every expression has a number, and two have the same one exactly when the
 * official engine holds them to be equal: a != b is !(a == b) to it, a > b is
 * !(a <= b), a is T in b is a is T && a in b, and true && false is false; the
 * order of a record's attributes does not matter.  Capabilities
 * (caps.h) are the numbers of `e has name' and e.hasTag(key).
 */
#ifndef CEDAR_VALIDATE_FACTS_H
#define CEDAR_VALIDATE_FACTS_H

#include <stdint.h>

#include "lib/doc/arena.h"
#include "cedar/data/policy.h"

struct facts {
	uint32_t		 id;
	/*
	 * GET, GET_TAG: the capability it needs.  HAS, HAS_TAG: those that it
	 * gives: one, or one for each name of a.b.c.
	 */
	const uint32_t		*caps;
	/* A literal, or && and || of nothing but true and false. */
	const struct value	*literal;
};

/*
 * One for each node of the policy, in the arena; those of test nodes mean
 * nothing.  NULL with ENOMEM.
 */
const struct facts *facts_new(struct arena *, const struct policy *);

#endif
