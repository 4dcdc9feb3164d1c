/*
 * The console, the program itself, as init starts it, and what /proc shows of
 * it then.
 */
#include "spawn.h"

#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <atf-c.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/test/ns.h"
#include "lib/fds.h"
#include "lib/log.h"

int	__wrap_setrlimit(int, const struct rlimit *);

/* Root may lack what it needs to raise a limit: each is only noted. */
int
__wrap_setrlimit(int which, const struct rlimit *limit)
{
	dprintf(STDERR_FILENO, "limit %d: %lld %lld\n", which,
	    (long long)limit->rlim_cur, (long long)limit->rlim_max);
	return 0;
}

static int fds[FDSTORE_N];
static struct spawn how = { fds, "kept", "1234-boot" };
static struct service console;
static int notify[2];

/* Opened by init: above the services' numbers. */
static void
keep(enum fdstore slot, int fd)
{
	fds[slot] = fcntl(fd, F_DUPFD_CLOEXEC, 64);
	NS_CHECK(fds[slot] != -1);
}

static void
open_all(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC), to[2], from[2];
	int tty[2];

	NS_CHECK(pipe2(to, O_DIRECT) == 0 && pipe2(from, O_DIRECT) == 0);
	NS_CHECK(pipe(tty) == 0);
	keep(FDSTORE_NULL, null);
	keep(FDSTORE_TTY, tty[0]);
	keep(FDSTORE_NONE, tty[1]);	/* so that it does not hang up */
	keep(FDSTORE_LOG, STDERR_FILENO);
	keep(FDSTORE_INIT_CONSOLE_R, to[0]);
	keep(FDSTORE_INIT_CONSOLE_W, to[1]);
	keep(FDSTORE_CONSOLE_INIT_R, from[0]);
	keep(FDSTORE_CONSOLE_INIT_W, from[1]);
	close_range(3, 63, 0);
	NS_CHECK(pipe2(notify, O_CLOEXEC) == 0);
}

/* init's part of the system; the group is the one of all processes. */
static void
enter(void)
{
	const gid_t another = 42;

	log_init("casemate");
	NS_CHECK(setgroups(1, &another) == 0);
	NS_CHECK(mount("proc", "/proc", "proc", 0, NULL) == 0);
	NS_CHECK(mount("cgroup2", "/cgroup", "cgroup2", 0, NULL) == 0);
	console = services[SERVICE_CONSOLE];
	console.cgroup = "/cgroup";
	open_all();
}

static pid_t
start(void)
{
	pid_t pid = spawn_service(&console, &how, notify[1]);
	char byte;

	NS_CHECK(pid > 0);
	close(notify[1]);
	NS_CHECK(read(notify[0], &byte, 1) == 1);
	NS_CHECK(read(notify[0], &byte, 1) == 0);	/* and it closes it */
	return pid;
}

/* A file of /proc/PID. */
static const char *
proc(pid_t pid, const char *file)
{
	static char text[8192];
	char path[64];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	NS_CHECK(fd != -1);
	n = read(fd, text, sizeof(text) - 1);
	NS_CHECK(n > 0);
	text[n] = '\0';
	close(fd);
	return text;
}

static bool
same_link(pid_t pid, const char *file)
{
	char path[64], its[256] = "", ours[256] = "";

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
	NS_CHECK(readlink(path, its, sizeof(its) - 1) > 0);
	snprintf(path, sizeof(path), "/proc/self/%s", file);
	NS_CHECK(readlink(path, ours, sizeof(ours) - 1) > 0);
	return strcmp(its, ours) == 0;
}

/* This line is in /proc/PID/status. */
static bool
has(pid_t pid, const char *line)
{
	return strstr(proc(pid, "status"), line) != NULL;
}

static void
check_powers(pid_t pid, const char *caps)
{
	static const char *const sets[] = { "Inh", "Prm", "Eff", "Bnd", "Amb" };
	char line[64];

	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		snprintf(line, sizeof(line), "\nCap%s:\t%s\n", sets[i], caps);
		NS_CHECK(has(pid, line));
	}
	NS_CHECK(has(pid, "\nUid:\t905\t905\t905\t905\n"));
	NS_CHECK(has(pid, "\nGid:\t905\t905\t905\t905\n"));
	NS_CHECK(has(pid, "\nGroups:\t \n"));
	NS_CHECK(has(pid, "\nSigBlk:\t0000000000000000\n"));
}

/* Descriptors 0 to 2 and 4 to 6; it has closed 3. */
static void
check_fds(pid_t pid)
{
	char path[64], target[256];
	struct dirent *e;
	DIR *d;
	int n = 0;

	snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
	d = opendir(path);
	NS_CHECK(d != NULL);
	while ((e = readdir(d)) != NULL)
		if (e->d_name[0] != '.') {
			NS_CHECK(atoi(e->d_name) <= FD_CONSOLE_TTY);
			NS_CHECK(atoi(e->d_name) != FD_NOTIFY);
			n++;
		}
	closedir(d);
	NS_CHECK(n == 6);
	strcat(path, "/0");
	memset(target, 0, sizeof(target));
	NS_CHECK(readlink(path, target, sizeof(target) - 1) > 0);
	NS_CHECK(strcmp(target, "/dev/null") == 0);
}

