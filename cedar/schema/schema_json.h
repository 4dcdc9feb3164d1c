/*
 * Reading a schema's JSON form: what its declarations and its types share.
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

/* Where a type is, which decides what may stand beside it. */
enum json_where { JSON_PLAIN, JSON_COMMON, JSON_ATTR };

struct raw_place schema_json_place(const struct json_reader *, uint32_t node);
/* The place of a member's key. */
struct raw_place schema_json_key_place(const struct json_reader *,
	    uint32_t node);

/* Each: -1 with *e. */
/* The string is a name, A::B::C, or with `one' an identifier. */
int	schema_json_check_name(struct json_reader *, uint32_t node, bool one,
	    const char *what);
/* The same of a member's key. */
int schema_json_check_key(struct json_reader *, uint32_t node,
	    const char *what);
/* The annotations of something; 0: it has none. */
int	schema_json_check_notes(struct json_reader *, uint32_t node);
/* A string for the schema to keep. */
int	schema_json_keep(struct json_reader *, const struct str *,
	    const struct str **);
int schema_json_read_type(struct json_reader *, uint32_t node, enum json_where,
	    struct raw_type **);

#endif
