#include "conn.h"

#include <sys/socket.h>

#include <linux/vm_sockets.h>

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/clock.h"
#include "unixsock.h"

#define OK_LINE_MAX	32	/* "OK 4294967295\n" */

/* Waits for events until the deadline. */
static int
wait_fd(int fd, short events, uint64_t deadline, short *revents)
{
	struct pollfd pfd = { .fd = fd, .events = events };
	int r;

	do
		r = poll(&pfd, 1, clock_left_ms(deadline));
	while (r == -1 && errno == EINTR);
	if (r == 0) {
		errno = ETIMEDOUT;
		return -1;
	}
	*revents = pfd.revents;
	return r == -1 ? -1 : 0;
}

static int
connect_vsock(uint32_t cid, uint32_t port, uint64_t deadline)
{
	struct sockaddr_vm svm = { .svm_family = AF_VSOCK, .svm_port = port,
	    .svm_cid = cid };
	socklen_t len = sizeof(int);
	int fd, err = 0;
	short ev;

	fd = socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1)
		return -1;
	if (connect(fd, (struct sockaddr *)&svm, sizeof(svm)) == 0)
		return fd;
	err = errno;
	if (err == EINPROGRESS) {
		if (wait_fd(fd, POLLOUT, deadline, &ev) == -1)
			err = errno;
		else if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len) == -1)
			err = errno;
	}
	if (err == 0)
		return fd;
	close(fd);
	errno = err;
	return -1;
}

/* CONN_LATER for what an appliance that still starts can cause. */
static enum conn_result
judge(int err)
{
	switch (err) {
	case ECONNREFUSED:
	case ECONNRESET:
	case ETIMEDOUT:
	case EAGAIN:
	case ENODEV:
	case EPIPE:
		return CONN_LATER;
	}
	return CONN_NEVER;
}

static const char *
advice(const struct target *t, int err)
{
	if (t->kind == TARGET_VSOCK)
		return err == EAFNOSUPPORT ?
		    "this host's kernel has no AF_VSOCK; load the vsock module "
		    "or use unix:PATH" :
		    "is the appliance running, with this CID?";
	if (err == ENOENT)
		return "no such socket; is the path right and the VM running?";
	if (err == ENAMETOOLONG)
		return "give a shorter name, or a link to the socket";
	if (err == EACCES || err == EPERM)
		return "the VM's owner must let you use the socket";
	return "is the VM running?";
}

static enum conn_result
fail(struct conn *c, const struct target *t, const char *doing, int err,
    struct why *w)
{
	why_set(w, "%s: %s; %s", doing, strerror(err), advice(t, err));
	conn_close(c);
	return judge(err);
}

/* "CONNECT 1024\n", then "OK N\n" byte by byte: what follows is a frame. */
static int
hybrid_connect(int fd, uint64_t deadline)
{
	char line[OK_LINE_MAX];
	int n = snprintf(line, sizeof(line), "CONNECT %d\n", CLIENT_PORT);
	short ev;

	if (send(fd, line, (size_t)n, MSG_NOSIGNAL) != n)
		return -1;
	for (n = 0; n < OK_LINE_MAX; n++) {
		ssize_t r;

		if (wait_fd(fd, POLLIN, deadline, &ev) == -1)
			return -1;
		if ((r = recv(fd, line + n, 1, 0)) == -1)
			return -1;
		if (r == 0) {
			errno = ECONNREFUSED;
			return -1;
		}
		if (line[n] == '\n')
			break;
	}
	if (n >= 4 && n < OK_LINE_MAX && memcmp(line, "OK ", 3) == 0)
		return 0;
	errno = EPROTO;
	return -1;
}

/* An appliance that is full or still starting refuses in place of HELLO. */
static enum conn_result
turned_away(struct get *g, struct why *w)
{
	struct client_refused m;
	const char *word;

	if (client_get_refused(g, &m) == -1) {
		why_set(w, "the appliance's refusal is malformed");
		return CONN_NEVER;
	}
	word = reason_word(m.reason);
	why_set(w, "refused (%s): %s", word == NULL ? "unknown" : word,
	    m.message);
	return CONN_LATER;
}

static enum conn_result
read_hello(struct conn *c, int timeout_ms, struct hello *h, struct why *w)
{
	struct conn_frame f;
	int r = conn_next(c, timeout_ms, &f, w);

	if (r == 1 && f.type == CLIENT_HELLO)
		return conn_get_hello(h, &f.body, w) == 0 ? CONN_OK :
		    CONN_NEVER;
	if (r == 1 && f.type == CLIENT_REFUSED)
		return turned_away(&f.body, w);
	if (r == 1)
		why_set(w, "it did not greet first, so it is not a Casemate "
		    "appliance");
	else if (r == 0)
		why_set(w, "it closed the connection without a greeting");
	if (r == 0 || (r == -1 && (errno == ETIMEDOUT || errno == ECONNRESET)))
		return CONN_LATER;
	return CONN_NEVER;
}

enum conn_result
conn_open(struct conn *c, const struct target *t, int timeout_ms,
    struct hello *h, struct why *w)
{
	const uint64_t deadline = clock_ms() + (unsigned)timeout_ms;
	enum conn_result r;

	memset(c, 0, sizeof(*c));
	if (t->kind == TARGET_UNIX)
		c->fd = unixsock_connect(t->path);
	else
		c->fd = connect_vsock(t->cid, t->port, deadline);
	if (c->fd == -1)
		return fail(c, t, "cannot connect", errno, w);
	if (t->kind == TARGET_UNIX && hybrid_connect(c->fd, deadline) == -1)
		return fail(c, t, errno == ECONNREFUSED ? "nothing in the "
		    "VM listens on vsock port 1024" :
		    "no answer to CONNECT 1024", errno, w);
	r = read_hello(c, clock_left_ms(deadline), h, w);
	if (r != CONN_OK)
		conn_close(c);
	return r;
}

