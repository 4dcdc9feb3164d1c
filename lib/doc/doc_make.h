/*
 * Building a struct doc node by node.  The readers of JSON and YAML know the
 * syntax; these functions build the tree, limit its depth and size, and find
 * duplicate keys.
 */
#ifndef DOC_MAKE_H
#define DOC_MAKE_H

#include "doc.h"

struct doc_maker {
	struct doc		*doc;
	struct doc_error	*e;
	uint32_t		 max_nodes;	/* set after doc_make_init() */
	unsigned		 depth;		/* open containers */
	uint32_t		 open[DOC_DEPTH_MAX];
	const struct str	*key;		/* of the next node */
	uint32_t		 key_pos;
	struct doc_key		*keys;		/* room to sort an object's */
	size_t			 nkeys;
};

/*
 * A doc with a copy of the text and no nodes.  This and the functions below
 * return 0, or -1 with *e.
 */
int	doc_make_init(struct doc_maker *, struct doc *, const char *file,
	    const char *text, size_t len, size_t max, struct doc_error *);
/* Frees the maker's memory and, when rc is -1, the doc.  Returns rc. */
int	doc_make_end(struct doc_maker *, int rc);

/* The innermost open container; NULL at the top. */
struct doc_node	*doc_make_inside(const struct doc_maker *);
/* The key of the next node. */
int	doc_make_key(struct doc_maker *, const void *, size_t len,
	    size_t pos);
/* Adds a node for the caller to fill in; an array or object is then open. */
int	doc_make_node(struct doc_maker *, enum doc_kind, size_t pos,
	    struct doc_node **);
/* Closes the innermost container.  Refuses duplicate keys. */
int	doc_make_close(struct doc_maker *);

#endif
