/*
 * A ledger in the form casemate-ledger@v1.
 *
 * testdata/v1.tar.gz is from the last program that wrote it: two boots of an
 * appliance with a data disk, with three jobs in the first (one ends with
 * status 3, one is refused) and a status query, and a job and a reading of the
 * whole ledger in the second.  It has keyd's and ledgerd's folder of the disk,
 * the receipts of that reading and of three jobs, and the appliance's key.
 */
#include <atf-c.h>

#include <stdio.h>
#include <string.h>

#include "ledgerd/test/fill.h"
#include "ledgerd/test/peers.h"
#include "lib/receipt.h"
#include "lib/sha256.h"

#define OLD	FILL_OLD
#define DATA_MAX_LEN (1 << 20)

static struct store s;
static struct ledgerd_play p;
static struct answer a;

static size_t
load(const char *path, char *text, size_t cap)
{
	FILE *f = fopen(path, "rb");
	size_t len;

	ATF_REQUIRE_MSG(f != NULL, "%s", path);
	len = fread(text, 1, cap, f);
	ATF_REQUIRE(len < cap);
	fclose(f);
	return len;
}

static void
digest(unsigned char hash[SHA256_LEN])
{
	static char file[DATA_MAX_LEN];
	size_t len = load("ledger/data.mdb", file, sizeof(file));

	sha256(file, len, hash);
}

ATF_TC_WITHOUT_HEAD(it_opens_and_every_leaf_is_proven);
ATF_TC_BODY(it_opens_and_every_leaf_is_proven, tc)
{
	unsigned char before[SHA256_LEN], after[SHA256_LEN];

	fill_old();
	digest(before);
	fill_open(&s);
	ATF_CHECK_EQ(OLD, s.tip.tree.size);
	ATF_CHECK_STREQ(STORE_FORMAT_OLD, s.upgraded_from);
	fill_check(&s);
	store_close(&s);
	digest(after);
	ATF_CHECK_MSG(
	    memcmp(before, after, sizeof(before)) == 0, "reading changed it");
}

/* Its text is that of the receipt, which an older program made. */
static void
check_leaf(const struct receipt *r)
{
	static char text[LEAF_MAX];
	size_t len;

	ATF_REQUIRE_EQ(0, store_leaf(&s, r->index, text, sizeof(text), &len));
	ATF_CHECK_EQ(r->leaf_len, len);
	ATF_CHECK(memcmp(r->leaf, text, len) == 0);
}

ATF_TC_WITHOUT_HEAD(its_receipts_verify_and_have_its_leaves);
ATF_TC_BODY(its_receipts_verify_and_have_its_leaves, tc)
{
	static const char *const names[] = {"0.tlog-proof", "1.tlog-proof",
	    "2.tlog-proof", "3.tlog-proof", "4.tlog-proof", "5.tlog-proof",
	    "6.tlog-proof", "7.tlog-proof", "8.tlog-proof", "9.tlog-proof",
	    "hello.receipt", "dana.receipt", "hello2.receipt"};
	static char text[RECEIPT_MAX + 1];
	static struct receipt r;
	char vkey[VKEY_MAX + 2], path[64];
	struct checkpoint c;
	struct note_key key;
	struct why why;
	size_t len;

	fill_old();
	len = load("appliance.vkey", vkey, sizeof(vkey));
	ATF_REQUIRE_EQ(0, note_parse_vkey(&key, vkey, len, &why));
	fill_open(&s);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "receipts/%s", names[i]);
		len = load(path, text, sizeof(text));
		ATF_REQUIRE_EQ_MSG(0, receipt_parse(&r, text, len, &why),
		    "%s: %s", path, why.text);
		ATF_REQUIRE_EQ_MSG(0, receipt_verify(&r, &key, &c, &why),
		    "%s: %s", path, why.text);
		check_leaf(&r);
	}
	store_close(&s);
}

/* Appends n leaves of the present form, the last one with a receipt. */
static void
append(uint32_t n, uint64_t first)
{
	for (uint32_t i = 0; i < n; i++) {
		play_append(&p, i, EVENT_READ_ALLOWED, i == n - 1, "j");
		play_until_answer(&p, &a);
		ATF_REQUIRE_EQ(MSG_LEDGER_APPENDED, a.type);
		ATF_CHECK_EQ(first + i, a.index);
	}
}

