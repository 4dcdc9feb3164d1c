/*
 * Writing JSON (RFC 8259) into a put buffer.  doc.h reads it.
 */
#ifndef JSON_H
#define JSON_H

#include "put.h"
#include "utf8.h"

/*
 * A quoted string; what a terminal obeys (utf8_acts()) is escaped.  Returns -1
 * with EBADMSG when the text is not UTF-8; nothing was written then.
 */
int	json_put_string(struct put *, const void *text, size_t len);
/* The name in quotes and a colon; the name must need no escapes. */
void	json_put_key(struct put *, const char *name);
/* The bytes as a quoted string of lower-case hex digits. */
void	json_put_hex(struct put *, const void *bytes, size_t len);

/*
 * JSON text from elsewhere, with what a terminal obeys escaped; its meaning
 * stays.  The text must be JSON without white space between its tokens.
 */
void	json_put_escaped(struct put *, const char *json, size_t len);
/* The most bytes that json_put_escaped() writes for `len' bytes. */
#define JSON_ESCAPED_MAX(len)	(6 * (len))

#endif
