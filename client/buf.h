/*
 * A byte buffer that grows.  The program ends (exit 111) when out of memory;
 * nothing needs cleaning up then.
 */
#ifndef BUF_H
#define BUF_H

#include <stddef.h>

struct buf {
	unsigned char	*data;
	size_t		 len, cap;
};

/* An all-zero struct is an empty buffer. */
void		 buf_free(struct buf *);
void		 buf_add(struct buf *, const void *, size_t);
/* In place of what the buffer holds. */
void		 buf_set(struct buf *, const void *, size_t);
void		 buf_add_str(struct buf *, const char *);
void		 buf_add_zeros(struct buf *, size_t);
/* Room for n more bytes; the caller adds to len what it has filled. */
unsigned char	*buf_room(struct buf *, size_t n);
/* The bytes as a C string; the NUL after them does not count in len. */
const char	*buf_str(struct buf *);

#endif
