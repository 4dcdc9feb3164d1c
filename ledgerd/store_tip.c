/* The tip of a ledger that is opened: see store.h. */
#include "store.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "leaf.h"
#include "lib/log.h"
#include "lib/msg/msg.h"
#include "lib/wire.h"

#define TIP_FIXED	(STORE_KEY + TREE_HASH)
#define SOURCE_TRIES	4096	/* leaves read to find the ledger's name */

/* Checks that the tables have as many entries as a tree of this size. */
static int
check_counts(struct store *s, uint64_t size, uint64_t kept, struct why *w)
{
	if (s->leaves.entries != size ||
	    s->nodes.entries != tree_node_number(0, kept))
		return why_set(w, STORE_DAMAGED "it says it has %" PRIu64
		    " leaves, but has %" PRIu64 " of them and %" PRIu64 " nodes"
		    STORE_REPAIR, size, s->leaves.entries, s->nodes.entries);
	return 0;
}

/* The leaf's hash as the tree has it, verified: nodes may be made from text. */
static int
prove_hash(struct store *s, uint64_t index, unsigned char hash[TREE_HASH],
    struct why *w)
{
	unsigned char root[TREE_HASH];
	struct proof proof;

	tree_root(&s->tip.tree, root);
	if (store_node(s, 0, index, hash) == 0 &&
	    store_prove(s, index, s->tip.tree.size, &proof) == 0 &&
	    tree_verify(hash, index, s->tip.tree.size, &proof, root) == 0)
		return 0;
	return why_set(w, STORE_DAMAGED "leaf %" PRIu64 " and its hash are lost"
	    STORE_REPAIR, index);
}

/* Reads a leaf that must have this hash. */
static int
read_leaf(struct store *s, uint64_t index,
    const unsigned char hash[TREE_HASH], char text[LEAF_MAX], size_t *lenp)
{
	unsigned char is[TREE_HASH];

	if (store_leaf(s, index, text, LEAF_MAX, lenp) == -1)
		return -1;
	tree_hash_leaf(text, *lenp, is);
	if (memcmp(is, hash, sizeof(is)) == 0)
		return 0;
	snprintf(s->damage, sizeof(s->damage), "its bytes on the disk are not "
	    "those that were recorded; only a copy of the data disk still has "
	    "it");
	s->rc = errno = EBADMSG;
	return -1;
}

/* The name of the last leaf that can be read is that of all. */
static int
find_source(struct store *s, struct why *w)
{
	static char text[LEAF_MAX];
	uint64_t size = s->tip.tree.size;
	unsigned char hash[TREE_HASH];
	size_t len;

	for (uint64_t i = size; i-- > 0 && size - i <= SOURCE_TRIES; )
		if (store_node(s, 0, i, hash) == 0 &&
		    read_leaf(s, i, hash, text, &len) == 0)
			return leaf_source(text, len, s->source);
	return why_set(w, STORE_DAMAGED "none of its last leaves can be read"
	    STORE_REPAIR);
}

/*
 * Checks the last leaf against the leaf before it.  Its text may be lost: the
 * tree has its hash, to which the next leaf refers.
 */
static int
check_last(struct store *s, uint64_t size, struct why *w)
{
	static char text[LEAF_MAX];
	unsigned char prev[TREE_HASH] = { 0 };
	size_t len;

	if ((size > 1 && prove_hash(s, size - 2, prev, w) == -1) ||
	    prove_hash(s, size - 1, s->tip.last, w) == -1)
		return -1;
	if (read_leaf(s, size - 1, s->tip.last, text, &len) == -1) {
		log_info("leaf %" PRIu64 " cannot be read: %s", size - 1,
		    store_error(s));
		return find_source(s, w);
	}
	if (leaf_check(text, len, size - 1, prev) == -1 ||
	    leaf_source(text, len, s->source) == -1)
		return why_set(w, STORE_DAMAGED "leaf %" PRIu64 " does not "
		    "follow the one before it" STORE_REPAIR, size - 1);
	return 0;
}

