/*
 * kern MEMORY_MIB [FILE] - a job that tries what the kernel must keep from it:
 * locks and futexes on what it shares with others (FILE is of its runtime),
 * what sysinfo tells, the flags of the processor.  Prints a line for each thing
 * that is wrong, closes with "wrong N", and ends with status 0 only when N is 0.
 *
 * As process 1 of a machine of its own (rdinit=/kern) it tries so in a control
 * group and a user namespace, and code from memory besides, without the filter
 * of system calls that would stop a job before the kernel does.
 */
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <sched.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PAGE		4096
#define MEMORY_MIB	16	/* of the control group as process 1 */
#define SET_MDWE	65	/* Linux 6.3's, newer than some libcs' headers */
#define RAN		42	/* status of a copy that ran */

static int wrong;

__attribute__((format(printf, 1, 2)))
static void
report(const char *fmt, ...)
{
	va_list ap;

	wrong++;
	printf("WRONG ");
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
}

static const char *
said(int rc)
{
	return rc == 0 ? "allowed" : strerror(errno);
}

/* Locks. */

static int
lock_posix(int fd, int type)
{
	struct flock lock = { .l_type = (short)type };

	return fcntl(fd, F_SETLK, &lock);
}

static int
lock_wait(int fd, int type)
{
	struct flock lock = { .l_type = (short)type };

	return fcntl(fd, F_SETLKW, &lock);
}

static int
lock_test(int fd, int type)
{
	struct flock lock = { .l_type = (short)type };

	return fcntl(fd, F_GETLK, &lock);
}

static int
lock_ofd(int fd, int type)
{
	struct flock lock = { .l_type = (short)type };

	return fcntl(fd, F_OFD_SETLK, &lock);
}

static int
lock_ofd_test(int fd, int type)
{
	struct flock lock = { .l_type = (short)type };

	return fcntl(fd, F_OFD_GETLK, &lock);
}

static int
lock_flock(int fd, int type)
{
	return flock(fd, type == F_RDLCK ? LOCK_SH : LOCK_EX);
}

static int
lock_lease(int fd, int type)
{
	return fcntl(fd, F_SETLEASE, type);
}

static const struct {
	const char	*name;
	int		(*lock)(int, int);
} locks[] = {
	{ "F_SETLK", lock_posix },
	{ "F_SETLKW", lock_wait },
	{ "F_GETLK", lock_test },
	{ "F_OFD_SETLK", lock_ofd },
	{ "F_OFD_GETLK", lock_ofd_test },
	{ "flock", lock_flock },
	{ "F_SETLEASE", lock_lease },
};

#define NLOCKS	(sizeof(locks) / sizeof(locks[0]))

static void
need_no_locks(int fd, int type, const char *what)
{
	for (size_t i = 0; i < NLOCKS; i++) {
		int rc = locks[i].lock(fd, type);

		if (rc == 0 || errno != ENOLCK)
			report("%s on %s: %s", locks[i].name, what, said(rc));
	}
}

static void
try_locks(const char *shared)
{
	int null = open("/dev/null", O_RDWR), file = open(shared, O_RDONLY);
	int own = open("/tmp/own", O_RDWR | O_CREAT, 0600);

	if (null == -1 || own == -1 || file == -1) {
		report("cannot open: %s", strerror(errno));
		return;
	}
	need_no_locks(null, F_WRLCK, "/dev/null");
	need_no_locks(file, F_RDLCK, shared);
	need_no_locks(STDOUT_FILENO, F_WRLCK, "stdout");
	for (size_t i = 0; i < NLOCKS; i++) {
		int rc = locks[i].lock(own, F_WRLCK);

		/* Kinds of locks exclude each other, which is another error. */
		if (rc != 0 && errno == ENOLCK)
			report("%s in /tmp: %s", locks[i].name, said(rc));
	}
	if (lock_flock(own, F_WRLCK) == -1)
		report("flock in /tmp: %s", strerror(errno));
	close(null);
	close(file);
	close(own);
}

/* Futexes. */

