/*
 * The Merkle tree of RFC 6962 section 2.1, with SHA-256.
 *
 * A node (level, index) is the root of the complete subtree over the leaves
 * index << level up to, not including, (index + 1) << level; level 0 is the
 * leaves' hashes.  Complete subtrees never change, so they are stored: with
 * them, appending, the root and a proof for any earlier size cost O(log n).
 */
#ifndef TREE_H
#define TREE_H

#include <stddef.h>
#include <stdint.h>

#define TREE_HASH	32	/* SHA-256 */
#define TREE_LEVELS	64	/* sizes are 64 bits; also the longest proof */
#define TREE_SIZE_MAX	(UINT64_C(1) << 63)	/* of a consistency proof */

/* The right edge of a tree, which is all that appending needs. */
struct tree {
	uint64_t	size;
	/* peak[l], valid when bit l of size is set: the last node of level l */
	unsigned char	peak[TREE_LEVELS][TREE_HASH];
};

struct proof {
	size_t		count;
	unsigned char	hash[TREE_LEVELS][TREE_HASH];	/* leaf's sibling first */
};

/* Reads a stored node.  Returns 0 and the hash, or -1 with errno. */
struct tree_nodes {
	int	(*get)(void *arg, unsigned level, uint64_t index,
		    unsigned char hash[TREE_HASH]);
	void	*arg;
};

void	tree_hash_leaf(const void *leaf, size_t len,
	    unsigned char out[TREE_HASH]);
/* out may be left or right. */
void	tree_hash_children(const unsigned char left[TREE_HASH],
	    const unsigned char right[TREE_HASH],
	    unsigned char out[TREE_HASH]);

/* An empty tree. */
void	tree_init(struct tree *);
/* Loads the tree of the first `size' leaves.  Returns -1 as `get'. */
int	tree_load(struct tree *, const struct tree_nodes *, uint64_t size);

/*
 * Appends a leaf by its hash.  Stores the nodes that it completes, the leaf
 * included, in made[0], made[1], ... for levels 0, 1, ... and returns how many.
 * The tree must have fewer than 2^64 - 1 leaves.
 */
unsigned tree_append(struct tree *, const unsigned char leaf[TREE_HASH],
	    unsigned char made[TREE_LEVELS][TREE_HASH]);

/* The root; of the empty tree it is the hash of no bytes, as in RFC 6962. */
void	tree_root(const struct tree *, unsigned char root[TREE_HASH]);

/*
 * The node's number: how many nodes are completed before it when leaves are
 * appended one by one.
 */
uint64_t tree_node_number(unsigned level, uint64_t index);

/*
 * Makes the inclusion proof of leaf `index' in the tree of the first `size'
 * leaves.  Returns -1 with EINVAL unless index < size, else as `get'.
 */
int	tree_prove(const struct tree_nodes *, uint64_t index, uint64_t size,
	    struct proof *);

/*
 * Returns 0 when the proof shows that the leaf is number `index' of the tree
 * with this size and root; else -1 with EBADMSG.  Trusts none of its arguments.
 */
int	tree_verify(const unsigned char leaf[TREE_HASH], uint64_t index,
	    uint64_t size, const struct proof *,
	    const unsigned char root[TREE_HASH]);

/*
 * Makes the proof that the tree of the first `first' leaves is the beginning
 * of that of the first `second' leaves (RFC 6962 section 2.1.2).  It is empty
 * when `first' is 0 or `second'.  Returns -1 with EINVAL unless first <= second
 * <= TREE_SIZE_MAX, else as `get'.
 */
int	tree_prove_consistency(const struct tree_nodes *, uint64_t first,
	    uint64_t second, struct proof *);

/*
 * Returns 0 when the proof shows that the smaller of two trees with these
 * sizes and roots is the beginning of the larger one (RFC 9162 section
 * 2.1.4.2); else -1 with EBADMSG.  Trusts none of its arguments.
 */
int	tree_verify_consistency(uint64_t first,
	    const unsigned char first_root[TREE_HASH], uint64_t second,
	    const unsigned char second_root[TREE_HASH], const struct proof *);

#endif
