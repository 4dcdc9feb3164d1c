#include "fdstore.h"

#include <sys/socket.h>

#include <linux/vm_sockets.h>

#include <fcntl.h>
#include <unistd.h>

#include <skalibs/djbunix.h>

#include "lib/log.h"
#include "lib/tty.h"
#include "lib/words.h"

#define BASE		64	/* above all numbers of lib/fds.h */
#define BACKLOG		128
#define FIRST_PIPE	HELD_GATE_RUNNER_R

/* Moves a descriptor out of the way; -1 stays -1. */
static int
move(int fd)
{
	int high = fd == -1 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, BASE);

	if (high != -1)
		close(fd);
	return high;
}

/* Packet mode, see lib/msg/chan.h. */
static int
make_pipes(int held[HELD_N])
{
	for (int i = FIRST_PIPE; i < HELD_N; i += 2) {
		int p[2];

		if (pipe2(p, O_DIRECT | O_CLOEXEC) == -1)
			return -1;
		held[i] = move(p[0]);
		held[i + 1] = move(p[1]);
		if (held[i] == -1 || held[i + 1] == -1)
			return -1;
	}
	if (ndelay_on(held[HELD_CONSOLE_INIT_R]) == -1)
		return -1;
	return ndelay_on(held[HELD_INIT_CONSOLE_W]);
}

static int
make_listener(void)
{
	struct sockaddr_vm addr = {
		.svm_family = AF_VSOCK,
		.svm_cid = VMADDR_CID_ANY,
		.svm_port = CLIENT_PORT,
	};
	int fd = socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    0);

	if (fd != -1 &&
	    bind(fd, (struct sockaddr *)&addr, sizeof(addr)) == 0 &&
	    listen(fd, BACKLOG) == 0)
		return fd;
	if (fd != -1)
		close(fd);
	return -1;
}

static int
hold_path(int *slot, const char *path, int flags)
{
	*slot = move(open(path, flags | O_CLOEXEC));
	if (*slot == -1)
		log_info("cannot open %s: %m", path);
	return *slot == -1 ? -1 : 0;
}

/* A console that nobody reads must not stop us: written without waiting. */
int
hold_log(int held[HELD_N])
{
	held[HELD_LOG] = move(open("/dev/console",
	    O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
	if (held[HELD_LOG] == -1)
		return -1;
	(void)tty_set_plain(held[HELD_LOG]);	/* a log file has no mode */
	return dup2(held[HELD_LOG], STDERR_FILENO) == -1 ? -1 : 0;
}

int
hold_all(int held[HELD_N], int keyd_folder)
{
	held[HELD_KEYD_STATE] = move(keyd_folder);
	if (held[HELD_KEYD_STATE] == -1)
		return -1;
	if (make_pipes(held) == -1) {
		log_info("cannot make pipes: %m");
		return -1;
	}
	held[HELD_LISTEN] = move(make_listener());
	if (held[HELD_LISTEN] == -1) {
		log_info("cannot listen on vsock port %d: %m", CLIENT_PORT);
		return -1;
	}
	if (hold_path(&held[HELD_NULL], "/dev/null", O_RDWR) == -1 ||
	    hold_path(&held[HELD_TTY], "/dev/console",
	    O_RDWR | O_NOCTTY | O_NONBLOCK) == -1 ||
	    hold_path(&held[HELD_CGROUP], "/cgroup/runner",
	    O_DIRECTORY) == -1)
		return -1;
	return hold_path(&held[HELD_SITE], "/site", O_DIRECTORY);
}
