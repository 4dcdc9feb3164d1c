#include "probe.h"

#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
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

#include "confine.h"
#include "lib/capability.h"

#define OUTER_UID	0	/* not mapped in a job's user namespace */
#define PAGE		4096
#define FOUND_MAX	(TEXT_MAX - 128)	/* the rest is the message */

/* The kernel's numbers, which some C libraries' headers do not have. */
#define MAP_VDSO_64	0x2003	/* arch_prctl(2) */
#define ADVISE_COLLAPSE	25
#define SET_MDWE	65
#define GET_MDWE	66
#define NETNS_COOKIE	71
#define MNT_ID_UNIQUE	0x4000

#define WITH(name)	(UINT32_C(1) << CAPABILITY_##name)

/*
 * One attempt.  try() returns true if it succeeded: then the sandbox is open.
 * It is made for jobs that have all capabilities in `with' and none in
 * `without'.
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

/* A call with zero arguments, denied before the kernel looks at them. */
static bool
try_call(long nr)
{
	return syscall(nr, 0, 0, 0, 0, 0, 0) != -1 ||
	    (errno != EPERM && errno != ENOSYS);
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

#define READ_RUN	(PROT_READ | PROT_EXEC)
#define READ_WRITE	(PROT_READ | PROT_WRITE)

/* Whether a page of fd can be made executable, by mmap or by mprotect. */
static bool
maps_to_run(int fd, int flags)
{
	void *now = mmap(NULL, PAGE, READ_RUN, flags, fd, 0);
	void *later = mmap(NULL, PAGE, PROT_READ, flags, fd, 0);

	return now != MAP_FAILED || (later != MAP_FAILED &&
	    mprotect(later, PAGE, READ_RUN) == 0);
}

/* A file that a job can write must not be mapped to run or executed. */
static bool
try_run_written(long which)
{
	static const char *const paths[] = { "/tmp/.probe", "/dev/shm/.probe" };
	const char *path = paths[which];
	char *none[] = { NULL };
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0700);
	bool ran;

	if (fd == -1 || ftruncate(fd, PAGE) == -1)
		return true;	/* this must work, so it is wrong, too */
	ran = maps_to_run(fd, MAP_PRIVATE) || maps_to_run(fd, MAP_SHARED);
	/* Not a program: if it may be executed, the error is ENOEXEC. */
	syscall(SYS_execveat, fd, "", none, none, AT_EMPTY_PATH);
	ran = ran || errno != EACCES;
	close(fd);
	return unlink(path) == -1 || ran;
}

/* A second way to shared memory. */
static bool
try_run_zero(long flags)
{
	int fd = open("/dev/zero", O_RDWR | O_CLOEXEC);
	bool ran = fd == -1 || maps_to_run(fd, (int)flags);

	close(fd);
	return ran;
}

/* fd -1 is EBADF to the kernel, but the filter must deny it before. */
static bool
try_run_shared(long flags)
{
	return mmap(NULL, PAGE, READ_RUN, (int)flags, -1, 0) != MAP_FAILED ||
	    errno != EPERM;
}

/* Whether PR_SET_MDWE is not in effect. */
static bool
try_without_mdwe(long want)
{
	return prctl(GET_MDWE, 0, 0, 0, 0) != want;
}

/* Memory that is writable and executable at once. */
static bool
try_map_both(long flags)
{
	void *map = mmap(NULL, PAGE, READ_RUN | PROT_WRITE,
	    (int)flags | MAP_ANONYMOUS, -1, 0);

	return map != MAP_FAILED;
}

/*
 * Executable memory that another mapping or process can write.  Not with
 * musl's mmap(), which turns EPERM into ENOMEM; ENOMEM is not a denial.
 */
static bool
try_map_run(long flags)
{
	return syscall(SYS_mmap, NULL, PAGE, READ_RUN, flags | MAP_ANONYMOUS,
	    -1, 0) != -1 || errno != EPERM;
}

/* A second mapping of the same pages. */
static bool
try_twin(long size)
{
	char *map = mmap(NULL, PAGE, READ_WRITE, MAP_SHARED | MAP_ANONYMOUS,
	    -1, 0);

	return map == MAP_FAILED || syscall(SYS_mremap, map, size, PAGE,
	    MREMAP_MAYMOVE, 0) != -1;
}