static int
wake_in(const char *path, int kind)
{
	int fd = path == NULL ? -1 : open(path, O_RDONLY);
	void *p = mmap(NULL, PAGE, PROT_READ | (fd == -1 ? PROT_WRITE : 0),
	    kind | (fd == -1 ? MAP_ANONYMOUS : 0), fd, 0);
	int rc = p == MAP_FAILED ? -1 :
	    (int)syscall(SYS_futex, p, FUTEX_WAKE, 1, NULL, NULL, 0);
	int error = errno;

	if (p != MAP_FAILED)
		munmap(p, PAGE);
	if (fd != -1)
		close(fd);
	errno = error;
	return rc;
}

static void
try_futexes(const char *shared)
{
	static const int kinds[] = { MAP_SHARED, MAP_PRIVATE };
	int own = open("/tmp/futex", O_RDWR | O_CREAT, 0600);

	if (own == -1 || ftruncate(own, PAGE) == -1)
		report("/tmp/futex: %s", strerror(errno));
	close(own);
	for (size_t i = 0; i < 2; i++) {
		int rc = wake_in(shared, kinds[i]);

		if (rc != -1 || errno != EFAULT)
			report("futex in %s, mapped %d: %s", shared, kinds[i],
			    said(rc));
		if (wake_in("/tmp/futex", kinds[i]) != 0)
			report("futex in /tmp, mapped %d: %s", kinds[i],
			    strerror(errno));
		if (wake_in(NULL, kinds[i]) != 0)
			report("futex in memory, mapped %d: %s", kinds[i],
			    strerror(errno));
	}
}

static void
try_signals_of_devices(void)
{
	int fd = open("/dev/random", O_RDONLY);

	int rc = fd == -1 ? -1 : fcntl(fd, F_SETFL, O_ASYNC);

	if (rc == 0 || errno != EPERM)
		report("O_ASYNC on /dev/random: %s", said(rc));
	close(fd);
}

/* The other way to ask, which a job's filter does not let pass. */
static void
try_signals_by_ioctl(void)
{
	int on = 1, fd = open("/dev/random", O_RDONLY);
	int rc = fd == -1 ? -1 : ioctl(fd, FIOASYNC, &on);

	if (rc == 0 || errno != EPERM)
		report("FIOASYNC on /dev/random: %s", said(rc));
	close(fd);
}

/* What the machine tells. */

static void
try_sysinfo(unsigned long mib)
{
	struct sysinfo s;

	if (sysinfo(&s) == -1) {
		report("sysinfo: %s", strerror(errno));
		return;
	}
	if (s.totalram * s.mem_unit != mib << 20)
		report("%lu KiB of memory in all", s.totalram / 1024);
	if (s.freeram == 0 || s.freeram >= s.totalram)
		report("%lu KiB of memory free", s.freeram / 1024);
	if (s.loads[0] != 0 || s.loads[1] != 0 || s.loads[2] != 0)
		report("load %lu", s.loads[0]);
	if (s.procs > 3)
		report("%u processes", s.procs);
	if (s.bufferram != 0 || s.sharedram != 0 || s.totalhigh != 0)
		report("memory of others: %lu, %lu, %lu", s.bufferram,
		    s.sharedram, s.totalhigh);
}

/*
 * QEMU's emulation before 8.0: after POPF, which computes the flags, ADD leaves
 * its operand where they are kept, and CMPXCHG8B takes that for them.
 */
static void
try_flags(void)
{
	uint64_t place = 0, flags = 0x3202, got;

	__asm__ volatile(
	    "pushfq; popfq\n\t"
	    "mov $0, %%r8d; add %2, %%r8\n\t"
	    "cmpxchg8b (%1)\n\t"
	    "mov $39, %%eax; syscall\n\t"	/* getpid */
	    "mov $24, %%eax; syscall\n\t"	/* sched_yield */
	    "pushfq; pop %0\n\t"
	    : "=r"(got) : "r"(&place), "r"(flags), "a"(0), "b"(0), "d"(0),
	    "c"(0) : "r8", "r11", "memory", "cc");
	if ((got & 0x3000) != 0)
		report("the processor's ports: flags 0x%lx",
		    (unsigned long)got);
}

/* Code from memory. */

static void
need_refusal(const char *what, void *p)
{
	if (p != MAP_FAILED)
		report("%s: mapped", what);
	else if (errno != EACCES)
		report("%s: %s", what, strerror(errno));
}

