/* Names of what a leaf withholds: the rules say which reader sees it. */
#ifndef WITHHELD_H
#define WITHHELD_H

#include <stdint.h>

#include "disclosure.h"

enum withheld {
#define SEEN(ID, name)	WITHHELD_##ID,
#include "withheld.def"
#undef SEEN
	WITHHELD_COUNT
};

_Static_assert(WITHHELD_COUNT <= 32, "a mask of fields has 32 bits");

#define WITHHELD_NAME_MAX	DISCLOSURE_NAME_MAX

const char	*withheld_name(enum withheld);
/* WITHHELD_COUNT when no row has this name. */
enum withheld	 withheld_find(const char *name);

/* All names, for a message: "submitter, submitter_key, ...".  Returns dst. */
#define WITHHELD_NAMES_MAX	(WITHHELD_COUNT * (WITHHELD_NAME_MAX + 2) + 1)
const char	*withheld_names(char dst[WITHHELD_NAMES_MAX]);

/* Its bit in a mask of fields. */
static inline uint32_t
withheld_bit(enum withheld w)
{
	return UINT32_C(1) << w;
}

#endif
