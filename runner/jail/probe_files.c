#include "probe_attempt.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>

#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

#define OUTER_UID	0	/* not mapped in a job's user namespace */

static bool
try_read(long which)
{
	static const char *const paths[] = {
		"/proc/kcore", "/proc/kmsg", "/proc/kallsyms", "/dev/mem",
		"/dev/kmsg", "/dev/vsock", "/sys/kernel", "/etc/shadow",
		"/proc/sys/kernel/core_pattern", "/proc/1/environ",
		"/proc/1/root", "/proc/1/maps", "/proc/1/fd/4",
		"/proc/self/fd/1", "/proc/self/fd/2",
	};

	return probe_open(paths[which], O_RDONLY);
}

static bool
try_write(long which)
{
	static const char *const paths[] = {
		"/x", "/job/x", "/dev/x", "/usr/x",
	};

	return probe_open(paths[which], O_WRONLY | O_CREAT);
}

static bool
try_shared(long arg)
{
	(void)arg;
	return access("/dev/shm", F_OK) == 0;
}

static bool
try_setuid(long uid)
{
	return setresuid((uid_t)uid, (uid_t)uid, (uid_t)uid) == 0 ||
	    setresgid((gid_t)uid, (gid_t)uid, (gid_t)uid) == 0;
}

static bool
try_signal(long pid)
{
	return kill((pid_t)pid, 0) == 0;
}

static bool
try_device(long mode)
{
	return mknod("/tmp/.probe", (mode_t)mode | 0600, 0x0101) == 0;
}

/* The mounts deny it, too, not only Landlock. */
static bool
try_mount_flags(long which)
{
	static const struct {
		const char	*path;
		unsigned long	 flags;
	} mounts[] = {
		{ "/", ST_RDONLY | ST_NOSUID | ST_NODEV | ST_NOEXEC },
		{ "/job", ST_RDONLY | ST_NOSUID | ST_NODEV },
		{ "/tmp", ST_NOSUID | ST_NODEV | ST_NOEXEC },
		{ "/proc", ST_NOSUID | ST_NODEV | ST_NOEXEC },
		{ "/dev/shm", ST_NOSUID | ST_NODEV | ST_NOEXEC },
	};
	struct statvfs st;

	return statvfs(mounts[which].path, &st) == -1 ||
	    (st.f_flag & mounts[which].flags) != mounts[which].flags;
}

static bool
try_limit(long resource)
{
	struct rlimit rl;

	return getrlimit((int)resource, &rl) == -1 || rl.rlim_max != 0;
}

/* From here on: what the process must not have. */
static bool
try_capabilities(long arg)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct d[2] = { { 0 } };

	(void)arg;
	if (syscall(SYS_capget, &head, d) == -1)
		return true;
	return (d[0].effective | d[0].permitted | d[0].inheritable |
	    d[1].effective | d[1].permitted | d[1].inheritable) != 0;
}

static bool
try_groups(long arg)
{
	(void)arg;
	return getgroups(0, NULL) != 0;
}

static bool
try_parent(long pid)
{
	return getppid() != (pid_t)pid;
}

/* Only 0 to 2 stay open; the two to the runner close on exec. */
static bool
try_descriptors(long first)
{
	for (int fd = (int)first; fd < 64; fd++) {
		int flags = fcntl(fd, F_GETFD);

		if (flags != -1 && !(flags & FD_CLOEXEC))
			return true;
	}
	return false;
}

const struct probe_attempt probe_files[] = {
	TRY("open /proc/kcore", try_read, 0),
	TRY("open /proc/kmsg", try_read, 1),
	TRY("open /proc/kallsyms", try_read, 2),
	TRY("open /dev/mem", try_read, 3),
	TRY("open /dev/kmsg", try_read, 4),
	TRY("open /dev/vsock", try_read, 5),
	TRY("open /sys", try_read, 6),
	TRY("open /etc/shadow", try_read, 7),
	TRY("open /proc/sys", try_read, 8),
	TRY("read process 1's environment", try_read, 9),
	TRY("enter process 1's root", try_read, 10),
	TRY("read process 1's memory map", try_read, 11),
	TRY("open process 1's pipe", try_read, 12),
	TRY("read its output back", try_read, 13),
	TRY("read its errors back", try_read, 14),
	TRY("write to /", try_write, 0),
	TRY("write to /job", try_write, 1),
	TRY("write to /dev", try_write, 2),
	TRY("write to /usr", try_write, 3),
	TRY("write past the mount of /", try_mount_flags, 0),
	TRY("write past the mount of /job", try_mount_flags, 1),
	TRY("run programs from the mount of /tmp", try_mount_flags, 2),
	TRY("run programs from the mount of /proc", try_mount_flags, 3),
	{ "share memory by name", try_shared, 0, 0, CAP(SHARED_MEMORY) },
	{ "run programs from the mount of /dev/shm", try_mount_flags, 4,
	    CAP(SHARED_MEMORY), 0 },
	TRY("leave a core", try_limit, RLIMIT_CORE),
	TRY("run in real time", try_limit, RLIMIT_RTPRIO),
	TRY("become user 0", try_setuid, OUTER_UID),
	TRY("signal process 1", try_signal, 1),
	TRY("make a device", try_device, S_IFCHR),
	TRY("have a capability", try_capabilities, 0),
	TRY("have a group", try_groups, 0),
	TRY("have a parent outside", try_parent, 1),
	TRY("keep a descriptor", try_descriptors, 3),
	{ NULL, NULL, 0, 0, 0 },
};
