#include "types.h"

#include <assert.h>
#include <stdlib.h>

/*
 * Reading the schema's types, inner ones first, with a stack of open types.  A
 * type with several references is read once.
 */
struct types_known {
	const void		*key;	/* a set's element, a record_type */
	const struct vtype	*type;
	struct types_known	*chain;
};

struct types_loader {
	struct load_open {
		struct type	type;
		uint32_t	next;	/* attributes before it are known */
	}		*open;
	size_t		 n, cap;
};

/* Kinds of the schema that have no parts. */
static const enum vkind plain_kind[] = {
	[TYPE_BOOL] = V_BOOL, [TYPE_LONG] = V_LONG, [TYPE_STRING] = V_STRING,
	[TYPE_DECIMAL] = V_DECIMAL, [TYPE_IP] = V_IP,
	[TYPE_DATETIME] = V_DATETIME, [TYPE_DURATION] = V_DURATION,
};
static_assert(sizeof(plain_kind) / sizeof(plain_kind[0]) == TYPE_DURATION + 1,
    "plain kinds come first");

static uint32_t
slot_of(const void *key)
{
	uint64_t h = (uintptr_t)key * 0x9e3779b97f4a7c15u;

	return (uint32_t)(h >> 32) % TYPES_SLOTS;
}

static const void *
known_key(const struct type *type)
{
	if (type->kind == TYPE_SET)
		return type->element;
	return type->kind == TYPE_RECORD ? type->record : NULL;
}

static struct types_known **
known_slot(struct types *t, const void *key)
{
	struct types_known **p =
	    &t->known[slot_of(key)];

	while (*p != NULL && (*p)->key != key)
		p = &(*p)->chain;
	return p;
}

/* NULL: a set or record that has not been read. */
static const struct vtype *
known(struct types *t, const struct type *type)
{
	struct types_known *k;

	if (type->kind <= TYPE_DURATION)
		return t->basic[plain_kind[type->kind]];
	if (type->kind == TYPE_ENTITY)
		return types_entity(t, type->entity);
	k = *known_slot(t, known_key(type));
	return k == NULL ? NULL : k->type;
}

const struct vtype *
types_of(struct types *t, const struct type *type)
{
	const struct vtype *v = known(t, type);

	assert(v != NULL);
	return v;
}

const struct vtype *
types_of_record(struct types *t, const struct record_type *r)
{
	struct type type = { .kind = TYPE_RECORD, .record = r };

	return types_of(t, &type);
}

/* The first part of a set or record that is not known yet, or NULL. */
static const struct type *
unknown_part(struct types *t, struct load_open *o)
{
	const struct type *part;

	if (o->type.kind == TYPE_SET)
		return known(t, o->type.element) == NULL ?
		    o->type.element : NULL;
	for (; o->next < o->type.record->n; o->next++) {
		part = &o->type.record->attrs[o->next].type;
		if (known(t, part) == NULL)
			return part;
	}
	return NULL;
}

static const struct vtype *
make_record(struct types *t, const struct record_type *r)
{
	struct vattr *attrs = types_take(t, r->n, sizeof(*attrs));

	if (attrs == NULL)
		return t->basic[V_BOOL];
	for (uint32_t i = 0; i < r->n; i++)
		attrs[i] = (struct vattr){ r->attrs[i].name,
		    r->attrs[i].required, known(t, &r->attrs[i].type) };
	return types_record(t, attrs, r->n);
}

/* Makes a set or record whose parts are all known. */
static void
learn(struct types *t, const struct type *type)
{
	struct types_known *k = types_take(t, 1, sizeof(*k));

	if (k == NULL)
		return;
	k->key = known_key(type);
	k->type = type->kind == TYPE_SET ?
	    types_set(t, known(t, type->element)) :
	    make_record(t, type->record);
	*known_slot(t, k->key) = k;
}

static void
load_push(struct types *t, struct types_loader *l, const struct type *type)
{
	struct load_open *grown;

	if (l->n == l->cap) {
		l->cap = l->cap == 0 ? CEDAR_DEPTH_MAX : l->cap * 2;
		grown = realloc(l->open, l->cap * sizeof(*l->open));
		if (grown == NULL) {
			t->failed = true;
			return;
		}
		l->open = grown;
	}
	l->open[l->n++] = (struct load_open){ .type = *type };
}

static void
load_type(struct types *t, struct types_loader *l, const struct type *type)
{
	const struct type *part;

	if (known(t, type) != NULL)
		return;
	load_push(t, l, type);
	while (l->n > 0 && !t->failed) {
		part = unknown_part(t, &l->open[l->n - 1]);
		if (part != NULL)
			load_push(t, l, part);
		else
			learn(t, &l->open[--l->n].type);
	}
}

static void
load_record(struct types *t, struct types_loader *l,
    const struct record_type *r)
{
	struct type type = { .kind = TYPE_RECORD, .record = r };

	load_type(t, l, &type);
}

void
types_load(struct types *t, const struct schema *s)
{
	struct types_loader l = { 0 };

	for (uint32_t i = 0; i < s->nentities && !t->failed; i++) {
		types_entity(t, s->entities[i].name);
		load_record(t, &l, s->entities[i].shape);
		if (s->entities[i].tags != NULL)
			load_type(t, &l, s->entities[i].tags);
	}
	for (uint32_t i = 0; i < s->nactions && !t->failed; i++) {
		types_entity(t, s->actions[i].uid->type);
		load_record(t, &l, s->actions[i].context);
	}
	free(l.open);
}
