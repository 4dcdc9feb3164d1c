#include "tree.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "sha256.h"

/* RFC 6962: a leaf can never be taken for an inner node. */
#define PREFIX_LEAF	0x00
#define PREFIX_NODE	0x01

void
tree_hash_leaf(const void *leaf, size_t len, unsigned char out[TREE_HASH])
{
	static const unsigned char prefix = PREFIX_LEAF;
	struct sha256 h;

	sha256_init(&h);
	sha256_update(&h, &prefix, 1);
	sha256_update(&h, leaf, len);
	sha256_final(&h, out);
}

void
tree_hash_children(const unsigned char left[TREE_HASH],
    const unsigned char right[TREE_HASH], unsigned char out[TREE_HASH])
{
	static const unsigned char prefix = PREFIX_NODE;
	struct sha256 h;

	sha256_init(&h);
	sha256_update(&h, &prefix, 1);
	sha256_update(&h, left, TREE_HASH);
	sha256_update(&h, right, TREE_HASH);
	sha256_final(&h, out);
}

void
tree_init(struct tree *t)
{
	memset(t, 0, sizeof(*t));
}

int
tree_load(struct tree *t, const struct tree_nodes *nodes, uint64_t size)
{
	tree_init(t);
	for (unsigned l = 0; l < TREE_LEVELS; l++) {
		uint64_t count = size >> l;

		if ((count & 1) != 0 &&
		    nodes->get(nodes->arg, l, count - 1, t->peak[l]) == -1)
			return -1;
	}
	t->size = size;
	return 0;
}

unsigned
tree_append(struct tree *t, const unsigned char leaf[TREE_HASH],
    unsigned char made[TREE_LEVELS][TREE_HASH])
{
	unsigned l = 0;

	memcpy(made[0], leaf, TREE_HASH);
	for (; (t->size >> l & 1) != 0; l++)
		tree_hash_children(t->peak[l], made[l], made[l + 1]);
	memcpy(t->peak[l], made[l], TREE_HASH);
	t->size++;
	return l + 1;
}

void
tree_root(const struct tree *t, unsigned char root[TREE_HASH])
{
	unsigned l = 0;

	if (t->size == 0) {
		sha256("", 0, root);
		return;
	}
	while ((t->size >> l & 1) == 0)
		l++;
	memcpy(root, t->peak[l], TREE_HASH);
	for (l++; l < TREE_LEVELS; l++)
		if ((t->size >> l & 1) != 0)
			tree_hash_children(t->peak[l], root, root);
}

uint64_t
tree_node_number(unsigned level, uint64_t index)
{
	uint64_t last = ((index + 1) << level) - 1;	/* its last leaf */

	/* The leaves before it and their nodes, then its own levels. */
	return 2 * last - (uint64_t)__builtin_popcountll(last) + level;
}

/*
 * The root of the leaves from index << level to the end of a tree of `size'
 * leaves: a node that may not be complete.
 */
static int
edge_hash(const struct tree_nodes *nodes, unsigned level, uint64_t index,
    uint64_t size, unsigned char hash[TREE_HASH])
{
	uint64_t first = index << level;
	struct tree edge;

	if (size - first == (uint64_t)1 << level)
		return nodes->get(nodes->arg, level, index, hash);
	tree_init(&edge);
	edge.size = size - first;
	for (unsigned l = 0; l < level; l++)
		if ((edge.size >> l & 1) != 0 && nodes->get(nodes->arg, l,
		    (size >> l) - 1, edge.peak[l]) == -1)
			return -1;
	tree_root(&edge, hash);
	return 0;
}

/*
 * Appends the path of the node to the root of the tree of `size' leaves: the
 * sibling at each level from the node's own on.
 */
static int
add_path(const struct tree_nodes *nodes, unsigned level, uint64_t index,
    uint64_t size, struct proof *p)
{
	uint64_t at = index, last = (size - 1) >> level;

	for (unsigned l = level; last != 0; l++, at >>= 1, last >>= 1) {
		uint64_t sibling = at ^ 1;
		int rc;

		if (sibling > last)	/* alone at the edge: goes up as it is */
			continue;
		if (sibling == last)
			rc = edge_hash(nodes, l, sibling, size,
			    p->hash[p->count]);
		else
			rc = nodes->get(nodes->arg, l, sibling,
			    p->hash[p->count]);
		if (rc == -1)
			return -1;
		p->count++;
	}
	return 0;
}

int
tree_prove(const struct tree_nodes *nodes, uint64_t index, uint64_t size,
    struct proof *p)
{
	p->count = 0;
	if (index < size)
		return add_path(nodes, 0, index, size, p);
	errno = EINVAL;
	return -1;
}

