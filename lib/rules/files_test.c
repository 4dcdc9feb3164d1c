#include "files.h"

#include <sys/stat.h>

#include <atf-c.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char message[512];

/* What is said of files_list(); the number of names otherwise, or -1. */
static int
list(const char *also)
{
	struct doc_error e = { 0 };
	char **names = files_list(AT_FDCWD, "policy", ".cedar", also, &e);
	int n = 0;

	message[0] = '\0';
	if (names == NULL) {
		doc_error_format(&e, 0, message, sizeof(message));
		return -1;
	}
	for (; names[n] != NULL; n++)
		if (n > 0)
			ATF_CHECK(strcmp(names[n - 1], names[n]) < 0);
	files_free(names);
	return n;
}

static void
check_message(const char *text)
{
	ATF_CHECK_MSG(strstr(message, text) != NULL, "%s", message);
}

ATF_TC_WITHOUT_HEAD(a_folder_is_listed_in_order);
ATF_TC_BODY(a_folder_is_listed_in_order, tc)
{
	ATF_CHECK_EQ(0, list(NULL));	/* there is none */
	ATF_REQUIRE_EQ(0, mkdir("policy", 0700));
	ATF_CHECK_EQ(0, list(NULL));
	atf_utils_create_file("policy/b.cedar", "x");
	atf_utils_create_file("policy/a.cedar", "x");
	atf_utils_create_file("policy/C_1-2.cedar", "x");
	ATF_CHECK_EQ(3, list(NULL));
	atf_utils_create_file("policy/notes", "x");
	ATF_CHECK_EQ(3, list("notes"));
	ATF_CHECK_EQ(-1, list(NULL));
	check_message("the file notes does not belong here");
}

ATF_TC_WITHOUT_HEAD(what_is_no_folder_is_refused);
ATF_TC_BODY(what_is_no_folder_is_refused, tc)
{
	atf_utils_create_file("policy", "x");
	ATF_CHECK_EQ(-1, list(NULL));
	check_message("cannot be read: Not a directory");
	ATF_REQUIRE_EQ(0, unlink("policy"));
	ATF_REQUIRE_EQ(0, mkdir("elsewhere", 0700));
	ATF_REQUIRE_EQ(0, symlink("elsewhere", "policy"));
	ATF_CHECK_EQ(-1, list(NULL));
	check_message("cannot be read");
}

ATF_TC_WITHOUT_HEAD(a_folder_has_a_limit);
ATF_TC_BODY(a_folder_has_a_limit, tc)
{
	char name[32];

	ATF_REQUIRE_EQ(0, mkdir("policy", 0700));
	for (int i = 0; i <= FILES_MAX; i++) {
		ATF_CHECK_EQ(i, list(NULL));
		snprintf(name, sizeof(name), "policy/%d.cedar", i);
		atf_utils_create_file(name, "x");
	}
	ATF_CHECK_EQ(-1, list(NULL));
	check_message("more than 256 files; join some of them");
}

/* files_read() of a file with this many bytes. */
static ssize_t
read_back(const char *path, size_t max)
{
	struct doc_error e = { 0 };
	size_t len = 0;
	char *text = files_read(AT_FDCWD, path, max, &len, &e);
	int saved = errno;

	message[0] = '\0';
	if (text == NULL) {
		doc_error_format(&e, 0, message, sizeof(message));
		errno = saved;
		return -1;
	}
	free(text);
	return (ssize_t)len;
}

ATF_TC_WITHOUT_HEAD(a_file_is_read_up_to_its_limit);
ATF_TC_BODY(a_file_is_read_up_to_its_limit, tc)
{
	atf_utils_create_file("file", "12345678");
	ATF_CHECK_EQ(8, read_back("file", 9));
	ATF_CHECK_EQ(8, read_back("file", 8));
	ATF_CHECK_EQ(-1, read_back("file", 7));
	ATF_CHECK_EQ(EBADMSG, errno);
	check_message("more than 7 bytes, which is too large; shorten it");
}

ATF_TC_WITHOUT_HEAD(only_a_regular_file_is_read);
ATF_TC_BODY(only_a_regular_file_is_read, tc)
{
	ATF_CHECK_EQ(-1, read_back("none", 9));
	ATF_CHECK_EQ(ENOENT, errno);
	ATF_REQUIRE_EQ(0, mkfifo("fifo", 0600));
	ATF_CHECK_EQ(-1, read_back("fifo", 9));	/* and is not waited for */
	ATF_CHECK_EQ(EBADMSG, errno);
	atf_utils_create_file("file", "x");
	ATF_REQUIRE_EQ(0, symlink("file", "link"));
	ATF_CHECK_EQ(-1, read_back("link", 9));
	ATF_CHECK_EQ(EBADMSG, errno);
	ATF_CHECK_EQ(-1, read_back("file/below", 9));
	ATF_CHECK_EQ(EBADMSG, errno);
	check_message("cannot be opened: Not a directory");
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, a_folder_is_listed_in_order);
	ATF_TP_ADD_TC(tp, what_is_no_folder_is_refused);
	ATF_TP_ADD_TC(tp, a_folder_has_a_limit);
	ATF_TP_ADD_TC(tp, a_file_is_read_up_to_its_limit);
	ATF_TP_ADD_TC(tp, only_a_regular_file_is_read);
	return atf_no_error();
}
