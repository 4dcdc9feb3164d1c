#include "pages.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define META_MAGIC	0xbeefc0de
#define META_VERSION	1

static int
damaged(struct pages *p, uint64_t nr)
{
	p->bad = nr;
	p->bad_keys = false;
	errno = EBADMSG;
	return -1;
}

static int
read_at(struct pages *p, uint64_t nr, size_t skip, void *dst, size_t len)
{
	unsigned char *to = dst;
	size_t done = 0;

	while (done < len) {
		ssize_t n = pread(p->fd, to + done, len - done,
		    (off_t)(nr * PAGE + skip + done));

		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			return damaged(p, nr);
		done += (size_t)n;
	}
	return 0;
}

static void
note_seen(struct pages *p, uint64_t nr)
{
	if (p->nseen < PAGES_SEEN)
		p->seen[p->nseen++] = nr;
}

static bool
is_seen(const struct pages *p, uint64_t nr)
{
	for (size_t i = 0; i < p->nseen; i++)
		if (p->seen[i] == nr)
			return true;
	return false;
}

/* Reads and checks a page of a table; level 0 is the root. */
static int
get_page(struct pages *p, const struct page_table *t, uint64_t nr,
    unsigned level, const unsigned char **pagep)
{
	struct pages_cached *c = &p->cache[nr % PAGES_CACHE];
	bool branch = level + 1 < t->depth;

	if (nr < PAGE_METAS || nr >= p->end)
		return damaged(p, nr);
	note_seen(p, nr);
	*pagep = c->data;
	if (c->nr == nr && c->keys == t->keys && c->names == t->names &&
	    c->branch == branch)
		return 0;
	c->nr = 0;
	if (read_at(p, nr, 0, c->data, PAGE) == -1)
		return -1;
	if (!page_check(t, nr, branch, p->end, c->data))
		return damaged(p, nr);
	c->nr = nr;
	c->keys = t->keys;
	c->names = t->names;
	c->branch = branch;
	return 0;
}

/* Reads a part of a value that has pages of its own; checks their header. */
static int
read_overflow(struct pages *p, const struct page_node *n, uint64_t at,
    void *dst, size_t len)
{
	unsigned char head[PAGE_HEADER];
	uint64_t count;

	if (read_at(p, n->child, 0, head, sizeof(head)) == -1)
		return -1;
	count = page_load(head + 12, 4);
	if (page_load(head, 8) != n->child ||
	    page_load(head + 10, 2) != PAGE_OVERFLOW ||
	    count != (PAGE_HEADER - 1 + n->len) / PAGE + 1 ||
	    count > p->end - n->child)
		return damaged(p, n->child);
	return len == 0 ? 0 : read_at(p, n->child, PAGE_HEADER + at, dst, len);
}

/* Reads the value from `at' on, at most cap bytes. */
static int
take_part(struct pages *p, const struct page_node *n, uint64_t at, void *dst,
    size_t cap, size_t *lenp)
{
	size_t left = at < n->len ? n->len - at : 0;

	*lenp = left < cap ? left : cap;
	if (n->flags == PAGE_BIGDATA)
		return read_overflow(p, n, at, dst, *lenp);
	memcpy(dst, n->data + (n->len - left), *lenp);
	return 0;
}

static int
take_value(struct pages *p, const struct page_node *n, void *dst, size_t cap,
    size_t *lenp)
{
	if (n->len > cap) {
		errno = EMSGSIZE;
		return -1;
	}
	return take_part(p, n, 0, dst, cap, lenp);
}

/* Finds the last entry whose key is not above the number. */
static size_t
search(const struct page_table *t, const unsigned char *page, bool branch,
    uint64_t key)
{
	size_t low = 0, high = page_count(page);
	struct page_node n;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		page_node(page, middle, branch, &n);
		if (page_number(t, &n) <= key)
			low = middle;
		else
			high = middle;
	}
	return low;
}

/* Notes which keys a damaged page holds: those between its neighbours'. */
static int
damaged_between(struct pages *p, uint64_t first, uint64_t last)
{
	p->first = first;
	p->last = last;
	p->bad_keys = true;
	errno = EBADMSG;
	return -1;
}

