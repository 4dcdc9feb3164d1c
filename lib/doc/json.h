/*
 * Writing JSON (RFC 8259) into a put buffer.  Reading is not here: nothing in
 * the appliance reads JSON but its YAML parser.
 */
#ifndef JSON_H
#define JSON_H

#include "put.h"
#include "utf8.h"

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

/*
 * JSON text from elsewhere, with that in its strings escaped too; it means the
 * same.  The text must be JSON without white space between its tokens.
 */
void	json_put_escaped(struct put *, const char *json, size_t len);
/* The most that json_put_escaped() makes of so many bytes. */
#define JSON_ESCAPED_MAX(len)	(6 * (len))

#endif
