#include "table.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_SLOTS	64

static uint32_t
hash(const struct str *a, const struct str *b)
{
	uint32_t h = a->hash;

	if (b != NULL)
		h = (h * 31 + b->hash) * 0x9e3779b1u;
	return h ^ h >> 16;
}

static int
same(const struct name_table_slot *s, const struct str *a, const struct str *b)
{
	if ((s->b == NULL) != (b == NULL) || !str_equal(s->a, a))
		return 0;
	return b == NULL || str_equal(s->b, b);
}

/* The slot of the key, or where it belongs. */
static struct name_table_slot *
find(const struct name_table *t, const struct str *a, const struct str *b)
{
	uint32_t i = hash(a, b) & (t->nslots - 1);

	while (t->slots[i].item != NULL && !same(&t->slots[i], a, b))
		i = (i + 1) & (t->nslots - 1);
	return &t->slots[i];
}

static int
grow(struct name_table *t)
{
	struct name_table bigger = { .n = t->n };

	bigger.nslots = t->nslots == 0 ? FIRST_SLOTS : t->nslots * 2;
	bigger.slots = calloc(bigger.nslots, sizeof(*bigger.slots));
	if (bigger.slots == NULL)
		return -1;
	for (uint32_t i = 0; i < t->nslots; i++)
		if (t->slots[i].item != NULL)
			*find(&bigger, t->slots[i].a, t->slots[i].b) =
			    t->slots[i];
	free(t->slots);
	*t = bigger;
	return 0;
}

void
table_free(struct name_table *t)
{
	free(t->slots);
	memset(t, 0, sizeof(*t));
}

void *
table_get(const struct name_table *t, const struct str *a, const struct str *b)
{
	return t->nslots == 0 ? NULL : find(t, a, b)->item;
}

int
table_put(struct name_table *t, const struct str *a, const struct str *b,
    void *item)
{
	struct name_table_slot *s;

	if (t->n >= t->nslots / 2 && grow(t) == -1)
		return -1;
	s = find(t, a, b);
	s->a = a;
	s->b = b;
	s->item = item;
	t->n++;
	return 0;
}
