#include "beside.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/disclosure.h"
#include "lib/msg/msg.h"
#include "lib/withheld.h"
#include "lib/wire.h"

/* A value's JSON; its disclosure has a third more, and DISCLOSURES_MAX. */
#define VALUE_MAX	(DISCLOSURES_MAX / 4 * 3)

_Static_assert(sizeof(((struct beside_field *)0)->salt_bytes) ==
    DISCLOSURE_SALT, "a salt fits");

/* The page is valid, but what it holds is not what was written. */
static int
spoilt(struct beside *b)
{
	struct store *s = b->store;

	snprintf(s->damage, sizeof(s->damage), "what is kept beside leaf %"
	    PRIu64 " is not as it was written; only a copy of the data disk "
	    "still has it", b->index);
	s->rc = errno = EBADMSG;
	return -1;
}

/* Reads exactly len bytes of the record. */
static int
read_at(struct beside *b, uint64_t at, void *dst, size_t len)
{
	uint64_t total;
	size_t n;

	if (store_record(b->store, b->index, at, dst, len, &n, &total) == -1)
		return -1;
	return n == len ? 0 : spoilt(b);
}

/* Reads a number of len bytes. */
static int
read_number(struct beside *b, uint64_t at, size_t len, uint64_t *n)
{
	unsigned char bytes[8] = { 0 };
	struct get g;

	if (read_at(b, at, bytes + sizeof(bytes) - len, len) == -1)
		return -1;
	get_init(&g, bytes, sizeof(bytes));
	*n = get_u64(&g);
	return 0;
}

static int
read_u32(struct beside *b, uint64_t at, uint64_t *n)
{
	return read_number(b, at, 4, n);
}

/* Two strings fill the rest of the record. */
static int
find_parts(struct beside *b, uint64_t at, uint64_t total)
{
	b->disclosures = at + 4;
	if (read_u32(b, at, &b->disclosures_len) == -1)
		return -1;
	if (b->disclosures_len > total - b->disclosures)
		return spoilt(b);
	at = b->disclosures + b->disclosures_len;
	b->evidence = at + 4;
	if (read_u32(b, at, &b->evidence_len) == -1)
		return -1;
	return b->evidence_len == total - b->evidence ? 0 : spoilt(b);
}

int
beside_open(struct beside *b, struct store *s, uint64_t index)
{
	static char text[LEAF_MAX + 1];
	uint64_t total;
	size_t len, n;

	memset(b, 0, sizeof(*b));
	b->store = s;
	b->index = index;
	pages_forget(&s->pages);
	if (store_record(s, index, 0, text, sizeof(text), &n, &total) == -1)
		return -1;
	len = leaf_text_len(text, n);
	if (len == n && n < total)
		return spoilt(b);
	b->event = leaf_event(text, len);
	leaf_site(text, len, b->site);
	return len == total ? 0 : find_parts(b, len + 1, total);
}

/* The field at this place of the record; sets *at behind it. */
static int
read_field(struct beside *b, uint64_t *at, struct beside_field *f)
{
	static const unsigned char zeros[8];
	const uint64_t end = b->disclosures + b->disclosures_len;
	struct get g;

	f->salt = *at;
	f->value = f->salt + DISCLOSURE_SALT + 4;
	if (f->value > end)
		return spoilt(b);
	if (read_at(b, f->salt, f->salt_bytes, DISCLOSURE_SALT) == -1 ||
	    read_u32(b, f->value - 4, &f->value_len) == -1)
		return -1;
	if (f->value_len > end - f->value)
		return spoilt(b);
	*at = f->value + f->value_len;
	get_init(&g, f->salt_bytes + sizeof(zeros), 8);
	f->by = get_u64(&g);
	f->forgotten = memcmp(f->salt_bytes, zeros, sizeof(zeros)) == 0;
	return 0;
}

/* A walk over the withheld fields, in the order of the row. */
struct fields_walk {
	const struct event_field	*row;
	uint64_t			 at;
};

static void
walk_start(const struct beside *b, struct fields_walk *w)
{
	static const struct event_field none;

	w->row = b->event == NULL ? &none : b->event->fields;
	w->at = b->disclosures;
}

/*
 * Returns 1, or 0 after the last.  An older leaf has fewer than its row, which
 * has grown since; one of a newer version may have more.
 */
static int
walk_next(struct beside *b, struct fields_walk *w, struct beside_field *f)
{
	while (w->row->name != NULL && !w->row->withheld)
		w->row++;
	if (w->row->name == NULL ||
	    w->at >= b->disclosures + b->disclosures_len)
		return 0;
	f->name = w->row++->name;
	return read_field(b, &w->at, f) == -1 ? -1 : 1;
}

int
beside_field(struct beside *b, const char *name, struct beside_field *f)
{
	struct fields_walk w;
	int ret;

	walk_start(b, &w);
	while ((ret = walk_next(b, &w, f)) == 1)
		if (strcmp(f->name, name) == 0)
			return 1;
	return ret;
}

