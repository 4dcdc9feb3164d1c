/*
 * The nonces of granted commands, so that each command is granted only once,
 * even after a restart.
 *
 * Theory of operation.  The file is a header and records of fixed length.
 * Each record is appended and synced before its grant is sent.  A power loss
 * can truncate only the last record, or leave zeros in place of a sector of
 * it; its grant was never sent, so it is dropped.  Any other invalid record,
 * including the last, is damage, and keyd refuses to start: the command may
 * have run.
 *
 * A nonce stays in the table after its command has ended (not_after).  When
 * the table is full, the NONCES_DROPPED nonces that ended first are dropped.
 * The header keeps the latest not_after ever dropped, the floor.  No command
 * that ends at or before the floor is granted.
 *
 * So no nonce is granted twice, whatever the clock shows: either it is in the
 * table, or it was dropped and its command ends at or before the floor.
 *
 * A wrong clock does little harm.  The clock matters only when the table is
 * full, and the nonces that ended first are dropped first.  With the right
 * clock the floor is in the past, and refuses nothing that the command's
 * window does not refuse.  A clock that is ahead can drop nonces that have not
 * really ended only when the table is full and fewer than NONCES_DROPPED have:
 * that is, when nearly all places were taken anyway.  Then commands that end
 * before the floor are refused until it has passed, a day at most.  Another
 * drop needs NONCES_DROPPED more grants under such a clock; NONCES_MAX grants
 * bring the floor to that clock's time.
 */
#ifndef NONCES_H
#define NONCES_H

#include <stddef.h>
#include <stdint.h>

#include "lib/msg/msg.h"
#include "owners.h"
#include "lib/why.h"

#define NONCES_MAX	65536	/* 0.75 jobs a second for a whole day */
#define NONCES_DROPPED	4096	/* each drop writes a file of 4 MiB */

struct nonce {
	unsigned char	digest[DIGEST_LEN];	/* SHA-256 of the nonce */
	unsigned char	owner[OWNER_ID_LEN];	/* zeros if not known */
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
	NONCE_FRESH,	/* recorded durably */
	NONCE_USED,
	NONCE_ENDED,	/* at or below the floor */
	NONCE_FULL,	/* too many, in total or of its owner: *w */
	NONCE_FAILED,	/* disk or memory: *w; nothing is recorded */
};

/* The nonce of a principal's command. */
struct nonce_of {
	const void	*nonce;
	size_t		 len;
	uint64_t	 not_after;	/* not 0 */
	const char	*principal;
};

/* Makes the file for a new appliance.  Returns 0, or -1 with *w. */
int	nonces_create(int dirfd, struct why *w);

/*
 * Loads the file; one of version 1 is rewritten as version 2.  Returns -1 with
 * *w if it is missing or damaged.
 */
int	nonces_open(struct nonces *, int dirfd, struct why *w);
void	nonces_close(struct nonces *);

/*
 * Sets each signer's share.  Without this call no places are reserved.
 * Returns -1 with *w.
 */
int	nonces_share(struct nonces *, const struct signers *,
	    const struct shares *, uint64_t now, struct why *w);

/*
 * Records a nonce.  Exits 111 when after a disk error the file's content is
 * not known.
 */
enum nonce_result	nonces_take(struct nonces *, const struct nonce_of *,
			    uint64_t now, struct why *w);

#endif
