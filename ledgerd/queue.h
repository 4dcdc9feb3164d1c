/*
 * The runner's appends without a reply yet, in the order they came: committed
 * or failed ones at the head, waiting ones behind them.
 */
#ifndef QUEUE_H
#define QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "leaf.h"
#include "lib/tree.h"
#include "lib/withheld.h"

#define QUEUE_MAX	64	/* the runner has 8 jobs with few events each */
#define QUEUE_BYTES	(1u << 20)	/* of their data; one more may pass it */

struct append {
	uint32_t			 seq;
	bool				 want_receipt;
	const struct event_info		*event;
	struct leaf_data		 data;		/* empty once settled */
	const char			*failure;	/* why not, or NULL */
	bool				 not_kept;	/* it is not there */
	bool				 forgets;	/* and erases this: */
	uint64_t			 target;
	enum withheld			 field;
	/* once settled, and without a failure: */
	uint64_t			 index;
	unsigned char			 hash[TREE_HASH];
	uint32_t			 bytes;		/* of the room */
};

struct queue {
	struct append	 ring[QUEUE_MAX];
	size_t		 head, len;
	size_t		 settled;	/* of them, from the head on */
	size_t		 bytes;		/* of the waiting ones */
};

bool		 queue_is_full(const struct queue *);

/*
 * The place of a new append behind the others, zeroed but for its data, which
 * the queue takes over.  The queue must not be full.
 */
struct append	*queue_push(struct queue *, const struct leaf_data *);

/* Whether one that waits forgets. */
bool		 queue_forgets(struct queue *);

/* The nth append from the head, n below len. */
struct append	*queue_at(struct queue *, size_t n);

/* Counts the first waiting append as settled, and frees its data. */
void		 queue_settle(struct queue *);

/* Drops the head, which must be settled. */
void		 queue_pop(struct queue *);

/* Drops them all. */
void		 queue_clear(struct queue *);

#endif
