/*
 * A schema as it was written, before names are looked up: what the readers of
 * both forms make and the resolver turns into a struct schema.
 *
 * A reader adds declarations; each is checked for what can be said of it alone
 * (reserved names, declared twice).  All of it lives in a scratch arena that
 * is gone when the schema is read, but strings, which the schema keeps.
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
 * Bytes of a name with its namespace, and a NUL: every declaration keeps its
 * whole name, so a long namespace around many would multiply.
 */
#define RAW_NAME_MAX	256
#define RAW_NOTES_MAX	64	/* annotations on one thing */
/*
 * Names in all lists of parents, ancestors, principals and resources: a text
 * of SCHEMA_MAX bytes could ask for the square of its length.
 */
#define RAW_LINKS_MAX	(256 * 1024)
/* Types inside one type, with common types expanded: these multiply too. */
#define RAW_SIZE_MAX	65536

struct raw_place {
	const struct doc_source	*source;
	size_t				 pos;
};

enum raw_kind {
	RAW_REF,	/* a common or an entity type */
	RAW_COMMON,	/* a common type alone */
	RAW_ENTITY,	/* an entity type alone */
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
	struct raw_attr		**attrs;	/* and once it is closed: */
	uint32_t		 nattrs;	/* sorted, none twice */
	/* the resolver's */
	struct raw_common	*common;	/* which the name stands for */
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

/* An action named as a parent; no type: an action of the namespace. */
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
	/* the resolver's */
	struct raw_type		*refs;		/* to common types */
	struct raw_common	*from;		/* who is being looked at */
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
	struct entity_type	*entity;	/* the resolver's */
};

struct raw_action {
	struct raw_action	*next;
	const struct str	*ns;
	const struct uid	*uid;
	struct raw_place	 place;
	struct raw_parent	*parents;
	struct raw_name		*principals, *resources;
	struct raw_type		*context;	/* NULL: empty */
	struct action_type	*action;	/* the resolver's */
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
	struct name_table action_types;		/* NS::Action that there are */
	size_t			 links;		/* of RAW_LINKS_MAX */
};

/* -1 with *e; raw_finish() may follow. */
int	raw_init(struct raw_schema *, struct arena *keep, const char *file,
	    struct doc_error *);

/* Each: -1 with *e. */
int	raw_error(struct raw_schema *, const struct raw_place *,
	    const char *fmt, ...) __attribute__((format(printf, 3, 4)));
int	raw_memory(struct raw_schema *);

/* Zeroed, in the scratch arena; NULL with *e. */
void	*raw_alloc(struct raw_schema *, size_t n, size_t size);
/* A string that the schema keeps; NULL with *e. */
const struct str *raw_str(struct raw_schema *, const void *, size_t len);
struct raw_type	*raw_type_new(struct raw_schema *, enum raw_kind,
		    const struct raw_place *);
/*
 * NS::NAME, kept by the schema, or NAME itself when there is no namespace;
 * NULL with *e.
 */
const struct str *raw_qualify(struct raw_schema *, const struct raw_place *,
		    const struct str *ns, const struct str *name);

/*
 * Sorts a record's attributes and drops all but the last of a name, as the
 * official reader does.
 */
int	raw_record_close(struct raw_schema *, struct raw_type *);

/*
 * Declares; -1 with *e when the name is reserved or there already.  What else
 * belongs to it the caller has filled in or fills in later.
 */
int	raw_add_common(struct raw_schema *, struct raw_common *);
int	raw_add_entity(struct raw_schema *, struct raw_entity *);
int	raw_add_action(struct raw_schema *, struct raw_action *,
	    const struct str *id);

/*
 * Words that no name in a schema may be or have as a part.  Not __cedar, which
 * may be referred to.
 */
bool	raw_is_reserved(const char *, size_t len);

/* Whether a part of the path is __cedar. */
bool	raw_has_cedar(const struct str *path);

/*
 * Looks up all names and makes the schema, unless reading has failed (rc -1),
 * and frees what was read.  -1 with *e, and the schema is freed.
 */
int	raw_finish(struct raw_schema *, struct schema *, int rc);

/*
 * Parts of it, in this order.  Common types first, as others are made of them.
 */
int	raw_resolve_names(struct raw_schema *);
int	raw_resolve_commons(struct raw_schema *);
int	raw_resolve_entities(struct raw_schema *, struct schema *);
int	raw_resolve_actions(struct raw_schema *, struct schema *);

/*
 * Names that a name written in a namespace may stand for, most likely first;
 * answers how many.  The next call overwrites them.
 */
unsigned raw_candidates(struct raw_schema *, const struct str *ns,
	    const struct str *name, const struct str *out[2]);
/* The entity type that a name in a list stands for; NULL with *e. */
struct raw_entity *raw_find_entity(struct raw_schema *,
	    const struct str *ns, const struct raw_name *);
/*
 * Entity types of a list, none twice, by number, in memory of the scratch
 * arena.  `mark' is larger than any before, for g->seen.
 */
int	raw_find_list(struct raw_schema *, struct schema *, struct graph *g,
	    const struct str *ns, const struct raw_name *list, uint32_t mark,
	    struct graph_list *out);
/* Entity types' names by number; NULL with *e. */
const struct str *const *raw_make_names(struct raw_schema *,
	    const struct schema *, const uint32_t *numbers, uint32_t n);
/* Adds to r->links: -1 when these are too many. */
int	raw_count_links(struct raw_schema *, const struct raw_place *,
	    size_t n);
uint32_t raw_links_left(const struct raw_schema *);
/* Makes t->resolved of a type whose common types are resolved. */
int	raw_resolve_type(struct raw_schema *, struct raw_type *,
	    unsigned *depth, size_t *size);
/* The record that a type is, or an empty one for none; NULL with *e. */
const struct record_type *raw_resolve_record(struct raw_schema *,
	    struct raw_type *, const char *what);

#endif
