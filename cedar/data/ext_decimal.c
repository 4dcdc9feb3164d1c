#include "ext.h"

#include <inttypes.h>
#include <stdio.h>

#include "ext_text.h"

#define DIGITS	4		/* after the point, at most */
#define ONE	10000		/* of them in 1.0 */

/* -?[0-9]+.[0-9]{1,4} within 64 bits of ten-thousandths. */
int
decimal_parse(const char *text, size_t len, int64_t *out)
{
	struct text t = { text, text + len };
	bool minus = text_skip(&t, '-');
	uint64_t whole, part;
	unsigned digits;

	if (text_number(&t, &whole) == 0 || !text_skip(&t, '.'))
		return text_bad();
	digits = text_number(&t, &part);
	if (digits == 0 || digits > DIGITS || t.p != t.end)
		return text_bad();
	for (; digits < DIGITS; digits++)
		part *= 10;
	*out = 0;
	if (text_add(out, whole, ONE, minus) == -1 ||
	    text_add(out, part, 1, minus) == -1)
		return text_bad();
	return 0;
}

/* As few digits as say it, but one after the point. */
void
decimal_format(int64_t n, char dst[EXT_TEXT_MAX])
{
	uint64_t abs = n < 0 ? -(uint64_t)n : (uint64_t)n;
	int len = snprintf(dst, EXT_TEXT_MAX, "%s%" PRIu64 ".%04u",
	    n < 0 ? "-" : "", abs / ONE, (unsigned)(abs % ONE));

	while (dst[len - 1] == '0' && dst[len - 2] != '.')
		dst[--len] = '\0';
}
