/*
 * vsock-guest: the guest's half of the end-to-end test.  Runs as PID 1 of a
 * throw-away guest, loads the modules that /mod/list names if that is
 * there, and serves, each connection in a process of its own:
 *
 *	1024 echo	sends back what it gets, ends when the client does
 *	1025 sink	reads to the end, replies "<bytes> <checksum>\n"
 *	1026 source	reads "<bytes>\n", sends so many of the pattern
 *	1027 sleeper	as echo, but reads nothing for a second
 *	1028 half	ends its sending side at once, then as sink on the
 *			console: "half <bytes> <checksum>"
 *	1029 dial	reads "<port>\n", connects there on the host, echoes
 *			until the host ends, replies "done\n" or "<errno>\n"
 *	1030 deaf	stops receiving, then sends "still here\n"
 *	1031 reset	restarts the machine
 *	1032 small	makes its receive buffer 1500 bytes, says "go\n" (Linux
 *			resets a connection that has more under way than its
 *			new size), then as sink
 */
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>

#include <linux/vm_sockets.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FIRST_PORT = 1024, BACKLOG = 128 };

static uint8_t buf[65536];

/* FNV-1a, 32 bits. */
static uint32_t
sum(uint32_t h, const uint8_t *p, size_t n)
{
	while (n-- > 0)
		h = (h ^ *p++) * 16777619u;
	return h;
}

static int
send_all(int fd, const void *p, size_t n)
{
	const uint8_t *q = p;

	while (n > 0) {
		ssize_t k = send(fd, q, n, MSG_NOSIGNAL);

		if (k <= 0)
			return -1;
		q += k;
		n -= (size_t)k;
	}
	return 0;
}

static void
say(int fd, const char *text)
{
	(void)send_all(fd, text, strlen(text));
}

static unsigned long
read_number(int fd)
{
	char line[32] = "";
	size_t n = 0;

	while (n < sizeof(line) - 1 && read(fd, line + n, 1) == 1 &&
	    line[n] != '\n')
		n++;
	return strtoul(line, NULL, 10);
}

static void
do_echo(int fd)
{
	ssize_t n;

	while ((n = read(fd, buf, sizeof(buf))) > 0)
		if (send_all(fd, buf, (size_t)n) == -1)
			return;
}

static void
drain(int fd, char *out, size_t cap)
{
	unsigned long total = 0;
	uint32_t h = 2166136261u;
	ssize_t n;

	while ((n = read(fd, buf, sizeof(buf))) > 0) {
		h = sum(h, buf, (size_t)n);
		total += (unsigned long)n;
	}
	snprintf(out, cap, "%lu %08x\n", total, h);
}

static void
do_sink(int fd)
{
	char out[64];

	drain(fd, out, sizeof(out));
	say(fd, out);
}

static void
do_source(int fd)
{
	unsigned long left = read_number(fd);
	uint32_t x = 1;

	while (left > 0) {
		size_t n = left < sizeof(buf) ? left : sizeof(buf);

		for (size_t i = 0; i < n; i++) {
			x = x * 1664525u + 1013904223u;
			buf[i] = (uint8_t)(x >> 24);
		}
		if (send_all(fd, buf, n) == -1) {
			printf("source: %s\n", strerror(errno));
			return;
		}
		left -= n;
	}
}

static void
do_sleeper(int fd)
{
	sleep(1);
	do_echo(fd);
}

static void
do_half(int fd)
{
	char out[64];

	shutdown(fd, SHUT_WR);
	drain(fd, out, sizeof(out));
	printf("half %s", out);
}

static int
dial(unsigned port)
{
	struct sockaddr_vm sa = { .svm_family = AF_VSOCK, .svm_cid = 2,
		.svm_port = port };
	int fd = socket(AF_VSOCK, SOCK_STREAM, 0);

	if (fd == -1 || connect(fd, (void *)&sa, sizeof(sa)) == -1)
		return -1;
	return fd;
}

static void
do_dial(int fd)
{
	char out[32];
	int host = dial((unsigned)read_number(fd));

	if (host == -1) {
		snprintf(out, sizeof(out), "%d\n", errno);
		say(fd, out);
		return;
	}
	do_echo(host);
	close(host);
	say(fd, "done\n");
}

static void
do_deaf(int fd)
{
	shutdown(fd, SHUT_RD);
	sleep(1);
	say(fd, "still here\n");
}

static void
do_reset(int fd)
{
	(void)fd;
	reboot(RB_AUTOBOOT);
}

static void
do_small(int fd)
{
	unsigned long long size = 1500;

	if (setsockopt(fd, AF_VSOCK, SO_VM_SOCKETS_BUFFER_MIN_SIZE, &size,
	    sizeof(size)) == -1 || setsockopt(fd, AF_VSOCK,
	    SO_VM_SOCKETS_BUFFER_SIZE, &size, sizeof(size)) == -1)
		printf("small: %s\n", strerror(errno));
	say(fd, "go\n");
	do_sink(fd);
}

static void (*const service[])(int) = {
	do_echo, do_sink, do_source, do_sleeper, do_half, do_dial, do_deaf,
	do_reset, do_small,
};
enum { SERVICES = sizeof(service) / sizeof(service[0]) };

static void
load_modules(void)
{
	char line[128], path[160];
	FILE *f = fopen("/mod/list", "r");

	while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
		int fd;

		line[strcspn(line, "\n")] = '\0';
		snprintf(path, sizeof(path), "/mod/%s", line);
		fd = open(path, O_RDONLY);
		if (fd == -1 || syscall(SYS_finit_module, fd, "", 0) == -1)
			printf("%s: %s\n", path, strerror(errno));
		close(fd);
	}
}

static int
listen_on(unsigned port)
{
	struct sockaddr_vm sa = { .svm_family = AF_VSOCK,
		.svm_cid = VMADDR_CID_ANY, .svm_port = port };
	int fd = socket(AF_VSOCK, SOCK_STREAM, 0);

	if (fd == -1 || bind(fd, (void *)&sa, sizeof(sa)) == -1 ||
	    listen(fd, BACKLOG) == -1)
		printf("port %u: %s\n", port, strerror(errno));
	return fd;
}

static void
serve(int listener, void (*fn)(int))
{
	int fd = accept(listener, NULL, NULL);

	if (fd == -1)
		return;
	if (fork() == 0) {
		fn(fd);
		_exit(0);
	}
	close(fd);
}

int
main(void)
{
	struct pollfd p[SERVICES];
	unsigned cid = 0;
	int fd;

	mkdir("/dev", 0755);
	mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
	fd = open("/dev/console", O_RDWR);
	if (fd != -1) {
		dup2(fd, 0);
		dup2(fd, 1);
		dup2(fd, 2);
	}
	setvbuf(stdout, NULL, _IONBF, 0);
	signal(SIGCHLD, SIG_IGN);
	load_modules();
	fd = open("/dev/vsock", O_RDONLY);
	ioctl(fd, IOCTL_VM_SOCKETS_GET_LOCAL_CID, &cid);
	for (unsigned i = 0; i < SERVICES; i++)
		p[i] = (struct pollfd){ listen_on(FIRST_PORT + i), POLLIN, 0 };
	printf("vsock-guest: ready, cid %u\n", cid);
	for (;;) {
		if (poll(p, SERVICES, -1) == -1)
			continue;
		for (unsigned i = 0; i < SERVICES; i++)
			if (p[i].revents & POLLIN)
				serve(p[i].fd, service[i]);
	}
}
