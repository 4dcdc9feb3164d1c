/*
 * A schema before names are resolved.  The readers of both forms build it and
 * the resolver turns it into a struct schema.
 *
 * A reader adds declarations; each is checked on its own (reserved and
 * duplicate names).  All of it lives in a scratch arena that raw_finish()
 * frees, except strings, which the schema keeps.
 */
#ifndef CEDAR_SCHEMA_RAW_H
#define CEDAR_SCHEMA_RAW_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/doc/arena.h"
#include "lib/doc/error.h"
#include "schema.h"
#include "table.h"
#include "cedar/data/value.h"

/*
 * Bytes of a name with its namespace and a NUL.  Every declaration keeps its
 * whole name, so a long namespace multiplies.
 */
#define RAW_NAME_MAX	256
/*
 * Names in all lists of parents, ancestors, principals and resources.  Without
 * a limit they could grow with the square of the text's length.
 */
#define RAW_LINKS_MAX	(256 * 1024)
/* Types inside one type, with common types expanded; these multiply, too. */
#define RAW_SIZE_MAX	65536

struct raw_place {
	const struct doc_source	*source;
	size_t				 pos;
};

enum raw_kind {
	RAW_REF,	/* a common or an entity type */
	RAW_COMMON,	/* only a common type */
	RAW_ENTITY,	/* only an entity type */
	RAW_BUILTIN, RAW_SET, RAW_RECORD,
};

struct graph;
struct graph_list;
struct raw_common;

struct raw_type {
	enum raw_kind		 kind;
	struct raw_place	 place;
	const struct str	*name;		/* of the first three */
	enum type_kind		 builtin;
	struct raw_type		*element;	/* RAW_SET */
	struct raw_attr		*first;		/* RAW_RECORD: as written */
	struct raw_attr		**attrs;	/* after raw_record_close(): */
	uint32_t		 nattrs;	/* sorted, no duplicates */
	/* set by the resolver */
	struct raw_common	*common;	/* what the name refers to, */
	const struct str	*entity;	/* or this */
	struct raw_type		*next_ref;	/* of one common type */
	struct raw_type		*next_work;
	struct type		*dst;
	unsigned		 depth;
	bool			 named, done;
	struct type		 resolved;
};

struct raw_attr {
	struct raw_attr		*next;
	const struct str	*name;
	bool			 required;
	struct raw_type		*type;
};

/* A name in a list: entity types, ids of an enumerated type. */
struct raw_name {
	struct raw_name		*next;
	const struct str	*text;
	struct raw_place	 place;
};

/* An action as a parent; type NULL: an action of the same namespace. */
struct raw_parent {
	struct raw_parent	*next;
	const struct str	*type, *id;
	struct raw_place	 place;
};

enum raw_state { RAW_NEW, RAW_OPEN, RAW_DONE };

struct raw_common {
	struct raw_common	*next;
	const struct str	*ns, *base, *name; /* ns NULL: none */
	struct raw_place	 place;
	struct raw_type		*type;
	/* set by the resolver */
	struct raw_type		*refs;		/* to common types */
	struct raw_common	*from;		/* the one before, in a walk */
	enum raw_state		 state;
	struct type		 resolved;
	unsigned		 depth;
	size_t			 size;		/* of types in it, expanded */
};

struct raw_entity {
	struct raw_entity	*next;
	const struct str	*ns, *base, *name;
	struct raw_place	 place;
	struct raw_name		*parents;
	struct raw_type		*shape, *tags;	/* NULL: empty, none */
	struct raw_name		*ids;		/* NULL: not enumerated */
	struct entity_type	*entity;	/* set by the resolver */
};

struct raw_action {
	struct raw_action	*next;
	const struct str	*ns;
	const struct uid	*uid;
	struct raw_place	 place;
	struct raw_parent	*parents;
	struct raw_name		*principals, *resources;
	struct raw_type		*context;	/* NULL: empty */
	struct action_type	*action;	/* set by the resolver */
};

