/*
 * The live probe: in the finished sandbox, right before the job starts, it
 * tries what a job must not be able to do.
 */
#ifndef PROBE_H
#define PROBE_H

#include <stddef.h>
#include <stdint.h>

#include "lib/capability.h"
#include "lib/msg/msg.h"
#include "lib/why.h"

#define PROBE_TEXT_MAX	64

/*
 * Makes every attempt that these capabilities (bits of enum capability) do not
 * allow.  Returns 0 and "N/N denied" when all failed.  Else returns -1 and
 * names in why those that succeeded: no job may run here.  Attempts that
 * succeed are not undone.
 */
int	probe_run(uint32_t capabilities, char text[PROBE_TEXT_MAX],
	    struct why *);

/* Makes one attempt by name.  Returns 1 if it succeeded, -1 if unknown. */
int	probe_one(const char *what);

/*
 * The name of attempt number i, from 0, of those that must fail without this
 * capability.  NULL when there are no more.
 */
const char	*probe_name(enum capability, size_t i);

#endif
