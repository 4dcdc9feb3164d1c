/*
 * Theory of operation.  With the mounts of root.c a job can write only to
 * /tmp and run only its own files and its runtime's.  Landlock enforces the
 * same in another part of the kernel, so that a mistake or a bug in one of
 * them opens nothing.  The empty capability sets and the filter of system
 * calls overlap with them in the same way.
 */
#include "confine.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

/*
 * Landlock's ABI 6 (Linux 6.12), written out because the headers of a build
 * machine may be older.  The kernel never changes these numbers.
 */
#define LANDLOCK_ABI		6
#define RULE_PATH_BENEATH	1
#define ABI_VERSION_FLAG	1

/* Of Linux 6.3, which some C libraries' headers do not have. */
#define SET_MDWE		65
#define GET_MDWE		66
#define MDWE_REFUSE_EXEC_GAIN	1

enum {
	FS_EXECUTE = 1 << 0, FS_WRITE_FILE = 1 << 1, FS_READ_FILE = 1 << 2,
	FS_READ_DIR = 1 << 3, FS_REMOVE_DIR = 1 << 4, FS_REMOVE_FILE = 1 << 5,
	FS_MAKE_CHAR = 1 << 6, FS_MAKE_DIR = 1 << 7, FS_MAKE_REG = 1 << 8,
	FS_MAKE_SOCK = 1 << 9, FS_MAKE_FIFO = 1 << 10, FS_MAKE_BLOCK = 1 << 11,
	FS_MAKE_SYM = 1 << 12, FS_REFER = 1 << 13, FS_TRUNCATE = 1 << 14,
	FS_IOCTL_DEV = 1 << 15,
	FS_ALL = (1 << 16) - 1,
	NET_ALL = 3,			/* TCP bind and connect */
	SCOPE_ALL = 3,			/* abstract UNIX sockets, signals */
};

struct ruleset {
	uint64_t	fs, net, scoped;
};

struct path_beneath {
	uint64_t	allowed;
	int32_t		parent;
} __attribute__((packed));

struct path_rule {
	const char	*path;
	uint64_t	 allowed;
};

#define FS_TMP	(FS_WRITE_FILE | FS_READ_FILE | FS_READ_DIR | \
	FS_REMOVE_DIR | FS_REMOVE_FILE | FS_MAKE_DIR | FS_MAKE_REG | \
	FS_MAKE_SOCK | FS_MAKE_FIFO | FS_MAKE_SYM | FS_REFER | FS_TRUNCATE)

#define FS_SHM	(FS_WRITE_FILE | FS_REMOVE_FILE | FS_MAKE_REG | FS_TRUNCATE)

static const struct path_rule unpack_rules[] = {
	{ "/job", FS_MAKE_DIR | FS_MAKE_REG | FS_WRITE_FILE },
};

/* Folders that do not exist (no runtime, no shared memory) are skipped. */
static const struct path_rule job_rules[] = {
	{ "/", FS_READ_FILE | FS_READ_DIR },
	{ "/job", FS_EXECUTE },
	{ "/usr", FS_EXECUTE },
	{ "/bin", FS_EXECUTE },
	{ "/sbin", FS_EXECUTE },
	{ "/lib", FS_EXECUTE },
	{ "/lib64", FS_EXECUTE },
	{ "/opt", FS_EXECUTE },
	{ "/dev", FS_WRITE_FILE },
	{ "/dev/shm", FS_SHM },
	{ "/tmp", FS_TMP },
};

static const struct {
	const struct path_rule	*rules;
	size_t			 n;
} layouts[] = {
	[CONFINE_NO_FILES] = { NULL, 0 },
	[CONFINE_UNPACK] = { unpack_rules,
	    sizeof(unpack_rules) / sizeof(unpack_rules[0]) },
	[CONFINE_JOB] = { job_rules,
	    sizeof(job_rules) / sizeof(job_rules[0]) },
};

