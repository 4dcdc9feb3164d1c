#include "tsc.h"

#include "lib/clock.h"

#ifdef __x86_64__
#include <x86intrin.h>

#define MEASURE_NS	20000000

uint64_t
tsc_khz(void)
{
	const uint64_t start = clock_ns(CLOCK_MONOTONIC_RAW);
	uint64_t took;
	uint64_t first = __rdtsc();

	do
		took = clock_ns(CLOCK_MONOTONIC_RAW) - start;
	while (took < MEASURE_NS);
	return (__rdtsc() - first) * 1000000 / took;
}
#else
uint64_t
tsc_khz(void)
{
	return 0;
}
#endif
