/*
 * What can be tried of control groups without their controllers; limits are
 * tried in the appliance itself (qemu-tests).
 */
#include "cgroup.h"

#include <sys/stat.h>
#include <sys/wait.h>

#include <atf-c.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int	__real_mkdirat(int, const char *, mode_t);
int	__wrap_mkdirat(int, const char *, mode_t);

/* The files that a kernel gives a new group; all but one where it lacks it. */
static bool kernel_fills;
static const char *lacking = "";

int
__wrap_mkdirat(int dir, const char *name, mode_t mode)
{
	static const char *const files[] = { "cgroup.events", "cgroup.kill",
	    "cpu.max", "memory.max", "memory.oom.group", "memory.swap.max",
	    "pids.max" };
	int rc = __real_mkdirat(dir, name, mode), group;

	if (rc == -1 || !kernel_fills)
		return rc;
	group = openat(dir, name, O_PATH | O_DIRECTORY);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (strcmp(files[i], lacking) != 0)
			close(openat(group, files[i], O_WRONLY | O_CREAT,
			    0600));
	close(group);
	return 0;
}

/* A folder that looks like a delegated group with these controllers. */
static int
fake_group(const char *controllers)
{
	int dir;

	ATF_REQUIRE(mkdir("group", 0755) == 0);
	atf_utils_create_file("group/cgroup.subtree_control", "%s",
	    controllers);
	dir = open("group", O_PATH | O_DIRECTORY);
	ATF_REQUIRE(dir != -1);
	return dir;
}

ATF_TC_WITHOUT_HEAD(all_controllers_are_enough);
ATF_TC_BODY(all_controllers_are_enough, tc)
{
	struct why why = { "" };

	ATF_CHECK_EQ_MSG(cgroup_check(fake_group("cpu io memory pids\n"),
	    &why), 0, "%s", why.text);
}

ATF_TC_WITHOUT_HEAD(missing_controller_is_named);
ATF_TC_BODY(missing_controller_is_named, tc)
{
	struct why why = { "" };

	ATF_CHECK_EQ(cgroup_check(fake_group("cpuset memory pids\n"), &why),
	    -1);
	ATF_CHECK_MSG(strstr(why.text, "\"cpu\" is not enabled") != NULL,
	    "%s", why.text);
}

ATF_TC_WITHOUT_HEAD(folder_that_is_no_group_is_refused);
ATF_TC_BODY(folder_that_is_no_group_is_refused, tc)
{
	struct why why = { "" };
	int dir = open(".", O_PATH | O_DIRECTORY);

	ATF_CHECK_EQ(cgroup_check(dir, &why), -1);
	ATF_CHECK_MSG(strstr(why.text, "cannot be read") != NULL, "%s",
	    why.text);
}

ATF_TC_WITHOUT_HEAD(group_that_cannot_be_limited_is_not_left);
ATF_TC_BODY(group_that_cannot_be_limited_is_not_left, tc)
{
	struct limits l = { .cpu_millis = 1000 };
	struct why why = { "" };
	int dir = open(".", O_PATH | O_DIRECTORY);
	struct cgroup c;

	ATF_CHECK_EQ(cgroup_open(&c, dir, 3, &l, &why), -1);
	ATF_CHECK_MSG(strstr(why.text, "cannot open the control "
	    "group job-3") != NULL, "%s",
	    why.text);
	ATF_CHECK_EQ(c.dir, -1);
	ATF_CHECK_EQ(access("job-3", F_OK), -1);
}

static const struct limits some = { .cpu_millis = 250, .processes = 10,
    .memory_bytes = 64 << 20 };

ATF_TC_WITHOUT_HEAD(a_new_group_has_its_limits);
ATF_TC_BODY(a_new_group_has_its_limits, tc)
{
	int dir = open(".", O_PATH | O_DIRECTORY);
	struct why why = { "" };
	struct cgroup c;

	kernel_fills = true;
	ATF_REQUIRE_EQ_MSG(0, cgroup_open(&c, dir, 3, &some, &why), "%s",
	    why.text);
	ATF_CHECK(atf_utils_compare_file("job-3/cpu.max", "100000 100000"));
	ATF_CHECK(atf_utils_compare_file("job-3/memory.max", "67108864"));
	ATF_CHECK(atf_utils_compare_file("job-3/memory.oom.group", "1"));
	ATF_CHECK(atf_utils_compare_file("job-3/memory.swap.max", "0"));
	ATF_CHECK(atf_utils_compare_file("job-3/pids.max", "11"));
	atf_utils_create_file("job-3/cpu.max", "%s", "");
	ATF_REQUIRE_EQ(0, cgroup_limit_cpu(&c, some.cpu_millis, &why));
	ATF_CHECK(atf_utils_compare_file("job-3/cpu.max", "25000 100000"));
	atf_utils_create_file("job-3/cpu.max", "%s", "");
	ATF_REQUIRE_EQ(0, cgroup_limit_cpu(&c, 1, &why));
	ATF_CHECK(atf_utils_compare_file("job-3/cpu.max", "1000 100000"));
}

