/*
 * Reading values of entities and contexts, with a schema's types or without.
 * Values live in the arena and do not need the document.
 *
 * With a type an entity may also be {"type", "id"} without "__entity", and an
 * extension value {"fn", "arg"} or a plain string; the same for the elements
 * of sets and records.  An unknown or missing attribute and a scalar of another
 * type are refused at their place; schema_check_value() checks the rest.
 */
#ifndef CEDAR_READ_VALUE_H
#define CEDAR_READ_VALUE_H

#include "lib/doc/arena.h"
#include "lib/doc/doc.h"
#include "cedar/schema/schema.h"
#include "cedar/data/value.h"

/* Reads a value of this type; NULL: of any. */
int	read_value_typed(struct value *, struct arena *, const struct doc *,
	    uint32_t node, const struct type *, struct doc_error *);
/*
 * Reads an object as a record, even if it looks like an escape.  NULL: any
 * fields of any type.
 */
int	read_record(const struct record **, struct arena *,
	    const struct doc *, uint32_t node, const struct record_type *,
	    struct doc_error *);
/* The same for a record whose fields all have this type; NULL: any. */
int	read_tags(const struct record **, struct arena *, const struct doc *,
	    uint32_t node, const struct type *, struct doc_error *);

#endif
