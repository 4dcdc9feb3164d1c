/*
 * A byte buffer that grows.  Running out of memory ends the program (exit
 * 111): the command has nothing to clean up that a kill would not.
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
void		 buf_add_str(struct buf *, const char *);
void		 buf_add_zeros(struct buf *, size_t);
/* Room for n more bytes; the caller adds to len what it filled. */
unsigned char	*buf_room(struct buf *, size_t n);
/* The bytes as a C string: a NUL is kept behind them, outside len. */
const char	*buf_str(struct buf *);

/* malloc, strdup and asprintf that do not fail. */
void		*need_alloc(size_t n, size_t size);
char		*need_str(const char *);
char		*need_printf(const char *fmt, ...)
		    __attribute__((format(printf, 1, 2)));

#endif
