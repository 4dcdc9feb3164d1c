/*
 * What a client has not read yet: a ring of CREDIT_BUF_ALLOC bytes, allocated
 * when first needed and given back when empty.  The credit rule keeps it from
 * ever overflowing.
 */
#ifndef BUF_H
#define BUF_H

#include <sys/uio.h>

#include <stddef.h>
#include <stdint.h>

struct buf {
	uint8_t	*mem;		/* NULL while empty */
	size_t	 head;		/* of the first byte */
	size_t	 len;
};

/*
 * Append the bytes of `iov' less the first `skip'.  -1 with ENOMEM, or with
 * ENOBUFS if they do not fit; then nothing was appended.
 */
int	buf_put(struct buf *, const struct iovec *iov, size_t niov,
	    size_t skip);

/* Send what the socket takes: the bytes sent, or -1 with sendmsg's errno. */
ssize_t	buf_send(struct buf *, int fd);

void	buf_free(struct buf *);

#endif
