#include "ext_text.h"

#include <errno.h>

bool
ext_skip(struct ext_text *t, char c)
{
	if (t->p == t->end || *t->p != c)
		return false;
	t->p++;
	return true;
}

static bool
next_digit(struct ext_text *t, unsigned *digit)
{
	if (t->p == t->end || *t->p < '0' || *t->p > '9')
		return false;
	*digit = (unsigned)(*t->p++ - '0');
	return true;
}

unsigned
ext_number(struct ext_text *t, uint64_t *n)
{
	unsigned digits = 0, digit;

	for (*n = 0; next_digit(t, &digit); digits++)
		if (__builtin_mul_overflow(*n, 10, n) ||
		    __builtin_add_overflow(*n, digit, n))
			*n = UINT64_MAX;
	return digits;
}

int
ext_digits(struct ext_text *t, unsigned n, unsigned *out)
{
	unsigned digit;

	for (*out = 0; n > 0; n--) {
		if (!next_digit(t, &digit))
			return -1;
		*out = *out * 10 + digit;
	}
	return 0;
}

int
ext_add(int64_t *sum, uint64_t n, int64_t unit, bool minus)
{
	int64_t term;

	if (minus ? __builtin_mul_overflow(n, -unit, &term) :
	    __builtin_mul_overflow(n, unit, &term))
		return -1;
	return __builtin_add_overflow(*sum, term, sum) ? -1 : 0;
}

int
ext_bad(void)
{
	errno = EBADMSG;
	return -1;
}
