/*
 * Capabilities: what a job may have beyond the plain sandbox, all from
 * capability.def.  A set of them is a uint32_t in which bit n is enum
 * capability n.
 */
#ifndef CAPABILITY_H
#define CAPABILITY_H

#include <stdbool.h>
#include <stdint.h>

#include "wire.h"

enum capability {
#define CAPABILITY(name, word)	CAPABILITY_##name,
#include "capability.def"
#undef CAPABILITY
	CAPABILITY_COUNT
};

const char	*capability_word(enum capability);
/* The capability of that name, or CAPABILITY_COUNT when there is none. */
enum capability	 capability_find(const char *word);

bool		 capability_has(uint32_t set, enum capability);
uint32_t	 capability_add(uint32_t set, enum capability);

#define CAPABILITY_TEXT_MAX	256	/* all words, with commas */

/* The set's words in the order of the table: "a,b", or "".  Returns dst. */
const char	*capability_format(uint32_t set,
		    char dst[CAPABILITY_TEXT_MAX]);

#define CAPABILITY_WIRE_MAX	\
	(4 + 4 * CAPABILITY_COUNT + CAPABILITY_TEXT_MAX)

void		 capability_put(struct put *, uint32_t set);
/*
 * A set.  An unknown capability is an error: a program does not run what it
 * cannot enforce.
 */
uint32_t	 capability_get(struct get *);

#endif
