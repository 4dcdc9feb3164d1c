/*
 * Theory of operation.  The spawner's clone makes process 1 of the job's pid
 * namespace.  It builds the root, forks a child that unpacks the bundle, and
 * then forks the job.  Process 1 itself only waits from then on, and can do
 * nothing else: the kernel ignores signals to a process 1 without a handler,
 * and a process 1 has to reap orphans, and programs are not written for that.
 * When the job ends, process 1 reports its status and ends, and the kernel
 * kills what is left in the namespace.
 *
 * Nothing here may write to standard error: it is the job's.
 */
#include "jail.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "confine.h"
#include "cpus.h"
#include "job.seccomp.h"
#include "noexec.seccomp.h"
#include "probe.h"
#include "reaper.seccomp.h"
#include "report.h"
#include "root.h"
#include "unpack.h"
#include "unpack.seccomp.h"
#include "lib/why.h"
#include "lib/codes.h"

#define N(filter)	(sizeof(filter) / sizeof((filter)[0]))

/* CLONE_NEWTIME, which some C libraries' headers do not have. */
#define NEW_TIME_NS	0x00000080

/* Reports a refusal and exits. */
noreturn static void
refuse(enum reason reason, const struct why *why)
{
	struct report r = { .kind = REPORT_REFUSED, .reason = (uint8_t)reason };

	snprintf(r.text, sizeof(r.text), "%s", why->text);
	report_send(JAIL_REPORT, &r);
	_exit(EXIT_FAILURE);
}

noreturn static void
refuse_errno(const char *what)
{
	struct why why;

	why_set(&why, "cannot %s: %s", what, strerror(errno));
	refuse(REASON_SANDBOX, &why);
}

/* Refuses if a step of building the sandbox failed. */
static void
must(int rc, const struct why *why)
{
	if (rc == -1)
		refuse(REASON_SANDBOX, why);
}

/*
 * Moves the descriptors to their numbers and closes all others.  They are
 * moved up first, so that none overwrites another; dup2(2) then clears
 * close-on-exec.
 */
static void
take_fds(const int fds[JAIL_FDS])
{
	int high[JAIL_FDS];

	for (int i = 0; i < JAIL_FDS; i++) {
		high[i] = fcntl(fds[i], F_DUPFD, 64);
		if (high[i] == -1)
			_exit(EXIT_FAILURE);
	}
	for (int i = 0; i < JAIL_FDS; i++)
		if (dup2(high[i], i) == -1)
			_exit(EXIT_FAILURE);
	if (syscall(SYS_close_range, JAIL_FDS, ~0u, 0) == -1)
		_exit(EXIT_FAILURE);
	for (int i = JAIL_GO; i < JAIL_FDS; i++)
		fcntl(i, F_SETFD, FD_CLOEXEC);
}

static void
reset_signals(void)
{
	sigset_t none;

	for (int sig = 1; sig < NSIG; sig++)
		if (sig != SIGKILL && sig != SIGSTOP)
			signal(sig, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/*
 * Becomes the job's user.  Dumpable again, so that this process owns its
 * /proc/self; no process of ours but process 1 is left when the job runs, and
 * that one is not dumpable.  The death signal is set last, since a change of
 * user clears it.
 */
static void
take_user(void)
{
	if (setresgid(JAIL_UID, JAIL_UID, JAIL_UID) == -1 ||
	    setresuid(JAIL_UID, JAIL_UID, JAIL_UID) == -1)
		refuse_errno("become the job's user");
	if (prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == -1 ||
	    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == -1)
		refuse_errno("set the death signal");
}

/* From the job's own /dev, so that the job may open it again. */
static void
open_input(void)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (fd == -1 || dup2(fd, JAIL_NULL) == -1)
		refuse_errno("open /dev/null");
	close(fd);
}

static void
write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd == -1 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		refuse_errno(path);
	close(fd);
}

/*
 * Children made from here on are in a time namespace whose clocks start now,
 * so that a job does not learn how long the appliance has been up.
 */
static void
take_time(void)
{
	struct timespec mono, boot;
	char text[96];

	if (unshare(NEW_TIME_NS) == -1)
		refuse_errno("make a time namespace");
	if (clock_gettime(CLOCK_MONOTONIC, &mono) == -1 ||
	    clock_gettime(CLOCK_BOOTTIME, &boot) == -1)
		refuse_errno("read the clocks");
	snprintf(text, sizeof(text), "monotonic %lld 0\nboottime %lld 0\n",
	    -(long long)mono.tv_sec, -(long long)boot.tv_sec);
	write_file("/proc/self/timens_offsets", text);
}

