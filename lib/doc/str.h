/*
 * Strings that carry their length and hash, so that those of two documents
 * compare fast without a common table.
 */
#ifndef DOC_STR_H
#define DOC_STR_H

#include <stdbool.h>
#include <stdint.h>

#include "arena.h"

/* UTF-8; may hold NULs; one more NUL follows. */
struct str {
	uint32_t	hash;
	uint32_t	len;
	char		bytes[];
};

uint32_t	 str_hash(const void *, size_t len);
/* NULL with ENOMEM. */
const struct str *str_new(struct arena *, const void *, size_t len);
bool		 str_equal(const struct str *, const struct str *);
/* By length, then by bytes. */
int		 str_compare(const struct str *, const struct str *);
/* Whether it equals a C string, whose hash is not known. */
bool		 str_is(const struct str *, const char *);
/* The string as a C string, or NULL when it holds a NUL. */
const char	*str_text(const struct str *);

#endif
