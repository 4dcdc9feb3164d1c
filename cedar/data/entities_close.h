/*
 * The hierarchy's closure: for the store itself, and for its reader, which
 * checks a document before all documents are there.
 */
#ifndef ENTITIES_CLOSE_H
#define ENTITIES_CLOSE_H

#include "entities.h"

#define UID_TEXT_MAX	112	/* two quoted pieces */

/* Type::"id" for a message, cut when long; answers dst. */
const char	*uid_quote(char dst[UID_TEXT_MAX], const struct uid *);
/* Sorts names by hash and drops doubles; answers how many are left. */
uint32_t	uids_sort(const struct uid **, uint32_t n);

/*
 * Finds the ancestors of every entity, into this arena.  -1 with *e: a cycle,
 * too many, ENOMEM.  Of a cycle *member is an entity on it, the one that was
 * added last.
 */
int	entities_close(struct entities *, struct arena *, uint32_t *member,
	    struct doc_error *);

#endif
