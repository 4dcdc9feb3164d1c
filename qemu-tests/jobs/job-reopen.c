/*
 * Opens its outputs and its input again, by each name and in each way in which
 * programs do that, and tries what must fail.  Prints what was not as it must
 * be and, last, "N wrong".  The lines that were written through a new
 * descriptor are "to NAME (FLAGS)".  Leaves a process behind that has opened
 * the outputs again: it must not keep the job.
 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define NEVER	(-1)	/* no errno: it must succeed */

static const struct {
	const char	*name;
	int		 flags;
} ways[] = {
	{ "w", O_WRONLY | O_CREAT | O_TRUNC },
	{ "a", O_WRONLY | O_CREAT | O_APPEND },
	{ "plain", O_WRONLY },
};

static int wrong;

static void
check(int rc, int error, const char *what, const char *path)
{
	const int got = rc == -1 ? errno : NEVER;

	if (got == error)
		return;
	wrong++;
	printf("%s %s: %s\n", what, path, got == NEVER ? "it succeeds" :
	    strerror(got));
}

static void
try_write(const char *path, size_t i)
{
	int fd = open(path, ways[i].flags, 0666);

	check(fd, NEVER, ways[i].name, path);
	if (fd == -1)
		return;
	dprintf(fd, "to %s (%s)\n", path, ways[i].name);
	close(fd);
}

/* A job may write its output, not take it back. */
static void
try_others(const char *path)
{
	check(open(path, O_RDONLY | O_NONBLOCK), EACCES, "read", path);
	check(open(path, O_RDWR), EACCES, "read and write", path);
	check(chmod(path, 0666), EPERM, "change the mode of", path);
}

static void
try_input(const char *path)
{
	char c;
	int fd = open(path, O_RDONLY);

	check(fd, NEVER, "open", path);
	if (fd != -1 && read(fd, &c, 1) != 0) {
		wrong++;
		printf("%s has bytes\n", path);
	}
}

/* In a session of its own, without the descriptors that it was given. */
static void
leave_process(void)
{
	pid_t pid = fork();

	check(pid, NEVER, "fork", "");
	if (pid != 0)
		return;
	setsid();
	if (open("/dev/stdout", O_WRONLY) == -1 ||
	    open("/dev/stderr", O_WRONLY) == -1)
		_exit(1);
	for (int fd = 0; fd < 3; fd++)
		close(fd);
	for (;;)
		pause();
}

int
main(void)
{
	static const char *const outputs[] = {
		"/dev/stdout", "/dev/stderr", "/dev/fd/1", "/dev/fd/2",
		"/proc/self/fd/1", "/proc/self/fd/2",
	};
	static const char *const inputs[] = {
		"/dev/stdin", "/dev/fd/0", "/proc/self/fd/0",
	};

	for (size_t i = 0; i < sizeof(outputs) / sizeof(outputs[0]); i++) {
		for (size_t k = 0; k < sizeof(ways) / sizeof(ways[0]); k++)
			try_write(outputs[i], k);
		try_others(outputs[i]);
	}
	for (size_t i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++)
		try_input(inputs[i]);
	fflush(stdout);
	leave_process();
	printf("%d wrong\n", wrong);
	return wrong != 0;
}