static void
check_root(pid_t pid)
{
	char path[64];
	struct dirent *e;
	DIR *d;

	snprintf(path, sizeof(path), "/proc/%d/root", (int)pid);
	d = opendir(path);
	NS_CHECK(d != NULL);
	while ((e = readdir(d)) != NULL)
		NS_CHECK(strspn(e->d_name, ".") == strlen(e->d_name));
	closedir(d);
	/* One mount alone, and its flags. */
	NS_CHECK(strstr(proc(pid, "mountinfo"), "/root/empty / "
	    "ro,nosuid,nodev,noexec") != NULL);
	NS_CHECK(strchr(proc(pid, "mountinfo"), '\n')[1] == '\0');
}

static void
stop(pid_t pid)
{
	int status;

	NS_CHECK(kill(pid, SIGKILL) == 0);
	NS_CHECK(waitpid(pid, &status, 0) == pid);
	NS_CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void
row_is_kept(void)
{
	static const char *const apart[] = { "ns/mnt", "ns/net", "ns/ipc",
	    "ns/uts" };
	pid_t pid;

	enter();
	console.oom_score = 7;
	console.memlock = 40960;
	console.nofile = 70;
	pid = start();
	check_powers(pid, "0000000000000000");
	check_fds(pid);
	check_root(pid);
	for (size_t i = 0; i < sizeof(apart) / sizeof(apart[0]); i++)
		NS_CHECK(!same_link(pid, apart[i]));
	NS_CHECK(same_link(pid, "ns/pid"));
	NS_CHECK(strcmp(proc(pid, "oom_score_adj"), "7\n") == 0);
	stop(pid);
}

static void
caps_are_kept(void)
{
	pid_t pid;

	enter();
	console.caps = services[SERVICE_RUNNER].caps;
	pid = start();
	check_powers(pid, "00000000000000c0");
	stop(pid);
}

static void
make_root(void)
{
	ns_file("dev/null", "", 0666);
	ns_program("console");
	ns_folder("empty");
	ns_folder("proc");
	ns_folder("cgroup");
}

NS_TC(a_service_gets_what_its_row_says)
{
	char limits[256];

	make_root();
	NS_RUN(row_is_kept);
	snprintf(limits, sizeof(limits),
	    "limit %d: 0 0\nlimit %d: 40960 40960\n"
	    "limit %d: -1 -1\nlimit %d: -1 -1\nlimit %d: 70 70\n",
	    RLIMIT_CORE, RLIMIT_MEMLOCK, RLIMIT_NPROC, RLIMIT_SIGPENDING,
	    RLIMIT_NOFILE);
	ATF_CHECK_STREQ(limits, ns_said);
}

NS_TC(only_listed_capabilities_are_kept)
{
	make_root();
	NS_RUN(caps_are_kept);
}

/* "@mode" and "@boot" are replaced; the console refuses arguments. */
static void
arguments(void)
{
	int status;
	pid_t pid;

	enter();
	console.argv[0] = "@boot";
	console.argv[1] = "@mode";
	pid = spawn_service(&console, &how, notify[1]);
	NS_CHECK(pid > 0 && waitpid(pid, &status, 0) == pid);
	NS_CHECK(WEXITSTATUS(status) == EXIT_USAGE);
}

NS_TC(arguments_are_filled_in)
{
	make_root();
	NS_RUN(arguments);
	NS_CHECK_SAID("console: usage: 1234-boot (init starts it)\n");
}

static void
fails(void)
{
	int status;
	pid_t pid = spawn_service(&console, &how, notify[1]);

	NS_CHECK(pid > 0 && waitpid(pid, &status, 0) == pid);
	NS_CHECK(WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SYSTEM);
}

static void
no_program(void)
{
	enter();
	console.path = "/bin/none";
	fails();
}

static void
no_root(void)
{
	enter();
	console.root = "/none";
	fails();
}

static void
no_program_any_more(void)
{
	enter();
	console.path = "/dev/null";	/* not executable */
	fails();
}

static void
no_descriptor(void)
{
	enter();
	fds[FDSTORE_TTY] = -1;
	fails();
}

static void
no_notify(void)
{
	enter();
	notify[1] = -1;
	fails();
}

static void
no_cgroup(void)
{
	enter();
	console.cgroup = "/none";
	NS_CHECK(spawn_service(&console, &how, notify[1]) == -1);
	console.cgroup = "/proc";
	NS_CHECK(spawn_service(&console, &how, notify[1]) == -1);
}

NS_TC(a_step_that_fails_is_named)
{
	static const struct {
		void		(*body)(void);
		const char	*text;
	} steps[] = {
		{ no_program, "console: /bin/none: No such file or directory" },
		{ no_root, "console: bind /none: No such file or directory" },
		{ no_program_any_more, "console: /dev/null: Permission "
		    "denied" },
		{ no_descriptor, "console: descriptor 6: Bad file "
		    "descriptor" },
		{ no_notify, "console: descriptor -1: " },
		{ no_cgroup, "casemate: cannot start console: /none: No such "
		    "file or directory" },
		{ no_cgroup, "casemate: cannot start console: clone: Bad file "
		    "descriptor" },
	};

	make_root();
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		NS_RUN(steps[i].body);
		NS_CHECK_SAID(steps[i].text);
	}
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, a_service_gets_what_its_row_says);
	ATF_TP_ADD_TC(tp, only_listed_capabilities_are_kept);
	ATF_TP_ADD_TC(tp, arguments_are_filled_in);
	ATF_TP_ADD_TC(tp, a_step_that_fails_is_named);
	return atf_no_error();
}
