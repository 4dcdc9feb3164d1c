#include "cedar/cedar.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Start of the line that byte pos is in. */
static size_t
line_start(const struct cedar_source *s, size_t pos)
{
	while (pos > 0 && s->text[pos - 1] != '\n')
		pos--;
	return pos;
}

static uint32_t
count_lines(const char *text, size_t len)
{
	uint32_t n = 1;

	for (size_t i = 0; i < len; i++)
		n += text[i] == '\n';
	return n;
}

/* The line as printable ASCII, so that a caret under a column fits. */
static void
copy_line(char dst[CEDAR_SOURCE_MAX], const char *line, size_t left)
{
	size_t i;

	for (i = 0; i < left && i < CEDAR_SOURCE_MAX - 1; i++) {
		if (line[i] == '\n' || line[i] == '\r')
			break;
		dst[i] = line[i];
		if (line[i] == '\t')
			dst[i] = ' ';
		else if (line[i] < 0x20 || line[i] > 0x7e)
			dst[i] = '?';
	}
	dst[i] = '\0';
}

static void
set(struct cedar_error *e, const char *file)
{
	memset(e, 0, sizeof(*e));
	snprintf(e->file, sizeof(e->file), "%s", file);
}

int
cedar_error_at(struct cedar_error *e, const struct cedar_source *s, size_t pos,
    const char *fmt, ...)
{
	size_t start;
	va_list ap;

	if (pos > s->len)
		pos = s->len;
	start = line_start(s, pos);
	set(e, s->file);
	e->line = count_lines(s->text, start);
	e->col = (uint32_t)(pos - start) + 1;
	copy_line(e->source, s->text + start, s->len - start);
	va_start(ap, fmt);
	vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	errno = EBADMSG;
	return -1;
}

int
cedar_error_set(struct cedar_error *e, const char *file, const char *fmt, ...)
{
	va_list ap;

	set(e, file);
	va_start(ap, fmt);
	vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	errno = EBADMSG;
	return -1;
}

int
cedar_error_memory(struct cedar_error *e, const char *file)
{
	set(e, file);
	snprintf(e->text, sizeof(e->text), "out of memory");
	errno = ENOMEM;
	return -1;
}

const char *
cedar_error_format(const struct cedar_error *e, int picture, char *dst,
    size_t cap)
{
	int caret = (int)e->col;

	if (e->file[0] == '\0')
		snprintf(dst, cap, "%s", e->text);
	else if (e->line == 0)
		snprintf(dst, cap, "%s: %s", e->file, e->text);
	else if (!picture || e->source[0] == '\0' ||
	    e->col > sizeof(e->source))
		snprintf(dst, cap, "%s:%u:%u: %s", e->file, e->line, e->col,
		    e->text);
	else
		snprintf(dst, cap, "%s:%u:%u: %s\n    %s\n    %*s", e->file,
		    e->line, e->col, e->text, e->source, caret, "^");
	return dst;
}
