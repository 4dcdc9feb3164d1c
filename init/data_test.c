/* Disks that another system wrote, as folders. */
#include "data.h"

#include <sys/mount.h>
#include <sys/stat.h>

#include <atf-c.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/test/ns.h"
#include "lib/log.h"
#include "services.h"

int	__real_fstat(int, struct stat *);
int	__wrap_fstat(int, struct stat *);

static bool all_one;		/* a damaged disk: every folder is one */
static char said[4096];

int
__wrap_fstat(int fd, struct stat *st)
{
	int rc = __real_fstat(fd, st);

	if (all_one)
		st->st_ino = 2;
	return rc;
}

/* data_open() with its log in said; -1 or keyd's folder. */
static int
open_disk(void)
{
	int log = open("log", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	int saved = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 10), fd = -1, rc;

	ATF_REQUIRE(log != -1 && dup2(log, STDERR_FILENO) != -1);
	rc = data_open("disk", &fd);
	ATF_REQUIRE(dup2(saved, STDERR_FILENO) != -1);
	memset(said, 0, sizeof(said));
	ATF_REQUIRE(pread(log, said, sizeof(said) - 1, 0) != -1);
	close(log);
	close(saved);
	ATF_CHECK_EQ(rc == -1, fd == -1);
	return fd;
}

static void
make_disk(void)
{
	ATF_REQUIRE_EQ(0, mkdir("disk", 0755));
	ATF_REQUIRE_EQ(0, mkdir("elsewhere", 0751));
}

static void
refuses(const char *text)
{
	struct stat st;

	ATF_CHECK_EQ(-1, open_disk());
	ATF_CHECK_MSG(strstr(said, text) != NULL, "not \"%s\" in: %s", text,
	    said);
	ATF_CHECK_MSG(strstr(said, "or start with another") != NULL,
	    "nothing to do in: %s", said);
	ATF_REQUIRE_EQ(0, stat("elsewhere", &st));
	ATF_CHECK_EQ(0751, st.st_mode & 07777);
	ATF_CHECK_EQ(0, st.st_uid);
}

static void
check_folder(const char *path, uid_t uid)
{
	struct stat st;

	ATF_REQUIRE_EQ(0, lstat(path, &st));
	ATF_CHECK(S_ISDIR(st.st_mode));
	ATF_CHECK_EQ(0700, st.st_mode & 07777);
	ATF_CHECK_EQ(uid, st.st_uid);
	ATF_CHECK_EQ(uid, st.st_gid);
}

NS_TC(an_empty_disk_gets_its_folders)
{
	struct stat st, keyd;
	int fd;

	make_disk();
	ATF_REQUIRE_EQ(0, chmod("disk", 0777));
	ATF_REQUIRE_EQ(0, chown("disk", UID_KEYD, UID_KEYD));
	fd = open_disk();
	ATF_REQUIRE(fd != -1);
	check_folder("disk/keyd", UID_KEYD);
	check_folder("disk/ledger", UID_LEDGERD);
	ATF_REQUIRE_EQ(0, stat("disk", &st));
	ATF_CHECK_EQ(0755, st.st_mode & 07777);
	ATF_CHECK_EQ(0, st.st_uid);
	ATF_REQUIRE_EQ(0, fstat(fd, &st));
	ATF_REQUIRE_EQ(0, stat("disk/keyd", &keyd));
	ATF_CHECK_EQ(keyd.st_ino, st.st_ino);
	close(fd);
	ATF_CHECK_STREQ("", said);
}

NS_TC(owners_and_modes_are_put_right)
{
	int fd;

	make_disk();
	ATF_REQUIRE_EQ(0, mkdir("disk/keyd", 0));
	ATF_REQUIRE_EQ(0, mkdir("disk/ledger", 0777));
	ATF_REQUIRE_EQ(0, chmod("disk/ledger", 06777));
	ATF_REQUIRE_EQ(0, chown("disk/keyd", UID_LEDGERD, UID_RUNNER));
	fd = open_disk();
	ATF_REQUIRE(fd != -1);
	check_folder("disk/keyd", UID_KEYD);
	check_folder("disk/ledger", UID_LEDGERD);
	close(fd);
}

