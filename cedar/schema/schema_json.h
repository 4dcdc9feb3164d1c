/*
 * The reader of schemas in JSON.  schema_json_type.c reads types.  Functions
 * that return int return 0, or -1 with the error set.
 */
#ifndef CEDAR_SCHEMA_JSON_H
#define CEDAR_SCHEMA_JSON_H

#include "lib/doc/doc.h"
#include "raw.h"

struct json_reader {
	const struct doc	*doc;
	struct raw_schema	*raw;
	const struct str	*ns;	/* the namespace, or NULL */
};

/* The place of a type, on which its allowed fields depend. */
enum json_where { JSON_PLAIN, JSON_COMMON, JSON_ATTR };

struct raw_place schema_json_place(const struct json_reader *, uint32_t node);
/* The place of a member's key. */
struct raw_place schema_json_key_place(const struct json_reader *,
	    uint32_t node);

/* The string must be a name, A::B::C, or with `one' an identifier. */
int	schema_json_check_name(struct json_reader *, uint32_t node, bool one,
	    const char *what);
/* The same for a member's key. */
int schema_json_check_key(struct json_reader *, uint32_t node,
	    const char *what);
/* Checks annotations; node 0: there are none. */
int	schema_json_check_notes(struct json_reader *, uint32_t node);
/* Copies a string into the schema. */
int	schema_json_keep(struct json_reader *, const struct str *,
	    const struct str **);
int schema_json_read_type(struct json_reader *, uint32_t node, enum json_where,
	    struct raw_type **);

#endif
