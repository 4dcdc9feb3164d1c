/*
 * A job's output made fit for a terminal: what a terminal obeys instead of
 * showing it (utf8_acts() of lib/doc/json.h), newline and tab excepted, and what is
 * not UTF-8 become \xNN, a byte each.  A backslash stays as it is.
 */
#ifndef SAFE_H
#define SAFE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "buf.h"

/* One stream's filter; zeros at first. */
struct safe {
	unsigned char	kept[4];	/* the begun character, not yet out */
	size_t		nkept;
	bool		acted;		/* something was escaped */
};

/* Adds what can be said of these bytes; keeps a character that is cut. */
void	safe_add(struct safe *, struct buf *out, const void *, size_t len);
/* The end of the stream: what was kept is no character. */
void	safe_end(struct safe *, struct buf *out);

/* Text from outside: what is not printable ASCII becomes \xNN. */
void	safe_print(FILE *, const char *text);

#endif
