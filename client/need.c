#include "need.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "say.h"

void *
need_alloc(size_t n, size_t size)
{
	void *p = calloc(n == 0 ? 1 : n, size);

	if (p == NULL)
		say_no_memory();
	return p;
}

char *
need_str(const char *s)
{
	char *p = strdup(s);

	if (p == NULL)
		say_no_memory();
	return p;
}

char *
need_printf(const char *fmt, ...)
{
	va_list ap;
	char *p;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&p, fmt, ap);
	va_end(ap);
	if (n < 0)
		say_no_memory();
	return p;
}
