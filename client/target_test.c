#include "target.h"

#include <atf-c.h>
#include <string.h>

static const char *
round_trip(const char *text)
{
	static char back[PATH_MAX + 8];
	static struct why w;
	struct target t;

	if (target_parse(&t, text, &w) == -1)
		return w.text;
	target_format(back, sizeof(back), &t);
	return back;
}

ATF_TC_WITHOUT_HEAD(target_is_a_name_vsock_or_unix);
ATF_TC_BODY(target_is_a_name_vsock_or_unix, tc)
{
	static const char *const good[] = { "demo", "a-1", "vsock:42:1024",
	    "vsock:4294967294:0", "unix:/a b,c", "unix:x" };

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		ATF_CHECK_STREQ(good[i], round_trip(good[i]));
}

ATF_TC_WITHOUT_HEAD(target_says_what_is_wrong);
ATF_TC_BODY(target_says_what_is_wrong, tc)
{
	static const char *const bad[][2] = {
		{ "", "CID:PORT" }, { "Demo", "lower-case" },
		{ "../x", "lower-case" }, { "tcp:1:2", "unix:PATH" },
		{ "vsock:42", "vsock:CID:PORT" },
		{ "vsock:x:1", "the CID must be a number" },
		{ "vsock:4294967295:1", "the CID must be a number" },
		{ "vsock:99999999999999999999:1", "vsock:CID:PORT" },
		{ "vsock:3:", "the port must be a number" },
		{ "vsock:3:-1", "the port must be a number" },
		{ "vsock:3:4294967295", "the port must be a number" },
		{ "unix:", "path of a socket" },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const char *said = round_trip(bad[i][0]);

		ATF_CHECK_MSG(strstr(said, bad[i][1]) != NULL, "%s: %s",
		    bad[i][0], said);
	}
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, target_is_a_name_vsock_or_unix);
	ATF_TP_ADD_TC(tp, target_says_what_is_wrong);
	return atf_no_error();
}
