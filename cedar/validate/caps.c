#include "caps.h"

#include <stddef.h>

static struct caps *
make(struct arena *a, size_t n, bool *failed)
{
	struct caps *c = arena_alloc(a, 1, sizeof(*c) + n * sizeof(c->ids[0]));

	if (c == NULL)
		*failed = true;
	return c;
}

const struct caps *
caps_one(struct arena *a, uint32_t id, bool *failed)
{
	struct caps *c = make(a, 1, failed);

	if (c == NULL)
		return NULL;
	c->n = 1;
	c->ids[0] = id;
	return c;
}

const struct caps *
caps_union(struct arena *a, const struct caps *x, const struct caps *y,
    bool *failed)
{
	uint32_t i = 0, j = 0;
	struct caps *c;

	if (x == NULL || y == NULL || x == y)
		return x == NULL ? y : x;
	if ((c = make(a, (size_t)x->n + y->n, failed)) == NULL)
		return NULL;
	while (i < x->n && j < y->n) {
		uint32_t id = x->ids[i] < y->ids[j] ? x->ids[i] : y->ids[j];

		i += x->ids[i] == id;
		j += y->ids[j] == id;
		c->ids[c->n++] = id;
	}
	while (i < x->n)
		c->ids[c->n++] = x->ids[i++];
	while (j < y->n)
		c->ids[c->n++] = y->ids[j++];
	return c;
}

const struct caps *
caps_both(struct arena *a, const struct caps *x, const struct caps *y,
    bool *failed)
{
	uint32_t i = 0, j = 0;
	struct caps *c;

	if (x == NULL || y == NULL || x == y)
		return x == y ? x : NULL;
	if ((c = make(a, x->n < y->n ? x->n : y->n, failed)) == NULL)
		return NULL;
	while (i < x->n && j < y->n) {
		uint32_t p = x->ids[i], q = y->ids[j];

		if (p == q)
			c->ids[c->n++] = p;
		i += p <= q;
		j += q <= p;
	}
	return c;
}

bool
caps_has(const struct caps *c, uint32_t id)
{
	uint32_t low = 0, high = c == NULL ? 0 : c->n;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (c->ids[mid] == id)
			return true;
		if (c->ids[mid] < id)
			low = mid + 1;
		else
			high = mid;
	}
	return false;
}
