#include "emit.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void
emit(struct put *p, const char *text)
{
	put_raw(p, text, strlen(text));
}

void
emit_str(struct put *p, const struct str *s)
{
	put_raw(p, s->bytes, s->len);
}

void
emit_long(struct put *p, int64_t n)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRId64, n);
	emit(p, text);
}

/* Characters that are invisible or displayed at another place. */
static const struct emit_range {
	uint32_t	from, to;
} hidden[] = {
	{ 0x00, 0x1f },		/* controls */
	{ 0x7f, 0x9f },
	{ 0xad, 0xad },		/* soft hyphen */
	{ 0x61c, 0x61c },	/* marks of direction */
	{ 0x180e, 0x180e },
	{ 0x200b, 0x200f },	/* zero width, marks of direction */
	{ 0x2028, 0x202e },	/* line ends, overrides of direction */
	{ 0x2060, 0x206f },
	{ 0xfeff, 0xfeff },
	{ 0xfff9, 0xfffb },
	{ 0xe0000, 0xe0fff },	/* tags */
};

static bool
is_hidden(uint32_t c)
{
	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++)
		if (c >= hidden[i].from && c <= hidden[i].to)
			return true;
	return false;
}

uint32_t
emit_char_at(const char *text, size_t left, size_t *lenp)
{
	const unsigned char *s = (const unsigned char *)text;
	size_t n = s[0] < 0xc0 ? 1 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
	uint32_t c;

	*lenp = 1;
	if (n == 1 || n > left)
		return s[0];
	c = s[0] & (0x7fu >> n);
	for (size_t i = 1; i < n; i++)
		c = c << 6 | (s[i] & 0x3f);
	*lenp = n;
	return c;
}

static const char *
short_escape(uint32_t c, bool star)
{
	switch (c) {
	case '"':
		return "\\\"";
	case '\\':
		return "\\\\";
	case '\n':
		return "\\n";
	case '\r':
		return "\\r";
	case '\t':
		return "\\t";
	case '\0':
		return "\\0";
	case '*':
		return star ? "\\*" : NULL;
	default:
		return NULL;
	}
}

void
emit_escaped(struct put *p, const char *text, size_t len, bool star)
{
	char code[16];
	size_t n;

	for (size_t i = 0; i < len; i += n) {
		uint32_t c = emit_char_at(text + i, len - i, &n);
		const char *esc = short_escape(c, star);

		if (esc != NULL) {
			emit(p, esc);
		} else if (is_hidden(c)) {
			snprintf(code, sizeof(code), "\\u{%" PRIx32 "}", c);
			emit(p, code);
		} else {
			put_raw(p, text + i, n);
		}
	}
}

void
emit_json(struct put *p, const char *text, size_t len)
{
	char code[8];

	emit(p, "\"");
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c == '"' || c == '\\') {
			emit(p, "\\");
		} else if (c < 0x20 || c == 0x7f) {
			snprintf(code, sizeof(code), "\\u%04x", c);
			emit(p, code);
			continue;
		}
		put_raw(p, &text[i], 1);
	}
	emit(p, "\"");
}
