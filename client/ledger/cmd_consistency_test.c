/* casemate ledger consistency, against a fake appliance. */
#include "client/casemate.h"

#include <atf-c.h>

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "client/test/fake_appliance.h"
#include "client/test/user.h"
#include "lib/consistency.h"
#include "lib/test/kept_tree.h"

#define NEWEST	20	/* with the leaf of the query */

static struct fake fake;
static const char *instead;

static void
serve(struct fake *f, int fd, int nr, void *arg)
{
	(void)nr;
	(void)arg;
	fake_consistency(f, fd, instead);
}

static void
setup(void)
{
	user_make_key();
	fake_init(&fake, USER_SOCKET);
	fake.leaves = NEWEST - 1;
	instead = NULL;
}

/* The checkpoint of the first `size' leaves, in a file. */
static void
write_note(const char *path, uint64_t size, enum fake_lie lie)
{
	unsigned char root[TREE_HASH];
	char note[1024];
	struct tree t;

	fake_fill(&fake);
	ATF_REQUIRE_EQ(0, tree_load(&t, &kept_nodes, size));
	tree_root(&t, root);
	note[fake_put_note(&fake, note, sizeof(note) - 1, size, root, lie)] =
	    '\0';
	user_write(path, note, 0644);
}

/* Its receipt of leaf 0. */
static void
write_receipt(const char *path)
{
	static char text[RECEIPT_MAX];
	struct fake small = fake;
	struct put p;

	small.leaves = 0;
	put_init(&p, text, sizeof(text) - 1);
	fake_put_receipt(&p, &small, "\0\0\0\0\0\0\0", LIE_NONE);
	text[p.len] = '\0';
	user_write(path, text, 0644);
}

static int
ask(const char *a, const char *b, const char *c)
{
	int status;

	fake_serve(&fake, 1, serve, NULL);
	status = user_query(&cmd_ledger_consistency, a, b, c);
	ATF_CHECK_EQ(0, fake_wait(&fake));
	return status;
}

ATF_TC_WITHOUT_HEAD(checkpoint_in_a_file_is_the_beginning_of_the_newest);
ATF_TC_BODY(checkpoint_in_a_file_is_the_beginning_of_the_newest, tc)
{
	setup();
	write_note("old", 7, LIE_NONE);
	ATF_CHECK_EQ_MSG(0, ask("old", NULL, NULL), "%s", user_err);
	ATF_CHECK_STREQ("proved: the first 7 of casemate/fake's 20 leaves are "
	    "those of old; none was changed or removed\n", user_out);
}

ATF_TC_WITHOUT_HEAD(two_files_need_no_newest_checkpoint);
ATF_TC_BODY(two_files_need_no_newest_checkpoint, tc)
{
	setup();
	write_note("old", 7, LIE_NONE);
	write_note("new", 13, LIE_NONE);
	ATF_CHECK_EQ_MSG(0, ask("old", "new", NULL), "%s", user_err);
	ATF_CHECK(strstr(user_out, "first 7 of casemate/fake's 13") != NULL);
}

ATF_TC_WITHOUT_HEAD(proof_is_saved);
ATF_TC_BODY(proof_is_saved, tc)
{
	char text[USER_TEXT_MAX];
	struct consistency c;
	struct why w;

	setup();
	write_note("old", 7, LIE_NONE);
	ATF_CHECK_EQ_MSG(0, ask("old", "-o", "proof"), "%s", user_err);
	user_slurp("proof", text);
	ATF_REQUIRE_EQ(0, consistency_parse(&c, text, strlen(text), &w));
	ATF_CHECK_EQ(7, c.first);
	ATF_CHECK(c.note != NULL);
	ATF_CHECK_EQ(1, user_query(&cmd_ledger_consistency, "old", "-o",
	    "no/proof"));
	USER_CHECK_ERR("no/proof");
}

/* From the first 7 to all of the appliance's leaves. */
static const char *
make_answer(void)
{
	static char text[CONSISTENCY_MAX + 1];
	unsigned char root[TREE_HASH];
	char note[1024];
	struct proof proof;
	struct put p;
	size_t len;

	fake_fill(&fake);
	tree_root(&kept_tree.tree, root);
	ATF_REQUIRE_EQ(0, tree_prove_consistency(&kept_nodes, 7, fake.leaves,
	    &proof));
	len = fake_put_note(&fake, note, sizeof(note), fake.leaves, root,
	    LIE_NONE);
	put_init(&p, text, CONSISTENCY_MAX);
	consistency_format(&p, 7, &proof, note, len);
	text[p.len] = '\0';
	return text;
}