/* Checks that the last checkpoint, if any, is of this tree. */
static int
check_checkpoint(struct store *s, uint64_t size, struct why *w)
{
	char note[NOTE_TEXT_MAX];
	unsigned char root[TREE_HASH];
	struct checkpoint c;
	struct tree t;
	size_t len;

	if (store_get(s, "checkpoint", note, sizeof(note), &len) == -1) {
		if (errno == ENOENT)
			return 0;
		return why_set(w, STORE_DAMAGED "the last checkpoint cannot be "
		    "read" STORE_REPAIR);
	}
	if (checkpoint_parse_note(&c, note, len, w) == -1)
		return why_set(w, STORE_DAMAGED "the last checkpoint is garbage"
		    STORE_REPAIR);
	if (c.size > size)
		return why_set(w, STORE_DAMAGED "it has %" PRIu64 " leaves, "
		    "but a checkpoint for %" PRIu64 STORE_REPAIR, size, c.size);
	if (store_tree(s, c.size, &t) == -1)
		return why_set(w, STORE_DAMAGED "a node is missing"
		    STORE_REPAIR);
	tree_root(&t, root);
	if (memcmp(root, c.root, sizeof(root)) != 0)
		return why_set(w, STORE_DAMAGED "its first %" PRIu64 " leaves "
		    "are not those of the last checkpoint" STORE_REPAIR,
		    c.size);
	return 0;
}

/* Loads the tree of the leaves whose nodes are on disk, and adds the others. */
static int
load_late(struct store *s, uint64_t kept, const unsigned char *hashes,
    uint64_t late)
{
	struct tip *t = &s->tip;

	if (store_tree(s, kept, &t->tree) == -1)
		return -1;
	t->kept = kept;
	for (uint64_t i = 0; i < late; i++)
		t->nlate += tree_append(&t->tree, hashes + i * TREE_HASH,
		    t->late + t->nlate);
	return 0;
}

int
store_load_tip(struct store *s, struct why *w)
{
	unsigned char tip[STORE_TIP_MAX], want[TREE_HASH], root[TREE_HASH];
	uint64_t size, late;
	struct get g;
	size_t len;

	if (store_get(s, "tip", tip, sizeof(tip), &len) == -1)
		return why_set(w, STORE_DAMAGED "its size is not recorded"
		    STORE_REPAIR);
	get_init(&g, tip, len);
	size = get_u64(&g);
	memcpy(want, tip + STORE_KEY, sizeof(want));
	late = (len - TIP_FIXED) / TREE_HASH;
	if (len < TIP_FIXED || len != TIP_FIXED + late * TREE_HASH ||
	    size > INT64_MAX || late > size)
		return why_set(w, STORE_DAMAGED "its size is garbage"
		    STORE_REPAIR);
	if (check_counts(s, size, size - late, w) == -1)
		return -1;
	if (load_late(s, size - late, tip + TIP_FIXED, late) == -1)
		return why_set(w, STORE_DAMAGED "a node is missing"
		    STORE_REPAIR);
	tree_root(&s->tip.tree, root);
	if (memcmp(root, want, sizeof(root)) != 0)
		return why_set(w, STORE_DAMAGED "its tree has not the root "
		    "that was recorded" STORE_REPAIR);
	if (size > 0 && check_last(s, size, w) == -1)
		return -1;
	return check_checkpoint(s, size, w);
}

int
store_explain_append(struct store *s, struct why *w)
{
	if (store_check_append(s) == -1)
		return why_set(w, STORE_DAMAGED "page %" PRIu64 ", which is "
		    "needed to record more, is not as it was written"
		    STORE_REPAIR, s->pages.bad);
	return 0;
}

/* The tip on the disk is that of the tree, whose edge can be read. */
static int
check_tip(struct store *s, struct why *w)
{
	unsigned char kept[STORE_TIP_MAX], is[STORE_TIP_MAX];
	unsigned char want[TREE_HASH], root[TREE_HASH];
	struct tree t;
	struct put p;
	size_t len;

	put_init(&p, is, sizeof(is));
	store_tip_put(&s->tip, &p);
	if (store_get(s, "tip", kept, sizeof(kept), &len) == -1 ||
	    len != p.len || memcmp(kept, is, len) != 0)
		return why_set(w, STORE_DAMAGED "its size and root are not "
		    "those that were recorded" STORE_REPAIR);
	if (store_tree(s, s->tip.tree.size, &t) == -1)
		return why_set(w, STORE_DAMAGED "a node is missing"
		    STORE_REPAIR);
	tree_root(&s->tip.tree, want);
	tree_root(&t, root);
	if (memcmp(root, want, sizeof(root)) != 0)
		return why_set(w, STORE_DAMAGED "its tree has not the root "
		    "that was recorded" STORE_REPAIR);
	return 0;
}

int
store_check_rest(struct store *s, struct why *w)
{
	if (store_load(s) == -1)
		return why_set(w, STORE_DAMAGED "%s" STORE_REPAIR,
		    store_error(s));
	if (store_explain_append(s, w) == -1 ||
	    check_counts(s, s->tip.tree.size, s->tip.kept, w) == -1 ||
	    check_tip(s, w) == -1)
		return -1;
	return check_checkpoint(s, s->tip.tree.size, w);
}
