/*
 * Writing JSON (RFC 8259) into a put buffer.  Reading is not here: nothing in
 * the appliance reads JSON but its YAML parser.
 */
#ifndef JSON_H
#define JSON_H

#include "wire.h"

/*
 * A quoted string.  -1 with EBADMSG when the text is not UTF-8 (RFC 3629; no
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

#endif