static void
try_shared_code(void)
{
	int zero = open("/dev/zero", O_RDWR);
	int file = open("/tmp/code", O_RDWR | O_CREAT, 0700);
	void *p;

	if (zero == -1 || file == -1 || ftruncate(file, PAGE) == -1) {
		report("files to map: %s", strerror(errno));
		return;
	}
	need_refusal("shared anonymous code", mmap(NULL, PAGE,
	    PROT_READ | PROT_EXEC, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
	need_refusal("shared code of /dev/zero", mmap(NULL, PAGE,
	    PROT_READ | PROT_EXEC, MAP_SHARED, zero, 0));
	need_refusal("shared code of a file to write", mmap(NULL, PAGE,
	    PROT_READ | PROT_EXEC, MAP_SHARED, file, 0));
	need_refusal("code to write", mmap(NULL, PAGE,
	    PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
	p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	p = mremap(p, 0, PAGE, MREMAP_MAYMOVE);
	if (p != MAP_FAILED && mprotect(p, PAGE, PROT_READ | PROT_EXEC) == 0)
		report("a twin of shared memory: executable");
}

/* Whether a mapping that holds this address may be written and run. */
static bool
is_code_to_write(unsigned long at)
{
	char line[256], prot[8];
	unsigned long from, to;
	bool found = false;
	FILE *maps = fopen("/proc/self/maps", "r");

	if (maps == NULL)
		return true;
	while (fgets(line, sizeof(line), maps) != NULL)
		if (sscanf(line, "%lx-%lx %7s", &from, &to, prot) == 3 &&
		    from <= at && at < to)
			found = strncmp(prot, "rwx", 3) == 0;
	fclose(maps);
	return found;
}

/* With this personality what can be read can be run: the heap, too. */
static void
try_code_on_the_heap(void)
{
	unsigned long end = (unsigned long)syscall(SYS_brk, 0);

	end = (end + PAGE - 1) / PAGE * PAGE;
	if (personality(READ_IMPLIES_EXEC) == -1)
		report("personality: %s", strerror(errno));
	if ((unsigned long)syscall(SYS_brk, end + PAGE) == end + PAGE &&
	    is_code_to_write(end))
		report("a heap to run");
	personality(0);
}

/* How a copy of this program is made into one that must not run. */
struct change {
	const char	*what;
	uint32_t	 type;		/* of the header that is changed */
	uint32_t	 flags;		/* that it has then besides */
	uint64_t	 memory;	/* that it has besides */
	const char	*interpreter;	/* the header becomes one */
	bool		 allowed;
};

static const struct change changes[] = {
	{ "nothing", PT_LOAD, 0, 0, NULL, true },
	{ "a stack to run", PT_GNU_STACK, PF_X, 0, NULL, false },
	{ "code to write", PT_LOAD, PF_W, 0, NULL, false },
	{ "code beyond the file", PT_LOAD, 0, 2 * PAGE, NULL, false },
	{ "an interpreter", PT_GNU_STACK, 0, 0, "/tmp/copy-0", true },
	{ "one with a stack to run", PT_GNU_STACK, 0, 0, "/tmp/copy-1", false },
	{ "one with code to write", PT_GNU_STACK, 0, 0, "/tmp/copy-2", false },
	{ "one with code beyond the file", PT_GNU_STACK, 0, 0, "/tmp/copy-3",
	    false },
};

static void
change_header(Elf64_Phdr *h, const struct change *c, size_t end)
{
	h->p_flags |= c->flags;
	h->p_memsz += c->memory;
	if (c->interpreter == NULL)
		return;
	h->p_type = PT_INTERP;
	h->p_flags = PF_R;
	h->p_offset = end;
	h->p_filesz = h->p_memsz = strlen(c->interpreter) + 1;
}

static bool
make_copy(const char *path, const struct change *c)
{
	static char image[1 << 20];
	int in = open("/proc/self/exe", O_RDONLY);
	int out = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0700);
	ssize_t n = read(in, image, sizeof(image) - PAGE);
	Elf64_Ehdr *e = (void *)image;
	Elf64_Phdr *h = (void *)(image + e->e_phoff);

	for (int i = 0; n > 0 && i < e->e_phnum; i++) {
		if (h[i].p_type != c->type || (c->type == PT_LOAD &&
		    (h[i].p_flags & PF_X) == 0))
			continue;
		change_header(&h[i], c, (size_t)n);
		break;
	}
	if (n > 0 && c->interpreter != NULL) {
		strcpy(image + n, c->interpreter);
		n += (ssize_t)strlen(c->interpreter) + 1;
	}
	close(in);
	n = n > 0 && write(out, image, (size_t)n) == n ? n : 0;
	close(out);
	return n > 0;
}

/* Its status, or -1 when it did not begin (errno tells), -2 when it died. */
static int
run_copy(const char *path)
{
	int status, tell[2], error = 0;
	pid_t pid;

	if (pipe2(tell, O_CLOEXEC) == -1 || (pid = fork()) == -1)
		return -2;
	if (pid == 0) {
		execl(path, path, "ran", (char *)NULL);
		error = errno;
		(void)!write(tell[1], &error, sizeof(error));
		_exit(1);
	}
	close(tell[1]);
	(void)!read(tell[0], &error, sizeof(error));
	close(tell[0]);
	waitpid(pid, &status, 0);
	errno = error;
	if (error != 0)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -2;
}

static void
try_programs(bool mdwe)
{
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		const struct change *c = &changes[i];
		char path[32];
		int rc;

		snprintf(path, sizeof(path), "/tmp/copy-%zu", i);
		if (!make_copy(path, c)) {
			report("no copy %s: %s", path, strerror(errno));
			return;
		}
		rc = run_copy(path);
		if (c->allowed || !mdwe ? rc != RAN :
		    rc != -1 || errno != EACCES)
			report("a program with %s, MDWE %d: %d (%s)", c->what,
			    mdwe, rc, strerror(errno));
	}
}

/* Process 1. */

static void
put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd == -1 || write(fd, text, strlen(text)) == -1)
		report("%s: %s", path, strerror(errno));
	close(fd);
}

