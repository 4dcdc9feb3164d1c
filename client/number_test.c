#include "number.h"

#include <atf-c.h>

ATF_TC_WITHOUT_HEAD(numbers_have_limits_and_units);
ATF_TC_BODY(numbers_have_limits_and_units, tc)
{
	uint64_t n = 0;

	ATF_CHECK_EQ(0, number_parse("0", 0, &n));
	ATF_CHECK_EQ(0, number_parse("18446744073709551615", UINT64_MAX, &n));
	ATF_CHECK(n == UINT64_MAX);
	ATF_CHECK_EQ(-1, number_parse("18446744073709551616", UINT64_MAX, &n));
	ATF_CHECK_EQ(-1, number_parse("8", 7, &n));
	ATF_CHECK_EQ(-1, number_parse("", 7, &n));
	ATF_CHECK_EQ(-1, number_parse("1 ", 7, &n));
	ATF_CHECK_EQ(-1, number_parse("-1", 7, &n));
	ATF_CHECK_EQ(-1, number_parse("1K", 9999, &n));
	ATF_CHECK_EQ(0, number_parse_size("64M", UINT64_MAX, &n));
	ATF_CHECK_EQ(64u << 20, n);
	ATF_CHECK_EQ(0, number_parse_size("2T", UINT64_MAX, &n));
	ATF_CHECK_EQ(2ull << 40, n);
	ATF_CHECK_EQ(-1, number_parse_size("2T", 2ull << 39, &n));
	ATF_CHECK_EQ(-1, number_parse_size("1X", UINT64_MAX, &n));
	ATF_CHECK_EQ(-1, number_parse_size("1KK", UINT64_MAX, &n));
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, numbers_have_limits_and_units);
	return atf_no_error();
}
