/*
 * The codec: RFC 4251 section 5 data types (byte, uint32, uint64, string) over
 * a caller's buffer.  Both sides remember their first error, so that a caller
 * encodes or decodes everything and checks once, at the end.  Nothing here
 * allocates, blocks or logs.
 */
#ifndef WIRE_H
#define WIRE_H

#include <stddef.h>
#include <stdint.h>

#include "lib/doc/put.h"

/* Borrowed bytes: any length, anything in them. */
struct bytes {
	const void	*p;
	size_t		 len;
};

struct get {
	const unsigned char	*p;
	size_t			 left;
	int			 err;	/* 0, or EBADMSG */
};

void	put_u8(struct put *, uint8_t);
void	put_u32(struct put *, uint32_t);
void	put_u64(struct put *, uint64_t);
void	put_string(struct put *, const void *, size_t);
void	put_cstr(struct put *, const char *);

/*
 * After the first error every get returns 0 or an empty string, and the error
 * stays.  A returned string points into the buffer.
 */
void		get_init(struct get *, const void *buf, size_t len);
uint8_t		get_u8(struct get *);
uint32_t	get_u32(struct get *);
uint64_t	get_u64(struct get *);
/* The next n bytes, or NULL. */
const void	*get_raw(struct get *, size_t n);
/* A string of at most max bytes; "" and *lenp 0 on error. */
const void	*get_string(struct get *, size_t *lenp, size_t max);
/*
 * Copies a string into dst as a C string.  A NUL inside it, or more than
 * cap - 1 bytes, is an error; dst is "" then.
 */
void		get_cstr(struct get *, char *dst, size_t cap);
/* A string of exactly n bytes, copied to dst (zeros on error). */
void		get_fixed(struct get *, void *dst, size_t n);
/* Returns -1 with EBADMSG after an error or when bytes are left over. */
int		get_end(struct get *);

#endif
