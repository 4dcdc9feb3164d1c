/*
 * Facts about a policy's expressions that do not depend on types.
 *
 * Every expression has a number, and two have the same one exactly when the
 * official engine takes them as equal: a != b is !(a == b), a > b is
 * !(a <= b), a is T in b is a is T && a in b, true && false is false, and the
 * order of a record's attributes does not matter.  Capabilities (caps.h) are
 * the numbers of `e has name' and e.hasTag(key).
 */
#ifndef CEDAR_VALIDATE_FACTS_H
#define CEDAR_VALIDATE_FACTS_H

#include <stdint.h>

#include "lib/doc/arena.h"
#include "cedar/data/policy.h"

struct facts {
	uint32_t		 id;
	/*
	 * GET, GET_TAG: the capability it needs.  HAS, HAS_TAG: those it
	 * gives, one for each name of a.b.c.
	 */
	const uint32_t		*caps;
	/* Of a literal, and of && and || of true and false; else NULL. */
	const struct value	*literal;
};

/*
 * The facts of each node of the policy, in the arena; undefined for test nodes.
 * NULL with ENOMEM.
 */
const struct facts *facts_new(struct arena *, const struct policy *);

#endif
