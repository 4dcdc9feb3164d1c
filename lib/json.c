#include "json.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const char hex_digits[] = "0123456789abcdef";

/* Bytes of the UTF-8 sequence at s, 0 when it is not one. */
static size_t
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
	if (c >= 0x20 && c != 0x7f) {
		put_raw(p, &c, 1);
		return;
	}
	snprintf(esc, sizeof(esc), "\\u%04x", c);
	put_raw(p, esc, 6);
}

int
json_put_string(struct put *p, const void *text, size_t len)
{
	const unsigned char *s = text;

	if (utf8_check(text, len) == -1)
		return -1;
	put_raw(p, "\"", 1);
	for (size_t i = 0; i < len; i++)
		put_escaped(p, s[i]);
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
	for (size_t i = 0; i < len; i++) {
		put_raw(p, &hex_digits[b[i] >> 4], 1);
		put_raw(p, &hex_digits[b[i] & 15], 1);
	}
	put_raw(p, "\"", 1);
}
