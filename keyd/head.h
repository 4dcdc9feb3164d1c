/*
 * The newest tree that keyd signed a checkpoint for.  It never signs a smaller
 * one, nor another root of the same size, even after a restart.
 *
 * Theory of operation.  The file has two slots, written in turn, each with a
 * check value at its end.  A power loss during a write damages only the slot
 * whose checkpoint was not signed yet.  Of the valid slots the one with the
 * higher sequence number counts.
 */
#ifndef HEAD_H
#define HEAD_H

#include <stdint.h>

#include "lib/msg/msg.h"
#include "lib/why.h"

struct head {
	int		fd;
	uint64_t	seq;		/* writes so far; 0: nothing signed */
	uint64_t	size;
	unsigned char	root[DIGEST_LEN];
};

/* Makes the file for a new appliance.  Returns 0, or -1 with *w. */
int	head_create(int dirfd, struct why *w);

/* Loads it.  Returns -1 with *w if it is missing or no slot is valid. */
int	head_open(struct head *, int dirfd, struct why *w);
void	head_close(struct head *);

/*
 * Makes this tree the newest one, durably.  After it returned 0 the checkpoint
 * may be signed.  Returns -1 with *w and EPERM (smaller, or another root) or
 * the disk's errno; after a disk error the caller must stop.
 */
int	head_advance(struct head *, uint64_t size,
	    const unsigned char root[DIGEST_LEN], struct why *w);

#endif
