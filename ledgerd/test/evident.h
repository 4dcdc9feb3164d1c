/* For tests: an event that has evidence, with the digests of both files. */
#ifndef EVIDENT_H
#define EVIDENT_H

#include <stddef.h>
#include <stdint.h>

#include "lib/wire.h"

struct evident {
	struct put	fields;		/* of a job.refused */
	struct bytes	evidence;
};

/*
 * The files are a command that has this number in its text, and a manifest of
 * len bytes.  The memory is that of the last call.
 */
void	evident_make(struct evident *, uint64_t number, size_t len);

#endif