/* The connection has shown one ledger, and the proof is of another. */
ATF_TC_WITHOUT_HEAD(proof_of_another_ledger_is_refused);
ATF_TC_BODY(proof_of_another_ledger_is_refused, tc)
{
	setup();
	fake.leaves = NEWEST;
	fake.forged = 3;
	write_note("old", 7, LIE_NONE);
	instead = make_answer();
	fake.leaves = NEWEST - 1;
	fake.forged = 0;
	ATF_CHECK_EQ(1, ask("old", NULL, NULL));
	USER_CHECK_ERR("two different ledgers of 20 leaves");
	ATF_CHECK_STREQ("", user_out);
}

ATF_TC_WITHOUT_HEAD(sizes_alone_prove_nothing);
ATF_TC_BODY(sizes_alone_prove_nothing, tc)
{
	setup();
	ATF_CHECK_EQ(1, ask("7", NULL, NULL));
	ATF_CHECK_STREQ("not verified: there is no checkpoint of 7 leaves here "
	    "to compare with; name a file that has one\n", user_out);
}

ATF_TC_WITHOUT_HEAD(proof_between_sizes_can_be_saved);
ATF_TC_BODY(proof_between_sizes_can_be_saved, tc)
{
	const char *words[] = { "consistency", "--key", "key", "--on",
	    "unix:" USER_SOCKET, "7", "13", "-o", "proof", NULL };

	setup();
	fake_serve(&fake, 1, serve, NULL);
	ATF_CHECK_EQ_MSG(0, user_run(&cmd_ledger_consistency, words), "%s",
	    user_err);
	ATF_CHECK_EQ(0, fake_wait(&fake));
	ATF_CHECK_EQ(0, strncmp(user_out, "not verified", 12));
	user_slurp("proof", user_out);
	ATF_CHECK_EQ(0, strncmp(user_out, "old 7\n", 6));
	ATF_CHECK(strstr(user_out, "\n\n") == NULL);
}

ATF_TC_WITHOUT_HEAD(fork_is_told);
ATF_TC_BODY(fork_is_told, tc)
{
	setup();
	fake.forged = 3;
	write_note("old", 7, LIE_NONE);
	fake.forged = 0;
	ATF_CHECK_EQ(1, ask("old", NULL, NULL));
	USER_CHECK_ERR("THE LEDGER FORKED: the appliance does not prove that "
	    "the larger ledger begins with the smaller one");
	ATF_CHECK_STREQ("", user_out);
}

ATF_TC_WITHOUT_HEAD(two_ledgers_of_one_size_are_told);
ATF_TC_BODY(two_ledgers_of_one_size_are_told, tc)
{
	setup();
	write_note("old", 7, LIE_NONE);
	fake.leaves = NEWEST;
	write_note("new", NEWEST, LIE_NONE);	/* another last leaf */
	fake.leaves = NEWEST - 1;
	ATF_CHECK_EQ(1, ask("old", "new", NULL));
	USER_CHECK_ERR("THE LEDGER FORKED: it signed two different ledgers of "
	    "the same size");
}

ATF_TC_WITHOUT_HEAD(receipts_are_checkpoints_too);
ATF_TC_BODY(receipts_are_checkpoints_too, tc)
{
	setup();
	write_receipt("receipt");
	ATF_CHECK_EQ(1, ask("receipt", NULL, NULL));
	USER_CHECK_ERR("THE LEDGER FORKED: ");	/* it was of another leaf 0 */
	USER_CHECK_ERR("keep receipt and its answer");
}

