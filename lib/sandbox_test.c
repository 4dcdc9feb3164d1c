#include "sandbox.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <linux/seccomp.h>

#include <atf-c.h>

#include <signal.h>
#include <stddef.h>
#include <unistd.h>

/* Kills on getppid(2), allows the rest: enough to see that it is loaded. */
static const struct sock_filter filter[] = {
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 1),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
};
static const struct sandbox_limit limits[] = {
	{ RLIMIT_NOFILE, 17 },
};
static const struct sandbox sandbox = {
	.filter = filter,
	.nfilter = 4,
	.limits = limits,
	.nlimits = 1,
};

static int
in_child(int (*fn)(void))
{
	int status;
	pid_t pid = fork();

	ATF_REQUIRE(pid != -1);
	if (pid == 0)
		_exit(fn());
	ATF_REQUIRE(waitpid(pid, &status, 0) == pid);
	return status;
}

static int
look_around(void)
{
	struct rlimit core, files;

	sandbox_enter(&sandbox);
	getrlimit(RLIMIT_CORE, &core);
	getrlimit(RLIMIT_NOFILE, &files);
	if (core.rlim_max != 0)
		return 1;
	if (files.rlim_cur != 17 || files.rlim_max != 17)
		return 2;
	if (prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0)
		return 3;
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
		return 4;
	return 0;
}

static int
make_forbidden_call(void)
{
	sandbox_enter(&sandbox);
	getppid();
	return 0;
}

static int
load_broken_filter(void)
{
	struct sandbox broken = sandbox;

	broken.nfilter = 1;	/* ends without a verdict: the kernel says no */
	sandbox_enter(&broken);
	return 0;
}

ATF_TC_WITHOUT_HEAD(entering_sets_every_limit);
ATF_TC_BODY(entering_sets_every_limit, tc)
{
	int status = in_child(look_around);

	ATF_CHECK(WIFEXITED(status));
	ATF_CHECK_EQ(0, WEXITSTATUS(status));
}

ATF_TC_WITHOUT_HEAD(a_call_outside_the_list_kills);
ATF_TC_BODY(a_call_outside_the_list_kills, tc)
{
	int status = in_child(make_forbidden_call);

	ATF_CHECK(WIFSIGNALED(status));
	ATF_CHECK_EQ(SIGSYS, WTERMSIG(status));
}

ATF_TC_WITHOUT_HEAD(a_sandbox_that_cannot_be_had_ends_the_process);
ATF_TC_BODY(a_sandbox_that_cannot_be_had_ends_the_process, tc)
{
	int status = in_child(load_broken_filter);

	ATF_CHECK(WIFEXITED(status));
	ATF_CHECK_EQ(111, WEXITSTATUS(status));
}

ATF_TC_WITHOUT_HEAD(readiness_is_a_newline_and_a_closed_descriptor);
ATF_TC_BODY(readiness_is_a_newline_and_a_closed_descriptor, tc)
{
	char c[2];
	int fds[2];

	ATF_REQUIRE(pipe(fds) == 0);
	sandbox_ready(fds[1]);
	ATF_CHECK_EQ(1, read(fds[0], c, sizeof(c)));
	ATF_CHECK_EQ('\n', c[0]);
	ATF_CHECK_EQ(0, read(fds[0], c, sizeof(c)));
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, entering_sets_every_limit);
	ATF_TP_ADD_TC(tp, a_call_outside_the_list_kills);
	ATF_TP_ADD_TC(tp, a_sandbox_that_cannot_be_had_ends_the_process);
	ATF_TP_ADD_TC(tp, readiness_is_a_newline_and_a_closed_descriptor);
	return atf_no_error();
}
