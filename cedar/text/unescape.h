/*
 * The characters between the quotes of a string in policy text.  Escapes are
 * \n \r \t \\ \0 \' \" \x41 (to \x7f) \u{1f600}.  In a pattern * is a
 * wildcard, also when an escape makes it; \* is an asterisk.
 */
#ifndef CEDAR_TEXT_UNESCAPE_H
#define CEDAR_TEXT_UNESCAPE_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/doc/error.h"

struct unescape {
	const struct doc_source *source;
	size_t			 pos, end;
	bool			 pattern;
	struct doc_error	*error;
};

/* Starts at the literal at pos, of len bytes with its quotes. */
void	unescape_init(struct unescape *, const struct doc_source *,
	    size_t pos, size_t len, bool pattern, struct doc_error *);
/*
 * Reads the next character, as UTF-8, and returns its length; 0 at the end; -1
 * with the error set.  A wildcard is one byte and sets *wild.
 */
int	unescape_next(struct unescape *, char dst[4], bool *wild);

#endif
