#include "codes.h"

#include <atf-c.h>

#include <string.h>

ATF_TC_WITHOUT_HEAD(exit_status_of_each_outcome);
ATF_TC_BODY(exit_status_of_each_outcome, tc)
{
	ATF_CHECK_EQ(3, outcome_exit(OUTCOME_EXITED, 3));
	ATF_CHECK_EQ(143, outcome_exit(OUTCOME_SIGNALLED, 15));
	ATF_CHECK_EQ(137, outcome_exit(OUTCOME_OUT_OF_MEMORY, 9));
	ATF_CHECK_EQ(124, outcome_exit(OUTCOME_TIMED_OUT, 9));
	ATF_CHECK_EQ(125, outcome_exit(OUTCOME_OUTPUT_LIMIT, 9));
	ATF_CHECK_EQ(125, outcome_exit(OUTCOME_CANCELLED, 0));
	ATF_CHECK_EQ(125, outcome_exit(OUTCOME_FAULT, 0));
	ATF_CHECK_EQ(125, outcome_exit((enum outcome)99, 0));
}

ATF_TC_WITHOUT_HEAD(an_unknown_number_has_no_word);
ATF_TC_BODY(an_unknown_number_has_no_word, tc)
{
	ATF_CHECK_STREQ("exited", outcome_word(OUTCOME_EXITED));
	ATF_CHECK_STREQ("replay", reason_word(REASON_REPLAY));
	ATF_CHECK(outcome_word(0) == NULL);
	ATF_CHECK(reason_word(0) == NULL);
	ATF_CHECK(reason_word(255) == NULL);
	ATF_CHECK_STREQ("explain", verb_word(VERB_EXPLAIN));
	ATF_CHECK(verb_word(0) == NULL);
}

ATF_TC_WITHOUT_HEAD(a_verb_is_found_by_its_word);
ATF_TC_BODY(a_verb_is_found_by_its_word, tc)
{
	ATF_CHECK_EQ(VERB_RUN, verb_find("run"));
	ATF_CHECK_EQ(VERB_OUTPUT, verb_find("output"));
	ATF_CHECK_EQ(0, verb_find(""));
	ATF_CHECK_EQ(0, verb_find("RUN"));
	ATF_CHECK_EQ(0, verb_find("runs"));
}

ATF_TC_WITHOUT_HEAD(client_frames_have_their_limits);
ATF_TC_BODY(client_frames_have_their_limits, tc)
{
	ATF_CHECK_EQ(SUBMIT_MAX, client_max(CLIENT_SUBMIT));
	ATF_CHECK_EQ(256, client_max(CLIENT_SEND));
	ATF_CHECK_EQ(0, client_max(0x20));	/* STATUS, once */
	ATF_CHECK_EQ(0, client_max(0));
	ATF_CHECK_EQ(0, client_max(0x47));	/* the G of GET */
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, exit_status_of_each_outcome);
	ATF_TP_ADD_TC(tp, an_unknown_number_has_no_word);
	ATF_TP_ADD_TC(tp, a_verb_is_found_by_its_word);
	ATF_TP_ADD_TC(tp, client_frames_have_their_limits);
	return atf_no_error();
}
