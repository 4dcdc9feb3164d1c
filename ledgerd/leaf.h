/*
 * One leaf of the ledger: a CloudEvents 1.0 object in JSON, on one line without
 * a newline.  docs/ledger.md shows one.
 */
#ifndef LEAF_H
#define LEAF_H

#include <stdint.h>
#include <time.h>

#include "lib/msg/event.h"
#include "lib/tree.h"
#include "lib/wire.h"

struct leaf {
	uint64_t			 index;
	const char			*source;	/* the appliance's name */
	const struct event_info		*event;
	const void			*fields;	/* as event.def has them */
	size_t				 fields_len;
	struct timespec			 time;
	const unsigned char		*prev;		/* hash of the leaf before */
};

/*
 * Appends the text.  -1 with EBADMSG when the fields are not the event's, with
 * EMSGSIZE when it does not fit.
 */
int	leaf_format(struct put *, const struct leaf *);

/*
 * 0 when the text is a leaf with this index and this hash of the leaf before:
 * the members that the ledger itself wrote, at their fixed places.  -1 with
 * EBADMSG otherwise.
 */
int	leaf_check(const char *text, size_t len, uint64_t index,
	    const unsigned char prev[TREE_HASH]);

#endif
