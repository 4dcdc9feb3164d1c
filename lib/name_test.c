#include "name.h"

#include <atf-c.h>

#include <string.h>

ATF_TC_WITHOUT_HEAD(paths_are_relative_and_clean);
ATF_TC_BODY(paths_are_relative_and_clean, tc)
{
	static const char *const good[] = {
		"a", "a/b", "a.b", "...", "..a", ".a/b", "\xc3\xa4", "a b",
	};
	static const char *const bad[] = {
		"", "/", "/a", "a/", "a//b", ".", "..", "./a", "a/.", "a/..",
		"a/../b", "a\nb", "a\x7f", "\x80", "\xc3", "a\x01",
	};
	char path[NAME_PATH_MAX + 2];

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		ATF_CHECK_MSG(name_check_path(good[i]) == 0, "%s", good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ATF_CHECK_MSG(name_check_path(bad[i]) == -1, "%s", bad[i]);
	memset(path, 'a', sizeof(path));
	path[NAME_PATH_MAX + 1] = '\0';
	ATF_CHECK_EQ(name_check_path(path), -1);
	path[NAME_PATH_MAX] = '\0';
	ATF_CHECK_EQ(name_check_path(path), 0);
}

ATF_TC_WITHOUT_HEAD(names_are_labels);
ATF_TC_BODY(names_are_labels, tc)
{
	static const char *const bad[] = {
		"", "-a", "A", "a_b", "a.b", "a/b", "a b", "\xc3\xa4",
	};
	char name[NAME_MAX_LEN + 2];

	ATF_CHECK_EQ(name_check("a"), 0);
	ATF_CHECK_EQ(name_check("0-a"), 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ATF_CHECK_MSG(name_check(bad[i]) == -1, "%s", bad[i]);
	memset(name, 'a', sizeof(name));
	name[NAME_MAX_LEN + 1] = '\0';
	ATF_CHECK_EQ(name_check(name), -1);
	name[NAME_MAX_LEN] = '\0';
	ATF_CHECK_EQ(name_check(name), 0);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, paths_are_relative_and_clean);
	ATF_TP_ADD_TC(tp, names_are_labels);
	return atf_no_error();
}
