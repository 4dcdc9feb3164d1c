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

#define OUTER_UID	0	/* not mapped in a job's user namespace */

/* One attempt: true when it came through, and so the sandbox is open. */
struct attempt {
	const char	*what;
	bool		(*try)(long arg);
	long		 arg;
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

/* A program written to /tmp must not be mapped for execution. */
static bool
try_map_written(long arg)
{
	static const char path[] = "/tmp/.probe";
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0700);
	void *map = MAP_FAILED;

	(void)arg;
	if (fd == -1)
		return true;	/* /tmp must work, so this is wrong, too */
	if (ftruncate(fd, 4096) == 0)
		map = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd,
		    0);
	close(fd);
	if (unlink(path) == -1)
		return true;
	return map != MAP_FAILED;
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

static const struct attempt attempts[] = {
	{ "open a vsock socket", try_socket, AF_VSOCK },
	{ "open an IPv4 socket", try_socket, AF_INET },
	{ "open an IPv6 socket", try_socket, AF_INET6 },
	{ "open a netlink socket", try_socket, AF_NETLINK },
	{ "open a packet socket", try_socket, AF_PACKET },
	{ "open a kernel crypto socket", try_socket, AF_ALG },
	{ "give the kernel a socket filter", try_filter, SO_ATTACH_FILTER },
	{ "mount", try_mount, 0 },
	{ "remount", try_mount, MS_REMOUNT },
	{ "unmount", try_umount, MNT_DETACH },
	{ "call pivot_root", try_call, SYS_pivot_root },
	{ "call chroot", try_call, SYS_chroot },
	{ "call open_tree", try_call, SYS_open_tree },
	{ "call fsopen", try_call, SYS_fsopen },
	{ "make a user namespace", try_unshare, CLONE_NEWUSER },
	{ "make a mount namespace", try_unshare, CLONE_NEWNS },
	{ "clone into a user namespace", try_clone, CLONE_NEWUSER },
	{ "call clone3", try_call, SYS_clone3 },
	{ "call setns", try_call, SYS_setns },
	{ "call ptrace", try_call, SYS_ptrace },
	{ "read another process's memory", try_call, SYS_process_vm_readv },
	{ "call kcmp", try_call, SYS_kcmp },
	{ "call bpf", try_call, SYS_bpf },
	{ "call perf_event_open", try_call, SYS_perf_event_open },
	{ "call userfaultfd", try_call, SYS_userfaultfd },
	{ "call io_uring_setup", try_call, SYS_io_uring_setup },
	{ "call keyctl", try_call, SYS_keyctl },
	{ "call add_key", try_call, SYS_add_key },
	{ "call init_module", try_call, SYS_init_module },
	{ "call kexec_load", try_call, SYS_kexec_load },
	{ "call syslog", try_call, SYS_syslog },
	{ "call open_by_handle_at", try_call, SYS_open_by_handle_at },
	{ "open /proc/kcore", try_read, 0 },
	{ "open /proc/kmsg", try_read, 1 },
	{ "open /proc/kallsyms", try_read, 2 },
	{ "open /dev/mem", try_read, 3 },
	{ "open /dev/kmsg", try_read, 4 },
	{ "open /dev/vsock", try_read, 5 },
	{ "open /sys", try_read, 6 },
	{ "open /etc/shadow", try_read, 7 },
	{ "open /proc/sys", try_read, 8 },
	{ "read process 1's environment", try_read, 9 },
	{ "enter process 1's root", try_read, 10 },
	{ "read process 1's memory map", try_read, 11 },
	{ "write to /", try_write, 0 },
	{ "write to /job", try_write, 1 },
	{ "write to /dev", try_write, 2 },
	{ "write to /usr", try_write, 3 },
	{ "write past the mount of /", try_mount_flags, 0 },
	{ "write past the mount of /job", try_mount_flags, 1 },
	{ "run programs from the mount of /tmp", try_mount_flags, 2 },
	{ "run programs from the mount of /proc", try_mount_flags, 3 },
	{ "run what it wrote", try_map_written, 0 },
	{ "leave a core", try_limit, RLIMIT_CORE },
	{ "run in real time", try_limit, RLIMIT_RTPRIO },
	{ "become user 0", try_setuid, OUTER_UID },
	{ "signal process 1", try_signal, 1 },
	{ "make a device", try_device, S_IFCHR },
	{ "have a capability", try_capabilities, 0 },
	{ "have a group", try_groups, 0 },
	{ "have a parent outside", try_parent, 1 },
	{ "keep a descriptor", try_descriptors, 3 },
};

int
probe_run(char text[PROBE_TEXT_MAX], struct why *why)
{
	size_t n = sizeof(attempts) / sizeof(attempts[0]), denied = 0;
	char open_doors[TEXT_MAX - 128] = "";

	for (size_t i = 0; i < n; i++) {
		size_t used = strlen(open_doors);

		if (!attempts[i].try(attempts[i].arg)) {
			denied++;
			continue;
		}
		snprintf(open_doors + used, sizeof(open_doors) - used, "%s%s",
		    used == 0 ? "" : ", ", attempts[i].what);
	}
	snprintf(text, PROBE_TEXT_MAX, "%zu/%zu denied", denied, n);
	if (denied == n)
		return 0;
	return why_set(why, "the live probe found the sandbox open (%s): a job "
	    "could %s", text, open_doors);
}