/* Make written memory executable. */
static bool
try_protect(long flags)
{
	unsigned char *map = mmap(NULL, PAGE, READ_WRITE,
	    (int)flags | MAP_ANONYMOUS, -1, 0);

	if (map == MAP_FAILED)
		return true;
	map[0] = 0xc3;
	return mprotect(map, PAGE, READ_RUN) == 0;
}

/* Make the page of an address executable and keep it writable. */
static bool
becomes_code(uintptr_t at)
{
	union {
		uintptr_t	 number;
		void		*page;
	} u = { at & ~(uintptr_t)(PAGE - 1) };

	return mprotect(u.page, PAGE, READ_RUN | PROT_WRITE) == 0;
}

static bool
try_run_stack(long arg)
{
	return becomes_code((uintptr_t)&arg);
}

static bool
try_run_heap(long arg)
{
	long end = syscall(SYS_brk, arg);

	return syscall(SYS_brk, end + PAGE) != end + PAGE ||
	    becomes_code((uintptr_t)end + PAGE - 1);
}

/* Execute data without any call. */
static bool
try_run_data(long arg)
{
	(void)arg;
	return confine_data() == -1;
}

/* Its own memory as a file, which ignores page protections. */
static bool
try_self(long arg)
{
	(void)arg;
	return try_open("/proc/self/mem", O_RDWR);
}

/* The file of a mapping, without its path and so without its mount. */
static bool
try_map_files(long arg)
{
	char path[96] = "/proc/self/map_files/";
	size_t len = strlen(path);
	int fd = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd == -1 ? -1 : read(fd, path + len,
	    sizeof(path) - len - 1);

	(void)arg;
	close(fd);
	if (n <= 0)
		return false;		/* no mapping is listed */
	path[strcspn(path, " ")] = '\0';
	return try_open(path, O_RDONLY) || try_open(path, O_RDWR);
}

/* One operation of a call; all other arguments are 0. */
static bool
try_arch(long code)
{
	return syscall(SYS_arch_prctl, code, 0) != -1 ||
	    (errno != EPERM && errno != ENOSYS);
}

static bool
try_advise(long advice)
{
	void *map = mmap(NULL, PAGE, READ_WRITE, MAP_SHARED | MAP_ANONYMOUS,
	    -1, 0);

	return map == MAP_FAILED || madvise(map, PAGE, (int)advice) == 0 ||
	    (errno != EPERM && errno != ENOSYS);
}

