/*
 * Entities with their hierarchy, and requests.
 * https://docs.cedarpolicy.com/auth/entities-syntax.html has the JSON.
 */
#ifndef ENTITIES_H
#define ENTITIES_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/doc/arena.h"
#include "cedar/cedar.h"
#include "lib/doc/doc.h"
#include "value.h"

struct schema;

/*
 * Ancestors of all entities together, as they are gathered, doubles counted:
 * 65,536 entities with 16 each.  Bounds what a chain of entities costs.
 */
#define CEDAR_ANCESTORS_MAX	(1024 * 1024)

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
 * Adds the entities of a document: an array of {"uid", "attrs", "parents",
 * "tags"}; attrs, parents and tags may be missing.  With a schema (or NULL)
 * values are read as their attribute's type says (an entity as {"type",
 * "id"}, an extension value as its bare string), all is checked against it,
 * and the schema's actions are added.  -1 with *e: EBADMSG (twice the same
 * entity unless equal, a cycle, a value that is no Cedar value, against the
 * schema), ENOMEM.  On -1 only entities_free() may follow.
 */
int	entities_add(struct entities *, const struct doc *,
	    const struct schema *, struct doc_error *);
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

struct request {
	const struct uid	*principal, *action, *resource;
	const struct record	*context;
	/*
	 * An entity that exists for this request alone, with its ancestors;
	 * NULL: the store has them all.
	 */
	const struct entity	*own;
};

/*
 * Reads {"principal", "action", "resource", "context"} into *r, whose parts
 * live in the arena.  Entity names are {"type", "id"} objects, with or
 * without "__entity" around; or text as in a policy, Type::"id".  With a
 * schema the context is read by its types and all is checked against it.
 */
int	request_read(struct request *, struct arena *, const struct doc *,
	    uint32_t node, const struct schema *, struct doc_error *);

/* One value of the entity JSON, without a schema. */
int	value_read(struct value *, struct arena *, const struct doc *,
	    uint32_t node, struct doc_error *);
/* {"type", "id"}, {"__entity": ...} or Type::"id" as text. */
int	uid_read(const struct uid **, struct arena *, const struct doc *,
	    uint32_t node, struct doc_error *);
/* Type::"id" as in a policy. */
int	uid_parse(const struct uid **, struct arena *,
	    const struct doc_source *, struct doc_error *);

#endif
