/* Steps of the clock, and the moments that leaves tell. */
#include "steps.h"

#include <atf-c.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define HEAD	"{\"specversion\":\"1.0\",\"id\":\"3\",\"source\":\"casemate/x\","
#define TIME	"\"type\":\"t\",\"time\":\"2027-01-15T08:00:00.042Z\""
#define BOOT	",\"boot\":\"boot-1\",\"uptime\":\"12.345\""
#define DATA	",\"data\":{\"a\":\"b\"}}"

ATF_TC_WITHOUT_HEAD(a_clock_that_runs_is_not_stepped);
ATF_TC_BODY(a_clock_that_runs_is_not_stepped, tc)
{
	const struct moment before = { 1000000, 5000 };
	struct moment now = { 1000000 + 86400000, 5000 + 86400000 };
	struct clock_step s;

	ATF_CHECK(!step_between(&before, &now, &s));
	now.wall += STEP_MS - 1;
	ATF_CHECK(!step_between(&before, &now, &s));
	now.wall -= 2 * (STEP_MS - 1);
	ATF_CHECK(!step_between(&before, &now, &s));
	moment_now(&now);
	ATF_CHECK(!step_between(&now, &now, &s));
}

ATF_TC_WITHOUT_HEAD(steps_are_seen_in_both_directions);
ATF_TC_BODY(steps_are_seen_in_both_directions, tc)
{
	const struct moment before = { 1000000, 5000 };
	struct moment now = { 1000000 + 1000 + STEP_MS, 6000 };
	struct clock_step s;

	ATF_CHECK(step_between(&before, &now, &s));
	ATF_CHECK_EQ(1001000, s.from);
	ATF_CHECK_EQ(1001000 + STEP_MS, s.to);
	now.wall = 500000;
	ATF_CHECK(step_between(&before, &now, &s));
	ATF_CHECK_EQ(1001000, s.from);
	ATF_CHECK_EQ(500000, s.to);
}

ATF_TC_WITHOUT_HEAD(a_clock_before_the_last_leaf_was_stepped);
ATF_TC_BODY(a_clock_before_the_last_leaf_was_stepped, tc)
{
	const struct moment now = { 2000000, 100 };
	struct clock_step s;

	ATF_CHECK(!step_since(1000000, &now, &s));
	ATF_CHECK(!step_since(2000000 + STEP_CHIP_MS - 1, &now, &s));
	ATF_CHECK(step_since(2000000 + STEP_CHIP_MS, &now, &s));
	ATF_CHECK_EQ(2000000 + STEP_CHIP_MS, s.from);
	ATF_CHECK_EQ(2000000, s.to);
}

static int
moment(const char *text, struct moment *m, bool *this_boot)
{
	*m = (struct moment){ -1, -1 };
	return moment_of_leaf(text, strlen(text), "boot-1", m, this_boot);
}

ATF_TC_WITHOUT_HEAD(a_leaf_tells_its_moment);
ATF_TC_BODY(a_leaf_tells_its_moment, tc)
{
	struct moment m;
	bool here;

	ATF_CHECK_EQ(0, moment(HEAD TIME BOOT DATA, &m, &here));
	ATF_CHECK_EQ(1800000000042, m.wall);
	ATF_CHECK(here);
	ATF_CHECK_EQ(12345, m.uptime);
	ATF_CHECK_EQ(0, moment(HEAD TIME DATA, &m, &here));	/* an old one */
	ATF_CHECK_EQ(1800000000042, m.wall);
	ATF_CHECK(!here);
	ATF_CHECK_EQ(0, moment(HEAD TIME ",\"boot\":\"boot-12\","
	    "\"uptime\":\"12.345\"" DATA, &m, &here));
	ATF_CHECK(!here);
}

ATF_TC_WITHOUT_HEAD(other_texts_tell_none);
ATF_TC_BODY(other_texts_tell_none, tc)
{
	static const char *const uptimes[] = { "12", "12.34", "12.3456", ".345",
	    "12.345 ", "-1.345", "1234567890123456.345" };
	char text[512];
	struct moment m;
	bool here;

	ATF_CHECK_ERRNO(EBADMSG, moment("", &m, &here) == -1);
	ATF_CHECK_ERRNO(EBADMSG, moment(HEAD DATA, &m, &here) == -1);
	ATF_CHECK_ERRNO(EBADMSG, moment(HEAD TIME, &m, &here) == -1);
	ATF_CHECK_ERRNO(EBADMSG, moment(HEAD "\"type\":\"t\",\"time\":\"noon\""
	    DATA, &m, &here) == -1);
	ATF_CHECK_ERRNO(EBADMSG, moment(HEAD ",\"data\":{\"x\":1,\"time\":"
	    "\"2027-01-15T08:00:00.042Z\"}}", &m, &here) == -1);
	for (size_t i = 0; i < sizeof(uptimes) / sizeof(uptimes[0]); i++) {
		snprintf(text, sizeof(text), HEAD TIME ",\"boot\":\"boot-1\","
		    "\"uptime\":\"%s\"" DATA, uptimes[i]);
		ATF_CHECK_EQ(0, moment(text, &m, &here));
		ATF_CHECK_MSG(!here, "%s", uptimes[i]);
	}
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, a_clock_that_runs_is_not_stepped);
	ATF_TP_ADD_TC(tp, steps_are_seen_in_both_directions);
	ATF_TP_ADD_TC(tp, a_clock_before_the_last_leaf_was_stepped);
	ATF_TP_ADD_TC(tp, a_leaf_tells_its_moment);
	ATF_TP_ADD_TC(tp, other_texts_tell_none);
	return atf_no_error();
}
