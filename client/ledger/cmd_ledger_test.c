/* casemate ledger, against a fake appliance. */
#include "client/casemate.h"

#include <sys/stat.h>

#include <atf-c.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "client/test/fake_appliance.h"
#include "client/test/user.h"

struct leaves {
	const char	*prev;
	enum fake_lie	 lie;
};

static void
serve_leaves(struct fake *f, int fd, int nr, void *arg)
{
	const struct leaves *l = arg;

	(void)nr;
	fake_leaves(f, fd, l->prev, l->lie);
}

static void
start_leaves(struct fake *f, struct leaves *l)
{
	user_make_key();
	fake_init(f, USER_SOCKET);
	fake_serve(f, 1, serve_leaves, l);
}

/* How many lines were user_out. */
static int
lines(void)
{
	int n = 0;

	for (const char *p = user_out; (p = strchr(p, '\n')) != NULL; p++)
		n++;
	return n;
}

ATF_TC_WITHOUT_HEAD(leaves_are_verified_printed_and_saved);
ATF_TC_BODY(leaves_are_verified_printed_and_saved, tc)
{
	const char *words[] = { "verify", "kept/1.tlog-proof", "--appliance",
	    "vkey", NULL };
	struct leaves l = { NULL, LIE_NONE };
	char first[512];
	struct fake f;

	start_leaves(&f, &l);
	ATF_CHECK_EQ_MSG(0, user_query(&cmd_ledger, "--receipts", "kept", NULL),
	    "%s", user_err);
	snprintf(first, sizeof(first), FAKE_LEAF "\n", 0, "00");
	ATF_CHECK(strncmp(user_out, first, strlen(first)) == 0);
	ATF_CHECK_EQ(2, lines());
	ATF_CHECK_EQ(0, fake_wait(&f));
	user_write("vkey", f.vkey, 0644);
	ATF_CHECK_EQ(0, user_run(&cmd_verify, words));
	ATF_CHECK(strstr(user_out, "index 1 of a tree of 2") != NULL);
}

ATF_TC_WITHOUT_HEAD(leaf_without_proof_is_not_printed);
ATF_TC_BODY(leaf_without_proof_is_not_printed, tc)
{
	struct leaves bad[] = {
		{ NULL, LIE_OTHER_KEY }, { NULL, LIE_OTHER_LEAF },
	};
	struct leaves good = { NULL, LIE_NONE };
	struct fake f;

	for (int i = 0; i < 2; i++) {
		start_leaves(&f, &bad[i]);
		ATF_CHECK_EQ(1, user_query(&cmd_ledger, NULL, NULL, NULL));
		USER_CHECK_ERR("FAILED: leaf 0: ");
		ATF_CHECK_STREQ("", user_out);
		ATF_CHECK_EQ(0, fake_wait(&f));
	}
	start_leaves(&f, &good);
	ATF_CHECK_EQ(1, user_query(&cmd_ledger, "--from", "5", NULL));
	USER_CHECK_ERR("FAILED: leaf 5: it is for leaf 0");
	ATF_CHECK_EQ(0, fake_wait(&f));
}

ATF_TC_WITHOUT_HEAD(leaf_out_of_order_is_not_printed);
ATF_TC_BODY(leaf_out_of_order_is_not_printed, tc)
{
	struct leaves l = { "abcd", LIE_NONE };
	struct fake f;

	start_leaves(&f, &l);
	ATF_CHECK_EQ(1, user_query(&cmd_ledger, NULL, NULL, NULL));
	USER_CHECK_ERR("FAILED: leaf 1: it does not follow");
	ATF_CHECK_EQ(1, lines());
	ATF_CHECK_EQ(0, fake_wait(&f));
}

