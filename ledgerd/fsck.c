#include "fsck.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "beside.h"
#include "leaf.h"
#include "lib/disclosure.h"
#include "lib/evidence_names.h"
#include "lib/msg/msg.h"
#include "lib/sha256.h"
#include "lib/sums.h"

#define LINE_MAX	512	/* of one finding */
#define STEP_MAX	(32 * LINE_MAX)	/* a step has fewer, and shorter ones */
#define SD		"\"_sd\":["
#define SUMS_MAX	(SITE_FILES_MAX * SUMS_LINE(SITE_PATH_MAX))
#define NAMED_MAX	16	/* files of one leaf; a site has hundreds */

/* One leaf in its step. */
struct fsck_leaf {
	struct fsck		*f;
	uint64_t		 index;
	unsigned char		 hash[TREE_HASH];	/* as the tree has it */
	bool			 hashed;		/* it could be read */
	const char		*text;			/* NULL: lost */
	size_t			 len;
	unsigned		 nfiles;		/* not as recorded */
	bool			 listed;		/* it has been read: */
	size_t			 sums_len;		/* site/SHA256SUMS */
};

static void
find(struct fsck *f, const char *fmt, ...)
{
	char line[LINE_MAX];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(line, sizeof(line) - 1, fmt, ap);
	va_end(ap);
	if (n < 0 || n >= (int)sizeof(line) - 1)
		n = (int)sizeof(line) - 2;
	line[n] = '\n';
	put_raw(&f->text, line, (size_t)n + 1);
	f->findings++;
}

/*
 * Says what could not be read.  A page is named once, although many leaves or
 * nodes may be on it.
 */
static void
find_unread(struct fsck *f, const char *what, uint64_t number)
{
	const struct store *s = f->store;

	if (strncmp(s->damage, "page ", 5) == 0) {
		if (s->pages.bad == f->page)
			return;
		f->page = s->pages.bad;
	}
	find(f, "%s %" PRIu64 " cannot be read: %s", what, number,
	    store_error(s));
}

static bool
read_node(struct fsck *f, unsigned level, uint64_t index,
    unsigned char hash[TREE_HASH])
{
	if (store_node_kept(f->store, level, index, hash) == 0)
		return true;
	find_unread(f, "node", tree_node_number(level, index));
	return false;
}

/* The nodes that the leaf completed are those of the two below them. */
static void
check_nodes(struct fsck_leaf *l)
{
	unsigned char left[TREE_HASH], right[TREE_HASH], is[TREE_HASH];
	struct fsck *f = l->f;
	uint64_t at = l->index;

	for (unsigned level = 1; (at & 1) != 0; level++) {
		bool below = read_node(f, level - 1, at - 1, left) &&
		    read_node(f, level - 1, at, right);

		at >>= 1;
		if (!read_node(f, level, at, is))
			continue;
		f->nodes++;
		tree_hash_children(left, right, left);
		if (below && memcmp(left, is, sizeof(is)) != 0)
			find(f, "node %" PRIu64 " is not that of the two "
			    "below it; it can be computed again",
			    tree_node_number(level, at));
	}
}

/* Reads the leaf's hash and text. */
static void
read_leaf(struct fsck_leaf *l)
{
	static char text[LEAF_MAX];
	unsigned char is[TREE_HASH];
	struct fsck *f = l->f;

	l->hashed = read_node(f, 0, l->index, l->hash);
	f->nodes += l->hashed;
	if (store_leaf(f->store, l->index, text, sizeof(text), &l->len) == -1) {
		find_unread(f, "leaf", l->index);
		return;
	}
	f->leaves++;
	tree_hash_leaf(text, l->len, is);
	if (l->hashed && memcmp(is, l->hash, sizeof(is)) != 0) {
		find(f, "leaf %" PRIu64 " is not as it was recorded; only a "
		    "copy of the data disk still has it", l->index);
		return;
	}
	l->text = text;
}

