/*
 * The live probe: in the finished sandbox, right before the job, tries what a
 * job must not be able to do.
 */
#ifndef PROBE_H
#define PROBE_H

#include <stdint.h>

#include "lib/msg/msg.h"
#include "lib/why.h"

#define PROBE_TEXT_MAX	64

/*
 * 0 and "N/N denied" when every attempt failed that these capabilities (bits
 * of enum capability) do not allow.  -1 and why names those that did not:
 * nothing may run here.  Attempts that come through are not undone.
 */
int	probe_run(uint32_t capabilities, char text[PROBE_TEXT_MAX],
	    struct why *);

/* One attempt by its words: 1 when it came through, -1 when there is none. */
int	probe_one(const char *what);

#endif