/* Finds the entry with this key, or the one before it. */
static int
descend(struct pages *p, const struct page_table *t, uint64_t key,
    struct page_node *n)
{
	uint64_t nr = t->root, first = 0, last = UINT64_MAX;
	const unsigned char *page;

	for (unsigned level = 0; level < t->depth; level++) {
		bool branch = level + 1 < t->depth;
		struct page_node next;
		size_t i;

		if (get_page(p, t, nr, level, &page) == -1)
			return damaged_between(p, first, last);
		i = search(t, page, branch, key);
		page_node(page, i, branch, n);
		if ((i > 0 || !branch) &&
		    (page_number(t, n) < first || page_number(t, n) > last)) {
			damaged(p, nr);
			return damaged_between(p, first, last);
		}
		if (!branch)
			return 0;
		if (i > 0)
			first = page_number(t, n);
		if (i + 1 < page_count(page)) {
			page_node(page, i + 1, true, &next);
			last = page_number(t, &next) - 1;
		}
		nr = n->child;
	}
	errno = ENOENT;
	return -1;
}

static int
find_number(struct pages *p, const struct page_table *t, uint64_t key,
    struct page_node *n)
{
	if (descend(p, t, key, n) == -1)
		return -1;
	if (page_number(t, n) == key)
		return 0;
	errno = ENOENT;
	return -1;
}

int
pages_get_number(struct pages *p, const struct page_table *t, uint64_t key,
    void *dst, size_t cap, size_t *lenp)
{
	struct page_node n;

	if (find_number(p, t, key, &n) == -1)
		return -1;
	if (take_value(p, &n, dst, cap, lenp) == 0)
		return 0;
	return errno == EBADMSG ? damaged_between(p, key, key) : -1;
}

int
pages_get_part(struct pages *p, const struct page_table *t, uint64_t key,
    uint64_t at, void *dst, size_t cap, size_t *lenp, uint64_t *totalp)
{
	struct page_node n;

	if (find_number(p, t, key, &n) == -1)
		return -1;
	*totalp = n.len;
	if (take_part(p, &n, at, dst, cap, lenp) == 0)
		return 0;
	return errno == EBADMSG ? damaged_between(p, key, key) : -1;
}

/* A scan calls visit() for each entry of a table. */
struct pages_scan {
	int		(*visit)(struct pages *, const struct page_node *,
			    void *);
	void		*arg;
	const struct pages_walk *walk;	/* or NULL */
	uint64_t	 entries, pages;
};

static int
walk_page(const struct pages_scan *s, uint64_t nr, const unsigned char *page)
{
	const struct pages_walk *w = s->walk;

	return w == NULL || w->page == NULL ? 0 : w->page(w->arg, nr, page);
}

static int
walk_value(const struct pages_scan *s, const struct page_node *n)
{
	const struct pages_walk *w = s->walk;

	return w == NULL || w->value == NULL ? 0 :
	    w->value(w->arg, n->child, n->len);
}

static int
scan_leaf(struct pages *p, const unsigned char *page, struct pages_scan *s)
{
	struct page_node n;

	for (size_t i = 0; i < page_count(page); i++) {
		page_node(page, i, false, &n);
		s->entries++;
		if (n.flags == PAGE_BIGDATA) {
			if (read_overflow(p, &n, 0, NULL, 0) == -1 ||
			    walk_value(s, &n) == -1)
				return -1;
			s->pages += (PAGE_HEADER - 1 + n.len) / PAGE + 1;
		}
		if (s->visit(p, &n, s->arg) == -1)
			return -1;
	}
	return 0;
}

/* Reads each page of a table, and checks the table's counts. */
static int
scan(struct pages *p, const struct page_table *t, struct pages_scan *s)
{
	size_t at[PAGES_DEPTH] = { 0 };
	uint64_t nr = t->root;
	unsigned level = 0;
	const unsigned char *page;
	struct page_node n;

	while (t->depth > 0) {
		if (at[level] == 0) {
			if (get_page(p, t, nr, level, &page) == -1)
				return -1;
			memcpy(p->level[level], page, PAGE);
			if (++s->pages > t->pages)
				return damaged(p, nr);
			if (walk_page(s, nr, p->level[level]) == -1)
				return -1;
		}
		if (level + 1 == t->depth) {
			if (scan_leaf(p, p->level[level], s) == -1)
				return -1;
		} else if (at[level] < page_count(p->level[level])) {
			page_node(p->level[level], at[level]++, true, &n);
			nr = n.child;
			at[++level] = 0;
			continue;
		}
		if (level-- == 0)
			break;
	}
	if (s->entries != t->entries || s->pages != t->pages)
		return damaged(p, t->depth > 0 ? t->root : 0);
	return 0;
}

