/* What rules must keep to beyond their schema. */
#ifndef CHECK_H
#define CHECK_H

#include <stddef.h>

#include "rules.h"

/*
 * Validates the policies and looks for wildcards that the settings do not
 * name; tells each, with its place in the text of entities.yaml where that is
 * meant.  How many of what was told are errors.
 */
size_t	check_rules(const struct rules *, const struct settings *,
	    const struct doc_source *entities, const struct rules_report *);

#endif
