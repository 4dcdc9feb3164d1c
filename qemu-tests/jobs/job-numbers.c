/*
 * Prints the numbers that a job meets, as it meets them: a line "WHAT: NUMBER"
 * for each row of casemate-manifest(5), "Other numbers".  Given words, it prints
 * what its own manifest changes: "own" is its variables and what it gets,
 * "processes" is their number.
 */
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/utsname.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PAGE		4096
#define KIB		1024ul
#define MIB		(1024 * KIB)
#define ARG_LEN		(100 * KIB)
#define FILES_MAX	70000
#define MAPS_MAX	65530ul

extern char **environ;

static char *self;

__attribute__((format(printf, 2, 3)))
static void
say(const char *what, const char *fmt, ...)
{
	va_list ap;

	printf("%s: ", what);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	fflush(stdout);
}

static void
say_size(const char *what, unsigned long n)
{
	if (n % MIB == 0 && n != 0)
		say(what, "%lu MiB", n / MIB);
	else if (n % KIB == 0 && n != 0)
		say(what, "%lu KiB", n / KIB);
	else
		say(what, "%lu bytes", n);
}

static unsigned long
limit(int resource)
{
	struct rlimit rl;

	if (getrlimit(resource, &rl) == -1 || rl.rlim_cur != rl.rlim_max)
		return 1;
	return rl.rlim_cur;
}

static void
say_none(const char *what, int resource)
{
	say(what, "%s", limit(resource) == RLIM_INFINITY ? "no limit" :
	    limit(resource) == 0 ? "none" : "some");
}

/* Pages that it can lock, one by one. */
static unsigned long
count_locked(void)
{
	const size_t len = 64 * MIB;
	char *p = mmap(NULL, len, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	size_t n = 0;

	while (p != MAP_FAILED && n < len && mlock(p + n, PAGE) == 0)
		n += PAGE;
	munlock(p, n);
	return n;
}

/* Timers take a queued signal each. */
static unsigned
count_timers(void)
{
	static timer_t made[4096];
	unsigned n = 0;

	while (n < 4096 && timer_create(CLOCK_MONOTONIC, NULL, &made[n]) == 0)
		n++;
	for (unsigned i = 0; i < n; i++)
		timer_delete(made[i]);
	return n;
}

/* With the three that it has. */
static int
count_files(void)
{
	int last = 2, fd;

	while ((fd = dup(0)) != -1 && fd < FILES_MAX)
		last = fd;
	for (fd = 3; fd <= last; fd++)
		close(fd);
	return last + 1;
}

/* With itself; each child ends with the pipe. */
static unsigned
count_processes(void)
{
	unsigned n = 1;
	int p[2];
	pid_t pid;
	char c;

	if (pipe(p) == -1)
		return 0;
	while ((pid = fork()) > 0)
		n++;
	if (pid == 0) {
		close(p[1]);
		_exit((int)read(p[0], &c, 1));
	}
	close(p[1]);
	close(p[0]);
	while (wait(NULL) > 0)
		;
	return n;
}

/* All of them, up to the few that it had before. */
static void
say_maps(void)
{
	char *place = mmap(NULL, 2 * MAPS_MAX * (size_t)PAGE, PROT_NONE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	unsigned long n = 0;

	if (place == MAP_FAILED)
		return;
	/* Each adds two: itself and the rest of the place behind it. */
	while (n < MAPS_MAX && mprotect(place + n * PAGE, PAGE, PROT_READ) == 0)
		n += 2;
	munmap(place, 2 * MAPS_MAX * (size_t)PAGE);
	say("mappings", "%lu", n > MAPS_MAX - 32 ? MAPS_MAX : n);
}

/* Whether a program can be started with n arguments of this length. */
static bool
starts_with(size_t n, size_t len)
{
	char **args = calloc(n + 3, sizeof(*args)), *arg = malloc(len + 1);
	int status = 0;
	pid_t pid;

	memset(arg, 'x', len);
	arg[len] = '\0';
	args[0] = self;
	args[1] = (char[]){ "end" };
	for (size_t i = 0; i < n; i++)
		args[2 + i] = arg;
	pid = fork();
	if (pid == 0) {
		execv(self, args);
		_exit(1);
	}
	waitpid(pid, &status, 0);
	free(arg);
	free(args);
	return status == 0;
}

static void
say_arguments(void)
{
	say("arguments and environment", "%s", starts_with(19, ARG_LEN) &&
	    !starts_with(21, ARG_LEN) ? "2 MiB" : "other");
	say("one argument", "%s", starts_with(1, 128 * KIB - 1) &&
	    !starts_with(1, 128 * KIB) ? "128 KiB" : "other");
}

static void
say_pipes(void)
{
	int p[2];

	if (pipe(p) == -1)
		return;
	say_size("pipe", (unsigned long)fcntl(p[0], F_GETPIPE_SZ));
	say("largest pipe", "%s", fcntl(p[0], F_SETPIPE_SZ, MIB) != -1 &&
	    fcntl(p[0], F_SETPIPE_SZ, 2 * MIB) == -1 && errno == EPERM ?
	    "1 MiB" : "other");
	close(p[0]);
	close(p[1]);
}

static void
say_socket(void)
{
	int p[2], n = 0;
	socklen_t len = sizeof(n);

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, p) == -1 ||
	    getsockopt(p[0], SOL_SOCKET, SO_SNDBUF, &n, &len) == -1)
		return;
	say_size("buffer of a socket", (unsigned long)n);
	close(p[0]);
	close(p[1]);
}

