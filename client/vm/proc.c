#include "proc.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <linux/close_range.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/file.h"
#include "client/need.h"
#include "client/say.h"
#include "lib/clock.h"

#define PROC_FDS_MAX	16
#define FDS_ABOVE	64	/* high numbers on the way */
#define DYING_MS	10000	/* a killed QEMU frees the guest's memory */

/* Fields of /proc/PID/stat; the flag is in <linux/sched.h> of the kernel. */
#define STAT_FLAGS	9
#define STAT_START	22
#define STAT_PENDING	31
#define PF_EXITING	0x4

static bool
is_program(const char *path)
{
	return access(path, X_OK) == 0;
}

/* The first DIR/name of a colon-separated list that is a program. */
static char *
find_in(const char *list, const char *name)
{
	while (*list != '\0') {
		size_t len = strcspn(list, ":");
		char *path = need_printf("%.*s/%s", (int)len, list, name);

		if (len != 0 && is_program(path))
			return path;
		free(path);
		list += len;
		if (*list == ':')
			list++;
	}
	return NULL;
}

char *
proc_find(const char *name)
{
	const char *list = getenv("PATH");
	char *path = NULL;

	if (strchr(name, '/') != NULL)
		return need_str(is_program(name) ? name : "");
	if (list != NULL)
		path = find_in(list, name);
	if (path == NULL)
		path = find_in("/usr/bin:/bin:/usr/sbin:/sbin", name);
	return path == NULL ? need_str("") : path;
}

/*
 * In the child: moves descriptors to their numbers, by way of high numbers so
 * that none is overwritten before it has moved.
 */
static int
place_fds(const struct proc_fd *fds, size_t n)
{
	int lifted[PROC_FDS_MAX];

	for (size_t i = 0; i < n; i++)
		if ((lifted[i] = fcntl(fds[i].from, F_DUPFD_CLOEXEC,
		    FDS_ABOVE)) == -1)
			return -1;
	for (size_t i = 0; i < n; i++)
		if (dup2(lifted[i], fds[i].to) == -1)
			return -1;
	return 0;
}

static void
child(const char *path, const char *const argv[], enum proc_kind kind,
    int dirfd, const struct proc_fd *fds, size_t nfds, int report)
{
	/* execv's type has non-const strings that it does not write to. */
	union {
		const char *const *in;
		char *const *out;
	} args = { .in = argv };
	/* A core dump of QEMU would hold all of the guest's memory. */
	const struct rlimit no_core = { 0, 0 };
	sigset_t none;
	int err;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);	/* main() ignores these */
	signal(SIGXFSZ, SIG_DFL);
	if (kind != PROC_ATTACHED) {
		setsid();
		setrlimit(RLIMIT_CORE, &no_core);
		/* Descriptors that our caller left open must not outlive us. */
		syscall(SYS_close_range, 3, ~0U, CLOSE_RANGE_CLOEXEC);
	}
	if (kind == PROC_TIED)
		prctl(PR_SET_PDEATHSIG, SIGTERM);
	if ((dirfd == -1 || fchdir(dirfd) == 0) && place_fds(fds, nfds) == 0)
		execv(path, args.out);
	err = errno;
	(void)!write(report, &err, sizeof(err));
	_exit(127);
}

/* 0 when exec happened, else the child's errno. */
static int
exec_error(int fd)
{
	int err = 0;
	ssize_t n;

	do
		n = read(fd, &err, sizeof(err));
	while (n == -1 && errno == EINTR);
	return n == (ssize_t)sizeof(err) ? err : 0;
}

