/*
 * Overwrites what LMDB has left of values that were erased.  A transaction
 * writes changed pages to other places, so that the old ones stay as they were
 * until they are used again.  A page in use has a gap, into which LMDB puts
 * whatever its memory held.
 *
 * Theory of operation.  No transaction is open.  All tables are read, to know
 * which pages are in use.  Every other page becomes zeros; so does the gap of
 * every page in use, the end of the last page of a value with pages of its own,
 * and all behind the last page.  LMDB reads none of these bytes.  The memory
 * that LMDB uses again for its pages is filled with zeros by transactions that
 * are not committed.
 */
#ifndef SCRUB_H
#define SCRUB_H

#include "store.h"

/*
 * Returns 0 once no such byte is left in the file and this is on disk.  -1 when
 * a page cannot be read or written; store_error() has the message.  The ledger
 * is as whole as before; with a damaged page, nothing is overwritten.
 */
int	scrub_file(struct store *);

/*
 * LMDB's memory, before scrub_file(), in the process that erased.  `leaves' is
 * the most that one transaction has had since the process started.
 */
int	scrub_memory(struct store *, size_t leaves);

#endif
