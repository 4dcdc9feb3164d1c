#include "clock.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#define LAST_MS	INT64_C(253402300799999)
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

const char *
clock_format_ms(char dst[CLOCK_MS_TEXT_MAX], int64_t unix_ms)
{
	char head[CLOCK_TEXT_MAX];
	struct tm tm;
	time_t when;

	if (unix_ms < 0 || unix_ms > LAST_MS)
		unix_ms = 0;
	when = (time_t)(unix_ms / 1000);
	gmtime_r(&when, &tm);
	strftime(head, sizeof(head), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(dst, CLOCK_MS_TEXT_MAX, "%.19s.%03dZ", head,
	    (int)(unix_ms % 1000));
	return dst;
}

int
clock_parse_ms(const char *text, int64_t *unix_ms)
{
	struct tm tm = { 0 };
	int ms, end = 0;

	if (sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d.%3dZ%n", &tm.tm_year,
	    &tm.tm_mon, &tm.tm_mday, &tm.tm_hour, &tm.tm_min, &tm.tm_sec, &ms,
	    &end) != 7 || end != CLOCK_MS_TEXT_MAX - 1 ||
	    text[end] != '\0') {
		errno = EBADMSG;
		return -1;
	}
	tm.tm_year -= 1900;
	tm.tm_mon--;
	*unix_ms = (int64_t)timegm(&tm) * 1000 + ms;
	return 0;
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