pid_t
proc_start(const char *const argv[], enum proc_kind kind, int dirfd,
    const struct proc_fd *fds, size_t nfds)
{
	char *path = proc_find(argv[0]);
	int report[2];
	pid_t pid = -1;
	int err;

	if (*path == '\0') {
		say("%s: no such program in PATH; install it and try again",
		    argv[0]);
		goto out;
	}
	if (nfds > PROC_FDS_MAX)
		say_die(101, "%s: %zu descriptors", argv[0], nfds);
	if (pipe2(report, O_CLOEXEC) == -1) {
		say_errno("pipe");
		goto out;
	}
	/* Where place_fds() does not overwrite it. */
	if ((err = fcntl(report[1], F_DUPFD_CLOEXEC, FDS_ABOVE)) != -1) {
		close(report[1]);
		report[1] = err;
	}
	if ((pid = fork()) == 0)
		child(path, argv, kind, dirfd, fds, nfds, report[1]);
	close(report[1]);
	if (pid == -1) {
		say_errno("cannot start %s", path);
	} else if ((err = exec_error(report[0])) != 0) {
		waitpid(pid, NULL, 0);
		pid = -1;
		errno = err;
		say_errno("cannot start %s", path);
	}
	close(report[0]);
out:
	free(path);
	return pid;
}

int
proc_wait(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) == -1)
		if (errno != EINTR)
			return 127;
	if (WIFSIGNALED(status))
		return 128 + WTERMSIG(status);
	return WEXITSTATUS(status);
}

/* A number of /proc/PID/stat; fields are counted as proc(5) counts them. */
static unsigned long long
stat_number(const char *fields, int nr)
{
	unsigned long long value;

	/* `fields' begins before the third. */
	for (int i = 3; i < nr && fields != NULL; i++)
		fields = strchr(fields + 1, ' ');
	return fields != NULL && sscanf(fields, " %llu", &value) == 1 ? value :
	    0;
}

/* A zombie; or it exits; or SIGKILL, or what the kernel makes it, is due. */
static bool
stat_dying(const char *fields)
{
	return fields[1] == 'Z' || fields[1] == 'X' ||
	    (stat_number(fields, STAT_FLAGS) & PF_EXITING) != 0 ||
	    (stat_number(fields, STAT_PENDING) >> (SIGKILL - 1) & 1) != 0;
}

/* From /proc/PID/stat, whose second field may hold any bytes. */
static uint64_t
read_stat(pid_t pid, bool *dying)
{
	char path[64], text[1024], *p;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%ld/stat", (long)pid);
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) == -1)
		return 0;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n <= 0)
		return 0;
	text[n] = '\0';
	if ((p = strrchr(text, ')')) == NULL || p[1] != ' ' || p[2] == '\0')
		return 0;
	*dying = stat_dying(p + 1);
	return stat_number(p + 1, STAT_START);
}

uint64_t
proc_start_time(pid_t pid)
{
	bool dying = false;
	uint64_t start = read_stat(pid, &dying);

	return dying ? 0 : start;
}

int
proc_open(const struct proc *p)
{
	bool dying = false;
	int fd = -1;

	if (p->pid > 0 && p->start != 0)
		fd = (int)syscall(SYS_pidfd_open, p->pid, 0);
	/* Its files are open, and locked, until it has ended. */
	if (fd != -1 && read_stat(p->pid, &dying) == p->start &&
	    !(dying && proc_ended(fd, DYING_MS)))
		return fd;
	if (fd != -1)
		close(fd);
	errno = ESRCH;
	return -1;
}

int
proc_signal(int pidfd, int sig)
{
	return (int)syscall(SYS_pidfd_send_signal, pidfd, sig, NULL, 0);
}

bool
proc_ended(int pidfd, int timeout_ms)
{
	const uint64_t deadline = timeout_ms < 0 ? CLOCK_NEVER :
	    clock_ms() + (uint64_t)timeout_ms;
	struct pollfd pfd = { .fd = pidfd, .events = POLLIN };
	int n;

	do /* a signal must not cut the time short */
		n = poll(&pfd, 1, clock_left_ms(deadline));
	while (n == -1 && errno == EINTR);
	return n == 1;
}
