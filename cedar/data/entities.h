/*
 * The store of entities with their hierarchy, and requests.
 */
#ifndef CEDAR_DATA_ENTITIES_H
#define CEDAR_DATA_ENTITIES_H

#include <stdbool.h>
#include <stdint.h>

#include "cedar/cedar.h"
#include "lib/doc/arena.h"
#include "lib/doc/error.h"
#include "value.h"

struct entity {
	const struct uid	*uid;
	const struct record	*attrs, *tags;	/* never NULL in a store */
	uint32_t		 nparents, nancestors;
	/* Both sorted by uid_compare_hash(), without duplicates. */
	const struct uid *const	*parents;
	const struct uid *const	*ancestors;	/* parents included */
	uint32_t		 pos;		/* in its document */
};

struct entities {
	struct arena	 arena;
	struct entity	*items;
	uint32_t	 n, cap;
	uint32_t	*slots;		/* open addressing over uid hashes */
	uint32_t	 nslots;	/* a power of two */
};

void	entities_init(struct entities *);
void	entities_free(struct entities *);

/*
 * Adds one entity.  Its uid, attrs, tags and the parents' names must live as
 * long as the store, for example in its arena; the array of parents is copied.
 * NULL attrs or tags: none.  An equal entity of this name is no error.
 */
int	entities_add_one(struct entities *, const struct entity *,
	    struct doc_error *);
/* Computes ancestors and the index.  Call it once, after the last add. */
int	entities_finish(struct entities *, struct doc_error *);

/* NULL when there is none.  May be called before entities_finish(). */
const struct entity *entities_find(const struct entities *,
	    const struct uid *);
/* Cedar's `in': reflexive, also for entities that are not in the store. */
bool	entities_in(const struct entities *, const struct uid *,
	    const struct uid *ancestor);

struct authz_request {
	const struct uid	*principal, *action, *resource;
	const struct record	*context;
	/*
	 * An entity that exists only for this request, with its ancestors.
	 * NULL: none.
	 */
	const struct entity	*own;
};

#endif