struct wanted {
	const char	*name;
	struct page_node	 found;
	unsigned char	*dst;
	size_t		 cap, len;
	int		 result;	/* errno, or 0 */
};

static int
visit_wanted(struct pages *p, const struct page_node *n, void *arg)
{
	struct wanted *w = arg;

	if (n->keylen != strlen(w->name) ||
	    memcmp(n->key, w->name, n->keylen) != 0)
		return 0;
	w->found = *n;
	w->result = 0;
	if (take_value(p, n, w->dst, w->cap, &w->len) == 0)
		return 0;
	w->result = errno;
	return errno == EMSGSIZE ? 0 : -1;
}

static int
find(struct pages *p, const struct page_table *t, struct wanted *w)
{
	struct pages_scan s = { .visit = visit_wanted, .arg = w };

	w->result = ENOENT;
	if (scan(p, t, &s) == -1)
		return -1;
	errno = w->result;
	return w->result == 0 ? 0 : -1;
}

int
pages_get_name(struct pages *p, const struct page_table *t, const char *key,
    void *dst, size_t cap, size_t *lenp)
{
	struct wanted w = { .name = key, .dst = dst, .cap = cap };

	if (find(p, t, &w) == -1)
		return -1;
	*lenp = w.len;
	return 0;
}

/* Returns false for a record that LMDB would not have written. */
static bool
parse_table(const struct pages *p, const unsigned char record[PAGE_RECORD],
    unsigned flags, struct page_table *t)
{
	uint64_t branches = page_load(record + 8, 8);
	uint64_t leaves = page_load(record + 16, 8);
	uint64_t overflows = page_load(record + 24, 8);

	t->depth = (unsigned)page_load(record + 6, 2);
	t->entries = page_load(record + 32, 8);
	t->root = page_load(record + 40, 8);
	t->pages = branches + leaves + overflows;
	if (page_load(record + 4, 2) != flags || branches > p->end ||
	    leaves > p->end || overflows > p->end || t->pages > p->end)
		return false;
	if (t->depth == 0)
		return t->root == UINT64_MAX && t->pages == 0 &&
		    t->entries == 0;
	return t->depth <= PAGES_DEPTH && t->root >= PAGE_METAS &&
	    t->root < p->end && t->entries > 0;
}

int
pages_find_table(struct pages *p, const char *name, enum page_keys keys,
    struct page_table *t)
{
	unsigned char record[PAGE_RECORD];
	struct wanted w = { .name = name, .dst = record,
	    .cap = sizeof(record) };

	if (find(p, &p->names, &w) == -1)
		return -1;
	if (w.found.flags != PAGE_SUBDATA || !parse_table(p, record, 0, t))
		return damaged(p, p->names.root);
	t->keys = keys;
	t->names = false;
	return 0;
}

void
pages_forget(struct pages *p)
{
	for (size_t i = 0; i < PAGES_CACHE; i++)
		p->cache[i].nr = 0;
}

/* Reads a meta page.  Returns 0, or -1 with ENOTSUP if it is not LMDB's. */
static int
read_meta(struct pages *p, unsigned nr, unsigned char meta[PAGE])
{
	if (read_at(p, nr, 0, meta, PAGE) == -1 ||
	    (page_load(meta + 10, 2) & PAGE_META) == 0 ||
	    page_load(meta + PAGE_HEADER, 4) != META_MAGIC ||
	    page_load(meta + PAGE_HEADER + 4, 4) != META_VERSION) {
		errno = ENOTSUP;
		return -1;
	}
	return 0;
}

/* Checks what LMDB writes once and never changes. */
static bool
check_meta(const unsigned char meta[PAGE], unsigned nr)
{
	return page_load(meta, 8) == nr &&
	    page_load(meta + 10, 2) == PAGE_META &&
	    page_load(meta + PAGE_HEADER + 24, 4) == PAGE;
}

