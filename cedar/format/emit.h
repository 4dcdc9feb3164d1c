/*
 * Words and numbers into a put buffer, for those that write policies, values
 * and messages.
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
 * The text between two quotes, escaped as in policy text: quotes, backslashes
 * and whatever a reader could not see or would be misled by (controls, marks
 * of direction, zero-width characters).  `star': asterisks too, as in the
 * pattern of a like.
 */
void	emit_escaped(struct put *, const char *text, size_t len, bool star);

/*
 * The character that begins a text that is not empty, and its length.  Of
 * bytes that are no UTF-8 each is taken for itself.
 */
uint32_t	emit_char_at(const char *text, size_t left, size_t *lenp);
/* A quoted JSON string; unlike json_put_string()'s it may hold NULs. */
void	emit_json(struct put *, const char *text, size_t len);

#endif
