/*
 * One leaf of the ledger: a CloudEvents 1.0 object in JSON, on one line without
 * a newline.  docs/ledger.md shows one.  Its record on disk is the leaf's text,
 * and, behind a NUL, what is kept beside the leaf:
 *
 *	string	disclosures: for each withheld field of the row
 *		16 bytes	salt
 *		string		value, JSON
 *	string	evidence: for each file
 *		string		name
 *		string		content
 *
 * Only the text is hashed.  A forgotten disclosure is all zeros.  A record of
 * casemate-ledger@v1 is the text alone.
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
	uint64_t		 index;
	const char		*source;	/* appliance's name */
	const char		*type;
	struct timespec		 time, uptime;
	const unsigned char	*prev;		/* hash before it */
	const char		*boot;		/* boot id */
	const unsigned char	*site;		/* the site's digest */
	struct bytes		 data;		/* of leaf_data() */
};

/* What an event becomes: the leaf's `data', and what is kept beside it. */
struct leaf_data {
	struct bytes	 text, beside;
	void		*memory;
};

/*
 * Makes both from an event's encoded fields and its evidence, with new salts.
 * Returns -1 with EBADMSG when the fields are not the event's or the evidence
 * is malformed, EMSGSIZE when the text does not fit into a leaf.  Exits 111
 * without memory.
 */
int	leaf_data_make(struct leaf_data *, const struct event_info *,
	    struct bytes fields, struct bytes evidence);
void	leaf_data_free(struct leaf_data *);
/* Bytes of both. */
size_t	leaf_data_len(const struct leaf_data *);

/* Appends the text, at most LEAF_MAX bytes. */
void	leaf_format(struct put *, const struct leaf *);

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

/* How much of a record is the leaf's text. */
size_t	leaf_text_len(const void *record, size_t len);

#endif
