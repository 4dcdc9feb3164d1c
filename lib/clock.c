#include "clock.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>

#define LAST_S	UINT64_C(253402300799)	/* 9999-12-31T23:59:59Z */

uint64_t
clock_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

uint64_t
clock_ms(void)
{
	return clock_ns(CLOCK_MONOTONIC) / 1000000;
}

uint64_t
clock_boot_ms(void)
{
	return clock_ns(CLOCK_BOOTTIME) / 1000000;
}

uint64_t
clock_unix_s(void)
{
	const time_t now = time(NULL);

	return now < 0 ? 0 : (uint64_t)now;
}

const char *
clock_format(char dst[CLOCK_TEXT_MAX], uint64_t unix_s)
{
	time_t when = (time_t)unix_s;
	struct tm tm;

	if (unix_s > LAST_S || gmtime_r(&when, &tm) == NULL ||
	    strftime(dst, CLOCK_TEXT_MAX, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		snprintf(dst, CLOCK_TEXT_MAX, "%" PRIu64, unix_s);
	return dst;
}

int
clock_left_ms(uint64_t deadline)
{
	const uint64_t now = clock_ms();

	if (deadline == CLOCK_NEVER)
		return -1;
	if (deadline <= now)
		return 0;
	return deadline - now < INT_MAX ? (int)(deadline - now) : INT_MAX;
}
