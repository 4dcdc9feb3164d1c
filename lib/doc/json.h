/*
 * Writing JSON (RFC 8259) into a put buffer.  Reading is not here: nothing in
 * the appliance reads JSON but its YAML parser.
 */
#ifndef JSON_H
#define JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/wire.h"

/*
 * A quoted string, in which nothing acts on a terminal (utf8_acts): that is
 * escaped.  -1 with EBADMSG when the text is not UTF-8 (RFC 3629; no
 * surrogates, no overlong forms, no NUL); nothing useful was written then.
 */
int	json_put_string(struct put *, const void *text, size_t len);
/* "name": for a name that needs no escapes. */
void	json_put_key(struct put *, const char *name);
/* The bytes as a quoted string of lower-case hex digits. */
void	json_put_hex(struct put *, const void *bytes, size_t len);

/* 0 when the text is UTF-8 without NUL; else -1, EBADMSG. */
int	utf8_check(const void *text, size_t len);
/* Bytes of the first sequence of `left' bytes, not 0; 0 when it is none. */
size_t	utf8_len(const unsigned char *, size_t left);
/* The same, and the character. */
size_t	utf8_get(const unsigned char *, size_t left, uint32_t *rune);

/*
 * What a terminal or a viewer obeys instead of showing it: control characters
 * (C0, DEL, C1), ends of lines and paragraphs, and marks that change the
 * direction of text, by which a line can be shown in another order.
 */
bool	utf8_acts(uint32_t rune);

/*
 * JSON text from elsewhere, with that in its strings escaped too; it means the
 * same.  The text must be JSON without white space between its tokens.
 */
void	json_put_escaped(struct put *, const char *json, size_t len);
/* The most that json_put_escaped() makes of so many bytes. */
#define JSON_ESCAPED_MAX(len)	(6 * (len))

#endif
