/*
 * Capabilities: attributes and tags known to exist at a point of an expression.
 * `principal has a' gives one, named by its number (facts.h), to what follows.
 * A set is a sorted array that does not change; NULL is the empty set.
 */
#ifndef CEDAR_VALIDATE_CAPS_H
#define CEDAR_VALIDATE_CAPS_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/doc/arena.h"

struct caps {
	uint32_t	n;
	uint32_t	ids[];
};

/*
 * A set in the arena, or one of the operands.  NULL and *failed when memory is
 * exhausted.  caps_both() is the intersection.
 */
const struct caps *caps_one(struct arena *, uint32_t id, bool *failed);
const struct caps *caps_union(struct arena *, const struct caps *,
	    const struct caps *, bool *failed);
const struct caps *caps_both(struct arena *, const struct caps *,
	    const struct caps *, bool *failed);

bool	caps_has(const struct caps *, uint32_t id);

#endif
