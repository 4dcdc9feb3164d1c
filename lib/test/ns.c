#include "ns.h"

#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <atf-c.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NAMESPACES	(CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET | \
			CLONE_NEWIPC | CLONE_NEWUTS)

#define LIFE_MS	60000	/* far more than a body needs */

char ns_said[16384];

void
ns_check(int ok, const char *file, int line, const char *expr)
{
	if (ok)
		return;
	dprintf(STDERR_FILENO, "%s:%d: %s: %s\n", file, line, expr,
	    strerror(errno));
	_exit(77);
}

/* Makes the folders above the last part of the path. */
static void
make_parents(char *path)
{
	for (char *p = strchr(path, '/'); p != NULL; p = strchr(p + 1, '/')) {
		*p = '\0';
		ATF_REQUIRE(mkdir(path, 0755) == 0 || errno == EEXIST);
		*p = '/';
	}
}

void
ns_folder(const char *path)
{
	char whole[PATH_MAX];

	snprintf(whole, sizeof(whole), "root/%s/", path);
	make_parents(whole);
}

void
ns_file(const char *path, const char *text, mode_t mode)
{
	char whole[PATH_MAX];
	int fd;

	snprintf(whole, sizeof(whole), "root/%s", path);
	make_parents(whole);
	fd = open(whole, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
	ATF_REQUIRE(fd != -1);
	ATF_REQUIRE_EQ((ssize_t)strlen(text), write(fd, text, strlen(text)));
	close(fd);
}

void
ns_program(const char *name)
{
	const char *build = getenv("CASEMATE_BUILD");
	char command[PATH_MAX + 64];

	ns_folder("bin");
	snprintf(command, sizeof(command), "cp '%s/bin/%s' root/bin/",
	    build == NULL ? "build" : build, name);
	ATF_REQUIRE_EQ(0, system(command));
}

static void
write_text(const char *path, const char *text)
{
	const ssize_t len = (ssize_t)strlen(text);
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	NS_CHECK(fd != -1 && write(fd, text, (size_t)len) == len);
	close(fd);
}

/* Root is root there, too. */
static void
map_root(void)
{
	write_text("/proc/self/uid_map", "0 0 1\n");
	write_text("/proc/self/setgroups", "deny");
	write_text("/proc/self/gid_map", "0 0 1\n");
}

/* Where `make coverage' counts: programs in the new root are counted, too. */
static void
bind_counts(void)
{
	const char *file = getenv("LLVM_PROFILE_FILE");
	char from[PATH_MAX], to[PATH_MAX + 8];

	if (file == NULL || *file != '/')
		return;
	snprintf(from, sizeof(from), "%.*s", (int)(strrchr(file, '/') - file),
	    file);
	snprintf(to, sizeof(to), "root%s/", from);
	make_parents(to);
	NS_CHECK(mount(from, to, NULL, MS_BIND, NULL) == 0);
}

static void
enter_root(void)
{
	NS_CHECK(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0);
	NS_CHECK(mount("root", "root", NULL, MS_BIND, NULL) == 0);
	bind_counts();
	NS_CHECK(chdir("root") == 0);
	NS_CHECK(mount(".", "/", NULL, MS_MOVE, NULL) == 0);
	NS_CHECK(chroot(".") == 0 && chdir("/") == 0);
}

/*
 * The body may kill all processes that it sees, and reboot: only where it is
 * process 1 of a namespace of its own.
 */
static void
child(int log, int flags, void (*body)(void))
{
	if (getpid() != 1)
		_exit(78);
	if (dup2(log, STDERR_FILENO) == -1)
		_exit(79);
	if (flags & CLONE_NEWUSER)
		map_root();
	enter_root();
	body();
	_exit(0);
}

/* An alarm would not end process 1. */
static void
limit_life(pid_t pid)
{
	struct pollfd end = { .events = POLLIN };

	end.fd = (int)syscall(SYS_pidfd_open, pid, 0);
	ATF_REQUIRE(end.fd != -1);
	if (poll(&end, 1, LIFE_MS) != 1)
		kill(pid, SIGKILL);
	close(end.fd);
}

static int
run(int flags, void (*body)(void))
{
	int log = open("log", O_RDWR | O_CREAT | O_TRUNC | O_APPEND |
	    O_CLOEXEC, 0600);
	int status;
	pid_t pid;

	ns_folder("");
	ATF_REQUIRE(log != -1);
	pid = (pid_t)syscall(SYS_clone, flags | SIGCHLD, NULL, NULL, NULL, 0);
	if (pid == 0)
		child(log, flags, body);
	ATF_REQUIRE_MSG(pid != -1, "no namespaces: %s", strerror(errno));
	limit_life(pid);
	ATF_REQUIRE_EQ(pid, waitpid(pid, &status, 0));
	memset(ns_said, 0, sizeof(ns_said));
	ATF_REQUIRE(pread(log, ns_said, sizeof(ns_said) - 1, 0) != -1);
	close(log);
	return status;
}

int
ns_run(void (*body)(void))
{
	return run(NAMESPACES, body);
}

int
ns_run_user(void (*body)(void))
{
	return run(NAMESPACES | CLONE_NEWUSER, body);
}
