#include "fake_front.h"

#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <atf-c.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/vsock/device.h"
#include "lib/log.h"

static void
run_linked(const struct fe *fe, int vhost, int listener)
{
	static struct device d;
	static struct device_options o;
	const char *uds = fe->uds;

	o = (struct device_options){ .cid = FE_CID, .uds = uds, .once = true,
	    .grace_ms = fe->opt.grace_ms, .listen_fd = listener,
	    .vhost_fd = vhost, .signal_fd = -1,
	    .verbose = getenv("VSOCK_TEST_VERBOSE") != NULL };
	if (fe->opt.nofile != 0) {
		struct rlimit rl = { fe->opt.nofile, fe->opt.nofile };

		setrlimit(RLIMIT_NOFILE, &rl);
	}
	if (fe->opt.port != 0)
		o.ports[o.nports++] = fe->opt.port;
	log_init("casemate-vsock");
	device_open(&d, &o, fe->opt.conn_max != 0 ?
	    fe->opt.conn_max : (unsigned)CONN_MAX);
	exit(device_run(&d));
}

static void
run_program(const struct fe *fe, const char *path, int vhost, int listener)
{
	char v[16], l[16], port[16], grace[16], cid[16];
	const char *argv[] = { path, "--cid", cid, "--vhost-fd", v, "--uds-fd",
	    l, "--once", "--grace", grace, fe->opt.port ? "--allow-port" : NULL,
	    port, NULL };
	rlim_t n = 64 + fe->opt.conn_max;
	struct rlimit rl = { n, n };
	union { const char **in; char **out; } u = { .in = argv };

	snprintf(cid, sizeof(cid), "%d", FE_CID);
	snprintf(v, sizeof(v), "%d", vhost);
	snprintf(l, sizeof(l), "%d", listener);
	snprintf(grace, sizeof(grace), "%d", fe->opt.grace_ms);
	snprintf(port, sizeof(port), "%u", fe->opt.port);
	if (fe->opt.conn_max != 0)
		setrlimit(RLIMIT_NOFILE, &rl);
	fcntl(vhost, F_SETFD, 0);
	fcntl(listener, F_SETFD, 0);
	execv(path, u.out);
	_exit(127);
}

static int
listen_uds(struct fe *fe)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
	    0);

	strcpy(fe->dir, "vsock.XXXXXX");	/* kyua cleans up here */
	ATF_REQUIRE(mkdtemp(fe->dir) != NULL);
	snprintf(fe->uds, sizeof(fe->uds), "%s/v", fe->dir);
	strcpy(sa.sun_path, fe->uds);
	ATF_REQUIRE(bind(fd, (void *)&sa, sizeof(sa)) == 0);
	ATF_REQUIRE(listen(fd, 1024) == 0);
	return fd;
}

static void
spawn(struct fe *fe)
{
	const char *path = getenv("CASEMATE_VSOCK");
	int listener = listen_uds(fe), pair[2];

	ATF_REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0,
	    pair) == 0);
	fflush(NULL);
	fe->pid = fork();
	ATF_REQUIRE(fe->pid != -1);
	if (fe->pid == 0) {
		close(pair[0]);
		if (path != NULL)
			run_program(fe, path, pair[1], listener);
		run_linked(fe, pair[1], listener);
	}
	close(pair[1]);
	close(listener);
	fe->vhost = pair[0];
}

void
fe_wait_exit(struct fe *fe, int status)
{
	int st = 0;
	pid_t pid = 0;

	for (int i = 0; i < FE_LIMIT_MS / 10 && pid == 0; i++) {
		pid = waitpid(fe->pid, &st, WNOHANG);
		if (pid == 0)
			poll(NULL, 0, 10);
	}
	if (pid == 0)
		kill(fe->pid, SIGKILL);
	ATF_REQUIRE_MSG(pid == fe->pid, "the device does not end");
	ATF_REQUIRE_MSG(WIFEXITED(st) && WEXITSTATUS(st) == status,
	    "the device's wait status is 0x%x, not exit %d", st, status);
	unlink(fe->uds);
	rmdir(fe->dir);
}

void
fe_stop(struct fe *fe, int status)
{
	close(fe->vhost);
	fe_wait_exit(fe, status);
}

