/*
 * Reading values of entities and contexts, with a schema's types or without.
 * What is read lives in the arena; the document may go.
 *
 * A type says how a value is read: an entity also as {"type", "id"} without
 * "__entity", an extension value also as {"fn", "arg"} or as its bare text,
 * and so for the elements of sets and records.  What has no business to be
 * there (an attribute that the type has not, one that is missing, a scalar of
 * another type) is refused at its place; schema_check_value() has the last
 * word on all else.
 */
#ifndef CEDAR_READ_VALUE_H
#define CEDAR_READ_VALUE_H

#include "lib/doc/arena.h"
#include "lib/doc/doc.h"
#include "cedar/schema/schema.h"
#include "cedar/data/value.h"

/* A value of this type; NULL: of any. */
int	read_value_typed(struct value *, struct arena *, const struct doc *,
	    uint32_t node, const struct type *, struct doc_error *);
/*
 * An object as a record, even if it looks like an escape.  NULL: its fields
 * are of any type, and there may be any.
 */
int	read_record(const struct record **, struct arena *,
	    const struct doc *, uint32_t node, const struct record_type *,
	    struct doc_error *);
/* The same where every field is of this type; NULL: of any. */
int	read_tags(const struct record **, struct arena *, const struct doc *,
	    uint32_t node, const struct type *, struct doc_error *);

#endif
