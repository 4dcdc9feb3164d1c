/*
 * Each layer of the sandbox by itself, and the probe outside of any.  Every
 * attempt runs in a child, since nothing here can be taken back.
 */
#include "confine.h"

#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <atf-c.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "job.seccomp.h"
#include "noexec.seccomp.h"
#include "probe.h"

#define NOBODY	65534

/* Debian 12's own kernel is older than the appliance's. */
static void
need_kernel(void)
{
	struct why why;

	if (confine_check(&why) == -1)
		atf_tc_skip("%s", why.text);
}

/* Runs f in a child; the test fails when it exits with anything but 0. */
static void
check_in_child(int (*f)(void))
{
	int status;
	pid_t pid = fork();

	ATF_REQUIRE(pid != -1);
	if (pid == 0)
		_exit(f());
	ATF_REQUIRE(waitpid(pid, &status, 0) == pid);
	ATF_CHECK_MSG(WIFEXITED(status), "signal %d", WTERMSIG(status));
	ATF_CHECK_EQ_MSG(WEXITSTATUS(status), 0, "exit %d",
	    WEXITSTATUS(status));
}

static int
confined_powers(void)
{
	struct why why;

	if (confine_powers(&why) == -1)
		return 1;
	if (mount("none", "/tmp", "tmpfs", 0, NULL) == 0)
		return 2;
	if (setuid(1) == 0)
		return 3;
	for (int c = 0; prctl(PR_CAPBSET_READ, c, 0, 0, 0) >= 0; c++)
		if (prctl(PR_CAPBSET_READ, c, 0, 0, 0) != 0)
			return 4;
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
		return 5;
	return 0;
}

ATF_TC(powers_are_gone);
ATF_TC_HEAD(powers_are_gone, tc)
{
	atf_tc_set_md_var(tc, "require.user", "root");
}
ATF_TC_BODY(powers_are_gone, tc)
{
	check_in_child(confined_powers);
}

static int
confined_job_files(void)
{
	struct why why;
	char path[] = "/tmp/casemate-confine-XXXXXX";
	int fd;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
	    confine_files(CONFINE_JOB, &why) == -1)
		return 1;
	if (open("/etc/passwd", O_RDONLY) == -1)
		return 2;
	fd = mkstemp(path);
	if (fd == -1)
		return 3;
	if (fchmod(fd, 0755) == -1 || access(path, X_OK) == -1)
		return 4;
	close(fd);
	/* Written there: may be read, may not be run. */
	if (execl(path, path, (char *)NULL) == 0 || errno != EACCES)
		return 5;
	if (unlink(path) == -1)
		return 6;
	if (open("/etc/passwd", O_RDWR) != -1 || errno != EACCES)
		return 7;
	if (mkdir("/var/casemate-confine", 0755) == 0 || errno != EACCES)
		return 8;
	if (open("/dev/null", O_RDWR) == -1)
		return 9;
	if (kill(getppid(), 0) == 0)
		return 10;
	return 0;
}

ATF_TC_WITHOUT_HEAD(job_writes_only_to_tmp_and_runs_nothing_from_there);
ATF_TC_BODY(job_writes_only_to_tmp_and_runs_nothing_from_there, tc)
{
	need_kernel();
	check_in_child(confined_job_files);
}

static int
confined_no_files(void)
{
	struct why why;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
	    confine_files(CONFINE_NO_FILES, &why) == -1)
		return 1;
	if (open("/etc/passwd", O_RDONLY) != -1 || errno != EACCES)
		return 2;
	if (open("/tmp", O_RDONLY) != -1 || errno != EACCES)
		return 3;
	return 0;
}

ATF_TC_WITHOUT_HEAD(reaper_opens_nothing);
ATF_TC_BODY(reaper_opens_nothing, tc)
{
	need_kernel();
	check_in_child(confined_no_files);
}

static int
confined_to_cgroup(void)
{
	int dir = open("groups", O_PATH | O_DIRECTORY), fd;
	struct why why;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
	    confine_to_cgroup(dir, &why) == -1)
		return 1;
	fd = openat(dir, "limit", O_WRONLY);
	if (fd == -1 || write(fd, "1", 1) != 1)
		return 2;
	if (mkdirat(dir, "job-0", 0755) == -1 ||
	    unlinkat(dir, "job-0", AT_REMOVEDIR) == -1)
		return 3;
	if (open("outside", O_RDONLY) != -1 || errno != EACCES)
		return 4;
	if (openat(dir, "../outside", O_RDONLY) != -1 || errno != EACCES)
		return 5;
	if (openat(dir, "new", O_WRONLY | O_CREAT, 0600) != -1)
		return 6;
	return 0;
}

