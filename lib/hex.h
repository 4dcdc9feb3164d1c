/* Hexadecimal digits, which we write in lower case. */
#ifndef HEX_H
#define HEX_H

#include <stddef.h>

/* The value of a digit, -1 for any other character and for A to F. */
static inline int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Decodes 2 * len digits.  Returns 0, or -1 at the first that is none. */
static inline int
hex_get(unsigned char *dst, size_t len, const char *text)
{
	for (size_t i = 0; i < len; i++) {
		const int high = hex_digit(text[2 * i]);
		const int low = high == -1 ? -1 : hex_digit(text[2 * i + 1]);

		if (low == -1)
			return -1;
		dst[i] = (unsigned char)(high << 4 | low);
	}
	return 0;
}

#endif
