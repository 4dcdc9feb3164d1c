#include "json.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define HEX_CHUNK	32	/* mostly digests are written */

static const char hex_digits[] = "0123456789abcdef";

size_t
utf8_len(const unsigned char *s, size_t left)
{
	static const struct {
		unsigned char mask, lead;
		uint32_t min;
	} forms[] = {
		{ 0x80, 0x00, 0x01 }, { 0xe0, 0xc0, 0x80 },
		{ 0xf0, 0xe0, 0x800 }, { 0xf8, 0xf0, 0x10000 },
	};

	for (size_t i = 0; i < 4; i++) {
		uint32_t rune;

		if ((s[0] & forms[i].mask) != forms[i].lead)
			continue;
		if (i + 1 > left)
			return 0;
		rune = s[0] & (unsigned char)~forms[i].mask;
		for (size_t k = 1; k <= i; k++) {
			if ((s[k] & 0xc0) != 0x80)
				return 0;
			rune = rune << 6 | (s[k] & 0x3f);
		}
		if (rune < forms[i].min || rune > 0x10ffff ||
		    (rune >= 0xd800 && rune <= 0xdfff))
			return 0;
		return i + 1;
	}
	return 0;
}

int
utf8_check(const void *text, size_t len)
{
	const unsigned char *s = text;

	while (len > 0) {
		size_t n = utf8_len(s, len);

		if (n == 0) {
			errno = EBADMSG;
			return -1;
		}
		s += n;
		len -= n;
	}
	return 0;
}

static void
put_escaped(struct put *p, unsigned char c)
{
	char esc[8];

	switch (c) {
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
	snprintf(esc, sizeof(esc), "\\u%04x", c);
	put_raw(p, esc, 6);
}

/* Bytes at the start of s that need no escape. */
static size_t
plain_len(const unsigned char *s, size_t len)
{
	size_t n = 0;

	while (n < len && s[n] >= 0x20 && s[n] != 0x7f && s[n] != '"' &&
	    s[n] != '\\')
		n++;
	return n;
}

int
json_put_string(struct put *p, const void *text, size_t len)
{
	const unsigned char *s = text;

	if (utf8_check(text, len) == -1)
		return -1;
	put_raw(p, "\"", 1);
	for (size_t i = 0, plain; i < len; i += plain + 1) {
		plain = plain_len(s + i, len - i);
		put_raw(p, s + i, plain);
		if (i + plain == len)
			break;
		put_escaped(p, s[i + plain]);
	}
	put_raw(p, "\"", 1);
	return 0;
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

	put_raw(p, "\"", 1);
	for (size_t i = 0; i < len; i += HEX_CHUNK) {
		char text[2 * HEX_CHUNK];
		size_t n = len - i < HEX_CHUNK ? len - i : HEX_CHUNK;

		for (size_t k = 0; k < n; k++) {
			text[2 * k] = hex_digits[b[i + k] >> 4];
			text[2 * k + 1] = hex_digits[b[i + k] & 15];
		}
		put_raw(p, text, 2 * n);
	}
	put_raw(p, "\"", 1);
}
