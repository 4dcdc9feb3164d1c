#include "plan.h"

#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <linux/magic.h>

#include <atf-c.h>

#include <errno.h>
#include <sched.h>
#include <unistd.h>

#define N(a)	(sizeof(a) / sizeof((a)[0]))

static struct stat
look_at(const char *path)
{
	struct stat st;

	ATF_REQUIRE_EQ(0, lstat(path, &st));
	return st;
}

static bool
exists(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

ATF_TC(a_folder_is_made_or_put_right);
ATF_TC_HEAD(a_folder_is_made_or_put_right, tc)
{
	atf_tc_set_md_var(tc, "require.user", "root");
}
ATF_TC_BODY(a_folder_is_made_or_put_right, tc)
{
	static const struct plan_step plan[] = {
		DIRECTORY("new", 0755, 903),
		DIRECTORY("new/inner", 0700, 0),
		DIRECTORY("old", 0711, 904),
	};

	umask(077);			/* does not count */
	ATF_REQUIRE_EQ(0, mkdir("old", 0777));
	ATF_CHECK_EQ(0, plan_run(plan, N(plan)));
	ATF_CHECK_EQ(0755, look_at("new").st_mode & 07777);
	ATF_CHECK_EQ(903, look_at("new").st_uid);
	ATF_CHECK_EQ(903, look_at("new").st_gid);
	ATF_CHECK_EQ(0700, look_at("new/inner").st_mode & 07777);
	ATF_CHECK_EQ(0711, look_at("old").st_mode & 07777);
	ATF_CHECK_EQ(904, look_at("old").st_uid);
}

/* Another one's link would lead the change elsewhere. */
ATF_TC(no_link_is_followed);
ATF_TC_HEAD(no_link_is_followed, tc)
{
	atf_tc_set_md_var(tc, "require.user", "root");
}
ATF_TC_BODY(no_link_is_followed, tc)
{
	static const struct plan_step refused[] = {
		DIRECTORY("link", 0700, 903),
		DIRECTORY("link/inner", 0700, 903),
		OWNER("link", 903),
		OWNER("link/file", 903),
		DIRECTORY("target/file", 0700, 903),
	};

	ATF_REQUIRE_EQ(0, mkdir("target", 0755));
	atf_utils_create_file("target/file", "x");
	ATF_REQUIRE_EQ(0, symlink("target", "link"));
	for (size_t i = 0; i < N(refused); i++)
		ATF_CHECK_EQ_MSG(-1, plan_run(&refused[i], 1), "%zu", i);
	ATF_CHECK_EQ(0755, look_at("target").st_mode & 07777);
	ATF_CHECK_EQ(0, look_at("target").st_uid);
	ATF_CHECK_EQ(0, look_at("target/file").st_uid);
	ATF_CHECK_EQ(0, look_at("link").st_uid);
}

ATF_TC(a_file_is_given_to_its_user);
ATF_TC_HEAD(a_file_is_given_to_its_user, tc)
{
	atf_tc_set_md_var(tc, "require.user", "root");
}
ATF_TC_BODY(a_file_is_given_to_its_user, tc)
{
	static const struct plan_step plan[] = { OWNER("file", 903) };

	ATF_CHECK_EQ(-1, plan_run(plan, 1));	/* there is none */
	atf_utils_create_file("file", "x");
	ATF_CHECK_EQ(0, plan_run(plan, 1));
	ATF_CHECK_EQ(903, look_at("file").st_uid);
	ATF_CHECK_EQ(903, look_at("file").st_gid);
}

ATF_TC_WITHOUT_HEAD(a_setting_is_written);
ATF_TC_BODY(a_setting_is_written, tc)
{
	static const struct plan_step set[] = { SET("setting", "1") };
	static const struct plan_step try[] = { TRY("setting", "2") };

	ATF_CHECK_EQ(-1, plan_run(set, 1));	/* and does not make it */
	ATF_CHECK_EQ(0, plan_run(try, 1));	/* a kernel without it */
	ATF_CHECK(!exists("setting"));
	atf_utils_create_file("setting", "%s", "");
	ATF_CHECK_EQ(0, plan_run(set, 1));
	ATF_CHECK(atf_utils_compare_file("setting", "1"));
	ATF_CHECK_EQ(0, plan_run(try, 1));
	ATF_CHECK(atf_utils_compare_file("setting", "2"));
	ATF_CHECK_EQ(-1, plan_write("/dev/full", "1"));
	ATF_CHECK_EQ(ENOSPC, errno);
	ATF_CHECK_EQ(-1, plan_run((struct plan_step[]){ TRY("/dev/full", "1") },
	    1));
}

ATF_TC_WITHOUT_HEAD(the_first_failure_is_the_last_step);
ATF_TC_BODY(the_first_failure_is_the_last_step, tc)
{
	const struct plan_step plan[] = {
		DIRECTORY("before", 0700, geteuid()),
		SET("none", "1"),
		DIRECTORY("after", 0700, geteuid()),
	};

	ATF_CHECK_EQ(-1, plan_run(plan, N(plan)));
	ATF_CHECK(exists("before"));
	ATF_CHECK(!exists("after"));
}

ATF_TC(a_file_system_is_mounted);
ATF_TC_HEAD(a_file_system_is_mounted, tc)
{
	atf_tc_set_md_var(tc, "require.user", "root");
}
ATF_TC_BODY(a_file_system_is_mounted, tc)
{
	static const struct plan_step plan[] = {
		DIRECTORY("point", 0755, 0),
		MOUNT("point", "tmpfs", MS_NOSUID | MS_NOEXEC,
		    "size=64K,mode=0710"),
	};
	static const struct plan_step unknown[] = {
		MOUNT("point", "no-such-type", 0, NULL),
	};
	struct statfs fs;

	if (unshare(CLONE_NEWNS) == -1)
		atf_tc_skip("no mount namespace can be made here");
	ATF_REQUIRE_EQ(0, mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	ATF_CHECK_EQ(0, plan_run(plan, N(plan)));
	ATF_REQUIRE_EQ(0, statfs("point", &fs));
	ATF_CHECK_EQ(TMPFS_MAGIC, fs.f_type);
	ATF_CHECK_EQ(MS_NOSUID | MS_NOEXEC,
	    fs.f_flags & (MS_NOSUID | MS_NOEXEC | MS_NODEV | MS_RDONLY));
	ATF_CHECK_EQ(0710, look_at("point").st_mode & 07777);
	ATF_CHECK_EQ(-1, plan_run(unknown, 1));
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, a_folder_is_made_or_put_right);
	ATF_TP_ADD_TC(tp, no_link_is_followed);
	ATF_TP_ADD_TC(tp, a_file_is_given_to_its_user);
	ATF_TP_ADD_TC(tp, a_setting_is_written);
	ATF_TP_ADD_TC(tp, the_first_failure_is_the_last_step);
	ATF_TP_ADD_TC(tp, a_file_system_is_mounted);
	return atf_no_error();
}
