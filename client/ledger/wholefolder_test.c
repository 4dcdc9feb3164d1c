#include "wholefolder.h"

#include <sys/stat.h>

#include <atf-c.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct wholefolder_file files[] = {
	{ "a", "one", 3 }, { "s/b", "two", 3 }, { "s/t/c", "", 0 },
};

ATF_TC_WITHOUT_HEAD(folder_has_its_files);
ATF_TC_BODY(folder_has_its_files, tc)
{
	struct stat st;

	ATF_REQUIRE_EQ(0, wholefolder_check("d//"));
	ATF_CHECK_EQ(-1, access("d", F_OK));
	ATF_REQUIRE_EQ(0, wholefolder_save("d//", files, 3));
	ATF_CHECK(atf_utils_compare_file("d/a", "one"));
	ATF_CHECK(atf_utils_compare_file("d/s/b", "two"));
	ATF_CHECK(atf_utils_compare_file("d/s/t/c", ""));
	ATF_REQUIRE_EQ(0, stat("d", &st));
	ATF_CHECK_EQ(0700, st.st_mode & 07777);
	ATF_REQUIRE_EQ(0, stat("d/s", &st));
	ATF_CHECK_EQ(0700, st.st_mode & 07777);
	ATF_REQUIRE_EQ(0, stat("d/a", &st));
	ATF_CHECK_EQ(0600, st.st_mode & 07777);
}

ATF_TC_WITHOUT_HEAD(dash_is_no_folder);
ATF_TC_BODY(dash_is_no_folder, tc)
{
	ATF_CHECK_EQ(-1, wholefolder_check("-"));
	ATF_CHECK_EQ(0, wholefolder_check("./-"));
}

/* One cannot be made: its name is that of a folder, or below a file. */
ATF_TC_WITHOUT_HEAD(failure_leaves_nothing);
ATF_TC_BODY(failure_leaves_nothing, tc)
{
	static const struct wholefolder_file bad[][3] = {
		{ { "s/b", "two", 3 }, { "s", "one", 3 }, { "x", "", 0 } },
		{ { "a", "one", 3 }, { "s/t/c", "", 0 }, { "a/b", "x", 1 } },
	};

	for (size_t i = 0; i < 2; i++)
		ATF_CHECK_EQ(-1, wholefolder_save("d", bad[i], 3));
	ATF_CHECK_EQ(0, system("test -z \"$(ls)\""));
	/* Another took the name meanwhile. */
	ATF_REQUIRE_EQ(0, mkdir("e", 0755));
	ATF_REQUIRE_EQ(0, mkdir("e/x", 0755));
	ATF_CHECK_EQ(-1, wholefolder_save("e", files, 3));
	ATF_CHECK_EQ(0, system("test \"$(ls)\" = e -a \"$(ls e)\" = x"));
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, folder_has_its_files);
	ATF_TP_ADD_TC(tp, dash_is_no_folder);
	ATF_TP_ADD_TC(tp, failure_leaves_nothing);
	return atf_no_error();
}
