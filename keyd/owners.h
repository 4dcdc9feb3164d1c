/*
 * Who may have how many of the nonces that keyd can remember.
 *
 * Theory of operation.  A nonce counts while its command has not ended by the
 * clock.  Each principal of allowed_signers has a limit, which the site sets
 * (nonces_percent), and a reserve: half of all places, in equal parts.  The
 * other half goes to the first who ask.  A principal below the reserve always
 * gets a place, because no other one is given a place that is reserved.
 *
 * Nonces whose owner is not in allowed_signers (any more), or is not known (of
 * a file of version 1), count in the total alone.  So do those whose window
 * begins after the clock: they were granted while the clock was ahead, no
 * command with them can come now, and their owner must not wait for years.
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
	uint64_t	first_end;	/* of these; UINT64_MAX: none */
};

struct owners {
	struct owner	*list;		/* sorted by id */
	size_t		 n;
	struct shares	 shares;
	size_t		 places, limit, reserve;
	size_t		 pledged;	/* taken, or reserved and free */
	uint64_t	 first_end;	/* of all that count */
	uint64_t	 counted_at;
};

enum owners_room {
	ROOM_FREE,
	ROOM_LIMIT,	/* this principal has as many as one may have */
	ROOM_NONE,	/* what is free is reserved for others */
};

/* The owners of so many places; count then.  -1 with ENOMEM. */
int	owners_init(struct owners *, const struct signers *,
	    const struct shares *, size_t places);
void	owners_free(struct owners *);

void	owner_id(unsigned char id[OWNER_ID_LEN], const char *principal);

/* Counts anew: begin, then every nonce that is remembered, then end. */
void	owners_count_begin(struct owners *, uint64_t now);
void	owners_count(struct owners *, const unsigned char id[OWNER_ID_LEN],
	    uint64_t not_after);
void	owners_count_end(struct owners *);

/* One more, which counts now. */
void	owners_add(struct owners *, const unsigned char id[OWNER_ID_LEN],
	    uint64_t not_after);

/*
 * Whether this principal may have one more.  Nothing is counted out between
 * two counts, so that a refusal is final only when it was counted now.
 */
enum owners_room	owners_room(const struct owners *,
			    const unsigned char id[OWNER_ID_LEN]);
/* A minute or more since the last count, or the clock has gone back. */
bool	owners_stale(const struct owners *, uint64_t now);

/* Why there is no room.  Always -1, as why_set(). */
int	owners_refuse(const struct owners *, enum owners_room,
	    const char *principal, struct why *w);

#endif
