#include "measure.h"

#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <stdnoreturn.h>
#include <string.h>
#include <unistd.h>

#include "confine.h"
#include "lib/log.h"
#include "measurer.seccomp.h"
#include "lib/sha256.h"
#include "lib/wire.h"

#define CHUNK		(256 << 10)
#define SOCK		3	/* the measurer's end */
#define ANSWER_LEN	(1 + 4 + 8 + 4 + DIGEST_LEN)

int
measure_file(int fd, unsigned char digest[DIGEST_LEN], uint64_t *bytes)
{
	static unsigned char chunk[CHUNK];
	struct sha256 hash;
	off_t at = 0;
	ssize_t n;

	sha256_init(&hash);
	while ((n = pread(fd, chunk, sizeof(chunk), at)) != 0) {
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return -1;
		sha256_update(&hash, chunk, (size_t)n);
		/* The file system reads it again: do not cache it twice. */
		posix_fadvise(fd, at, n, POSIX_FADV_DONTNEED);
		at += n;
	}
	sha256_final(&hash, digest);
	*bytes = (uint64_t)at;
	return 0;
}

/* Serves one request.  Exits when the runner has ended. */
static void
serve(const int disks[RUNTIMES_MAX])
{
	unsigned char buf[ANSWER_LEN], digest[DIGEST_LEN] = { 0 };
	uint64_t bytes = 0;
	struct put p;
	uint8_t i;
	int err = 0;

	if (read(SOCK, &i, 1) != 1)
		_exit(EXIT_SUCCESS);
	if (i >= RUNTIMES_MAX || disks[i] == -1)
		err = ENODEV;
	else if (measure_file(disks[i], digest, &bytes) == -1)
		err = errno;
	put_init(&p, buf, sizeof(buf));
	put_u8(&p, i);
	put_u32(&p, (uint32_t)err);
	put_u64(&p, bytes);
	put_string(&p, digest, sizeof(digest));
	if (write(SOCK, buf, p.len) != (ssize_t)p.len)
		_exit(EXIT_FAILURE);
}

static int
open_disk(const char *dir, const char *name)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd == -1)
		log_info("%s: %s", path, strerror(errno));
	return fd;
}

noreturn static void
run_measurer(const char *dir, const struct runtimes *r)
{
	int disks[RUNTIMES_MAX];
	struct why why;

	log_init("runner-measurer");
	signal(SIGTERM, SIG_IGN);	/* it ends with the runner */
	for (size_t i = 0; i < RUNTIMES_MAX; i++)
		disks[i] = i < r->n ? open_disk(dir, r->list[i].name) : -1;
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == -1 ||
	    prctl(PR_SET_NAME, "measurer", 0, 0, 0) == -1)
		die_errno("prctl");
	if (confine_caps(&why) == -1 || confine_memory(&why) == -1 ||
	    confine_files(CONFINE_NO_FILES, &why) == -1 ||
	    confine_calls(measurer_filter, sizeof(measurer_filter) /
	    sizeof(measurer_filter[0]), &why) == -1)
		die(EXIT_SYSTEM, "%s", why.text);
	for (;;)
		serve(disks);
}

int
measure_start(const char *dir, const struct runtimes *r)
{
	int sock[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sock) == -1)
		die_errno("socket to the measurer");
	pid = fork();
	if (pid == -1)
		die_errno("fork the measurer");
	if (pid == 0) {
		/* Close the runner's pipes and control group. */
		if (sock[1] != SOCK)
			dup2(sock[1], SOCK);
		syscall(SYS_close_range, SOCK + 1, ~0u, 0);
		run_measurer(dir, r);
	}
	close(sock[1]);
	return sock[0];
}

void
measure_ask(int sock, size_t i)
{
	uint8_t nr = (uint8_t)i;

	if (write(sock, &nr, 1) != 1)
		die_errno("request to the measurer");
}

void
measure_take(int sock, struct measured *m)
{
	unsigned char buf[ANSWER_LEN];
	ssize_t n = read(sock, buf, sizeof(buf));
	struct get g;

	if (n <= 0)
		die(EXIT_SYSTEM, "the measurer has ended");
	get_init(&g, buf, (size_t)n);
	m->i = get_u8(&g);
	m->err = (int)get_u32(&g);
	m->bytes = get_u64(&g);
	get_fixed(&g, m->sha256, DIGEST_LEN);
	if (get_end(&g) == -1 || m->i >= RUNTIMES_MAX)
		die(EXIT_PEER, "the measurer sent a malformed reply");
}
