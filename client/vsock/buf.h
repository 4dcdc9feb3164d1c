/*
 * The bytes that a client has not read yet: a ring of CREDIT_BUF_ALLOC bytes,
 * allocated when first needed and freed when empty.  The credit rule prevents
 * an overflow.
 */
#ifndef BUF_H
#define BUF_H

#include <sys/uio.h>

#include <stddef.h>
#include <stdint.h>

struct vsock_buf {
	uint8_t	*mem;		/* NULL while empty */
	size_t	 head;		/* of the first byte */
	size_t	 len;
};

/*
 * Appends the bytes of `iov' after the first `skip'.  Returns -1 with ENOMEM,
 * or with ENOBUFS if they do not fit, and appends nothing then.
 */
int	buf_put(struct vsock_buf *, const struct iovec *iov, size_t niov,
	    size_t skip);

/* Sends what the socket takes.  Returns the bytes sent, or -1 with errno. */
ssize_t	buf_send(struct vsock_buf *, int fd);

void	buf_free(struct vsock_buf *);

#endif
