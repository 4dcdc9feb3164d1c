/*
 * What is declared, by name: a hash table from one or two strings to anything.
 */
#ifndef SCHEMA_TABLE_H
#define SCHEMA_TABLE_H

#include <stdint.h>

#include "cedar/data/value.h"

struct table_slot {
	const struct str	*a, *b;		/* b may be NULL */
	void			*item;		/* NULL: an empty slot */
};

struct table {
	struct table_slot	*slots;
	uint32_t		 n, nslots;	/* a power of two, or 0 */
};

void	table_free(struct table *);
/* NULL when there is none. */
void	*table_get(const struct table *, const struct str *a,
	    const struct str *b);
/* The key must not be there.  -1 with ENOMEM. */
int	table_put(struct table *, const struct str *a, const struct str *b,
	    void *item);

#endif