/* Reads what LMDB uses of a meta page. */
static int
parse_meta(struct pages *p, unsigned nr, const unsigned char meta[PAGE])
{
	const unsigned char *m = meta + PAGE_HEADER;

	p->end = page_load(m + 120, 8) + 1;
	p->free.keys = KEYS_NATIVE;
	p->names.keys = KEYS_NAME;
	p->names.names = true;
	if (p->end < PAGE_METAS ||
	    p->end > UINT64_MAX / PAGE ||
	    !parse_table(p, m + 24, 8 /* MDB_INTEGERKEY */, &p->free) ||
	    !parse_table(p, m + 72, 0, &p->names))
		return damaged(p, nr);
	return 0;
}

/* Transactions write the meta pages in turn; the newest one counts. */
int
pages_load(struct pages *p, int fd)
{
	unsigned char meta[PAGE_METAS][PAGE];
	int missing = 0;
	unsigned newest;

	p->fd = fd;
	pages_forget(p);
	for (unsigned i = 0; i < PAGE_METAS; i++)
		if (read_meta(p, i, meta[i]) == -1)
			missing += 1 << i;
	if (missing == 3) {
		errno = ENOTSUP;
		return -1;
	}
	for (unsigned i = 0; i < PAGE_METAS; i++)
		if ((missing & 1 << i) != 0 || !check_meta(meta[i], i))
			return damaged(p, i);
	newest = page_load(meta[0] + PAGE_HEADER + 128, 8) <
	    page_load(meta[1] + PAGE_HEADER + 128, 8);
	return parse_meta(p, newest, meta[newest]);
}

/* A list of free pages: its length, then page numbers in falling order. */
static int
get_free(struct pages *p, const struct page_node *n, size_t i, uint64_t *nr)
{
	if (n->flags == PAGE_BIGDATA)
		return read_at(p, n->child, PAGE_HEADER + 8 * i, nr, 8);
	memcpy(nr, n->data + 8 * i, 8);
	return 0;
}

static int
visit_free(struct pages *p, const struct page_node *n, void *arg)
{
	uint64_t *total = arg, before = p->end, count = 0, nr = 0;

	if (n->len % 8 != 0 || n->len == 0 ||
	    get_free(p, n, 0, &count) == -1 || count > n->len / 8 - 1)
		return damaged(p, p->free.root);
	for (size_t i = 1; i <= count; i++, before = nr)
		if (get_free(p, n, i, &nr) == -1 || nr < PAGE_METAS ||
		    nr >= before || is_seen(p, nr))
			return damaged(p, p->free.root);
	*total += count;
	return 0;
}

static int
visit_any(struct pages *p, const struct page_node *n, void *arg)
{
	(void)p;
	(void)n;
	(void)arg;
	return 0;
}

int
pages_walk(struct pages *p, const struct page_table *t,
    const struct pages_walk *walk)
{
	struct pages_scan s = { .visit = visit_any, .walk = walk };

	return scan(p, t, &s);
}

static int
check_all(struct pages *p, const struct page_table *t)
{
	struct pages_scan s = { .visit = visit_any };

	return scan(p, t, &s);
}

/*
 * A page that is both free and in use would be overwritten: no page that LMDB
 * would change may be free, and the sum of all counts must not exceed the pages
 * in use.
 */
int
pages_check_append(struct pages *p, const struct page_table *const tables[],
    size_t n, const struct page_table *set)
{
	uint64_t total = PAGE_METAS + p->free.pages + p->names.pages +
	    set->pages;
	struct pages_scan free_pages = { .visit = visit_free, .arg = &total };
	struct page_node last;

	pages_forget(p);
	p->nseen = 0;
	if (check_all(p, &p->names) == -1 || check_all(p, set) == -1)
		return -1;
	for (size_t i = 0; i < n; i++) {
		const struct page_table *t = tables[i];

		total += t->pages;
		if (t->depth == 0)
			continue;
		if (descend(p, t, UINT64_MAX, &last) == -1)
			return -1;
		if (page_number(t, &last) != t->entries - 1)
			return damaged(p, t->root);
	}
	if (scan(p, &p->free, &free_pages) == -1)
		return -1;
	return total <= p->end ? 0 : damaged(p, p->free.root);
}