/* The same for every job; casemate-manifest(5) has these numbers. */
static const struct rlimit_row {
	int		 resource;
	const char	*name;
	rlim_t		 value;
} same_limits[] = {
	{ RLIMIT_CORE, "RLIMIT_CORE", 0 },
	{ RLIMIT_MEMLOCK, "RLIMIT_MEMLOCK", LIMIT_LOCKED },
	{ RLIMIT_MSGQUEUE, "RLIMIT_MSGQUEUE", 0 },
	{ RLIMIT_SIGPENDING, "RLIMIT_SIGPENDING", 1024 },
	{ RLIMIT_RTPRIO, "RLIMIT_RTPRIO", 0 },
	{ RLIMIT_NICE, "RLIMIT_NICE", 0 },
	{ RLIMIT_STACK, "RLIMIT_STACK", 8 << 20 },
};

static sigjmp_buf not_run;

static void
take_segv(int sig)
{
	siglongjmp(not_run, sig);
}

/* Whether the processor executes the code at p. */
static bool
runs(void *p)
{
	union {
		void *data;
		void (*call)(void);
	} u = { p };
	struct sigaction take = { .sa_handler = take_segv }, old;
	volatile bool ran = false;	/* kept across the jump */

	sigaction(SIGSEGV, &take, &old);
	if (sigsetjmp(not_run, 1) == 0) {
		u.call();
		ran = true;
	}
	sigaction(SIGSEGV, &old, NULL);
	return ran;
}

int
confine_data(void)
{
	static const unsigned char code[] = { 0xc3 };	/* ret */
	void *p = mmap(NULL, sizeof(code), PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	bool ran;

	if (p == MAP_FAILED)
		return -1;
	memcpy(p, code, sizeof(code));
	ran = runs(p);
	munmap(p, sizeof(code));
	return ran ? -1 : 0;
}

int
confine_check(struct why *why)
{
	static const uint32_t actions[] = {
		SECCOMP_RET_KILL_PROCESS, SECCOMP_RET_ERRNO,
	};
	static const char *const namespaces[] = {
		"user", "mnt", "pid", "net", "ipc", "uts", "cgroup", "time",
	};
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0,
	    ABI_VERSION_FLAG);

	if (abi < LANDLOCK_ABI)
		return why_set(why, "the kernel's Landlock has ABI %ld; jobs "
		    "need %d, which Linux 6.12 has", abi < 0 ? 0 : abi,
		    LANDLOCK_ABI);
	if (confine_data() == -1)
		return why_set(why, "the processor executes memory that is "
		    "only readable and writable; jobs need its NX bit: give the "
		    "machine a processor that has it (QEMU: no \"-nx\" in "
		    "-cpu), or turn it on in the firmware");
	if (prctl(GET_MDWE, 0, 0, 0, 0) == -1)
		return why_set(why, "the kernel cannot keep memory from "
		    "becoming code (PR_SET_MDWE): %s", strerror(errno));
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		if (syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0,
		    &actions[i]) == -1)
			return why_set(why, "the kernel's seccomp lacks "
			    "action 0x%x", actions[i]);
	for (size_t i = 0; i < sizeof(namespaces) / sizeof(*namespaces); i++) {
		char path[32] = "/proc/self/ns/";

		strcat(path, namespaces[i]);
		if (access(path, F_OK) == -1)
			return why_set(why, "the kernel has no %s namespaces "
			    "(%s: %s)", namespaces[i], path, strerror(errno));
	}
	return 0;
}

int
confine_caps(struct why *why)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct none[2] = { { 0 } };

	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) == -1 ||
	    syscall(SYS_capset, &head, none) == -1)
		return why_set(why, "cannot drop capabilities: %s",
		    strerror(errno));
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		return why_set(why, "cannot set no_new_privs: %s",
		    strerror(errno));
	return 0;
}