ATF_TC_WITHOUT_HEAD(one_job_gets_seven_eighths_at_most);
ATF_TC_BODY(one_job_gets_seven_eighths_at_most, tc)
{
	int dir = open(".", O_PATH | O_DIRECTORY);
	struct why why = { "" };
	struct cgroup c;

	kernel_fills = true;
	atf_utils_create_file("memory.max", "33554432\n");
	ATF_REQUIRE_EQ(0, cgroup_open(&c, dir, 0, &some, &why));
	ATF_CHECK(atf_utils_compare_file("job-0/memory.max", "29360128"));
	atf_utils_create_file("memory.max", "max\n");
	ATF_REQUIRE_EQ(0, cgroup_open(&c, dir, 1, &some, &why));
	ATF_CHECK(atf_utils_compare_file("job-1/memory.max", "67108864"));
}

ATF_TC_WITHOUT_HEAD(only_swap_need_not_be_limited);
ATF_TC_BODY(only_swap_need_not_be_limited, tc)
{
	static const struct {
		const char	*file, *text;
	} limits[] = {
		{ "cpu.max", "cannot set cpu.max to 100000 100000: No such "
		    "file or directory" },
		{ "memory.max", "cannot set memory.max to 67108864: No such "
		    "file or directory" },
		{ "memory.oom.group", "cannot set memory.oom.group to 1: No "
		    "such file or directory" },
		{ "pids.max", "cannot set pids.max to 11: No such file or "
		    "directory" },
	};
	int dir = open(".", O_PATH | O_DIRECTORY);
	struct why why = { "" };
	struct cgroup c;

	kernel_fills = true;
	for (unsigned i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		lacking = limits[i].file;
		ATF_CHECK_ERRNO(EBADMSG,
		    cgroup_open(&c, dir, i, &some, &why) == -1);
		ATF_CHECK_STREQ(limits[i].text, why.text);
		ATF_CHECK_EQ(-1, c.dir);
	}
	lacking = "memory.swap.max";
	ATF_CHECK_EQ(0, cgroup_open(&c, dir, 7, &some, &why));
}

ATF_TC_WITHOUT_HEAD(an_empty_group_is_replaced);
ATF_TC_BODY(an_empty_group_is_replaced, tc)
{
	int dir = open(".", O_PATH | O_DIRECTORY);
	struct why why = { "" };
	struct cgroup c;

	ATF_REQUIRE_EQ(0, mkdir("job-4", 0755));
	kernel_fills = true;
	ATF_CHECK_EQ(0, cgroup_open(&c, dir, 4, &some, &why));
	/* It has files now, as one with processes cannot be removed. */
	ATF_CHECK_EQ(-1, cgroup_open(&c, dir, 4, &some, &why));
	ATF_CHECK_STREQ("cannot make the control group job-4: Directory not "
	    "empty", why.text);
	ATF_CHECK_EQ(0, access("job-4/pids.max", F_OK));
}

ATF_TC_WITHOUT_HEAD(nothing_left_is_nothing_to_clear);
ATF_TC_BODY(nothing_left_is_nothing_to_clear, tc)
{
	struct why why = { "" };
	int dir = open(".", O_PATH | O_DIRECTORY);
	struct cgroup c;

	ATF_CHECK_EQ_MSG(cgroup_clear(&c, dir, 7, &why), 0, "%s", why.text);
	ATF_CHECK_EQ(c.dir, -1);
}

/* A folder with the files of a job's group, with or without processes. */
static int
fake_job(int populated)
{
	static const char *const files[] = {
		"job-2/cgroup.kill", "job-2/cpu.max", "job-2/cpu.weight",
	};

	(void)mkdir("job-2", 0755);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		atf_utils_create_file(files[i], "%s", "");
	atf_utils_create_file("job-2/cgroup.events", "populated %d\nfrozen 0\n",
	    populated);
	return open(".", O_PATH | O_DIRECTORY);
}

static void
remove_fake_job(void)
{
	ATF_CHECK_EQ(unlink("job-2/cgroup.kill"), 0);
	ATF_CHECK_EQ(unlink("job-2/cpu.max"), 0);
	ATF_CHECK_EQ(unlink("job-2/cpu.weight"), 0);
	ATF_CHECK_EQ(unlink("job-2/cgroup.events"), 0);
}

