/* Output files of every kind: what is written, what stays, what is said. */
#include "save.h"

#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <atf-c.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "file.h"
#include "lib/clock.h"
#include "need.h"
#include "say.h"
#include "test/user.h"

#define LARGE	(1u << 20)	/* more than a pipe takes */

static char text[USER_TEXT_MAX];

/* Set: fsync() sends this process a SIGINT first. */
static bool interrupt;

/* Set: another folder takes the place of `d' before a name is chosen. */
static bool swap;

ssize_t	__real_getrandom(void *buf, size_t len, unsigned flags);
ssize_t	__wrap_getrandom(void *buf, size_t len, unsigned flags);

ssize_t
__wrap_getrandom(void *buf, size_t len, unsigned flags)
{
	if (swap) {
		swap = false;
		ATF_REQUIRE_EQ(0, rename("d", "moved"));
		ATF_REQUIRE_EQ(0, symlink("elsewhere", "d"));
	}
	return __real_getrandom(buf, len, flags);
}

int	__real_fsync(int fd);
int	__wrap_fsync(int fd);

int
__wrap_fsync(int fd)
{
	if (interrupt)
		kill(getpid(), SIGINT);
	return __real_fsync(fd);
}

/* How many names the folder has. */
static int
count(const char *dir)
{
	DIR *d = opendir(dir);
	int n = -2;

	ATF_REQUIRE(d != NULL);
	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n;
}

static int
save(const char *path)
{
	return file_save(path, "new", 3, 0644);
}

static void
saves(const char *path)
{
	ATF_CHECK_EQ_MSG(0, save(path), "%s: %s", path, say_last());
	user_slurp(path, text);
	ATF_CHECK_STREQ("new", text);
}

/* Refused before anything is written, with a message that names it. */
static void
fails(const char *path, const char *said)
{
	const int before = count(".");
	struct save s;

	ATF_CHECK_EQ(-1, save_open(&s, path, 0644));
	save_close(&s);
	ATF_CHECK_MSG(strstr(say_last(), said) != NULL, "%s", say_last());
	ATF_CHECK_MSG(strstr(say_last(), path) != NULL, "%s", say_last());
	ATF_CHECK_MSG(strstr(say_last(), ".tmp") == NULL, "%s", say_last());
	ATF_CHECK_EQ(before, count("."));
}

static void
write_old(const char *path, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	ATF_REQUIRE(fd != -1 && write(fd, "old, longer", 11) == 11);
	ATF_REQUIRE_EQ(0, fchmod(fd, mode));
	close(fd);
}

static mode_t
mode_of(const char *path)
{
	struct stat st;

	ATF_REQUIRE_EQ(0, lstat(path, &st));
	return st.st_mode;
}

/* Runs the body without privileges. */
static void
as_nobody(void (*body)(void))
{
	int status;
	pid_t pid;

	ATF_REQUIRE_EQ(0, chmod(".", 0755));
	if ((pid = fork()) == 0) {
		user_become_nobody();
		body();
		_exit(0);
	}
	ATF_REQUIRE_EQ(pid, waitpid(pid, &status, 0));
	ATF_CHECK_EQ(0, status);
}

ATF_TC_WITHOUT_HEAD(a_new_file_has_the_mode);
ATF_TC_BODY(a_new_file_has_the_mode, tc)
{
	struct save s;

	umask(022);
	ATF_CHECK_EQ(0, save_open(&s, "f", 0666));
	ATF_CHECK_EQ(0, count("."));
	ATF_CHECK_EQ(0, save_data(&s, "new", 3));
	save_close(&s);
	ATF_CHECK_EQ(S_IFREG | 0644, mode_of("f"));
	ATF_CHECK_EQ(1, count("."));
	ATF_REQUIRE_EQ(0, mkdir("d", 0755));
	saves("d/f");
	saves("./d/g");
	ATF_CHECK_EQ(2, count("d"));
}