/* Waits for one child.  Process 1 also reaps orphans here. */
static int
wait_for(pid_t pid)
{
	int status;
	pid_t got;

	do
		got = waitpid(-1, &status, 0);
	while (got != pid && (got != -1 || errno == EINTR));
	if (got == -1)
		refuse_errno("wait for a child");
	return status;
}

/* The unpacking process has a mapped archive and a folder, nothing else. */
noreturn static void
run_unpack(const struct grant *g)
{
	struct why why;
	struct stat st;
	const void *tar;
	int dir, reason;

	if (fstat(JAIL_BUNDLE, &st) == -1)
		refuse_errno("look at the bundle");
	tar = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE,
	    JAIL_BUNDLE, 0);
	if (tar == MAP_FAILED)
		refuse_errno("map the bundle");
	dir = open("/job", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir == -1)
		refuse_errno("open /job");
	umask(022);
	must(confine_powers(&why), &why);
	must(confine_files(CONFINE_UNPACK, &why), &why);
	must(confine_calls(unpack_filter, N(unpack_filter), &why), &why);
	if (unpack(tar, (size_t)st.st_size, g, dir, &why) == 0)
		_exit(EXIT_SUCCESS);
	reason = errno == ENOSPC || errno == ENOMEM ? REASON_LIMITS :
	    REASON_BUNDLE;
	refuse((enum reason)reason, &why);
}

/* Unpacks in a child, which reports its own refusals. */
static void
unpack_bundle(const struct grant *g)
{
	struct why why;
	int status;
	pid_t pid = fork();

	if (pid == -1)
		refuse_errno("start unpacking");
	if (pid == 0)
		run_unpack(g);
	status = wait_for(pid);
	if (WIFSIGNALED(status)) {
		why_set(&why, "unpacking ended with signal %d; is memory_mib "
		    "enough for the bundle's files?", WTERMSIG(status));
		refuse(REASON_LIMITS, &why);
	}
	if (status != 0)
		_exit(EXIT_FAILURE);
	close(JAIL_BUNDLE);
}

/* Checks that the program exists and is executable. */
static void
check_program(const struct manifest *m)
{
	const char *program = m->args[0];
	struct stat st;
	struct why why;

	if (stat(program, &st) == -1)
		why_set(&why, "the manifest's argv[0] cannot be found (%s)%s: "
		    "a name without a leading \"/\" is one of the manifest's "
		    "files, all others are in the runtime (%s)",
		    strerror(errno), strchr(program, ' ') == NULL ? "" :
		    "; it contains a blank, and each argument is an item of "
		    "its own", m->runtime[0] == '\0' ? "none" : m->runtime);
	else if (!S_ISREG(st.st_mode))
		why_set(&why, "the manifest's argv[0] is not a file; name a "
		    "program of the bundle or of the runtime");
	else if (access(program, X_OK) == -1)
		why_set(&why, "the manifest's argv[0] is not executable; if it "
		    "is in the manifest's files, say \"executable: true\" "
		    "there");
	else
		return;
	refuse(REASON_MANIFEST, &why);
}

/* "NAME=value", in memory that is never freed. */
__attribute__((format(printf, 1, 2)))
static char *
variable(const char *fmt, ...)
{
	char *text = NULL;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n == -1)
		refuse_errno("make the environment");
	return text;
}

static bool
has_variable(const struct manifest *m, const char *name)
{
	const size_t len = strlen(name);

	for (size_t i = 0; i < m->nenv; i++)
		if (strncmp(m->env[i], name, len) == 0 && m->env[i][len] == '=')
			return true;
	return false;
}

/* The manifest's variables, what it left out, and what the job was granted. */
static char **
make_env(const struct grant *g)
{
	const struct manifest *m = &g->manifest;
	char name[LIMIT_VARIABLE_MAX];
	char **env = calloc(m->nenv + 3 + LIMIT_COUNT + 1, sizeof(*env));
	size_t n = 0;

	if (env == NULL)
		refuse_errno("make the environment");
	while (n < m->nenv) {
		env[n] = m->env[n];
		n++;
	}
	if (!has_variable(m, "PATH"))
		env[n++] = variable("PATH=/usr/bin:/bin");
	if (!has_variable(m, "HOME"))
		env[n++] = variable("HOME=/tmp");
	env[n++] = variable(LIMIT_VARIABLE "JOB=%s", g->who.job);
	for (int i = 0; i < LIMIT_COUNT; i++)
		env[n++] = variable("%s=%llu",
		    limit_variable((enum limit)i, name), (unsigned long long)
		    limit_value(&m->limits, (enum limit)i));
	return env;
}