static void
say_tmp(void)
{
	struct statfs st;

	if (statfs("/tmp", &st) == 0)
		say("files in /tmp", "%lu", (unsigned long)st.f_files);
}

/* Whether a file in /tmp can be made with a path of this length. */
static bool
makes_path(size_t len)
{
	static char path[8192];
	int fd;

	memset(path, '/', len);
	memcpy(path, "/tmp", 4);
	path[len - 1] = 'x';
	path[len] = '\0';
	fd = open(path, O_WRONLY | O_CREAT, 0600);
	if (fd != -1)
		close(fd);
	unlink(path);
	return fd != -1;
}

static bool
makes_name(size_t len)
{
	char name[512];
	int fd;

	memset(name, 'x', len);
	name[len] = '\0';
	if (chdir("/tmp") == -1)
		return false;
	fd = open(name, O_WRONLY | O_CREAT, 0600);
	if (fd != -1)
		close(fd);
	unlink(name);
	return fd != -1;
}

static void
say_names(void)
{
	say("path", "%s", makes_path(4095) && !makes_path(4096) ?
	    "4095 bytes" : "other");
	say("name in a path", "%s", makes_name(255) && !makes_name(256) ?
	    "255 bytes" : "other");
}

/* An ordinary priority, which can be lowered and not raised. */
static void
say_priority(void)
{
	say("niceness", "%d%s", getpriority(PRIO_PROCESS, 0),
	    setpriority(PRIO_PROCESS, 0, -1) == -1 ? "" : ", and less");
}

static void
say_text(const char *what, const char *path)
{
	char text[64] = "";
	int fd = open(path, O_RDONLY);

	if (fd != -1 && read(fd, text, sizeof(text) - 1) > 0)
		text[strcspn(text, "\n")] = '\0';
	close(fd);
	say(what, "%s", text);
}

static void
say_all(void)
{
	const mode_t mask = umask(022);

	say_size("stack", limit(RLIMIT_STACK));
	say_size("locked memory", count_locked());
	say_maps();
	say("signals and timers", "%u", count_timers());
	say_arguments();
	say_pipes();
	say_socket();
	say_tmp();
	say_names();
	say_none("core", RLIMIT_CORE);
	say_none("message queues", RLIMIT_MSGQUEUE);
	say_none("real-time priority", RLIMIT_RTPRIO);
	say_none("size of a file", RLIMIT_FSIZE);
	say_none("address space", RLIMIT_AS);
	say_none("CPU time", RLIMIT_CPU);
	say_priority();
	say("umask", "%03o", (unsigned)mask);
	say("user and group", "%u", getuid() == getgid() ? getuid() : 0);
	say("other groups", "%s", getgroups(0, NULL) == 0 ? "none" : "some");
	say_text("oom_score_adj", "/proc/self/oom_score_adj");
}

static void
say_own(void)
{
	struct utsname name;
	cpu_set_t cpus;

	for (char **e = environ; *e != NULL; e++)
		puts(*e);
	if (sched_getaffinity(0, sizeof(cpus), &cpus) == 0)
		say("processors", "%d", CPU_COUNT(&cpus));
	say("online", "%ld", sysconf(_SC_NPROCESSORS_ONLN));
	if (uname(&name) == 0)
		say("host name", "%s", name.nodename);
	say("open files", "%d", count_files());
}

int
main(int argc, char *argv[])
{
	self = argv[0];
	if (argc == 1)
		say_all();
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "own") == 0)
			say_own();
		else if (strcmp(argv[i], "processes") == 0)
			say("processes", "%u", count_processes());
	}
	return 0;
}
