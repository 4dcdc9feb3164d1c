#include "fake_front.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <atf-c.h>
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void
fe_wait_fd(int fd, short events, const char *what)
{
	struct pollfd p = { fd, events, 0 };

	ATF_REQUIRE_MSG(poll(&p, 1, FE_LIMIT_MS) == 1, "waited too long: %s",
	    what);
}

int
fe_client(struct fe *fe)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	strcpy(sa.sun_path, fe->uds);
	ATF_REQUIRE(fd != -1);
	ATF_REQUIRE_MSG(connect(fd, (void *)&sa, sizeof(sa)) == 0, "%s",
	    strerror(errno));
	return fd;
}

void
fe_write(int fd, const void *p, size_t len)
{
	const uint8_t *q = p;

	while (len > 0) {
		ssize_t n;

		fe_wait_fd(fd, POLLOUT, "a client writes");
		n = send(fd, q, len, MSG_NOSIGNAL | MSG_DONTWAIT);
		ATF_REQUIRE_MSG(n > 0 || errno == EAGAIN, "%s",
		    strerror(errno));
		if (n > 0) {
			q += n;
			len -= (size_t)n;
		}
	}
}

void
fe_read(int fd, void *p, size_t len)
{
	uint8_t *q = p;

	while (len > 0) {
		ssize_t n;

		fe_wait_fd(fd, POLLIN, "a client reads");
		n = recv(fd, q, len, MSG_DONTWAIT);
		ATF_REQUIRE_MSG(n > 0, "%zu bytes missing: %s", len,
		    n == 0 ? "EOF" : strerror(errno));
		q += n;
		len -= (size_t)n;
	}
}

void
fe_read_eof(int fd)
{
	char c;
	ssize_t n;

	fe_wait_fd(fd, POLLIN, "EOF");
	n = recv(fd, &c, 1, MSG_DONTWAIT);
	ATF_REQUIRE_MSG(n == 0, "not EOF but %s",
	    n == 1 ? "a byte" : strerror(errno));
}

int
fe_connect(struct fe *fe, uint32_t guest_port, uint32_t buf_alloc,
    uint32_t *host_port)
{
	static struct fe_pkt p;
	char line[32], want[32];
	int fd = fe_client(fe), n;
	struct pkt k;

	n = snprintf(line, sizeof(line), "CONNECT %u\n", guest_port);
	fe_write(fd, line, (size_t)n);
	fe_recv(fe, &p);
	ATF_REQUIRE_EQ(PKT_REQUEST, p.h.op);
	ATF_REQUIRE_EQ(guest_port, p.h.dst_port);
	*host_port = p.h.src_port;
	k = fe_pkt(guest_port, *host_port, PKT_RESPONSE);
	k.buf_alloc = buf_alloc;
	fe_send(fe, &k, NULL);
	n = snprintf(want, sizeof(want), "OK %u\n", *host_port);
	fe_read(fd, line, (size_t)n);
	ATF_REQUIRE(memcmp(line, want, (size_t)n) == 0);
	return fd;
}

unsigned
fe_count_fds(struct fe *fe)
{
	char path[64];
	unsigned n = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/fd", (int)fe->pid);
	dir = opendir(path);
	ATF_REQUIRE(dir != NULL);
	while (readdir(dir) != NULL)
		n++;
	closedir(dir);
	return n;
}

unsigned
fe_cpu_time(struct fe *fe)
{
	unsigned user, sys;
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)fe->pid);
	f = fopen(path, "r");
	ATF_REQUIRE(f != NULL);
	ATF_REQUIRE_EQ(2, fscanf(f, "%*d (%*[^)]) %*c %*d %*d %*d %*d %*d %*u "
	    "%*u %*u %*u %*u %u %u", &user, &sys));
	fclose(f);
	return user + sys;
}

void
fe_check_alive(struct fe *fe)
{
	static struct fe_pkt p;
	uint32_t host;
	int fd = fe_connect(fe, 77, 65536, &host);
	struct pkt k = fe_pkt(77, host, PKT_RW);
	char c = 0;

	fe_write(fd, "h", 1);
	fe_expect(fe, &p, PKT_RW, 77, host);
	ATF_REQUIRE(p.h.len == 1 && p.data[0] == 'h');
	k.len = 1;
	fe_send(fe, &k, "g");
	fe_read(fd, &c, 1);
	ATF_REQUIRE_EQ('g', c);
	k = fe_pkt(77, host, PKT_RST);
	fe_send(fe, &k, NULL);
	fe_read_eof(fd);
	close(fd);
}
