#include "utf8.h"

#include <errno.h>

size_t
utf8_get(const unsigned char *s, size_t left, uint32_t *runep)
{
	static const struct {
		unsigned char mask, lead;
		uint32_t min;
	} forms[] = {
		{ 0x80, 0x00, 0x01 }, { 0xe0, 0xc0, 0x80 },
		{ 0xf0, 0xe0, 0x800 }, { 0xf8, 0xf0, 0x10000 },
	};

	for (size_t i = 0; i < 4; i++) {
		uint32_t rune;

		if ((s[0] & forms[i].mask) != forms[i].lead)
			continue;
		if (i + 1 > left)
			return 0;
		rune = s[0] & (unsigned char)~forms[i].mask;
		for (size_t k = 1; k <= i; k++) {
			if ((s[k] & 0xc0) != 0x80)
				return 0;
			rune = rune << 6 | (s[k] & 0x3f);
		}
		if (rune < forms[i].min || rune > 0x10ffff ||
		    (rune >= 0xd800 && rune <= 0xdfff))
			return 0;
		*runep = rune;
		return i + 1;
	}
	return 0;
}

size_t
utf8_len(const unsigned char *s, size_t left)
{
	uint32_t rune;

	return utf8_get(s, left, &rune);
}

bool
utf8_acts(uint32_t rune)
{
	static const struct {
		uint32_t first, last;
	} ranges[] = {
		{ 0x00, 0x1f },
		{ 0x7f, 0x9f },
		{ 0x61c, 0x61c },	/* Bidi_Control of Unicode 16 */
		{ 0x200e, 0x200f },
		{ 0x2028, 0x2029 },	/* line and paragraph separator */
		{ 0x202a, 0x202e },
		{ 0x2066, 0x2069 },
	};

	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
		if (rune >= ranges[i].first && rune <= ranges[i].last)
			return true;
	return false;
}

int
utf8_check(const void *text, size_t len)
{
	const unsigned char *s = text;

	while (len > 0) {
		size_t n = utf8_len(s, len);

		if (n == 0) {
			errno = EBADMSG;
			return -1;
		}
		s += n;
		len -= n;
	}
	return 0;
}