struct raw_schema {
	struct arena		 scratch;
	struct arena		*keep;		/* the schema's */
	struct doc_error	*e;
	const char		*file;		/* for errors without place */
	const struct str	*action;	/* "Action" */
	struct str		*whole;		/* for raw_candidates() */
	struct raw_common	*commons, **last_common;
	struct raw_entity	*entities, **last_entity;
	struct raw_action	*actions, **last_action;
	uint32_t		 nentities, nactions;
	struct name_table common_names, entity_names, action_names;
	struct name_table action_types;		/* each NS::Action */
	size_t			 links;		/* of RAW_LINKS_MAX */
};

/* Returns -1 with *e; raw_finish() may follow even then. */
int	raw_init(struct raw_schema *, struct arena *keep, const char *file,
	    struct doc_error *);

/* Report an error.  Always return -1. */
int	raw_error(struct raw_schema *, const struct raw_place *,
	    const char *fmt, ...) __attribute__((format(printf, 3, 4)));
int	raw_memory(struct raw_schema *);

/* Zeroed memory of the scratch arena; NULL with *e. */
void	*raw_alloc(struct raw_schema *, size_t n, size_t size);
/* A copy of the string in the schema; NULL with *e. */
const struct str *raw_str(struct raw_schema *, const void *, size_t len);
struct raw_type	*raw_type_new(struct raw_schema *, enum raw_kind,
		    const struct raw_place *);
/*
 * NS::NAME in memory of the schema, or NAME itself when ns is NULL.  NULL with
 * *e.
 */
const struct str *raw_qualify(struct raw_schema *, const struct raw_place *,
		    const struct str *ns, const struct str *name);

/*
 * Sorts a record's attributes.  Of several with one name the last stays, as in
 * the official reader.
 */
int	raw_record_close(struct raw_schema *, struct raw_type *);

/*
 * Add a declaration.  Return -1 with *e when the name is reserved or in use.
 * The caller may fill in the other fields later.
 */
int	raw_add_common(struct raw_schema *, struct raw_common *);
int	raw_add_entity(struct raw_schema *, struct raw_entity *);
int	raw_add_action(struct raw_schema *, struct raw_action *,
	    const struct str *id);

/*
 * Whether a name in a schema may neither be this word nor have it as a part.
 * False for __cedar, to which a schema may refer.
 */
bool	raw_is_reserved(const char *, size_t len);

/* Whether a part of the path is __cedar. */
bool	raw_has_cedar(const struct str *path);

/*
 * Resolves all names and makes the schema, unless reading failed (rc -1), and
 * frees the raw schema.  On -1 with *e the schema is freed, too.
 */
int	raw_finish(struct raw_schema *, struct schema *, int rc);

/* The steps of raw_finish(), in this order. */
int	raw_resolve_names(struct raw_schema *);
int	raw_resolve_commons(struct raw_schema *);
int	raw_resolve_entities(struct raw_schema *, struct schema *);
int	raw_resolve_actions(struct raw_schema *, struct schema *);

/*
 * The whole names that a name in a namespace may refer to, by precedence.
 * Returns their number.  The next call overwrites them.
 */
unsigned raw_candidates(struct raw_schema *, const struct str *ns,
	    const struct str *name, const struct str *out[2]);
/* The entity type that a name in a list refers to; NULL with *e. */
struct raw_entity *raw_find_entity(struct raw_schema *,
	    const struct str *ns, const struct raw_name *);
/*
 * The numbers of a list's entity types, without duplicates, in memory of the
 * scratch arena.  `mark' must be larger than in any call before, for g->seen.
 */
int	raw_find_list(struct raw_schema *, struct schema *, struct graph *g,
	    const struct str *ns, const struct raw_name *list, uint32_t mark,
	    struct graph_list *out);
/* The names of entity types with these numbers; NULL with *e. */
const struct str *const *raw_make_names(struct raw_schema *,
	    const struct schema *, const uint32_t *numbers, uint32_t n);
/* Adds to r->links.  -1 with *e when these are too many. */
int	raw_count_links(struct raw_schema *, const struct raw_place *,
	    size_t n);
uint32_t raw_links_left(const struct raw_schema *);
/* Sets t->resolved of a type whose common types are resolved. */
int	raw_resolve_type(struct raw_schema *, struct raw_type *,
	    unsigned *depth, size_t *size);
/* The type as a record, or an empty one for NULL; NULL with *e. */
const struct record_type *raw_resolve_record(struct raw_schema *,
	    struct raw_type *, const char *what);

#endif
