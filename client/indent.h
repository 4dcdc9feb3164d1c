/* JSON with one member or element a line. */
#ifndef INDENT_H
#define INDENT_H

#include <stddef.h>

#include "buf.h"

/*
 * Adds the JSON, which must have no white space between its tokens, with a
 * line for each part of an object or array and two columns for each level.
 */
void	indent_json(struct buf *, const char *json, size_t len);

#endif