ATF_TC_WITHOUT_HEAD(runner_reaches_only_its_control_groups);
ATF_TC_BODY(runner_reaches_only_its_control_groups, tc)
{
	ATF_REQUIRE(mkdir("groups", 0755) == 0);
	atf_utils_create_file("groups/limit", "0");
	atf_utils_create_file("outside", "0");
	need_kernel();
	check_in_child(confined_to_cgroup);
}

static int
confined_limits(void)
{
	const struct limits l = { .open_files = 77 };
	struct rlimit rl;
	struct why why;

	if (confine_limits(&l, &why) == -1)
		return 1;
	if (getrlimit(RLIMIT_CORE, &rl) == -1 || rl.rlim_max != 0)
		return 2;
	if (getrlimit(RLIMIT_NOFILE, &rl) == -1 || rl.rlim_max != 77)
		return 3;
	if (getrlimit(RLIMIT_MEMLOCK, &rl) == -1 || rl.rlim_max != 65536)
		return 4;
	return 0;
}

/* Without the power to raise it again. */
static int
lower_limits(void)
{
	const struct rlimit none = { 0, 0 };
	const struct limits l = { .open_files = 77 };
	struct why why;

	if (setrlimit(RLIMIT_MEMLOCK, &none) == -1 || confine_caps(&why) == -1)
		return 1;
	if (confine_limits(&l, &why) != -1)
		return 2;
	return strcmp(why.text, "cannot set RLIMIT_MEMLOCK to 65536: "
	    "Operation not permitted") == 0 ? 0 : 3;
}

ATF_TC_WITHOUT_HEAD(limit_that_cannot_be_set_is_told);
ATF_TC_BODY(limit_that_cannot_be_set_is_told, tc)
{
	check_in_child(lower_limits);
}

ATF_TC_WITHOUT_HEAD(limits_are_set);
ATF_TC_BODY(limits_are_set, tc)
{
	check_in_child(confined_limits);
}

static int
confined_memory(void)
{
	const int rw = PROT_READ | PROT_WRITE, rx = PROT_READ | PROT_EXEC;
	const int how = MAP_PRIVATE | MAP_ANONYMOUS;
	struct why why;
	void *p;

	if (confine_memory(&why) == -1)
		return 1;
	if (mmap(NULL, 4096, rw | PROT_EXEC, how, -1, 0) != MAP_FAILED)
		return 2;
	p = mmap(NULL, 4096, rw, how, -1, 0);
	if (p == MAP_FAILED || mprotect(p, 4096, rx) == 0)
		return 3;
	/* There is no way back. */
	return prctl(65, 0, 0, 0, 0) == 0 ? 4 : 0;
}

ATF_TC_WITHOUT_HEAD(memory_never_becomes_code);
ATF_TC_BODY(memory_never_becomes_code, tc)
{
	need_kernel();
	check_in_child(confined_memory);
}

/* Each way to memory that was written and runs, and which wall stops it. */
static const struct code_attempt {
	const char	*what;
	bool		 mdwe, filter;
} ways[] = {
	{ "map memory to write and run", true, true },
	{ "map shared memory to write and run", true, true },
	{ "map memory to run", false, true },
	{ "map shared memory to run", false, true },
	{ "map a stack to run", false, true },
	{ "map huge pages to run", false, true },
	{ "map a shared file to run", false, true },
	{ "map a shared file to run in the newer way", false, true },
	{ "do without PR_SET_MDWE", true, false },
	{ "map pages a second time", false, true },
	{ "map pages a second time by a size past the end", false, true },
	{ "run memory that it wrote", true, true },
	{ "run shared memory that it wrote", true, true },
	{ "run its stack", true, true },
	{ "run its heap", true, true },
	{ "run pages of /dev/zero", false, false },	/* the mount does */
};

static const struct code_attempt *way;

static int
way_open(void)
{
	return probe_one(way->what) == 1 ? 0 : 1;
}

static int
way_under_mdwe(void)
{
	struct why why;

	if (confine_memory(&why) == -1)
		return 2;
	return probe_one(way->what) == !way->mdwe ? 0 : 1;
}

static int
way_under_filter(void)
{
	struct why why;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
	    confine_calls(noexec_filter,
	    sizeof(noexec_filter) / sizeof(noexec_filter[0]), &why) == -1)
		return 2;
	return probe_one(way->what) == !way->filter ? 0 : 1;
}

