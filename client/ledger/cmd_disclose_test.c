/* casemate ledger disclose and forget, against a fake appliance. */
#include "client/casemate.h"

#include <sys/stat.h>

#include <atf-c.h>
#include <string.h>
#include <unistd.h>

#include "client/test/fake_appliance.h"
#include "client/test/user.h"

/* What the appliance answers about leaf 0. */
struct leaf_answer {
	enum verb	 verb;
	enum fake_lie	 lie;		/* in the query's own leaf */
	bool		 moved;		/* the disclosure, from another leaf */
	bool		 other;		/* the disclosure, of another field */
	bool		 none;		/* no disclosure */
	bool		 empty;		/* nothing at all */
};

/* The nth line of the disclosures. */
static struct fake_part
disclosure(const struct fake_leaf *l, int n)
{
	struct fake_part p = { .stream = 3, .data = l->disclosures.data };

	for (; n > 0; n--)
		p.data = strchr(p.data, '\n') + 1;
	p.len = strcspn(p.data, "\n") + 1;
	return p;
}

static void
serve_answer(struct fake *f, int fd, int nr, void *arg)
{
	const struct leaf_answer *a = arg;
	const struct fake_field fields[] = { { "submitter", .text = "dana" },
	    { "argv", .text = "say \"hi\"" }, { NULL } };
	struct fake_head head = { .source = f->key.name,
	    .type = "casemate.job.accepted" };
	struct fake_part parts[3] = { 0 };
	struct fake_leaf leaf, other;

	(void)nr;
	fake_leaf_make(&leaf, &head, fields);
	head.index = 1;
	fake_leaf_make(&other, &head, fields);
	if (a->verb == VERB_DISCLOSE && !a->empty) {
		parts[0].data = fake_receipt(f, leaf.text, LIE_NONE);
		parts[0].len = strlen(parts[0].data);
		parts[0].stream = 1;
		if (!a->none)
			parts[1] = disclosure(a->moved ? &other : &leaf,
			    a->other ? 0 : 5);
	}
	fake_parts(f, fd, a->verb, parts, a->lie);
}

static int
ask(const struct cmd *command, const char *leaf, const char *field,
    const char *output, struct leaf_answer a)
{
	struct fake f;
	int status;

	user_make_key();
	fake_init(&f, USER_SOCKET);
	user_write("vkey", f.vkey, 0644);
	fake_serve(&f, 1, serve_answer, &a);
	status = user_query(command, leaf, field, output);
	ATF_CHECK_EQ(0, fake_wait(&f));
	return status;
}

#define DISCLOSE(...)	ask(&cmd_ledger_disclose, "0", "argv", NULL,	\
    (struct leaf_answer){ .verb = VERB_DISCLOSE, __VA_ARGS__ })
#define FORGET(...)	ask(&cmd_ledger_forget, "0", "argv", NULL,	\
    (struct leaf_answer){ .verb = VERB_FORGET, __VA_ARGS__ })

ATF_TC_WITHOUT_HEAD(one_field_is_disclosed_with_its_proof);
ATF_TC_BODY(one_field_is_disclosed_with_its_proof, tc)
{
	const char *words[] = { "verify", "0.tlog-proof", "--appliance",
	    "vkey", NULL };

	ATF_CHECK_EQ_MSG(0, ask(&cmd_ledger_disclose, "0", "argv",
	    "--output=0.tlog-proof", (struct leaf_answer){
	    .verb = VERB_DISCLOSE }), "%s", user_err);
	ATF_CHECK_STREQ("[\"say \\\"hi\\\"\"]\n", user_out);
	ATF_CHECK_EQ(0, access("0.disclosures", F_OK));
	ATF_CHECK_EQ(0, user_run(&cmd_verify, words));
	ATF_CHECK(strstr(user_out, "  submitter          [USER]\n") != NULL);
	ATF_CHECK(strstr(user_out, "  argv               "
	    "[\"say \\\"hi\\\"\"]\n") != NULL);
}

