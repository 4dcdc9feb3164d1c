/*
 * The validator's types: those of a schema, and true and false as types of
 * their own, to find dead branches.
 *
 * Every type exists once: two types are equal exactly when their pointers are.
 * Types that differ only in true, false or Bool share one `wide' type, which
 * has Bool everywhere.  Strict validation accepts only types of one `wide' type
 * together in a set, in the branches of an if and under `=='.
 *
 * The types of a schema stay.  types_forget() drops those that a policy made,
 * so that memory does not grow with the number of environments.
 *
 * Functions that make types do not fail: when memory is exhausted they set
 * `failed' and return Bool, and the caller checks `failed' at the end.
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
	struct type		 as;		/* as a schema's type */
	const struct vtype	*chain, *older;
};

#define TYPES_SLOTS	4096

struct types_known;

struct types {
	struct arena		  arena;	/* the schema's types */
	struct arena		  made;		/* the others */
	const struct vtype	 *newest;	/* of the others */
	bool			  loaded;
	const struct vtype	 *basic[V_DURATION + 1];
	const struct vtype	**slots;
	struct types_known	**known;	/* for types_of() */
	bool			  failed;
};

/* All types of the schema, which must outlive it.  -1 with ENOMEM. */
int	types_init(struct types *, const struct schema *);
void	types_free(struct types *);
/* Frees all types that the schema does not have, and names of types. */
void	types_forget(struct types *);

const struct vtype *types_bool(const struct types *, bool);
/* The name must outlive the types. */
const struct vtype *types_entity(struct types *, const struct str *name);
const struct vtype *types_set(struct types *, const struct vtype *element);
/* Copies the attributes, whose names must differ. */
const struct vtype *types_record(struct types *, const struct vattr *,
	    uint32_t n);

/* The type for a type of the schema that types_init() read. */
const struct vtype *types_of(struct types *, const struct type *);
const struct vtype *types_of_record(struct types *,
	    const struct record_type *);

/* The attribute of a record type, or NULL. */
const struct vattr *types_attr(const struct vtype *, const struct str *);
/* The type of values of both; NULL when there is none. */
const struct vtype *types_join(struct types *, const struct vtype *,
	    const struct vtype *);

/* Only for types.c and types_load.c: memory, or NULL with `failed' set. */
void	*types_take(struct types *, size_t n, size_t size);
void	 types_load(struct types *, const struct schema *);

/* "{a: Long, b?: String}", cut to about 100 bytes; until types_forget(). */
const char *types_name(struct types *, const struct vtype *);

#endif
