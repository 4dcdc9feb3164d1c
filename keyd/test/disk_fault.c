#include "disk_fault.h"

#include <sys/mman.h>
#include <sys/types.h>
#include <sys/wait.h>

#include <atf-c.h>

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

char fault_trace[64];
static size_t ntrace;

static void
note(char call)
{
	if (ntrace + 1 < sizeof(fault_trace))
		fault_trace[ntrace++] = call;
	fault_trace[ntrace] = '\0';
}

void
fault_trace_start(void)
{
	ntrace = 0;
	fault_trace[0] = '\0';
}

/* Shared with the children that fail: which call fails, and whether it did. */
static struct fault {
	int	countdown;	/* 1: the next call; 0: none */
	int	fired;
} *fault;

static int
fails(void)
{
	if (fault == NULL || fault->countdown == 0 ||
	    --fault->countdown != 0)
		return 0;
	fault->fired = 1;
	errno = ENOSPC;
	return 1;
}

int	__real_openat(int, const char *, int, ...);
int	__wrap_openat(int, const char *, int, ...);
ssize_t	__real_pwrite(int, const void *, size_t, off_t);
ssize_t	__wrap_pwrite(int, const void *, size_t, off_t);
int	__real_fdatasync(int);
int	__wrap_fdatasync(int);
int	__real_fsync(int);
int	__wrap_fsync(int);
int	__real_renameat(int, const char *, int, const char *);
int	__wrap_renameat(int, const char *, int, const char *);
int	__real_unlinkat(int, const char *, int);
int	__wrap_unlinkat(int, const char *, int);
int	__real_ftruncate(int, off_t);
int	__wrap_ftruncate(int, off_t);

int
__wrap_openat(int dirfd, const char *path, int flags, ...)
{
	va_list ap;
	mode_t mode;

	note('o');
	va_start(ap, flags);
	mode = flags & O_CREAT ? va_arg(ap, mode_t) : 0;
	va_end(ap);
	return fails() ? -1 : __real_openat(dirfd, path, flags, mode);
}

/* A disk that fails in the middle of a write has taken its half. */
ssize_t
__wrap_pwrite(int fd, const void *data, size_t len, off_t offset)
{
	note('w');
	if (!fails())
		return __real_pwrite(fd, data, len, offset);
	if (__real_pwrite(fd, data, len / 2, offset) == -1)
		abort();
	errno = ENOSPC;
	return -1;
}

int
__wrap_fdatasync(int fd)
{
	note('d');
	return fails() ? -1 : __real_fdatasync(fd);
}

int
__wrap_fsync(int fd)
{
	note('s');
	return fails() ? -1 : __real_fsync(fd);
}

int
__wrap_renameat(int a, const char *from, int b, const char *to)
{
	note('r');
	return fails() ? -1 : __real_renameat(a, from, b, to);
}

int
__wrap_unlinkat(int dirfd, const char *path, int flags)
{
	note('u');
	return fails() ? -1 : __real_unlinkat(dirfd, path, flags);
}

int
__wrap_ftruncate(int fd, off_t len)
{
	note('t');
	return fails() ? -1 : __real_ftruncate(fd, len);
}

void
fault_arm(int nth)
{
	if (fault == NULL) {
		fault = mmap(NULL, sizeof(*fault), PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
		ATF_REQUIRE(fault != MAP_FAILED);
	}
	fault->countdown = nth;
	fault->fired = 0;
}

int
fault_live(int (*story)(int dirfd), int dirfd, int nth)
{
	int status;
	pid_t pid;

	fault_arm(nth);
	pid = fork();
	ATF_REQUIRE(pid != -1);
	if (pid == 0)
		_exit(story(dirfd));
	ATF_REQUIRE(waitpid(pid, &status, 0) == pid);
	fault->countdown = 0;
	ATF_REQUIRE_MSG(WIFEXITED(status), "0x%x", (unsigned)status);
	return WEXITSTATUS(status);
}

int
fault_fired(void)
{
	return fault->fired;
}