static void
request(struct fe *fe, uint32_t what, uint32_t flags, const void *payload,
    uint32_t len, const int *fds, unsigned nfds)
{
	uint32_t hdr[3] = { what, flags, len };
	union { const void *in; void *out; } u = { .in = payload };
	struct iovec iov[2] = { { hdr, sizeof(hdr) }, { u.out, len } };
	union {
		char		 buf[CMSG_SPACE(sizeof(int) * 16)];
		struct cmsghdr	 align;
	} ctl;
	struct msghdr m = { .msg_iov = iov, .msg_iovlen = 2 };

	memset(&ctl, 0, sizeof(ctl));
	if (nfds > 0) {
		struct cmsghdr *c = &ctl.align;

		m.msg_control = ctl.buf;
		m.msg_controllen = CMSG_SPACE(sizeof(int) * nfds);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int) * nfds);
		memcpy(CMSG_DATA(c), fds, sizeof(int) * nfds);
	}
	ATF_REQUIRE(sendmsg(fe->vhost, &m, MSG_NOSIGNAL) ==
	    (ssize_t)(sizeof(hdr) + len));
}

void
fe_request(struct fe *fe, uint32_t what, const void *payload, uint32_t len,
    const int *fds, unsigned nfds)
{
	request(fe, what, 1, payload, len, fds, nfds);
}

void
fe_answer(struct fe *fe, uint32_t what, void *payload, uint32_t len)
{
	uint32_t hdr[3];

	fe_read(fe->vhost, hdr, sizeof(hdr));
	ATF_REQUIRE_EQ(what, hdr[0]);
	ATF_REQUIRE_EQ(5, hdr[1]);	/* version 1, reply */
	ATF_REQUIRE_EQ(len, hdr[2]);
	fe_read(fe->vhost, payload, len);
}

uint64_t
fe_ask(struct fe *fe, uint32_t what, const void *payload, uint32_t len,
    const int *fds, unsigned nfds)
{
	uint64_t rc;

	request(fe, what, 1 | 8, payload, len, fds, nfds);
	fe_answer(fe, what, &rc, sizeof(rc));
	return rc;
}

void
fe_handshake(struct fe *fe)
{
	uint64_t f, want = UINT64_C(1) << 32 | 1u << 30 | 1u << 29 | 1u << 28;
	struct { uint32_t offset, size, flags; uint8_t cid[8]; } cfg =
	    { 0, 8, 0, { 0 } };

	fe_request(fe, 1, NULL, 0, NULL, 0);
	fe_answer(fe, 1, &f, sizeof(f));
	ATF_REQUIRE_EQ(want, f);
	fe_request(fe, 15, NULL, 0, NULL, 0);
	fe_answer(fe, 15, &f, sizeof(f));
	ATF_REQUIRE_EQ(1u << 0 | 1u << 3 | 1u << 9, f);
	fe_request(fe, 16, &f, sizeof(f), NULL, 0);
	fe_request(fe, 17, NULL, 0, NULL, 0);
	fe_answer(fe, 17, &f, sizeof(f));
	ATF_REQUIRE_EQ(2, f);
	ATF_REQUIRE_EQ(0, fe_ask(fe, 3, NULL, 0, NULL, 0));
	fe_request(fe, 24, &cfg, 20, NULL, 0);
	fe_answer(fe, 24, &cfg, 20);
	ATF_REQUIRE_EQ(FE_CID, cfg.cid[0]);
	ATF_REQUIRE_EQ(0, cfg.cid[1]);
	if (fe->opt.no_event_idx)
		want &= ~(UINT64_C(1) << 29);
	ATF_REQUIRE_EQ(0, fe_ask(fe, 2, &want, sizeof(want), NULL, 0));
}

void
fe_mem_table(struct fe *fe)
{
	struct {
		uint32_t n, pad;
		struct { uint64_t gpa, size, ua, offset; } r[2];
	} t = { 2, 0, {
		{ 0, FE_SPLIT, FE_UA, FE_FILE_SKIP },
		{ FE_SPLIT, FE_MEM_LEN - FE_SPLIT,
		    FE_UA + 0x40000000, FE_FILE_SKIP + FE_SPLIT },
	} };
	int fds[2] = { fe->memfd, fe->memfd };

	ATF_REQUIRE_EQ(0, fe_ask(fe, 5, &t, sizeof(t), fds, 2));
}

