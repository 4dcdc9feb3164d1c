#include "why.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#define QUOTE_BYTES	40	/* enough to recognise a word by */

int
why_set(struct why *w, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	if (vsnprintf(w->text, sizeof(w->text), fmt, ap) < 0)
		w->text[0] = '\0';
	va_end(ap);
	errno = EBADMSG;
	return -1;
}

const char *
why_quote(char dst[QUOTE_MAX], const void *text, size_t len)
{
	const unsigned char *p = text;
	size_t n = 0;

	for (; n < len && n < QUOTE_BYTES; n++)
		dst[n] = p[n] >= 0x20 && p[n] < 0x7f ? (char)p[n] : '?';
	snprintf(dst + n, QUOTE_MAX - n, "%s", n < len ? "..." : "");
	return dst;
}
