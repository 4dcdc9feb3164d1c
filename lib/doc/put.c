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

void
put_raw(struct put *p, const void *data, size_t len)
{
	if (p->err != 0 || len > p->cap - p->len) {
		p->err = EMSGSIZE;
		return;
	}
	if (len > SHORT)
		memcpy(p->base + p->len, data, len);
	else
		copy_short(p->base + p->len, data, len);
	p->len += len;
}
