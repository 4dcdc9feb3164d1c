#include "read.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cedar/data/entities_close.h"
#include "cedar/data/name.h"
#include "cedar/schema/schema.h"
#include "lib/doc/suggest.h"
#include "read_value.h"

enum { UID, ATTRS, PARENTS, TAGS, NFIELDS };

static const struct doc_field fields[] = {
	[UID] = { "uid", DOC_MAY(STRING) | DOC_MAY(OBJECT), false },
	[ATTRS] = { "attrs", DOC_MAY(OBJECT), true },
	[PARENTS] = { "parents", DOC_MAY(ARRAY), true },
	[TAGS] = { "tags", DOC_MAY(OBJECT), true },
};

struct loader {
	struct entities		*es;
	const struct doc	*d;
	const struct schema	*schema;
	struct doc_error	*e;
};

/* Adds a place to an error without one. */
static int
error_place(struct loader *l, uint32_t pos)
{
	char text[DOC_MESSAGE_MAX];

	if (errno == ENOMEM)
		return -1;
	snprintf(text, sizeof(text), "%s", l->e->text);
	return doc_error_at(l->e, &l->d->source, pos, "%s", text);
}

static bool
is_action(const struct uid *u)
{
	return name_is_action(u->type->bytes, u->type->len);
}

static int
read_parents(struct loader *l, uint32_t node, const struct uid *child,
    const struct uid ***out, uint32_t *n)
{
	const struct uid **parents;
	char name[UID_QUOTE_MAX];

	*n = 0;
	*out = parents = arena_alloc(&l->es->arena,
	    node == 0 ? 0 : l->d->nodes[node].count, sizeof(*parents));
	if (parents == NULL)
		return doc_error_memory(l->e, l->d->source.file);
	if (node == 0)
		return 0;
	for (uint32_t c = doc_first(l->d, node); c != 0;
	    c = doc_next(l->d, node, c)) {
		const struct uid **u = &parents[(*n)++];

		if (read_uid(u, &l->es->arena, l->d, c, l->e) == -1)
			return -1;
		if (is_action(child) && !is_action(*u))
			return doc_error(l->d, c, l->e, "%s is not an action; "
			    "an action's parents are actions",
			    uid_quote(name, *u));
	}
	return 0;
}

/*
 * The entity's type in the schema; NULL without a schema, and for actions,
 * whose attributes a schema does not describe.
 */
static int
find_type(struct loader *l, uint32_t node, const struct uid *uid,
    const struct entity_type **type)
{
	char quoted[QUOTE_MAX], hint[SUGGEST_TEXT_MAX];
	struct suggest near;

	*type = NULL;
	if (l->schema == NULL || is_action(uid))
		return 0;
	*type = schema_entity(l->schema, uid->type);
	if (*type != NULL)
		return 0;
	suggest_init(&near, uid->type->bytes, uid->type->len);
	for (uint32_t i = 0; i < l->schema->nentities; i++)
		suggest_try(&near, l->schema->entities[i].name->bytes,
		    l->schema->entities[i].name->len, NULL);
	return doc_error(l->d, node, l->e, "the schema has no entity type "
	    "`%s'; %s", doc_quote(quoted, uid->type->bytes, uid->type->len),
	    suggest_hint(&near, hint));
}

static int
read_entity_tags(struct loader *l, uint32_t node,
    const struct entity_type *type, const struct record **tags)
{
	char quoted[QUOTE_MAX];

	if (type != NULL && type->tags == NULL && l->d->nodes[node].count > 0)
		return doc_error(l->d, node, l->e, "the schema has no tags "
		    "for `%s'", doc_quote(quoted, type->name->bytes,
		    type->name->len));
	return read_tags(tags, &l->es->arena, l->d, node,
	    type == NULL ? NULL : type->tags, l->e);
}

