/* Checks that a site's schema does not change the appliance's requests. */
#ifndef RULES_SCHEMA_CHECK_H
#define RULES_SCHEMA_CHECK_H

#include "cedar/schema/schema.h"

/*
 * A type in the people's schema may have the name of one that
 * casemate.cedarschema uses (datetime, String).  Rules would then be checked
 * against that type, and requests would have the other.  So one request of each
 * kind is checked against the whole schema.  Returns -1 with *e, without a
 * file.
 */
int	schema_check(const struct schema *, struct doc_error *);

#endif
