/*
 * How many of the nonces that keyd can remember each signer may have.
 *
 * Theory of operation.  A nonce counts until its command's not_after.  Each
 * principal of allowed_signers has a limit, which the site sets
 * (nonces_percent), and a reserve: an equal part of half of all places.  The
 * other half is first come, first served.  A principal below its reserve
 * always gets a place, because reserved places are not given to others.
 *
 * Some nonces count only in the total: those whose owner is no longer in
 * allowed_signers or is not known (a file of version 1), and those whose
 * window begins in the future.  The latter were granted while the clock was
 * ahead.  No command with such a nonce is accepted now, and the owner must not
 * wait for years.
 */
#ifndef OWNERS_H
#define OWNERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/share.h"
#include "lib/signers.h"

#define OWNER_ID_LEN	16	/* of the SHA-256 of the principal */

struct owner {
	unsigned char	id[OWNER_ID_LEN];
	size_t		live;
	uint64_t	first_end;	/* earliest not_after, or UINT64_MAX */
};

struct owners {
	struct owner	*list;		/* sorted by id */
	size_t		 n;
	struct shares	 shares;
	size_t		 places, limit, reserve;
	size_t		 pledged;	/* taken, or reserved and free */
	uint64_t	 first_end;	/* of all owners */
	uint64_t	 counted_at;
};

enum owners_room {
	ROOM_FREE,
	ROOM_LIMIT,	/* this principal has reached its limit */
	ROOM_NONE,	/* all free places are reserved for others */
};

/* Then count.  Returns -1 with ENOMEM. */
int	owners_init(struct owners *, const struct signers *,
	    const struct shares *, size_t places);
void	owners_free(struct owners *);

void	owner_id(unsigned char id[OWNER_ID_LEN], const char *principal);

/* Counts again: begin, then each nonce in the table, then end. */
void	owners_count_begin(struct owners *, uint64_t now);
void	owners_count(struct owners *, const unsigned char id[OWNER_ID_LEN],
	    uint64_t not_after);
void	owners_count_end(struct owners *);

/* Counts one more nonce. */
void	owners_add(struct owners *, const unsigned char id[OWNER_ID_LEN],
	    uint64_t not_after);

/*
 * Whether this principal may have one more.  Between counts no nonce expires,
 * so count again before you refuse.
 */
enum owners_room	owners_room(const struct owners *,
			    const unsigned char id[OWNER_ID_LEN]);
/* Whether the last count is a minute old or the clock has gone back. */
bool	owners_stale(const struct owners *, uint64_t now);

/* Says why there is no room.  Always returns -1, like why_set(). */
int	owners_refuse(const struct owners *, enum owners_room,
	    const char *principal, struct why *w);

#endif
