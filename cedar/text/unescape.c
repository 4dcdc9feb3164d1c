#include "unescape.h"

#include <stdint.h>
#include <string.h>

void
unescape_init(struct unescape *u, const struct doc_source *source,
    size_t pos, size_t len, bool pattern, struct doc_error *e)
{
	u->source = source;
	u->pos = pos + 1;
	u->end = pos + len - 1;
	u->pattern = pattern;
	u->error = e;
}

static int
encode(uint32_t c, char dst[4])
{
	static const unsigned char lead[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	int n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

	for (int i = n - 1; i > 0; i--) {
		dst[i] = (char)(0x80 | (c & 0x3f));
		c >>= 6;
	}
	dst[0] = (char)(lead[n] | c);
	return n;
}

/* 0 to 15, or -1. */
static int
hex(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *p;

	if (c >= 'A' && c <= 'F')
		c += 'a' - 'A';
	p = c == '\0' ? NULL : strchr(digits, c);
	return p == NULL ? -1 : (int)(p - digits);
}

/* Takes the next byte; at the end the quote. */
static char
take(struct unescape *u)
{
	return u->pos < u->end ? u->source->text[u->pos++] : '"';
}

/* Reports a wrong escape, which starts at `start'. */
static int
bad(struct unescape *u, size_t start, const char *why)
{
	char quoted[QUOTE_MAX];

	return doc_error_at(u->error, u->source, start,
	    "`%s' is not an escape: %s", doc_quote(quoted,
	    u->source->text + start, u->pos - start), why);
}

/* \x41 */
static int
byte_escape(struct unescape *u, size_t start, uint32_t *c)
{
	int high = hex(take(u));
	int low = high == -1 ? -1 : hex(take(u));

	if (low == -1)
		return bad(u, start, "expected two hexadecimal digits after "
		    "\\x");
	if (high > 7)
		return bad(u, start, "\\x ends at \\x7f; write \\u{...}");
	*c = (uint32_t)(high * 16 + low);
	return 0;
}

/* The digits of \u{...} up to the brace, possibly with _ between them. */
static int
code_digits(struct unescape *u, size_t start, uint32_t *c)
{
	int ndigits = 0, digit;
	char ch;

	*c = 0;
	while ((ch = take(u)) != '}') {
		if (ch == '_' && ndigits > 0)
			continue;
		if ((digit = hex(ch)) == -1)
			return bad(u, start, "expected hexadecimal digits "
			    "and `}' after \\u{");
		if (++ndigits <= 6)
			*c = *c * 16 + (uint32_t)digit;
	}
	if (ndigits < 1 || ndigits > 6)
		return bad(u, start, "expected one to six digits");
	return 0;
}

/* \u{1f600} */
static int
code_escape(struct unescape *u, size_t start, uint32_t *c)
{
	if (take(u) != '{')
		return bad(u, start, "expected `{' after \\u");
	if (code_digits(u, start, c) == -1)
		return -1;
	if (*c > 0x10ffff || (*c >= 0xd800 && *c <= 0xdfff))
		return bad(u, start, "there is no such character");
	return 0;
}

/* \n and its like; NUL for none: \0 is the last. */
static const struct {
	char	name, value;
} simple[] = {
	{ 'n', '\n' }, { 'r', '\r' }, { 't', '\t' }, { '\\', '\\' },
	{ '\'', '\'' }, { '"', '"' }, { '0', '\0' },
};

static int
escape(struct unescape *u, uint32_t *c)
{
	const size_t start = u->pos - 1;
	const char name = take(u);

	for (size_t i = 0; i < sizeof(simple) / sizeof(simple[0]); i++)
		if (simple[i].name == name) {
			*c = (uint32_t)simple[i].value;
			return 0;
		}
	if (name == 'x')
		return byte_escape(u, start, c);
	if (name == 'u')
		return code_escape(u, start, c);
	if (name == '*')
		return bad(u, start, "\\* is allowed only in patterns, after "
		    "`like'");
	return bad(u, start, "expected one of \\n \\r \\t \\\\ \\0 \\' \\\" "
	    "\\x41 \\u{1f600}");
}

int
unescape_next(struct unescape *u, char dst[4], bool *wild)
{
	uint32_t c = 0;

	*wild = false;
	if (u->pos == u->end)
		return 0;
	dst[0] = take(u);
	if (dst[0] == '\r')
		return doc_error_at(u->error, u->source, u->pos - 1,
		    "a carriage return in a string is written \\r");
	if (dst[0] != '\\') {
		*wild = u->pattern && dst[0] == '*';
		return 1;
	}
	if (u->pattern && u->pos < u->end && u->source->text[u->pos] == '*') {
		dst[0] = take(u);
		return 1;
	}
	if (escape(u, &c) == -1)
		return -1;
	*wild = u->pattern && c == '*';
	return encode(c, dst);
}
