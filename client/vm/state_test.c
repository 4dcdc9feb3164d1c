#include <atf-c.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "client/file.h"
#include "client/need.h"
#include "client/say.h"
#include "state.h"
#include "statefile.h"

/* The state's folder is below the test's own. */
static void
enter(void)
{
	char dir[PATH_MAX];

	ATF_REQUIRE(getcwd(dir, sizeof(dir)) != NULL);
	ATF_REQUIRE_EQ(0, setenv("XDG_STATE_HOME", dir, 1));
	ATF_REQUIRE(state_open("vm") != -1);
}

/* A child that lives until it is killed. */
static pid_t
start_child(void)
{
	pid_t pid = fork();

	ATF_REQUIRE(pid != -1);
	if (pid == 0) {
		alarm(60);
		for (;;)
			pause();
	}
	return pid;
}

static void
end_child(pid_t pid)
{
	ATF_REQUIRE_EQ(0, kill(pid, SIGKILL));
	ATF_REQUIRE_EQ(pid, waitpid(pid, NULL, 0));
}

static struct vm_state
running(pid_t pid)
{
	struct vm_state s = { .machine = "microvm", .accel = "tcg" };

	s.qemu.pid = pid;
	s.qemu.start = proc_start_time(pid);
	return s;
}

ATF_TC_WITHOUT_HEAD(up_while_its_process_lives);
ATF_TC_BODY(up_while_its_process_lives, tc)
{
	pid_t pid;
	struct vm_state s, back = running(getpid());

	enter();
	ATF_CHECK_EQ(STATE_DOWN, state_load("vm", &back));
	ATF_CHECK_EQ(0, back.qemu.pid);	/* no stranger's */
	pid = start_child();
	s = running(pid);
	ATF_REQUIRE_EQ(0, state_save("vm", &s));
	ATF_CHECK_EQ(STATE_UP, state_load("vm", &back));
	ATF_CHECK_EQ(pid, back.qemu.pid);
	end_child(pid);
	ATF_CHECK_EQ(STATE_STALE, state_load("vm", &back));
	state_remove("vm");
	ATF_CHECK_EQ(STATE_DOWN, state_load("vm", &back));
}

/* The number lives on in a stranger, who must not be taken for ours. */
ATF_TC_WITHOUT_HEAD(recycled_pid_is_not_ours);
ATF_TC_BODY(recycled_pid_is_not_ours, tc)
{
	pid_t pid;
	struct vm_state s, back;

	enter();
	pid = start_child();
	s = running(pid);
	s.qemu.start--;
	ATF_REQUIRE_EQ(0, state_save("vm", &s));
	ATF_CHECK_EQ(STATE_STALE, state_load("vm", &back));
	ATF_CHECK_ERRNO(ESRCH, proc_open(&s.qemu) == -1);
	end_child(pid);
}

ATF_TC_WITHOUT_HEAD(dead_but_not_reaped_is_gone);
ATF_TC_BODY(dead_but_not_reaped_is_gone, tc)
{
	pid_t pid = start_child();
	struct vm_state s = running(pid);
	siginfo_t info;

	ATF_REQUIRE_EQ(0, kill(pid, SIGKILL));
	ATF_REQUIRE_EQ(0, waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT));
	ATF_CHECK_EQ(0, proc_start_time(pid));
	ATF_CHECK_ERRNO(ESRCH, proc_open(&s.qemu) == -1);
}

/* Freeing this takes the kernel longer than the test takes to look. */
#define BIG	(256u << 20)

ATF_TC_WITHOUT_HEAD(killed_one_is_waited_for);
ATF_TC_BODY(killed_one_is_waited_for, tc)
{
	int ready[2];
	struct vm_state s, back;
	pid_t pid;
	char c;

	enter();
	ATF_REQUIRE_EQ(0, pipe(ready));
	if ((pid = fork()) == 0) {
		if (mmap(NULL, BIG, PROT_READ | PROT_WRITE, MAP_PRIVATE |
		    MAP_ANONYMOUS | MAP_POPULATE, -1, 0) != MAP_FAILED)
			(void)!write(ready[1], "", 1);
		for (;;)
			pause();
	}
	ATF_REQUIRE_EQ(1, read(ready[0], &c, 1));
	s = running(pid);
	ATF_REQUIRE_EQ(0, state_save("vm", &s));
	ATF_REQUIRE_EQ(STATE_UP, state_load("vm", &back));
	ATF_REQUIRE_EQ(0, kill(pid, SIGKILL));
	ATF_CHECK_EQ(STATE_STALE, state_load("vm", &back));
	ATF_CHECK_EQ(pid, waitpid(pid, NULL, WNOHANG));
}

