/* That a site's own schema leaves what is asked here as it is. */
#ifndef SHAPE_H
#define SHAPE_H

#include "cedar/schema/schema.h"

/*
 * A type of people's schema that is called as one of casemate.cedarschema's
 * (datetime, String, User) would change what rules are checked against, and
 * not what they are asked.  So one request of each kind is held against the
 * schema.  -1 with *e, without a file.
 */
int	shape_check(const struct schema *, struct doc_error *);

#endif
