#include "diagnosis.h"

#include <stdarg.h>
#include <stdio.h>

void
diagnosis_set(struct diagnosis *d, enum diagnosis_result result,
    const char *fmt, ...)
{
	va_list ap;

	d->result = result;
	va_start(ap, fmt);
	vsnprintf(d->detail, sizeof(d->detail), fmt, ap);
	va_end(ap);
}

void
diagnosis_advise(struct diagnosis *d, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(d->advice, sizeof(d->advice), fmt, ap);
	va_end(ap);
}
