#include "json.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const char hex_digits[] = "0123456789abcdef";

static void
put_escape(struct put *p, uint32_t rune)
{
	char esc[8];

	snprintf(esc, sizeof(esc), "\\u%04x", (unsigned)(rune & 0xffff));
	put_raw(p, esc, 6);
}

static void
put_escaped(struct put *p, uint32_t rune)
{
	const char c = (char)rune;

	switch (rune) {
	case '"':
	case '\\':
		put_raw(p, "\\", 1);
		put_raw(p, &c, 1);
		return;
	case '\n':
		put_raw(p, "\\n", 2);
		return;
	case '\t':
		put_raw(p, "\\t", 2);
		return;
	}
	put_escape(p, rune);
}

/* Bytes at the start of UTF-8 text before one that a terminal obeys. */
static size_t
plain_len(const unsigned char *s, size_t len)
{
	uint32_t rune;
	size_t n = 0, one;

	for (; n < len; n += one) {
		one = 1;
		if (s[n] >= 0x20 && s[n] < 0x7f)
			continue;
		one = utf8_get(s + n, len - n, &rune);
		if (one == 0 || utf8_acts(rune))
			break;
	}
	return n;
}

/* Bytes at the start that are ASCII and need no escape. */
static size_t
ascii_len(const unsigned char *s, size_t len)
{
	size_t n = 0;

	while (n < len && s[n] >= 0x20 && s[n] < 0x7f && s[n] != '"' &&
	    s[n] != '\\')
		n++;
	return n;
}

/* The same, and before a quote or backslash. */
static size_t
bare_len(const unsigned char *s, size_t len)
{
	size_t n = 0;

	while (n < len && s[n] != '"' && s[n] != '\\')
		n++;
	return plain_len(s, n);
}

int
json_put_string(struct put *p, const void *text, size_t len)
{
	const unsigned char *s = text;
	size_t ascii = ascii_len(s, len);
	uint32_t rune;

	if (ascii < len && utf8_check(text, len) == -1)
		return -1;
	put_raw(p, "\"", 1);
	put_raw(p, s, ascii);
	for (size_t i = ascii, bare; i < len; ) {
		bare = bare_len(s + i, len - i);
		put_raw(p, s + i, bare);
		i += bare;
		if (i == len)
			break;
		i += utf8_get(s + i, len - i, &rune);
		put_escaped(p, rune);
	}
	put_raw(p, "\"", 1);
	return 0;
}

void
json_put_escaped(struct put *p, const char *json, size_t len)
{
	const unsigned char *s = (const unsigned char *)json;
	uint32_t rune;

	for (size_t i = 0, plain; i < len; ) {
		size_t n;

		plain = plain_len(s + i, len - i);
		put_raw(p, s + i, plain);
		i += plain;
		if (i == len)
			break;
		n = utf8_get(s + i, len - i, &rune);
		put_escape(p, n == 0 ? 0xfffd : rune);
		i += n == 0 ? 1 : n;
	}
}

void
json_put_key(struct put *p, const char *name)
{
	put_raw(p, "\"", 1);
	put_raw(p, name, strlen(name));
	put_raw(p, "\":", 2);
}

void
json_put_hex(struct put *p, const void *bytes, size_t len)
{
	const unsigned char *b = bytes;
	unsigned char *to = put_reserve(p, 2 * len + 2);

	if (to == NULL)
		return;
	*to++ = '"';
	for (size_t i = 0; i < len; i++) {
		*to++ = (unsigned char)hex_digits[b[i] >> 4];
		*to++ = (unsigned char)hex_digits[b[i] & 15];
	}
	*to = '"';
}