static void
check_prev(struct fsck_leaf *l)
{
	unsigned char prev[TREE_HASH] = { 0 };

	if (l->index > 0 && !read_node(l->f, 0, l->index - 1, prev))
		return;
	if (leaf_check(l->text, l->len, l->index, prev) == -1)
		find(l->f, "leaf %" PRIu64 " does not follow the leaf before "
		    "it", l->index);
}

/* Where the leaf's digests of disclosures begin, and how many there are. */
static const char *
find_digests(const struct fsck_leaf *l, size_t *n)
{
	const size_t one = DISCLOSURE_DIGEST + 3;	/* quotes, comma */
	const char *end = l->text + l->len;
	const char *at = memmem(l->text, l->len, SD, strlen(SD)), *close;

	*n = 0;
	if (at == NULL)
		return NULL;
	at += strlen(SD);
	close = memchr(at, ']', (size_t)(end - at));
	*n = close == NULL ? 0 : ((size_t)(close - at) + 1) / one;
	return at;
}

static int
read_value(const struct beside *b, const struct beside_field *field,
    unsigned char value[DISCLOSURES_MAX])
{
	uint64_t total;
	size_t len;

	if (field->value_len > DISCLOSURES_MAX)
		return -1;
	if (store_record(b->store, b->index, field->value, value,
	    field->value_len, &len, &total) == -1)
		return -1;
	return len == field->value_len ? 0 : -1;
}

/* The nth withheld field must have the nth digest. */
static void
check_field(struct fsck_leaf *l, struct beside *b, const char *name,
    const char *want)
{
	static unsigned char value[DISCLOSURES_MAX];
	char digest[DISCLOSURE_DIGEST + 1];
	struct beside_field field;
	const int found = beside_field(b, name, &field);

	if (found == 1 && field.forgotten)
		return;
	if (found == 1 && read_value(b, &field, value) == 0) {
		disclosure_digest(field.salt_bytes, name, value,
		    field.value_len, digest);
		l->f->disclosures++;
		if (memcmp(want + 1, digest, DISCLOSURE_DIGEST) == 0)
			return;
	}
	find(l->f, "leaf %" PRIu64 ": what discloses its %s is lost; the leaf "
	    "is whole without it", l->index, name);
}

static void
check_disclosures(struct fsck_leaf *l, struct beside *b)
{
	size_t n, nth = 0;
	const char *digests = find_digests(l, &n);

	if (b->event == NULL)
		return;
	for (const struct event_field *row = b->event->fields;
	    row->name != NULL && nth < n; row++)
		if (row->withheld)
			check_field(l, b, row->name, digests + nth++ *
			    (DISCLOSURE_DIGEST + 3));
}

static int
hash_file(struct beside *b, const struct beside_file *file,
    unsigned char digest[SHA256_LEN])
{
	static unsigned char part[16384];
	struct sha256 h;
	bool last = false;
	size_t len;

	sha256_init(&h);
	for (uint64_t at = 0; !last; at += len) {
		if (beside_read(b, file, at, part, sizeof(part), &len, &last)
		    == -1)
			return -1;
		sha256_update(&h, part, len);
	}
	sha256_final(&h, digest);
	return 0;
}

static char sums[SUMS_MAX];		/* of the leaf in its step */

/* Once for each leaf; an empty one when it cannot be read. */
static void
read_sums(struct fsck_leaf *l, struct beside *b)
{
	struct beside_file file;
	bool last;

	if (l->listed)
		return;
	l->listed = true;
	if (beside_find(b, EVIDENCE_SUMS, &file) != 1 ||
	    beside_read(b, &file, 0, sums, sizeof(sums), &l->sums_len,
	    &last) == -1)
		l->sums_len = 0;
}

/* A file of the site is a line of the site's list of digests. */
static bool
is_listed(struct fsck_leaf *l, struct beside *b, const char *name,
    const char *hex)
{
	char line[LINE_MAX];

	read_sums(l, b);
	snprintf(line, sizeof(line), "%s  %s\n", hex,
	    name + strlen(EVIDENCE_SITE));
	return memmem(sums, l->sums_len, line, strlen(line)) != NULL;
}

