/*
 * Writing words, numbers and quoted strings to a put buffer.
 */
#ifndef CEDAR_FORMAT_EMIT_H
#define CEDAR_FORMAT_EMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cedar/data/value.h"
#include "lib/doc/put.h"

void	emit(struct put *, const char *text);
void	emit_str(struct put *, const struct str *);
void	emit_long(struct put *, int64_t);

/*
 * The text in quotes, escaped as in policy text: quotes, backslashes, and what
 * is invisible or misleading (controls, marks of direction, zero-width
 * characters).  `star': also asterisks, as in the pattern of a like.
 */
void	emit_escaped(struct put *, const char *text, size_t len, bool star);

/*
 * The first character of a text that is not empty, and its length.  A byte that
 * is not UTF-8 is a character of its own.
 */
uint32_t	emit_char_at(const char *text, size_t left, size_t *lenp);
/* A quoted JSON string; unlike for json_put_string() it may hold NULs. */
void	emit_json(struct put *, const char *text, size_t len);

#endif
