/*
 * For mkfilter_test: loads the filter of test.seccomp and prints, one line per
 * call made in a child of its own, how it went: its result, or the signal.
 */
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <errno.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "test.seccomp.h"

static long
call(long nr, long a0, long a1)
{
	long rc = syscall(nr, a0, a1, 0, 0, 0, 0);

	return rc == -1 ? -errno : rc;
}

/* getpid by the 32-bit door: number 20 there. */
static long
call_i386(void)
{
	long rc;

	__asm__ volatile("int $0x80" : "=a"(rc) : "a"(20) : "memory", "r8",
	    "r9", "r10", "r11");
	return rc;
}

static long
one(const char *what)
{
	if (strcmp(what, "getpid") == 0)
		return call(SYS_getpid, 0, 0) > 0 ? 1 : 0;
	if (strcmp(what, "getppid") == 0)
		return call(SYS_getppid, 0, 0);
	if (strcmp(what, "getuid") == 0)
		return call(SYS_getuid, 0, 0);
	if (strcmp(what, "socket-unix") == 0)
		return call(SYS_socket, AF_UNIX, SOCK_STREAM) > 2 ? 1 : 0;
	if (strcmp(what, "socket-vsock") == 0)
		return call(SYS_socket, AF_VSOCK, SOCK_STREAM);
	if (strcmp(what, "umask-masked") == 0)
		return call(SYS_umask, 0x47, 0) >= 0 ? 1 : 0;
	if (strcmp(what, "umask-other") == 0)
		return call(SYS_umask, 0x147, 0);
	if (strcmp(what, "mremap-none") == 0)
		return call(SYS_mremap, 0, 0);
	if (strcmp(what, "mremap-page") == 0)
		return call(SYS_mremap, 0, 4096);
	if (strcmp(what, "mremap-4g") == 0)	/* none in the low 32 bits */
		return call(SYS_mremap, 0, 1L << 32);
	if (strcmp(what, "mremap-last") == 0)
		return call(SYS_mremap, 0, -4096L);
	if (strcmp(what, "mremap-past") == 0)
		return call(SYS_mremap, 0, -4095L);
	if (strcmp(what, "x32") == 0)
		return call(SYS_getpid | 0x40000000, 0, 0);
	if (strcmp(what, "i386") == 0)
		return call_i386();
	exit(100);
}

static void
enter(void)
{
	struct sock_filter code[sizeof(test_filter) / sizeof(*test_filter)];
	struct sock_fprog prog = { sizeof(code) / sizeof(*code), code };

	memcpy(code, test_filter, sizeof(code));
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
	    syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &prog) == -1)
		_exit(111);
}

int
main(int argc, char *argv[])
{
	for (int i = 1; i < argc; i++) {
		long rc = 0;
		int fds[2], status;
		pid_t pid;

		if (pipe(fds) == -1 || (pid = fork()) == -1)
			return 111;
		if (pid == 0) {
			enter();
			rc = one(argv[i]);
			(void)!write(fds[1], &rc, sizeof(rc));
			_exit(0);
		}
		close(fds[1]);
		waitpid(pid, &status, 0);
		if (WIFSIGNALED(status))
			printf("%s signal %d\n", argv[i], WTERMSIG(status));
		else if (read(fds[0], &rc, sizeof(rc)) != sizeof(rc))
			printf("%s exit %d\n", argv[i], WEXITSTATUS(status));
		else if (rc < 0)
			printf("%s %s\n", argv[i], strerror((int)-rc));
		else
			printf("%s %ld\n", argv[i], rc);
		close(fds[0]);
	}
	return 0;
}
