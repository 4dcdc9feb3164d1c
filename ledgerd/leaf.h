/*
 * One leaf of the ledger: a CloudEvents 1.0 object in JSON, on one line without
 * a newline.  docs/ledger.md shows one.  Its record on disk is the leaf's text,
 * and, behind a NUL, what is kept beside the leaf:
 *
 *	string	disclosures: for each withheld field of the row
 *		16 bytes	salt
 *		string		value, JSON
 *	string	evidence: for each file
 *		byte		enum leaf_file
 *		string		name
 *		string		content
 *
 * Only the text is hashed.  A forgotten value is all zeros, and its salt is
 * eight zeros and the index of the leaf that ordered it (u64); a forgotten
 * content is all zeros.  beside.h reads what is beside the text.  A record of
 * casemate-ledger@v1 is the text alone.
 */
#ifndef LEAF_H
#define LEAF_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "lib/msg/event.h"
#include "lib/note.h"
#include "lib/tree.h"
#include "lib/wire.h"

/* What a file's content is; the numbers are on disk. */
enum leaf_file {
	LEAF_FILE_BYTES = 1,
	LEAF_FILE_SAME = 2,	/* u64: a leaf before, which has its bytes */
	LEAF_FILE_FORGOTTEN = 3,
};

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
	struct bytes	 evidence;	/* in `beside', without its length */
	void		*memory;
};

/*
 * Finds a leaf that has the same file; *leaf is set then.  For contents that
 * are worth it.
 */
struct leaf_finder {
	bool	(*find)(void *arg, const char *name, size_t namelen,
		    struct bytes content, uint64_t *leaf);
	void	*arg;
};

/*
 * Makes both from an event's encoded fields, with new salts, and its evidence:
 * names and contents by turns, as strings.  `finder' is NULL when nothing is to
 * be a reference.  Returns -1 with EBADMSG when the fields are not the event's
 * or the evidence is malformed, EMSGSIZE when the text does not fit into a
 * leaf, or the lines of its disclosures into DISCLOSURES_MAX.  Exits 111
 * without memory.
 */
int	leaf_data_make(struct leaf_data *, const struct event_info *,
	    struct bytes fields, struct bytes evidence,
	    const struct leaf_finder *finder);
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

/*
 * The text of a member before `data', or NULL when there is none.  It is not
 * closed with a NUL; a text with escapes is not read right.
 */
const char	*leaf_member(const char *text, size_t len, const char *name,
		    size_t *lenp);

/* The row of its `type', or NULL. */
const struct event_info	*leaf_event(const char *text, size_t len);

/* Copies its `site'; zeros if it has none. */
void	leaf_site(const char *text, size_t len,
	    unsigned char site[DIGEST_LEN]);

/* Copies its `source'.  Returns -1 with EBADMSG if there is none. */
int	leaf_source(const char *text, size_t len,
	    char source[NOTE_NAME_MAX + 1]);

/* How much of a record is the leaf's text. */
size_t	leaf_text_len(const void *record, size_t len);

#endif
