#include "buf.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "say.h"

void
buf_free(struct buf *b)
{
	free(b->data);
	memset(b, 0, sizeof(*b));
}

unsigned char *
buf_room(struct buf *b, size_t n)
{
	size_t cap = b->cap == 0 ? 256 : b->cap;

	if (n > SIZE_MAX / 4 || b->len > SIZE_MAX / 4)
		say_no_memory();
	while (cap - b->len < n)
		cap *= 2;
	if (cap != b->cap) {
		unsigned char *p = realloc(b->data, cap);

		if (p == NULL)
			say_no_memory();
		b->data = p;
		b->cap = cap;
	}
	return b->data + b->len;
}

void
buf_add(struct buf *b, const void *data, size_t len)
{
	unsigned char *p = buf_room(b, len);

	if (len != 0)
		memcpy(p, data, len);
	b->len += len;
}

void
buf_set(struct buf *b, const void *data, size_t len)
{
	b->len = 0;
	buf_add(b, data, len);
}

void
buf_add_str(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void
buf_add_zeros(struct buf *b, size_t len)
{
	memset(buf_room(b, len), 0, len);
	b->len += len;
}

const char *
buf_str(struct buf *b)
{
	*buf_room(b, 1) = '\0';
	return (const char *)b->data;
}
