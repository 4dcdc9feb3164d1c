/*
 * What the readers of the extension types' texts share, and the writers that
 * ext_format() chooses from.
 */
#ifndef CEDAR_DATA_EXT_TEXT_H
#define CEDAR_DATA_EXT_TEXT_H

#include "ext.h"

struct ext_text {
	const char	*p, *end;
};

/* Whether this character is next; then it is gone over. */
bool		ext_skip(struct ext_text *, char);
/*
 * Decimal digits up to the first other character; answers how many.  A number
 * above 64 bits is UINT64_MAX, which no unit leaves in range.
 */
unsigned	ext_number(struct ext_text *, uint64_t *);
/* Exactly n digits (at most 9).  -1 when there are fewer. */
int		ext_digits(struct ext_text *, unsigned n, unsigned *);
/* *sum += or -= n * unit.  -1 when that is beyond 64 bits. */
int		ext_add(int64_t *sum, uint64_t n, int64_t unit, bool minus);
/* -1 with EBADMSG. */
int		ext_bad(void);

void	ext_format_decimal(int64_t, char dst[EXT_TEXT_MAX]);
void	ext_format_ip(const struct ip *, char dst[EXT_TEXT_MAX]);
void	ext_format_datetime(int64_t ms, char dst[EXT_TEXT_MAX]);
void	ext_format_duration(int64_t ms, char dst[EXT_TEXT_MAX]);

#endif
