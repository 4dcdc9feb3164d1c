#include "receipt.h"

#include <atf-c.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <sodium.h>

#define LEAVES	11

static struct note_key key;
static unsigned char secret[NOTE_SECRET_LEN];
static unsigned char hash[LEAVES][TREE_HASH];	/* of the leaves */
static struct tree tree;
static unsigned char node[2 * LEAVES][TREE_HASH];
static char text[RECEIPT_MAX];
static struct receipt r;
static struct checkpoint cp;
static struct why why;

static int
node_get(void *arg, unsigned level, uint64_t index,
    unsigned char out[TREE_HASH])
{
	(void)arg;
	memcpy(out, node[tree_node_number(level, index)], TREE_HASH);
	return 0;
}

static const struct tree_nodes nodes = { node_get, NULL };

static size_t
leaf_text(char leaf[64], uint64_t index)
{
	return (size_t)snprintf(leaf, 64, "{\"id\":\"%u\"}", (unsigned)index);
}

static void
setup(const char *origin)
{
	unsigned char made[TREE_LEVELS][TREE_HASH], pub[NOTE_KEY_LEN];
	char leaf[64];

	ATF_REQUIRE(sodium_init() != -1);
	crypto_sign_keypair(pub, secret);
	ATF_REQUIRE_EQ(0, note_key_init(&key, origin, pub));
	tree_init(&tree);
	for (uint64_t i = 0; i < LEAVES; i++) {
		unsigned n;

		tree_hash_leaf(leaf, leaf_text(leaf, i), hash[i]);
		n = tree_append(&tree, hash[i], made);
		for (unsigned l = 0; l < n; l++)
			memcpy(node[tree_node_number(l, i >> l)], made[l],
			    TREE_HASH);
	}
}

/* A checkpoint of the whole tree, by `origin', signed by our key. */
static size_t
sign(char *note, size_t cap, const char *origin)
{
	unsigned char root[TREE_HASH];
	char body[256];
	struct put p, n;

	tree_root(&tree, root);
	put_init(&p, body, sizeof(body));
	checkpoint_format(&p, origin, LEAVES, root);
	put_init(&n, note, cap);
	note_sign(&n, &key, secret, body, p.len);
	ATF_REQUIRE_EQ(0, n.err);
	return n.len;
}

/* The receipt of a leaf, in `text'. */
static size_t
make(uint64_t index, const char *origin)
{
	char note[1024], leaf[64];
	size_t len = sign(note, sizeof(note), origin);
	struct proof proof;
	struct put p;

	ATF_REQUIRE_EQ(0, tree_prove(&nodes, index, LEAVES, &proof));
	put_init(&p, text, sizeof(text));
	receipt_format(&p, leaf, leaf_text(leaf, index), index, &proof, note,
	    len);
	ATF_REQUIRE_EQ(0, p.err);
	return p.len;
}

static int
verify(const char *from, size_t len)
{
	if (receipt_parse(&r, from, len, &why) == -1)
		return -1;
	return receipt_verify(&r, &key, &cp, &why);
}

ATF_TC_WITHOUT_HEAD(every_leafs_receipt_verifies);
ATF_TC_BODY(every_leafs_receipt_verifies, tc)
{
	char leaf[64];

	setup("casemate/demo");
	for (uint64_t i = 0; i < LEAVES; i++) {
		size_t len = make(i, "casemate/demo");

		ATF_REQUIRE_EQ_MSG(0, verify(text, len), "%s", why.text);
		ATF_CHECK_EQ(i, r.index);
		ATF_CHECK_EQ(leaf_text(leaf, i), r.leaf_len);
		ATF_CHECK(memcmp(leaf, r.leaf, r.leaf_len) == 0);
		ATF_CHECK_EQ(LEAVES, cp.size);
		ATF_CHECK_STREQ("casemate/demo", cp.origin);
	}
}

