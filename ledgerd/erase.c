#include "erase.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/disclosure.h"
#include "lib/evidence_names.h"
#include "lib/log.h"
#include "lib/wire.h"
#include "recent.h"

/* The files that are erased with a field, because they have its text. */
enum group { GROUP_NONE, GROUP_COMMAND, GROUP_MANIFEST, GROUP_ALL };

static const enum group groups[WITHHELD_COUNT] = {
	[WITHHELD_SUBMITTER] = GROUP_COMMAND,
	[WITHHELD_SUBMITTER_KEY] = GROUP_COMMAND,
	[WITHHELD_SESSION] = GROUP_COMMAND,
	[WITHHELD_AUTHOR] = GROUP_MANIFEST,
	[WITHHELD_AUTHOR_KEY] = GROUP_MANIFEST,
	[WITHHELD_ARGV] = GROUP_MANIFEST,
	[WITHHELD_SECRETS] = GROUP_MANIFEST,
	[WITHHELD_EVIDENCE] = GROUP_ALL,
};

static const struct {
	enum group	 group;
	const char	*name;
} files[] = {
	{ GROUP_COMMAND, EVIDENCE_COMMAND },
	{ GROUP_COMMAND, EVIDENCE_COMMAND_SIG },
	{ GROUP_MANIFEST, EVIDENCE_MANIFEST },
	{ GROUP_MANIFEST, EVIDENCE_MANIFEST_SIG },
};

static bool
is_in_group(enum group group, const char *name)
{
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (files[i].group == group && strcmp(files[i].name, name) == 0)
			return true;
	return group == GROUP_ALL;
}

static int
open_leaf(struct store *s, uint64_t leaf, struct beside *b, struct why *w)
{
	const uint64_t size = s->tip.tree.size;

	if (leaf >= size)
		return why_set(w, "there is no leaf %" PRIu64 "; the ledger "
		    "has %" PRIu64 ", from 0 on", leaf, size);
	if (beside_open(b, s, leaf) == -1)
		return why_set(w, "leaf %" PRIu64 " cannot be read: %s", leaf,
		    store_error(s));
	if (b->disclosures == 0)
		return why_set(w, "leaf %" PRIu64 " is of an older version, "
		    "which withheld nothing and kept nothing beside its "
		    "leaves", leaf);
	return 0;
}

static int
find_field(struct beside *b, enum withheld what, struct beside_field *f,
    struct why *w)
{
	const char *name = withheld_name(what);

	switch (beside_field(b, name, f)) {
	case -1:
		return why_set(w, "leaf %" PRIu64 " cannot be read: %s",
		    b->index, store_error(b->store));
	case 0:
		return why_set(w, "leaf %" PRIu64 " withholds no %s; its kind "
		    "is %s", b->index, name,
		    b->event == NULL ? "unknown here" : b->event->type);
	}
	if (!f->forgotten)
		return 0;
	return why_set(w, "%s of leaf %" PRIu64 " was forgotten; leaf %" PRIu64
	    " has the order", name, b->index, f->by);
}

int
erase_find_field(struct store *s, uint64_t leaf, enum withheld what,
    struct beside *b, struct beside_field *f, struct why *w)
{
	if (open_leaf(s, leaf, b, w) == -1)
		return -1;
	return find_field(b, what, f, w);
}

/* Some of the leaf's files must be there. */
static int
check_files(struct beside *b, struct why *w)
{
	struct beside_file f;
	size_t n = 0, kept = 0;
	int ret;

	for (ret = beside_file(b, 0, &f); ret == 1;
	    ret = beside_file(b, f.next, &f)) {
		n++;
		kept += f.kind != LEAF_FILE_FORGOTTEN;
	}
	if (ret == -1)
		return why_set(w, "the evidence of leaf %" PRIu64 " cannot be "
		    "read: %s", b->index, store_error(b->store));
	if (kept != 0)
		return 0;
	return why_set(w, n == 0 ? "leaf %" PRIu64 " has no evidence" :
	    "the evidence of leaf %" PRIu64 " was forgotten", b->index);
}

static bool
is_in_leaf(const struct erase *e, struct beside *b,
    const struct beside_file *f)
{
	uint64_t target;

	return f->kind == LEAF_FILE_SAME &&
	    is_in_group(groups[e->what], f->name) &&
	    beside_target(b, f, &target) == 0 && target == e->leaf;
}

