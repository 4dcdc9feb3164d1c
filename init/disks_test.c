#include "disks.h"

#include <atf-c.h>

ATF_TC_WITHOUT_HEAD(runtime_names_are_plain);
ATF_TC_BODY(runtime_names_are_plain, tc)
{
	static const char *const good[] = { "python", "python3.11", "a",
	    "x_y-z", "0" };
	static const char *const bad[] = { "", ".", "..", ".hidden", "a/b",
	    "/", "Python", "a b", "a\n", "../etc", "\xc3\xa9",
	    "0123456789012345678901234567890123456789012345678901234567890123"
	};

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		ATF_CHECK_MSG(disks_name_ok(good[i]), "%s", good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ATF_CHECK_MSG(!disks_name_ok(bad[i]), "%s", bad[i]);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, runtime_names_are_plain);
	return atf_no_error();
}
