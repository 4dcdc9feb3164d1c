#include "safe.h"

#include <stdint.h>
#include <string.h>

#include "lib/doc/json.h"

static void
escape(struct safe *s, struct buf *out, const unsigned char *p, size_t len)
{
	char text[8];

	for (size_t i = 0; i < len; i++) {
		snprintf(text, sizeof(text), "\\x%02x", p[i]);
		buf_add(out, text, 4);
	}
	s->acted |= len != 0;
}

/* The length of a sequence by its first byte; 1 where none begins. */
static size_t
sequence_len(unsigned char first)
{
	if (first < 0xc2 || first > 0xf4)
		return 1;
	return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

/* Whether more bytes can complete a character. */
static bool
is_incomplete(const unsigned char *p, size_t len)
{
	if (len >= sequence_len(p[0]))
		return false;
	for (size_t i = 1; i < len; i++)
		if ((p[i] & 0xc0) != 0x80)
			return false;
	return true;
}

/* The first character or byte of these; returns its length. */
static size_t
take_one(struct safe *s, struct buf *out, const unsigned char *p, size_t len)
{
	uint32_t rune = 0;
	size_t n = *p == '\0' ? 0 : utf8_get(p, len, &rune);

	if (n == 0) {
		escape(s, out, p, 1);
		return 1;
	}
	if (utf8_acts(rune) && rune != '\n' && rune != '\t')
		escape(s, out, p, n);
	else
		buf_add(out, p, n);
	return n;
}

/* The length of the plain ASCII at the start. */
static size_t
plain_len(const unsigned char *p, size_t len)
{
	size_t n = 0;

	while (n < len && p[n] >= 0x20 && p[n] < 0x7f)
		n++;
	return n;
}

/* Completes the kept character.  Returns how many new bytes it took. */
static size_t
join_kept(struct safe *s, struct buf *out, const unsigned char *p, size_t len)
{
	size_t taken = 0;

	while (s->nkept != 0) {
		if (taken < len && s->nkept < sizeof(s->kept) &&
		    is_incomplete(s->kept, s->nkept)) {
			s->kept[s->nkept++] = p[taken++];
			continue;
		}
		if (is_incomplete(s->kept, s->nkept))
			break;
		size_t n = take_one(s, out, s->kept, s->nkept);

		s->nkept -= n;
		memmove(s->kept, s->kept + n, s->nkept);
	}
	return taken;
}

void
safe_add(struct safe *s, struct buf *out, const void *data, size_t len)
{
	const unsigned char *p = data;
	size_t at = join_kept(s, out, p, len);

	while (at < len) {
		size_t n = plain_len(p + at, len - at);

		buf_add(out, p + at, n);
		at += n;
		if (at == len)
			return;
		if (is_incomplete(p + at, len - at)) {
			s->nkept = len - at;
			memcpy(s->kept, p + at, s->nkept);
			return;
		}
		at += take_one(s, out, p + at, len - at);
	}
}

void
safe_end(struct safe *s, struct buf *out)
{
	escape(s, out, s->kept, s->nkept);
	s->nkept = 0;
}

void
safe_print(FILE *out, const char *text)
{
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if (c >= 0x20 && c < 0x7f)
			putc(c, out);
		else
			fprintf(out, "\\x%02x", c);
	}
}
