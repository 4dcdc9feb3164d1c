/*
 * Entities with their hierarchy, and requests.
 * https://docs.cedarpolicy.com/auth/entities-syntax.html has the JSON.
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
	/* Both sorted by hash, nothing twice. */
	const struct uid *const	*parents;
	const struct uid *const	*ancestors;	/* all; parents too */
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
 * Adds one entity made by the program itself; uid, attrs, tags and the
 * parents' names must live as long as the store (its arena will do), the
 * array of parents need not.  NULL attrs or tags: none.  An entity that is
 * there already and equal is no error.
 */
int	entities_add_one(struct entities *, const struct entity *,
	    struct doc_error *);
/* Computes ancestors and the index: once, after the last add. */
int	entities_finish(struct entities *, struct doc_error *);

/* NULL when there is none.  Needs no finish. */
const struct entity *entities_find(const struct entities *,
	    const struct uid *);
/* Reflexive and transitive: also for entities that are not there. */
bool	entities_in(const struct entities *, const struct uid *,
	    const struct uid *ancestor);

struct authz_request {
	const struct uid	*principal, *action, *resource;
	const struct record	*context;
	/*
	 * An entity that exists for this request alone, with its ancestors;
	 * NULL: the store has them all.
	 */
	const struct entity	*own;
};

#endif
