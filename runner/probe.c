#include "probe.h"

#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/un.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "grant.h"

#define OUTER_UID	0	/* not mapped in a job's user namespace */

#define WITH(name)	(UINT32_C(1) << CAPABILITY_##name)

/*
 * One attempt: true when it came through, and so the sandbox is open.  Made by
 * jobs that have all of `with' and nothing of `without'.
 */
struct attempt {
	const char	*what;
	bool		(*try)(long arg);
	long		 arg;
	uint32_t	 with, without;
};

static bool
try_socket(long family)
{
	return socket((int)family, SOCK_STREAM, 0) != -1 ||
	    socket((int)family, SOCK_DGRAM, 0) != -1 ||
	    socket((int)family, SOCK_RAW, 0) != -1;
}

/* A call whose arguments are all zero or invalid, denied before it looks. */
static bool
try_call(long nr)
{
	return syscall(nr, 0, 0, 0, 0, 0, 0) != -1 ||
	    (errno != EPERM && errno != ENOSYS);
}

/* A program for the kernel to run over each packet. */
static bool
try_filter(long option)
{
	struct sock_filter code = { .code = BPF_RET, .k = 1 };
	struct sock_fprog program = { 1, &code };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool open = fd != -1 && setsockopt(fd, SOL_SOCKET, (int)option,
	    &program, sizeof(program)) == 0;

	if (fd != -1)
		close(fd);
	return open;
}

static bool
try_mount(long flags)
{
	return mount("none", "/tmp", "tmpfs", (unsigned long)flags, NULL) == 0;
}

static bool
try_umount(long flags)
{
	return umount2("/tmp", (int)flags) == 0;
}

static bool
try_unshare(long flags)
{
	return unshare((int)flags) == 0;
}

static bool
try_clone(long flags)
{
	long pid = syscall(SYS_clone, flags | SIGCHLD, 0, 0, 0, 0);

	if (pid == 0)
		_exit(0);
	return pid != -1;
}

static bool
try_open(const char *path, int flags)
{
	return open(path, flags | O_CLOEXEC, 0600) != -1;
}

static bool
try_read(long which)
{
	static const char *const paths[] = {
		"/proc/kcore", "/proc/kmsg", "/proc/kallsyms", "/dev/mem",
		"/dev/kmsg", "/dev/vsock", "/sys/kernel", "/etc/shadow",
		"/proc/sys/kernel/core_pattern", "/proc/1/environ",
		"/proc/1/root", "/proc/1/maps",
	};

	return try_open(paths[which], O_RDONLY);
}

static bool
try_write(long which)
{
	static const char *const paths[] = {
		"/x", "/job/x", "/dev/x", "/usr/x",
	};

	return try_open(paths[which], O_WRONLY | O_CREAT);
}

/* A program written to where a job may write must not be mapped to run. */
static bool
try_map_written(long which)
{
	static const char *const paths[] = { "/tmp/.probe", "/dev/shm/.probe" };
	const char *path = paths[which];
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0700);
	void *map = MAP_FAILED;

	if (fd == -1)
		return true;	/* it must work, so this is wrong, too */
	if (ftruncate(fd, 4096) == 0)
		map = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd,
		    0);
	close(fd);
	if (unlink(path) == -1)
		return true;
	return map != MAP_FAILED;
}

/* Memory that may be written and run at once. */
static bool
try_map_both(long prot)
{
	void *map = mmap(NULL, 4096, (int)prot, MAP_PRIVATE | MAP_ANONYMOUS,
	    -1, 0);

	return map != MAP_FAILED;
}

/* Memory that was written becomes code. */
static bool
try_protect(long prot)
{
	unsigned char *map = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (map == MAP_FAILED)
		return true;
	map[0] = 0xc3;
	return mprotect(map, 4096, (int)prot) == 0;
}

