#include "filekind.h"

#include <sys/socket.h>
#include <sys/sysmacros.h>
#include <sys/un.h>

#include <atf-c.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* What has the name is refused with a message that begins so. */
static void
check_refused(const char *name, const char *text)
{
	struct why w = { "" };

	ATF_CHECK_EQ(-1, filekind_check_at(AT_FDCWD, name, &w));
	ATF_CHECK_EQ(EBADMSG, errno);
	ATF_CHECK_MSG(strncmp(w.text, text, strlen(text)) == 0, "%s", w.text);
	ATF_CHECK(strstr(w.text, FILEKIND_ADVICE) != NULL);
}

static void
bind_socket(const char *name)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	strcpy(sun.sun_path, name);
	ATF_REQUIRE_EQ(0, bind(fd, (struct sockaddr *)&sun, sizeof(sun)));
	close(fd);
}

ATF_TC_WITHOUT_HEAD(a_file_of_our_own_with_one_name_is_taken);
ATF_TC_BODY(a_file_of_our_own_with_one_name_is_taken, tc)
{
	struct why w = { "" };

	atf_utils_create_file("file", "x");
	ATF_CHECK_EQ(0, filekind_check_at(AT_FDCWD, "file", &w));
	ATF_REQUIRE_EQ(0, link("file", "other"));
	check_refused("file", "file: is a file with 2 names");
	ATF_REQUIRE_EQ(0, unlink("other"));
	ATF_CHECK_EQ(0, filekind_check_at(AT_FDCWD, "file", &w));
}

ATF_TC_WITHOUT_HEAD(a_missing_file_is_told_from_a_bad_one);
ATF_TC_BODY(a_missing_file_is_told_from_a_bad_one, tc)
{
	struct why w = { "" };

	ATF_CHECK_EQ(-1, filekind_check_at(AT_FDCWD, "none", &w));
	ATF_CHECK_EQ(ENOENT, errno);
	atf_utils_create_file("file", "x");
	ATF_CHECK_EQ(-1, filekind_check_at(AT_FDCWD, "file/none", &w));
	ATF_CHECK_EQ(ENOTDIR, errno);
	ATF_CHECK_STREQ("file/none: Not a directory; check the data disk",
	    w.text);
}

ATF_TC_WITHOUT_HEAD(other_kinds_are_named);
ATF_TC_BODY(other_kinds_are_named, tc)
{
	atf_utils_create_file("file", "x");
	ATF_REQUIRE_EQ(0, symlink("file", "link"));
	check_refused("link", "link: is a symbolic link and must be a file");
	ATF_REQUIRE_EQ(0, mkdir("folder", 0700));
	check_refused("folder", "folder: is a folder and must be a file");
	ATF_REQUIRE_EQ(0, mkfifo("fifo", 0600));
	check_refused("fifo", "fifo: is a FIFO and must be a file");
	bind_socket("socket");
	check_refused("socket", "socket: is a socket and must be a file");
	ATF_CHECK_STREQ("a character device", filekind_word(S_IFCHR | 0600));
	ATF_CHECK_STREQ("a block device", filekind_word(S_IFBLK));
	ATF_CHECK_STREQ("a file", filekind_word(S_IFREG | 0644));
	ATF_CHECK_STREQ("of an unknown kind", filekind_word(0));
}

ATF_TC(another_owner_is_named);
ATF_TC_HEAD(another_owner_is_named, tc)
{
	atf_tc_set_md_var(tc, "require.user", "root");
}
ATF_TC_BODY(another_owner_is_named, tc)
{
	atf_utils_create_file("file", "x");
	ATF_REQUIRE_EQ(0, chown("file", 903, 0));
	check_refused("file", "file: belongs to user 903 and must belong to 0");
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, a_file_of_our_own_with_one_name_is_taken);
	ATF_TP_ADD_TC(tp, a_missing_file_is_told_from_a_bad_one);
	ATF_TP_ADD_TC(tp, other_kinds_are_named);
	ATF_TP_ADD_TC(tp, another_owner_is_named);
	return atf_no_error();
}
