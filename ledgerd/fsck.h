/*
 * A check of all that the ledger has on disk, in steps, between which leaves
 * may be appended.  The step of a leaf reads its whole record, and checks its
 * hash and the nodes that it completed against the tree, that it names the hash
 * of the leaf before, its disclosures against its digests, and its evidence
 * against the digests in it.  The last step checks what belongs to no leaf: the
 * tables that LMDB appends to, the root, and the newest checkpoint.
 *
 * Every leaf's step descends from the roots of the tables, so that all pages in
 * use are read.  Nothing is changed or repaired.
 */
#ifndef FSCK_H
#define FSCK_H

#include "store.h"

#define FSCK_LEAVES	64	/* in one slice, some ms */

struct fsck {
	struct store	*store;
	uint64_t	 next;		/* the leaf of the next step */
	uint64_t	 page;		/* the last that was found damaged */
	bool		 done;
	/* What was read so far. */
	uint64_t	 leaves, nodes, disclosures, files;
	uint64_t	 findings;
	/* The slice's findings, a line each: what is damaged, what is lost. */
	struct put	 text;
};

/* From this leaf on; `page' was named as damaged before, or 0. */
void	fsck_start(struct fsck *, struct store *, uint64_t next, uint64_t page);

/*
 * Takes the next steps, at most FSCK_LEAVES.  Sets `done' when all were taken.
 * `room' takes the slice's findings; what does not fit is in the next slice.
 */
void	fsck_some(struct fsck *, void *room, size_t cap);

#endif
