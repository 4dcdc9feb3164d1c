#include "probe_attempt.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "confine.h"

#define PAGE		4096
#define READ_RUN	(PROT_READ | PROT_EXEC)
#define READ_WRITE	(PROT_READ | PROT_WRITE)

/* The kernel's numbers, which some C libraries' headers do not have. */
#define MAP_VDSO_64	0x2003	/* arch_prctl(2) */
#define ADVISE_COLLAPSE	25
#define SET_MDWE	65
#define GET_MDWE	66

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
	return probe_open("/proc/self/mem", O_RDWR);
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
	return probe_open(path, O_RDONLY) || probe_open(path, O_RDWR);
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

const struct probe_attempt probe_memory[] = {
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
	TRY("undo PR_SET_MDWE", probe_prctl, SET_MDWE),
	TRY("write to its own memory as a file", try_self, 0),
	TRY("open the file of a mapping", try_map_files, 0),
	TRY("call memfd_create", probe_call, SYS_memfd_create),
	TRY("call memfd_secret", probe_call, SYS_memfd_secret),
	TRY("call shmget", probe_call, SYS_shmget),
	TRY("call shmat", probe_call, SYS_shmat),
	TRY("call pkey_mprotect", probe_call, SYS_pkey_mprotect),
	TRY("call remap_file_pages", probe_call, SYS_remap_file_pages),
	TRY("call personality", probe_call, SYS_personality),
	TRY("call uselib", probe_call, SYS_uselib),
	TRY("call modify_ldt", probe_call, SYS_modify_ldt),
	TRY("call process_vm_writev", probe_call, SYS_process_vm_writev),
	TRY("call process_madvise", probe_call, SYS_process_madvise),
	TRY("call splice", probe_call, SYS_splice),
	TRY("call vmsplice", probe_call, SYS_vmsplice),
	TRY("call tee", probe_call, SYS_tee),
	TRY("call io_setup", probe_call, SYS_io_setup),
	TRY("map the vDSO again", try_arch, MAP_VDSO_64),
	TRY("have equal pages made one", try_advise, MADV_MERGEABLE),
	TRY("have pages made large", try_advise, ADVISE_COLLAPSE),
	TRY("change its memory's map", probe_prctl, PR_SET_MM),
	{ "run what it wrote to /dev/shm", try_run_written, 1,
	    CAP(SHARED_MEMORY), 0 },
	{ NULL, NULL, 0, 0, 0 },
};