static void
ring_up(struct fe *fe, uint32_t i, uint16_t start)
{
	struct fe_ring *r = &fe->ring[i];
	uint32_t num[2] = { i, fe->size }, base[2] = { i, start };
	uint32_t on[2] = { i, 1 };
	struct { uint32_t i, flags; uint64_t desc, used, avail, log; } a =
	    { i, 0, FE_UA + r->desc, FE_UA + r->used, FE_UA + r->avail, 0 };
	uint64_t index = i;

	ATF_REQUIRE_EQ(0, fe_ask(fe, 8, num, sizeof(num), NULL, 0));
	ATF_REQUIRE_EQ(0, fe_ask(fe, 10, base, sizeof(base), NULL, 0));
	ATF_REQUIRE_EQ(0, fe_ask(fe, 9, &a, sizeof(a), NULL, 0));
	ATF_REQUIRE_EQ(0, fe_ask(fe, 13, &index, 8, &r->call, 1));
	ATF_REQUIRE_EQ(0, fe_ask(fe, 14, &index, 8, &r->err, 1));
	ATF_REQUIRE_EQ(0, fe_ask(fe, 12, &index, 8, &r->kick, 1));
	ATF_REQUIRE_EQ(0, fe_ask(fe, 18, on, sizeof(on), NULL, 0));
}

void
fe_rings_up(struct fe *fe, uint16_t start)
{
	ring_up(fe, FE_RX, start);
	ring_up(fe, FE_TX, start);
}

void
fe_rings_down(struct fe *fe)
{
	for (uint32_t i = 0; i < FE_RINGS; i++) {
		uint32_t s[2] = { i, 0 };
		uint16_t used;

		fe_request(fe, 11, s, sizeof(s), NULL, 0);
		fe_answer(fe, 11, s, sizeof(s));
		memcpy(&used, fe->mem + fe->ring[i].used + 2, sizeof(used));
		ATF_REQUIRE_EQ(i, s[0]);
		ATF_REQUIRE_EQ(le16toh(used), s[1]);
	}
}

void
fe_rings_clear(struct fe *fe, uint16_t start)
{
	memset(fe->mem + FE_RING_AT, 0, 0x20000);
	for (unsigned i = 0; i < FE_RINGS; i++) {
		struct fe_ring *r = &fe->ring[i];
		uint16_t idx = htole16(start);

		r->desc = FE_RING_AT + 0x10000 * i;
		r->avail = r->desc + 0x5000;
		r->used = r->desc + 0x8000;
		r->avail_idx = r->last_used = start;
		memcpy(fe->mem + r->avail + 2, &idx, 2);
		memcpy(fe->mem + r->used + 2, &idx, 2);
	}
	fe->tx_next = 0;
	if (!fe->opt.no_rx)
		fe_post_rx_all(fe);
}

void
fe_start(struct fe *fe, const struct fe_options *opt)
{
	static const struct fe_options none;

	memset(fe, 0, sizeof(*fe));
	fe->opt = opt == NULL ? none : *opt;
	fe->size = fe->opt.ring_size == 0 ? 1024 : fe->opt.ring_size;
	fe->repost = true;
	fe->memfd = memfd_create("guest", MFD_CLOEXEC);
	ATF_REQUIRE(ftruncate(fe->memfd, FE_FILE_SKIP + FE_MEM_LEN) == 0);
	fe->mem = mmap(NULL, FE_FILE_SKIP + FE_MEM_LEN, PROT_READ | PROT_WRITE,
	    MAP_SHARED, fe->memfd, 0);
	ATF_REQUIRE(fe->mem != MAP_FAILED);
	fe->mem += FE_FILE_SKIP;
	for (unsigned i = 0; i < FE_RINGS; i++) {
		struct fe_ring *r = &fe->ring[i];

		r->kick = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
		r->call = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
		r->err = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	}
	spawn(fe);
	fe_handshake(fe);
	fe_mem_table(fe);
	fe_rings_clear(fe, fe->opt.start);
	if (!fe->opt.no_start)
		fe_rings_up(fe, fe->opt.start);
}
