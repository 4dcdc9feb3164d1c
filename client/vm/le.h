/* Little-endian numbers in the headers of images and file systems. */
#ifndef LE_H
#define LE_H

#include <stddef.h>
#include <stdint.h>

/* The number in n bytes, at most 8. */
static inline uint64_t
le_get(const unsigned char *p, size_t n)
{
	uint64_t value = 0;

	while (n-- > 0)
		value = value << 8 | p[n];
	return value;
}

#endif
