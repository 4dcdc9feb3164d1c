/* A data disk is made whole or not at all. */
#include "disk.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <atf-c.h>
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/say.h"
#include "client/test/user.h"

#define SIZE	(16u << 20)

/* A mkfs.ext4 that is found before the real one. */
static void
fake_mkfs(const char *script)
{
	char path[PATH_MAX + 4];

	ATF_REQUIRE(getcwd(path, PATH_MAX) != NULL);
	strcat(path, "/bin");
	ATF_REQUIRE(mkdir("bin", 0755) == 0 || access("bin", F_OK) == 0);
	user_write("bin/mkfs.ext4", script, 0755);
	ATF_REQUIRE_EQ(0, setenv("PATH", path, 1));
}

/* How many files the folder has, without bin. */
static int
count_files(void)
{
	DIR *d = opendir(".");
	struct dirent *e;
	int n = 0;

	ATF_REQUIRE(d != NULL);
	while ((e = readdir(d)) != NULL)
		n += e->d_name[0] != '.' && strcmp(e->d_name, "bin") != 0;
	closedir(d);
	return n;
}

static void
fails(const char *path, const char *text)
{
	const int before = count_files();

	ATF_CHECK_EQ(-1, disk_make(path, SIZE));
	ATF_CHECK_MSG(strstr(say_last(), text) != NULL, "%s", say_last());
	ATF_CHECK_EQ(before, count_files());
}

ATF_TC_WITHOUT_HEAD(what_is_there_is_kept);
ATF_TC_BODY(what_is_there_is_kept, tc)
{
	char text[USER_TEXT_MAX];

	fake_mkfs("#!/bin/sh\nexit 1\n");
	user_write("disk", "mine", 0600);
	ATF_CHECK_EQ(0, disk_make("disk", SIZE));
	user_slurp("disk", text);
	ATF_CHECK_STREQ("mine", text);
	fails("bin", "bin: is a folder; a data disk is a file");
	fails("disk/x", "disk/x: cannot use it as the data disk: Not a");
	fails("no/disk", "cannot make the data disk: No such file");
}

ATF_TC_WITHOUT_HEAD(a_failed_mkfs_leaves_nothing);
ATF_TC_BODY(a_failed_mkfs_leaves_nothing, tc)
{
	fake_mkfs("#!/bin/sh\nexit 3\n");
	fails("disk", "mkfs.ext4 failed (exit status 3, its message is above)");
	fake_mkfs("#!/bin/sh\nkill -9 $$\n");
	fails("disk", "mkfs.ext4 failed (exit status 137,");
	fake_mkfs("#!/no/such/interpreter\n");
	fails("disk", "mkfs.ext4 is in the Debian package e2fsprogs");
	fake_mkfs("#!/bin/sh\nexit 0\n");
	ATF_CHECK_EQ(1, disk_make("disk", SIZE));
	ATF_CHECK_EQ(1, count_files());
}

/* What mkfs.ext4 gets is the new file, under no name that it could show. */
ATF_TC_WITHOUT_HEAD(a_link_to_the_disk_stays);
ATF_TC_BODY(a_link_to_the_disk_stays, tc)
{
	char text[USER_TEXT_MAX];
	struct stat st;

	fake_mkfs("#!/bin/sh\nfor last; do :; done\n"
	    "echo \"made $last\" > $last\n");
	ATF_REQUIRE_EQ(0, mkdir("d", 0755));
	ATF_REQUIRE_EQ(0, symlink("d/disk", "link"));
	ATF_CHECK_EQ(1, disk_make("link", SIZE));
	ATF_REQUIRE_EQ(0, lstat("link", &st));
	ATF_CHECK(S_ISLNK(st.st_mode));
	user_slurp("d/disk", text);
	ATF_CHECK_STREQ("made /proc/self/fd/3\n", text);
	ATF_CHECK_EQ(0, disk_make("link", SIZE));
	ATF_REQUIRE_EQ(0, symlink("no/disk", "nowhere"));
	fails("nowhere", "it is a link into a folder that does not exist");
	ATF_REQUIRE_EQ(0, mkfifo("fifo", 0600));
	fails("fifo", "fifo: is a FIFO; a data disk is a file");
}

