#include "clock.h"

#include <atf-c.h>

#include <errno.h>
#include <limits.h>

ATF_TC_WITHOUT_HEAD(clocks_agree_on_their_units);
ATF_TC_BODY(clocks_agree_on_their_units, tc)
{
	const uint64_t before = clock_ns(CLOCK_MONOTONIC) / 1000000;
	const uint64_t ms = clock_ms();
	const uint64_t boot = clock_ns(CLOCK_BOOTTIME) / 1000000;
	const uint64_t boot_ms = clock_boot_ms();
	const uint64_t real = clock_ns(CLOCK_REALTIME) / 1000000000;

	ATF_CHECK(before <= ms && ms < before + 60000);
	ATF_CHECK(boot <= boot_ms && boot_ms < boot + 60000);
	/* time(2) may lag by one tick. */
	ATF_CHECK(clock_unix_s() + 1 >= real && clock_unix_s() < real + 60);
}

ATF_TC_WITHOUT_HEAD(time_left_is_what_poll_takes);
ATF_TC_BODY(time_left_is_what_poll_takes, tc)
{
	const uint64_t now = clock_ms();
	const int left = clock_left_ms(now + 60000);

	ATF_CHECK_MSG(left > 0 && left <= 60000, "%d", left);
	ATF_CHECK_EQ(0, clock_left_ms(now - 1));
	ATF_CHECK_EQ(0, clock_left_ms(0));
	ATF_CHECK_EQ(INT_MAX, clock_left_ms(CLOCK_NEVER - 1));
	ATF_CHECK_EQ(-1, clock_left_ms(CLOCK_NEVER));
}

ATF_TC_WITHOUT_HEAD(times_are_shown_as_dates_and_all_fit);
ATF_TC_BODY(times_are_shown_as_dates_and_all_fit, tc)
{
	char text[CLOCK_TEXT_MAX];

	ATF_CHECK_STREQ("1970-01-01T00:00:00Z", clock_format(text, 0));
	ATF_CHECK_STREQ("2027-01-15T08:00:00Z",
	    clock_format(text, 1800000000));
	ATF_CHECK_STREQ("9999-12-31T23:59:59Z",
	    clock_format(text, UINT64_C(253402300799)));
	ATF_CHECK_STREQ("253402300800",
	    clock_format(text, UINT64_C(253402300800)));
	ATF_CHECK_STREQ("18446744073709551615",
	    clock_format(text, UINT64_MAX));
}

ATF_TC_WITHOUT_HEAD(times_with_ms_are_read_as_they_are_written);
ATF_TC_BODY(times_with_ms_are_read_as_they_are_written, tc)
{
	static const int64_t times[] = { 0, 999, 1800000000042,
	    253402300799999 };
	char text[CLOCK_MS_TEXT_MAX];
	int64_t ms;

	ATF_CHECK_STREQ("2027-01-15T08:00:00.042Z",
	    clock_format_ms(text, 1800000000042));
	ATF_CHECK_STREQ("1970-01-01T00:00:00.000Z", clock_format_ms(text, -1));
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		clock_format_ms(text, times[i]);
		ATF_CHECK_EQ_MSG(0, clock_parse_ms(text, &ms), "%s", text);
		ATF_CHECK_EQ(times[i], ms);
	}
	ATF_CHECK_STREQ("1970-01-01T00:00:00.000Z",
	    clock_format_ms(text, 253402300800000));
	ATF_CHECK_STREQ("1970-01-01T00:00:00.000Z",
	    clock_format_ms(text, INT64_MIN));
}

ATF_TC_WITHOUT_HEAD(other_texts_are_no_times);
ATF_TC_BODY(other_texts_are_no_times, tc)
{
	static const char *const bad[] = { "", "2027-01-15T08:00:00Z",
	    "2027-01-15T08:00:00.042", "2027-01-15T08:00:00.042Z ",
	    "2027-01-15 08:00:00.042Z", "2027-01-15T08:00:00.42Z" };
	int64_t ms;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ATF_CHECK_ERRNO(EBADMSG, clock_parse_ms(bad[i], &ms) == -1);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, times_with_ms_are_read_as_they_are_written);
	ATF_TP_ADD_TC(tp, other_texts_are_no_times);
	ATF_TP_ADD_TC(tp, clocks_agree_on_their_units);
	ATF_TP_ADD_TC(tp, time_left_is_what_poll_takes);
	ATF_TP_ADD_TC(tp, times_are_shown_as_dates_and_all_fit);
	return atf_no_error();
}
