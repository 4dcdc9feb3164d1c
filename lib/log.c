#include "log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINE_MAX_LEN	512

static const char *log_name = "casemate";

void
log_init(const char *name)
{
	log_name = name;
}

size_t
log_escape(char *dst, size_t cap, const char *src, size_t len)
{
	static const char hex[] = "0123456789abcdef";
	size_t n = 0;

	for (size_t i = 0; i < len && n + 5 <= cap; i++) {
		unsigned char c = (unsigned char)src[i];

		if (c >= 0x20 && c < 0x7f) {
			dst[n++] = (char)c;
			continue;
		}
		dst[n++] = '\\';
		dst[n++] = 'x';
		dst[n++] = hex[c >> 4];
		dst[n++] = hex[c & 15];
	}
	dst[n] = '\0';
	return n;
}

static void
write_line(const char *fmt, va_list ap, const char *tail)
{
	char text[LINE_MAX_LEN], line[LINE_MAX_LEN];
	int n = vsnprintf(text, sizeof(text), fmt, ap);
	size_t used = n < 0 ? 0 : strlen(text);
	size_t len;

	if (tail != NULL)
		snprintf(text + used, sizeof(text) - used, ": %s", tail);
	len = (size_t)snprintf(line, sizeof(line) / 2, "%s: ", log_name);
	len += log_escape(line + len, sizeof(line) - len - 1, text,
	    strlen(text));
	line[len++] = '\n';
	(void)!write(STDERR_FILENO, line, len);
}

void
log_info(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	write_line(fmt, ap, NULL);
	va_end(ap);
}

void
die(int code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	write_line(fmt, ap, NULL);
	va_end(ap);
	_exit(code);
}

void
die_errno(const char *fmt, ...)
{
	const char *why = strerror(errno);
	va_list ap;

	va_start(ap, fmt);
	write_line(fmt, ap, why);
	va_end(ap);
	_exit(EXIT_SYSTEM);
}
