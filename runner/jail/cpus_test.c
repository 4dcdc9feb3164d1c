#include "cpus.h"

#include <sys/wait.h>

#include <atf-c.h>
#include <unistd.h>

static unsigned jobs[CPUS_MAX];

#define TEST(name)	ATF_TC_WITHOUT_HEAD(name); ATF_TC_BODY(name, tc)

TEST(a_job_has_as_many_as_its_millis_need)
{
	ATF_CHECK_EQ(cpus_choose(0xff, jobs, 10), 0x01);
	ATF_CHECK_EQ(cpus_choose(0xff, jobs, 1000), 0x01);
	ATF_CHECK_EQ(cpus_choose(0xff, jobs, 1001), 0x03);
	ATF_CHECK_EQ(cpus_choose(0xff, jobs, 4000), 0x0f);
}

TEST(a_job_has_no_more_than_there_are)
{
	ATF_CHECK_EQ(cpus_choose(1, jobs, 256000), 1);
	ATF_CHECK_EQ(cpus_choose(0xa0, jobs, 256000), 0xa0);
	ATF_CHECK_EQ(cpus_choose(UINT64_MAX, jobs, 256000), UINT64_MAX);
}

TEST(those_with_the_fewest_jobs_come_first)
{
	static const unsigned some[CPUS_MAX] = { 2, 1, 0, 1 };

	ATF_CHECK_EQ(cpus_choose(0xf, some, 1000), 0x4);
	ATF_CHECK_EQ(cpus_choose(0xf, some, 2000), 0x6);
	ATF_CHECK_EQ(cpus_choose(0xf, some, 3000), 0xe);
	ATF_CHECK_EQ(cpus_choose(0xb, some, 1000), 0x2);
}

/* In a child: the affinity of a process cannot always be widened again. */
static int
entered(void)
{
	const uint64_t all = cpus_get(), one = cpus_choose(all, jobs, 1);
	struct why why;

	if (all == 0 || cpus_enter(one, &why) == -1)
		return 1;
	return cpus_get() == one ? 0 : 2;
}

TEST(a_process_has_the_set_that_it_entered)
{
	struct why why = { "" };
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(entered());
	ATF_REQUIRE(waitpid(pid, &status, 0) == pid);
	ATF_CHECK_EQ(status, 0);
	ATF_CHECK_EQ(cpus_enter(0, &why), -1);
	ATF_CHECK_STREQ(why.text, "cannot set the affinity: Invalid argument");
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, a_job_has_as_many_as_its_millis_need);
	ATF_TP_ADD_TC(tp, a_job_has_no_more_than_there_are);
	ATF_TP_ADD_TC(tp, those_with_the_fewest_jobs_come_first);
	ATF_TP_ADD_TC(tp, a_process_has_the_set_that_it_entered);
	return atf_no_error();
}
