/*
 * Resolving names.  A name with :: is complete.  One without is searched in its
 * namespace, then outside all namespaces.  In both, a common type hides an
 * entity type.  A built-in type is a common type outside all namespaces, unless
 * a declaration there has its name.
 */
#include <string.h>

#include "cedar/data/name.h"
#include "lib/doc/suggest.h"
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

/* Names of types in other languages. */
static const char *
other_name(const struct str *name)
{
	static const char *const others[][2] = {
		{ "Int", "Long" }, { "Integer", "Long" }, { "int", "Long" },
		{ "Number", "Long" }, { "number", "Long" }, { "i64", "Long" },
		{ "Boolean", "Bool" }, { "Float", "decimal" },
		{ "Text", "String" }, { "str", "String" }, { "List", "Set" },
		{ "Date", "datetime" }, { "Time", "datetime" },
		{ "IP", "ipaddr" },
	};

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (str_is(name, others[i][0]))
			return others[i][1];
	return NULL;
}

static int
error_unknown(struct raw_schema *r, const struct raw_place *place,
    enum raw_kind kind, const struct str *name)
{
	static const char *const kinds[] = {
		[RAW_REF] = "type", [RAW_COMMON] = "common type",
		[RAW_ENTITY] = "entity type",
	};
	const char *other = kind == RAW_ENTITY ? NULL : other_name(name);
	char hint[SUGGEST_TEXT_MAX];
	struct suggest near;

	if (other != NULL)
		return raw_error(r, place, "unknown %s `%s'; did you mean "
		    "`%s'?", kinds[kind], name->bytes, other);
	suggest_init(&near, name->bytes, name->len);
	for (const struct raw_entity *d = kind == RAW_COMMON ? NULL :
	    r->entities; d != NULL; d = d->next)
		suggest_try(&near, d->name->bytes, d->name->len, NULL);
	for (const struct raw_common *c = kind == RAW_ENTITY ? NULL :
	    r->commons; c != NULL; c = c->next)
		suggest_try(&near, c->name->bytes, c->name->len, NULL);
	for (size_t i = 0; kind != RAW_ENTITY &&
	    i < sizeof(builtins) / sizeof(builtins[0]); i++)
		suggest_try(&near, builtins[i].name, strlen(builtins[i].name),
		    NULL);
	return raw_error(r, place, "unknown %s `%s'; %s", kinds[kind],
	    name->bytes, suggest_hint(&near, hint));
}

static int
find_type(struct raw_schema *r, const struct str *ns, struct raw_type *t)
{
	const struct str *names[2];
	unsigned n = raw_candidates(r, ns, t->name, names);

	for (unsigned i = 0; i < n; i++) {
		if (t->kind != RAW_ENTITY && find_common(r, t, names[i]))
			return 0;
		if (t->kind != RAW_COMMON && find_entity(r, t, names[i]))
			return 0;
	}
	return error_unknown(r, &t->place, t->kind, t->name);
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
	error_unknown(r, &name->place, RAW_ENTITY, name->text);
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
