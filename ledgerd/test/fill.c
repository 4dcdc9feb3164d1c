#include "fill.h"

#include <sys/stat.h>

#include <atf-c.h>

#include <errno.h>
#include <string.h>

#include "ledgerd/leaf.h"
#include "lib/msg/msg.h"

void
fill_open(struct store *s)
{
	struct why why;

	ATF_REQUIRE(mkdir("ledger", 0700) == 0 || errno == EEXIST);
	ATF_REQUIRE_MSG(store_open(s, "ledger", 64, &why) == 0, "%s",
	    why.text);
}

static size_t
make_leaf(const struct store *s, char text[LEAF_MAX], size_t len)
{
	static char name[EVENT_MAX];
	unsigned char fields[EVENT_MAX];
	static const unsigned char site[DIGEST_LEN];
	struct put f, p;
	struct leaf_data data;
	struct leaf leaf = {
		.index = s->next.tree.size, .source = "casemate/test",
		.type = "casemate.appliance.stopped", .prev = s->next.last,
		.time = { .tv_sec = 1700000000 }, .boot = "boot",
		.site = site,
	};

	memset(name, 'x', len);
	name[len] = '\0';
	put_init(&f, fields, sizeof(fields));
	event_put_appliance_stopped(&f, &(struct event_appliance_stopped){
	    .how = name });
	ATF_REQUIRE_EQ(0, leaf_data_make(&data,
	    event_info(EVENT_APPLIANCE_STOPPED),
	    (struct bytes){ fields, f.len }, (struct bytes){ "", 0 }, NULL));
	leaf.data = data.text;
	put_init(&p, text, LEAF_MAX);
	leaf_format(&p, &leaf);
	ATF_REQUIRE_EQ(0, p.err);
	leaf_data_free(&data);
	return p.len;
}

int
fill_batch(struct store *s, unsigned n, size_t len)
{
	static char text[LEAF_MAX];

	if (store_begin(s, n, n * LEAF_MAX) == -1)
		return -1;
	for (unsigned i = 0; i < n; i++)
		if (store_put(s, (struct bytes){ text,
		    make_leaf(s, text, len) }, (struct bytes){ "", 0 }) == -1)
			return -1;
	return store_commit(s);
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
