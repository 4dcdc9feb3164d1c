/* For tests: leaves to fill a store with, and a walk over all that it holds. */
#ifndef FILL_H
#define FILL_H

#include "ledgerd/fsck.h"
#include "ledgerd/leaf.h"
#include "ledgerd/store.h"

/* Opens or makes the store in "ledger"; fails the test on error. */
void	fill_open(struct store *);

/*
 * Unpacks the older ledger of upgrade_test.c, with keyd's folder and receipts,
 * into the current folder.
 */
void	fill_old(void);
#define FILL_OLD	11	/* its leaves */

/*
 * One transaction with n leaves, each with a text of about len bytes.  Returns
 * what the store returns.
 */
int	fill_batch(struct store *, unsigned n, size_t len);

/* Fields of an event, whose texts are TAG and the field's name. */
struct bytes	fill_tagged(enum event, const char *tag);

/* One transaction with one leaf of such an event.  Returns as above. */
int	fill_event(struct store *, enum event, const char *tag,
	    struct bytes evidence, const struct leaf_finder *);

/*
 * The same for refusals of jobs, each with disclosures and with a command and a
 * manifest of about len bytes beside it, whose digests are in the leaf.
 */
int	fill_evidence(struct store *, unsigned n, size_t len);

/*
 * The whole fsck.  Returns how much is damaged; *f has the counts, and `text'
 * the lines.
 */
uint64_t	fill_fsck(struct store *, struct fsck *f, char *text,
	    size_t cap);

/*
 * Reads every leaf and fails the test unless each follows the one before it,
 * the hashes give the tip's root, and every proof against it verifies.
 */
void	fill_check(struct store *);

/* Reopens: closes, opens, and fails the test unless the tip is the same. */
void	fill_reopen(struct store *);

#endif
