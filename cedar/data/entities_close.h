/*
 * The hierarchy's closure: for the store itself, and for its reader, which
 * checks a document before all documents are there.
 */
#ifndef CEDAR_DATA_ENTITIES_CLOSE_H
#define CEDAR_DATA_ENTITIES_CLOSE_H

#include "entities.h"

/*
 * Finds the ancestors of every entity, into this arena.  -1 with *e: a cycle,
 * too many, ENOMEM.  Of a cycle *member is an entity on it, the one that was
 * added last.
 */
int	entities_close(struct entities *, struct arena *, uint32_t *member,
	    struct doc_error *);

#endif
