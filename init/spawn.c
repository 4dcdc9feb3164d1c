#include "spawn.h"

#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <linux/capability.h>
#include <linux/close_range.h>
#include <linux/sched.h>
#include <linux/securebits.h>

#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/fds.h"
#include "lib/log.h"

#define RAISED		64	/* above all numbers in lib/fds.h */
#define NAMESPACES \
	(CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS)

/* Moves a descriptor above the numbers that the service will use. */
static int
raise_fd(int fd)
{
	int high = fd == -1 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, RAISED);

	if (high == -1)
		die_errno("descriptor %d", fd);
	return high;
}

static void
take_oom_score(int score)
{
	char text[16];
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
	int n = snprintf(text, sizeof(text), "%d", score);

	if (fd == -1 || write(fd, text, (size_t)n) != n)
		die_errno("/proc/self/oom_score_adj");
	close(fd);
}

/* init's descriptors are above the target numbers, so any order works. */
static void
take_fds(const struct service *s, const struct spawn *sp, int notify)
{
	for (int n = 0; n < SERVICE_FDS; n++) {
		int from = sp->fds[s->fds[n]];

		if (n <= STDOUT_FILENO)
			from = sp->fds[FDSTORE_NULL];
		else if (n == STDERR_FILENO)
			from = sp->fds[FDSTORE_LOG];
		else if (n == FD_NOTIFY)
			from = notify;
		else if (s->fds[n] == FDSTORE_NONE) {
			close(n);
			continue;
		}
		if (dup2(from, n) == -1)
			die_errno("descriptor %d", n);
	}
	if (syscall(SYS_close_range, SERVICE_FDS, ~0u,
	    CLOSE_RANGE_CLOEXEC) == -1)
		die_errno("close_range");
}

/*
 * Makes `path' the root and detaches everything else.  pivot_root(2) moves the
 * working directory as well.  chdir(2) would fail: init has no
 * CAP_DAC_OVERRIDE and may not enter a service's private directory.
 */
static void
enter_root(const char *path, unsigned long flags)
{
	if (mount(path, path, NULL, MS_BIND | (flags & MS_REC), NULL) == -1 ||
	    mount(NULL, path, NULL, MS_REMOUNT | MS_BIND | (flags & ~MS_REC),
	    NULL) == -1)
		die_errno("bind %s", path);
	if (syscall(SYS_pivot_root, path, path) == -1 ||
	    umount2("/", MNT_DETACH) == -1)
		die_errno("root %s", path);
}

/*
 * The kernel counts the processes and pending signals of all jobs as the
 * runner's, so that a limit here would be one for all jobs together.  Control
 * groups count them for each job instead.
 */
static void
take_limits(const struct service *s)
{
	struct rlimit core = { 0, 0 };
	struct rlimit lock = { s->memlock, s->memlock };
	struct rlimit files = { s->nofile, s->nofile };
	struct rlimit none = { RLIM_INFINITY, RLIM_INFINITY };

	if (setrlimit(RLIMIT_CORE, &core) == -1 ||
	    setrlimit(RLIMIT_MEMLOCK, &lock) == -1 ||
	    setrlimit(RLIMIT_NPROC, &none) == -1 ||
	    setrlimit(RLIMIT_SIGPENDING, &none) == -1 ||
	    (s->nofile != 0 && setrlimit(RLIMIT_NOFILE, &files) == -1))
		die_errno("limits");
}

static void
set_caps(uint64_t caps)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2];

	for (int i = 0; i < 2; i++) {
		uint32_t half = (uint32_t)(caps >> (32 * i));

		data[i] = (struct __user_cap_data_struct){ half, half, half };
	}
	if (syscall(SYS_capset, &head, data) == -1)
		die_errno("capabilities");
}

static void
drop_powers(const struct service *s)
{
	for (int c = 0; c < 64; c++)
		if (!(s->caps & (UINT64_C(1) << c)) &&
		    prctl(PR_CAPBSET_READ, c, 0, 0, 0) == 1 &&
		    prctl(PR_CAPBSET_DROP, c, 0, 0, 0) == -1)
			die_errno("bounding capability %d", c);
	if (prctl(PR_SET_SECUREBITS, SECBIT_KEEP_CAPS | SECBIT_NOROOT |
	    SECBIT_NOROOT_LOCKED, 0, 0, 0) == -1)
		die_errno("securebits");
	if (setgroups(0, NULL) == -1 ||
	    setresgid(s->uid, s->uid, s->uid) == -1 ||
	    setresuid(s->uid, s->uid, s->uid) == -1)
		die_errno("user %u", (unsigned)s->uid);
	set_caps(s->caps);
	for (int c = 0; c < 64; c++)
		if ((s->caps & (UINT64_C(1) << c)) &&
		    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, c, 0, 0) == -1)
			die_errno("ambient capability %d", c);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		die_errno("no_new_privs");
}

/* execveat(2) does not write to the strings. */
static void
become(const struct service *s, const struct spawn *sp, int program)
{
	const char *argv[SERVICE_ARGS + 1] = { 0 };
	const char *const envp[] = { NULL };

	for (int i = 0; i < SERVICE_ARGS && s->argv[i] != NULL; i++) {
		argv[i] = s->argv[i];
		if (strcmp(argv[i], "@mode") == 0)
			argv[i] = sp->mode;
		else if (strcmp(argv[i], "@boot") == 0)
			argv[i] = sp->boot_id;
	}
	syscall(SYS_execveat, program, "", argv, envp, AT_EMPTY_PATH);
	die_errno("%s", s->path);
}

static _Noreturn void
child(const struct service *s, const struct spawn *sp, int notify)
{
	sigset_t none;
	int program;

	log_init(s->name);
	setsid();
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	program = open(s->path, O_PATH | O_CLOEXEC);
	if (program == -1)
		die_errno("%s", s->path);
	program = raise_fd(program);
	notify = raise_fd(notify);
	take_oom_score(s->oom_score);
	enter_root(s->root, s->root_flags);
	take_limits(s);
	take_fds(s, sp, notify);
	drop_powers(s);
	become(s, sp, program);
	_exit(EXIT_BUG);
}

pid_t
spawn_service(const struct service *s, const struct spawn *sp, int notify)
{
	struct clone_args args = {
		.flags = NAMESPACES | CLONE_INTO_CGROUP,
		.exit_signal = SIGCHLD,
	};
	int cgroup = open(s->cgroup, O_PATH | O_DIRECTORY | O_CLOEXEC);
	long pid;

	if (cgroup == -1) {
		log_info("cannot start %s: %s: %m", s->name, s->cgroup);
		return -1;
	}
	args.cgroup = (uint64_t)cgroup;
	pid = syscall(SYS_clone3, &args, sizeof(args));
	if (pid == 0)
		child(s, sp, notify);
	if (pid == -1)
		log_info("cannot start %s: clone: %m", s->name);
	close(cgroup);
	return (pid_t)pid;
}
