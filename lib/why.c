#include "why.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

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