ATF_TC_WITHOUT_HEAD(is_laid_out_as_tlog_proof_says);
ATF_TC_BODY(is_laid_out_as_tlog_proof_says, tc)
{
	static const char want[] = "c2sp.org/tlog-proof@v1\n"
	    "extra eyJpZCI6IjEwIn0=\nindex 10\n";

	setup("casemate/demo");
	make(10, "casemate/demo");
	ATF_CHECK(strncmp(text, want, strlen(want)) == 0);
	/* two hashes, each of 44 characters, an empty line, the note */
	ATF_CHECK_EQ('\n', text[strlen(want) + 44]);
	ATF_CHECK(strncmp(text + strlen(want) + 90,
	    "\ncasemate/demo\n11\n", 18) == 0);
}

ATF_TC_WITHOUT_HEAD(no_changed_bit_verifies);
ATF_TC_BODY(no_changed_bit_verifies, tc)
{
	size_t len;

	setup("casemate/demo");
	len = make(6, "casemate/demo");
	for (size_t i = 0; i < len; i++)
		for (int bit = 0; bit < 8; bit++) {
			text[i] = (char)(text[i] ^ 1 << bit);
			ATF_REQUIRE_EQ_MSG(-1, verify(text, len),
			    "byte %zu bit %d", i, bit);
			ATF_REQUIRE_EQ(EBADMSG, errno);
			ATF_REQUIRE(why.text[0] != '\0');
			text[i] = (char)(text[i] ^ 1 << bit);
		}
	ATF_CHECK_EQ(0, verify(text, len));
}

ATF_TC_WITHOUT_HEAD(no_cut_receipt_verifies);
ATF_TC_BODY(no_cut_receipt_verifies, tc)
{
	size_t len;

	setup("casemate/demo");
	len = make(3, "casemate/demo");
	for (size_t n = 0; n < len; n++)
		ATF_REQUIRE_EQ(-1, verify(text, n));
	text[len] = '\n';
	ATF_CHECK_EQ(-1, verify(text, len + 1));
}

ATF_TC_WITHOUT_HEAD(another_appliances_key_does_not_verify);
ATF_TC_BODY(another_appliances_key_does_not_verify, tc)
{
	size_t len;

	setup("casemate/demo");
	len = make(3, "casemate/demo");
	setup("casemate/demo");
	ATF_CHECK_EQ(-1, verify(text, len));
	ATF_CHECK(strstr(why.text, "not signed by casemate/demo+") != NULL);
}

ATF_TC_WITHOUT_HEAD(a_checkpoint_of_another_log_is_refused);
ATF_TC_BODY(a_checkpoint_of_another_log_is_refused, tc)
{
	size_t len;

	setup("casemate/demo");
	len = make(3, "casemate/other");
	ATF_CHECK_EQ(-1, verify(text, len));
	ATF_CHECK(strstr(why.text, "another log") != NULL);
}

ATF_TC_WITHOUT_HEAD(a_proof_at_another_index_is_refused);
ATF_TC_BODY(a_proof_at_another_index_is_refused, tc)
{
	char note[1024], leaf[64];
	size_t len;
	struct proof proof;
	struct put p;

	setup("casemate/demo");
	len = sign(note, sizeof(note), "casemate/demo");
	for (uint64_t i = 0; i < LEAVES; i++) {
		ATF_REQUIRE_EQ(0, tree_prove(&nodes, 5, LEAVES, &proof));
		put_init(&p, text, sizeof(text));
		receipt_format(&p, leaf, leaf_text(leaf, 5), i, &proof, note,
		    len);
		ATF_CHECK_EQ(i == 5 ? 0 : -1, verify(text, p.len));
	}
}

