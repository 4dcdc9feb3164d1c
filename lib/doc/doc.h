/*
 * A JSON (RFC 8259) or YAML text as a tree of nodes that know their place in
 * the text.  The readers are strict: UTF-8, no key twice in an object, only
 * integers of 64 bits (no fractions, no exponents), at most DOC_DEPTH_MAX
 * levels.  YAML has no anchors, aliases, tags, directives or second documents.
 * In YAML a quoted scalar is a string; a plain one is true, false, null, a
 * decimal integer or else a string; an empty one is null.
 *
 * A document takes 40 bytes a node, twice that while it grows, its text, and
 * each key and string rounded up to 16 bytes with 9 bytes added.
 */
#ifndef DOC_H
#define DOC_H

#include <stdbool.h>
#include <stdint.h>

#include "arena.h"
#include "error.h"
#include "str.h"

#define DOC_DEPTH_MAX	192	/* of lists and objects in each other */

enum doc_kind {
	DOC_NULL, DOC_BOOL, DOC_INT, DOC_STRING, DOC_ARRAY, DOC_OBJECT,
};

/* Nodes are in the order of the text; a container's first child follows it. */
struct doc_node {
	enum doc_kind		 kind;
	bool			 plain;	/* a YAML string without quotes */
	uint32_t		 pos;	/* byte in the text */
	uint32_t		 next;	/* the node after its last descendant */
	uint32_t		 count;	/* children; of an object: members */
	uint32_t		 key_pos;
	const struct str	*key;	/* in an object; NULL elsewhere */
	union {
		bool			 b;
		int64_t			 n;
		const struct str	*str;
	};
};

struct doc {
	struct arena		 arena;
	struct doc_source	 source; /* a copy of the text */
	struct doc_node		*nodes;	/* node 0 is the root */
	uint32_t		 n, cap;
};

/*
 * Reads all of a text of at most `max' bytes.  Returns -1 with *e and EBADMSG
 * or ENOMEM; nothing is to be freed then.
 */
int	doc_read_json(struct doc *, const char *file, const char *text,
	    size_t len, size_t max, struct doc_error *);
int	doc_read_yaml(struct doc *, const char *file, const char *text,
	    size_t len, size_t max, struct doc_error *);
/*
 * The same for files whose fields have known types: every scalar is a
 * DOC_STRING, so that `12' and `true' are text where text is expected; an
 * empty plain one is DOC_NULL.  At most `max_nodes' nodes.
 */
int	doc_read_yaml_text(struct doc *, const char *file, const char *text,
	    size_t len, size_t max, uint32_t max_nodes, struct doc_error *);
/*
 * Gives the plain scalars of a node that doc_read_yaml_text() read, and of all
 * below it, the types that doc_read_yaml() gives them.  Returns -1 with *e
 * when a number has more than 64 bits.
 */
int	doc_type_scalars(struct doc *, uint32_t node, struct doc_error *);
/* Wipes what was read first: a file may hold secrets. */
void	doc_free(struct doc *);

/* Walking: for (c = doc_first(d, n); c != 0; c = doc_next(d, n, c)). */
uint32_t	doc_first(const struct doc *, uint32_t container);
uint32_t	doc_next(const struct doc *, uint32_t container,
		    uint32_t child);
/* The member of this name; 0 when there is none or the node is no object. */
uint32_t	doc_get(const struct doc *, uint32_t object, const char *key);
uint32_t	doc_get_str(const struct doc *, uint32_t object,
		    const struct str *key);

/* A field that an object may have. */
struct doc_field {
	const char	*name;
	unsigned	 kinds;		/* DOC_MAY(STRING) | ...; 0: any */
	bool		 optional;
};
#define DOC_MAY(kind)	(1u << DOC_##kind)
#define DOC_FIELDS_MAX	16

/*
 * Stores the node of the table's i-th field in found[i], 0 when it is missing.
 * Returns -1 with *e when the node is no object, a field is unknown or of
 * another kind, or one that is not optional is missing.
 */
int	doc_fields(const struct doc *, uint32_t object,
	    const struct doc_field *, size_t n, uint32_t *found,
	    struct doc_error *);

/* "an object", "a string". */
const char	*doc_kind_name(enum doc_kind);
/* doc_error_at() the node's place; at its key's. */
int	doc_error(const struct doc *, uint32_t node, struct doc_error *,
	    const char *fmt, ...) __attribute__((format(printf, 4, 5)));
int	doc_error_key(const struct doc *, uint32_t node, struct doc_error *,
	    const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* "expected WHAT, not a string" at the node's place. */
int	doc_error_kind(const struct doc *, uint32_t node,
	    struct doc_error *, const char *what);

#endif
