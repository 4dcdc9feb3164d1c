/*
 * What the readers of the extension types' texts share, and the writers that
 * ext_format() chooses from.
 */
#ifndef EXT_TEXT_H
#define EXT_TEXT_H

#include "ext.h"

struct text {
	const char	*p, *end;
};

/* Whether this character is next; then it is gone over. */
bool		text_skip(struct text *, char);
/*
 * Decimal digits up to the first other character; answers how many.  A number
 * above 64 bits is UINT64_MAX, which no unit leaves in range.
 */
unsigned	text_number(struct text *, uint64_t *);
/* Exactly n digits (at most 9).  -1 when there are fewer. */
int		text_digits(struct text *, unsigned n, unsigned *);
/* *sum += or -= n * unit.  -1 when that is beyond 64 bits. */
int		text_add(int64_t *sum, uint64_t n, int64_t unit, bool minus);
/* -1 with EBADMSG. */
int		text_bad(void);

void	decimal_format(int64_t, char dst[EXT_TEXT_MAX]);
void	ip_format(const struct ip *, char dst[EXT_TEXT_MAX]);
void	datetime_format(int64_t ms, char dst[EXT_TEXT_MAX]);
void	duration_format(int64_t ms, char dst[EXT_TEXT_MAX]);

#endif
