#include "say.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/log.h"

#define SAY_MAX	8192	/* two long paths and a sentence */

static char last[SAY_MAX];
static bool quiet;

static void
write_line(const char *prefix, const char *text, size_t len)
{
	static char line[SAY_MAX + 16];
	size_t n = (size_t)snprintf(line, 16, "%s", prefix);

	n += log_escape(line + n, sizeof(line) - n - 1, text, len);
	line[n++] = '\n';
	(void)!write(STDERR_FILENO, line, n);
}

static void
say_line(const char *fmt, va_list ap, const char *tail)
{
	size_t used;

	vsnprintf(last, sizeof(last), fmt, ap);
	used = strlen(last);
	if (tail != NULL)
		snprintf(last + used, sizeof(last) - used, ": %s", tail);
	write_line("casemate: ", last, strlen(last));
}

void
say(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say_line(fmt, ap, NULL);
	va_end(ap);
}

void
say_errno(const char *fmt, ...)
{
	const char *why = strerror(errno);
	va_list ap;

	va_start(ap, fmt);
	say_line(fmt, ap, why);
	va_end(ap);
}

void
say_progress(const char *fmt, ...)
{
	va_list ap;

	if (quiet)
		return;
	va_start(ap, fmt);
	say_line(fmt, ap, NULL);
	va_end(ap);
}

void
say_quiet(bool on)
{
	quiet = on;
}

void
say_quoted(const char *text, size_t len)
{
	write_line("  | ", text, len);
}

const char *
say_last(void)
{
	return last;
}

void
say_die(int code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say_line(fmt, ap, NULL);
	va_end(ap);
	exit(code);
}

void
say_no_memory(void)
{
	say_die(EXIT_SYSTEM, "out of memory");
}