/* The job's process: confines itself, probes, and waits for the runner. */
noreturn static void
run_job(const struct grant *g, uint64_t cpus)
{
	struct report r = { .kind = REPORT_READY };
	const struct manifest *m = &g->manifest;
	char **env = make_env(g);
	char probed[PROBE_TEXT_MAX];
	struct why why;
	char go;

	if (setsid() == -1)
		refuse_errno("start a session");
	umask(022);
	must(cpus_enter(cpus, &why), &why);
	must(confine_limits(&m->limits, &why), &why);
	must(confine_powers(&why), &why);
	must(confine_files(CONFINE_JOB, &why), &why);
	if (!capability_has(m->capabilities, CAPABILITY_EXEC_MEMORY)) {
		must(confine_memory(&why), &why);
		must(confine_calls(noexec_filter, N(noexec_filter), &why),
		    &why);
	}
	must(confine_calls(job_filter, N(job_filter), &why), &why);
	must(probe_run(m->capabilities, probed, &why), &why);
	snprintf(r.text, sizeof(r.text), "%s", probed);
	if (report_send(JAIL_REPORT, &r) == -1 ||
	    read(JAIL_GO, &go, 1) != 1)
		_exit(EXIT_FAILURE);	/* the runner is gone */
	execve(m->args[0], m->args, env);
	r = (struct report){ .kind = REPORT_NOEXEC, .value = (uint32_t)errno };
	report_send(JAIL_REPORT, &r);
	_exit(errno == ENOENT ? 127 : 126);	/* as shells do */
}

/* Which places that the job may write to have no room left. */
static uint8_t
find_full(void)
{
	static const struct {
		const char		*path;
		enum report_full	 full;
	} places[] = {
		{ "/tmp", REPORT_FULL_TMP },
		{ "/dev/shm", REPORT_FULL_SHM },
	};
	unsigned full = 0;
	struct statfs st;

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (statfs(places[i].path, &st) == -1 || st.f_blocks == 0 ||
		    st.f_files == 0)
			continue;	/* no /dev/shm, or no tmpfs */
		if (st.f_bfree == 0)
			full |= places[i].full;
		if (st.f_ffree == 0)
			full |= REPORT_FULL_FILES;
	}
	return (uint8_t)full;
}

/* Process 1: reaps until the job ends, reports that, and exits. */
noreturn static void
run_reaper(pid_t job)
{
	struct report r = { .kind = REPORT_ENDED };
	struct why why;

	for (int fd = 0; fd < JAIL_FDS; fd++)
		if (fd != JAIL_REPORT)
			close(fd);
	must(confine_powers(&why), &why);
	must(confine_files(CONFINE_NO_FILES, &why), &why);
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == -1)
		refuse_errno("close process 1 to others");
	must(confine_calls(reaper_filter, N(reaper_filter), &why), &why);
	r.value = (uint32_t)wait_for(job);
	r.full = find_full();
	report_send(JAIL_REPORT, &r);
	_exit(EXIT_SUCCESS);
}

void
jail_run(const struct grant *g, uint64_t cpus, const int fds[JAIL_FDS])
{
	struct why why;
	pid_t job;

	take_fds(fds);
	prctl(PR_SET_NAME, "job-init", 0, 0, 0);
	reset_signals();
	take_user();
	/* When the machine is out of memory, jobs are killed first. */
	write_file("/proc/self/oom_score_adj", "1000");
	if (sethostname(g->manifest.name, strlen(g->manifest.name)) == -1)
		refuse_errno("set the host name");
	if (unshare(CLONE_NEWCGROUP) == -1)
		refuse_errno("make a cgroup namespace");
	take_time();
	umask(022);
	must(root_enter(g, &why), &why);
	open_input();
	unpack_bundle(g);
	must(root_seal(&why), &why);
	if (chdir("/job") == -1)
		refuse_errno("enter /job");
	check_program(&g->manifest);
	job = fork();
	if (job == -1)
		refuse_errno("start the job's process");
	if (job == 0)
		run_job(g, cpus);
	run_reaper(job);
}
