/*
 * Disks by their serials.  mount(2) of a block device is the test's own: it
 * notes what was to be mounted, or fails.
 */
#include "disks.h"

#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>

#include <linux/magic.h>

#include <atf-c.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "init/services.h"
#include "lib/test/ns.h"
#include "lib/log.h"

int	__real_mount(const char *, const char *, const char *, unsigned long,
	    const void *);
int	__wrap_mount(const char *, const char *, const char *, unsigned long,
	    const void *);

static const char *damaged;	/* this device holds no file system */

int
__wrap_mount(const char *from, const char *to, const char *type,
    unsigned long flags, const void *options)
{
	if (from == NULL || strncmp(from, "/dev/", 5) != 0)
		return __real_mount(from, to, type, flags, options);
	dprintf(STDERR_FILENO, "mount %s %s %s %#lx %s\n", from, to, type,
	    flags, options == NULL ? "-" : (const char *)options);
	if (damaged == NULL || strcmp(from, damaged) != 0)
		return 0;
	errno = EINVAL;
	return -1;
}

/* A disk with this serial, as /sys shows it, and its node. */
static void
make_disk(const char *name, const char *serial)
{
	char path[64];

	snprintf(path, sizeof(path), "sys/block/%s/serial", name);
	ns_file(path, serial, 0444);
	snprintf(path, sizeof(path), "sys/block/%s/size", name);
	ns_file(path, "8\n", 0444);
	snprintf(path, sizeof(path), "root/dev/%s", name);
	ATF_REQUIRE_EQ(0, mknod(path, S_IFBLK | 0600, makedev(7, 250)));
}

static void
make_root(void)
{
	ns_folder("sys/block/loop0");
	ns_folder("sys/block/vdnoserial");
	ns_folder("dev");
	ns_folder("data");
	ns_folder("runner/runtimes");
	ns_folder("runner/disks");
}

static struct disks disks;

static void
mount_all(void)
{
	log_init("casemate");
	NS_CHECK(disks_mount(&disks) == 0);
}

static void
fails(void)
{
	log_init("casemate");
	NS_CHECK(disks_mount(&disks) == -1);
}

static void
in_memory(void)
{
	struct statfs fs;

	mount_all();
	NS_CHECK(!disks.kept && disks.runtimes == 0);
	NS_CHECK(statfs("/data", &fs) == 0 && fs.f_type == TMPFS_MAGIC);
	NS_CHECK(fs.f_flags & ST_NOSUID && fs.f_flags & ST_NODEV);
}

NS_TC(without_a_data_disk_it_is_in_memory)
{
	make_root();
	make_disk("vda", "another-serial\n");
	NS_RUN(in_memory);
	ATF_CHECK_STREQ("", ns_said);
	ATF_REQUIRE_EQ(0, rename("root/sys", "sys"));
	NS_RUN(in_memory);	/* no disk drivers */
}

NS_TC(a_folder_that_cannot_be_used_is_named)
{
	make_root();
	ATF_REQUIRE_EQ(0, rmdir("root/data"));
	NS_RUN(fails);
	ATF_CHECK_STREQ("casemate: cannot mount a tmpfs at /data: No such "
	    "file or directory\n", ns_said);
	ATF_REQUIRE_EQ(0, rename("root/sys", "sys"));
	ns_file("sys/block", "", 0644);
	NS_RUN(fails);
	ATF_CHECK_STREQ("casemate: cannot look for disks in /sys/block: Not a "
	    "directory\n", ns_said);
}

static void
with_data(void)
{
	mount_all();
	NS_CHECK(disks.kept && disks.runtimes == 0);
}

NS_TC(the_data_disk_is_mounted_without_links)
{
	make_root();
	make_disk("vdb", "casemate-data");
	make_disk("sda", "casemate-data");	/* not virtio */
	NS_RUN(with_data);
	/* nosuid, nodev, noexec, nosymfollow, noatime */
	ATF_CHECK_STREQ("mount /dev/vdb /data ext4 0x50e "
	    "errors=remount-ro,barrier\n", ns_said);
}

NS_TC(a_bad_data_disk_stops_the_boot)
{
	make_root();
	make_disk("vda", "casemate-data\n");
	damaged = "/dev/vda";
	NS_RUN(fails);
	NS_CHECK_SAID("the data disk /dev/vda (serial casemate-data) holds no "
	    "ext4 file system that can be used: Invalid argument\n");
	NS_CHECK_SAID("repair it on the host with `fsck.ext4 -f'");
	damaged = NULL;
	make_disk("vdb", "casemate-data\n");
	NS_RUN(fails);
	NS_CHECK_SAID("is a second data disk (serial casemate-data): give the "
	    "appliance only one");
}

