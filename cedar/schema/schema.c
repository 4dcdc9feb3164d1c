#include "schema.h"

#include <string.h>

void
schema_free(struct schema *s)
{
	arena_free(&s->arena);
	memset(s, 0, sizeof(*s));
}

const struct entity_type *
schema_entity(const struct schema *s, const struct str *name)
{
	uint32_t low = 0, high = s->nentities;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;
		int c = strcmp(s->entities[mid].name->bytes, name->bytes);

		if (c == 0)
			return s->entities[mid].name->len == name->len ?
			    &s->entities[mid] : NULL;
		if (c < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

const struct action_type *
schema_action(const struct schema *s, const struct uid *uid)
{
	uint32_t low = 0, high = s->nactions;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (s->by_uid[mid]->uid->hash < uid->hash)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < s->nactions && s->by_uid[low]->uid->hash == uid->hash;
	    low++)
		if (uid_equal(s->by_uid[low]->uid, uid))
			return s->by_uid[low];
	return NULL;
}

const struct attr_type *
schema_attr(const struct record_type *r, const struct str *name)
{
	uint32_t low = 0, high = r->n;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;
		int c = str_compare(r->attrs[mid].name, name);

		if (c == 0)
			return &r->attrs[mid];
		if (c < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

bool
schema_may_be_in(const struct schema *s, const struct str *type,
    const struct str *ancestor)
{
	const struct entity_type *t = schema_entity(s, type);

	for (uint32_t i = 0; t != NULL && i < t->nancestors; i++)
		if (str_equal(t->ancestors[i], ancestor))
			return true;
	return false;
}
