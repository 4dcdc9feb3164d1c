/*
 * Schemas: entity types and actions.  Cedar's text form
 * (https://docs.cedarpolicy.com/schema/human-readable-schema.html) and JSON
 * form (https://docs.cedarpolicy.com/schema/json-schema.html) are read into
 * one resolved form: common types are expanded, names include their namespace,
 * and hierarchies are closed.
 */
#ifndef CEDAR_SCHEMA_H
#define CEDAR_SCHEMA_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/doc/arena.h"
#include "cedar/cedar.h"
#include "lib/doc/doc.h"
#include "cedar/data/entities.h"
#include "cedar/data/value.h"

enum type_kind {
	TYPE_BOOL, TYPE_LONG, TYPE_STRING, TYPE_DECIMAL, TYPE_IP,
	TYPE_DATETIME, TYPE_DURATION, TYPE_ENTITY, TYPE_SET, TYPE_RECORD,
};

struct record_type;

struct type {
	enum type_kind	kind;
	union {
		const struct str	 *entity;	/* its whole name */
		const struct type	 *element;
		const struct record_type *record;
	};
};

struct attr_type {
	const struct str	*name;
	bool			 required;
	struct type		 type;
};

struct record_type {
	uint32_t		 n;
	const struct attr_type	*attrs;		/* sorted as records are */
};

struct entity_type {
	const struct str	*name;
	uint32_t		 nparents, nancestors;
	const struct str *const	*parents;	/* `in' as declared */
	const struct str *const	*ancestors;	/* all, parents included */
	const struct record_type *shape;	/* never NULL */
	const struct type	*tags;		/* NULL: none */
	uint32_t		 nids;		/* of an enumerated type */
	const struct str *const	*ids;		/* sorted; NULL: any id */
};

struct action_type {
	const struct uid	*uid;
	uint32_t		 nparents, nancestors;
	const struct uid *const	*parents, *const *ancestors;
	uint32_t		 nprincipals, nresources; /* 0: none */
	const struct str *const	*principals, *const *resources;
	const struct record_type *context;	/* never NULL */
};

struct schema {
	struct arena		 arena;
	uint32_t		 nentities, nactions;
	struct entity_type	*entities;	/* sorted by name's bytes */
	struct action_type	*actions;	/* in order of declaration */
	const struct action_type *const *by_uid; /* for schema_action() */
};

/*
 * Reads a schema; the text form may have n sources that refer to each other.
 * A text may open a namespace once.  Returns -1 with *e and EBADMSG or ENOMEM;
 * nothing is to be freed then.
 *
 * More is refused than by the official reader: what exceeds a limit
 * (CEDAR_SCHEMA_MAX, CEDAR_DEPTH_MAX and those in raw.h), and in JSON a list
 * in place of an object, which the official reader takes as the object's
 * fields in some order.
 */
int	schema_read_text(struct schema *, const struct doc_source *,
	    size_t n, struct doc_error *);
int	schema_read_json(struct schema *, const struct doc *,
	    struct doc_error *);
void	schema_free(struct schema *);

/* NULL when there is none. */
const struct entity_type *schema_entity(const struct schema *,
	    const struct str *name);
const struct action_type *schema_action(const struct schema *,
	    const struct uid *);
/* The attribute, or NULL. */
const struct attr_type *schema_attr(const struct record_type *,
	    const struct str *name);

/* Whether an entity of the type may have the id. */
bool	schema_has_id(const struct entity_type *, const struct str *id);
/* Whether an entity of a type may be in one of another (not reflexive). */
bool	schema_may_be_in(const struct schema *, const struct str *type,
	    const struct str *ancestor);

/*
 * Check data against the schema as the official engine does.  Return -1 with a
 * message without place, which the caller adds: an unknown type or attribute,
 * a missing attribute, a wrong type, a parent of a type that is not declared,
 * an id that an enumerated type does not have, an unknown action, a request
 * that the action does not apply to.
 *
 * An entity's ancestors must have been computed from the given entities,
 * before the schema's actions are added: a given action must have the same
 * ancestors as in the schema.
 */
int	schema_check_value(const struct schema *, const struct type *,
	    struct value, struct doc_error *);
int	schema_check_entity(const struct schema *, const struct entity *,
	    struct doc_error *);
int schema_check_request(const struct schema *, const struct authz_request *,
	    struct doc_error *);

/*
 * The type as in schema text, for example Set<User>, cut to 255 bytes, in
 * memory of the arena.  Never NULL.
 */
const char *schema_type_format(struct arena *, const struct type *);

#endif
