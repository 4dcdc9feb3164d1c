#include "number.h"

#include <stddef.h>
#include <string.h>

/* Returns what follows the digits, NULL without digits or over max. */
static const char *
parse_digits(const char *s, uint64_t max, uint64_t *out)
{
	uint64_t v = 0;
	const char *p;

	for (p = s; *p >= '0' && *p <= '9'; p++) {
		uint64_t digit = (uint64_t)(*p - '0');

		if (v > (max - digit) / 10 || digit > max)
			return NULL;
		v = v * 10 + digit;
	}
	*out = v;
	return p == s ? NULL : p;
}

int
number_parse(const char *s, uint64_t max, uint64_t *out)
{
	const char *end = parse_digits(s, max, out);

	return end == NULL || *end != '\0' ? -1 : 0;
}

int
number_parse_size(const char *s, uint64_t max, uint64_t *out)
{
	static const char units[] = "KMGT";
	const char *end = parse_digits(s, max, out);
	const char *unit;
	int shift = 0;

	if (end == NULL)
		return -1;
	if (*end != '\0') {
		if ((unit = strchr(units, *end)) == NULL || end[1] != '\0')
			return -1;
		shift = 10 * (int)(unit - units + 1);
	}
	if (*out > max >> shift)
		return -1;
	*out <<= shift;
	return 0;
}
