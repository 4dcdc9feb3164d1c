/*
 * keyd's files: small, whole, in one directory that nobody else can see.
 * Messages go to *w as "FILE: what was wrong; what to do".
 */
#ifndef STATE_H
#define STATE_H

#include <stddef.h>

#include "lib/why.h"

#define STATE_CHECK_LEN	8	/* bytes of SHA-256 that close a record */

#define STATE_ADVICE	"put back the data disk from a copy, or give the " \
			"appliance an empty data disk (it will have another " \
			"identity)"

/*
 * Reads a whole file of at most cap bytes, a regular one with no other name.  -1 with ENOENT when there is none,
 * EFBIG when it is larger, or another errno; *w in every case.
 */
int	state_read(int dirfd, const char *name, void *buf, size_t cap,
	    size_t *lenp, struct why *w);

/*
 * Makes this the file's content, whole and durable, or leaves what was there:
 * a new file, synced, renamed over the old one, directory synced.  -1 with
 * errno and *w.
 */
int	state_replace(int dirfd, const char *name, const void *data,
	    size_t len, struct why *w);

/* Writes all of it at an offset and syncs.  -1 with errno. */
int	state_write_at(int fd, const void *data, size_t len, size_t offset);

/* The first bytes of the SHA-256: a record cut short or rotten has others. */
void	state_check(const void *data, size_t len,
	    unsigned char check[STATE_CHECK_LEN]);

#endif
