/*
 * Memory that is freed all at once.  Every loaded object (a document, a policy
 * set, entities, a request, a schema) owns one arena; nothing in it moves or
 * is freed before arena_free().
 */
#ifndef ARENA_H
#define ARENA_H

#include <stddef.h>

struct arena_chunk;

struct arena {
	struct arena_chunk	*chunks;
	size_t			 used;	/* bytes handed out */
	size_t			 max;	/* 0: no limit */
};

void	arena_init(struct arena *, size_t max);
void	arena_free(struct arena *);
/* Overwrites all that was allocated; it stays allocated. */
void	arena_wipe(struct arena *);
/*
 * Zeroed memory for n objects of this size, aligned for any type.  Returns
 * NULL with ENOMEM when memory or the limit is exhausted or n * size
 * overflows.  When n or size is 0, a valid pointer to no bytes.
 */
void	*arena_alloc(struct arena *, size_t n, size_t size);
/* A copy of the bytes and a NUL after them; NULL with ENOMEM. */
char	*arena_copy(struct arena *, const void *, size_t len);

#endif
