/*
 * Names of entities, Type::"id".
 */
#ifndef CEDAR_DATA_UID_H
#define CEDAR_DATA_UID_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/doc/arena.h"
#include "lib/doc/str.h"

/* The type includes its namespace. */
struct uid {
	const struct str	*type, *id;
	uint32_t		 hash;	/* of both */
};

/* NULL with ENOMEM.  The strings are kept, not copied. */
const struct uid *uid_new(struct arena *, const struct str *type,
		    const struct str *id);
bool		 uid_equal(const struct uid *, const struct uid *);
/* By type, then by id, as str_compare() orders them. */
int		 uid_compare(const struct uid *, const struct uid *);
/* By hash, so that a search is fast; then by uid_compare(). */
int		 uid_compare_hash(const struct uid *, const struct uid *);
/* Sorts by uid_compare_hash() and drops duplicates; returns the new count. */
uint32_t	 uid_sort(const struct uid **, uint32_t n);

#define UID_QUOTE_MAX	112	/* two quoted pieces */

/* Type::"id" for a message, cut when long; returns dst. */
const char	*uid_quote(char dst[UID_QUOTE_MAX], const struct uid *);

#endif
