/*
 * The clocks.  A deadline is a time of clock_ms(), or CLOCK_NEVER.
 */
#ifndef CLOCK_H
#define CLOCK_H

#include <stdint.h>
#include <time.h>

#define CLOCK_NEVER	UINT64_MAX
#define CLOCK_TEXT_MAX	24	/* "2026-11-22T05:22:47Z", or 20 digits */
#define CLOCK_MS_TEXT_MAX 25	/* "2026-11-22T05:22:47.424Z" */

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
 * Milliseconds since 1970 as text, "2026-11-22T05:22:47.424Z"; times outside
 * 1970 to 9999 as the first of these.  Returns dst.
 */
const char	*clock_format_ms(char dst[CLOCK_MS_TEXT_MAX], int64_t unix_ms);

/*
 * Reads such a text of exactly 24 characters, without checking the day of its
 * month.  Returns 0, or -1 with EBADMSG.
 */
int		clock_parse_ms(const char *text, int64_t *unix_ms);

/*
 * The milliseconds until a deadline, as poll(2) takes them: 0 when it has
 * passed, at most INT_MAX, and -1 for CLOCK_NEVER.
 */
int		clock_left_ms(uint64_t deadline);

#endif
