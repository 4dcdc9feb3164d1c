#include "clock.h"

#include <limits.h>

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
