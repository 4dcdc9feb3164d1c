/*
 * Resolving names.  A name with :: is complete.  One without is searched in its
 * namespace, then outside all namespaces.  In both, a common type hides an
 * entity type.  A built-in type is a common type outside all namespaces, unless
 * a declaration there has its name.
 */
#include <string.h>

#include "cedar/data/name.h"
#include "raw.h"

static const struct {
	const char	*name;
	enum type_kind	 kind;
} builtins[] = {
	{ "Bool", TYPE_BOOL },
	{ "Long", TYPE_LONG },
	{ "String", TYPE_STRING },
	{ "decimal", TYPE_DECIMAL },
	{ "ipaddr", TYPE_IP },
	{ "datetime", TYPE_DATETIME },
	{ "duration", TYPE_DURATION },
};

static bool
find_builtin(struct raw_schema *r, struct raw_type *t,
    const struct str *name)
{
	static const char prefix[] = NAME_CEDAR "::";
	const char *s = name->bytes;

	if (strncmp(s, prefix, sizeof(prefix) - 1) == 0)
		s += sizeof(prefix) - 1;
	else if (table_get(&r->entity_names, name, NULL) != NULL)
		return false;
	for (size_t i = 0; i < sizeof(builtins) / sizeof(builtins[0]); i++)
		if (strcmp(s, builtins[i].name) == 0) {
			t->kind = RAW_BUILTIN;
			t->builtin = builtins[i].kind;
			return true;
		}
	return false;
}

static bool
find_common(struct raw_schema *r, struct raw_type *t, const struct str *name)
{
	t->common = table_get(&r->common_names, name, NULL);
	return t->common != NULL || find_builtin(r, t, name);
}

/* Types of actions are valid as types of attributes. */
static bool
find_entity(struct raw_schema *r, struct raw_type *t, const struct str *name)
{
	const struct raw_entity *d = table_get(&r->entity_names, name, NULL);
	const struct name_table_slot *action;

	if (d != NULL)
		t->entity = d->name;
	else if ((action = table_get(&r->action_types, name, NULL)) != NULL)
		t->entity = action->a;
	return t->entity != NULL;
}

static int
find_type(struct raw_schema *r, const struct str *ns, struct raw_type *t)
{
	static const char *const kinds[] = {
		[RAW_REF] = "type", [RAW_COMMON] = "common type",
		[RAW_ENTITY] = "entity type",
	};
	const char *what = kinds[t->kind];
	const struct str *names[2];
	unsigned n = raw_candidates(r, ns, t->name, names);

	for (unsigned i = 0; i < n; i++) {
		if (t->kind != RAW_ENTITY && find_common(r, t, names[i]))
			return 0;
		if (t->kind != RAW_COMMON && find_entity(r, t, names[i]))
			return 0;
	}
	return raw_error(r, &t->place, "unknown %s `%s'", what,
	    t->name->bytes);
}

struct raw_entity *
raw_find_entity(struct raw_schema *r, const struct str *ns,
    const struct raw_name *name)
{
	const struct str *names[2];
	unsigned n = raw_candidates(r, ns, name->text, names);

	for (unsigned i = 0; i < n; i++) {
		struct raw_entity *d = table_get(&r->entity_names, names[i],
		    NULL);

		if (d != NULL)
			return d;
	}
	raw_error(r, &name->place, "unknown entity type `%s'",
	    name->text->bytes);
	return NULL;
}

static void
push(struct raw_type **work, struct raw_type *t)
{
	t->next_work = *work;
	*work = t;
}

/* Resolves all names in a type; common types become refs of `owner'. */
static int
find_names(struct raw_schema *r, const struct str *ns, struct raw_type *root,
    struct raw_common *owner)
{
	struct raw_type *work = NULL, *t;

	if (root == NULL || root->named)
		return 0;
	root->named = true;
	push(&work, root);
	while ((t = work) != NULL) {
		work = t->next_work;
		if (t->kind == RAW_SET)
			push(&work, t->element);
		for (uint32_t i = 0; i < t->nattrs; i++)
			push(&work, t->attrs[i]->type);
		if (t->name == NULL || t->kind == RAW_SET)
			continue;
		if (find_type(r, ns, t) == -1)
			return -1;
		if (t->common != NULL && owner != NULL) {
			t->next_ref = owner->refs;
			owner->refs = t;
		}
	}
	return 0;
}

int
raw_resolve_names(struct raw_schema *r)
{
	for (struct raw_common *c = r->commons; c != NULL; c = c->next)
		if (find_names(r, c->ns, c->type, c) == -1)
			return -1;
	for (struct raw_entity *d = r->entities; d != NULL; d = d->next)
		if (find_names(r, d->ns, d->shape, NULL) == -1 ||
		    find_names(r, d->ns, d->tags, NULL) == -1)
			return -1;
	for (struct raw_action *a = r->actions; a != NULL; a = a->next)
		if (find_names(r, a->ns, a->context, NULL) == -1)
			return -1;
	return 0;
}
