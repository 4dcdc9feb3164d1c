/*
 * A hash table from one or two strings to pointers, for declarations by name.
 */
#ifndef CEDAR_SCHEMA_TABLE_H
#define CEDAR_SCHEMA_TABLE_H

#include <stdint.h>

#include "cedar/data/value.h"

struct name_table_slot {
	const struct str	*a, *b;		/* b may be NULL */
	void			*item;		/* NULL: an empty slot */
};

struct name_table {
	struct name_table_slot	*slots;
	uint32_t		 n, nslots;	/* a power of two, or 0 */
};

void	table_free(struct name_table *);
/* NULL when there is none. */
void	*table_get(const struct name_table *, const struct str *a,
	    const struct str *b);
/* The key must be new.  -1 with ENOMEM. */
int	table_put(struct name_table *, const struct str *a, const struct str *b,
	    void *item);

#endif
