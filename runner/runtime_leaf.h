/*
 * runtime.measured: one leaf for each runtime that was measured, before the
 * job.accepted of the first job that uses it.  One that ledgerd could not
 * record is appended again before the next such job.
 */
#ifndef RUNTIME_LEAF_H
#define RUNTIME_LEAF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct runner;

/* For each runtime of the list. */
struct runtime_leaf {
	uint64_t	bytes;		/* of its disk, once measured */
	uint32_t	seq;		/* of an append without reply, or 0 */
	bool		recorded;
};

/* If runtime i is measured, and its leaf is neither there nor under way. */
void	runtime_leaf_append(struct runner *, size_t i);
/* The same for the runtime of this name; none for "". */
void	runtime_leaf_append_name(struct runner *, const char *name);

/* ledgerd's replies.  Other numbers than those of these appends are ignored. */
void	runtime_leaf_appended(struct runner *, uint32_t seq);
void	runtime_leaf_failed(struct runner *, uint32_t seq, const char *why);
/* A new ledgerd may not have recorded it: appends it again. */
void	runtime_leaf_reset(struct runner *);

#endif