/*
 * The last node of the smaller tree's right edge is complete in both trees.
 * The proof is this node's path in the larger tree, behind the node itself.
 * The node is left out when it is the whole smaller tree, whose root the
 * reader has.
 */
int
tree_prove_consistency(const struct tree_nodes *nodes, uint64_t first,
    uint64_t second, struct proof *p)
{
	unsigned level;
	uint64_t index;

	p->count = 0;
	if (first > second || second > TREE_SIZE_MAX) {
		errno = EINVAL;
		return -1;
	}
	if (first == 0 || first == second)
		return 0;
	level = (unsigned)__builtin_ctzll(first);
	index = (first >> level) - 1;
	if (index != 0 && nodes->get(nodes->arg, level, index,
	    p->hash[p->count++]) == -1)
		return -1;
	return add_path(nodes, level, index, second, p);
}

/* RFC 9162 section 2.1.3.2: the same tree, with a verification spelt out. */
int
tree_verify(const unsigned char leaf[TREE_HASH], uint64_t index, uint64_t size,
    const struct proof *p, const unsigned char root[TREE_HASH])
{
	uint64_t at = index, last = size - 1;
	unsigned char hash[TREE_HASH];
	size_t used = 0;

	if (index >= size || p->count > TREE_LEVELS)
		goto bad;
	memcpy(hash, leaf, TREE_HASH);
	for (; last != 0; at >>= 1, last >>= 1) {
		uint64_t sibling = at ^ 1;

		if (sibling > last)
			continue;
		if (used == p->count)
			goto bad;
		if (sibling < at)
			tree_hash_children(p->hash[used++], hash, hash);
		else
			tree_hash_children(hash, p->hash[used++], hash);
	}
	if (used == p->count && memcmp(hash, root, TREE_HASH) == 0)
		return 0;
bad:
	errno = EBADMSG;
	return -1;
}

/* The roots that a consistency proof gives, made step by step. */
struct two_roots {
	uint64_t	at;		/* of the smaller tree's last node */
	uint64_t	last;		/* of the larger tree's */
	unsigned char	first[TREE_HASH];
	unsigned char	second[TREE_HASH];
};

/* RFC 9162 section 2.1.4.2, step 6; false when the proof is too long. */
static bool
add_step(struct two_roots *r, const unsigned char hash[TREE_HASH])
{
	if (r->last == 0)
		return false;
	if ((r->at & 1) != 0 || r->at == r->last) {
		tree_hash_children(hash, r->first, r->first);
		tree_hash_children(hash, r->second, r->second);
		while ((r->at & 1) == 0 && r->at != 0) {
			r->at >>= 1;
			r->last >>= 1;
		}
	} else {
		tree_hash_children(r->second, hash, r->second);
	}
	r->at >>= 1;
	r->last >>= 1;
	return true;
}

/* The rest of that section, for two trees that are not empty and differ. */
static bool
is_consistent(uint64_t first, const unsigned char first_root[TREE_HASH],
    uint64_t second, const unsigned char second_root[TREE_HASH],
    const struct proof *p)
{
	const unsigned level = (unsigned)__builtin_ctzll(first);
	struct two_roots r = { .at = (first - 1) >> level,
	    .last = (second - 1) >> level };
	const unsigned char *seed = first_root;
	size_t used = 0;

	if (r.at != 0)
		seed = p->hash[used++];
	if (used > p->count)
		return false;
	memcpy(r.first, seed, TREE_HASH);
	memcpy(r.second, seed, TREE_HASH);
	while (used < p->count)
		if (!add_step(&r, p->hash[used++]))
			return false;
	return r.last == 0 && memcmp(r.first, first_root, TREE_HASH) == 0 &&
	    memcmp(r.second, second_root, TREE_HASH) == 0;
}

/* When one tree is empty or both are the same, the proof is empty. */
static bool
is_trivial(uint64_t first, const unsigned char first_root[TREE_HASH],
    const unsigned char second_root[TREE_HASH], const struct proof *p)
{
	unsigned char empty[TREE_HASH];

	sha256("", 0, empty);
	return p->count == 0 && memcmp(first_root, first == 0 ? empty :
	    second_root, TREE_HASH) == 0;
}

int
tree_verify_consistency(uint64_t first,
    const unsigned char first_root[TREE_HASH], uint64_t second,
    const unsigned char second_root[TREE_HASH], const struct proof *p)
{
	bool good;

	if (first > second || second > TREE_SIZE_MAX || p->count > TREE_LEVELS)
		good = false;
	else if (first == 0 || first == second)
		good = is_trivial(first, first_root, second_root, p);
	else
		good = is_consistent(first, first_root, second, second_root,
		    p);
	if (good)
		return 0;
	errno = EBADMSG;
	return -1;
}
