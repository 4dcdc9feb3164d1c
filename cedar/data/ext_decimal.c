#include "ext.h"

#include <inttypes.h>
#include <stdio.h>

#include "ext_text.h"

#define DIGITS	4		/* after the point, at most */
#define ONE	10000		/* of them in 1.0 */

/* -?[0-9]+.[0-9]{1,4} within 64 bits of ten-thousandths. */
int
ext_parse_decimal(const char *text, size_t len, int64_t *out)
{
	struct ext_text t = { text, text + len };
	bool minus = ext_skip(&t, '-');
	uint64_t whole, part;
	unsigned digits;

	if (ext_number(&t, &whole) == 0 || !ext_skip(&t, '.'))
		return ext_bad();
	digits = ext_number(&t, &part);
	if (digits == 0 || digits > DIGITS || t.p != t.end)
		return ext_bad();
	for (; digits < DIGITS; digits++)
		part *= 10;
	*out = 0;
	if (ext_add(out, whole, ONE, minus) == -1 ||
	    ext_add(out, part, 1, minus) == -1)
		return ext_bad();
	return 0;
}

/* As few digits as possible, but at least one after the point. */
void
ext_format_decimal(int64_t n, char dst[EXT_TEXT_MAX])
{
	uint64_t abs = n < 0 ? -(uint64_t)n : (uint64_t)n;
	int len = snprintf(dst, EXT_TEXT_MAX, "%s%" PRIu64 ".%04u",
	    n < 0 ? "-" : "", abs / ONE, (unsigned)(abs % ONE));

	while (dst[len - 1] == '0' && dst[len - 2] != '.')
		dst[--len] = '\0';
}
