#include "error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define QUOTE_BYTES	40	/* enough to recognise a word */

/* Start of the line that byte pos is in. */
static size_t
line_start(const struct doc_source *s, size_t pos)
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

uint32_t
doc_line(const struct doc_source *s, size_t pos)
{
	return count_lines(s->text, line_start(s, pos));
}

/* The line as printable ASCII, so that a caret under a column fits. */
static void
copy_line(char dst[DOC_SOURCE_MAX], const char *line, size_t left)
{
	size_t i;

	for (i = 0; i < left && i < DOC_SOURCE_MAX - 1; i++) {
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
set(struct doc_error *e, const char *file)
{
	memset(e, 0, sizeof(*e));
	snprintf(e->file, sizeof(e->file), "%s", file);
}

int
doc_error_at(struct doc_error *e, const struct doc_source *s, size_t pos,
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
doc_error_set(struct doc_error *e, const char *file, const char *fmt, ...)
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
doc_error_memory(struct doc_error *e, const char *file)
{
	set(e, file);
	snprintf(e->text, sizeof(e->text), "out of memory");
	errno = ENOMEM;
	return -1;
}

int
doc_error_word(struct doc_error *e, const void *word, size_t len)
{
	char quoted[QUOTE_MAX], rest[DOC_MESSAGE_MAX];
	char *gap = strstr(e->text, " `'");

	if (gap == NULL)
		return -1;
	doc_quote(quoted, word, len);
	snprintf(rest, sizeof(rest), "%s", gap + strlen(" `'"));
	e->word = (size_t)(gap - e->text);
	e->word_len = strlen(" `'") + strlen(quoted);
	snprintf(gap, sizeof(e->text) - e->word, " `%s'%s", quoted, rest);
	return -1;
}

const char *
doc_error_public(const struct doc_error *e, char *dst, size_t cap)
{
	struct doc_error copy = *e;
	char *word = copy.text + copy.word;

	memmove(word, word + copy.word_len, strlen(word + copy.word_len) + 1);
	return doc_error_format(&copy, 0, dst, cap);
}

const char *
doc_error_format(const struct doc_error *e, int picture, char *dst,
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

const char *
doc_quote(char dst[QUOTE_MAX], const void *text, size_t len)
{
	const unsigned char *p = text;
	size_t n = 0;

	for (; n < len && n < QUOTE_BYTES; n++)
		dst[n] = p[n] >= 0x20 && p[n] < 0x7f ? (char)p[n] : '?';
	snprintf(dst + n, QUOTE_MAX - n, "%s", n < len ? "..." : "");
	return dst;
}
