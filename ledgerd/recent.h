/*
 * Files that leaves written lately have beside them, so that the same manifest
 * is not stored for each job.  Only memory: a ledgerd that starts has none.
 */
#ifndef RECENT_H
#define RECENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/msg/msg.h"
#include "lib/wire.h"
#include "queue.h"

#define RECENT_MAX	32
#define RECENT_LEN	256	/* a reference saves nothing for less */
#define RECENT_SPAN	64	/* leaves that a file is remembered for */
/*
 * How far back a reference goes at most: the leaf that has it waits behind the
 * queue, and leaves of ledgerd's own come before it.  To erase a file, so many
 * leaves are searched for references.
 */
#define RECENT_REACH	(RECENT_SPAN + 2 * QUEUE_MAX)

/* A name and a content. */
struct recent_key {
	unsigned char	sha256[DIGEST_LEN];
};

struct recent {
	struct recent_file {
		struct recent_key	key;
		uint64_t		leaf;
		bool			used;
	} list[RECENT_MAX];
	size_t		next;		/* to be replaced */
};

void	recent_key(struct recent_key *, const char *name, size_t namelen,
	    struct bytes content);

/*
 * Sets *leaf to a leaf that has the file itself, among the last of a ledger of
 * `size' leaves.  False when there is none.
 */
bool	recent_find(const struct recent *, const struct recent_key *,
	    uint64_t size, uint64_t *leaf);

/* The leaf, which is on disk, has this file. */
void	recent_add(struct recent *, const struct recent_key *, uint64_t leaf);
void	recent_clear(struct recent *);

#endif