NS_TC(links_are_not_followed)
{
	static const char *const targets[] = { "../elsewhere", "keyd", ".",
	    "..", "/proc/self/fd/0", "nowhere" };

	make_disk();
	ATF_REQUIRE_EQ(0, mkdir("disk/keyd", 0700));
	for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
		ATF_REQUIRE_EQ(0, symlink(targets[i], "disk/ledger"));
		refuses("ledger is a symbolic link and must be a folder");
		ATF_REQUIRE_EQ(0, unlink("disk/ledger"));
	}
	ATF_REQUIRE_EQ(-1, access("disk/nowhere", F_OK));
	ATF_REQUIRE_EQ(0, rmdir("disk/keyd"));
	ATF_REQUIRE_EQ(0, symlink("../elsewhere", "disk/keyd"));
	refuses("keyd is a symbolic link and must be a folder");
}

NS_TC(other_things_are_named)
{
	static const struct {
		mode_t		 mode;
		const char	*word;
	} kinds[] = {
		{ S_IFREG, "keyd is a file and" },
		{ S_IFIFO, "keyd is a FIFO and" },
		{ S_IFSOCK, "keyd is a socket and" },
	};

	make_disk();
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		ATF_REQUIRE_EQ(0, mknod("disk/keyd", kinds[i].mode | 0666, 0));
		refuses(kinds[i].word);
		ATF_REQUIRE_EQ(0, unlink("disk/keyd"));
	}
}

/* The disk is a file system of its own at /disk. */
static void
open_mounted(void)
{
	int fd;

	log_init("casemate");
	NS_CHECK(data_open("/disk", &fd) == -1);
}

static void
mount_disk(void)
{
	NS_CHECK(mount("tmpfs", "/disk", "tmpfs", 0, "mode=0755") == 0);
}

static void
make_read_only(void)
{
	NS_CHECK(mount(NULL, "/disk", NULL, MS_REMOUNT | MS_RDONLY, NULL) ==
	    0);
}

static void
empty_and_read_only(void)
{
	mount_disk();
	make_read_only();
	open_mounted();
}

static void
anothers_and_read_only(void)
{
	mount_disk();
	NS_CHECK(mkdir("/disk/keyd", 0755) == 0);
	make_read_only();
	open_mounted();
}

static void
with_a_mount_in_it(void)
{
	mount_disk();
	NS_CHECK(mkdir("/disk/keyd", 0700) == 0);
	NS_CHECK(mount("tmpfs", "/disk/keyd", "tmpfs", 0, NULL) == 0);
	open_mounted();
}

static void
with_one_folder(void)
{
	mount_disk();
	all_one = true;
	open_mounted();
}

NS_TC(a_disk_that_cannot_be_used_is_said)
{
	static const struct {
		void		(*body)(void);
		const char	*text;
	} disks[] = {
		{ empty_and_read_only, "the data disk: the folder keyd cannot "
		    "be made: Read-only file system; free space on" },
		{ anothers_and_read_only, "the data disk: keyd cannot be given "
		    "to user 903: Read-only file system; clear its" },
		{ with_a_mount_in_it, "the data disk: keyd cannot be opened: "
		    "Invalid cross-device link; repair the disk" },
		{ with_one_folder, "the data disk: keyd and ledger are one "
		    "folder; repair the disk" },
	};

	ns_folder("disk");
	for (size_t i = 0; i < sizeof(disks) / sizeof(disks[0]); i++) {
		NS_RUN(disks[i].body);
		NS_CHECK_SAID(disks[i].text);
	}
	ATF_REQUIRE_EQ(0, rmdir("root/disk"));
	NS_RUN(open_mounted);
	NS_CHECK_SAID("cannot open /disk: No such file or directory\n");
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, an_empty_disk_gets_its_folders);
	ATF_TP_ADD_TC(tp, owners_and_modes_are_put_right);
	ATF_TP_ADD_TC(tp, links_are_not_followed);
	ATF_TP_ADD_TC(tp, other_things_are_named);
	ATF_TP_ADD_TC(tp, a_disk_that_cannot_be_used_is_said);
	return atf_no_error();
}