/* In a boot with the present program. */
static void
append_new(void)
{
	play_init(&p);
	play_start_ready(&p, "ledger");
	append(5, OLD + 1);
}

/* The leaf's text as ledgerd gives it, with a proof in the present tree. */
static const char *
leaf(uint64_t index)
{
	static struct receipt r;
	static char text[LEAF_MAX + 1];
	struct checkpoint c;
	struct why why;

	play_read(&p, 100, index);
	play_until_answer(&p, &a);
	ATF_REQUIRE_EQ(MSG_LEDGER_LEAF, a.type);
	ATF_REQUIRE_EQ(0, receipt_parse(&r, a.text, a.len, &why));
	ATF_REQUIRE_EQ_MSG(
	    0, receipt_verify(&r, &p.key, &c, &why), "%s", why.text);
	ATF_CHECK(c.size > OLD);
	memcpy(text, r.leaf, r.leaf_len);
	text[r.leaf_len] = '\0';
	return text;
}

ATF_TC_WITHOUT_HEAD(its_first_new_leaf_names_the_old_form);
ATF_TC_BODY(its_first_new_leaf_names_the_old_form, tc)
{
	fill_old();
	append_new();
	ATF_CHECK(strstr(leaf(OLD), "casemate.appliance.started") != NULL);
	ATF_CHECK(strstr(leaf(OLD),
		      "\"upgraded_from\":\"casemate-ledger@v1\"") != NULL);
	ATF_CHECK(strstr(leaf(OLD - 1), "\"boot\":") == NULL);
	ATF_CHECK(strstr(leaf(OLD + 1), "\"boot\":\"boot-1\"") != NULL);
	for (uint64_t i = 0; i < OLD; i++)
		leaf(i);
	play_kill(&p);

	fill_open(&s);
	ATF_CHECK_STREQ("", s.upgraded_from);
	fill_check(&s);
	store_close(&s);
}

/* Later boots do not say it again. */
ATF_TC_WITHOUT_HEAD(it_is_upgraded_once);
ATF_TC_BODY(it_is_upgraded_once, tc)
{
	static const char *const again[] = {"-m", "kept", "-b", "boot-2", NULL};

	fill_old();
	append_new();
	play_kill(&p);
	play_new_runner(&p);
	play_start(&p, "ledger", again);
	play_until_ready(&p);
	append(1, OLD + 7);
	ATF_CHECK(strstr(leaf(OLD + 6), "\"upgraded_from\":\"\"") != NULL);
	play_kill(&p);
}

/* Each tree of before the upgrade is the beginning of that after. */
ATF_TC_WITHOUT_HEAD(its_old_trees_begin_the_new_one);
ATF_TC_BODY(its_old_trees_begin_the_new_one, tc)
{
	static unsigned char roots[OLD + 1][TREE_HASH];
	unsigned char root[TREE_HASH];
	struct proof proof;
	struct tree t;

	fill_old();
	fill_open(&s);
	for (uint64_t n = 1; n <= OLD; n++) {
		ATF_REQUIRE_EQ(0, store_tree(&s, n, &t));
		tree_root(&t, roots[n]);
	}
	store_close(&s);
	append_new();
	play_kill(&p);
	fill_open(&s);
	tree_root(&s.tip.tree, root);
	for (uint64_t n = 1; n <= OLD; n++) {
		ATF_REQUIRE_EQ(0, store_prove_consistency(&s, n, roots[n],
		    s.tip.tree.size, root, &proof));
		ATF_CHECK_EQ(0, tree_verify_consistency(n, roots[n],
		    s.tip.tree.size, root, &proof));
	}
	store_close(&s);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, it_opens_and_every_leaf_is_proven);
	ATF_TP_ADD_TC(tp, its_receipts_verify_and_have_its_leaves);
	ATF_TP_ADD_TC(tp, its_first_new_leaf_names_the_old_form);
	ATF_TP_ADD_TC(tp, it_is_upgraded_once);
	ATF_TP_ADD_TC(tp, its_old_trees_begin_the_new_one);
	return atf_no_error();
}
