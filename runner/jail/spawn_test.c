/*
 * The spawner: what a job's first process finds in the memory that it inherits,
 * and what the spawner does when it has no room.  Its jail_run() is this file's:
 * it looks for what the job before it was given.
 */
#include "spawn.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <atf-c.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "confine.h"
#include "jail.h"
#include "lib/log.h"

#define MARK_LEN	24
#define MARK(i)		((char)('a' + (i) * 7 % 26))	/* in no memory whole */
#define FEW_FDS		8	/* less than a request has, and 0 to 3 */
#define REGION_MAX	(64u << 20)	/* larger ones are the sanitizer's */

__attribute__((no_sanitize_address))
static bool
is_mark(const char *p)
{
	for (int i = 0; i < MARK_LEN; i++)
		if (p[i] != MARK(i))
			return false;
	return true;
}

/* As the kernel would let this process read it, freed or not. */
__attribute__((no_sanitize_address))
static unsigned
count_in(uintptr_t from, uintptr_t to)
{
	union {
		uintptr_t	 number;
		const char	*p;
	} u;
	unsigned n = 0;

	for (u.number = from; u.number + MARK_LEN <= to; u.number++)
		n += is_mark(u.p);
	return n;
}

static unsigned
count_marks(void)
{
	FILE *f = fopen("/proc/self/maps", "re");
	unsigned long from, to;
	char line[512], mode[5];
	unsigned n = 0;

	if (f == NULL)
		return 255;
	while (fgets(line, sizeof(line), f) != NULL)
		if (sscanf(line, "%lx-%lx %4s", &from, &to, mode) == 3 &&
		    mode[0] == 'r' && mode[1] == 'w' && to - from < REGION_MAX)
			n += count_in(from, to);
	fclose(f);
	return n;
}

/* Reports the count, as one byte. */
void
jail_run(const struct grant *g, uint64_t cpus, const int fds[JAIL_FDS])
{
	unsigned n = count_marks();
	unsigned char count = n < 255 ? (unsigned char)n : 255;

	(void)g;
	(void)cpus;
	_exit(write(fds[JAIL_REPORT], &count, 1) == 1 ? 0 : 1);
}

/* The first mount of control groups version 2, "" when there is none. */
static void
find_mount(char path[256])
{
	FILE *f = fopen("/proc/self/mountinfo", "re");
	char line[1024];

	path[0] = '\0';
	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		if (strstr(line, " - cgroup2 ") != NULL &&
		    sscanf(line, "%*s %*s %*s %*s %255s", path) == 1)
			break;
	if (f != NULL)
		fclose(f);
}

/* This process's own control group. */
static int
open_cgroup(void)
{
	FILE *f = fopen("/proc/self/cgroup", "re");
	char line[512], mount[256], path[1024] = "";

	find_mount(mount);
	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		if (strncmp(line, "0::", 3) == 0)
			snprintf(path, sizeof(path), "%s%.*s", mount,
			    (int)strcspn(line + 3, "\n"), line + 3);
	if (f != NULL)
		fclose(f);
	return open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

/* The number of marks that a job found. */
static unsigned
run(int spawner, int cgroup, const struct grant *g)
{
	int bundle = open("/dev/null", O_RDONLY | O_CLOEXEC);
	unsigned char count = 255;
	const struct spawn_place place = { .cpus = 1, .cgroup = cgroup };
	struct child c;
	struct why why;

	ATF_REQUIRE_EQ_MSG(spawn_job(spawner, &place, g, bundle, &c, &why),
	    0, "%s", why.text);
	fcntl(c.report, F_SETFL, 0);
	ATF_REQUIRE_EQ(read(c.report, &count, 1), 1);
	child_close(&c);
	close(bundle);
	return count;
}

ATF_TC(job_inherits_nothing_of_the_one_before);
ATF_TC_HEAD(job_inherits_nothing_of_the_one_before, tc)
{
	atf_tc_set_md_var(tc, "require.user", "root");
}
ATF_TC_BODY(job_inherits_nothing_of_the_one_before, tc)
{
	int cgroup = open_cgroup(), spawner = spawn_start();
	char text[MARK_LEN + 3] = "A=";
	struct grant plain, secret;

	if (cgroup == -1)
		atf_tc_skip("no control groups version 2 here");
	grant_init(&plain);
	plain.manifest.args[plain.manifest.nargs++] = strdup("run");
	grant_init(&secret);
	for (int i = 0; i < MARK_LEN; i++)
		text[2 + i] = MARK(i);
	secret.manifest.args[secret.manifest.nargs++] = strdup(text);
	for (int i = 0; i < 8; i++)
		secret.manifest.env[secret.manifest.nenv++] = strdup(text);
	strcpy(secret.who.submitter, text);
	ATF_CHECK_EQ(run(spawner, cgroup, &plain), 0);
	ATF_CHECK(run(spawner, cgroup, &secret) >= 10);	/* its own */
	ATF_CHECK_EQ(run(spawner, cgroup, &plain), 0);
	grant_free(&plain);
	grant_free(&secret);
}

static void
limit_fds(rlim_t n)
{
	struct rlimit rl;

	ATF_REQUIRE(getrlimit(RLIMIT_NOFILE, &rl) == 0);
	rl.rlim_cur = n == 0 ? rl.rlim_max : n;
	ATF_REQUIRE(setrlimit(RLIMIT_NOFILE, &rl) == 0);
}

ATF_TC_WITHOUT_HEAD(full_table_of_files_refuses_a_job_and_ends_no_spawner);
ATF_TC_BODY(full_table_of_files_refuses_a_job_and_ends_no_spawner, tc)
{
	static struct grant g;
	struct why why = { "" };
	struct child child;
	int spawner, null = open("/dev/null", O_RDWR);
	const struct spawn_place place = { .cpus = 1, .cgroup = null };

	log_init("spawn_test");
	grant_init(&g);
	g.manifest.args[g.manifest.nargs++] = strdup("program");
	limit_fds(FEW_FDS);
	spawner = spawn_start();
	limit_fds(0);
	for (int i = 0; i < 2; i++) {
		ATF_CHECK_EQ(spawn_job(spawner, &place, &g, null, &child,
		    &why), -1);
		ATF_CHECK_MSG(strstr(why.text, "no room") != NULL, "%s",
		    why.text);
		ATF_CHECK_EQ(child.pidfd, -1);
	}
	grant_free(&g);
	close(spawner);
	wait(NULL);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, job_inherits_nothing_of_the_one_before);
	ATF_TP_ADD_TC(tp,
	    full_table_of_files_refuses_a_job_and_ends_no_spawner);
	return atf_no_error();
}