static int
read_entity(struct loader *l, uint32_t node)
{
	struct arena *a = &l->es->arena;
	const struct entity_type *type;
	const struct uid **parents;
	uint32_t found[NFIELDS];
	struct entity e = { .pos = l->d->nodes[node].pos };

	if (doc_fields(l->d, node, fields, NFIELDS, found, l->e) == -1 ||
	    read_uid(&e.uid, a, l->d, found[UID], l->e) == -1 ||
	    find_type(l, found[UID], e.uid, &type) == -1)
		return -1;
	if (found[ATTRS] != 0 && read_record(&e.attrs, a, l->d, found[ATTRS],
	    type == NULL ? NULL : type->shape, l->e) == -1)
		return -1;
	if (found[TAGS] != 0 &&
	    read_entity_tags(l, found[TAGS], type, &e.tags) == -1)
		return -1;
	if (read_parents(l, found[PARENTS], e.uid, &parents,
	    &e.nparents) == -1)
		return -1;
	e.parents = parents;
	return entities_add_one(l->es, &e, l->e) == -1 ?
	    error_place(l, e.pos) : 0;
}

/*
 * Checks that need the whole document: cycles, and each entity with its
 * ancestors against the schema.  A given action must have the ancestors that it
 * has in the schema.
 */
static int
check_all(struct loader *l, uint32_t first)
{
	struct entities *es = l->es;
	struct arena arena;
	uint32_t member, i;
	int rc;

	arena_init(&arena, 0);
	rc = entities_close(es, &arena, &member, l->e);
	if (rc == -1)
		rc = error_place(l, member < first ? 0 :
		    es->items[member].pos);
	for (i = first; rc == 0 && l->schema != NULL && i < es->n; i++) {
		rc = schema_check_entity(l->schema, &es->items[i], l->e);
		if (rc == -1)
			rc = error_place(l, es->items[i].pos);
	}
	for (i = 0; i < es->n; i++) {
		es->items[i].nancestors = 0;
		es->items[i].ancestors = NULL;
	}
	arena_free(&arena);
	return rc;
}

static const struct uid *
copy_uid(struct arena *a, const struct uid *u)
{
	const struct str *type = str_new(a, u->type->bytes, u->type->len);
	const struct str *id = str_new(a, u->id->bytes, u->id->len);

	return type == NULL || id == NULL ? NULL : uid_new(a, type, id);
}

static int
add_action(struct loader *l, const struct action_type *action)
{
	struct arena *a = &l->es->arena;
	struct entity e = { .uid = copy_uid(a, action->uid) };
	const struct uid **parents = arena_alloc(a, action->nparents,
	    sizeof(*parents));

	if (e.uid == NULL || parents == NULL)
		return doc_error_memory(l->e, l->d->source.file);
	if (entities_find(l->es, e.uid) != NULL)
		return 0;	/* given, and checked */
	for (uint32_t i = 0; i < action->nparents; i++)
		if ((parents[i] = copy_uid(a, action->parents[i])) == NULL)
			return doc_error_memory(l->e, l->d->source.file);
	e.parents = parents;
	e.nparents = action->nparents;
	return entities_add_one(l->es, &e, l->e);
}

int
read_entities(struct entities *es, const struct doc *d,
    const struct schema *schema, struct doc_error *e)
{
	struct loader l = { .es = es, .d = d, .schema = schema, .e = e };
	uint32_t first = es->n;

	if (d->nodes[0].kind != DOC_ARRAY)
		return doc_error(d, 0, e, "expected a list of entities, not "
		    "%s; put [ ] around them, or in YAML begin each with "
		    "`- uid:'", doc_kind_name(d->nodes[0].kind));
	for (uint32_t c = doc_first(d, 0); c != 0; c = doc_next(d, 0, c))
		if (read_entity(&l, c) == -1)
			return -1;
	if (check_all(&l, first) == -1)
		return -1;
	for (uint32_t i = 0; schema != NULL && i < schema->nactions; i++)
		if (add_action(&l, &schema->actions[i]) == -1)
			return -1;
	return 0;
}
