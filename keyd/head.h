/*
 * The newest tree that a checkpoint was signed for.  keyd never signs a
 * smaller one, nor another root at the same size, over restarts too.
 *
 * Theory of operation.  The file has two slots, written in turn, each closed
 * by a check value, so that a write cut short by a power loss spoils only the
 * slot whose signature has not left yet.  The valid slot with the higher
 * sequence number counts.
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

/* Makes the file for a new appliance.  -1 with *w. */
int	head_create(int dirfd, struct why *w);

/* Loads it; -1 with *w when it is missing or no slot is valid. */
int	head_open(struct head *, int dirfd, struct why *w);
void	head_close(struct head *);

/*
 * Moves on to this tree and makes that durable.  When it returns 0 the
 * checkpoint may be signed.  -1: EPERM (smaller, or another root) or the
 * disk's errno, with *w; after a disk's error the caller must stop.
 */
int	head_advance(struct head *, uint64_t size,
	    const unsigned char root[DIGEST_LEN], struct why *w);

#endif