/* Past the page tables: writing to its own memory as a file. */
static bool
try_self(long arg)
{
	(void)arg;
	return try_open("/proc/self/mem", O_RDWR);
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

/* The mounts say it, too, and not only Landlock. */
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

/* Not attempts to do, but to have: capabilities, groups, parents. */
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

/* Descriptors: 0 to 2, and the two to the runner, closed on exec. */
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

#define TRY(what, f, arg)	{ what, f, arg, 0, 0 }

static const struct attempt attempts[] = {
	TRY("open a vsock socket", try_socket, AF_VSOCK),
	TRY("open an IPv4 socket", try_socket, AF_INET),
	TRY("open an IPv6 socket", try_socket, AF_INET6),
	TRY("open a netlink socket", try_socket, AF_NETLINK),
	TRY("open a packet socket", try_socket, AF_PACKET),
	TRY("open a kernel crypto socket", try_socket, AF_ALG),
	TRY("give the kernel a socket filter", try_filter, SO_ATTACH_FILTER),
	TRY("mount", try_mount, 0),
	TRY("remount", try_mount, MS_REMOUNT),
	TRY("unmount", try_umount, MNT_DETACH),
	TRY("call pivot_root", try_call, SYS_pivot_root),
	TRY("call chroot", try_call, SYS_chroot),
	TRY("call open_tree", try_call, SYS_open_tree),
	TRY("call fsopen", try_call, SYS_fsopen),
	TRY("make a user namespace", try_unshare, CLONE_NEWUSER),
	TRY("make a mount namespace", try_unshare, CLONE_NEWNS),
	TRY("clone into a user namespace", try_clone, CLONE_NEWUSER),
	TRY("call clone3", try_call, SYS_clone3),
	TRY("call setns", try_call, SYS_setns),
	TRY("call ptrace", try_call, SYS_ptrace),
	TRY("read another process's memory", try_call, SYS_process_vm_readv),
	TRY("call kcmp", try_call, SYS_kcmp),
	TRY("call bpf", try_call, SYS_bpf),
	TRY("call perf_event_open", try_call, SYS_perf_event_open),
	TRY("call userfaultfd", try_call, SYS_userfaultfd),
	TRY("call io_uring_setup", try_call, SYS_io_uring_setup),
	TRY("call keyctl", try_call, SYS_keyctl),
	TRY("call add_key", try_call, SYS_add_key),
	TRY("call init_module", try_call, SYS_init_module),
	TRY("call kexec_load", try_call, SYS_kexec_load),
	TRY("call syslog", try_call, SYS_syslog),
	TRY("call open_by_handle_at", try_call, SYS_open_by_handle_at),
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
	TRY("write to /", try_write, 0),
	TRY("write to /job", try_write, 1),
	TRY("write to /dev", try_write, 2),
	TRY("write to /usr", try_write, 3),
	TRY("write past the mount of /", try_mount_flags, 0),
	TRY("write past the mount of /job", try_mount_flags, 1),
	TRY("run programs from the mount of /tmp", try_mount_flags, 2),
	TRY("run programs from the mount of /proc", try_mount_flags, 3),
	TRY("run what it wrote", try_map_written, 0),
	{ "map memory to write and run", try_map_both,
	    PROT_READ | PROT_WRITE | PROT_EXEC, 0, WITH(EXEC_MEMORY) },
	{ "run memory that it wrote", try_protect, PROT_READ | PROT_EXEC, 0,
	    WITH(EXEC_MEMORY) },
	TRY("write to its own memory as a file", try_self, 0),
	{ "share memory by name", try_shared, 0, 0, WITH(SHARED_MEMORY) },
	{ "run programs from the mount of /dev/shm", try_mount_flags, 4,
	    WITH(SHARED_MEMORY), 0 },
	{ "run what it wrote to /dev/shm", try_map_written, 1,
	    WITH(SHARED_MEMORY), 0 },
	TRY("leave a core", try_limit, RLIMIT_CORE),
	TRY("run in real time", try_limit, RLIMIT_RTPRIO),
	TRY("become user 0", try_setuid, OUTER_UID),
	TRY("signal process 1", try_signal, 1),
	TRY("make a device", try_device, S_IFCHR),
	TRY("have a capability", try_capabilities, 0),
	TRY("have a group", try_groups, 0),
	TRY("have a parent outside", try_parent, 1),
	TRY("keep a descriptor", try_descriptors, 3),
};

static bool
applies(const struct attempt *a, uint32_t capabilities)
{
	return (a->with & ~capabilities) == 0 &&
	    (a->without & capabilities) == 0;
}

int
probe_run(uint32_t capabilities, char text[PROBE_TEXT_MAX], struct why *why)
{
	size_t n = 0, denied = 0;
	char open_doors[TEXT_MAX - 128] = "";

	for (size_t i = 0; i < sizeof(attempts) / sizeof(attempts[0]); i++) {
		const struct attempt *a = &attempts[i];
		size_t used = strlen(open_doors);

		if (!applies(a, capabilities))
			continue;
		n++;
		if (!a->try(a->arg)) {
			denied++;
			continue;
		}
		snprintf(open_doors + used, sizeof(open_doors) - used, "%s%s",
		    used == 0 ? "" : ", ", a->what);
	}
	snprintf(text, PROBE_TEXT_MAX, "%zu/%zu denied", denied, n);
	if (denied == n)
		return 0;
	return why_set(why, "the live probe found the sandbox open (%s): a job "
	    "could %s", text, open_doors);
}
