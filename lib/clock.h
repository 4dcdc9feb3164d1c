/*
 * The clocks.  A deadline is a time of clock_ms(), or CLOCK_NEVER.
 */
#ifndef CLOCK_H
#define CLOCK_H

#include <stdint.h>
#include <time.h>

#define CLOCK_NEVER	UINT64_MAX
#define CLOCK_TEXT_MAX	24	/* "2026-11-22T05:22:47Z", or 20 digits */

/* Nanoseconds of one of the system's clocks. */
uint64_t	clock_ns(clockid_t);

/* Milliseconds of the monotonic clock, which never goes back. */
uint64_t	clock_ms(void);

/* Milliseconds since the kernel started. */
uint64_t	clock_boot_ms(void);

/* Seconds since 1970, or 0 when the machine's clock shows an earlier time. */
uint64_t	clock_unix_s(void);

/* Seconds since 1970 as text for a message, in UTC.  Returns dst. */
const char	*clock_format(char dst[CLOCK_TEXT_MAX], uint64_t unix_s);

/*
 * The milliseconds until a deadline, as poll(2) takes them: 0 when it has
 * passed, at most INT_MAX, and -1 for CLOCK_NEVER.
 */
int		clock_left_ms(uint64_t deadline);

#endif
