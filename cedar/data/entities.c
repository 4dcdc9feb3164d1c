#include "entities_close.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME	"entities"	/* in messages without a file */

static const struct record no_fields;

void
entities_init(struct entities *es)
{
	memset(es, 0, sizeof(*es));
	arena_init(&es->arena, 0);
}

void
entities_free(struct entities *es)
{
	arena_free(&es->arena);
	free(es->items);
	free(es->slots);
	memset(es, 0, sizeof(*es));
}

/* The slot where the entity is, or would be. */
static uint32_t
find_slot(const struct entities *es, const struct uid *uid)
{
	uint32_t mask = es->nslots - 1, i = uid->hash & mask;

	while (es->slots[i] != 0 &&
	    !uid_equal(es->items[es->slots[i] - 1].uid, uid))
		i = (i + 1) & mask;
	return i;
}

const struct entity *
entities_find(const struct entities *es, const struct uid *uid)
{
	uint32_t slot;

	if (es->nslots == 0)
		return NULL;
	slot = es->slots[find_slot(es, uid)];
	return slot == 0 ? NULL : &es->items[slot - 1];
}

/* Doubles the slots and inserts all entities again. */
static int
grow_slots(struct entities *es)
{
	uint32_t n = es->nslots == 0 ? 64 : es->nslots * 2;
	uint32_t *slots = calloc(n, sizeof(*slots));

	if (slots == NULL)
		return -1;
	free(es->slots);
	es->slots = slots;
	es->nslots = n;
	for (uint32_t i = 0; i < es->n; i++)
		slots[find_slot(es, es->items[i].uid)] = i + 1;
	return 0;
}

static int
grow_items(struct entities *es)
{
	uint32_t cap = es->cap == 0 ? 32 : es->cap * 2;
	struct entity *items = reallocarray(es->items, cap, sizeof(*items));

	if (items == NULL)
		return -1;
	es->items = items;
	es->cap = cap;
	return 0;
}

static bool
records_equal(const struct record *a, const struct record *b)
{
	return value_equal((struct value){ .kind = VALUE_RECORD, .record = a },
	    (struct value){ .kind = VALUE_RECORD, .record = b });
}

static bool
entities_equal(const struct entity *a, const struct entity *b)
{
	if (a->nparents != b->nparents)
		return false;
	for (uint32_t i = 0; i < a->nparents; i++)
		if (!uid_equal(a->parents[i], b->parents[i]))
			return false;
	return records_equal(a->attrs, b->attrs) &&
	    records_equal(a->tags, b->tags);
}

/* Prepares the entity for the store: parents sorted, no NULLs, no ancestors. */
static int
normalise(struct entities *es, const struct entity *from, struct entity *to)
{
	const struct uid **parents = arena_alloc(&es->arena, from->nparents,
	    sizeof(const struct uid *));

	if (parents == NULL)
		return -1;
	if (from->nparents > 0)
		memcpy(parents, from->parents,
		    from->nparents * sizeof(*parents));
	*to = *from;
	to->nparents = uid_sort(parents, from->nparents);
	to->parents = parents;
	to->nancestors = 0;
	to->ancestors = NULL;
	if (to->attrs == NULL)
		to->attrs = &no_fields;
	if (to->tags == NULL)
		to->tags = &no_fields;
	return 0;
}

int
entities_add_one(struct entities *es, const struct entity *e,
    struct doc_error *err)
{
	char name[UID_QUOTE_MAX];
	const struct entity *there;
	struct entity new;

	if (normalise(es, e, &new) == -1)
		return doc_error_memory(err, NAME);
	if ((there = entities_find(es, e->uid)) != NULL) {
		if (entities_equal(there, &new))
			return 0;
		return doc_error_set(err, NAME, "%s is defined twice with "
		    "different contents; keep one", uid_quote(name, e->uid));
	}
	if (es->n == CEDAR_ENTITY_COUNT_MAX)
		return doc_error_set(err, NAME, "more than %d entities",
		    CEDAR_ENTITY_COUNT_MAX);
	if ((es->n == es->cap && grow_items(es) == -1) ||
	    (es->n >= es->nslots / 2 && grow_slots(es) == -1))
		return doc_error_memory(err, NAME);
	es->items[es->n++] = new;
	es->slots[find_slot(es, new.uid)] = es->n;
	return 0;
}

int
entities_finish(struct entities *es, struct doc_error *e)
{
	uint32_t member;

	return entities_close(es, &es->arena, &member, e);
}

bool
entities_in(const struct entities *es, const struct uid *uid,
    const struct uid *ancestor)
{
	const struct entity *e;
	uint32_t low = 0, high;

	if (uid_equal(uid, ancestor))
		return true;
	if ((e = entities_find(es, uid)) == NULL)
		return false;
	for (high = e->nancestors; low < high; ) {
		uint32_t middle = low + (high - low) / 2;
		int c = uid_compare_hash(e->ancestors[middle], ancestor);

		if (c == 0)
			return true;
		if (c < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}
