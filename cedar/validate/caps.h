/*
 * Capabilities: what is known to be there while an expression is looked at.
 * `principal has a' gives one, by its number (facts.h), to what follows it.
 * A set is a sorted array that nobody changes; NULL is the empty one.
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
 * Each: a set that lives in the arena or is one of the operands; NULL with
 * *failed when memory is gone.
 */
const struct caps *caps_one(struct arena *, uint32_t id, bool *failed);
const struct caps *caps_union(struct arena *, const struct caps *,
	    const struct caps *, bool *failed);
const struct caps *caps_both(struct arena *, const struct caps *,
	    const struct caps *, bool *failed);

bool	caps_has(const struct caps *, uint32_t id);

#endif
