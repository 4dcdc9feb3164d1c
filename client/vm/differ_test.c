#include "differ.h"

#include <atf-c.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/file.h"

static const struct vm_state runs = { .machine = "microvm", .accel = "tcg",
    .memory_mib = 512, .cpus = 1, .site = "aa", .image = "/i",
    .image_stamp = "1", .disk = "/d", .runtimes = "python 1 " };

static void
check(const struct vm_state *asked, const char *text)
{
	char *differ = differ_text(&runs, asked);

	ATF_CHECK_STREQ(text, differ);
	free(differ);
}

#define CHECK_MEMBER(text, ...)						\
	do {								\
		struct vm_state asked = runs;				\
		__VA_ARGS__;						\
		check(&asked, text);					\
	} while (0)

ATF_TC_WITHOUT_HEAD(each_difference_is_named);
ATF_TC_BODY(each_difference_is_named, tc)
{
	check(&runs, "");
	CHECK_MEMBER("--machine microvm and not q35",
	    strcpy(asked.machine, "q35"));
	CHECK_MEMBER("--accel tcg and not kvm", strcpy(asked.accel, "kvm"));
	CHECK_MEMBER("", strcpy(asked.accel, ""));	/* auto */
	CHECK_MEMBER("--memory 512 and not 64", asked.memory_mib = 64);
	CHECK_MEMBER("--cpus 1 and not 2", asked.cpus = 2);
	CHECK_MEMBER("another site", strcpy(asked.site, "ab"));
	CHECK_MEMBER("the image /i", strcpy(asked.image, "/j"));
	CHECK_MEMBER("the image /i as it was before it changed",
	    strcpy(asked.image_stamp, "2"));
	CHECK_MEMBER("the data disk /d", strcpy(asked.disk, "/e"));
	CHECK_MEMBER("the data disk /d", strcpy(asked.disk, ""));
	CHECK_MEMBER("other runtimes", strcpy(asked.runtimes, ""));
	CHECK_MEMBER("other runtimes", strcpy(asked.runtimes, "python 2 "));
	CHECK_MEMBER("--memory 512 and not 64, another site",
	    asked.memory_mib = 64; strcpy(asked.site, "ab"));
	/* What no option decides. */
	CHECK_MEMBER("", asked.qemu.pid = 7; asked.cid = 9; asked.ready = 1);
}

ATF_TC_WITHOUT_HEAD(what_is_not_there_is_named);
ATF_TC_BODY(what_is_not_there_is_named, tc)
{
	struct vm_state bare = runs;
	char *differ;

	bare.disk[0] = bare.runtimes[0] = '\0';
	differ = differ_text(&bare, &runs);
	ATF_CHECK_STREQ("no data disk (--ephemeral), no runtimes", differ);
	free(differ);
}

ATF_TC_WITHOUT_HEAD(a_changed_file_has_another_stamp);
ATF_TC_BODY(a_changed_file_has_another_stamp, tc)
{
	char a[STAMP_MAX], b[STAMP_MAX];

	differ_stamp("f", a);
	ATF_CHECK_STREQ("0", a);
	ATF_REQUIRE_EQ(0, file_save("f", "1", 1, 0644));
	differ_stamp("f", a);
	differ_stamp("f", b);
	ATF_CHECK_STREQ(a, b);
	ATF_REQUIRE_EQ(0, file_save("f", "2", 1, 0644));	/* replaced */
	differ_stamp("f", b);
	ATF_CHECK(strcmp(a, b) != 0);
	ATF_REQUIRE_EQ(0, truncate("f", 3));
	differ_stamp("f", a);
	ATF_CHECK(strcmp(a, b) != 0);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, each_difference_is_named);
	ATF_TP_ADD_TC(tp, what_is_not_there_is_named);
	ATF_TP_ADD_TC(tp, a_changed_file_has_another_stamp);
	return atf_no_error();
}