ATF_TC_WITHOUT_HEAD(a_file_is_replaced_whole);
ATF_TC_BODY(a_file_is_replaced_whole, tc)
{
	int fd;

	write_old("f", 0640);
	fd = open("f", O_RDONLY);
	saves("f");
	ATF_CHECK_EQ(S_IFREG | 0640, mode_of("f"));
	memset(text, 0, sizeof(text));
	ATF_CHECK_EQ(11, read(fd, text, sizeof(text)));
	ATF_CHECK_STREQ("old, longer", text);
	ATF_CHECK_EQ(1, count("."));
}

ATF_TC_WITHOUT_HEAD(a_failure_leaves_the_old_one);
ATF_TC_BODY(a_failure_leaves_the_old_one, tc)
{
	static char large[LARGE];
	const struct rlimit limit = { 4096, 4096 };

	write_old("f", 0600);
	signal(SIGXFSZ, SIG_IGN);
	ATF_REQUIRE_EQ(0, setrlimit(RLIMIT_FSIZE, &limit));
	ATF_CHECK_EQ(-1, file_save("f", large, sizeof(large), 0600));
	ATF_CHECK_STREQ("cannot write f: File too large", say_last());
	ATF_CHECK_EQ(-1, file_save("g", large, sizeof(large), 0600));
	ATF_CHECK_STREQ("cannot write g: File too large", say_last());
	user_slurp("f", text);
	ATF_CHECK_STREQ("old, longer", text);
	ATF_CHECK_EQ(1, count("."));
}

/* Else the owner of `d' could make root write a file into any folder. */
ATF_TC_WITHOUT_HEAD(another_folder_in_its_place_gets_nothing);
ATF_TC_BODY(another_folder_in_its_place_gets_nothing, tc)
{
	ATF_REQUIRE_EQ(0, mkdir("d", 0755));
	ATF_REQUIRE_EQ(0, mkdir("elsewhere", 0755));
	write_old("d/f", 0640);
	swap = true;
	ATF_CHECK_EQ(0, file_save("d/f", "new", 3, 0644));
	ATF_CHECK(!swap);
	ATF_CHECK_EQ(0, count("elsewhere"));
	ATF_CHECK_EQ(1, count("moved"));
	user_slurp("moved/f", text);
	ATF_CHECK_STREQ("new", text);
}

ATF_TC_WITHOUT_HEAD(a_link_stays);
ATF_TC_BODY(a_link_stays, tc)
{
	ATF_REQUIRE_EQ(0, mkdir("d", 0755));
	write_old("d/f", 0640);
	ATF_REQUIRE_EQ(0, symlink("d/f", "link"));
	ATF_REQUIRE_EQ(0, symlink("link", "second"));
	saves("second");
	ATF_CHECK(S_ISLNK(mode_of("link")) && S_ISLNK(mode_of("second")));
	ATF_CHECK_EQ(S_IFREG | 0640, mode_of("d/f"));
	user_slurp("d/f", text);
	ATF_CHECK_STREQ("new", text);
	ATF_CHECK_EQ(1, count("d"));
	ATF_CHECK_EQ(3, count("."));
}

ATF_TC_WITHOUT_HEAD(the_target_of_a_link_is_made);
ATF_TC_BODY(the_target_of_a_link_is_made, tc)
{
	struct save s;

	umask(022);
	ATF_REQUIRE_EQ(0, mkdir("d", 0755));
	ATF_REQUIRE_EQ(0, symlink("d/f", "link"));
	ATF_CHECK_EQ(0, save_open(&s, "link", 0666));
	ATF_CHECK_EQ(0, count("d"));
	save_close(&s);
	saves("link");
	ATF_CHECK(S_ISLNK(mode_of("link")));
	ATF_CHECK_EQ(S_IFREG | 0644, mode_of("d/f"));
	ATF_CHECK_EQ(1, count("d"));
}