static void
enter(void)
{
	put("/cg/job/cgroup.procs", "0");
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID) == -1)
		report("unshare: %s", strerror(errno));
	put("/proc/self/uid_map", "0 0 1");
	put("/proc/self/setgroups", "deny");
	put("/proc/self/gid_map", "0 0 1");
	if (mount("tmpfs", "/tmp", "tmpfs", 0, NULL) == -1)
		report("mount /tmp: %s", strerror(errno));
}

static void
try_confined(void)
{
	int status;
	pid_t pid;

	enter();
	pid = fork();
	if (pid != 0) {
		waitpid(pid, &status, 0);
		return;
	}
	try_locks("/kern");
	try_futexes("/kern");
	try_signals_of_devices();
	try_signals_by_ioctl();
	try_sysinfo(MEMORY_MIB);
	try_flags();
	try_programs(false);
	if (prctl(SET_MDWE, 1, 0, 0, 0) == -1)
		report("PR_SET_MDWE: %s", strerror(errno));
	try_programs(true);
	try_shared_code();
	try_code_on_the_heap();
	printf("wrong %d\n", wrong);
	fflush(stdout);
	_exit(0);
}

static _Noreturn void
be_first(void)
{
	int status;
	pid_t pid;

	mkdir("/cg", 0755);
	mkdir("/proc", 0755);
	mkdir("/tmp", 0755);
	if (mount("cgroup2", "/cg", "cgroup2", 0, NULL) == -1 ||
	    mount("proc", "/proc", "proc", 0, NULL) == -1 ||
	    mount("dev", "/dev", "devtmpfs", 0, NULL) == -1 ||
	    mkdir("/cg/job", 0755) == -1)
		report("mount: %s", strerror(errno));
	put("/cg/cgroup.subtree_control", "+memory");
	put("/cg/job/memory.max", "16777216");
	pid = fork();
	if (pid == 0) {
		try_confined();
		_exit(0);
	}
	waitpid(pid, &status, 0);
	reboot(RB_AUTOBOOT);
	abort();
}

int
main(int argc, char *argv[])
{
	if (argc == 2 && strcmp(argv[1], "ran") == 0)
		return RAN;
	if (getpid() == 1)
		be_first();
	if (argc < 2)
		return 2;
	try_locks(argc > 2 ? argv[2] : "/dev/zero");
	if (argc > 2)
		try_futexes(argv[2]);
	try_signals_of_devices();
	try_sysinfo(strtoul(argv[1], NULL, 10));
	try_flags();
	printf("wrong %d\n", wrong);
	return wrong != 0;
}