static int
disclose(struct beside *b, const struct beside_field *f, struct put *p)
{
	static unsigned char value[VALUE_MAX];

	if (f->value_len > sizeof(value))
		return spoilt(b);
	if (read_at(b, f->value, value, f->value_len) == -1)
		return -1;
	disclosure_put(p, f->salt_bytes, f->name, value, f->value_len);
	put_raw(p, "\n", 1);
	return p->err == 0 ? 0 : spoilt(b);
}

static bool
is_in(uint32_t mask, const char *name)
{
	const enum withheld w = withheld_find(name);

	return w != WITHHELD_COUNT && (mask & withheld_bit(w)) != 0;
}

int
beside_disclose(struct beside *b, uint32_t mask, struct put *p)
{
	struct beside_field f;
	struct fields_walk w;
	int ret;

	walk_start(b, &w);
	while ((ret = walk_next(b, &w, &f)) == 1)
		if (is_in(mask, f.name) && !f.forgotten &&
		    disclose(b, &f, p) == -1)
			return -1;
	return ret;
}

/* What the list has from here on must hold so many bytes. */
static bool
has(const struct beside *b, uint64_t at, uint64_t len)
{
	const uint64_t end = b->evidence + b->evidence_len;

	return at <= end && len <= end - at;
}

int
beside_file(struct beside *b, uint64_t head, struct beside_file *f)
{
	unsigned char kind;
	uint64_t at, len;

	f->head = head == 0 ? b->evidence : head;
	if (f->head >= b->evidence + b->evidence_len)
		return 0;
	at = f->head + 1;
	if (!has(b, at, 4))
		return spoilt(b);
	if (read_at(b, f->head, &kind, 1) == -1 || read_u32(b, at, &len) == -1)
		return -1;
	at += 4;
	if (kind < LEAF_FILE_BYTES || kind > LEAF_FILE_FORGOTTEN ||
	    len > EVIDENCE_NAME_MAX || !has(b, at, len + 4))
		return spoilt(b);
	f->kind = (enum leaf_file)kind;
	if (read_at(b, at, f->name, len) == -1 ||
	    read_u32(b, at + len, &f->len) == -1)
		return -1;
	f->name[len] = '\0';
	f->content = at + len + 4;
	f->next = f->content + f->len;
	return has(b, f->content, f->len) ? 1 : spoilt(b);
}

int
beside_nth(struct beside *b, uint64_t *n, struct beside_file *f)
{
	int ret = beside_file(b, 0, f);

	for (; ret == 1 && *n > 0; --*n)
		ret = beside_file(b, f->next, f);
	return ret;
}

int
beside_find(struct beside *b, const char *name, struct beside_file *f)
{
	int ret = beside_file(b, 0, f);

	while (ret == 1 && strcmp(f->name, name) != 0)
		ret = beside_file(b, f->next, f);
	return ret;
}

int
beside_target(struct beside *b, const struct beside_file *f, uint64_t *leaf)
{
	if (f->kind != LEAF_FILE_SAME || f->len != sizeof(*leaf))
		return spoilt(b);
	if (read_number(b, f->content, sizeof(*leaf), leaf) == -1)
		return -1;
	return *leaf < b->index ? 0 : spoilt(b);
}

static int
read_bytes(struct beside *b, const struct beside_file *f, uint64_t at,
    void *dst, size_t cap, size_t *lenp, bool *lastp)
{
	const uint64_t left = at < f->len ? f->len - at : 0;

	*lenp = left < cap ? left : cap;
	*lastp = *lenp == left;
	return read_at(b, f->content + at, dst, *lenp);
}

/* The leaf that has the bytes has them itself. */
static int
read_same(struct beside *b, const struct beside_file *f, uint64_t at,
    void *dst, size_t cap, size_t *lenp, bool *lastp)
{
	struct beside_file there;
	struct beside target;
	uint64_t leaf;
	int ret;

	if (beside_target(b, f, &leaf) == -1 ||
	    beside_open(&target, b->store, leaf) == -1)
		return -1;
	ret = beside_find(&target, f->name, &there);
	if (ret == -1)
		return -1;
	if (ret == 0 || there.kind != LEAF_FILE_BYTES)
		return spoilt(b);
	return read_bytes(&target, &there, at, dst, cap, lenp, lastp);
}

int
beside_read(struct beside *b, const struct beside_file *f, uint64_t at,
    void *dst, size_t cap, size_t *lenp, bool *lastp)
{
	*lenp = 0;
	*lastp = true;
	switch (f->kind) {
	case LEAF_FILE_BYTES:
		return read_bytes(b, f, at, dst, cap, lenp, lastp);
	case LEAF_FILE_SAME:
		return read_same(b, f, at, dst, cap, lenp, lastp);
	case LEAF_FILE_FORGOTTEN:
		return 0;
	}
	return spoilt(b);
}
