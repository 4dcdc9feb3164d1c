/*
 * UTF-8 (RFC 3629): no surrogates, no overlong forms, and here no NUL either.
 */
#ifndef UTF8_H
#define UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* 0 when all of the text is UTF-8; else -1 with EBADMSG. */
int	utf8_check(const void *text, size_t len);
/* Bytes of the first character, of `left' > 0 bytes; 0 when it is invalid. */
size_t	utf8_len(const unsigned char *, size_t left);
/* The same, with the character in *rune. */
size_t	utf8_get(const unsigned char *, size_t left, uint32_t *rune);

/*
 * Whether a terminal or viewer obeys the character instead of showing it:
 * control characters (C0, DEL, C1), line and paragraph separators, and marks
 * that change the direction of text, which can reorder a line.
 */
bool	utf8_acts(uint32_t rune);

#endif
