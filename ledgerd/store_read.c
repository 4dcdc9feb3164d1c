/* Reading the ledger: see store.h. */
#include "store.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "leaf.h"
#include "lib/msg/msg.h"

#define REMADE_MAX	4096		/* nodes computed for one proof */

const char *
store_error(const struct store *s)
{
	return s->rc == EBADMSG ? s->damage : mdb_strerror(s->rc);
}

int
store_page_fail(struct store *s, const struct page_table *t)
{
	const struct pages *p = &s->pages;
	uint64_t last = s->tip.tree.size - 1;
	int n;

	s->rc = errno;
	if (errno != EBADMSG)
		return -1;
	n = snprintf(s->damage, sizeof(s->damage), "page %" PRIu64 " of "
	    "data.mdb is damaged", p->bad);
	if (t != &s->leaves || !p->bad_keys)
		return -1;
	if (last > p->last)
		last = p->last;
	n += snprintf(s->damage + n, sizeof(s->damage) - (size_t)n, ", which "
	    "held leaves %" PRIu64 " to %" PRIu64, p->first, last);
	snprintf(s->damage + n, sizeof(s->damage) - (size_t)n, "; only a copy "
	    "of the data disk still has these");
	errno = EBADMSG;
	return -1;
}

/* Only ledgers of the old format have this table, or had it: see upgrade(). */
static int
find_metas(struct store *s)
{
	if (pages_find_table(&s->pages, "meta", KEYS_NAME, &s->metas) == 0)
		return 0;
	memset(&s->metas, 0, sizeof(s->metas));
	return errno == ENOENT ? 0 : -1;
}

int
store_load(struct store *s)
{
	struct pages *p = &s->pages;

	s->stale = false;
	if (pages_load(p, p->fd) == 0 &&
	    pages_find_table(p, "leaf", KEYS_BIG, &s->leaves) == 0 &&
	    pages_find_table(p, "node", KEYS_BIG, &s->nodes) == 0 &&
	    find_metas(s) == 0)
		return 0;
	if (errno == ENOTSUP) {		/* it was LMDB's when opened */
		p->bad = 0;
		errno = EBADMSG;
	}
	return store_page_fail(s, NULL);
}

/* Pages may have changed on the disk since they were read. */
static int
refresh(struct store *s)
{
	if (s->stale)
		return store_load(s);
	pages_forget(&s->pages);
	return 0;
}

int
store_get(struct store *s, const char *name, void *dst, size_t cap,
    size_t *lenp)
{
	const struct page_table *t = &s->pages.names;

	if (refresh(s) == -1)
		return -1;
	if (s->metas.entries > 0)
		t = &s->metas;
	if (pages_get_name(&s->pages, t, name, dst, cap, lenp) == 0)
		return 0;
	return store_page_fail(s, NULL);
}

/* The page is valid but old: it does not hold what the tree says. */
static int
absent(struct store *s, const char *what, uint64_t number)
{
	snprintf(s->damage, sizeof(s->damage), "%s %" PRIu64 " is not in "
	    "data.mdb; only a copy of the data disk still has it", what,
	    number);
	s->rc = errno = EBADMSG;
	return -1;
}

int
store_record(struct store *s, uint64_t index, uint64_t at, void *dst,
    size_t cap, size_t *lenp, uint64_t *totalp)
{
	if (s->stale && store_load(s) == -1)
		return -1;
	if (pages_get_part(&s->pages, &s->leaves, index, at, dst, cap, lenp,
	    totalp) == 0)
		return 0;
	if (errno == ENOENT && index < s->tip.tree.size)
		return absent(s, "leaf", index);
	return store_page_fail(s, &s->leaves);
}

/* The record's beginning, up to the NUL. */
static int
get_leaf(struct store *s, uint64_t index, void *dst, size_t cap, size_t *lenp)
{
	uint64_t total;
	size_t len;

	if (store_record(s, index, 0, dst, cap, &len, &total) == -1)
		return -1;
	*lenp = leaf_text_len(dst, len);
	if (*lenp < len || len == total)
		return 0;
	errno = EMSGSIZE;
	return -1;
}

int
store_leaf(struct store *s, uint64_t index, void *dst, size_t cap,
    size_t *lenp)
{
	if (refresh(s) == -1)
		return -1;
	return get_leaf(s, index, dst, cap, lenp);
}

/* The argument of a struct tree_nodes' `get'. */
struct store_reader {
	struct store	*s;
	unsigned	 remade;	/* nodes that could not be read */
};

static int
read_node(struct store *s, unsigned level, uint64_t index,
    unsigned char hash[TREE_HASH])
{
	uint64_t number = tree_node_number(level, index);
	uint64_t first = tree_node_number(0, s->tip.kept);
	size_t len;

	if (number >= first && number - first < s->tip.nlate) {
		memcpy(hash, s->tip.late[number - first], TREE_HASH);
		return 0;
	}
	if (pages_get_number(&s->pages, &s->nodes, number, hash, TREE_HASH,
	    &len) == 0 && len == TREE_HASH)
		return 0;
	if (errno == EBADMSG)
		return store_page_fail(s, &s->nodes);
	return absent(s, "node", number);
}