ATF_TC_WITHOUT_HEAD(nothing_is_asked_for_wrong_words);
ATF_TC_BODY(nothing_is_asked_for_wrong_words, tc)
{
	setup();
	write_note("old", 7, LIE_NONE);
	ATF_CHECK_EQ(1, user_query(&cmd_ledger_consistency, "0", NULL, NULL));
	USER_CHECK_ERR("at least 1");
	ATF_CHECK_EQ(1, user_query(&cmd_ledger_consistency, "8", "old", NULL));
	USER_CHECK_ERR("8 has 8 leaves and old has 7; name the smaller one");
	user_write("text", "a text\n", 0644);
	ATF_CHECK_EQ(1, user_query(&cmd_ledger_consistency, "text", NULL,
	    NULL));
	USER_CHECK_ERR("text: it is neither a receipt nor a signed");
	user_write("cut", "c2sp.org/tlog-proof@v1\n", 0644);
	ATF_CHECK_EQ(1, user_query(&cmd_ledger_consistency, "cut", NULL,
	    NULL));
	USER_CHECK_ERR("cut: ");
	ATF_CHECK_EQ(1, user_query(&cmd_ledger_consistency, "nothing", NULL,
	    NULL));
	USER_CHECK_ERR("nothing: ");
}

ATF_TC_WITHOUT_HEAD(file_of_another_appliance_is_refused);
ATF_TC_BODY(file_of_another_appliance_is_refused, tc)
{
	setup();
	write_note("old", 7, LIE_OTHER_KEY);
	ATF_CHECK_EQ(1, ask("old", NULL, NULL));
	USER_CHECK_ERR("old: not verified: ");
	/* With its key, nothing is asked. */
	user_write("vkey", fake.vkey, 0644);
	ATF_CHECK_EQ(1, user_query(&cmd_ledger_consistency, "old",
	    "--appliance", "vkey"));
	USER_CHECK_ERR("old: not verified: ");
}

ATF_TC_WITHOUT_HEAD(answers_that_are_not_the_proof_are_refused);
ATF_TC_BODY(answers_that_are_not_the_proof_are_refused, tc)
{
	static const struct {
		const char *answer, *why;
	} bad[] = {
		{ "!page 7 is damaged", "cannot be made: !page 7 is damaged" },
		{ "old 8\n", "not the proof that was asked for" },
		{ "nonsense\n", "not the proof that was asked for" },
		{ "old 7\n\nnot a note\n", "answer is not valid: " },
	};

	setup();
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		fake.leaves = 0;
		write_note("old", 0, LIE_NONE);
		instead = bad[i].answer;
		ATF_CHECK_EQ(1, ask("7", NULL, NULL));
		USER_CHECK_ERR(bad[i].why);
	}
}

/* Its answer has the checkpoint of another size. */
static int
ask_with_note_of(uint64_t size, const char *second)
{
	static const struct proof empty;
	char text[CONSISTENCY_MAX];
	struct put p;

	fake.leaves = NEWEST - 1;
	write_note("note", size, LIE_NONE);
	fake.leaves = 0;	/* each connection is the first */
	user_slurp("note", user_out);
	put_init(&p, text, sizeof(text) - 1);
	consistency_format(&p, 7, &empty, user_out, strlen(user_out));
	text[p.len] = '\0';
	instead = text;
	return ask("7", second, NULL);
}

ATF_TC_WITHOUT_HEAD(checkpoint_of_another_size_is_refused);
ATF_TC_BODY(checkpoint_of_another_size_is_refused, tc)
{
	setup();
	ATF_CHECK_EQ(1, ask_with_note_of(3, NULL));
	USER_CHECK_ERR("answer is for 3 leaves, which were not asked for");
	ATF_CHECK_EQ(1, ask_with_note_of(12, "13"));
	USER_CHECK_ERR("answer is for 12 leaves, which were not asked for");
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp,
	    checkpoint_in_a_file_is_the_beginning_of_the_newest);
	ATF_TP_ADD_TC(tp, two_files_need_no_newest_checkpoint);
	ATF_TP_ADD_TC(tp, proof_is_saved);
	ATF_TP_ADD_TC(tp, proof_of_another_ledger_is_refused);
	ATF_TP_ADD_TC(tp, sizes_alone_prove_nothing);
	ATF_TP_ADD_TC(tp, proof_between_sizes_can_be_saved);
	ATF_TP_ADD_TC(tp, fork_is_told);
	ATF_TP_ADD_TC(tp, two_ledgers_of_one_size_are_told);
	ATF_TP_ADD_TC(tp, receipts_are_checkpoints_too);
	ATF_TP_ADD_TC(tp, nothing_is_asked_for_wrong_words);
	ATF_TP_ADD_TC(tp, file_of_another_appliance_is_refused);
	ATF_TP_ADD_TC(tp, checkpoint_of_another_size_is_refused);
	ATF_TP_ADD_TC(tp, answers_that_are_not_the_proof_are_refused);
	return atf_no_error();
}
