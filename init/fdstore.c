#include "fdstore.h"

#include <sys/socket.h>

#include <linux/vm_sockets.h>

#include <fcntl.h>
#include <unistd.h>

#include <skalibs/djbunix.h>

#include "lib/log.h"
#include "lib/tty.h"
#include "lib/codes.h"

#define BASE		64	/* above all numbers in lib/fds.h */
#define BACKLOG		128
#define FIRST_PIPE	FDSTORE_GATE_RUNNER_R

/* Moves a descriptor to BASE or above; -1 stays -1. */
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
make_pipes(int fds[FDSTORE_N])
{
	static const enum fdstore own[] = {	/* init's ends never block */
		FDSTORE_CONSOLE_INIT_R, FDSTORE_INIT_CONSOLE_W,
		FDSTORE_LEDGERD_INIT_R, FDSTORE_INIT_LEDGERD_W,
	};

	for (int i = FIRST_PIPE; i < FDSTORE_N; i += 2) {
		int p[2];

		if (pipe2(p, O_DIRECT | O_CLOEXEC) == -1)
			return -1;
		fds[i] = move(p[0]);
		fds[i + 1] = move(p[1]);
		if (fds[i] == -1 || fds[i + 1] == -1)
			return -1;
	}
	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if (ndelay_on(fds[own[i]]) == -1)
			return -1;
	return 0;
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
open_path(int *slot, const char *path, int flags)
{
	*slot = move(open(path, flags | O_CLOEXEC));
	if (*slot == -1)
		log_info("cannot open %s: %m", path);
	return *slot == -1 ? -1 : 0;
}

/* Non-blocking, so that an unread console never stops init. */
int
fdstore_open_log(int fds[FDSTORE_N])
{
	fds[FDSTORE_LOG] = move(open("/dev/console",
	    O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
	if (fds[FDSTORE_LOG] == -1)
		return -1;
	(void)tty_set_plain(fds[FDSTORE_LOG]);	/* a log file has no mode */
	return dup2(fds[FDSTORE_LOG], STDERR_FILENO) == -1 ? -1 : 0;
}

int
fdstore_open(int fds[FDSTORE_N], int keyd_folder)
{
	fds[FDSTORE_KEYD_STATE] = move(keyd_folder);
	if (fds[FDSTORE_KEYD_STATE] == -1)
		return -1;
	if (make_pipes(fds) == -1) {
		log_info("cannot make pipes: %m");
		return -1;
	}
	fds[FDSTORE_LISTEN] = move(make_listener());
	if (fds[FDSTORE_LISTEN] == -1) {
		log_info("cannot listen on vsock port %d: %m", CLIENT_PORT);
		return -1;
	}
	if (open_path(&fds[FDSTORE_NULL], "/dev/null", O_RDWR) == -1 ||
	    open_path(&fds[FDSTORE_TTY], "/dev/console",
	    O_RDWR | O_NOCTTY | O_NONBLOCK) == -1 ||
	    open_path(&fds[FDSTORE_CGROUP], "/cgroup/runner",
	    O_DIRECTORY) == -1)
		return -1;
	return open_path(&fds[FDSTORE_SITE], "/site", O_DIRECTORY);
}
