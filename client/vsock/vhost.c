#include "vhost.h"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "device.h"
#include "lib/log.h"
#include "request.h"

enum {
	FLAG_VERSION = 1,
	FLAG_VERSION_MASK = 3,
	FLAG_REPLY = 4,
	FLAG_NEED_REPLY = 8,
};

/* The protocol is in the host's own byte order. */
static uint32_t
get32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static void
put32(uint8_t *p, uint32_t v)
{
	memcpy(p, &v, sizeof(v));
}

void
vhost_init(struct vhost *v)
{
	*v = (struct vhost){ .fd = -1 };
}

static void
drop_fds(struct vhost *v)
{
	for (unsigned i = 0; i < v->nfds; i++)
		if (v->fds[i] != -1)
			close(v->fds[i]);
	v->nfds = 0;
}

int
vhost_reply(struct device *d, const void *payload, uint32_t len)
{
	uint8_t out[VHOST_HDR_LEN + VHOST_PAYLOAD_MAX];

	put32(out, d->vhost.request);
	put32(out + 4, FLAG_VERSION | FLAG_REPLY);
	put32(out + 8, len);
	if (len > 0)
		memcpy(out + VHOST_HDR_LEN, payload, len);
	/* Replies are small, one for each request: they always fit. */
	if (send(d->vhost.fd, out, VHOST_HDR_LEN + len,
	    MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)(VHOST_HDR_LEN + len))
		return -1;
	return 0;
}

/* Handles one complete request.  Returns -1 to drop the front end. */
static int
dispatch(struct device *d)
{
	struct vhost *v = &d->vhost;
	uint32_t flags = get32(v->in + 4), len = get32(v->in + 8);
	const struct vhost_request *q;
	uint64_t verdict;
	int rc;

	v->request = get32(v->in);
	q = request_find(v->request);
	if (q == NULL || len < q->min || len > q->max ||
	    v->nfds > q->nfds || (flags & FLAG_VERSION_MASK) != FLAG_VERSION) {
		log_info("front end's request %u (%u bytes, %u descriptors, "
		    "flags 0x%x) is not one that this device has; is it "
		    "QEMU's vhost-user-vsock?", v->request, len, v->nfds,
		    flags);
		return -1;
	}
	rc = q->fn(d, v->in + VHOST_HDR_LEN, len);
	if (d->opt->verbose || rc == -1)
		log_info("front end: %s%s", q->name, rc == -1 ? " failed" : "");
	if (q->replies)
		return rc;
	verdict = rc == 0 ? 0 : 1;
	if ((v->protocol & VHOST_REPLY_ACK) && (flags & FLAG_NEED_REPLY))
		return vhost_reply(d, &verdict, sizeof(verdict));
	return rc;
}

/* Keeps the descriptors that came with a message. */
static int
collect_fds(struct vhost *v, struct msghdr *m)
{
	int rc = (m->msg_flags & MSG_CTRUNC) ? -1 : 0;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c != NULL;
	    c = CMSG_NXTHDR(m, c)) {
		size_t n;

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (size_t i = 0; i < n; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(c) + i * sizeof(int),
			    sizeof(int));
			if (v->nfds < MEM_REGIONS_MAX) {
				v->fds[v->nfds++] = fd;
			} else {
				close(fd);
				rc = -1;
			}
		}
	}
	return rc;
}

/* Reads at most `want' bytes.  Returns their number, 0 at the end, or -1. */
static ssize_t
receive(struct vhost *v, size_t want)
{
	union {
		char		 buf[CMSG_SPACE(sizeof(int) * MEM_REGIONS_MAX)];
		struct cmsghdr	 align;
	} ctl;
	struct iovec iov = { v->in + v->len, want };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1,
	    .msg_control = ctl.buf, .msg_controllen = sizeof(ctl.buf) };
	ssize_t n = recvmsg(v->fd, &m, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);

	if (n > 0 && collect_fds(v, &m) == -1) {
		errno = EPROTO;
		return -1;
	}
	return n;
}

static void
hang_up(struct device *d, int status)
{
	struct vhost *v = &d->vhost;

	drop_fds(v);
	device_unwatch(d, v->fd);
	close(v->fd);
	vhost_init(v);
	device_front_gone(d, status);
}

void
vhost_attach(struct device *d, int fd)
{
	vhost_init(&d->vhost);
	d->vhost.fd = fd;
	if (device_watch(d, fd, EVENT_FRONT, 0, EPOLLIN) == -1)
		hang_up(d, EXIT_SYSTEM);
}

/* The bytes still missing of the header, then of its payload. */
static ssize_t
missing(const struct vhost *v)
{
	uint32_t len;

	if (v->len < VHOST_HDR_LEN)
		return (ssize_t)(VHOST_HDR_LEN - v->len);
	len = get32(v->in + 8);
	if (len > VHOST_PAYLOAD_MAX)
		return -1;
	return (ssize_t)(VHOST_HDR_LEN + len - v->len);
}

void
vhost_work(struct device *d)
{
	struct vhost *v = &d->vhost;

	while (v->fd != -1) {
		ssize_t want = missing(v), n;

		if (want == 0) {
			int rc = dispatch(d);

			drop_fds(v);
			v->len = 0;
			if (rc == -1)
				hang_up(d, EXIT_PEER);
			continue;
		}
		n = want == -1 ? -1 : receive(v, (size_t)want);
		if (n == -1 && want != -1 && errno == EINTR)
			continue;
		if (n == -1 && want != -1 && errno == EAGAIN)
			return;
		if (n == -1 && (want == -1 || errno == EPROTO)) {
			log_info("front end's request is too long or has too "
			    "many descriptors");
			hang_up(d, EXIT_PEER);
			return;
		}
		if (n <= 0) {
			hang_up(d, EXIT_OK);
			return;
		}
		v->len += (size_t)n;
	}
}
