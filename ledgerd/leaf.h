/*
 * One leaf of the ledger: a CloudEvents 1.0 object in JSON, on one line without
 * a newline.  docs/ledger.md shows one.
 */
#ifndef LEAF_H
#define LEAF_H

#include <stdint.h>
#include <time.h>

#include "lib/msg/event.h"
#include "lib/note.h"
#include "lib/tree.h"
#include "lib/wire.h"

struct leaf {
	uint64_t			 index;
	const char			*source;	/* appliance's name */
	const struct event_info		*event;
	const void			*fields;	/* encoded */
	size_t				 fields_len;
	struct timespec			 time;
	const unsigned char		*prev;		/* hash before it */
};

/*
 * Appends the text.  Returns -1 with EBADMSG if the fields are not the
 * event's, EMSGSIZE if the text does not fit.
 */
int	leaf_format(struct put *, const struct leaf *);

/*
 * Returns 0 if the text is a leaf with this index and this hash of the
 * previous leaf, else -1 with EBADMSG.  Checks only the members that the
 * ledger itself writes, at their fixed places.
 */
int	leaf_check(const char *text, size_t len, uint64_t index,
	    const unsigned char prev[TREE_HASH]);

/* Copies its `source'.  Returns -1 with EBADMSG if there is none. */
int	leaf_source(const char *text, size_t len,
	    char source[NOTE_NAME_MAX + 1]);

#endif
