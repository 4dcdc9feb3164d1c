#include "tsc.h"

#include <stdio.h>

#include "client/casemate.h"
#include "lib/clock.h"
#include "lib/log.h"
#include "client/opts.h"
#include "client/say.h"

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

/* casemate tsc-khz */
int
cmd_tsc_khz(int argc, char *argv[])
{
	const struct opt table[] = { { 0 } };

	if (opts_parse(table, argc, argv, NULL, 0, 0) == -1)
		return CMD_USAGE;
	printf("%llu\n", (unsigned long long)tsc_khz());
	return fflush(stdout) == EOF ? EXIT_SYSTEM : EXIT_OK;
}
