/*
 * Makes a job's output safe for a terminal.  What a terminal obeys instead of
 * showing it (utf8_acts() of lib/doc/json.h), newline and tab excepted, and
 * what is not UTF-8 becomes \xNN for each byte.  A backslash stays as it is.
 */
#ifndef SAFE_H
#define SAFE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "buf.h"

/* One stream's filter; zeros at first. */
struct safe {
	unsigned char	kept[4];	/* an incomplete character */
	size_t		nkept;
	bool		acted;		/* something was escaped */
};

/* Adds these bytes; keeps an incomplete character at their end. */
void	safe_add(struct safe *, struct buf *out, const void *, size_t len);
/* At the end of the stream: escapes an incomplete character. */
void	safe_end(struct safe *, struct buf *out);

/* Prints text from outside; what is not printable ASCII becomes \xNN. */
void	safe_print(FILE *, const char *text);

#endif
