/*
 * What is kept beside a leaf, read in parts from the ledger: the disclosures of
 * its withheld fields, and its evidence.  leaf.h has the form.  Nothing of it
 * is hashed, so every length is checked.
 */
#ifndef BESIDE_H
#define BESIDE_H

#include <stdbool.h>
#include <stdint.h>

#include "leaf.h"
#include "store.h"

struct beside {
	struct store	*store;
	uint64_t	 index;
	const struct event_info *event;	/* NULL: of another version */
	unsigned char	 site[DIGEST_LEN];
	/* Places in the record; all 0 when nothing is kept. */
	uint64_t	 disclosures, disclosures_len;
	uint64_t	 evidence, evidence_len;
};

/*
 * All return -1 with ENOENT if there is no such leaf, or with EBADMSG, and
 * store_error() has the message.  Between two calls nothing may be committed.
 */
int	beside_open(struct beside *, struct store *, uint64_t index);

/* One withheld field; places in the record. */
struct beside_field {
	const char	*name;
	uint64_t	 salt, value;	/* the JSON, without its length */
	uint64_t	 value_len;
	unsigned char	 salt_bytes[16];
	bool		 forgotten;
	uint64_t	 by;		/* forgotten: leaf of the order */
};

/*
 * The field of this name.  Returns 1, or 0 when the leaf withholds no such
 * field.
 */
int	beside_field(struct beside *, const char *name, struct beside_field *);

/*
 * Appends the disclosures, a line each, of the fields whose bits (withheld.h)
 * are in the mask, without forgotten ones.  A put of DISCLOSURES_MAX has room.
 */
int	beside_disclose(struct beside *, uint32_t mask, struct put *);

/* One file of the evidence; places in the record. */
struct beside_file {
	uint64_t	 head;		/* of this file */
	enum leaf_file	 kind;
	char		 name[EVIDENCE_NAME_MAX + 1];
	uint64_t	 content, len;
	uint64_t	 next;		/* the next file's head */
};

/* The file at this head; 0 is the first.  Returns 1, or 0 past the last. */
int	beside_file(struct beside *, uint64_t head, struct beside_file *);

/*
 * The nth file, from 0.  Returns 1, or 0 past the last: *n is then how far past
 * it.
 */
int	beside_nth(struct beside *, uint64_t *n, struct beside_file *);

/* The file of this name.  Returns 1, or 0 when there is none. */
int	beside_find(struct beside *, const char *name, struct beside_file *);

/*
 * Reads the content from `at' on, at most cap bytes.  A reference is resolved.
 * Sets *lastp when nothing is left behind them.
 */
int	beside_read(struct beside *, const struct beside_file *, uint64_t at,
	    void *dst, size_t cap, size_t *lenp, bool *lastp);

/* The leaf that a file of kind LEAF_FILE_SAME refers to. */
int	beside_target(struct beside *, const struct beside_file *,
	    uint64_t *leaf);

#endif
