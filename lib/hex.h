/* Hexadecimal digits, which we write in lower case. */
#ifndef HEX_H
#define HEX_H

/* The value of a digit, -1 for any other character and for A to F. */
static inline int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

#endif
