/*
 * A JSON reader of our own: the known libraries lose the place of a node, keep
 * the last of two equal keys, or recurse.
 */
#include "doc_make.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "encoding.h"
#include "json.h"

struct json_scan {
	struct doc_maker	 m;
	struct doc_source	 s;
	size_t			 pos;
	char			*buf;	/* a string without its escapes */
	size_t			 n;	/* bytes in it */
};

#define NAMED_MAX	24	/* an unexpected character in a message */

/* The byte or character at the scanner's place, for a message. */
static const char *
name_here(const struct json_scan *s, char dst[NAMED_MAX])
{
	unsigned char c;

	if (s->pos == s->s.len)
		return "the end of the text";
	c = (unsigned char)s->s.text[s->pos];
	if (c > 0x20 && c < 0x7f)
		snprintf(dst, NAMED_MAX, "`%c'", c);
	else
		snprintf(dst, NAMED_MAX, "byte 0x%02x", c);
	return dst;
}

static int
error_expected(struct json_scan *s, const char *what)
{
	char named[NAMED_MAX];

	return doc_error_at(s->m.e, &s->s, s->pos, "expected %s, not %s",
	    what, name_here(s, named));
}

/* The byte at the place, or -1 at the end. */
static int
peek(const struct json_scan *s)
{
	return s->pos < s->s.len ? (unsigned char)s->s.text[s->pos] : -1;
}

static void
skip_space(struct json_scan *s)
{
	for (int c; (c = peek(s)) == ' ' || c == '\t' || c == '\n' ||
	    c == '\r'; )
		s->pos++;
}

static int
hex_value(int c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The four digits after \u. */
static int
scan_hex(struct json_scan *s, uint32_t *out)
{
	*out = 0;
	for (int i = 0; i < 4; i++, s->pos++) {
		int digit = hex_value(peek(s));

		if (digit == -1)
			return error_expected(s, "four hexadecimal digits "
			    "after \\u");
		*out = *out << 4 | (uint32_t)digit;
	}
	return 0;
}

static void
put_utf8(struct json_scan *s, uint32_t c)
{
	static const struct {
		uint32_t below;
		unsigned char lead;
		int more;
	} forms[] = {
		{ 0x80, 0x00, 0 }, { 0x800, 0xc0, 1 }, { 0x10000, 0xe0, 2 },
		{ 0x110000, 0xf0, 3 },
	};
	int i = 0;

	while (c >= forms[i].below)
		i++;
	s->buf[s->n++] = (char)(forms[i].lead | c >> 6 * forms[i].more);
	for (int k = forms[i].more - 1; k >= 0; k--)
		s->buf[s->n++] = (char)(0x80 | (c >> 6 * k & 0x3f));
}

#define IS_HIGH(c)	((c) >= 0xd800 && (c) < 0xdc00)
#define IS_LOW(c)	((c) >= 0xdc00 && (c) < 0xe000)

/* \uXXXX, or the two of them that stand for one character. */
static int
scan_unicode(struct json_scan *s)
{
	size_t start = s->pos - 2;
	uint32_t c, low;

	if (scan_hex(s, &c) == -1)
		return -1;
	if (IS_HIGH(c) && s->s.len - s->pos >= 2 &&
	    memcmp(s->s.text + s->pos, "\\u", 2) == 0) {
		s->pos += 2;
		if (scan_hex(s, &low) == -1)
			return -1;
		if (IS_LOW(low)) {
			put_utf8(s, 0x10000 + ((c & 0x3ff) << 10 |
			    (low & 0x3ff)));
			return 0;
		}
	}
	if (IS_HIGH(c) || IS_LOW(c))
		return doc_error_at(s->m.e, &s->s, start, "half of a "
		    "surrogate pair; expected both halves, or neither");
	put_utf8(s, c);
	return 0;
}

/* What follows a backslash. */
static int
scan_escape(struct json_scan *s)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	int c = peek(s);
	const char *p = c <= 0 ? NULL : strchr(from, c);

	if (c == 'u') {
		s->pos++;
		return scan_unicode(s);
	}
	if (p == NULL)
		return error_expected(s, "one of \" \\ / b f n r t u after a "
		    "backslash");
	s->buf[s->n++] = to[p - from];
	s->pos++;
	return 0;
}

static int
scan_char(struct json_scan *s)
{
	const unsigned char *p = (const unsigned char *)s->s.text + s->pos;
	size_t n;

	if (*p < 0x20)
		return doc_error_at(s->m.e, &s->s, s->pos, "a control "
		    "character in a string; write it as \\u%04x", *p);
	n = utf8_len(p, s->s.len - s->pos);
	memcpy(s->buf + s->n, p, n);
	s->n += n;
	s->pos += n;
	return 0;
}

/* The string whose quote is at the place, into s->buf. */
static int
scan_string(struct json_scan *s)
{
	size_t start = s->pos++;
	int c;

	s->n = 0;
	while ((c = peek(s)) != '"') {
		if (c == -1)
			return doc_error_at(s->m.e, &s->s, start, "a string "
			    "that does not end; expected a closing \"");
		if (c == '\\')
			s->pos++;
		if ((c == '\\' ? scan_escape(s) : scan_char(s)) == -1)
			return -1;
	}
	s->pos++;
	return 0;
}

/* "key": with the space around it. */
static int
scan_key(struct json_scan *s, const char *expected)
{
	size_t start;

	skip_space(s);
	start = s->pos;
	if (peek(s) != '"')
		return error_expected(s, expected);
	if (scan_string(s) == -1 ||
	    doc_make_key(&s->m, s->buf, s->n, start) == -1)
		return -1;
	skip_space(s);
	if (peek(s) != ':')
		return error_expected(s, "`:' after a key");
	s->pos++;
	return 0;
}