ATF_TC_WITHOUT_HEAD(fewer_leaves_than_wanted_is_a_failure);
ATF_TC_BODY(fewer_leaves_than_wanted_is_a_failure, tc)
{
	struct leaves l = { NULL, LIE_NONE };
	struct fake f;

	start_leaves(&f, &l);
	ATF_CHECK_EQ(1, user_query(&cmd_ledger, "--count", "3", NULL));
	ATF_CHECK_EQ(2, lines());
	ATF_CHECK_STREQ("casemate: the ledger ends before leaf 2\n", user_err);
	ATF_CHECK_EQ(0, fake_wait(&f));
}

/* One leaf of the new form, with these of its disclosures. */
struct secrets {
	bool	 submitter;		/* that of this field alone */
	bool	 moved;			/* from another leaf */
	bool	 alone;			/* without the leaf */
};

static void
serve_secrets(struct fake *f, int fd, int nr, void *arg)
{
	const struct secrets *s = arg;
	struct fake_head head = { .source = f->key.name,
	    .type = "casemate.read.refused" };
	const struct fake_field fields[] = { { "submitter", .text = "dana" },
	    { "verb", .text = "jobs" }, { "rules", .text = "r" }, { NULL } };
	struct fake_leaf leaf, other;
	struct fake_part parts[3] = { 0 };
	size_t n = 0;

	(void)nr;
	fake_leaf_make(&leaf, &head, fields);
	head.index = 1;
	fake_leaf_make(&other, &head, fields);
	if (!s->alone) {
		parts[n].data = fake_receipt(f, leaf.text, LIE_NONE);
		parts[n].len = strlen(parts[n].data);
		parts[n++].stream = 1;
	}
	parts[n].data = s->moved ? other.disclosures.data :
	    leaf.disclosures.data;
	parts[n].len = leaf.disclosures.len;
	if (s->submitter)
		parts[n].len = strcspn(parts[n].data, "\n") + 1;
	parts[n].stream = 3;
	fake_parts(f, fd, VERB_LEDGER, parts, LIE_NONE);
}

static int
ledger_secrets(const char *word, struct secrets s)
{
	struct fake f;
	int status;

	user_make_key();
	fake_init(&f, USER_SOCKET);
	user_write("vkey", f.vkey, 0644);
	fake_serve(&f, 1, serve_secrets, &s);
	status = user_query(&cmd_ledger, "--receipts", "kept", word);
	ATF_CHECK_EQ(0, fake_wait(&f));
	return status;
}

#define CHECK_OUT(text)							\
	ATF_CHECK_MSG(strstr(user_out, text) != NULL, "%s", user_out)
#define REFUSED(submitter, key, session)				\
	"\"data\":{\"id\":\"\",\"command_sha256\":\"0000000000000000"	\
	"000000000000000000000000000000000000000000000000\","		\
	"\"submitter\":\"" submitter "\","				\
	"\"submitter_key\":\"" key "\","				\
	"\"session\":\"" session "\",\"rules\":[\"r\"],"

ATF_TC_WITHOUT_HEAD(disclosed_fields_are_printed_and_saved);
ATF_TC_BODY(disclosed_fields_are_printed_and_saved, tc)
{
	const char *words[] = { "verify", "kept/0.tlog-proof", "--appliance",
	    "vkey", NULL };

	ATF_CHECK_EQ_MSG(0, ledger_secrets(NULL, (struct secrets){ 0 }), "%s",
	    user_err);
	CHECK_OUT(REFUSED("dana", "", ""));
	CHECK_OUT("\"message\":\"\"");
	ATF_CHECK_EQ(0, access("kept/0.disclosures", F_OK));
	ATF_CHECK_EQ(0, user_run(&cmd_verify, words));
	CHECK_OUT("  submitter          dana\n");
}

ATF_TC_WITHOUT_HEAD(withheld_fields_are_marks);
ATF_TC_BODY(withheld_fields_are_marks, tc)
{
	ATF_CHECK_EQ_MSG(0, ledger_secrets(NULL, (struct secrets){
	    .submitter = true }), "%s", user_err);
	CHECK_OUT(REFUSED("dana", "[KEY]", "[SESSION]"));
	CHECK_OUT("\"message\":\"[MESSAGE]\"");
}

