/*
 * hog files|processes|mappings|ring|daemon - takes what the machine has one of,
 * or leaves something behind.  What takes says "full" and stays until it is
 * ended; what leaves something ends with 0.
 */
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHILDREN	60
#define RING_MIB	40
#define MAPPINGS	65000	/* vm.max_map_count is 65530 */
#define PAGE		4096

static void
say(const char *text)
{
	if (write(STDOUT_FILENO, text, strlen(text)) == -1)
		exit(1);
}

/* Forks without copying more than the kernel must. */
static pid_t
fork_once(void)
{
	return (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
}

/* As many open files as descriptors in this and in 60 other processes. */
static void
take_files(void)
{
	int tell[2];
	char c;

	if (pipe(tell) == -1)
		exit(1);
	for (int i = 0; i < CHILDREN; i++) {
		if (fork_once() != 0)
			continue;
		while (open("/dev/null", O_RDONLY) != -1)
			continue;
		if (write(tell[1], "f", 1) == 1)
			pause();
	}
	for (int i = 0; i < CHILDREN; i++)
		if (read(tell[0], &c, 1) != 1)
			exit(1);
	say("full\n");
	pause();
}

static void
take_processes(void)
{
	pid_t pid;

	while ((pid = fork_once()) > 0)
		continue;
	if (pid == -1)
		say("full\n");
	pause();
}

/*
 * As many mappings as a process may have, in this and in 59 other processes:
 * every second page of one mapping may be read, so that no two are one.
 */
static void
take_mappings(void)
{
	char *p = mmap(NULL, (size_t)MAPPINGS * PAGE, PROT_NONE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED)
		exit(1);
	for (size_t i = 0; i < MAPPINGS; i += 2)
		if (mprotect(p + i * PAGE, PAGE, PROT_READ) == -1)
			exit(1);
	for (int i = 1; i < CHILDREN; i++) {
		pid_t pid = fork_once();

		if (pid == -1)
			exit(1);
		if (pid == 0)
			for (;;)
				pause();
	}
	say("full\n");
	pause();
}

static void
send_fd(int sock, int fd)
{
	union {
		struct cmsghdr	head;
		char		room[CMSG_SPACE(sizeof(fd))];
	} c;
	struct iovec iov = { &fd, 1 };
	struct msghdr m = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = c.room, .msg_controllen = sizeof(c.room),
	};

	memset(&c, 0, sizeof(c));
	c.head.cmsg_level = SOL_SOCKET;
	c.head.cmsg_type = SCM_RIGHTS;
	c.head.cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(&c.head), &fd, sizeof(fd));
	if (sendmsg(sock, &m, 0) == -1)
		exit(1);
}

/* Sockets that hold each other, a large file and the job's output. */
static void
leave_ring(void)
{
	static char block[1 << 20];
	int pair[2], fd = open("/tmp/large", O_RDWR | O_CREAT, 0600);

	memset(block, 1, sizeof(block));
	for (int i = 0; i < RING_MIB; i++)
		if (write(fd, block, sizeof(block)) != sizeof(block))
			exit(1);
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == -1)
		exit(1);
	send_fd(pair[0], fd);
	send_fd(pair[0], STDOUT_FILENO);
	send_fd(pair[0], pair[0]);
	send_fd(pair[0], pair[1]);
}

/* A grandchild in a session of its own that only SIGKILL ends. */
static void
leave_daemon(void)
{
	int tell[2];
	char c;

	if (pipe(tell) == -1)
		exit(1);
	if (fork_once() == 0) {
		if (setsid() == -1 || fork_once() != 0)
			_exit(0);
		for (int sig = 1; sig < NSIG; sig++)
			signal(sig, SIG_IGN);
		if (write(tell[1], "d", 1) == 1)
			kill(getpid(), SIGSTOP);
		for (;;)
			pause();
	}
	if (read(tell[0], &c, 1) != 1)
		exit(1);
}

int
main(int argc, char *argv[])
{
	const char *what = argc == 2 ? argv[1] : "";

	if (strcmp(what, "files") == 0)
		take_files();
	else if (strcmp(what, "processes") == 0)
		take_processes();
	else if (strcmp(what, "mappings") == 0)
		take_mappings();
	else if (strcmp(what, "ring") == 0)
		leave_ring();
	else if (strcmp(what, "daemon") == 0)
		leave_daemon();
	else
		return 2;
	return 0;
}
