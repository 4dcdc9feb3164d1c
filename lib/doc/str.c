#include "str.h"

#include <string.h>

/* FNV-1a with a final mix, because tables use the low bits. */
uint32_t
str_hash(const void *p, size_t len)
{
	const unsigned char *s = p;
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < len; i++)
		h = (h ^ s[i]) * 16777619u;
	h ^= h >> 16;
	h *= 0x85ebca6bu;
	return h ^ h >> 13;
}

const struct str *
str_new(struct arena *a, const void *p, size_t len)
{
	struct str *s;

	if (len > UINT32_MAX - 1)
		return arena_alloc(a, SIZE_MAX, 2);
	if ((s = arena_alloc(a, 1, sizeof(*s) + len + 1)) == NULL)
		return NULL;
	s->hash = str_hash(p, len);
	s->len = (uint32_t)len;
	if (len > 0)
		memcpy(s->bytes, p, len);
	return s;
}

bool
str_equal(const struct str *a, const struct str *b)
{
	return a == b || (a->hash == b->hash && a->len == b->len &&
	    memcmp(a->bytes, b->bytes, a->len) == 0);
}

bool
str_is(const struct str *s, const char *c)
{
	return s->len == strlen(c) && memcmp(s->bytes, c, s->len) == 0;
}

int
str_compare(const struct str *a, const struct str *b)
{
	if (a == b)
		return 0;
	if (a->len != b->len)
		return a->len < b->len ? -1 : 1;
	return memcmp(a->bytes, b->bytes, a->len);
}

const char *
str_text(const struct str *s)
{
	return strlen(s->bytes) == s->len ? s->bytes : NULL;
}