ATF_TC_WITHOUT_HEAD(group_that_is_not_empty_stays_open_and_does_not_block);
ATF_TC_BODY(group_that_is_not_empty_stays_open_and_does_not_block, tc)
{
	int dir = fake_job(1);
	struct why why = { "" };
	struct cgroup c;

	ATF_CHECK_EQ_MSG(cgroup_clear(&c, dir, 2, &why), 0, "%s", why.text);
	ATF_REQUIRE(c.dir != -1);
	ATF_CHECK(!cgroup_is_empty(&c));
	ATF_CHECK(atf_utils_compare_file("job-2/cgroup.kill", "1"));
	atf_utils_create_file("job-2/cgroup.events", "populated 0\n");
	ATF_CHECK(cgroup_is_empty(&c));
	ATF_CHECK_EQ(cgroup_close(&c, dir), -1);	/* has files */
	ATF_CHECK(c.dir != -1);
	remove_fake_job();
	ATF_CHECK_EQ(cgroup_close(&c, dir), 0);
	ATF_CHECK_EQ(c.dir, -1);
	ATF_CHECK_EQ(access("job-2", F_OK), -1);
}

ATF_TC_WITHOUT_HEAD(group_that_cannot_be_killed_is_refused);
ATF_TC_BODY(group_that_cannot_be_killed_is_refused, tc)
{
	int dir = fake_job(1);
	struct why why = { "" };
	struct cgroup c;

	ATF_REQUIRE(unlink("job-2/cgroup.kill") == 0);
	ATF_CHECK_EQ(cgroup_clear(&c, dir, 2, &why), -1);
	ATF_CHECK_MSG(strstr(why.text, "cannot end what is left in the control "
	    "group job-2") != NULL, "%s", why.text);
	ATF_CHECK_EQ(c.dir, -1);
}

ATF_TC_WITHOUT_HEAD(what_is_killed_gets_cpu_to_end_with);
ATF_TC_BODY(what_is_killed_gets_cpu_to_end_with, tc)
{
	int dir = fake_job(1);
	struct why why = { "" };
	struct cgroup c;

	ATF_REQUIRE(cgroup_clear(&c, dir, 2, &why) == 0);
	ATF_REQUIRE(cgroup_limit_cpu(&c, 50, &why) == 0);
	ATF_CHECK(atf_utils_compare_file("job-2/cpu.max", "5000 100000"));
	fake_job(1);
	ATF_CHECK_EQ(cgroup_kill(&c), 0);
	ATF_CHECK(atf_utils_compare_file("job-2/cpu.max", "max"));
	ATF_CHECK(atf_utils_compare_file("job-2/cpu.weight", "1000"));
}

ATF_TC_WITHOUT_HEAD(limit_of_cpu_that_cannot_be_set_is_named);
ATF_TC_BODY(limit_of_cpu_that_cannot_be_set_is_named, tc)
{
	int dir = fake_job(1);
	struct why why = { "" };
	struct cgroup c;

	ATF_REQUIRE(cgroup_clear(&c, dir, 2, &why) == 0);
	ATF_REQUIRE(unlink("job-2/cpu.max") == 0);
	ATF_CHECK_EQ(cgroup_limit_cpu(&c, 50, &why), -1);
	ATF_CHECK_MSG(strstr(why.text, "cannot set cpu.max to 5000 100000") !=
	    NULL, "%s", why.text);
}

/* The path of a new group, or "" where there is no version 2. */
static void
make_real_group(char path[256])
{
	char mount[200], line[512];
	FILE *f = fopen("/proc/self/mounts", "r");

	path[0] = '\0';
	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		if (sscanf(line, "%*s %199s cgroup2 ", mount) == 1 &&
		    strstr(line, " cgroup2 ") != NULL) {
			snprintf(path, 256, "%s/casemate-test-%d", mount,
			    (int)getpid());
			break;
		}
	if (f != NULL)
		fclose(f);
	if (path[0] != '\0' && mkdir(path, 0755) == -1)
		path[0] = '\0';
}

/* A process that ignores what it may, in the group. */
static pid_t
start_stubborn(const char *group)
{
	char file[400], text[16];
	pid_t pid = fork();
	int fd;

	ATF_REQUIRE(pid != -1);
	if (pid == 0) {
		signal(SIGTERM, SIG_IGN);
		for (;;)
			pause();
	}
	snprintf(file, sizeof(file), "%s/cgroup.procs", group);
	snprintf(text, sizeof(text), "%d", (int)pid);
	fd = open(file, O_WRONLY);
	if (fd == -1 || write(fd, text, strlen(text)) == -1) {
		kill(pid, SIGKILL);
		atf_tc_fail("%s: %s", file, strerror(errno));
	}
	close(fd);
	return pid;
}

