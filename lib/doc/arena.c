#include "arena.h"

#include <errno.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK	16384	/* an entity file or a policy set takes a few */

struct arena_chunk {
	struct arena_chunk	*next;
	size_t			 used, size;
	alignas(max_align_t) unsigned char bytes[];
};

void
arena_init(struct arena *a, size_t max)
{
	memset(a, 0, sizeof(*a));
	a->max = max;
}

void
arena_free(struct arena *a)
{
	while (a->chunks != NULL) {
		struct arena_chunk *next = a->chunks->next;

		free(a->chunks);
		a->chunks = next;
	}
	a->used = 0;
}

void
arena_wipe(struct arena *a)
{
	for (struct arena_chunk *c = a->chunks; c != NULL; c = c->next)
		explicit_bzero(c->bytes, c->used);
}

/* Adds a chunk in front of the others. */
static int
grow(struct arena *a, size_t need)
{
	size_t size = need > CHUNK / 4 ? need : CHUNK;
	struct arena_chunk *c = calloc(1, sizeof(*c) + size);

	if (c == NULL)
		return -1;
	c->size = size;
	c->next = a->chunks;
	a->chunks = c;
	return 0;
}

/* Bytes rounded up to the alignment, or 0 when they overflow. */
static size_t
round_up(size_t n, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes) ||
	    __builtin_add_overflow(bytes, alignof(max_align_t) - 1, &bytes))
		return 0;
	bytes -= bytes % alignof(max_align_t);
	return bytes == 0 ? alignof(max_align_t) : bytes;
}

void *
arena_alloc(struct arena *a, size_t n, size_t size)
{
	size_t need = round_up(n, size);
	unsigned char *p;

	if (need == 0 || (a->max != 0 && need > a->max - a->used)) {
		errno = ENOMEM;
		return NULL;
	}
	if ((a->chunks == NULL || a->chunks->size - a->chunks->used < need) &&
	    grow(a, need) == -1)
		return NULL;
	p = a->chunks->bytes + a->chunks->used;
	a->chunks->used += need;
	a->used += need;
	return p;
}

char *
arena_copy(struct arena *a, const void *src, size_t len)
{
	char *p = len == SIZE_MAX ? NULL : arena_alloc(a, len + 1, 1);

	if (p != NULL && len > 0)
		memcpy(p, src, len);
	return p;
}