/* Two at a time: the target is made after the first has looked. */
ATF_TC_WITHOUT_HEAD(a_target_made_meanwhile_stays);
ATF_TC_BODY(a_target_made_meanwhile_stays, tc)
{
	char *target;

	write_old("f", 0640);
	ATF_REQUIRE_EQ(0, symlink("f", "link"));
	ATF_REQUIRE((target = save_resolve("link", 0644)) != NULL);
	ATF_CHECK_EQ(S_IFREG | 0640, mode_of("f"));
	user_slurp("f", text);
	ATF_CHECK_STREQ("old, longer", text);
	free(target);
}

ATF_TC_WITHOUT_HEAD(what_cannot_be_written_is_named);
ATF_TC_BODY(what_cannot_be_written_is_named, tc)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX, .sun_path = "sock" };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	ATF_REQUIRE_EQ(0, bind(fd, (struct sockaddr *)&a, sizeof(a)));
	ATF_REQUIRE_EQ(0, mkdir("d", 0755));
	ATF_REQUIRE_EQ(0, symlink("d", "folder"));
	ATF_REQUIRE_EQ(0, symlink("no/f", "nowhere"));
	ATF_REQUIRE_EQ(0, symlink("loop", "loop"));
	write_old("f", 0600);
	fails("sock", "sock: is a socket; give the name of a file");
	fails("d", "d: is a folder; give the name of a file");
	fails("folder", "folder: is a folder; give the name of a file");
	fails("no/f", "the folder no does not exist; make it");
	fails("nowhere", "it is a link into a folder that does not exist");
	fails("loop", "it is a link that leads to itself");
	fails("f/g", "cannot write f/g: Not a directory");
	fails("", "the name of the file to write is empty");
	fails("-", "give /dev/stdout for standard output, or ./-");
}

ATF_TC(a_device_is_written_into);
ATF_TC_HEAD(a_device_is_written_into, tc)
{
	atf_tc_set_md_var(tc, "require.user", "root");
}
ATF_TC_BODY(a_device_is_written_into, tc)
{
	struct save s;

	ATF_REQUIRE_EQ(0, mknod("null", S_IFCHR | 0666, makedev(1, 3)));
	ATF_REQUIRE_EQ(0, mknod("full", S_IFCHR | 0666, makedev(1, 7)));
	ATF_REQUIRE_EQ(0, symlink("null", "link"));
	ATF_CHECK_EQ(0, save("null"));
	ATF_CHECK_EQ(0, save("link"));
	ATF_CHECK_EQ(0, save_open(&s, "null", 0644));
	ATF_CHECK(save_is_stream(&s));
	save_close(&s);
	ATF_CHECK_EQ(-1, save("full"));
	ATF_CHECK_STREQ("cannot write full: No space left on device",
	    say_last());
	ATF_CHECK(S_ISCHR(mode_of("null")) && S_ISCHR(mode_of("full")));
	ATF_CHECK(S_ISLNK(mode_of("link")));
	ATF_CHECK_EQ(3, count("."));
}

/* Reads so much of the FIFO after a pause, then exits. */
static pid_t
start_reader(size_t len)
{
	static char bytes[LARGE];
	pid_t pid = fork();
	size_t n = 0;
	int fd;

	if (pid != 0)
		return pid;
	usleep(50000);
	fd = open("fifo", O_RDONLY);
	while (n < len) {
		const ssize_t got = read(fd, bytes + n, len - n);

		if (got <= 0)
			_exit(1);
		n += (size_t)got;
	}
	_exit(bytes[n - 1] == 'x' ? 0 : 2);
}

