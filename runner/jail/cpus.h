/*
 * The processors that a job is told of: as many as its cpu_millis need, at
 * least one.  Its affinity has them, which is what nproc(1), sysconf(3) and the
 * libraries of all languages read.  This is advice: cpu.max limits the job, and
 * it may change its affinity.
 */
#ifndef CPUS_H
#define CPUS_H

#include <stdint.h>

#include "lib/why.h"

#define CPUS_MAX	64	/* the kernel has 32 */

/* A set is a bit for each processor. */

/* Those that this process may use; 0 with errno if the kernel does not say. */
uint64_t	cpus_get(void);

/*
 * Chooses for a job among `all', first those that the fewest jobs have: jobs[]
 * has their number by processor.
 */
uint64_t	cpus_choose(uint64_t all, const unsigned jobs[CPUS_MAX],
		    uint64_t cpu_millis);

/* Restricts this process and its children to a set.  Returns -1 with why. */
int	cpus_enter(uint64_t set, struct why *);

#endif
