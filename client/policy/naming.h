/* Names of entities in messages. */
#ifndef POLICY_NAMING_H
#define POLICY_NAMING_H

#include "cedar/data/entities.h"

#define NAMING_MAX	120	/* Type::"id" */
#define NAMING_HINT_MAX	(NAMING_MAX + 32)

/* Type::"id", cut to fit.  Returns dst. */
const char	*naming_uid(const struct uid *, char dst[NAMING_MAX]);
/*
 * "did you mean TYPE::"ID"? " for the entity of this type whose name is the
 * nearest, or "".  Returns dst.
 */
const char	*naming_near(const struct entities *, const struct uid *,
		    char dst[NAMING_HINT_MAX]);

#endif
