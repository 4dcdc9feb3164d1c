/* calloc, strdup and asprintf that end the program when out of memory. */
#ifndef NEED_H
#define NEED_H

#include <stddef.h>

/* Zeroed. */
void	*need_alloc(size_t n, size_t size);
char	*need_str(const char *);
char	*need_printf(const char *fmt, ...)
	    __attribute__((format(printf, 1, 2)));

#endif