static bool
try_prctl(long option)
{
	return prctl((int)option, 0, 0, 0, 0) != -1 ||
	    (errno != EPERM && errno != ENOSYS);
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

#define TRY(what, f, arg)	{ what, f, arg, 0, 0 }
#define NO_CODE(what, f, arg)	{ what, f, arg, 0, WITH(EXEC_MEMORY) }

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
	TRY("call ptrace", try_trace, PTRACE_SEIZE),
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
	TRY("run what it wrote", try_run_written, 0),
	TRY("run memory that is data", try_run_data, 0),
	TRY("run pages of /dev/zero", try_run_zero, MAP_PRIVATE),
	TRY("run shared pages of /dev/zero", try_run_zero, MAP_SHARED),
	NO_CODE("map memory to write and run", try_map_both, MAP_PRIVATE),
	NO_CODE("map shared memory to write and run", try_map_both,
	    MAP_SHARED),
	NO_CODE("map memory to run", try_map_run, MAP_PRIVATE),
	NO_CODE("map shared memory to run", try_map_run, MAP_SHARED),
	NO_CODE("map a stack to run", try_map_run,
	    MAP_PRIVATE | MAP_GROWSDOWN),
	NO_CODE("map huge pages to run", try_map_run,
	    MAP_PRIVATE | MAP_HUGETLB),
	NO_CODE("map a shared file to run", try_run_shared, MAP_SHARED),
	NO_CODE("map a shared file to run in the newer way", try_run_shared,
	    MAP_SHARED_VALIDATE),
	NO_CODE("map pages a second time", try_twin, 0),
	NO_CODE("map pages a second time by a size past the end", try_twin,
	    -1),
	NO_CODE("run memory that it wrote", try_protect, MAP_PRIVATE),
	NO_CODE("run shared memory that it wrote", try_protect, MAP_SHARED),
	NO_CODE("run its stack", try_run_stack, 0),
	NO_CODE("run its heap", try_run_heap, 0),
	NO_CODE("do without PR_SET_MDWE", try_without_mdwe, 1),
	NO_CODE("undo PR_SET_MDWE", try_prctl, SET_MDWE),
	TRY("write to its own memory as a file", try_self, 0),
	TRY("open the file of a mapping", try_map_files, 0),
	TRY("call memfd_create", try_call, SYS_memfd_create),
	TRY("call memfd_secret", try_call, SYS_memfd_secret),
	TRY("call shmget", try_call, SYS_shmget),
	TRY("call shmat", try_call, SYS_shmat),
	TRY("call pkey_mprotect", try_call, SYS_pkey_mprotect),
	TRY("call remap_file_pages", try_call, SYS_remap_file_pages),
	TRY("call personality", try_call, SYS_personality),
	TRY("call uselib", try_call, SYS_uselib),
	TRY("call modify_ldt", try_call, SYS_modify_ldt),
	TRY("call process_vm_writev", try_call, SYS_process_vm_writev),
	TRY("call process_madvise", try_call, SYS_process_madvise),
	TRY("call splice", try_call, SYS_splice),
	TRY("call vmsplice", try_call, SYS_vmsplice),
	TRY("call tee", try_call, SYS_tee),
	TRY("call io_setup", try_call, SYS_io_setup),
	TRY("map the kernel's code anew", try_arch, MAP_VDSO_64),
	TRY("have equal pages made one", try_advise, MADV_MERGEABLE),
	TRY("have pages made large", try_advise, ADVISE_COLLAPSE),
	TRY("change its memory's map", try_prctl, PR_SET_MM),
	TRY("count the machine's sockets", try_socket_option, SO_COOKIE),
	TRY("count the machine's namespaces", try_socket_option,
	    NETNS_COOKIE),
	TRY("count the machine's mounts", try_statx, MNT_ID_UNIQUE),
	{ "share memory by name", try_shared, 0, 0, WITH(SHARED_MEMORY) },
	{ "run programs from the mount of /dev/shm", try_mount_flags, 4,
	    WITH(SHARED_MEMORY), 0 },
	{ "run what it wrote to /dev/shm", try_run_written, 1,
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

/* Appends a name if there is room, else ", and more". */
static void
add_found(char found[FOUND_MAX], const char *what)
{
	static const char more[] = ", and more";
	size_t used = strlen(found), room = FOUND_MAX - used;

	if (strstr(found, more) != NULL)
		return;
	if (strlen(what) + 2 + sizeof(more) <= room)
		snprintf(found + used, room, "%s%s", used == 0 ? "" : ", ",
		    what);
	else
		memcpy(found + used, more, sizeof(more));
}

int
probe_one(const char *what)
{
	for (size_t i = 0; i < sizeof(attempts) / sizeof(attempts[0]); i++)
		if (strcmp(attempts[i].what, what) == 0)
			return attempts[i].try(attempts[i].arg);
	return -1;
}

int
probe_run(uint32_t capabilities, char text[PROBE_TEXT_MAX], struct why *why)
{
	size_t n = 0, denied = 0;
	char found[FOUND_MAX] = "";

	for (size_t i = 0; i < sizeof(attempts) / sizeof(attempts[0]); i++) {
		const struct attempt *a = &attempts[i];

		if (!applies(a, capabilities))
			continue;
		n++;
		if (a->try(a->arg))
			add_found(found, a->what);
		else
			denied++;
	}
	snprintf(text, PROBE_TEXT_MAX, "%zu/%zu denied", denied, n);
	if (denied == n)
		return 0;
	return why_set(why, "the live probe found the sandbox open (%s): a job "
	    "could %s", text, found);
}
