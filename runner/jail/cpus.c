#include "cpus.h"

#include <errno.h>
#include <sched.h>
#include <stddef.h>
#include <string.h>

#define MILLIS	1000	/* of one processor */

static uint64_t
bit(int cpu)
{
	return UINT64_C(1) << cpu;
}

uint64_t
cpus_get(void)
{
	uint64_t set = 0;
	cpu_set_t cpus;

	if (sched_getaffinity(0, sizeof(cpus), &cpus) == -1)
		return 0;
	for (int i = 0; i < CPUS_MAX; i++)
		if (CPU_ISSET((size_t)i, &cpus))
			set |= bit(i);
	return set;
}

/* The first of a set with the fewest jobs; the set is not empty. */
static int
least_used(uint64_t set, const unsigned jobs[CPUS_MAX])
{
	int best = -1;

	for (int i = 0; i < CPUS_MAX; i++)
		if ((set & bit(i)) && (best == -1 || jobs[i] < jobs[best]))
			best = i;
	return best;
}

uint64_t
cpus_choose(uint64_t all, const unsigned jobs[CPUS_MAX], uint64_t cpu_millis)
{
	uint64_t chosen = 0;

	for (uint64_t n = 0; n * MILLIS < cpu_millis && chosen != all; n++)
		chosen |= bit(least_used(all & ~chosen, jobs));
	return chosen;
}

int
cpus_enter(uint64_t set, struct why *why)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	for (int i = 0; i < CPUS_MAX; i++)
		if (set & bit(i))
			CPU_SET((size_t)i, &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus) == 0)
		return 0;
	return why_set(why, "cannot set the affinity: %s", strerror(errno));
}
