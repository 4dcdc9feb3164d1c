/* casemate ledger fsck, against a fake appliance. */
#include "client/casemate.h"

#include <atf-c.h>
#include <string.h>

#include "client/test/fake_appliance.h"
#include "client/test/user.h"

#define SOUND	"{\"leaves\":3,\"nodes\":4,\"disclosures\":5,\"files\":6,"	\
	"\"findings\":0}\n"
#define DAMAGED	"{\"leaves\":3,\"nodes\":4,\"disclosures\":5,\"files\":6,"	\
	"\"findings\":2}\n"
#define FIRST	"leaf 1 cannot be read: page 7\n"
#define SECOND	"leaf 2 is not as it was recorded\n"

static void
serve_parts(struct fake *f, int fd, int nr, void *arg)
{
	(void)nr;
	fake_parts(f, fd, VERB_FSCK, arg, LIE_NONE);
}

/* Runs it; the appliance's answer has these parts. */
static int
check(const struct fake_part *parts)
{
	struct fake_part copy[8] = { 0 };
	struct fake f;
	int status;

	for (size_t i = 0; parts[i].data != NULL; i++) {
		copy[i] = parts[i];
		copy[i].len = strlen(parts[i].data);
	}
	user_make_key();
	fake_init(&f, USER_SOCKET);
	user_write("vkey", f.vkey, 0644);
	fake_serve(&f, 1, serve_parts, copy);
	status = user_query(&cmd_ledger_fsck, NULL, NULL, NULL);
	ATF_CHECK_EQ(0, fake_wait(&f));
	return status;
}

ATF_TC_WITHOUT_HEAD(sound_ledger_is_said_to_be);
ATF_TC_BODY(sound_ledger_is_said_to_be, tc)
{
	ATF_CHECK_EQ_MSG(0, check((struct fake_part[]){
	    { .stream = 1, .data = SOUND }, { 0 } }), "%s", user_err);
	ATF_CHECK_STREQ("3 leaves, 4 nodes, 5 disclosures and 6 files were "
	    "checked: all are as they were recorded\n", user_out);
}

ATF_TC_WITHOUT_HEAD(each_finding_is_a_line_and_the_last_counts_hold);
ATF_TC_BODY(each_finding_is_a_line_and_the_last_counts_hold, tc)
{
	ATF_CHECK_EQ(1, check((struct fake_part[]){
	    { .stream = 2, .data = FIRST }, { .stream = 1, .data = SOUND },
	    { .stream = 2, .data = SECOND }, { .stream = 1, .data = DAMAGED },
	    { 0 } }));
	ATF_CHECK_STREQ(FIRST SECOND "3 leaves, 4 nodes, 5 disclosures and 6 "
	    "files were checked: 2 findings\n", user_out);
	ATF_CHECK_EQ(1, check((struct fake_part[]){
	    { .stream = 2, .data = "a\nb\033c" },
	    { .stream = 1, .data = DAMAGED }, { 0 } }));
	ATF_CHECK_MSG(strncmp(user_out, "a\nb?c\n", 6) == 0, "%s", user_out);
}

ATF_TC_WITHOUT_HEAD(answer_of_another_form_is_said);
ATF_TC_BODY(answer_of_another_form_is_said, tc)
{
	ATF_CHECK_EQ(1, check((struct fake_part[]){ { 0 } }));
	USER_CHECK_ERR("it has no counts");
	ATF_CHECK_EQ(1, check((struct fake_part[]){
	    { .stream = 1, .data = "{\"leaves\":1}\n" }, { 0 } }));
	USER_CHECK_ERR("a count is missing");
	ATF_CHECK_EQ(1, check((struct fake_part[]){
	    { .stream = 1, .data = "garbage\n" }, { 0 } }));
	USER_CHECK_ERR("not in the expected form");
	ATF_CHECK_EQ(1, check((struct fake_part[]){
	    { .stream = 1, .data = "" }, { 0 } }));
	USER_CHECK_ERR("a part is empty");
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, sound_ledger_is_said_to_be);
	ATF_TP_ADD_TC(tp, each_finding_is_a_line_and_the_last_counts_hold);
	ATF_TP_ADD_TC(tp, answer_of_another_form_is_said);
	return atf_no_error();
}
