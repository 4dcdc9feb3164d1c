#include "kept_tree.h"

#include <atf-c.h>

#include <errno.h>
#include <string.h>

struct kept_tree kept_tree;

static int
kept_get(void *arg, unsigned level, uint64_t index,
    unsigned char hash[TREE_HASH])
{
	struct kept_tree *k = arg;
	uint64_t nr = tree_node_number(level, index);

	if (nr >= k->nodes) {
		errno = ENOENT;
		return -1;
	}
	memcpy(hash, k->node[nr], TREE_HASH);
	return 0;
}

const struct tree_nodes kept_nodes = { kept_get, &kept_tree };

void
kept_append(const void *leaf, size_t len)
{
	unsigned char hash[TREE_HASH], made[TREE_LEVELS][TREE_HASH];
	uint64_t index = kept_tree.tree.size;
	unsigned n;

	tree_hash_leaf(leaf, len, hash);
	memcpy(kept_tree.leaf[index], hash, TREE_HASH);
	n = tree_append(&kept_tree.tree, hash, made);
	for (unsigned l = 0; l < n; l++) {
		ATF_REQUIRE_EQ(kept_tree.nodes, tree_node_number(l,
		    index >> l));
		memcpy(kept_tree.node[kept_tree.nodes++], made[l], TREE_HASH);
	}
}

void
kept_fill(uint64_t size)
{
	tree_init(&kept_tree.tree);
	kept_tree.nodes = 0;
	for (uint64_t i = 0; i < size; i++)
		kept_append(&i, sizeof(i));
}

/* The bottom of this recursion is at most 300 leaves away. */
void
kept_rfc_root(uint64_t first, uint64_t count, unsigned char out[TREE_HASH])
{
	unsigned char right[TREE_HASH];
	uint64_t k = 1;

	if (count == 1) {
		memcpy(out, kept_tree.leaf[first], TREE_HASH);
		return;
	}
	while (2 * k < count)
		k *= 2;
	kept_rfc_root(first, k, out);
	kept_rfc_root(first + k, count - k, right);
	tree_hash_children(out, right, out);
}
