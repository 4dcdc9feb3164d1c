/*
 * Each signer's usage of what all signers share.  Slots, places for queries and
 * the room for bundles are counted where they are held, so that no path can
 * forget to release one; the ledger's bytes and keyd's time are added up here.
 */
#ifndef USAGE_H
#define USAGE_H

#include <stddef.h>
#include <stdint.h>

#include "lib/msg/msg.h"
#include "lib/share_left.h"
#include "lib/signers.h"

struct runner;
struct job;

#define USAGE_KEYD_MS	1000	/* above the share, before it is refused */

/* Since this runner started. */
struct usage {
	uint64_t	room;		/* in the ledger at the start;
					   UINT64_MAX: not known yet */
	size_t		n;
	struct {
		char		signer[PRINCIPAL_MAX + 1];
		uint64_t	bytes;		/* of the ledger's room */
		uint64_t	even_ms;	/* until then the signer's part
						   of keyd's time is above the
						   share */
	} by[SIGNERS_MAX];
};

/*
 * Sets what is left to each signer who uses something.  A job that keyd decides
 * on does not count against itself.
 */
void	usage_left(const struct runner *, const struct job *asking,
	    struct share_left *);

/* A leaf of the signer's, "" for none, is in the ledger. */
void	usage_add_leaf(struct runner *, const char *signer, uint64_t bytes);
/* keyd has spent so much time on a request of the signer's. */
void	usage_add_keyd(struct runner *, const char *signer, uint64_t ms);

#endif
