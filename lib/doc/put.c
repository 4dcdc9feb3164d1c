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

void
put_raw(struct put *p, const void *data, size_t len)
{
	if (p->err != 0 || len > p->cap - p->len) {
		p->err = EMSGSIZE;
		return;
	}
	if (len != 0)
		memcpy(p->base + p->len, data, len);
	p->len += len;
}
