/*
 * For tests: a tree of at most KEPT_MAX leaves with all its nodes, and its
 * roots as RFC 6962 defines them.
 */
#ifndef KEPT_TREE_H
#define KEPT_TREE_H

#include <stddef.h>
#include <stdint.h>

#include "lib/tree.h"

#define KEPT_MAX	300

struct kept_tree {
	struct tree	 tree;
	unsigned char	 node[2 * KEPT_MAX][TREE_HASH];	/* by their number */
	unsigned char	 leaf[KEPT_MAX][TREE_HASH];
	uint64_t	 nodes;
};

extern struct kept_tree kept_tree;
/* Reads its nodes. */
extern const struct tree_nodes kept_nodes;

/* Appends a leaf with this text. */
void	kept_append(const void *leaf, size_t len);
/* Begins again, with `size' leaves whose texts are numbers. */
void	kept_fill(uint64_t size);

/* RFC 6962 section 2.1 word for word: the root of some of its leaves. */
void	kept_rfc_root(uint64_t first, uint64_t count,
	    unsigned char out[TREE_HASH]);

#endif
