/* Errors and warnings in a site's files, for the user. */
#ifndef POLICY_SAY_H
#define POLICY_SAY_H

#include "lib/doc/error.h"

/*
 * Says an error or a warning with its place, its line of the source and a mark
 * under the column.  `dir' (or NULL) goes before the file's name.
 */
void	policy_say(const char *dir, const struct doc_error *, int warning);

#endif
