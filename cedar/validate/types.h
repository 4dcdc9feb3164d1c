/*
 * Types as the validator reckons with them: those of a schema, and true and
 * false as types of their own, by which it knows what never runs.
 *
 * Every type is made once: two are the same exactly when their pointers are.
 * Types that differ only in where they say true, false or Bool share the
 * `wide' one, which says Bool everywhere; in strict validation these and no
 * others go together in a set, in the branches of an if, under `=='.
 *
 * The types of a schema stay; those that a policy makes are forgotten with its
 * environment, so that memory does not grow with environments.
 *
 * Nothing here fails: when memory is gone `failed' is set and Bool answered,
 * and whoever asked looks at `failed' in the end.
 */
#ifndef CEDAR_VALIDATE_TYPES_H
#define CEDAR_VALIDATE_TYPES_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/doc/arena.h"
#include "cedar/schema/schema.h"
#include "cedar/data/value.h"

enum vkind {
	V_TRUE, V_FALSE, V_BOOL, V_LONG, V_STRING, V_DECIMAL, V_IP,
	V_DATETIME, V_DURATION, V_ENTITY, V_SET, V_RECORD,
};
#define VKINDS	(V_RECORD + 1)

struct vtype;

struct vattr {
	const struct str	*name;
	bool			 required;
	const struct vtype	*type;
};

struct vtype {
	enum vkind		 kind;
	uint32_t		 hash, n;	/* n attributes */
	const struct vtype	*wide;
	const struct str	*entity;	/* ENTITY: the type's name */
	const struct vtype	*element;	/* SET */
	const struct vattr	*attrs;		/* RECORD: sorted by name */
	struct type		 as;		/* in the schema's terms */
	const struct vtype	*chain, *older;
};

#define TYPES_SLOTS	4096

struct types_known;

struct types {
	struct arena		  arena;	/* the schema's types */
	struct arena		  made;		/* those made after them */
	const struct vtype	 *newest;	/* of these */
	bool			  loaded;
	const struct vtype	 *basic[V_DURATION + 1];
	const struct vtype	**slots;
	struct types_known	**known;	/* what the schema's became */
	bool			  failed;
};

/* All types of the schema, which must outlive it.  -1 with ENOMEM. */
int	types_init(struct types *, const struct schema *);
void	types_free(struct types *);
/* Forgets all types that the schema does not have, and names of types. */
void	types_forget(struct types *);

const struct vtype *types_bool(const struct types *, bool);
/* The name must outlive the types. */
const struct vtype *types_entity(struct types *, const struct str *name);
const struct vtype *types_set(struct types *, const struct vtype *element);
/* Copies the attributes, of which no two may have one name. */
const struct vtype *types_record(struct types *, const struct vattr *,
	    uint32_t n);

/* What a type of the schema that types_init() read has become. */
const struct vtype *types_of(struct types *, const struct type *);
const struct vtype *types_of_record(struct types *,
	    const struct record_type *);

/* The attribute of a record type, or NULL. */
const struct vattr *types_attr(const struct vtype *, const struct str *);
/* The one type for values of both; NULL when there is none. */
const struct vtype *types_join(struct types *, const struct vtype *,
	    const struct vtype *);

/* For types.c and types_load.c: memory, or NULL with `failed'. */
void	*types_take(struct types *, size_t n, size_t size);
void	 types_load(struct types *, const struct schema *);

/* "{a: Long, b?: String}", cut at about 100 bytes; lives until types_forget(). */
const char *types_name(struct types *, const struct vtype *);

#endif