static int
hash_leaf(struct store *s, uint64_t index, unsigned char hash[TREE_HASH])
{
	static char text[LEAF_MAX];
	size_t len;

	if (get_leaf(s, index, text, sizeof(text), &len) == -1)
		return -1;
	tree_hash_leaf(text, len, hash);
	return 0;
}

/*
 * A node that cannot be read is computed from the two below it.  The depth of
 * this recursion is at most the tree's height, and a page of nodes covers few
 * leaves.
 */
static int
get_node(void *arg, unsigned level, uint64_t index,
    unsigned char hash[TREE_HASH])
{
	struct store_reader *r = arg;
	unsigned char right[TREE_HASH];

	if (read_node(r->s, level, index, hash) == 0)
		return 0;
	if (errno != EBADMSG || r->remade++ >= REMADE_MAX)
		return -1;
	if (level == 0)
		return hash_leaf(r->s, index, hash);
	if (get_node(arg, level - 1, 2 * index, hash) == -1 ||
	    get_node(arg, level - 1, 2 * index + 1, right) == -1)
		return -1;
	tree_hash_children(hash, right, hash);
	return 0;
}

int
store_node(struct store *s, unsigned level, uint64_t index,
    unsigned char hash[TREE_HASH])
{
	struct store_reader r = { .s = s };

	if (refresh(s) == -1)
		return -1;
	return get_node(&r, level, index, hash);
}

int
store_node_kept(struct store *s, unsigned level, uint64_t index,
    unsigned char hash[TREE_HASH])
{
	if (s->stale && store_load(s) == -1)
		return -1;
	return read_node(s, level, index, hash);
}

int
store_tree(struct store *s, uint64_t size, struct tree *t)
{
	struct store_reader r = { .s = s };
	const struct tree_nodes nodes = { get_node, &r };

	if (refresh(s) == -1)
		return -1;
	return tree_load(t, &nodes, size);
}

int
store_prove(struct store *s, uint64_t index, uint64_t size, struct proof *p)
{
	struct store_reader r = { .s = s };
	const struct tree_nodes nodes = { get_node, &r };

	if (refresh(s) == -1)
		return -1;
	return tree_prove(&nodes, index, size, p);
}

/* The leaf and its proof could be read but do not give the root. */
static int
explain_proof(struct store *s, uint64_t index,
    const unsigned char hash[TREE_HASH])
{
	unsigned char kept[TREE_HASH];
	bool text = store_node(s, 0, index, kept) == 0 &&
	    memcmp(kept, hash, sizeof(kept)) != 0;

	snprintf(s->damage, sizeof(s->damage), "%s on the disk are not those "
	    "that were recorded; only a copy of the data disk still has it",
	    text ? "its bytes" : "the hashes that prove it");
	s->rc = errno = EBADMSG;
	return -1;
}

/* A node of the proof is lost, and also the leaves to compute it from. */
static int
explain_nodes(struct store *s)
{
	char what[sizeof(s->damage)];

	if (errno != EBADMSG)
		return -1;
	memcpy(what, s->damage, sizeof(what));
	snprintf(s->damage, sizeof(s->damage), "hashes that prove it are lost: "
	    "%.120s; only a copy of the data disk still has them", what);
	return -1;
}

int
store_prove_leaf(struct store *s, uint64_t index, uint64_t size,
    const unsigned char root[TREE_HASH], void *leaf, size_t cap, size_t *lenp,
    struct proof *p)
{
	unsigned char hash[TREE_HASH];

	if (store_leaf(s, index, leaf, cap, lenp) == -1)
		return -1;
	if (store_prove(s, index, size, p) == -1)
		return explain_nodes(s);
	tree_hash_leaf(leaf, *lenp, hash);
	if (tree_verify(hash, index, size, p, root) == 0)
		return 0;
	return explain_proof(s, index, hash);
}

int
store_prove_consistency(struct store *s, uint64_t first,
    const unsigned char first_root[TREE_HASH], uint64_t second,
    const unsigned char second_root[TREE_HASH], struct proof *p)
{
	struct store_reader r = { .s = s };
	const struct tree_nodes nodes = { get_node, &r };

	if (refresh(s) == -1)
		return -1;
	if (tree_prove_consistency(&nodes, first, second, p) == -1)
		return explain_nodes(s);
	if (tree_verify_consistency(first, first_root, second, second_root, p)
	    == 0)
		return 0;
	snprintf(s->damage, sizeof(s->damage), "hashes on the disk are not "
	    "those that were recorded; only a copy of the data disk still has "
	    "them");
	s->rc = errno = EBADMSG;
	return -1;
}