static void
with_runtime(void)
{
	struct stat st;

	mount_all();
	NS_CHECK(disks.runtimes == 1);
	NS_CHECK(strcmp(disks.list, "python=4096") == 0);
	NS_CHECK(stat("/runner/runtimes/python", &st) == 0 &&
	    S_ISDIR(st.st_mode));
	NS_CHECK(stat("/runner/disks/python", &st) == 0);
	NS_CHECK(st.st_mode == (S_IFBLK | 0400) && st.st_uid == UID_RUNNER &&
	    st.st_gid == UID_RUNNER);
	NS_CHECK(st.st_rdev == makedev(7, 250));
}

static void
with_two_runtimes(void)
{
	mount_all();
	NS_CHECK(disks.runtimes == 2 && disks.left_out == 0);
	/* In the order of the folder. */
	NS_CHECK(strcmp(disks.list, "node=4096,python=4096") == 0 ||
	    strcmp(disks.list, "python=4096,node=4096") == 0);
}

NS_TC(runtimes_are_listed_with_their_sizes)
{
	make_root();
	make_disk("vda", "rt-python\n");
	make_disk("vdb", "rt-node\n");
	NS_RUN(with_two_runtimes);
}

static const char *left_out = "python";

static void
without_runtime(void)
{
	mount_all();
	NS_CHECK(disks.runtimes == 0 && disks.list[0] == '\0');
	NS_CHECK(disks.left_out == 1);
	NS_CHECK(strcmp(disks.names[0], left_out) == 0);
	NS_CHECK(rmdir("/runner/runtimes") == 0);	/* nothing is listed */
}

NS_TC(a_runtime_is_mounted_and_can_be_measured)
{
	make_root();
	make_disk("vda", "rt-python\n");
	NS_RUN(with_runtime);
	/* read-only, nosuid, nodev */
	ATF_CHECK_STREQ("mount /dev/vda /runner/runtimes/python erofs 0x7 -\n",
	    ns_said);
}

NS_TC(a_bad_runtime_is_left_out)
{
	make_root();
	make_disk("vda", "rt-python\n");
	damaged = "/dev/vda";
	NS_RUN(without_runtime);
	NS_CHECK_SAID("runtime python (/dev/vda) holds no EROFS image that can "
	    "be used: Invalid argument; make it again with mkfs.erofs\n");
	damaged = NULL;
	ns_folder("runner/runtimes");
	ATF_REQUIRE_EQ(0, unlink("root/dev/vda"));
	NS_RUN(without_runtime);
	NS_CHECK_SAID("runtime python (/dev/vda) is left out: "
	    "/runner/disks/python: No such file or directory\n");
	left_out = "";		/* it may be no text for a leaf */
	ns_file("sys/block/vda/serial", "rt-Py\n", 0444);
	ns_folder("runner/runtimes");
	NS_RUN(without_runtime);
	NS_CHECK_SAID("/dev/vda: \"Py\" is not a name for a runtime; use a-z "
	    "0-9 and -, not starting with -\n");
}

NS_TC(the_second_of_two_runtimes_of_a_name_is_left_out)
{
	make_root();
	make_disk("vda", "rt-python\n");
	make_disk("vdb", "rt-python\n");
	NS_RUN(with_runtime);
	NS_CHECK_SAID("is left out: File exists\n");
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, without_a_data_disk_it_is_in_memory);
	ATF_TP_ADD_TC(tp, a_folder_that_cannot_be_used_is_named);
	ATF_TP_ADD_TC(tp, the_data_disk_is_mounted_without_links);
	ATF_TP_ADD_TC(tp, a_bad_data_disk_stops_the_boot);
	ATF_TP_ADD_TC(tp, a_runtime_is_mounted_and_can_be_measured);
	ATF_TP_ADD_TC(tp, runtimes_are_listed_with_their_sizes);
	ATF_TP_ADD_TC(tp, a_bad_runtime_is_left_out);
	ATF_TP_ADD_TC(tp, the_second_of_two_runtimes_of_a_name_is_left_out);
	return atf_no_error();
}
