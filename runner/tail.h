/*
 * The last TAIL_MAX bytes that were written to two streams, in the order in
 * which they were written.
 */
#ifndef TAIL_H
#define TAIL_H

#include <stddef.h>
#include <stdint.h>

#define TAIL_MAX	(64u << 10)	/* what a person looks through */

struct tail {
	uint64_t	total;		/* bytes written, kept or not */
	/* A ring: byte n is at n % TAIL_MAX. */
	unsigned char	bytes[TAIL_MAX];
	/* A bit for each: it was stream 2. */
	unsigned char	second[TAIL_MAX / 8];
};

/* An empty one, or NULL without memory; free() frees it. */
struct tail	*tail_new(void);

/* Adds to stream 1 or 2.  Does nothing when the tail is NULL. */
void		 tail_add(struct tail *, int stream, const void *, size_t);

/* The position of the first byte that is kept; 0 was written first. */
uint64_t	 tail_first(const struct tail *);

/*
 * The bytes from position `at' on, tail_first() or later: at most max bytes, of
 * one stream.  Returns their number, 0 at the end.
 */
size_t		 tail_run(const struct tail *, uint64_t at, size_t max,
		    int *stream, const void **p);

#endif
