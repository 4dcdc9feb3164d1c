/*
 * Output to a buffer of fixed size.  It remembers its first error, so that a
 * caller writes everything and checks once, at the end.  lib/wire.h adds the
 * types of the wire, json.h JSON.
 */
#ifndef DOC_PUT_H
#define DOC_PUT_H

#include <stddef.h>
#include <stdint.h>

struct put {
	unsigned char	*base;
	size_t		 len;	/* bytes written so far */
	size_t		 cap;
	int		 err;	/* 0, or EMSGSIZE: something did not fit */
};

/* The buffer stays the caller's and must outlive the put. */
void	put_init(struct put *, void *buf, size_t cap);
/* All of the bytes, or none and err is set. */
void	put_raw(struct put *, const void *, size_t);
/*
 * Counts len bytes as written, and returns where the caller is to write them;
 * or NULL and err is set.
 */
unsigned char *put_reserve(struct put *, size_t len);
/* In decimal, with zeros in front up to a width of at most 20. */
void	put_decimal(struct put *, uint64_t, unsigned width);

#endif
