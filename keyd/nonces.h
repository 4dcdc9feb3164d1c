/*
 * The nonces of commands that were granted, so that each is granted once, over
 * restarts too.
 *
 * Theory of operation.  The file is a header and fixed records, appended and
 * synced one by one before the grant leaves.  Only the last record can be cut
 * short by a power loss, and its grant was never sent, so it is dropped; a bad
 * record anywhere else is damage and a refusal to start.  Nonces whose
 * commands have ended are pruned by writing a new file, at start and when the
 * table is full.  The header keeps the latest not_after ever pruned, the
 * floor: no command that ends at or before it is granted, so that a clock that
 * goes backwards brings no pruned nonce back to life.
 */
#ifndef NONCES_H
#define NONCES_H

#include <stddef.h>
#include <stdint.h>

#include "msg.h"
#include "why.h"

#define NONCES_MAX	65536	/* 0.75 jobs a second for a whole day */

struct nonce {
	unsigned char	digest[DIGEST_LEN];	/* SHA-256 of the nonce */
	uint64_t	not_after;		/* 0: a free place */
};

struct nonces {
	int		 dirfd;
	int		 fd;		/* of the file, for appending */
	size_t		 filelen;	/* where the next record goes */
	uint64_t	 floor;
	struct nonce	*table;		/* open addressing */
	size_t		 cap;		/* a power of two */
	size_t		 n;
};

enum nonce_result {
	NONCE_FRESH,	/* recorded now, durably */
	NONCE_USED,
	NONCE_ENDED,	/* at or below the floor */
	NONCE_FULL,	/* too many live ones */
	NONCE_FAILED,	/* the disk: *w; nothing is recorded */
};

/* Makes the file for a new appliance.  -1 with *w. */
int	nonces_create(int dirfd, struct why *w);

/* Loads and prunes; -1 with *w when it is missing or damaged. */
int	nonces_open(struct nonces *, int dirfd, uint64_t now, struct why *w);
void	nonces_close(struct nonces *);

/*
 * Takes a nonce whose command ends at not_after (not 0).  Exits 111 when the
 * disk failed in a way that leaves the file unknown.
 */
enum nonce_result	nonces_take(struct nonces *, const void *nonce,
			    size_t len, uint64_t not_after, uint64_t now,
			    struct why *w);

#endif