void
conn_close(struct conn *c)
{
	if (c->fd != -1)
		close(c->fd);
	buf_free(&c->in);
	c->fd = -1;
	c->used = 0;
}

/* The text is printed, and becomes a part of commands. */
static bool
is_plain(const char *text)
{
	while (*text > 0x20 && *text < 0x7f)
		text++;
	return *text == '\0';
}

/* Another version may have other fields: the first two stay. */
static int
check_version(struct get g, struct hello *h, struct why *w)
{
	char protocol[PROTOCOL_MAX + 1];

	get_cstr(&g, protocol, sizeof(protocol));
	h->version = get_u32(&g);
	if (g.err != 0 || strcmp(protocol, "casemate") != 0)
		return why_set(w, "the greeting is not a Casemate "
		    "appliance's");
	if (h->version != CLIENT_VERSION)
		return why_set(w, "the appliance speaks version %u of the "
		    "protocol, this casemate %d; use the casemate command that "
		    "came with its image", h->version, CLIENT_VERSION);
	return 0;
}

int
conn_get_hello(struct hello *h, struct get *g, struct why *w)
{
	struct client_hello m;

	memset(h, 0, sizeof(*h));
	if (check_version(*g, h, w) == -1)
		return -1;
	if (client_get_hello(g, &m) == -1 || !is_plain(m.vkey) ||
	    !is_plain(m.mode))
		return why_set(w, "the appliance's greeting is malformed");
	strcpy(h->vkey, m.vkey);
	strcpy(h->mode, m.mode);
	h->now = m.now;
	h->slots = m.slots;
	return 0;
}

/* 1 when a whole frame is in the buffer, 0 when not, -1 malformed. */
static int
take_frame(struct conn *c, struct conn_frame *f, struct why *w)
{
	struct get g;
	uint32_t len;
	size_t max;

	if (c->in.len - c->used < 5)
		return 0;
	get_init(&g, c->in.data + c->used, c->in.len - c->used);
	len = get_u32(&g);
	f->type = get_u8(&g);
	max = client_max(f->type);
	if (max == 0 || (f->type & 1) == 0)
		return why_set(w, "the appliance sent a frame of type 0x%02x, "
		    "which does not exist", f->type);
	if (len == 0 || len - 1 > max)
		return why_set(w, "the appliance sent a frame of type 0x%02x "
		    "and length %u; at most %zu are allowed", f->type, len,
		    max + 1);
	if (g.left < len - 1)
		return 0;
	get_init(&f->body, g.p, len - 1);
	c->used += 4 + (size_t)len;
	return 1;
}

int
conn_next(struct conn *c, int timeout_ms, struct conn_frame *f, struct why *w)
{
	const uint64_t deadline = timeout_ms < 0 ? CLOCK_NEVER :
	    clock_ms() + (unsigned)timeout_ms;
	ssize_t n;
	short ev;
	int r;

	while ((r = take_frame(c, f, w)) == 0) {
		if (c->used != 0) {
			c->in.len -= c->used;
			memmove(c->in.data, c->in.data + c->used, c->in.len);
			c->used = 0;
		}
		if (wait_fd(c->fd, POLLIN, deadline, &ev) == -1) {
			why_set(w, "the appliance has not answered for %d s; "
			    "look at its console", timeout_ms / 1000);
			errno = ETIMEDOUT;
			return -1;
		}
		n = recv(c->fd, buf_room(&c->in, 65536), 65536, 0);
		if (n == -1 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (n == -1) {
			int err = errno;

			why_set(w, "the connection broke: %s", strerror(err));
			errno = err;
			return -1;
		}
		if (n == 0 && c->in.len == 0)
			return 0;
		if (n == 0)
			return why_set(w, "the connection ended in the middle "
			    "of a frame: %zu bytes of it came", c->in.len);
		c->in.len += (size_t)n;
	}
	return r;
}

/* 1 sent, 0 input came or the other side closed, -1 with *w. */
static int
send_all(struct conn *c, const unsigned char *p, size_t len, struct why *w)
{
	while (len > 0) {
		short ev;
		ssize_t n;

		if (wait_fd(c->fd, POLLIN | POLLOUT,
		    clock_ms() + CONN_ANSWER_MS, &ev) == -1)
			return why_set(w, "the appliance has not taken a byte "
			    "for %d s; look at its console",
			    CONN_ANSWER_MS / 1000);
		if (ev & POLLIN)
			return 0;
		n = send(c->fd, p, len, MSG_NOSIGNAL);
		if (n == -1 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (n == -1 && (errno == EPIPE || errno == ECONNRESET))
			return 0;
		if (n == -1)
			return why_set(w, "cannot send: %s", strerror(errno));
		p += n;
		len -= (size_t)n;
	}
	return 1;
}

int
conn_send(struct conn *c, enum client_msg type, const void *payload,
    size_t len, struct why *w)
{
	struct buf out = { 0 };
	unsigned char header[5];
	struct put p;
	int r;

	if (c->used != c->in.len)
		return 0;
	put_init(&p, header, sizeof(header));
	put_u32(&p, (uint32_t)len + 1);
	put_u8(&p, (uint8_t)type);
	buf_add(&out, header, sizeof(header));
	buf_add(&out, payload, len);
	r = send_all(c, out.data, out.len, w);
	buf_free(&out);
	return r;
}
