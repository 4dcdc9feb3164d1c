/*
 * A bundle while it arrives: a memfd and the SHA-256 of what has arrived.  All
 * bundles together take at most a quarter of the machine's memory, counted as
 * they arrive: an announced bundle takes nothing.
 */
#ifndef BUNDLE_H
#define BUNDLE_H

#include <stdint.h>

#include "lib/msg/msg.h"
#include "lib/sha256.h"

struct bundle_budget {
	uint64_t	total;		/* a quarter of memory */
	uint64_t	used;
};

struct bundle {
	struct bundle_budget	*budget;
	int			 fd;		/* -1: none */
	uint64_t		 len;		/* as the command says */
	uint64_t		 got;
	struct sha256		 hash;
};

/* Makes an empty bundle, on which any other call may follow. */
void	bundle_init(struct bundle *, struct bundle_budget *);

/*
 * Makes the memfd.  -1: EMSGSIZE when a bundle of this length can never be
 * held, else errno.
 */
int	bundle_open(struct bundle *, uint64_t len);

/*
 * -1: EMSGSIZE past the announced length, EBUSY when the other bundles leave
 * no room now, else errno.
 */
int	bundle_append(struct bundle *, const void *, size_t);

/*
 * Once got == len: seals the memfd, so that what was hashed is what is
 * unpacked.  -1 with EBADMSG when the digest differs, else errno.
 */
int	bundle_seal(struct bundle *, const unsigned char want[DIGEST_LEN]);

/* Releases memory and budget.  May be called on an empty bundle. */
void	bundle_close(struct bundle *);

#endif
