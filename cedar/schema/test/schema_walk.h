/*
 * For fuzzers: walks all of a schema, aborts when it is inconsistent, and frees
 * it.
 */
#ifndef CEDAR_SCHEMA_WALK_H
#define CEDAR_SCHEMA_WALK_H

#include <stdlib.h>
#include <string.h>

#include "cedar/data/name.h"
#include "cedar/schema/schema.h"

static inline void
schema_walk_record(const struct schema *s, struct arena *a,
    const struct record_type *r)
{
	const struct type t = { .kind = TYPE_RECORD, .record = r };

	if (strlen(schema_type_format(a, &t)) < 2)
		abort();
	for (uint32_t i = 0; i < r->n; i++) {
		const struct type *type = &r->attrs[i].type;

		if (schema_attr(r, r->attrs[i].name) != &r->attrs[i])
			abort();
		if (type->kind == TYPE_ENTITY && !name_is_action(
		    type->entity->bytes, type->entity->len) &&
		    schema_entity(s, type->entity) == NULL)
			abort();
	}
}

static inline void
schema_walk_names(const struct schema *s, const struct str *const *names,
	    uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (schema_entity(s, names[i]) == NULL)
			abort();
}

static inline void
schema_walk_uids(const struct schema *s, const struct uid *const *uids,
	    uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (schema_action(s, uids[i]) == NULL)
			abort();
}

static inline void
schema_walk(struct schema *s)
{
	struct arena a;

	arena_init(&a, 0);
	for (uint32_t i = 0; i < s->nentities; i++) {
		const struct entity_type *t = &s->entities[i];

		if (schema_entity(s, t->name) != t)
			abort();
		schema_walk_record(s, &a, t->shape);
		schema_walk_names(s, t->parents, t->nparents);
		schema_walk_names(s, t->ancestors, t->nancestors);
		for (uint32_t k = 0; k < t->nids; k++)
			if (!schema_has_id(t, t->ids[k]))
				abort();
		if (t->tags != NULL)
			schema_type_format(&a, t->tags);
	}
	for (uint32_t i = 0; i < s->nactions; i++) {
		const struct action_type *t = &s->actions[i];

		if (schema_action(s, t->uid) != t)
			abort();
		schema_walk_record(s, &a, t->context);
		schema_walk_uids(s, t->parents, t->nparents);
		schema_walk_uids(s, t->ancestors, t->nancestors);
		schema_walk_names(s, t->principals, t->nprincipals);
		schema_walk_names(s, t->resources, t->nresources);
	}
	arena_free(&a);
	schema_free(s);
}

#endif
