/*
 * Memory that is given back all at once.  Every loaded object (a policy set,
 * entities, a request, a schema) owns one arena; what is read into it stays
 * where it is until arena_free().
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
/*
 * Zeroed memory for n objects of this size, aligned for any type; NULL with
 * ENOMEM when there is none, the limit is reached or the product overflows.
 * n or size 0 is a valid pointer to nothing.
 */
void	*arena_alloc(struct arena *, size_t n, size_t size);
/* A copy of the bytes with a NUL after them, or NULL. */
char	*arena_copy(struct arena *, const void *, size_t len);

#endif
