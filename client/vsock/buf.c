#include "buf.h"

#include <sys/socket.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "credit.h"

static void
append(struct vsock_buf *b, const uint8_t *p, size_t len)
{
	size_t tail = (b->head + b->len) % CREDIT_BUF_ALLOC;
	size_t first = CREDIT_BUF_ALLOC - tail;

	if (first > len)
		first = len;
	memcpy(b->mem + tail, p, first);
	memcpy(b->mem, p + first, len - first);
	b->len += len;
}

int
buf_put(struct vsock_buf *b, const struct iovec *iov, size_t niov, size_t skip)
{
	size_t total = 0;

	for (size_t i = 0; i < niov; i++)
		total += iov[i].iov_len;
	if (total <= skip)
		return 0;
	if (total - skip > CREDIT_BUF_ALLOC - b->len) {
		errno = ENOBUFS;
		return -1;
	}
	if (b->mem == NULL && (b->mem = malloc(CREDIT_BUF_ALLOC)) == NULL)
		return -1;
	for (size_t i = 0; i < niov; i++) {
		const uint8_t *p = iov[i].iov_base;
		size_t len = iov[i].iov_len;
		size_t cut = skip < len ? skip : len;

		append(b, p + cut, len - cut);
		skip -= cut;
	}
	return 0;
}

ssize_t
buf_send(struct vsock_buf *b, int fd)
{
	struct iovec iov[2];
	struct msghdr m = { .msg_iov = iov, .msg_iovlen = 2 };
	size_t first = CREDIT_BUF_ALLOC - b->head;
	ssize_t n;

	if (b->len == 0)
		return 0;
	if (first > b->len)
		first = b->len;
	iov[0] = (struct iovec){ b->mem + b->head, first };
	iov[1] = (struct iovec){ b->mem, b->len - first };
	n = sendmsg(fd, &m, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (n <= 0)
		return n;
	b->head = (b->head + (size_t)n) % CREDIT_BUF_ALLOC;
	b->len -= (size_t)n;
	if (b->len == 0)
		buf_free(b);
	return n;
}

void
buf_free(struct vsock_buf *b)
{
	free(b->mem);
	*b = (struct vsock_buf){ 0 };
}
