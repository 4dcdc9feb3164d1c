#include "ustar.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Field places in a header block, POSIX.1 pax "ustar Interchange Format". */
enum {
	AT_NAME = 0,	LEN_NAME = 100,
	AT_MODE = 100,	LEN_MODE = 8,
	AT_UID = 108,	AT_GID = 116,
	AT_SIZE = 124,	LEN_SIZE = 12,
	AT_MTIME = 136,
	AT_SUM = 148,	LEN_SUM = 8,
	AT_TYPE = 156,
	AT_MAGIC = 257,
	AT_PREFIX = 345, LEN_PREFIX = 155,
};

static unsigned
sum_header(const unsigned char *h)
{
	unsigned sum = 0;

	for (size_t i = 0; i < USTAR_BLOCK; i++)
		sum += i >= AT_SUM && i < AT_SUM + LEN_SUM ? ' ' : h[i];
	return sum;
}

/* Splits at a slash so that both parts fit; -1 when none does. */
static int
put_name(unsigned char *h, const char *name)
{
	size_t len = strlen(name), cut;

	if (len <= LEN_NAME) {
		memcpy(h + AT_NAME, name, len);
		return 0;
	}
	for (cut = len - LEN_NAME - 1; cut <= LEN_PREFIX && cut < len; cut++) {
		if (name[cut] != '/' || cut == 0 || cut + 1 == len)
			continue;
		memcpy(h + AT_PREFIX, name, cut);
		memcpy(h + AT_NAME, name + cut + 1, len - cut - 1);
		return 0;
	}
	errno = ENAMETOOLONG;
	return -1;
}

static void
put_octal(unsigned char *h, int width, unsigned long v)
{
	char text[16];

	snprintf(text, sizeof(text), "%0*lo", width, v);
	memcpy(h, text, (size_t)width);
}

int
ustar_add(struct buf *b, const char *name, unsigned mode, const void *data,
    size_t len)
{
	unsigned char h[USTAR_BLOCK] = { 0 };

	if (len > 077777777777) {
		errno = EFBIG;
		return -1;
	}
	if (put_name(h, name) == -1)
		return -1;
	put_octal(h + AT_MODE, 7, mode);
	put_octal(h + AT_UID, 7, 0);
	put_octal(h + AT_GID, 7, 0);
	put_octal(h + AT_SIZE, 11, len);
	put_octal(h + AT_MTIME, 11, 0);
	h[AT_TYPE] = '0';
	memcpy(h + AT_MAGIC, "ustar\00000", 8);
	put_octal(h + AT_SUM, 6, sum_header(h));
	h[AT_SUM + 7] = ' ';
	buf_add(b, h, sizeof(h));
	buf_add(b, data, len);
	buf_add_zeros(b, (USTAR_BLOCK - len % USTAR_BLOCK) % USTAR_BLOCK);
	return 0;
}

void
ustar_end(struct buf *b)
{
	buf_add_zeros(b, 2 * USTAR_BLOCK);
}

void
ustar_init(struct ustar_reader *r, const void *data, size_t len)
{
	r->base = data;
	r->len = len;
	r->at = 0;
	r->error = NULL;
}

/* Octal digits up to a space or NUL; UINT64_MAX when they are not. */
static uint64_t
get_octal(const unsigned char *p, size_t width)
{
	uint64_t v = 0;
	size_t i;

	for (i = 0; i < width && p[i] >= '0' && p[i] <= '7'; i++)
		v = v << 3 | (uint64_t)(p[i] - '0');
	if (i == 0)
		return UINT64_MAX;
	for (; i < width; i++)
		if (p[i] != ' ' && p[i] != '\0')
			return UINT64_MAX;
	return v;
}

static void
get_name(const unsigned char *h, char *name)
{
	size_t plen = strnlen((const char *)h + AT_PREFIX, LEN_PREFIX);
	size_t nlen = strnlen((const char *)h + AT_NAME, LEN_NAME);

	if (plen != 0) {
		memcpy(name, h + AT_PREFIX, plen);
		name[plen++] = '/';
	}
	memcpy(name + plen, h + AT_NAME, nlen);
	name[plen + nlen] = '\0';
}

static int
bad(struct ustar_reader *r, const char *error)
{
	r->error = error;
	errno = EBADMSG;
	return -1;
}

static int
is_zero(const unsigned char *h)
{
	for (size_t i = 0; i < USTAR_BLOCK; i++)
		if (h[i] != 0)
			return 0;
	return 1;
}

int
ustar_next(struct ustar_reader *r, struct ustar_member *m)
{
	const unsigned char *h = r->base + r->at;
	uint64_t size, mode;
	size_t left = r->len - r->at;

	if (left < USTAR_BLOCK)
		return bad(r, "ends in the middle of a header, or without "
		    "its end marker");
	if (is_zero(h))
		return 0;
	if (memcmp(h + AT_MAGIC, "ustar", 6) != 0)
		return bad(r, "header is not ustar (make it with "
		    "`tar --format=ustar' or `casemate bundle')");
	if (get_octal(h + AT_SUM, LEN_SUM) != sum_header(h))
		return bad(r, "header's checksum is wrong");
	size = get_octal(h + AT_SIZE, LEN_SIZE);
	mode = get_octal(h + AT_MODE, LEN_MODE);
	if (size == UINT64_MAX || mode > 07777)
		return bad(r, "header's size or mode is not an octal number");
	left -= USTAR_BLOCK;
	if (size > left)
		return bad(r, "member is cut short");
	get_name(h, m->name);
	m->type = h[AT_TYPE] == '\0' ? '0' : (char)h[AT_TYPE];
	m->mode = (unsigned)mode;
	m->data = h + USTAR_BLOCK;
	m->len = (size_t)size;
	size = (size + USTAR_BLOCK - 1) / USTAR_BLOCK * USTAR_BLOCK;
	if (size > left)
		return bad(r, "member's last block is cut short");
	r->at += USTAR_BLOCK + (size_t)size;
	return 1;
}