/* Whether the leaf has this digest in this member. */
static bool
has_digest(const struct fsck_leaf *l, const char *member, const char *hex)
{
	char text[128];

	snprintf(text, sizeof(text), "\"%s\":\"%s\"", member, hex);
	return memmem(l->text, l->len, text, strlen(text)) != NULL;
}

/* Whether this is the file whose digest the leaf has; true for a signature. */
static bool
is_named(struct fsck_leaf *l, struct beside *b, const char *name,
    const char *hex)
{
	static const struct {
		const char	*name, *member;
	} files[] = {
		{ EVIDENCE_COMMAND, "command_sha256" },
		{ EVIDENCE_MANIFEST, "manifest_sha256" },
		{ EVIDENCE_SUMS, "site" },
	};

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (strcmp(files[i].name, name) == 0)
			return has_digest(l, files[i].member, hex);
	return strncmp(name, EVIDENCE_SITE, strlen(EVIDENCE_SITE)) != 0 ||
	    is_listed(l, b, name, hex);
}

/* So that what one leaf has lost fits into a slice. */
static void
find_file(struct fsck_leaf *l, const char *name)
{
	if (l->nfiles++ < NAMED_MAX)
		find(l->f, "leaf %" PRIu64 ": its evidence %s is not as it was "
		    "recorded; only a copy of the data disk still has it",
		    l->index, name);
	else if (l->nfiles == NAMED_MAX + 1)
		find(l->f, "leaf %" PRIu64 ": more of its evidence is not as "
		    "it was recorded", l->index);
}

static void
check_file(struct fsck_leaf *l, struct beside *b, struct beside_file *file)
{
	unsigned char digest[SHA256_LEN];
	char hex[2 * SHA256_LEN + 1];

	if (file->kind == LEAF_FILE_FORGOTTEN)
		return;
	if (hash_file(b, file, digest) == 0) {
		l->f->files++;
		sha256_hex(digest, hex);
		if (is_named(l, b, file->name, hex))
			return;
	}
	find_file(l, file->name);
}

static void
check_beside(struct fsck_leaf *l)
{
	struct beside_file file;
	struct beside b;
	int ret;

	if (beside_open(&b, l->f->store, l->index) == -1) {
		find_unread(l->f, "leaf", l->index);
		return;
	}
	check_disclosures(l, &b);
	for (ret = beside_file(&b, 0, &file); ret == 1;
	    ret = beside_file(&b, file.next, &file))
		check_file(l, &b, &file);
	if (ret == -1)
		find_unread(l->f, "leaf", l->index);
}

static void
check_leaf(struct fsck *f, uint64_t index)
{
	struct fsck_leaf l = { .f = f, .index = index };

	read_leaf(&l);
	check_nodes(&l);
	if (l.text == NULL)
		return;
	check_prev(&l);
	check_beside(&l);
}

/* What belongs to no leaf. */
static void
check_rest(struct fsck *f)
{
	struct why why;

	if (store_check_rest(f->store, &why) == -1)
		find(f, "%s", why.text);
}

void
fsck_start(struct fsck *f, struct store *s, uint64_t next, uint64_t page)
{
	memset(f, 0, sizeof(*f));
	f->store = s;
	f->next = next;
	f->page = page;
}

void
fsck_some(struct fsck *f, void *room, size_t cap)
{
	const uint64_t size = f->store->tip.tree.size, first = f->next;

	put_init(&f->text, room, cap);
	for (; f->next < size && f->next - first < FSCK_LEAVES; f->next++) {
		if (cap - f->text.len < STEP_MAX)
			return;
		check_leaf(f, f->next);
	}
	if (f->next < size || cap - f->text.len < LINE_MAX)
		return;
	check_rest(f);
	f->done = true;
}
