#include "put.h"

#include <errno.h>
#include <string.h>

void
put_init(struct put *p, void *buf, size_t cap)
{
	p->base = buf;
	p->len = 0;
	p->cap = cap;
	p->err = 0;
}

unsigned char *
put_reserve(struct put *p, size_t len)
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
	unsigned char *to = put_reserve(p, len);

	if (to != NULL && len != 0)
		memcpy(to, data, len);
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
