/*
 * The nonces of commands that were granted, so that each is granted once, over
 * restarts too.
 *
 * Theory of operation.  The file is a header and fixed records, appended and
 * synced one by one before the grant leaves.  Only the last record can be cut
 * short by a power loss, and its grant was never sent, so it is dropped: it
 * lacks bytes, or has zeros in place of a sector.  Any other bad record, the
 * last one too, is damage and a refusal to start: its command can have run.
 *
 * A nonce stays after its command has ended, until its place is needed.  Only
 * when the table is full are nonces of ended commands dropped, those that
 * ended first, NONCES_DROPPED of them.  The header keeps the latest end ever
 * dropped, the floor: no command that ends at or before it is granted.
 *
 * No nonce is granted twice, whatever the clock says: it is in the table, or
 * it was dropped, and then the floor is at its end or later.
 *
 * A wrong clock leaves no mark: it is compared with a nonce's end only when
 * the table is full, and what is dropped then are the oldest ends.  With the
 * right clock the floor is in the past and refuses nothing that the window
 * does not refuse.  A clock that is ahead, with a full table, can drop nonces
 * that are live by the right clock only when less than NONCES_DROPPED had
 * ended: when nearly all places were taken anyway.  Commands that end before
 * the floor wait until it has passed then, a day at most.  Each further
 * NONCES_DROPPED commands that are granted by such a clock allow one more
 * drop; NONCES_MAX of them bring the floor to that clock's time.
 */
#ifndef NONCES_H
#define NONCES_H

#include <stddef.h>
#include <stdint.h>

#include "lib/msg/msg.h"
#include "owners.h"
#include "lib/why.h"

#define NONCES_MAX	65536	/* 0.75 jobs a second for a whole day */
#define NONCES_DROPPED	4096	/* a new file of 4 MiB for each so many */

struct nonce {
	unsigned char	digest[DIGEST_LEN];	/* SHA-256 of the nonce */
	unsigned char	owner[OWNER_ID_LEN];	/* zeros: not known */
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
	struct owners	 owners;
};

enum nonce_result {
	NONCE_FRESH,	/* recorded now, durably */
	NONCE_USED,
	NONCE_ENDED,	/* at or below the floor */
	NONCE_FULL,	/* too many live ones, in all or of its owner: *w */
	NONCE_FAILED,	/* the disk: *w; nothing is recorded */
};

/* What is taken: the nonce of a command of this principal. */
struct nonce_of {
	const void	*nonce;
	size_t		 len;
	uint64_t	 not_after;	/* not 0 */
	const char	*principal;
};

/* Makes the file for a new appliance.  -1 with *w. */
int	nonces_create(int dirfd, struct why *w);

/*
 * Loads them.  A file of version 1 becomes one of today's.  -1 with *w when it
 * is missing or damaged.
 */
int	nonces_open(struct nonces *, int dirfd, struct why *w);
void	nonces_close(struct nonces *);

/*
 * Who may take how many, of those that count now.  Without this call no places
 * are reserved.  -1 with *w.
 */
int	nonces_share(struct nonces *, const struct signers *,
	    const struct shares *, uint64_t now, struct why *w);

/*
 * Takes a nonce.  Exits 111 when the disk failed in a way that leaves the file
 * unknown.
 */
enum nonce_result	nonces_take(struct nonces *, const struct nonce_of *,
			    uint64_t now, struct why *w);

#endif
