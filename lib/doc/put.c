#include "put.h"

#include <errno.h>
#include <string.h>

#define SHORT	128

void
put_init(struct put *p, void *buf, size_t cap)
{
	p->base = buf;
	p->len = 0;
	p->cap = cap;
	p->err = 0;
}

/*
 * At most SHORT bytes.  musl's memcpy() takes longer for these, and most texts
 * are short.  The last 16, 8 or 4 bytes may overlap those before them.
 */
static void
copy_short(unsigned char *to, const unsigned char *from, size_t len)
{
	if (len >= 16) {
		for (size_t i = 0; i < len - 16; i += 16)
			memcpy(to + i, from + i, 16);
		memcpy(to + len - 16, from + len - 16, 16);
	} else if (len >= 8) {
		memcpy(to, from, 8);
		memcpy(to + len - 8, from + len - 8, 8);
	} else if (len >= 4) {
		memcpy(to, from, 4);
		memcpy(to + len - 4, from + len - 4, 4);
	} else {
		for (size_t i = 0; i < len; i++)
			to[i] = from[i];
	}
}

unsigned char *
put_space(struct put *p, size_t len)
{
	unsigned char *to = p->base + p->len;

	if (p->err != 0 || len > p->cap - p->len) {
		p->err = EMSGSIZE;
		return NULL;
	}
	p->len += len;
	return to;
}

void
put_raw(struct put *p, const void *data, size_t len)
{
	unsigned char *to = put_space(p, len);

	if (to == NULL)
		return;
	if (len > SHORT)
		memcpy(to, data, len);
	else
		copy_short(to, data, len);
}

void
put_decimal(struct put *p, uint64_t v, unsigned width)
{
	char text[24];
	size_t at = sizeof(text);

	do
		text[--at] = (char)('0' + v % 10);
	while ((v /= 10) != 0 || sizeof(text) - at < width);
	put_raw(p, text + at, sizeof(text) - at);
}