/* Another program may make the same disk meanwhile. */
ATF_TC_WITHOUT_HEAD(a_disk_made_meanwhile_is_not_replaced);
ATF_TC_BODY(a_disk_made_meanwhile_is_not_replaced, tc)
{
	char text[USER_TEXT_MAX];

	fake_mkfs("#!/bin/sh\necho other > disk\n");
	ATF_CHECK_EQ(-1, disk_make("disk", SIZE));
	ATF_CHECK_MSG(strstr(say_last(), "disk: cannot give the new data disk "
	    "its name: File exists") != NULL, "%s", say_last());
	user_slurp("disk", text);
	ATF_CHECK_STREQ("other\n", text);
	ATF_CHECK_EQ(1, count_files());
}

ATF_TC_WITHOUT_HEAD(a_size_that_is_too_large_is_said);
ATF_TC_BODY(a_size_that_is_too_large_is_said, tc)
{
	const struct rlimit small = { SIZE / 2, SIZE / 2 };

	signal(SIGXFSZ, SIG_IGN);
	ATF_REQUIRE_EQ(0, setrlimit(RLIMIT_FSIZE, &small));
	fails("disk", "cannot give it 16777216 bytes: File too large");
}

static void
check(enum disk_state want, const char *path, const char *text)
{
	struct why w = { "" };

	ATF_CHECK_EQ_MSG(want, disk_check(path, &w), "%s", w.text);
	ATF_CHECK_MSG(strstr(w.text, text) != NULL, "%s", w.text);
}

ATF_TC_WITHOUT_HEAD(a_disk_has_a_whole_file_system);
ATF_TC_BODY(a_disk_has_a_whole_file_system, tc)
{
	ATF_REQUIRE_EQ(1, disk_make("disk", SIZE));
	check(DISK_USABLE, "disk", "");
	ATF_REQUIRE_EQ(0, truncate("disk", SIZE + 100));
	check(DISK_USABLE, "disk", "");
	ATF_REQUIRE_EQ(0, truncate("disk", SIZE - 1));
	check(DISK_BAD, "disk", "it is cut short: it has 16777215 bytes of a "
	    "file system of 16777216; put back a copy of it");
	ATF_REQUIRE_EQ(0, truncate("disk", 1500));
	check(DISK_BAD, "disk", "it holds no ext4 file system");
	user_write("disk", "", 0600);
	check(DISK_BAD, "disk", "it holds no ext4 file system; give another "
	    "file, or the name of a new one");
	ATF_REQUIRE_EQ(0, truncate("disk", SIZE));
	check(DISK_BAD, "disk", "it holds no ext4 file system");
	check(DISK_BAD, ".", "it cannot be written: Is a directory");
}

/* As QEMU locks an image that it may write. */
ATF_TC_WITHOUT_HEAD(a_disk_of_another_qemu_is_in_use);
ATF_TC_BODY(a_disk_of_another_qemu_is_in_use, tc)
{
	struct flock l = { .l_type = F_RDLCK, .l_whence = SEEK_SET,
	    .l_start = 101, .l_len = 1 };
	int fd;

	ATF_REQUIRE_EQ(1, disk_make("disk", SIZE));
	ATF_REQUIRE((fd = open("disk", O_RDWR)) != -1);
	ATF_REQUIRE_EQ(0, fcntl(fd, F_OFD_SETLK, &l));
	check(DISK_IN_USE, "disk", "another QEMU uses it; stop that first");
	close(fd);
	check(DISK_USABLE, "disk", "");
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, what_is_there_is_kept);
	ATF_TP_ADD_TC(tp, a_failed_mkfs_leaves_nothing);
	ATF_TP_ADD_TC(tp, a_link_to_the_disk_stays);
	ATF_TP_ADD_TC(tp, a_disk_made_meanwhile_is_not_replaced);
	ATF_TP_ADD_TC(tp, a_disk_has_a_whole_file_system);
	ATF_TP_ADD_TC(tp, a_disk_of_another_qemu_is_in_use);
	ATF_TP_ADD_TC(tp, a_size_that_is_too_large_is_said);
	return atf_no_error();
}
