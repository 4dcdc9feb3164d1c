#include "host.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "device.h"
#include "lib/log.h"

enum {
	LINE_MAX_LEN = 32,	/* "CONNECT 4294967295\n" is 19 */
	ACCEPT_BATCH = 64,
};

int
host_watch(struct device *d, struct vsock_conn *c)
{
	return device_watch(d, c->fd, EVENT_CONN, conn_id(d, c),
	    EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET);
}

static void
accept_one(struct device *d, int fd)
{
	struct vsock_conn *c = conn_open(d, CONN_LINE, fd);

	if (c == NULL) {
		if (d->opt->verbose)
			log_info("client refused: %u connections are open",
			    d->conns.count);
		close(fd);
		return;
	}
	conn_set_deadline(d, c, CONN_LINE_MS);
	if (host_watch(d, c) == -1)
		conn_finish(d, c, false);
}

void
host_accept(struct device *d)
{
	for (int i = 0; i < ACCEPT_BATCH; i++) {
		int fd = accept4(d->opt->listen_fd, NULL, NULL,
		    SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd != -1) {
			accept_one(d, fd);
			continue;
		}
		if (errno == ECONNABORTED || errno == EINTR)
			continue;
		if (errno != EAGAIN)
			device_rest(d);
		return;
	}
}

static void
request(struct device *d, struct vsock_conn *c)
{
	c->state = CONN_REQUEST;
	c->todo = TODO_REQUEST;
	conn_key(d, c, conn_pick_port(d, c->guest_port), c->guest_port);
	conn_set_deadline(d, c, CONN_REQUEST_MS);
	conn_schedule(d, c);
}

void
host_rings_up(struct device *d)
{
	for (unsigned i = 0; i < d->conns.max; i++)
		if (d->conns.pool[i].state == CONN_WAIT)
			request(d, &d->conns.pool[i]);
}

/* "CONNECT <port>\n": 0 and the port, or -1. */
static int
parse_line(const char *p, size_t len, uint32_t *port)
{
	static const char verb[] = "CONNECT ";
	uint64_t n = 0;
	size_t i = sizeof(verb) - 1;

	if (len < i + 2 || len > i + 11 || memcmp(p, verb, i) != 0)
		return -1;
	for (; i < len - 1; i++) {
		if (p[i] < '0' || p[i] > '9')
			return -1;
		n = n * 10 + (uint64_t)(p[i] - '0');
	}
	if (n >= UINT32_MAX)	/* VMADDR_PORT_ANY */
		return -1;
	*port = (uint32_t)n;
	return 0;
}

/* Peeks first: bytes after the line are for the guest. */
static void
read_line(struct device *d, struct vsock_conn *c, bool ended)
{
	char line[LINE_MAX_LEN];
	const char *nl;
	ssize_t n;
	size_t len;

	n = recv(c->fd, line, sizeof(line), MSG_PEEK | MSG_DONTWAIT);
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		conn_finish(d, c, false);
		return;
	}
	nl = memchr(line, '\n', (size_t)n);
	if (nl == NULL && n < (ssize_t)sizeof(line) && !ended)
		return;
	len = nl == NULL ? 0 : (size_t)(nl - line) + 1;
	if (nl == NULL || parse_line(line, len, &c->guest_port) == -1 ||
	    recv(c->fd, line, len, MSG_DONTWAIT) != (ssize_t)len) {
		if (d->opt->verbose)
			log_info("client refused: it sent no "
			    "\"CONNECT <port>\" line");
		conn_finish(d, c, false);
		return;
	}
	c->state = CONN_WAIT;
	conn_set_deadline(d, c, CONN_RINGS_MS);
	if (d->up)
		request(d, c);
}

/* Sends EOF to the client once it has all that the guest sent. */
static void
end_if_drained(struct vsock_conn *c)
{
	if (!c->guest_ended || c->shut_wr || c->fd == -1 || c->buf.len > 0)
		return;
	(void)shutdown(c->fd, SHUT_WR);
	c->shut_wr = true;
}

void
host_guest_ended(struct vsock_conn *c)
{
	c->guest_ended = true;
	end_if_drained(c);
}

/* The client receives no more: drops what is buffered for it. */
static void
deafen(struct vsock_conn *c)
{
	c->client_deaf = true;
	c->credit.forwarded += (uint32_t)c->buf.len;
	buf_free(&c->buf);
	end_if_drained(c);
}

/*
 * EPOLLHUP means that both directions of the socket are shut: the client has
 * closed it, or each side has shut its own.  There may still be bytes to read.
 * The event may come before the last read or after it, so this polls.
 */
static bool
has_closed(const struct vsock_conn *c)
{
	struct pollfd p = { .fd = c->fd };

	return poll(&p, 1, 0) == 1 && (p.revents & POLLHUP) != 0;
}

void
host_ended(struct vsock_conn *c)
{
	c->client_ended = true;
	if (has_closed(c))
		deafen(c);
}

void
host_guest_deaf(struct vsock_conn *c)
{
	c->guest_deaf = true;
	/* If the client has closed, this causes another EPOLLHUP. */
	host_refuse(c);
}

