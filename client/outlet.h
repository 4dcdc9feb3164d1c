/* Copies a job's output to standard output and standard error. */
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
	struct buf	text;		/* the filter's result */
};

void	outlet_init(struct outlet *, bool safe);

/* Writes all of this to stream 1 or 2.  Complains and returns -1. */
int	outlet_write(struct outlet *, unsigned stream, const void *, size_t);

/*
 * The output has ended.  Warns when a terminal got control characters.
 * Complains and returns -1.
 */
int	outlet_end(struct outlet *);

#endif