/* It proves as much as the whole one. */
ATF_TC_WITHOUT_HEAD(redacted_export_has_no_disclosures);
ATF_TC_BODY(redacted_export_has_no_disclosures, tc)
{
	const char *words[] = { "verify", "kept/0.tlog-proof", "--appliance",
	    "vkey", NULL };

	ATF_CHECK_EQ_MSG(0, ledger_secrets("--redact", (struct secrets){ 0 }),
	    "%s", user_err);
	CHECK_OUT(REFUSED("[USER]", "[KEY]", "[SESSION]"));
	ATF_CHECK(strstr(user_out, "dana") == NULL);
	ATF_CHECK_EQ(-1, access("kept/0.disclosures", F_OK));
	ATF_CHECK_EQ(0, user_run(&cmd_verify, words));
	CHECK_OUT("  submitter          [USER]\n");
}

ATF_TC_WITHOUT_HEAD(redacted_export_gets_a_folder_without_names);
ATF_TC_BODY(redacted_export_gets_a_folder_without_names, tc)
{
	ATF_CHECK_EQ(0, ledger_secrets(NULL, (struct secrets){ 0 }));
	ATF_CHECK_EQ(1, ledger_secrets("--redact", (struct secrets){ 0 }));
	USER_CHECK_ERR("kept/0.disclosures: is there already, and discloses "
	    "what --redact leaves out; give another folder");
	ATF_CHECK_STREQ("", user_out);
}

ATF_TC_WITHOUT_HEAD(disclosures_of_another_leaf_are_refused);
ATF_TC_BODY(disclosures_of_another_leaf_are_refused, tc)
{
	ATF_CHECK_EQ(1, ledger_secrets(NULL, (struct secrets){
	    .moved = true }));
	USER_CHECK_ERR("FAILED: leaf 0: disclosure 1 is not of this leaf");
	ATF_CHECK_STREQ("", user_out);
	ATF_CHECK_EQ(1, ledger_secrets("--redact", (struct secrets){
	    .moved = true }));
	ATF_CHECK_EQ(1, ledger_secrets(NULL, (struct secrets){
	    .alone = true }));
	USER_CHECK_ERR("broke the protocol: disclosures without a leaf");
	ATF_CHECK_EQ(-1, access("kept", F_OK));
}

static void
serve_lost(struct fake *f, int fd, int nr, void *arg)
{
	(void)nr;
	fake_lost_leaf(f, fd, *(enum fake_lie *)arg);
}

ATF_TC_WITHOUT_HEAD(leaves_before_a_lost_one_are_printed);
ATF_TC_BODY(leaves_before_a_lost_one_are_printed, tc)
{
	enum fake_lie lies[] = { LIE_NONE, LIE_OTHER_EVENT, LIE_OTHER_OUTCOME };
	struct fake f;

	user_make_key();
	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		fake_init(&f, USER_SOCKET);
		fake_serve(&f, 1, serve_lost, &lies[i]);
		ATF_CHECK_EQ(1, user_query(&cmd_ledger, NULL, NULL, NULL));
		USER_CHECK_ERR("casemate: refused (ledger): with proof\n");
		ATF_CHECK_EQ(lies[i] == LIE_NONE, strstr(user_err,
		    "RECEIPT VERIFICATION FAILED") == NULL);
		ATF_CHECK_EQ(1, lines());
		ATF_CHECK_EQ(0, fake_wait(&f));
	}
	USER_CHECK_ERR("its data.reason is `replay', not `ledger'");
}

static void
serve_gap(struct fake *f, int fd, int nr, void *arg)
{
	static const char *const why[] = { "page 7 is damaged",
	    "page 7 is damaged", "page 8 \x1b[2J" };

	(void)nr;
	(void)arg;
	fake_gap(f, fd, why);
}

