/* A job's root, in mounts of its own, and each thing that it can lack. */
#include "root.h"

#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <atf-c.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/test/ns.h"

static struct grant grant;
static struct why why;

/* What the runner's root has. */
static void
make_root(void)
{
	static const char *const nodes[] = { "null", "zero", "full", "random",
	    "urandom" };
	char path[32];

	for (size_t i = 0; i < sizeof(nodes) / sizeof(nodes[0]); i++) {
		snprintf(path, sizeof(path), "dev/%s", nodes[i]);
		ns_file(path, nodes[i], 0666);
	}
	ns_folder("root-mnt");
	ns_folder("runtimes");
	ns_folder("secret");
	grant_init(&grant);
	grant.bundle_len = 4096;
	grant.manifest.limits.tmp_bytes = 1 << 20;
}

static void
make_runtime(void)
{
	strcpy(grant.manifest.runtime, "python");
	ns_file("runtimes/python/usr/bin/python3", "python", 0755);
	ns_file("runtimes/python/README", "not a folder", 0644);
	ns_file("runtimes/python/dev/null", "the runtime's", 0644);
	ns_folder("runtimes/python/sys");
	ns_folder("runtimes/python/lost+found");
	ATF_REQUIRE_EQ(0, symlink("usr/bin", "root/runtimes/python/bin"));
}

/* The names in a folder, each after a space, in order. */
static const char *
list(const char *path)
{
	static char text[512];
	struct dirent **names;
	int n = scandir(path, &names, NULL, alphasort);

	NS_CHECK(n >= 2);
	text[0] = '\0';
	for (int i = 0; i < n; i++)
		if (names[i]->d_name[0] != '.')
			snprintf(text + strlen(text),
			    sizeof(text) - strlen(text), " %s",
			    names[i]->d_name);
	return text;
}

static bool
is(const char *got, const char *want)
{
	if (strcmp(got, want) != 0)
		dprintf(STDERR_FILENO, "%s, not %s\n", got, want);
	return strcmp(got, want) == 0;
}

static bool
reads(const char *path, const char *want)
{
	char text[64] = "";
	int fd = open(path, O_RDONLY);

	NS_CHECK(fd != -1 && read(fd, text, sizeof(text) - 1) != -1);
	close(fd);
	return is(text, want);
}

/* 0, or why a file cannot be made there. */
static int
try_write(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT, 0755);

	if (fd == -1)
		return errno;
	close(fd);
	return 0;
}

static void
enter(void)
{
	NS_CHECK(root_enter(&grant, &why) == 0);
}

static void
check_tmp(const char *path, uint64_t bytes)
{
	struct statvfs fs;

	NS_CHECK(statvfs(path, &fs) == 0);
	NS_CHECK(fs.f_blocks * fs.f_frsize == bytes);
	NS_CHECK((fs.f_flag & (ST_NOEXEC | ST_NOSUID | ST_NODEV)) ==
	    (ST_NOEXEC | ST_NOSUID | ST_NODEV));
}

static void
static_program(void)
{
	enter();
	NS_CHECK(is(list("/"), " dev job proc tmp"));
	NS_CHECK(is(list("/dev"), " fd full null random stderr stdin stdout "
	    "urandom zero"));
	NS_CHECK(reads("/dev/zero", "zero"));
	NS_CHECK(try_write("/new") == EROFS);
	NS_CHECK(try_write("/dev/new") == EROFS);
	NS_CHECK(try_write("/tmp/new") == 0);
	check_tmp("/tmp", 1 << 20);
	NS_CHECK(try_write("/job/new") == 0);
	NS_CHECK(root_seal(&why) == 0);
	NS_CHECK(try_write("/job/more") == EROFS);
	NS_CHECK(access("/proc/self/status", F_OK) == 0);
	NS_CHECK(access("/proc/sys", F_OK) == -1);
}

static void
with_runtime(void)
{
	enter();
	NS_CHECK(is(list("/"), " bin dev job proc tmp usr"));
	NS_CHECK(reads("/bin/python3", "python"));
	NS_CHECK(reads("/dev/null", "null"));
	NS_CHECK(try_write("/usr/new") == EROFS);
}

NS_TC(it_has_what_a_job_needs_and_no_more)
{
	make_root();
	NS_RUN(static_program);
	make_runtime();
	NS_RUN(with_runtime);
}

/* A page is the least; without the capability there is none. */
static void
small_and_shared(void)
{
	enter();
	check_tmp("/tmp", 4096);
	check_tmp("/dev/shm", 4096);
	NS_CHECK(try_write("/dev/shm/new") == 0);
}

NS_TC(shared_memory_is_as_large_as_tmp)
{
	make_root();
	grant.manifest.limits.tmp_bytes = 1;
	grant.manifest.capabilities = 1u << CAPABILITY_SHARED_MEMORY;
	NS_RUN(small_and_shared);
}

static void
fails(void)
{
	NS_CHECK(root_enter(&grant, &why) == -1);
	dprintf(STDERR_FILENO, "%s\n", why.text);
}

static void
seal_fails(void)
{
	NS_CHECK(root_seal(&why) == -1);
	dprintf(STDERR_FILENO, "%s\n", why.text);
}

/* Something that is not there, and what is said then. */
static void
without(const char *path, const char *text)
{
	char whole[64];

	snprintf(whole, sizeof(whole), "root%s", path);
	ATF_REQUIRE_EQ(0, rename(whole, "away"));
	NS_RUN(fails);
	ATF_CHECK_STREQ(text, ns_said);
	ATF_REQUIRE_EQ(0, rename("away", whole));
}

NS_TC(what_is_not_there_is_named)
{
	char name[32];

	make_root();
	without("/root-mnt", "cannot mount /root-mnt: No such file or "
	    "directory\n");
	without("/dev/urandom", "cannot bind /dev/urandom: No such file or "
	    "directory\n");
	strcpy(grant.manifest.runtime, "python");
	NS_RUN(fails);
	ATF_CHECK_STREQ("cannot open the runtime /runtimes/python: No such "
	    "file or directory\n", ns_said);
	make_runtime();
	for (int i = 0; i < 30; i++) {
		snprintf(name, sizeof(name), "runtimes/python/%d", i);
		ns_folder(name);
	}
	NS_RUN(fails);
	ATF_CHECK_STREQ("the runtime python has more than 32 top folders\n",
	    ns_said);
	NS_RUN(seal_fails);
	ATF_CHECK_STREQ("cannot make read-only /job: No such file or "
	    "directory\n", ns_said);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, it_has_what_a_job_needs_and_no_more);
	ATF_TP_ADD_TC(tp, shared_memory_is_as_large_as_tmp);
	ATF_TP_ADD_TC(tp, what_is_not_there_is_named);
	return atf_no_error();
}