ATF_TC_WITHOUT_HEAD(malformed_lines_are_named);
ATF_TC_BODY(malformed_lines_are_named, tc)
{
#define HEAD	"c2sp.org/tlog-proof@v1\n"
	static const struct {
		const char *text, *want;
	} bad[] = {
		{ "", "is empty" },
		{ "c2sp.org/tlog-proof@v2\n", "first line" },
		{ "x" HEAD, "first line" },
		{ "c2sp.org/tlog-proof@v1 x\n", "first line" },
		{ HEAD, "ends before line 2" },
		{ HEAD "index 0\n", "line 2" },
		{ HEAD "extra e\n", "line 2" },
		{ HEAD "extra\n", "line 2" },
		{ HEAD "extra e30=\nindex \n", "line 3" },
		{ HEAD "extra e30=\nindex 01\n", "line 3" },
		{ HEAD "extra e30=\nindex -1\n", "line 3" },
		{ HEAD "extra e30=\nindex +1\n", "line 3" },
		{ HEAD "extra e30=\nindex 18446744073709551616\n", "line 3" },
		{ HEAD "extra e30=\nindex 99999999999999999999\n", "line 3" },
		{ HEAD "extra e30=\nindex 0\nabc\n\nn\n", "line 4" },
		{ HEAD "extra e30=\nindex 0\ne30=\n\nn\n", "line 4" },
		{ HEAD "extra e30=\nindex 0\n", "ends before line 4" },
	};
#undef HEAD

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ATF_CHECK_EQ(-1, receipt_parse(&r, bad[i].text,
		    strlen(bad[i].text), &why));
		ATF_CHECK_MSG(strstr(why.text, bad[i].want) != NULL,
		    "row %zu: %s", i, why.text);
	}
}

ATF_TC_WITHOUT_HEAD(the_largest_number_is_an_index);
ATF_TC_BODY(the_largest_number_is_an_index, tc)
{
	static const char big[] = "c2sp.org/tlog-proof@v1\nextra e30=\n"
	    "index 18446744073709551615\n\nnote";

	ATF_REQUIRE_EQ(0, receipt_parse(&r, big, strlen(big), &why));
	ATF_CHECK_EQ(UINT64_MAX, r.index);
	ATF_CHECK_EQ(4, r.note_len);
}

ATF_TC_WITHOUT_HEAD(limits_hold);
ATF_TC_BODY(limits_hold, tc)
{
	static unsigned char leaf[LEAF_MAX + 1];
	static char big[2 * RECEIPT_MAX];
	static struct proof proof = { .count = TREE_LEVELS };
	struct put p;

	put_init(&p, big, sizeof(big));
	receipt_format(&p, leaf, LEAF_MAX, UINT64_MAX, &proof, "n", 1);
	ATF_CHECK(p.len <= RECEIPT_MAX);
	ATF_CHECK_EQ(0, receipt_parse(&r, big, p.len, &why));
	ATF_CHECK_EQ(TREE_LEVELS, r.proof.count);
	ATF_CHECK_EQ(-1, receipt_parse(&r, big, RECEIPT_MAX + 1, &why));

	put_init(&p, big, sizeof(big));
	receipt_format(&p, leaf, LEAF_MAX + 1, 0, &proof, "n", 1);
	ATF_CHECK_EQ(-1, receipt_parse(&r, big, p.len, &why));
}

ATF_TC_WITHOUT_HEAD(more_hashes_than_levels_are_refused);
ATF_TC_BODY(more_hashes_than_levels_are_refused, tc)
{
	struct put p;

	put_init(&p, text, sizeof(text));
	put_raw(&p, "c2sp.org/tlog-proof@v1\nextra e30=\nindex 0\n", 42);
	for (int i = 0; i <= TREE_LEVELS; i++)
		put_raw(&p, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
		    45);
	put_raw(&p, "\nnote\n", 6);
	ATF_REQUIRE_EQ(0, p.err);
	ATF_CHECK_EQ(-1, receipt_parse(&r, text, p.len, &why));
	ATF_CHECK_MSG(strstr(why.text, "line 68") != NULL, "%s", why.text);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, every_leafs_receipt_verifies);
	ATF_TP_ADD_TC(tp, is_laid_out_as_tlog_proof_says);
	ATF_TP_ADD_TC(tp, no_changed_bit_verifies);
	ATF_TP_ADD_TC(tp, no_cut_receipt_verifies);
	ATF_TP_ADD_TC(tp, another_appliances_key_does_not_verify);
	ATF_TP_ADD_TC(tp, a_checkpoint_of_another_log_is_refused);
	ATF_TP_ADD_TC(tp, a_proof_at_another_index_is_refused);
	ATF_TP_ADD_TC(tp, malformed_lines_are_named);
	ATF_TP_ADD_TC(tp, the_largest_number_is_an_index);
	ATF_TP_ADD_TC(tp, limits_hold);
	ATF_TP_ADD_TC(tp, more_hashes_than_levels_are_refused);
	return atf_no_error();
}