ATF_TC_WITHOUT_HEAD(leaves_after_lost_ones_are_printed);
ATF_TC_BODY(leaves_after_lost_ones_are_printed, tc)
{
	char leaf[512];
	struct fake f;

	user_make_key();
	fake_init(&f, USER_SOCKET);
	fake_serve(&f, 1, serve_gap, NULL);
	ATF_CHECK_EQ(1, user_query(&cmd_ledger, "--receipts", "kept", NULL));
	snprintf(leaf, sizeof(leaf), FAKE_LEAF "\n", 3, "00");
	ATF_CHECK_STREQ(leaf, user_out);
	ATF_CHECK_STREQ("casemate: leaves 0 to 1 cannot be read: page 7 is "
	    "damaged\ncasemate: leaf 2 cannot be read: page 8 \\x1b[2J\n",
	    user_err);
	ATF_CHECK_EQ(0, fake_wait(&f));
	ATF_CHECK_EQ(0, access("kept/3.tlog-proof", F_OK));
	ATF_CHECK_EQ(-1, access("kept/0.tlog-proof", F_OK));
}

ATF_TC_WITHOUT_HEAD(receipts_that_cannot_be_saved_are_said);
ATF_TC_BODY(receipts_that_cannot_be_saved_are_said, tc)
{
	struct leaves l = { NULL, LIE_NONE };
	struct fake f;

	user_write("file", "", 0644);
	ATF_CHECK_EQ(1, user_query(&cmd_ledger, "--receipts", "file/x", NULL));
	USER_CHECK_ERR("file/x: cannot make the folder: Not a directory");
	ATF_CHECK_EQ(1, user_query(&cmd_ledger, "--receipts", "file", NULL));
	USER_CHECK_ERR("file: is a file; give a folder for the receipts");
	ATF_CHECK_EQ(1, user_query(&cmd_ledger, "--receipts", "new",
	    "--on=unix:nowhere"));
	ATF_CHECK_EQ(-1, access("new", F_OK));
	ATF_REQUIRE_EQ(0, mkdir("d", 0755));
	ATF_REQUIRE_EQ(0, mkdir("d/1.tlog-proof", 0755));
	start_leaves(&f, &l);
	ATF_CHECK_EQ(1, user_query(&cmd_ledger, "--receipts", "d", NULL));
	USER_CHECK_ERR("d/1.tlog-proof: is a folder; give the name of a file");
	ATF_CHECK_EQ(0, access("d/0.tlog-proof", F_OK));
	kill(f.pid, SIGKILL);
	fake_wait(&f);
}

/* What was not asked for is not shown. */
ATF_TC_WITHOUT_HEAD(more_leaves_than_wanted_are_not_printed);
ATF_TC_BODY(more_leaves_than_wanted_are_not_printed, tc)
{
	struct leaves l = { NULL, LIE_NONE };
	struct fake f;

	start_leaves(&f, &l);
	ATF_CHECK_EQ(0, user_query(&cmd_ledger, "--count", "1", NULL));
	ATF_CHECK_EQ(1, lines());
	ATF_CHECK_EQ(0, fake_wait(&f));
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, leaves_are_verified_printed_and_saved);
	ATF_TP_ADD_TC(tp, leaf_without_proof_is_not_printed);
	ATF_TP_ADD_TC(tp, leaf_out_of_order_is_not_printed);
	ATF_TP_ADD_TC(tp, disclosed_fields_are_printed_and_saved);
	ATF_TP_ADD_TC(tp, withheld_fields_are_marks);
	ATF_TP_ADD_TC(tp, redacted_export_has_no_disclosures);
	ATF_TP_ADD_TC(tp, redacted_export_gets_a_folder_without_names);
	ATF_TP_ADD_TC(tp, disclosures_of_another_leaf_are_refused);
	ATF_TP_ADD_TC(tp, leaves_before_a_lost_one_are_printed);
	ATF_TP_ADD_TC(tp, leaves_after_lost_ones_are_printed);
	ATF_TP_ADD_TC(tp, receipts_that_cannot_be_saved_are_said);
	ATF_TP_ADD_TC(tp, more_leaves_than_wanted_are_not_printed);
	ATF_TP_ADD_TC(tp, fewer_leaves_than_wanted_is_a_failure);
	return atf_no_error();
}
