/*
 * Erases what is kept beside a leaf: a withheld field's value and salt, and the
 * files that say the same.  The leaf itself stays, with all its proofs.
 */
#ifndef ERASE_H
#define ERASE_H

#include "beside.h"
#include "lib/withheld.h"

struct erase {
	struct store	*store;
	uint64_t	 leaf;
	enum withheld	 what;
	struct beside_field	 field;		/* unless it is the evidence */
	size_t		 records;	/* that the transaction rewrites */
	size_t		 bytes;		/* of these, at most */
};

/*
 * Finds the field of a leaf that may be disclosed.  -1 with *w says why there
 * is none: no such leaf, one of an older version, of a kind without the field,
 * forgotten, or damaged.
 */
int	erase_find_field(struct store *, uint64_t leaf, enum withheld,
	    struct beside *, struct beside_field *, struct why *w);

/*
 * Before the transaction: what is to be erased.  WITHHELD_EVIDENCE are all
 * files of the leaf.  -1 with *w, as above.
 */
int	erase_plan(struct erase *, struct store *, uint64_t leaf, enum withheld,
	    struct why *w);

/*
 * In a transaction with room for the plan's records and bytes, behind the leaf
 * `by' that records the order.  A file that other leaves refer to is moved to
 * the first of them.  Returns what store_put() returns.  In the file, copies
 * are left: see scrub.h.
 */
int	erase_apply(struct erase *, uint64_t by);

#endif
