/*
 * Helpers of the readers of the extension types' texts, and the writers behind
 * ext_format().
 */
#ifndef CEDAR_DATA_EXT_TEXT_H
#define CEDAR_DATA_EXT_TEXT_H

#include "ext.h"

struct ext_text {
	const char	*p, *end;
};

/* Whether this character is next; if so, skips it. */
bool		ext_skip(struct ext_text *, char);
/*
 * Reads decimal digits up to the first other character; returns their count.
 * A number above 64 bits becomes UINT64_MAX, which is out of range for every
 * unit.
 */
unsigned	ext_number(struct ext_text *, uint64_t *);
/* Reads exactly n digits, at most 9.  -1 when there are fewer. */
int		ext_digits(struct ext_text *, unsigned n, unsigned *);
/* Adds n * unit to *sum, or subtracts it.  -1 on overflow of 64 bits. */
int		ext_add(int64_t *sum, uint64_t n, int64_t unit, bool minus);
/* Always returns -1 with EBADMSG. */
int		ext_bad(void);

void	ext_format_decimal(int64_t, char dst[EXT_TEXT_MAX]);
void	ext_format_ip(const struct ip *, char dst[EXT_TEXT_MAX]);
void	ext_format_datetime(int64_t ms, char dst[EXT_TEXT_MAX]);
void	ext_format_duration(int64_t ms, char dst[EXT_TEXT_MAX]);

#endif
