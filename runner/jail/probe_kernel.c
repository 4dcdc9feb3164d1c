#include "probe_attempt.h"

#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

/* The kernel's numbers, which some C libraries' headers do not have. */
#define NETNS_COOKIE	71
#define MNT_ID_UNIQUE	0x4000

static bool
try_socket(long family)
{
	return socket((int)family, SOCK_STREAM, 0) != -1 ||
	    socket((int)family, SOCK_DGRAM, 0) != -1 ||
	    socket((int)family, SOCK_RAW, 0) != -1;
}

/* No process: one that is traced would stay so if the attempt succeeded. */
static bool
try_trace(long request)
{
	return syscall(SYS_ptrace, request, 0, 0, 0) != -1 ||
	    (errno != EPERM && errno != ENOSYS);
}

/* A program that the kernel runs for each packet. */
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

/* Counters of the whole machine. */
static bool
try_socket_option(long option)
{
	unsigned char value[8];
	socklen_t len = sizeof(value);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool open = fd == -1 || getsockopt(fd, SOL_SOCKET, (int)option, value,
	    &len) == 0;

	close(fd);
	return open;
}

static bool
try_statx(long mask)
{
	unsigned char st[256];		/* of the kernel's struct statx */

	return syscall(SYS_statx, AT_FDCWD, "/", 0, mask, st) == 0;
}

const struct probe_attempt probe_kernel[] = {
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
	TRY("call pivot_root", probe_call, SYS_pivot_root),
	TRY("call chroot", probe_call, SYS_chroot),
	TRY("call open_tree", probe_call, SYS_open_tree),
	TRY("call fsopen", probe_call, SYS_fsopen),
	TRY("make a user namespace", try_unshare, CLONE_NEWUSER),
	TRY("make a mount namespace", try_unshare, CLONE_NEWNS),
	TRY("clone into a user namespace", try_clone, CLONE_NEWUSER),
	TRY("call clone3", probe_call, SYS_clone3),
	TRY("call setns", probe_call, SYS_setns),
	TRY("call ptrace", try_trace, PTRACE_SEIZE),
	TRY("read another process's memory", probe_call, SYS_process_vm_readv),
	TRY("call kcmp", probe_call, SYS_kcmp),
	TRY("call bpf", probe_call, SYS_bpf),
	TRY("call perf_event_open", probe_call, SYS_perf_event_open),
	TRY("call userfaultfd", probe_call, SYS_userfaultfd),
	TRY("call io_uring_setup", probe_call, SYS_io_uring_setup),
	TRY("call keyctl", probe_call, SYS_keyctl),
	TRY("call add_key", probe_call, SYS_add_key),
	TRY("call init_module", probe_call, SYS_init_module),
	TRY("call kexec_load", probe_call, SYS_kexec_load),
	TRY("call syslog", probe_call, SYS_syslog),
	TRY("call open_by_handle_at", probe_call, SYS_open_by_handle_at),
	TRY("count the machine's sockets", try_socket_option, SO_COOKIE),
	TRY("count the machine's namespaces", try_socket_option,
	    NETNS_COOKIE),
	TRY("count the machine's mounts", try_statx, MNT_ID_UNIQUE),
	{ NULL, NULL, 0, 0, 0 },
};
