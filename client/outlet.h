/* Where a job's output goes: standard output and standard error. */
#ifndef OUTLET_H
#define OUTLET_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "safe.h"

struct outlet {
	bool		safe;		/* --safe-output */
	struct {
		bool		terminal;
		struct safe	filter;
	} stream[2];
	struct buf	text;		/* what the filter made */
};

void	outlet_init(struct outlet *, bool safe);

/* All of this to stream 1 or 2.  Complains and returns -1. */
int	outlet_write(struct outlet *, unsigned stream, const void *, size_t);

/*
 * The output has ended.  Says so when a terminal was sent what it obeys.
 * Complains and returns -1.
 */
int	outlet_end(struct outlet *);

#endif