static void
flush(struct vsock_conn *c)
{
	while (c->buf.len > 0) {
		ssize_t n = buf_send(&c->buf, c->fd);

		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1 && errno == EAGAIN)
			return;
		if (n == -1) {
			deafen(c);
			return;
		}
		c->credit.forwarded += (uint32_t)n;
	}
	end_if_drained(c);
}

/*
 * No event flag says that a client has stopped receiving; only a send shows
 * it.  Tells the guest before it sends in vain.
 */
static void
look_if_deaf(struct vsock_conn *c)
{
	if (c->buf.len == 0 && !c->shut_wr && !c->client_deaf &&
	    send(c->fd, "", 0, MSG_NOSIGNAL | MSG_DONTWAIT) == -1 &&
	    errno == EPIPE)
		deafen(c);
}

void
host_event(struct device *d, struct vsock_conn *c, uint32_t events)
{
	bool hup = (events & EPOLLHUP) != 0;

	if (c->fd == -1)
		return;
	switch (c->state) {
	case CONN_LINE:
		read_line(d, c, (events & (EPOLLRDHUP | EPOLLHUP)) != 0);
		return;
	case CONN_WAIT:
		if (hup)
			conn_finish(d, c, false);
		return;
	case CONN_REQUEST:
		c->readable = true;
		if (hup)
			conn_finish(d, c, (c->todo & TODO_REQUEST) == 0);
		return;
	case CONN_OPEN:
		if (events & EPOLLIN)
			c->readable = true;
		if (hup && (c->client_ended || c->guest_deaf))
			host_ended(c);
		if (events & (EPOLLOUT | EPOLLERR | EPOLLHUP))
			flush(c);
		if ((events & EPOLLIN) == 0)
			look_if_deaf(c);
		conn_schedule(d, c);
		return;
	case CONN_GONE:
		flush(c);
		conn_reap(d, c);
		return;
	case CONN_CLOSING:
	case CONN_FREE:
		return;
	}
}

int
host_dial(struct device *d, uint32_t port)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	bool allowed = false;
	int fd, n, saved;

	for (size_t i = 0; i < d->opt->nports; i++)
		allowed = allowed || d->opt->ports[i] == port;
	if (!allowed || d->opt->uds == NULL) {
		errno = EACCES;
		return -1;
	}
	n = snprintf(sa.sun_path, sizeof(sa.sun_path), "%s_%u", d->opt->uds,
	    port);
	if (n < 0 || (size_t)n >= sizeof(sa.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return -1;
	/* A UNIX socket connects or fails at once, never EINPROGRESS. */
	if (connect(fd, (const void *)&sa, sizeof(sa)) == -1) {
		saved = errno;
		close(fd);
		errno = saved;
		return -1;
	}
	return fd;
}

int
host_greet(struct vsock_conn *c)
{
	char ok[LINE_MAX_LEN];
	int n = snprintf(ok, sizeof(ok), "OK %u\n", c->host_port);

	return send(c->fd, ok, (size_t)n, MSG_NOSIGNAL | MSG_DONTWAIT) == n ?
	    0 : -1;
}

int
host_deliver(struct vsock_conn *c, const struct iovec *iov, unsigned niov,
    uint32_t len)
{
	/* sendmsg(2) does not write to it. */
	union { const struct iovec *in; struct iovec *out; } u = { .in = iov };
	struct msghdr m = { .msg_iov = u.out, .msg_iovlen = niov };
	ssize_t n = 0;

	if (c->client_deaf || c->fd == -1) {
		c->credit.forwarded += len;
		return 0;
	}
	if (c->buf.len == 0) {
		n = sendmsg(c->fd, &m, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n == -1 && errno != EAGAIN && errno != EINTR) {
			c->credit.forwarded += len;
			deafen(c);
			return 0;
		}
		if (n == -1)
			n = 0;
		c->credit.forwarded += (uint32_t)n;
	}
	if (buf_put(&c->buf, iov, niov, (size_t)n) == -1)
		return -1;
	/* epoll reports only after a send failed with EAGAIN. */
	flush(c);
	return 0;
}

ssize_t
host_read(struct vsock_conn *c, const struct iovec *iov, unsigned niov)
{
	ssize_t n;
	char look;

	do
		n = niov > 0 ? readv(c->fd, iov, (int)niov) :
		    recv(c->fd, &look, 1, MSG_PEEK | MSG_DONTWAIT);
	while (n == -1 && errno == EINTR);
	return n;
}

void
host_refuse(struct vsock_conn *c)
{
	if (c->fd != -1)
		(void)shutdown(c->fd, SHUT_RD);
}

/*
 * If a UNIX socket is closed with unread bytes, its peer gets ECONNRESET, not
 * EOF.  So shut it first, and then read what is there.
 */
void
host_close(struct vsock_conn *c)
{
	char void_bytes[8192];

	if (c->fd == -1)
		return;
	buf_free(&c->buf);
	(void)shutdown(c->fd, SHUT_RDWR);
	while (recv(c->fd, void_bytes, sizeof(void_bytes), MSG_DONTWAIT) > 0)
		;
	close(c->fd);
	c->fd = -1;
}