/*
 * Whether a file of the later leaf is in the one whose files are erased.  One
 * that cannot be read has lost its reference, too.
 */
static bool
refers(const struct erase *e, uint64_t later)
{
	struct beside_file f;
	struct beside b;
	int ret;

	if (beside_open(&b, e->store, later) == -1)
		return false;
	for (ret = beside_file(&b, 0, &f); ret == 1;
	    ret = beside_file(&b, f.next, &f))
		if (is_in_leaf(e, &b, &f))
			return true;
	return false;
}

static uint64_t
last_referrer(const struct erase *e)
{
	const uint64_t last = e->store->tip.tree.size - 1;

	return last - e->leaf < RECENT_REACH ? last : e->leaf + RECENT_REACH;
}

static int
record_len(struct store *s, uint64_t index, uint64_t *len)
{
	unsigned char byte;
	size_t n;

	return store_record(s, index, 0, &byte, 1, &n, len);
}

static int
count(struct erase *e, uint64_t index, uint64_t own)
{
	uint64_t len;

	if (record_len(e->store, index, &len) == -1)
		return -1;
	e->records++;
	e->bytes += len + own;
	return 0;
}

static int
count_records(struct erase *e)
{
	const uint64_t last = last_referrer(e);
	uint64_t own;

	if (record_len(e->store, e->leaf, &own) == -1 ||
	    count(e, e->leaf, 0) == -1)
		return -1;
	if (groups[e->what] == GROUP_NONE)
		return 0;
	for (uint64_t i = e->leaf + 1; i <= last; i++)
		if (refers(e, i) && count(e, i, own) == -1)
			return -1;
	return 0;
}

int
erase_plan(struct erase *e, struct store *s, uint64_t leaf, enum withheld what,
    struct why *w)
{
	struct beside b;

	memset(e, 0, sizeof(*e));
	e->store = s;
	e->leaf = leaf;
	e->what = what;
	if (open_leaf(s, leaf, &b, w) == -1)
		return -1;
	if (what == WITHHELD_EVIDENCE ? check_files(&b, w) == -1 :
	    find_field(&b, what, &e->field, w) == -1)
		return -1;
	if (count_records(e) == 0)
		return 0;
	return why_set(w, "what is to be erased cannot be read: %s",
	    store_error(s));
}

/* A whole record in memory, wiped when it is freed. */
struct erase_record {
	unsigned char	*p;
	size_t		 len;
};

/*
 * As it is committed; the transaction has not been written, and no other
 * erases.
 */
static int
load(struct store *s, uint64_t index, struct erase_record *r)
{
	uint64_t total;
	size_t n;

	if (record_len(s, index, &total) == -1)
		return -1;
	r->len = total;
	r->p = malloc(r->len);
	if (r->p == NULL)
		die_errno("a record of %zu bytes", r->len);
	return store_record(s, index, 0, r->p, r->len, &n, &total);
}

static void
unload(struct erase_record *r)
{
	if (r->p != NULL)
		explicit_bzero(r->p, r->len);
	free(r->p);
	r->p = NULL;
}

/* Zeros for the value, and who ordered it for the salt. */
static void
erase_value(const struct erase *e, const struct erase_record *r, uint64_t by)
{
	struct put salt;

	put_init(&salt, r->p + e->field.salt, DISCLOSURE_SALT);
	put_u64(&salt, 0);
	put_u64(&salt, by);
	memset(r->p + e->field.value, 0, e->field.value_len);
}

static void
erase_file(const struct erase_record *r, const struct beside_file *f)
{
	r->p[f->head] = LEAF_FILE_FORGOTTEN;
	memset(r->p + f->content, 0, f->len);
}

/* Where the files of the erased leaf are from now on. */
struct moved {
	struct beside	 own;		/* the erased leaf */
	struct erase_record	 record;	/* its record */
	size_t		 n;
	struct {
		char		 name[EVIDENCE_NAME_MAX + 1];
		uint64_t	 to;
	} list[8];			/* a leaf has 4 that others refer to */
};