ATF_TC_WITHOUT_HEAD(a_reader_of_a_fifo_gets_all);
ATF_TC_BODY(a_reader_of_a_fifo_gets_all, tc)
{
	static char large[LARGE];
	int status;
	pid_t pid;

	memset(large, 'x', sizeof(large));
	ATF_REQUIRE_EQ(0, mkfifo("fifo", 0600));
	pid = start_reader(sizeof(large));
	ATF_CHECK_EQ(0, file_save("fifo", large, sizeof(large), 0600));
	ATF_REQUIRE_EQ(pid, waitpid(pid, &status, 0));
	ATF_CHECK_EQ(0, status);
	ATF_CHECK(S_ISFIFO(mode_of("fifo")));
	signal(SIGPIPE, SIG_IGN);
	pid = start_reader(1);
	ATF_CHECK_EQ(-1, file_save("fifo", large, sizeof(large), 0600));
	ATF_CHECK_STREQ("cannot write fifo: the program that read from it has "
	    "ended", say_last());
	ATF_REQUIRE_EQ(pid, waitpid(pid, &status, 0));
	ATF_CHECK_EQ(1, count("."));
}

ATF_TC_WITHOUT_HEAD(a_fifo_without_a_reader_is_not_waited_for_long);
ATF_TC_BODY(a_fifo_without_a_reader_is_not_waited_for_long, tc)
{
	const uint64_t start = clock_ms();

	ATF_REQUIRE_EQ(0, mkfifo("fifo", 0600));
	fails("fifo", "it is a FIFO, and no program reads from it; start the "
	    "reader first");
	ATF_CHECK(clock_ms() - start < 15000);
}

static void
save_without_power(void)
{
	fails("mine", "cannot write mine: Permission denied");
	fails("new", "cannot write new: Permission denied");
	saves("shared");
}

/* Root's folder: `shared' can only be written in place. */
ATF_TC(permissions_hold);
ATF_TC_HEAD(permissions_hold, tc)
{
	atf_tc_set_md_var(tc, "require.user", "root");
}
ATF_TC_BODY(permissions_hold, tc)
{
	write_old("mine", 0644);
	write_old("shared", 0666);
	as_nobody(save_without_power);
	user_slurp("mine", text);
	ATF_CHECK_STREQ("old, longer", text);
	user_slurp("shared", text);
	ATF_CHECK_STREQ("new", text);
	ATF_CHECK_EQ(S_IFREG | 0666, mode_of("shared"));
	ATF_CHECK_EQ(2, count("."));
}

static void
save_in_a_common_folder(void)
{
	saves("d/theirs");
	saves("d/link");
}

ATF_TC(an_owner_stays);
ATF_TC_HEAD(an_owner_stays, tc)
{
	atf_tc_set_md_var(tc, "require.user", "root");
}
ATF_TC_BODY(an_owner_stays, tc)
{
	struct stat st;

	write_old("f", 0640);
	ATF_REQUIRE_EQ(0, chown("f", USER_NOBODY, USER_NOBODY));
	ATF_REQUIRE_EQ(0, chmod("f", 0640));
	saves("f");
	ATF_REQUIRE_EQ(0, stat("f", &st));
	ATF_CHECK_EQ(USER_NOBODY, st.st_uid);
	ATF_CHECK_EQ(USER_NOBODY, st.st_gid);
	ATF_CHECK_EQ(S_IFREG | 0640, st.st_mode);
	/* The other way round only in place. */
	ATF_REQUIRE_EQ(0, mkdir("d", 0755));
	ATF_REQUIRE_EQ(0, chmod("d", 0777));
	write_old("d/theirs", 0666);
	write_old("target", 0666);
	ATF_REQUIRE_EQ(0, symlink("../target", "d/link"));
	as_nobody(save_in_a_common_folder);
	ATF_REQUIRE_EQ(0, stat("d/theirs", &st));
	ATF_CHECK_EQ(0, st.st_uid);
	ATF_CHECK_EQ(2, count("d"));
}