ATF_TC_WITHOUT_HEAD(what_is_not_proved_is_not_printed);
ATF_TC_BODY(what_is_not_proved_is_not_printed, tc)
{
	ATF_CHECK_EQ(1, DISCLOSE(.moved = true));
	USER_CHECK_ERR("RECEIPT VERIFICATION FAILED: leaf 0: disclosure 1 is "
	    "not of this leaf");
	ATF_CHECK_STREQ("", user_out);
	ATF_CHECK_EQ(1, DISCLOSE(.other = true));
	USER_CHECK_ERR("its answer does not disclose argv");
	ATF_CHECK_EQ(1, DISCLOSE(.none = true));
	USER_CHECK_ERR("its answer does not disclose argv");
	ATF_CHECK_EQ(1, DISCLOSE(.empty = true));
	USER_CHECK_ERR("leaf 0: its receipt is missing");
	ATF_CHECK_EQ(1, ask(&cmd_ledger_disclose, "7", "argv", NULL,
	    (struct leaf_answer){ .verb = VERB_DISCLOSE }));
	USER_CHECK_ERR("leaf 7: it is for leaf 0");
	ATF_CHECK_EQ(1, DISCLOSE(.lie = LIE_OTHER_FIELD));
	USER_CHECK_ERR("its data.field is");
	ATF_CHECK_STREQ("", user_out);
}

ATF_TC_WITHOUT_HEAD(file_that_cannot_be_written_is_said);
ATF_TC_BODY(file_that_cannot_be_written_is_said, tc)
{
	ATF_REQUIRE_EQ(0, mkdir("d", 0755));
	ATF_CHECK_EQ(1, ask(&cmd_ledger_disclose, "0", "argv", "--output=d",
	    (struct leaf_answer){ .verb = VERB_DISCLOSE }));
	USER_CHECK_ERR("d: is a folder");
	ATF_CHECK_STREQ("", user_out);
}

ATF_TC_WITHOUT_HEAD(forgetting_is_recorded);
ATF_TC_BODY(forgetting_is_recorded, tc)
{
	ATF_CHECK_EQ_MSG(0, FORGET(.lie = LIE_NONE), "%s", user_err);
	ATF_CHECK_STREQ("leaf 0 records the order\n", user_out);
}

ATF_TC_WITHOUT_HEAD(another_record_of_forgetting_is_refused);
ATF_TC_BODY(another_record_of_forgetting_is_refused, tc)
{
	static const struct {
		enum fake_lie	 lie;
		const char	*words;
	} lies[] = {
		{ LIE_OTHER_EVENT, "its type is `casemate.read.refused'" },
		{ LIE_OTHER_OUTCOME, "its data.leaf is `1', not `0'" },
		{ LIE_OTHER_FIELD,
		    "its data.field is `secrets', not `session'" },
		{ LIE_OTHER_DISCLOSURE, "disclosure 1 is" },
		{ LIE_NO_RECEIPT, "no receipt" },
	};

	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		ATF_CHECK_EQ(1, ask(&cmd_ledger_forget, "0", "session", NULL,
		    (struct leaf_answer){ .verb = VERB_FORGET,
		    .lie = lies[i].lie }));
		USER_CHECK_ERR(lies[i].words);
		ATF_CHECK_STREQ("", user_out);
	}
}

/* What is in the leaf itself can be neither redacted nor forgotten. */
ATF_TC_WITHOUT_HEAD(only_withheld_fields_can_be_named);
ATF_TC_BODY(only_withheld_fields_can_be_named, tc)
{
	static const char *const bad[] = { "outcome", "_sd", "Argv", "" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ATF_CHECK_EQ(255, user_query(&cmd_ledger_forget, "3", bad[i],
		    NULL));
		USER_CHECK_ERR("is not a field that leaves withhold; these "
		    "are: submitter, submitter_key, ");
		ATF_CHECK_EQ(255, user_query(&cmd_ledger_disclose, "3", bad[i],
		    NULL));
	}
	ATF_CHECK_EQ(255, user_query(&cmd_ledger_disclose, "3", "evidence",
	    NULL));
	USER_CHECK_ERR("evidence: is not one field; `casemate ledger evidence "
	    "3' saves it");
	ATF_CHECK_EQ(255, user_query(&cmd_ledger_forget, "x", "argv", NULL));
	USER_CHECK_ERR("x: is not a leaf's index, a number from 0");
	ATF_CHECK_EQ(255, user_query(&cmd_ledger_disclose,
	    "9223372036854775808", "argv", NULL));
	USER_CHECK_ERR("is not a leaf's index");
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, one_field_is_disclosed_with_its_proof);
	ATF_TP_ADD_TC(tp, what_is_not_proved_is_not_printed);
	ATF_TP_ADD_TC(tp, file_that_cannot_be_written_is_said);
	ATF_TP_ADD_TC(tp, forgetting_is_recorded);
	ATF_TP_ADD_TC(tp, another_record_of_forgetting_is_refused);
	ATF_TP_ADD_TC(tp, only_withheld_fields_can_be_named);
	return atf_no_error();
}
