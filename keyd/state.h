/*
 * keyd's files, in a directory that only keyd can reach.  They are small, and
 * are read and replaced as a whole.  Messages in *w have the form "FILE: what
 * is wrong; what to do".
 */
#ifndef STATE_H
#define STATE_H

#include <stddef.h>

#include "lib/why.h"

#define STATE_CHECK_LEN	8	/* bytes of SHA-256 at a record's end */

#define STATE_ADVICE	"put back the data disk from a copy, or give the " \
			"appliance an empty data disk (it will have another " \
			"identity)"

/*
 * Reads a regular file of at most cap bytes that has no other link.  Returns
 * -1 with *w and ENOENT if it does not exist, EFBIG if it is larger, or another
 * errno.
 */
int	state_read(int dirfd, const char *name, void *buf, size_t cap,
	    size_t *lenp, struct why *w);

/*
 * Replaces the file's content durably, or leaves the old content: writes and
 * syncs a new file, renames it over the old one, syncs the directory.  Returns
 * -1 with errno and *w.
 */
int	state_replace(int dirfd, const char *name, const void *data,
	    size_t len, struct why *w);

/* Writes all of it at an offset and syncs.  Returns -1 with errno. */
int	state_write_at(int fd, const void *data, size_t len, size_t offset);

/* The first bytes of the SHA-256, to detect a truncated or damaged record. */
void	state_check(const void *data, size_t len,
	    unsigned char check[STATE_CHECK_LEN]);

#endif
