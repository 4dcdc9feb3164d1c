#include "base64.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#define BASE64_LETTERS							\
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

#define CHUNK	48		/* bytes encoded at a time, 64 characters */

/* Encodes up to CHUNK bytes; returns the characters, without padding. */
static size_t
encode(const unsigned char *from, size_t len, const char *alphabet,
    char text[BASE64_LEN(CHUNK)])
{
	size_t n = 0;
	uint32_t v;

	for (; len >= 3; len -= 3, from += 3) {
		v = (uint32_t)from[0] << 16 | (uint32_t)from[1] << 8 | from[2];
		text[n++] = alphabet[v >> 18];
		text[n++] = alphabet[v >> 12 & 63];
		text[n++] = alphabet[v >> 6 & 63];
		text[n++] = alphabet[v & 63];
	}
	if (len > 0) {
		v = (uint32_t)from[0] << 16 |
		    (len > 1 ? (uint32_t)from[1] << 8 : 0);
		text[n++] = alphabet[v >> 18];
		text[n++] = alphabet[v >> 12 & 63];
		if (len > 1)
			text[n++] = alphabet[v >> 6 & 63];
	}
	return n;
}

static void
put_groups(struct put *p, const void *data, size_t len, const char *alphabet,
    bool padded)
{
	const unsigned char *from = data;
	char text[BASE64_LEN(CHUNK)];

	for (size_t at = 0; at < len; at += CHUNK) {
		size_t bytes = len - at < CHUNK ? len - at : CHUNK;
		size_t n = encode(from + at, bytes, alphabet, text);

		while (padded && n % 4 != 0)
			text[n++] = '=';
		put_raw(p, text, n);
	}
}

void
base64_put(struct put *p, const void *data, size_t len)
{
	put_groups(p, data, len, BASE64_LETTERS, true);
}

void
base64url_put(struct put *p, const void *data, size_t len)
{
	put_groups(p, data, len, BASE64URL_LETTERS, false);
}

/* The six bits of a character, or -1. */
static int
sextet(unsigned char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+')
		return 62;
	return c == '/' ? 63 : -1;
}

/* Decodes a group of four.  Returns its bytes, or 0 when it is malformed. */
static size_t
get_group(const unsigned char *group, unsigned char out[3])
{
	size_t chars = group[3] != '=' ? 4 : group[2] != '=' ? 3 : 2;
	uint32_t v = 0;

	for (size_t i = 0; i < 4; i++) {
		int bits = i < chars ? sextet(group[i]) : 0;

		if (bits == -1)
			return 0;
		v = v << 6 | (uint32_t)bits;
	}
	for (size_t i = 0; i < 3; i++)
		out[i] = (unsigned char)(v >> (16 - 8 * i));
	if ((chars < 4 && out[2] != 0) || (chars < 3 && out[1] != 0))
		return 0;
	return chars - 1;
}

int
base64_get(void *dst, size_t cap, size_t *lenp, const void *text, size_t len)
{
	const unsigned char *from = text;
	unsigned char *to = dst;
	size_t used = 0;

	for (size_t at = 0; at < len; at += 4) {
		unsigned char group[3];
		size_t n = len - at < 4 ? 0 : get_group(from + at, group);

		if (n == 0 || (n < 3 && at + 4 != len)) {
			errno = EBADMSG;
			return -1;
		}
		if (n > cap - used) {
			errno = EMSGSIZE;
			return -1;
		}
		memcpy(to + used, group, n);
		used += n;
	}
	*lenp = used;
	return 0;
}

int
base64url_get(void *dst, size_t cap, size_t *lenp, const void *text,
    size_t len)
{
	const char *from = text;
	char group[4];
	size_t used = 0, n;

	for (size_t at = 0; at < len; at += 4, used += n) {
		size_t chars = len - at < 4 ? len - at : 4;

		memset(group, '=', sizeof(group));
		for (size_t i = 0; i < chars; i++) {
			const char c = from[at + i];

			/* What is not of this alphabet becomes a bad one. */
			group[i] = c == '-' ? '+' : c == '_' ? '/' :
			    c == '+' || c == '/' || c == '=' ? '!' : c;
		}
		if (base64_get((char *)dst + used, cap - used, &n, group,
		    sizeof(group)) == -1)
			return -1;
	}
	*lenp = used;
	return 0;
}
