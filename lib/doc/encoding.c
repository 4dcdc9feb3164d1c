#include "encoding.h"

#include <stdbool.h>
#include <string.h>

#include "utf8.h"

static bool
begins(const struct doc_source *s, const char *mark, size_t len)
{
	return s->len >= len && memcmp(s->text, mark, len) == 0;
}

static int
check_mark(const struct doc_source *s, struct doc_error *e)
{
	if (begins(s, "\xef\xbb\xbf", 3))
		return doc_error_at(e, s, 0, "a byte order mark; save the "
		    "file as UTF-8 without it");
	if (begins(s, "\xff\xfe", 2) || begins(s, "\xfe\xff", 2))
		return doc_error_at(e, s, 0, "this is UTF-16; save the file "
		    "as UTF-8 without a byte order mark");
	return 0;
}

static int
check_cr(const struct doc_source *s, size_t at, unsigned refused,
    struct doc_error *e)
{
	const bool lf = at + 1 < s->len && s->text[at + 1] == '\n';

	if (!(refused & (lf ? ENCODING_CRLF : ENCODING_CR)))
		return 0;
	return doc_error_at(e, s, at, "a carriage return%s; save the file "
	    "with Unix line ends (LF)", lf ? " at the end of this line" : "");
}

/* A byte below 0x80. */
static int
check_ascii(const struct doc_source *s, size_t at, unsigned refused,
    struct doc_error *e)
{
	const unsigned char c = (unsigned char)s->text[at];

	if (c == '\r')
		return check_cr(s, at, refused, e);
	if (!(refused & ENCODING_CONTROLS) || c == '\t' || c == '\n' ||
	    (c >= 0x20 && c != 0x7f))
		return 0;
	if (c == '\0')
		return doc_error_at(e, s, at, "a NUL byte; save the file as "
		    "plain UTF-8 text");
	return doc_error_at(e, s, at, "a control character (0x%02x); remove "
	    "it", c);
}

static int
check_break(const struct doc_source *s, size_t at, uint32_t rune,
    unsigned refused, struct doc_error *e)
{
	if (!(refused & ENCODING_BREAKS) ||
	    (rune != 0x85 && rune != 0x2028 && rune != 0x2029))
		return 0;
	return doc_error_at(e, s, at, "the character U+%04X, which ends a "
	    "line here though editors do not show it; remove it, or write it "
	    "as \\u%04X in double quotes", rune, rune);
}

int
encoding_check(const struct doc_source *s, unsigned refused,
    struct doc_error *e)
{
	const unsigned char *text = (const unsigned char *)s->text;
	uint32_t rune;
	size_t n;

	if (check_mark(s, e) == -1)
		return -1;
	for (size_t i = 0; i < s->len; i += n) {
		n = 1;
		if (text[i] < 0x80) {
			if (check_ascii(s, i, refused, e) == -1)
				return -1;
			continue;
		}
		n = utf8_get(text + i, s->len - i, &rune);
		if (n == 0)
			return doc_error_at(e, s, i, "this byte (0x%02x) is "
			    "not UTF-8; save the file as UTF-8", text[i]);
		if (check_break(s, i, rune, refused, e) == -1)
			return -1;
	}
	return 0;
}
