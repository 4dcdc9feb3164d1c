/* What is checked of a site's rules once they are read. */
#ifndef RULES_CHECK_H
#define RULES_CHECK_H

#include <stddef.h>

#include "rules.h"

/*
 * Validates the policies and looks for wildcards that the settings do not
 * name.  Reports each finding; `entities' is the text of entities.yaml, for
 * places in it.  Returns the number of errors.
 */
size_t	rules_check(const struct rules *, const struct settings *,
	    const struct doc_source *entities, const struct rules_report *);

#endif
