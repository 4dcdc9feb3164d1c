/*
 * The closure of the hierarchy, for entities_finish() and for the reader, which
 * checks each document before the next one is added.
 */
#ifndef CEDAR_DATA_ENTITIES_CLOSE_H
#define CEDAR_DATA_ENTITIES_CLOSE_H

#include "entities.h"

/*
 * Computes the ancestors of every entity, in memory of this arena.  Returns -1
 * with *e on a cycle, too many ancestors, or ENOMEM.  On a cycle *member is
 * the index of its entity that was added last.
 */
int	entities_close(struct entities *, struct arena *, uint32_t *member,
	    struct doc_error *);

#endif
