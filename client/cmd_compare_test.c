/* casemate compare: two receipts of one ledger, of two pasts, of two logs. */
#include "casemate.h"

#include <atf-c.h>

#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "client/test/fake_appliance.h"
#include "client/test/user.h"
#include "lib/consistency.h"
#include "lib/test/kept_tree.h"

static struct fake fake;

static void
setup(void)
{
	fake_init(&fake, USER_SOCKET);
	user_write("vkey", fake.vkey, 0644);
}

/* The text of leaf i, which is also in kept_tree. */
static const char *
leaf_text(uint64_t i)
{
	static char text[2][9];
	static int turn;
	char *p = text[turn++ & 1];

	snprintf(p, sizeof(text[0]), "leaf %02u", (unsigned)i);
	return p;
}

/* A ledger of texts; receipts have text. */
static void
fill_texts(uint64_t leaves, uint64_t forged)
{
	kept_fill(0);
	for (uint64_t i = 0; i < leaves; i++)
		kept_append(i + 1 == forged ? "forged" : leaf_text(i),
		    i + 1 == forged ? 6 : strlen(leaf_text(i)));
}

static void
write_receipt(const char *path, uint64_t index, uint64_t size,
    uint64_t forged)
{
	static char text[RECEIPT_MAX];
	unsigned char root[TREE_HASH];
	struct proof proof;
	struct put p;

	fill_texts(size, forged);
	tree_root(&kept_tree.tree, root);
	ATF_REQUIRE_EQ(0, tree_prove(&kept_nodes, index, size, &proof));
	put_init(&p, text, sizeof(text) - 1);
	fake_put_proof(&p, &fake, index + 1 == forged ? "forged" :
	    leaf_text(index), index, size, &proof, root, LIE_NONE);
	text[p.len] = '\0';
	user_write(path, text, 0644);
}

static void
write_note(const char *path, uint64_t size, uint64_t forged)
{
	unsigned char root[TREE_HASH];
	char note[1024];

	fill_texts(size, forged);
	tree_root(&kept_tree.tree, root);
	note[fake_put_note(&fake, note, sizeof(note) - 1, size, root,
	    LIE_NONE)] = '\0';
	user_write(path, note, 0644);
}

static void
write_proof(const char *path, uint64_t first, uint64_t second,
    uint64_t forged)
{
	char text[CONSISTENCY_MAX];
	struct proof proof;
	struct put p;

	fill_texts(second, forged);
	ATF_REQUIRE_EQ(0, tree_prove_consistency(&kept_nodes, first, second,
	    &proof));
	put_init(&p, text, sizeof(text) - 1);
	consistency_format(&p, first, &proof, "", 0);
	text[p.len] = '\0';
	user_write(path, text, 0644);
}

static int
compare(const char *a, const char *b, const char *proof)
{
	const char *words[] = { "compare", a, b, "--appliance", "vkey",
	    proof == NULL ? NULL : "--proof", proof, NULL };

	return user_run(&cmd_compare, words);
}

/* Every two receipts of a ledger of up to 9 leaves. */
ATF_TC(receipts_of_one_ledger_do_not_contradict);
ATF_TC_HEAD(receipts_of_one_ledger_do_not_contradict, tc)
{
	atf_tc_set_md_var(tc, "timeout", "300");
}
ATF_TC_BODY(receipts_of_one_ledger_do_not_contradict, tc)
{
	setup();
	for (uint64_t n = 1; n <= 9; n++)
		for (uint64_t i = 0; i < n; i += 1 + n / 4) {
			write_receipt("a", i, n, 0);
			for (uint64_t m = 1; m <= 9; m += 2) {
				write_receipt("b", m / 2, m, 0);
				ATF_CHECK_EQ_MSG(0, compare("a", "b", NULL),
				    "%u of %u, %u of %u: %s", (unsigned)i,
				    (unsigned)n, (unsigned)(m / 2),
				    (unsigned)m, user_err);
			}
		}
}

ATF_TC_WITHOUT_HEAD(one_size_with_two_roots_is_two_pasts);
ATF_TC_BODY(one_size_with_two_roots_is_two_pasts, tc)
{
	setup();
	write_receipt("a", 0, 9, 0);
	write_receipt("b", 5, 9, 9);
	ATF_CHECK_EQ(1, compare("a", "b", NULL));
	USER_CHECK_ERR("TWO PASTS: a and b are both signed by casemate/fake+");
	USER_CHECK_ERR("do not agree about leaves 0 to 8");
	ATF_CHECK_STREQ("", user_out);
}

ATF_TC_WITHOUT_HEAD(one_index_with_two_leaves_is_two_pasts);
ATF_TC_BODY(one_index_with_two_leaves_is_two_pasts, tc)
{
	setup();
	write_receipt("a", 4, 5, 0);
	write_receipt("b", 4, 7, 5);
	ATF_CHECK_EQ(1, compare("b", "a", NULL));
	USER_CHECK_ERR("TWO PASTS: a and b");
	USER_CHECK_ERR("about leaves 4 to 4");
}

