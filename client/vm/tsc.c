#include "tsc.h"

#include <stdio.h>
#include <time.h>

#include "client/casemate.h"
#include "lib/log.h"
#include "client/opts.h"
#include "client/say.h"

#ifdef __x86_64__
#include <x86intrin.h>

#define MEASURE_NS	20000000

static int64_t
now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC_RAW, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

uint64_t
tsc_khz(void)
{
	int64_t start = now_ns(), took;
	uint64_t first = __rdtsc();

	do
		took = now_ns() - start;
	while (took < MEASURE_NS);
	return (__rdtsc() - first) * 1000000 / (uint64_t)took;
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
