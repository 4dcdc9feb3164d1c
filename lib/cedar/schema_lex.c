#include "schema_lex.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "schema_lex.h"

/*
 * Unicode's white space beyond ASCII, in UTF-8: the official lexer skips all
 * of it.
 */
static const char *const spaces[] = {
	"\xc2\x85", "\xc2\xa0", "\xe1\x9a\x80", "\xe2\x80\x80", "\xe2\x80\x81",
	"\xe2\x80\x82", "\xe2\x80\x83", "\xe2\x80\x84", "\xe2\x80\x85",
	"\xe2\x80\x86", "\xe2\x80\x87", "\xe2\x80\x88", "\xe2\x80\x89",
	"\xe2\x80\x8a", "\xe2\x80\xa8", "\xe2\x80\xa9", "\xe2\x80\xaf",
	"\xe2\x81\x9f", "\xe3\x80\x80",
};

/* Bytes of white space at s, or 0. */
static size_t
space_len(const char *s, size_t left)
{
	if (*s == ' ' || (*s >= '\t' && *s <= '\r'))
		return 1;
	if ((unsigned char)*s < 0x80)
		return 0;
	for (size_t i = 0; i < sizeof(spaces) / sizeof(spaces[0]); i++) {
		size_t n = strlen(spaces[i]);

		if (left >= n && memcmp(s, spaces[i], n) == 0)
			return n;
	}
	return 0;
}

/* Bytes of a comment at s, or 0. */
static size_t
comment_len(const char *s, size_t left)
{
	size_t n = 2;

	if (left < 2 || s[0] != '/' || s[1] != '/')
		return 0;
	while (n < left && s[n] != '\n' && s[n] != '\r')
		n++;
	return n;
}

static void
skip(struct schema_lex *l)
{
	const char *text = l->source->text;
	size_t left, n;

	while ((left = l->source->len - l->pos) > 0) {
		if ((n = space_len(text + l->pos, left)) == 0 &&
		    (n = comment_len(text + l->pos, left)) == 0)
			break;
		l->pos += n;
	}
}

static bool
word_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '_';
}

/* Bytes of a string with its quotes, or 0 when it does not end. */
static size_t
string_len(const char *s, size_t left)
{
	for (size_t n = 1; n < left; n++) {
		if (s[n] == '"')
			return n + 1;
		if (s[n] == '\\' && (++n == left || s[n] == '\n'))
			return 0;
	}
	return 0;
}

static int
bad_character(struct schema_lex *l)
{
	unsigned char c = (unsigned char)l->source->text[l->pos];

	if (c > 0x20 && c < 0x7f)
		return cedar_error_at(l->e, l->source, l->pos,
		    "`%c' has no meaning in a schema", c);
	return cedar_error_at(l->e, l->source, l->pos,
	    "character 0x%02x outside a string", c);
}

int
schema_lex_next(struct schema_lex *l)
{
	const char *s;
	size_t left;

	skip(l);
	l->token.pos = l->pos;
	l->token.len = 0;
	s = l->source->text + l->pos;
	if ((left = l->source->len - l->pos) == 0) {
		l->token.kind = TOKEN_END;
		return 0;
	}
	if (word_char(*s) && !(*s >= '0' && *s <= '9')) {
		l->token.kind = TOKEN_WORD;
		while (l->token.len < left && word_char(s[l->token.len]))
			l->token.len++;
	} else if (*s == '"') {
		l->token.kind = TOKEN_STRING;
		if ((l->token.len = string_len(s, left)) == 0)
			return cedar_error_at(l->e, l->source, l->pos,
			    "string without an end");
	} else if (left > 1 && s[0] == ':' && s[1] == ':') {
		l->token.kind = TOKEN_PATH;
		l->token.len = 2;
	} else if (*s != '\0' && strchr(",;:{}[]<>=?@()", *s) != NULL) {
		l->token.kind = *s;
		l->token.len = 1;
	} else
		return bad_character(l);
	l->pos += l->token.len;
	return 0;
}

/* The offset of the first byte that is not UTF-8, or len. */
static size_t
utf8_valid(const char *text, size_t len)
{
	size_t pos = 0, n;

	while (pos < len) {
		const unsigned char *s = (const unsigned char *)text + pos;

		if ((n = *s == 0 ? 1 : utf8_len(s, len - pos)) == 0)
			break;
		pos += n;
	}
	return pos;
}

