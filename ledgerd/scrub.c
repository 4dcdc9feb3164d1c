#include "scrub.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/wire.h"

static const unsigned char zeros[PAGE];

struct scrub {
	struct store	*store;
	int		 fd;
	unsigned char	*used;		/* a bit for each page */
};

static int
fail_at(struct store *s, uint64_t nr)
{
	snprintf(s->damage, sizeof(s->damage), "page %" PRIu64 " of data.mdb "
	    "cannot be searched for copies: %s", nr, strerror(errno));
	s->rc = errno = EBADMSG;
	return -1;
}

/* Writes zeros to a part of a page, unless it has only zeros. */
static int
clear(struct scrub *c, uint64_t nr, size_t at, size_t len)
{
	const off_t place = (off_t)(nr * PAGE + at);
	unsigned char now[PAGE];

	if (len == 0)
		return 0;
	if (pread(c->fd, now, len, place) != (ssize_t)len)
		return fail_at(c->store, nr);
	if (memcmp(now, zeros, len) == 0)
		return 0;
	if (pwrite(c->fd, zeros, len, place) == (ssize_t)len)
		return 0;
	return fail_at(c->store, nr);
}

/* LMDB puts nodes at a page's end, and their places behind its header. */
static int
clear_gap(void *arg, uint64_t nr, const unsigned char *page)
{
	const size_t lower = page_load(page + 12, 2);
	const size_t upper = page_load(page + 14, 2);

	return clear(arg, nr, lower, upper - lower);
}

static int
clear_end(void *arg, uint64_t nr, uint64_t len)
{
	const uint64_t end = PAGE_HEADER + len;
	const size_t used = (size_t)(end % PAGE);

	return used == 0 ? 0 : clear(arg, nr + end / PAGE, used, PAGE - used);
}

static int
mark(void *arg, uint64_t nr, const unsigned char *page)
{
	struct scrub *c = arg;

	(void)page;
	c->used[nr / 8] |= (unsigned char)(1 << nr % 8);
	return 0;
}

static int
mark_value(void *arg, uint64_t nr, uint64_t len)
{
	for (uint64_t i = 0; i <= (PAGE_HEADER - 1 + len) / PAGE; i++)
		mark(arg, nr + i, NULL);
	return 0;
}

/* All tables; an old ledger has its values in `metas'. */
static int
walk(struct scrub *c, const struct pages_walk *w)
{
	struct store *s = c->store;
	const struct page_table *const tables[] = { &s->pages.free,
	    &s->pages.names, &s->metas, &s->leaves, &s->nodes };

	pages_forget(&s->pages);
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		if (pages_walk(&s->pages, tables[i], w) == -1)
			return store_page_fail(s, NULL);
	return 0;
}

/* Also those of transactions that were not committed, behind the last. */
static int
clear_unused(struct scrub *c)
{
	const uint64_t end = c->store->pages.end;
	const off_t size = lseek(c->fd, 0, SEEK_END);

	if (size == -1)
		return fail_at(c->store, end);
	for (uint64_t nr = PAGE_METAS; nr < (uint64_t)size / PAGE; nr++)
		if ((nr >= end || (c->used[nr / 8] & 1 << nr % 8) == 0) &&
		    clear(c, nr, 0, PAGE) == -1)
			return -1;
	return 0;
}

static int
scrub(struct scrub *c)
{
	const struct pages_walk marks = { c, mark, mark_value };
	const struct pages_walk gaps = { c, clear_gap, clear_end };

	if (walk(c, &marks) == -1 || walk(c, &gaps) == -1 ||
	    clear_unused(c) == -1)
		return -1;
	return fdatasync(c->fd) == 0 ? 0 : fail_at(c->store, 0);
}

int
scrub_file(struct store *s)
{
	struct scrub c = { .store = s };
	int ret;

	if (store_check_append(s) == -1)
		return -1;
	mdb_env_get_fd(s->env, &c.fd);
	c.used = calloc(1, s->pages.end / 8 + 1);
	if (c.used == NULL)
		return fail_at(s, 0);
	ret = scrub(&c);
	free(c.used);
	return ret;
}

/*
 * The most pages that one transaction has had in memory: in each of five trees
 * the path to the last page, and for each leaf its page, one for a long value,
 * and a share of the nodes'.
 */
static size_t
memory_pages(size_t leaves)
{
	return 96 + 3 * (leaves + 1);
}

/*
 * Fills n pages with zeros, each as a value that has a page of its own, behind
 * all leaves.
 */
static int
fill(struct store *s, size_t n)
{
	unsigned char key[8];
	MDB_val k = { sizeof(key), key }, v;
	struct put p;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < n; i++) {
		put_init(&p, key, sizeof(key));
		put_u64(&p, s->tip.tree.size + i);
		v = (MDB_val){ .mv_size = PAGE - PAGE_HEADER };
		rc = mdb_put(s->txn, s->leaf, &k, &v,
		    MDB_APPEND | MDB_RESERVE);
		if (rc == 0)
			memset(v.mv_data, 0, v.mv_size);
	}
	return rc;
}

/*
 * A few of the pages become LMDB's own, which have gaps.  Another round, which
 * takes them in another order, has other values in these.
 */
int
scrub_memory(struct store *s, size_t leaves)
{
	const size_t pages = memory_pages(leaves);
	int rc = 0;

	for (unsigned round = 0; rc == 0 && round < 3; round++) {
		if (store_check_append(s) == -1)
			return -1;
		rc = mdb_txn_begin(s->env, NULL, 0, &s->txn);
		if (rc == 0)
			rc = fill(s, pages + 37 * round);
		store_abort(s);
	}
	if (rc == 0)
		return 0;
	s->rc = rc;
	errno = EIO;
	return -1;
}
