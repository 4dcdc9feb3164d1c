#include "page.h"

#include <string.h>

#define NODE		8	/* header: size, flags, length of the key */
#define KEY_MAX		511	/* LMDB's limit */

size_t
page_count(const unsigned char *page)
{
	return (page_load(page + 12, 2) - PAGE_HEADER) / 2;
}

bool
page_node(const unsigned char *page, size_t i, bool branch, struct page_node *n)
{
	size_t at = page_load(page + PAGE_HEADER + 2 * i, 2), size;
	const unsigned char *node = page + at;

	if (at % 2 != 0 || at < page_load(page + 14, 2) || at + NODE > PAGE)
		return false;
	n->flags = (unsigned)page_load(node + 4, 2);
	n->keylen = page_load(node + 6, 2);
	n->key = node + NODE;
	n->len = branch ? 0 : page_load(node, 4);
	n->child = page_load(node, 6);
	size = n->flags == PAGE_BIGDATA && !branch ? 8 : n->len;
	if (n->keylen > KEY_MAX || at + NODE + n->keylen + size > PAGE)
		return false;
	n->data = n->key + n->keylen;
	if (!branch && n->flags == PAGE_BIGDATA)
		n->child = page_load(n->data, 8);
	return true;
}

/* The bytes that a node takes in its page. */
static size_t
node_size(const struct page_node *n, bool branch)
{
	size_t size = NODE + n->keylen;

	if (!branch)
		size += n->flags == PAGE_BIGDATA ? 8 : n->len;
	return (size + 1) & ~(size_t)1;
}

uint64_t
page_number(const struct page_table *t, const struct page_node *n)
{
	uint64_t v = page_load(n->key, 8);

	return t->keys == KEYS_BIG ? __builtin_bswap64(v) : v;
}

static int
compare(const struct page_table *t, const struct page_node *a,
    const struct page_node *b)
{
	size_t min = a->keylen < b->keylen ? a->keylen : b->keylen;
	int c;

	if (t->keys != KEYS_NAME)
		return page_number(t, a) < page_number(t, b) ? -1 : 1;
	c = memcmp(a->key, b->key, min);
	return c != 0 ? c : a->keylen < b->keylen ? -1 : 1;
}

static bool
check_node(const struct page_table *t, bool branch, uint64_t end,
    const struct page_node *n, bool first)
{
	if (!(branch && first) && (n->keylen == 0 ||
	    (t->keys != KEYS_NAME && n->keylen != 8)))
		return false;
	if (branch || n->flags == PAGE_BIGDATA)
		return n->child >= PAGE_METAS && n->child < end;
	return n->flags == 0 || (n->flags == PAGE_SUBDATA &&
	    n->len == PAGE_RECORD && t->names);
}

/* LMDB stores nodes without gaps, at the end of the page. */
static bool
check_nodes(const struct page_table *t, bool branch, uint64_t end,
    const unsigned char *page)
{
	size_t total = 0, n = page_count(page);
	struct page_node node, before = { 0 };

	for (size_t i = 0; i < n; i++) {
		if (!page_node(page, i, branch, &node) ||
		    !check_node(t, branch, end, &node, i == 0))
			return false;
		if (i > (branch ? 1 : 0) && compare(t, &before, &node) >= 0)
			return false;
		total += node_size(&node, branch);
		before = node;
	}
	return total == PAGE - page_load(page + 14, 2);
}

bool
page_check(const struct page_table *t, uint64_t nr, bool branch, uint64_t end,
    const unsigned char *page)
{
	size_t lower = page_load(page + 12, 2), upper = page_load(page + 14, 2);

	return page_load(page, 8) == nr &&
	    page_load(page + 10, 2) == (branch ? PAGE_BRANCH : PAGE_LEAF) &&
	    lower % 2 == 0 && lower >= PAGE_HEADER + (branch ? 4 : 2) &&
	    lower <= upper && upper <= PAGE &&
	    check_nodes(t, branch, end, page);
}