int
schema_lex_start(struct schema_lex *l, const struct cedar_source *source,
    struct cedar_error *e)
{
	size_t valid = utf8_valid(source->text, source->len);

	memset(l, 0, sizeof(*l));
	l->source = source;
	l->e = e;
	if (valid < source->len)
		return cedar_error_at(e, source, valid,
		    "bytes that are not UTF-8");
	return schema_lex_next(l);
}

/* One escape, after its backslash: what it stands for goes to *code. */
static size_t
hex_escape(const char *s, size_t left, uint32_t *code)
{
	char digits[3] = { 0 };

	if (left < 3 || strspn(memcpy(digits, s + 1, 2),
	    "0123456789abcdefABCDEF") != 2)
		return 0;
	*code = (uint32_t)strtoul(digits, NULL, 16);
	return *code > 0x7f ? 0 : 3;
}

/* u{...}: 1 to 6 digits, _ between and after them. */
static size_t
unicode_escape(const char *s, size_t left, uint32_t *code)
{
	size_t n, digits = 0;

	*code = 0;
	if (left < 4 || s[1] != '{' || s[2] == '_')
		return 0;
	for (n = 2; n < left && s[n] != '}'; n++) {
		const char *hex = "0123456789abcdef", *at;

		if (s[n] == '_')
			continue;
		at = s[n] == '\0' ? NULL : strchr(hex, s[n] | 0x20);
		if (at == NULL || s[n] < '0' || ++digits > 6)
			return 0;
		*code = *code << 4 | (uint32_t)(at - hex);
	}
	if (n == left || digits == 0 || *code > 0x10ffff ||
	    (*code >= 0xd800 && *code <= 0xdfff))
		return 0;
	return n + 1;
}

/* Bytes after the backslash that belong to the escape; 0: there is none. */
static size_t
escape(const char *s, size_t left, uint32_t *code)
{
	static const char from[] = "nrt\\0'\"", to[] = "\n\r\t\\\0'\"";
	const char *at;

	if (left == 0)
		return 0;
	if (*s == 'x')
		return hex_escape(s, left, code);
	if (*s == 'u')
		return unicode_escape(s, left, code);
	if (*s == '\0' || (at = strchr(from, *s)) == NULL)
		return 0;
	*code = (unsigned char)to[at - from];
	return 1;
}

static size_t
put_utf8(char *dst, uint32_t c)
{
	size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	static const unsigned char lead[] = { 0, 0, 0xc0, 0xe0, 0xf0 };

	for (size_t i = n; i-- > 1; c >>= 6)
		dst[i] = (char)(0x80 | (c & 0x3f));
	dst[0] = (char)(lead[n] | c);
	return n;
}

int
schema_lex_string(struct schema_lex *l, struct arena *a,
    const struct str **out)
{
	const char *s = l->source->text + l->token.pos + 1;
	size_t left = l->token.len - 2, len = 0, n;
	char *dst = malloc(left + 1);
	uint32_t code;

	if (dst == NULL)
		return cedar_error_memory(l->e, l->source->file);
	for (; left > 0; s += n, left -= n) {
		n = 1;
		if (*s == '\\') {
			if ((n = escape(s + 1, left - 1, &code)) == 0)
				break;
			n++;
			len += put_utf8(dst + len, code);
		} else if (*s == '\r')
			break;
		else
			dst[len++] = *s;
	}
	*out = left > 0 ? NULL : str_new(a, dst, len);
	free(dst);
	if (left > 0)
		return cedar_error_at(l->e, l->source,
		    (size_t)(s - l->source->text), *s == '\r' ?
		    "carriage return in a string: write \\r" :
		    "unknown escape: there are \\n \\r \\t \\\\ \\0 \\' \\\" "
		    "\\xHH (up to 7f) and \\u{H...}");
	return *out == NULL ? cedar_error_memory(l->e, l->source->file) : 0;
}

const char *
schema_lex_name(const struct schema_lex *l, char *dst, size_t cap)
{
	int len = l->token.len > 40 ? 40 : (int)l->token.len;

	if (l->token.kind == TOKEN_END)
		snprintf(dst, cap, "the end of the text");
	else if (l->token.kind == TOKEN_STRING)
		snprintf(dst, cap, "a string");
	else
		snprintf(dst, cap, "`%.*s'", len,
		    l->source->text + l->token.pos);
	return dst;
}
