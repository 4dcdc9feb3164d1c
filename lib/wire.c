#include "wire.h"

#include <errno.h>
#include <string.h>

void
put_u8(struct put *p, uint8_t v)
{
	put_raw(p, &v, 1);
}

void
put_u32(struct put *p, uint32_t v)
{
	unsigned char b[4];

	for (int i = 0; i < 4; i++)
		b[i] = (unsigned char)(v >> (24 - 8 * i));
	put_raw(p, b, sizeof(b));
}

void
put_u64(struct put *p, uint64_t v)
{
	put_u32(p, (uint32_t)(v >> 32));
	put_u32(p, (uint32_t)v);
}

void
put_string(struct put *p, const void *data, size_t len)
{
	if (len > UINT32_MAX) {
		p->err = EMSGSIZE;
		return;
	}
	put_u32(p, (uint32_t)len);
	put_raw(p, data, len);
}

void
put_cstr(struct put *p, const char *s)
{
	put_string(p, s, strlen(s));
}

void
get_init(struct get *g, const void *buf, size_t len)
{
	g->p = buf;
	g->left = len;
	g->err = 0;
}

const void *
get_raw(struct get *g, size_t n)
{
	const unsigned char *p = g->p;

	if (g->err != 0 || n > g->left) {
		g->err = EBADMSG;
		return NULL;
	}
	if (n != 0)
		g->p += n;
	g->left -= n;
	return p;
}

uint8_t
get_u8(struct get *g)
{
	const unsigned char *p = get_raw(g, 1);

	return p == NULL ? 0 : *p;
}

uint32_t
get_u32(struct get *g)
{
	const unsigned char *p = get_raw(g, 4);

	if (p == NULL)
		return 0;
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
}

uint64_t
get_u64(struct get *g)
{
	uint64_t high = get_u32(g);

	return high << 32 | get_u32(g);
}

const void *
get_string(struct get *g, size_t *lenp, size_t max)
{
	uint32_t len = get_u32(g);
	const void *p = NULL;

	if (g->err == 0 && len > max)
		g->err = EBADMSG;
	if (g->err == 0)
		p = get_raw(g, len);
	*lenp = g->err == 0 ? len : 0;
	return p == NULL ? "" : p;
}

void
get_cstr(struct get *g, char *dst, size_t cap)
{
	size_t len;
	const void *p = get_string(g, &len, cap - 1);

	if (memchr(p, '\0', len) != NULL) {
		g->err = EBADMSG;
		len = 0;
	}
	memcpy(dst, p, len);
	dst[len] = '\0';
}

void
get_fixed(struct get *g, void *dst, size_t n)
{
	size_t len;
	const void *p = get_string(g, &len, n);

	if (g->err == 0 && len != n)
		g->err = EBADMSG;
	if (g->err != 0)
		memset(dst, 0, n);
	else
		memcpy(dst, p, n);
}

int
get_end(struct get *g)
{
	if (g->err == 0 && g->left != 0)
		g->err = EBADMSG;
	if (g->err == 0)
		return 0;
	errno = g->err;
	return -1;
}