ATF_TC_WITHOUT_HEAD(each_way_to_code_is_stopped_by_its_wall);
ATF_TC_BODY(each_way_to_code_is_stopped_by_its_wall, tc)
{
	need_kernel();
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		way = &ways[i];
		printf("%s\n", way->what);
		check_in_child(way_open);
		check_in_child(way_under_mdwe);
		check_in_child(way_under_filter);
	}
	ATF_CHECK_EQ(probe_one("no such attempt"), -1);
}

ATF_TC_WITHOUT_HEAD(data_does_not_run);
ATF_TC_BODY(data_does_not_run, tc)
{
	struct sigaction sa;

	ATF_CHECK_EQ(confine_data(), 0);
	ATF_CHECK_EQ(sigaction(SIGSEGV, NULL, &sa), 0);
	ATF_CHECK_EQ(confine_data(), 0);	/* the mask is back, too */
}

/* Not root, for what the probe tries would work on the build machine. */
static int
become_nobody(void)
{
	return unshare(CLONE_NEWNS) == -1 || setgroups(0, NULL) == -1 ||
	    setresgid(NOBODY, NOBODY, NOBODY) == -1 ||
	    setresuid(NOBODY, NOBODY, NOBODY) == -1;
}

static int
probe_unconfined(void)
{
	char text[PROBE_TEXT_MAX];
	struct why why;

	if (become_nobody())
		return 1;
	if (probe_run(0, text, &why) == 0)
		return 2;
	if (strstr(why.text, "the sandbox open") == NULL ||
	    strstr(why.text, "open a netlink socket") == NULL ||
	    strstr(why.text, "call open_tree") == NULL)
		return 3;
	return 0;
}

ATF_TC(probe_finds_an_open_sandbox);
ATF_TC_HEAD(probe_finds_an_open_sandbox, tc)
{
	atf_tc_set_md_var(tc, "require.user", "root");
}
ATF_TC_BODY(probe_finds_an_open_sandbox, tc)
{
	check_in_child(probe_unconfined);
}

/* All layers but the mounts and namespaces: the files give it away. */
static int
probe_half_confined(void)
{
	char text[PROBE_TEXT_MAX];
	struct why why;

	if (become_nobody() || confine_caps(&why) == -1 ||
	    confine_files(CONFINE_JOB, &why) == -1 ||
	    confine_calls(job_filter,
	    sizeof(job_filter) / sizeof(job_filter[0]), &why) == -1)
		return 1;
	if (probe_run(0, text, &why) == 0)
		return 2;
	if (strstr(why.text, "socket") != NULL)
		return 3;
	if (strstr(why.text, "map memory to run") == NULL ||
	    strstr(why.text, ", and more") == NULL)
		return 5;
	if (probe_run(~UINT32_C(0), text, &why) == 0 ||
	    strstr(why.text, "map memory to run") != NULL ||
	    strstr(why.text, "share memory by name") != NULL)
		return 6;
	if (strstr(why.text, "open /sys") == NULL ||
	    strstr(why.text, "open /proc/sys") == NULL ||
	    strstr(why.text, "run what it wrote") == NULL)
		return 4;
	return 0;
}

ATF_TC(probe_finds_a_half_open_sandbox);
ATF_TC_HEAD(probe_finds_a_half_open_sandbox, tc)
{
	atf_tc_set_md_var(tc, "require.user", "root");
}
ATF_TC_BODY(probe_finds_a_half_open_sandbox, tc)
{
	need_kernel();
	check_in_child(probe_half_confined);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, powers_are_gone);
	ATF_TP_ADD_TC(tp,
	    job_writes_only_to_tmp_and_runs_nothing_from_there);
	ATF_TP_ADD_TC(tp, reaper_opens_nothing);
	ATF_TP_ADD_TC(tp, runner_reaches_only_its_control_groups);
	ATF_TP_ADD_TC(tp, limits_are_set);
	ATF_TP_ADD_TC(tp, limit_that_cannot_be_set_is_told);
	ATF_TP_ADD_TC(tp, memory_never_becomes_code);
	ATF_TP_ADD_TC(tp, each_way_to_code_is_stopped_by_its_wall);
	ATF_TP_ADD_TC(tp, data_does_not_run);
	ATF_TP_ADD_TC(tp, probe_finds_an_open_sandbox);
	ATF_TP_ADD_TC(tp, probe_finds_a_half_open_sandbox);
	return atf_no_error();
}