/* Puts the bytes of a file into the first leaf that refers to it. */
static int
move(struct moved *m, const char *name, uint64_t to, struct put *out)
{
	struct beside_file from;

	if (m->n == sizeof(m->list) / sizeof(m->list[0]) ||
	    beside_find(&m->own, name, &from) != 1 ||
	    from.kind != LEAF_FILE_BYTES) {
		errno = EBADMSG;
		return -1;
	}
	strcpy(m->list[m->n].name, name);
	m->list[m->n++].to = to;
	put_u8(out, LEAF_FILE_BYTES);
	put_cstr(out, name);
	put_string(out, m->record.p + from.content, from.len);
	return 0;
}

static int
refer(struct moved *m, const char *name, uint64_t here, struct put *out)
{
	for (size_t i = 0; i < m->n; i++) {
		if (strcmp(m->list[i].name, name) != 0)
			continue;
		put_u8(out, LEAF_FILE_SAME);
		put_cstr(out, name);
		put_u32(out, sizeof(m->list[i].to));
		put_u64(out, m->list[i].to);
		return 0;
	}
	return move(m, name, here, out);
}

/* The evidence of a later leaf, with its references changed. */
static int
put_files(const struct erase *e, struct moved *m, struct beside *b,
    const struct erase_record *old, struct put *out)
{
	struct beside_file f;
	int ret;

	for (ret = beside_file(b, 0, &f); ret == 1;
	    ret = beside_file(b, f.next, &f)) {
		if (!is_in_leaf(e, b, &f))
			put_raw(out, old->p + f.head, f.next - f.head);
		else if (refer(m, f.name, b->index, out) == -1)
			return -1;
	}
	return ret;
}

static int
put_record(const struct erase *e, struct moved *m, struct beside *b,
    const struct erase_record *old, struct put *out)
{
	struct put head;

	put_raw(out, old->p, b->evidence);
	if (put_files(e, m, b, old, out) == -1)
		return -1;
	put_init(&head, out->base + b->evidence - 4, 4);
	put_u32(&head, (uint32_t)(out->len - b->evidence));
	errno = out->err;
	return out->err == 0 ? 0 : -1;
}

static int
rewrite(const struct erase *e, struct moved *m, uint64_t index)
{
	struct erase_record old = { 0 }, new = { 0 };
	struct beside b;
	struct put out;
	int ret = -1;

	if (beside_open(&b, e->store, index) == -1 ||
	    load(e->store, index, &old) == -1)
		goto out;
	new.len = old.len + m->record.len;
	new.p = malloc(new.len);
	if (new.p == NULL)
		die_errno("a record of %zu bytes", new.len);
	put_init(&out, new.p, new.len);
	if (put_record(e, m, &b, &old, &out) == 0)
		ret = store_replace(e->store, index,
		    (struct bytes){ out.base, out.len });
out:
	unload(&old);
	unload(&new);
	return ret;
}

/* Files that later leaves refer to are moved before they are erased. */
static int
move_files(const struct erase *e, struct moved *m)
{
	const uint64_t last = last_referrer(e);

	for (uint64_t i = e->leaf + 1; i <= last; i++)
		if (refers(e, i) && rewrite(e, m, i) == -1)
			return -1;
	return 0;
}

static int
erase_files(const struct erase *e, struct moved *m)
{
	const enum group group = groups[e->what];
	struct beside_file f;
	int ret;

	if (group == GROUP_NONE)
		return 0;
	if (move_files(e, m) == -1)
		return -1;
	for (ret = beside_file(&m->own, 0, &f); ret == 1;
	    ret = beside_file(&m->own, f.next, &f))
		if (is_in_group(group, f.name))
			erase_file(&m->record, &f);
	return ret;
}

/*
 * What is read here is what is committed: LMDB has not written the transaction,
 * and it rewrites each record once.
 */
int
erase_apply(struct erase *e, uint64_t by)
{
	static struct moved m;
	int ret = -1;

	memset(&m, 0, sizeof(m));
	if (beside_open(&m.own, e->store, e->leaf) == 0 &&
	    load(e->store, e->leaf, &m.record) == 0 &&
	    erase_files(e, &m) == 0) {
		if (e->what != WITHHELD_EVIDENCE)
			erase_value(e, &m.record, by);
		ret = store_replace(e->store, e->leaf,
		    (struct bytes){ m.record.p, m.record.len });
	}
	unload(&m.record);
	if (ret == -1)
		store_abort(e->store);
	return ret;
}