/* Leaf 2 is forged; both show the hash over leaves 0 to 3. */
ATF_TC_WITHOUT_HEAD(one_subtree_with_two_hashes_is_two_pasts);
ATF_TC_BODY(one_subtree_with_two_hashes_is_two_pasts, tc)
{
	setup();
	write_receipt("a", 5, 6, 0);
	write_receipt("b", 8, 12, 3);
	ATF_CHECK_EQ_MSG(0, compare("a", "b", NULL), "%s", user_err);
	write_receipt("b", 7, 12, 3);
	ATF_CHECK_EQ(1, compare("a", "b", NULL));
	USER_CHECK_ERR("about leaves 0 to 3");
	write_receipt("a", 5, 8, 0);	/* its path has leaves 4 to 7 */
	write_receipt("b", 0, 9, 5);	/* and a sibling of that one's */
	ATF_CHECK_EQ(1, compare("a", "b", NULL));
	USER_CHECK_ERR("about leaves 4 to 7");
	write_receipt("b", 7, 12, 3);
	write_note("a", 4, 0);		/* whose root is the same subtree */
	ATF_CHECK_EQ(1, compare("a", "b", NULL));
	USER_CHECK_ERR("about leaves 0 to 3");
	write_note("a", 6, 0);		/* whose root is no subtree */
	ATF_CHECK_EQ(0, compare("a", "b", NULL));
}

ATF_TC_WITHOUT_HEAD(proof_decides);
ATF_TC_BODY(proof_decides, tc)
{
	setup();
	write_receipt("a", 5, 6, 0);
	write_receipt("b", 8, 12, 0);
	ATF_CHECK_EQ(0, compare("a", "b", NULL));
	ATF_CHECK(strncmp(user_out, "no contradiction, as far as", 27) == 0);
	write_proof("proof", 6, 12, 0);
	ATF_CHECK_EQ_MSG(0, compare("a", "b", "proof"), "%s", user_err);
	ATF_CHECK_STREQ("one past, proved: the ledger of 12 leaves begins with "
	    "the one of 6\n", user_out);
	user_slurp("proof", user_out);
	user_out[4] = '5';		/* "old 6" */
	user_write("proof", user_out, 0644);
	ATF_CHECK_EQ(1, compare("a", "b", "proof"));
	write_proof("proof", 6, 12, 0);
	write_receipt("b", 8, 12, 3);	/* nothing else shows this fork */
	ATF_CHECK_EQ(1, compare("a", "b", "proof"));
	USER_CHECK_ERR("proof: does not prove that the ledger of b begins with "
	    "that of a");
	write_proof("proof", 6, 12, 3);
	ATF_CHECK_EQ(1, compare("a", "b", "proof"));
	write_proof("proof", 5, 12, 3);
	ATF_CHECK_EQ(1, compare("a", "b", "proof"));
	user_write("proof", "a text\n", 0644);
	ATF_CHECK_EQ(1, compare("a", "b", "proof"));
	USER_CHECK_ERR("proof: this is not a consistency proof");
}

ATF_TC_WITHOUT_HEAD(same_ledger_is_said);
ATF_TC_BODY(same_ledger_is_said, tc)
{
	setup();
	write_receipt("a", 0, 9, 0);
	write_note("b", 9, 0);
	ATF_CHECK_EQ(0, compare("a", "b", NULL));
	ATF_CHECK_STREQ("the same ledger of 9 leaves\n", user_out);
}

ATF_TC_WITHOUT_HEAD(other_keys_and_names_are_unrelated_logs);
ATF_TC_BODY(other_keys_and_names_are_unrelated_logs, tc)
{
	unsigned char pub[NOTE_KEY_LEN];

	setup();
	write_receipt("a", 0, 9, 0);
	crypto_sign_keypair(pub, fake.secret);
	ATF_REQUIRE_EQ(0, note_key_init(&fake.key, "casemate/fake", pub));
	write_receipt("b", 0, 9, 3);
	ATF_CHECK_EQ(1, compare("a", "b", NULL));
	USER_CHECK_ERR("these are unrelated logs");
	ATF_REQUIRE_EQ(0, note_key_init(&fake.key, "casemate/b", pub));
	write_receipt("b", 0, 9, 3);
	ATF_CHECK_EQ(1, compare("a", "b", NULL));
	USER_CHECK_ERR("b of casemate/b+");
	write_receipt("a", 0, 9, 3);
	ATF_CHECK_EQ(1, compare("a", "b", NULL));
	USER_CHECK_ERR("a: not verified: ");
}

/* What is not verified shows nothing. */
ATF_TC_WITHOUT_HEAD(changed_receipt_is_not_compared);
ATF_TC_BODY(changed_receipt_is_not_compared, tc)
{
	char *at;

	setup();
	write_receipt("a", 0, 9, 0);
	write_receipt("b", 1, 9, 0);
	user_slurp("b", user_out);
	at = strstr(user_out, "index 1");
	ATF_REQUIRE(at != NULL);
	at[6] = '2';
	user_write("b", user_out, 0644);
	ATF_CHECK_EQ(1, compare("a", "b", NULL));
	USER_CHECK_ERR("b: not verified: the leaf is not number 2");
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, receipts_of_one_ledger_do_not_contradict);
	ATF_TP_ADD_TC(tp, one_size_with_two_roots_is_two_pasts);
	ATF_TP_ADD_TC(tp, one_index_with_two_leaves_is_two_pasts);
	ATF_TP_ADD_TC(tp, one_subtree_with_two_hashes_is_two_pasts);
	ATF_TP_ADD_TC(tp, proof_decides);
	ATF_TP_ADD_TC(tp, same_ledger_is_said);
	ATF_TP_ADD_TC(tp, other_keys_and_names_are_unrelated_logs);
	ATF_TP_ADD_TC(tp, changed_receipt_is_not_compared);
	return atf_no_error();
}