int
confine_powers(struct why *why)
{
	for (int c = 0; prctl(PR_CAPBSET_READ, c, 0, 0, 0) >= 0; c++)
		if (prctl(PR_CAPBSET_DROP, c, 0, 0, 0) == -1)
			return why_set(why, "cannot drop capability %d from "
			    "the bounding set: %s", c, strerror(errno));
	return confine_caps(why);
}

/* Denies everything that Landlock can deny; rules allow. */
static int
make_ruleset(void)
{
	struct ruleset all = { FS_ALL, NET_ALL, SCOPE_ALL };

	return (int)syscall(SYS_landlock_create_ruleset, &all, sizeof(all), 0);
}

static int
add_dir(int ruleset, int dir, uint64_t allowed)
{
	struct path_beneath rule = { .allowed = allowed, .parent = dir };

	return (int)syscall(SYS_landlock_add_rule, ruleset, RULE_PATH_BENEATH,
	    &rule, 0);
}

static int
add_rule(int ruleset, const struct path_rule *r)
{
	int fd = open(r->path, O_PATH | O_CLOEXEC | O_DIRECTORY), rc;

	if (fd == -1)
		return errno == ENOENT ? 0 : -1;
	rc = add_dir(ruleset, fd, r->allowed);
	close(fd);
	return rc;
}

/* Enforces and closes the ruleset; -1: it could not be made. */
static int
enforce(int ruleset, bool ok, struct why *why)
{
	ok = ok && syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
	if (!ok)
		why_set(why, "Landlock: %s", strerror(errno));
	if (ruleset != -1)
		close(ruleset);
	return ok ? 0 : -1;
}

int
confine_files(enum confine_files which, struct why *why)
{
	int ruleset = make_ruleset();
	bool ok = ruleset != -1;

	for (size_t i = 0; ok && i < layouts[which].n; i++)
		ok = add_rule(ruleset, &layouts[which].rules[i]) == 0;
	return enforce(ruleset, ok, why);
}

int
confine_to_cgroup(int dir, struct why *why)
{
	int ruleset = make_ruleset();
	bool ok = ruleset != -1 && add_dir(ruleset, dir, FS_READ_FILE |
	    FS_WRITE_FILE | FS_READ_DIR | FS_MAKE_DIR | FS_REMOVE_DIR) == 0;

	return enforce(ruleset, ok, why);
}

int
confine_memory(struct why *why)
{
	if (prctl(SET_MDWE, MDWE_REFUSE_EXEC_GAIN, 0, 0, 0) == 0)
		return 0;
	return why_set(why, "cannot keep memory from becoming code: %s",
	    strerror(errno));
}

/* Fails if the runner itself has less: a job gets what the manual says. */
static int
take_limit(const struct rlimit_row *row, struct why *why)
{
	const struct rlimit rl = { row->value, row->value };

	if (setrlimit(row->resource, &rl) == 0)
		return 0;
	return why_set(why, "cannot set %s to %llu: %s", row->name,
	    (unsigned long long)row->value, strerror(errno));
}

int
confine_limits(const struct limits *l, struct why *why)
{
	const struct rlimit_row files = {
		RLIMIT_NOFILE, "RLIMIT_NOFILE", l->open_files,
	};

	for (size_t i = 0; i < sizeof(same_limits) / sizeof(same_limits[0]);
	    i++)
		if (take_limit(&same_limits[i], why) == -1)
			return -1;
	return take_limit(&files, why);
}

int
confine_calls(const struct sock_filter *filter, size_t n, struct why *why)
{
	/* The kernel's type is not const; it does not write there. */
	union {
		const struct sock_filter *in;
		struct sock_filter *out;
	} code = { .in = filter };
	struct sock_fprog prog = { (unsigned short)n, code.out };

	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &prog) == 0)
		return 0;
	return why_set(why, "cannot load the filter of system calls: %s",
	    strerror(errno));
}
