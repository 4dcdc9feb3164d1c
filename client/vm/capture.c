#include "capture.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/clock.h"
#include "proc.h"

#define OUTPUT_MAX	(1u << 20)

static void
read_output(int fd, int timeout_ms, struct buf *out)
{
	const uint64_t deadline = clock_ms() + (uint64_t)timeout_ms;

	while (out->len < OUTPUT_MAX) {
		struct pollfd pfd = { .fd = fd, .events = POLLIN };
		ssize_t n;

		if (poll(&pfd, 1, clock_left_ms(deadline)) < 1)
			return;
		if ((n = read(fd, buf_room(out, 4096), 4096)) <= 0)
			return;
		out->len += (size_t)n;
	}
}

/* It may have closed its output and go on. */
static int
end(pid_t pid)
{
	struct proc p = { pid, proc_start_time(pid) };
	int pidfd = proc_open(&p);

	if (pidfd != -1) {
		if (!proc_ended(pidfd, 100))
			proc_signal(pidfd, SIGKILL);
		close(pidfd);
	}
	return proc_wait(pid);
}

int
capture_run(const char *const argv[], int timeout_ms, struct buf *out)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC), pipefd[2];
	char *path = proc_find(argv[0]);
	pid_t pid = -1;

	if (null != -1 && *path != '\0' && pipe2(pipefd, O_CLOEXEC) == 0) {
		const struct proc_fd fds[] = { { null, 0 }, { pipefd[1], 1 },
		    { pipefd[1], 2 } };

		pid = proc_start(argv, PROC_TIED, -1, fds, 3);
		close(pipefd[1]);
		if (pid != -1)
			read_output(pipefd[0], timeout_ms, out);
		close(pipefd[0]);
	}
	if (null != -1)
		close(null);
	free(path);
	return pid == -1 ? -1 : end(pid);
}