static void *
end_later(void *arg)
{
	poll(NULL, 0, 200);
	_exit(0);
	return arg;
}

/* A zombie to look at, while its other threads have its files open. */
ATF_TC_WITHOUT_HEAD(last_thread_is_waited_for);
ATF_TC_BODY(last_thread_is_waited_for, tc)
{
	const struct timespec pause = { .tv_nsec = 1000000 };
	struct vm_state s;
	pthread_t thread;
	pid_t pid;

	if ((pid = fork()) == 0) {
		poll(NULL, 0, 50);
		pthread_create(&thread, NULL, end_later, NULL);
		syscall(SYS_exit, 0);
	}
	s = running(pid);
	while (proc_start_time(pid) != 0)
		nanosleep(&pause, NULL);
	ATF_CHECK_EQ(0, waitpid(pid, NULL, WNOHANG));
	ATF_CHECK_ERRNO(ESRCH, proc_open(&s.qemu) == -1);
	ATF_CHECK_EQ(pid, waitpid(pid, NULL, WNOHANG));
}

ATF_TC_WITHOUT_HEAD(state_of_another_boot_is_stale);
ATF_TC_BODY(state_of_another_boot_is_stale, tc)
{
	struct vm_state s = running(getpid()), back;
	struct buf b = { 0 };

	enter();
	ATF_REQUIRE_EQ(0, state_save("vm", &s));
	ATF_REQUIRE_EQ(STATE_UP, state_load("vm", &back));
	s.boot_id[0] = s.boot_id[0] == '0' ? '1' : '0';
	s.device = s.qemu;
	statefile_format(&b, &s);
	ATF_REQUIRE_EQ(0, file_save("casemate/vm/state", b.data, b.len, 0600));
	ATF_CHECK_EQ(STATE_STALE, state_load("vm", &back));
	/* No process may get a signal by these pids. */
	ATF_CHECK_EQ(0, back.qemu.pid);
	ATF_CHECK_EQ(0, back.device.pid);
	buf_free(&b);
}

#define OLD	"casemate-state 1\nboot_id 01\n"

ATF_TC_WITHOUT_HEAD(damaged_state_is_said);
ATF_TC_BODY(damaged_state_is_said, tc)
{
	struct vm_state back;

	enter();
	ATF_REQUIRE_EQ(0, file_save("casemate/vm/state", "what?\n", 6, 0600));
	ATF_CHECK_EQ(STATE_ERROR, state_load("vm", &back));
	ATF_CHECK(strstr(say_last(), "vm/state: is damaged") != NULL);
	ATF_REQUIRE_EQ(0, file_save("casemate/vm/state", OLD, sizeof(OLD) - 1,
	    0600));
	ATF_CHECK_EQ(STATE_ERROR, state_load("vm", &back));
	ATF_CHECK(strstr(say_last(), "another version of casemate") != NULL);
}

ATF_TC_WITHOUT_HEAD(relative_xdg_state_home_is_ignored);
ATF_TC_BODY(relative_xdg_state_home_is_ignored, tc)
{
	char *path;

	ATF_REQUIRE_EQ(0, setenv("XDG_STATE_HOME", "relative", 1));
	ATF_REQUIRE_EQ(0, setenv("HOME", "/home/x", 1));
	path = state_file("vm", "state");
	ATF_CHECK_STREQ("/home/x/.local/state/casemate/vm/state", path);
	free(path);
	ATF_REQUIRE_EQ(0, unsetenv("HOME"));
	ATF_CHECK_EQ(NULL, state_path("vm"));
	ATF_CHECK(strstr(say_last(), "XDG_STATE_HOME") != NULL);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, up_while_its_process_lives);
	ATF_TP_ADD_TC(tp, recycled_pid_is_not_ours);
	ATF_TP_ADD_TC(tp, dead_but_not_reaped_is_gone);
	ATF_TP_ADD_TC(tp, killed_one_is_waited_for);
	ATF_TP_ADD_TC(tp, last_thread_is_waited_for);
	ATF_TP_ADD_TC(tp, state_of_another_boot_is_stale);
	ATF_TP_ADD_TC(tp, damaged_state_is_said);
	ATF_TP_ADD_TC(tp, relative_xdg_state_home_is_ignored);
	return atf_no_error();
}
