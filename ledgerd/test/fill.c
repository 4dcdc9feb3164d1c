#include "fill.h"

#include <sys/stat.h>

#include <atf-c.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ledgerd/leaf.h"
#include "ledgerd/test/evident.h"
#include "lib/msg/msg.h"

void
fill_old(void)
{
	const char *src = getenv("CASEMATE_SRC");
	char command[4200];

	snprintf(command, sizeof(command), "tar -xzf '%s/ledgerd/testdata/"
	    "v1.tar.gz' --no-same-owner", src == NULL ? "." : src);
	ATF_REQUIRE_EQ(0, system(command));
}

void
fill_open(struct store *s)
{
	struct why why;

	ATF_REQUIRE(mkdir("ledger", 0700) == 0 || errno == EEXIST);
	ATF_REQUIRE_MSG(store_open(s, "ledger", 64, &why) == 0, "%s",
	    why.text);
}

/* Appends the leaf of an event to the transaction. */
static int
put_event(struct store *s, const struct event_info *info, struct put *fields,
    struct bytes files, const struct leaf_finder *finder)
{
	static char text[LEAF_MAX];
	static const unsigned char site[DIGEST_LEN];
	struct leaf leaf = {
		.index = s->next.tree.size, .source = "casemate/test",
		.type = info->type, .prev = s->next.last,
		.time = { .tv_sec = 1700000000 }, .boot = "boot",
		.site = site,
	};
	struct leaf_data data;
	struct put p;
	int ret;

	ATF_REQUIRE_EQ(0, fields->err);
	ATF_REQUIRE_EQ(0, leaf_data_make(&data, info,
	    (struct bytes){ fields->base, fields->len }, files, finder));
	leaf.data = data.text;
	put_init(&p, text, sizeof(text));
	leaf_format(&p, &leaf);
	ATF_REQUIRE_EQ(0, p.err);
	ret = store_put(s, (struct bytes){ text, p.len }, data.beside);
	leaf_data_free(&data);
	return ret;
}

static int
put_stopped(struct store *s, size_t len)
{
	static unsigned char fields[EVENT_MAX];
	static char how[EVENT_MAX];
	struct put f;

	memset(how, 'x', len);
	how[len] = '\0';
	put_init(&f, fields, sizeof(fields));
	event_put_appliance_stopped(&f, &(struct event_appliance_stopped){
	    .how = how });
	return put_event(s, event_info(EVENT_APPLIANCE_STOPPED), &f,
	    (struct bytes){ "", 0 }, NULL);
}

int
fill_batch(struct store *s, unsigned n, size_t len)
{
	if (store_begin(s, n, n * LEAF_MAX) == -1)
		return -1;
	for (unsigned i = 0; i < n; i++)
		if (put_stopped(s, len) == -1)
			return -1;
	return store_commit(s);
}

static int
put_evident(struct store *s, size_t len)
{
	struct evident e;

	evident_make(&e, s->next.tree.size, len);
	return put_event(s, event_info(EVENT_JOB_REFUSED), &e.fields,
	    e.evidence, NULL);
}

int
fill_evidence(struct store *s, unsigned n, size_t len)
{
	if (store_begin(s, n, n * (2 * LEAF_MAX + len)) == -1)
		return -1;
	for (unsigned i = 0; i < n; i++)
		if (put_evident(s, len) == -1)
			return -1;
	return store_commit(s);
}

static void
put_tagged(struct put *f, enum field_kind kind, const char *tag,
    const char *name)
{
	static const unsigned char digest[DIGEST_LEN];
	char text[256];

	snprintf(text, sizeof(text), "%s %s", tag, name);
	switch (kind) {
	case FIELD_STR:
		put_cstr(f, text);
		return;
	case FIELD_HEX:
		put_string(f, digest, sizeof(digest));
		return;
	case FIELD_U64:
		put_u64(f, 1);
		return;
	case FIELD_LIST:
		put_u32(f, (uint32_t)(4 + strlen(text)));
		put_cstr(f, text);
		return;
	}
}

static void
put_fields(struct put *f, enum event nr, const char *tag)
{
	static unsigned char fields[EVENT_MAX];
	const struct event_field *i = event_info(nr)->fields;

	put_init(f, fields, sizeof(fields));
	for (; i->name != NULL; i++)
		put_tagged(f, i->kind, tag, i->name);
	ATF_REQUIRE_EQ(0, f->err);
}

struct bytes
fill_tagged(enum event nr, const char *tag)
{
	struct put f;

	put_fields(&f, nr, tag);
	return (struct bytes){ f.base, f.len };
}

int
fill_event(struct store *s, enum event nr, const char *tag,
    struct bytes evidence, const struct leaf_finder *finder)
{
	struct put f;

	put_fields(&f, nr, tag);
	if (store_begin(s, 1, 2 * LEAF_MAX + evidence.len) == -1 ||
	    put_event(s, event_info(nr), &f, evidence, finder) == -1)
		return -1;
	return store_commit(s);
}

uint64_t
fill_fsck(struct store *s, struct fsck *f, char *text, size_t cap)
{
	static char slice[DATA_MAX];
	struct put all;

	put_init(&all, text, cap - 1);
	fsck_start(f, s, 0, 0);
	while (!f->done) {
		fsck_some(f, slice, sizeof(slice));
		put_raw(&all, slice, f->text.len);
	}
	text[all.len] = '\0';
	return f->findings;
}

void
fill_check(struct store *s)
{
	static char text[LEAF_MAX];
	unsigned char made[TREE_LEVELS][TREE_HASH], hash[TREE_HASH] = { 0 };
	unsigned char root[TREE_HASH], want[TREE_HASH];
	struct proof proof;
	struct tree t;
	size_t len;

	tree_init(&t);
	tree_root(&s->tip.tree, want);
	for (uint64_t i = 0; i < s->tip.tree.size; i++) {
		ATF_REQUIRE_EQ_MSG(0, store_leaf(s, i, text, sizeof(text),
		    &len), "leaf %u: %s", (unsigned)i, store_error(s));
		ATF_REQUIRE_EQ(0, leaf_check(text, len, i, hash));
		tree_hash_leaf(text, len, hash);
		tree_append(&t, hash, made);
		ATF_REQUIRE_EQ(0, store_prove(s, i, s->tip.tree.size, &proof));
		ATF_REQUIRE_EQ(0, tree_verify(hash, i, s->tip.tree.size,
		    &proof, want));
	}
	tree_root(&t, root);
	ATF_REQUIRE(memcmp(root, want, sizeof(root)) == 0);
	ATF_REQUIRE(t.size == 0 ||
	    memcmp(hash, s->tip.last, sizeof(hash)) == 0);
	ATF_REQUIRE_EQ(-1, store_leaf(s, t.size, text, sizeof(text), &len));
	ATF_REQUIRE_EQ(ENOENT, errno);
}

void
fill_reopen(struct store *s)
{
	unsigned char before[TREE_HASH], after[TREE_HASH];
	uint64_t size = s->tip.tree.size;

	tree_root(&s->tip.tree, before);
	store_close(s);
	fill_open(s);
	tree_root(&s->tip.tree, after);
	ATF_REQUIRE_EQ(size, s->tip.tree.size);
	ATF_REQUIRE(memcmp(before, after, sizeof(before)) == 0);
}