static void
mount_things(void)
{
	ATF_REQUIRE_EQ(0, unshare(CLONE_NEWNS));
	ATF_REQUIRE_EQ(0, mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	ATF_REQUIRE_EQ(0, mkdir("ro", 0755));
	ATF_REQUIRE_EQ(0, mount("none", "ro", "tmpfs", 0, "size=64k"));
	write_old("ro/f", 0600);
	ATF_REQUIRE_EQ(0, mount("none", "ro", "tmpfs", MS_REMOUNT | MS_RDONLY,
	    NULL));
	write_old("f", 0600);
	write_old("other", 0600);
	ATF_REQUIRE_EQ(0, mount("f", "other", NULL, MS_BIND, NULL));
}

ATF_TC(mounts_are_met);
ATF_TC_HEAD(mounts_are_met, tc)
{
	atf_tc_set_md_var(tc, "require.user", "root");
}
ATF_TC_BODY(mounts_are_met, tc)
{
	mount_things();
	fails("ro/f", "cannot write ro/f: its file system is read-only; give");
	fails("ro/new", "cannot write ro/new: its file system is read-only");
	saves("other");
	user_slurp("f", text);
	ATF_CHECK_STREQ("new", text);
	ATF_CHECK_EQ(3, count("."));
}

/* A path that leads to where standard output goes, such as /dev/stdout. */
ATF_TC_WITHOUT_HEAD(standard_output_is_written_into);
ATF_TC_BODY(standard_output_is_written_into, tc)
{
	int saved = dup(1), pair[2], ret, sock;
	ssize_t n;

	ATF_REQUIRE(dup2(open("f", O_WRONLY | O_CREAT, 0600), 1) == 1);
	ATF_REQUIRE_EQ(4, write(1, "one ", 4));
	ret = save("/proc/self/fd/1");
	ATF_REQUIRE_EQ(4, write(1, " two", 4));
	ATF_REQUIRE_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	ATF_REQUIRE_EQ(1, dup2(pair[0], 1));
	sock = save("/proc/self/fd/1");
	dup2(saved, 1);
	ATF_CHECK_EQ(0, ret);
	ATF_CHECK_EQ(0, sock);
	n = recv(pair[1], text, sizeof(text) - 1, MSG_DONTWAIT);
	ATF_REQUIRE_EQ(3, n);
	ATF_CHECK_EQ(0, memcmp(text, "new", 3));
	user_slurp("f", text);
	ATF_CHECK_STREQ("one new two", text);
	ATF_CHECK_EQ(1, count("."));
}

/* Ctrl-C ends the program when the file is in its place. */
ATF_TC_WITHOUT_HEAD(a_signal_leaves_nothing_behind);
ATF_TC_BODY(a_signal_leaves_nothing_behind, tc)
{
	int status;
	pid_t pid;

	write_old("f", 0600);
	if ((pid = fork()) == 0) {
		interrupt = true;
		save("f");
		_exit(7);
	}
	ATF_REQUIRE_EQ(pid, waitpid(pid, &status, 0));
	ATF_CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT);
	user_slurp("f", text);
	ATF_CHECK_STREQ("new", text);
	ATF_CHECK_EQ(1, count("."));
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, a_new_file_has_the_mode);
	ATF_TP_ADD_TC(tp, a_file_is_replaced_whole);
	ATF_TP_ADD_TC(tp, a_failure_leaves_the_old_one);
	ATF_TP_ADD_TC(tp, another_folder_in_its_place_gets_nothing);
	ATF_TP_ADD_TC(tp, a_link_stays);
	ATF_TP_ADD_TC(tp, the_target_of_a_link_is_made);
	ATF_TP_ADD_TC(tp, a_target_made_meanwhile_stays);
	ATF_TP_ADD_TC(tp, what_cannot_be_written_is_named);
	ATF_TP_ADD_TC(tp, a_device_is_written_into);
	ATF_TP_ADD_TC(tp, a_reader_of_a_fifo_gets_all);
	ATF_TP_ADD_TC(tp, a_fifo_without_a_reader_is_not_waited_for_long);
	ATF_TP_ADD_TC(tp, permissions_hold);
	ATF_TP_ADD_TC(tp, an_owner_stays);
	ATF_TP_ADD_TC(tp, mounts_are_met);
	ATF_TP_ADD_TC(tp, standard_output_is_written_into);
	ATF_TP_ADD_TC(tp, a_signal_leaves_nothing_behind);
	return atf_no_error();
}
