/*
 * Which leaf has a site's files beside it, by the site's digest: that of the
 * first start with them.
 */
#ifndef SITE_H
#define SITE_H

#include "store.h"

/* Sets *leaf.  Returns 1; 0 when no leaf has them; -1 as store_get(). */
int	site_find(struct store *, const unsigned char digest[TREE_HASH],
	    uint64_t *leaf);
/* In the transaction that writes this leaf.  As store_set(). */
int	site_set(struct store *, const unsigned char digest[TREE_HASH],
	    uint64_t leaf);

#endif