static int
is_digit(int c)
{
	return c >= '0' && c <= '9';
}

/* Digits as a number of this sign; -1 when 64 bits do not hold it. */
static int
scan_digits(struct json_scan *s, bool negative, int64_t *out)
{
	*out = 0;
	for (; is_digit(peek(s)); s->pos++) {
		int digit = peek(s) - '0';

		if (__builtin_mul_overflow(*out, 10, out) ||
		    __builtin_add_overflow(*out, negative ? -digit : digit,
		    out))
			return -1;
	}
	return 0;
}

static int
scan_number(struct json_scan *s)
{
	size_t start = s->pos;
	bool negative = peek(s) == '-';
	struct doc_node *node;
	int64_t n;

	s->pos += negative;
	if (!is_digit(peek(s)))
		return error_expected(s, "a digit");
	if (peek(s) == '0' && s->pos + 1 < s->s.len &&
	    is_digit(s->s.text[s->pos + 1]))
		return doc_error_at(s->m.e, &s->s, start, "a number that "
		    "begins with 0; remove the 0");
	if (scan_digits(s, negative, &n) == -1)
		return doc_error_at(s->m.e, &s->s, start, "a number beyond "
		    "64 bits");
	if (peek(s) == '.' || peek(s) == 'e' || peek(s) == 'E' ||
	    (negative && n == 0))
		return doc_error_at(s->m.e, &s->s, start, "expected a whole "
		    "number without exponent");
	if (doc_make_node(&s->m, DOC_INT, start, &node) == -1)
		return -1;
	node->n = n;
	return 0;
}

static int
scan_text(struct json_scan *s)
{
	size_t start = s->pos;
	struct doc_node *node;

	if (scan_string(s) == -1 ||
	    doc_make_node(&s->m, DOC_STRING, start, &node) == -1)
		return -1;
	node->str = str_new(&s->m.doc->arena, s->buf, s->n);
	return node->str != NULL ? 0 :
	    doc_error_memory(s->m.e, s->s.file);
}

static int
scan_word(struct json_scan *s)
{
	static const struct {
		const char *text;
		enum doc_kind kind;
		bool b;
	} words[] = {
		{ "true", DOC_BOOL, true }, { "false", DOC_BOOL, false },
		{ "null", DOC_NULL, false },
	};
	struct doc_node *node;

	for (size_t i = 0; i < 3; i++) {
		size_t len = strlen(words[i].text);

		if (s->s.len - s->pos < len ||
		    memcmp(s->s.text + s->pos, words[i].text, len) != 0)
			continue;
		if (doc_make_node(&s->m, words[i].kind, s->pos, &node) == -1)
			return -1;
		if (words[i].kind == DOC_BOOL)
			node->b = words[i].b;
		s->pos += len;
		return 0;
	}
	return error_expected(s, "a value");
}

/* Opens a container; reads the key of its first member, too. */
static int
scan_open(struct json_scan *s, enum doc_kind kind)
{
	struct doc_node *node;

	if (doc_make_node(&s->m, kind, s->pos, &node) == -1)
		return -1;
	s->pos++;
	skip_space(s);
	if (kind == DOC_OBJECT && peek(s) != '}')
		return scan_key(s, "a key in quotes, or `}'");
	return 0;
}

static int
scan_value(struct json_scan *s)
{
	int c;

	skip_space(s);
	c = peek(s);
	if (c == '{')
		return scan_open(s, DOC_OBJECT);
	if (c == '[')
		return scan_open(s, DOC_ARRAY);
	if (c == '"')
		return scan_text(s);
	return c == '-' || is_digit(c) ? scan_number(s) : scan_word(s);
}

/*
 * After a value, or at the start of an empty container: closes the containers
 * that end here. *more: another value follows.
 */
static int
scan_after(struct json_scan *s, bool *more)
{
	const struct doc_node *in;

	while ((in = doc_make_inside(&s->m)) != NULL) {
		bool object = in->kind == DOC_OBJECT;

		skip_space(s);
		if (peek(s) == ',' && in->count > 0) {
			s->pos++;
			*more = true;
			return object ? scan_key(s, "a key in quotes") : 0;
		}
		if (peek(s) != (object ? '}' : ']'))
			return error_expected(s, object ? "`,' or `}'" :
			    "`,' or `]'");
		s->pos++;
		if (doc_make_close(&s->m) == -1)
			return -1;
	}
	*more = false;
	return 0;
}

/* Whether the innermost container was just opened and has members. */
static bool
is_unfinished(const struct json_scan *s)
{
	const struct doc_node *in = doc_make_inside(&s->m);

	if (in == NULL || in->kind == DOC_OBJECT)
		return in != NULL && s->m.key != NULL;
	return in->count == 0 && peek(s) != ']';
}

static int
scan_document(struct json_scan *s)
{
	bool more;

	/* The grammar says where control characters may be. */
	if (encoding_check(&s->s, 0, s->m.e) == -1)
		return -1;
	do {
		if (scan_value(s) == -1)
			return -1;
		if (is_unfinished(s))
			more = true;
		else if (scan_after(s, &more) == -1)
			return -1;
	} while (more);
	skip_space(s);
	return s->pos == s->s.len ? 0 :
	    error_expected(s, "the end of the text");
}

int
doc_read_json(struct doc *d, const char *file, const char *text, size_t len,
    size_t max, struct doc_error *e)
{
	struct json_scan s = { .pos = 0 };
	int rc = doc_make_init(&s.m, d, file, text, len, max, e);

	if (rc == 0) {
		s.s = d->source;
		s.buf = malloc(len + 1);
		rc = s.buf == NULL ? doc_error_memory(e, file) :
		    scan_document(&s);
	}
	free(s.buf);
	return doc_make_end(&s.m, rc);
}