ATF_TC(what_a_predecessor_left_is_killed_and_removed);
ATF_TC_HEAD(what_a_predecessor_left_is_killed_and_removed, tc)
{
	atf_tc_set_md_var(tc, "require.user", "root");
}
ATF_TC_BODY(what_a_predecessor_left_is_killed_and_removed, tc)
{
	char path[256], slot[300];
	struct why why = { "" };
	int dir, rc, status;
	struct cgroup c;
	bool there;
	pid_t pid;

	make_real_group(path);
	if (path[0] == '\0')
		atf_tc_skip("no control groups version 2 here");
	snprintf(slot, sizeof(slot), "%s/job-2", path);
	ATF_REQUIRE(mkdir(slot, 0755) == 0);
	pid = start_stubborn(slot);
	dir = open(path, O_PATH | O_DIRECTORY);
	rc = cgroup_clear(&c, dir, 2, &why);
	if (rc == -1)
		kill(pid, SIGKILL);
	ATF_CHECK(waitpid(pid, &status, 0) == pid);
	ATF_CHECK(c.dir == -1 || cgroup_close(&c, dir) == 0);
	there = access(slot, F_OK) == 0;
	rmdir(slot);
	rmdir(path);
	ATF_CHECK_EQ_MSG(rc, 0, "%s", why.text);
	ATF_CHECK(!there);
	ATF_CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

ATF_TC_WITHOUT_HEAD(figures_are_read_by_name);
ATF_TC_BODY(figures_are_read_by_name, tc)
{
	struct cgroup_figures f;
	struct cgroup c;

	cgroup_init(&c);
	c.dir = open(".", O_PATH | O_DIRECTORY);
	cgroup_read(&c, &f);		/* a kernel that has none of them */
	ATF_CHECK_EQ(0, f.cpu_us + f.throttled_us + f.memory_peak +
	    f.memory_max + f.oom_kills + f.over_limit + f.failed_forks);

	atf_utils_create_file("cpu.stat", "%s", "usage_usec 123\n"
	    "user_usec 100\nnr_throttled 7\nthrottled_usec 456\n");
	atf_utils_create_file("memory.peak", "789\n");
	atf_utils_create_file("memory.max", "4096\n");
	atf_utils_create_file("memory.events", "%s", "low 1\nhigh 2\nmax 3\n"
	    "oom 4\noom_kill 5\noom_group_kill 6\n");
	atf_utils_create_file("pids.events", "max 8\n");
	cgroup_read(&c, &f);
	ATF_CHECK_EQ(123, f.cpu_us);
	ATF_CHECK_EQ(456, f.throttled_us);
	ATF_CHECK_EQ(789, f.memory_peak);
	ATF_CHECK_EQ(4096, f.memory_max);
	ATF_CHECK_EQ(5, f.oom_kills);
	ATF_CHECK_EQ(4, f.over_limit);
	ATF_CHECK_EQ(8, f.failed_forks);
	close(c.dir);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, figures_are_read_by_name);
	ATF_TP_ADD_TC(tp, all_controllers_are_enough);
	ATF_TP_ADD_TC(tp, missing_controller_is_named);
	ATF_TP_ADD_TC(tp, folder_that_is_no_group_is_refused);
	ATF_TP_ADD_TC(tp, group_that_cannot_be_limited_is_not_left);
	ATF_TP_ADD_TC(tp, a_new_group_has_its_limits);
	ATF_TP_ADD_TC(tp, one_job_gets_seven_eighths_at_most);
	ATF_TP_ADD_TC(tp, only_swap_need_not_be_limited);
	ATF_TP_ADD_TC(tp, an_empty_group_is_replaced);
	ATF_TP_ADD_TC(tp, nothing_left_is_nothing_to_clear);
	ATF_TP_ADD_TC(tp,
	    group_that_is_not_empty_stays_open_and_does_not_block);
	ATF_TP_ADD_TC(tp, group_that_cannot_be_killed_is_refused);
	ATF_TP_ADD_TC(tp, what_is_killed_gets_cpu_to_end_with);
	ATF_TP_ADD_TC(tp, limit_of_cpu_that_cannot_be_set_is_named);
	ATF_TP_ADD_TC(tp, what_a_predecessor_left_is_killed_and_removed);
	return atf_no_error();
}
