/*
 * What clang's runtime for coverage calls of glibc and musl does not have.
 * `make coverage' links it into the static programs.
 */
#include <stdarg.h>
#include <stdio.h>

int __fprintf_chk(FILE *, int, const char *, ...);
int __snprintf_chk(char *, size_t, int, size_t, const char *, ...);

int
__fprintf_chk(FILE *f, int flag, const char *fmt, ...)
{
	va_list ap;

	(void)flag;
	va_start(ap, fmt);
	int n = vfprintf(f, fmt, ap);
	va_end(ap);
	return n;
}

int
__snprintf_chk(
    char *dst, size_t size, int flag, size_t dstsize, const char *fmt, ...)
{
	va_list ap;

	(void)flag;
	(void)dstsize;
	va_start(ap, fmt);
	int n = vsnprintf(dst, size, fmt, ap);
	va_end(ap);
	return n;
}
