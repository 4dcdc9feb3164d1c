#include "types.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_MAX_SHOWN	100	/* bytes of a type in a message */

static const enum type_kind schema_kind[VKINDS] = {
	[V_TRUE] = TYPE_BOOL, [V_FALSE] = TYPE_BOOL, [V_BOOL] = TYPE_BOOL,
	[V_LONG] = TYPE_LONG, [V_STRING] = TYPE_STRING,
	[V_DECIMAL] = TYPE_DECIMAL, [V_IP] = TYPE_IP,
	[V_DATETIME] = TYPE_DATETIME, [V_DURATION] = TYPE_DURATION,
	[V_ENTITY] = TYPE_ENTITY, [V_SET] = TYPE_SET,
	[V_RECORD] = TYPE_RECORD,
};

const struct vtype *
types_bool(const struct types *t, bool b)
{
	return t->basic[b ? V_TRUE : V_FALSE];
}

void *
types_take(struct types *t, size_t n, size_t size)
{
	void *p = arena_alloc(t->loaded ? &t->made : &t->arena, n, size);

	if (p == NULL)
		t->failed = true;
	return p;
}

static uint32_t
mix(uint32_t h, uintptr_t v)
{
	h = (h ^ (uint32_t)v ^ (uint32_t)((uint64_t)v >> 32)) * 0x9e3779b1u;
	return h ^ h >> 15;
}

static uint32_t
hash_of(const struct vtype *v)
{
	uint32_t h = mix(v->kind, (uintptr_t)v->element);

	if (v->entity != NULL)
		h = mix(h, v->entity->hash);
	for (uint32_t i = 0; i < v->n; i++) {
		h = mix(h, v->attrs[i].name->hash);
		h = mix(h, (uintptr_t)v->attrs[i].type);
		h = mix(h, v->attrs[i].required);
	}
	return h;
}

static bool
same_attrs(const struct vtype *a, const struct vtype *b)
{
	for (uint32_t i = 0; i < a->n; i++)
		if (a->attrs[i].type != b->attrs[i].type ||
		    a->attrs[i].required != b->attrs[i].required ||
		    !str_equal(a->attrs[i].name, b->attrs[i].name))
			return false;
	return true;
}

static bool
same(const struct vtype *a, const struct vtype *b)
{
	return a->hash == b->hash && a->kind == b->kind && a->n == b->n &&
	    a->element == b->element && (a->entity == NULL ||
	    str_equal(a->entity, b->entity)) && same_attrs(a, b);
}

/* The attributes as schema types, for messages. */
static const struct record_type *
as_record(struct types *t, const struct vtype *v)
{
	struct record_type *r = types_take(t, 1, sizeof(*r));
	struct attr_type *attrs = types_take(t, v->n, sizeof(*attrs));

	if (r == NULL || attrs == NULL)
		return NULL;
	for (uint32_t i = 0; i < v->n; i++)
		attrs[i] = (struct attr_type){ v->attrs[i].name,
		    v->attrs[i].required, v->attrs[i].type->as };
	r->n = v->n;
	r->attrs = attrs;
	return r;
}

static int
set_as(struct types *t, struct vtype *v)
{
	v->as.kind = schema_kind[v->kind];
	if (v->kind == V_ENTITY)
		v->as.entity = v->entity;
	else if (v->kind == V_SET)
		v->as.element = &v->element->as;
	else if (v->kind == V_RECORD &&
	    (v->as.record = as_record(t, v)) == NULL)
		return -1;
	return 0;
}

/*
 * The type equal to *like, whose attributes must be in the arena or in an
 * existing type.  The caller sets `wide' if that is not the type itself.
 */
static struct vtype *
intern(struct types *t, struct vtype *like)
{
	struct vtype *v;

	like->hash = hash_of(like);
	for (const struct vtype *p = t->slots[like->hash % TYPES_SLOTS];
	    p != NULL; p = p->chain)
		if (same(p, like))
			return (struct vtype *)(uintptr_t)p;
	if ((v = types_take(t, 1, sizeof(*v))) == NULL || set_as(t, like) == -1)
		return NULL;
	*v = *like;
	v->chain = t->slots[v->hash % TYPES_SLOTS];
	t->slots[v->hash % TYPES_SLOTS] = v;
	if (t->loaded) {
		v->older = t->newest;
		t->newest = v;
	}
	return v;
}

/* In reverse order of making, so each is the first of its slot. */
void
types_forget(struct types *t)
{
	for (; t->newest != NULL; t->newest = t->newest->older)
		t->slots[t->newest->hash % TYPES_SLOTS] = t->newest->chain;
	arena_free(&t->made);
}

/* Makes a type with its wide type; returns Bool when memory is exhausted. */
static const struct vtype *
finish(struct types *t, struct vtype *v, const struct vtype *wide)
{
	if (v == NULL)
		return t->basic[V_BOOL];
	if (v->wide == NULL)
		v->wide = wide == NULL ? v : wide;
	return v;
}

const struct vtype *
types_entity(struct types *t, const struct str *name)
{
	struct vtype like = { .kind = V_ENTITY, .entity = name };

	return finish(t, intern(t, &like), NULL);
}

const struct vtype *
types_set(struct types *t, const struct vtype *element)
{
	struct vtype like = { .kind = V_SET, .element = element };
	struct vtype *v = intern(t, &like), *wide = NULL;

	if (element->wide != element) {
		like.element = element->wide;
		if ((wide = intern(t, &like)) != NULL)
			wide->wide = wide;
	}
	return finish(t, v, wide);
}

static int
by_name(const void *a, const void *b)
{
	const struct str *x = ((const struct vattr *)a)->name;
	const struct str *y = ((const struct vattr *)b)->name;

	return str_compare(x, y);
}

/* The wide type of a record; NULL when it is this type itself. */
static struct vtype *
wide_record(struct types *t, const struct vtype *of)
{
	struct vtype like = { .kind = V_RECORD, .n = of->n }, *v;
	struct vattr *attrs = types_take(t, of->n, sizeof(*attrs));
	bool differs = false;

	if (attrs == NULL)
		return NULL;
	for (uint32_t i = 0; i < of->n; i++) {
		attrs[i] = of->attrs[i];
		attrs[i].type = attrs[i].type->wide;
		differs |= attrs[i].type != of->attrs[i].type;
	}
	if (!differs)
		return NULL;
	like.attrs = attrs;
	if ((v = intern(t, &like)) != NULL)
		v->wide = v;
	return v;
}

const struct vtype *
types_record(struct types *t, const struct vattr *attrs, uint32_t n)
{
	struct vtype like = { .kind = V_RECORD, .n = n }, *v;
	struct vattr *copy = types_take(t, n, sizeof(*copy));

	if (copy == NULL)
		return t->basic[V_BOOL];
	if (n > 0) {
		memcpy(copy, attrs, n * sizeof(*copy));
		qsort(copy, n, sizeof(*copy), by_name);
	}
	like.attrs = copy;
	v = intern(t, &like);
	if (v != NULL && v->wide != NULL)
		return v;
	return finish(t, v, v == NULL ? NULL : wide_record(t, v));
}

const struct vattr *
types_attr(const struct vtype *v, const struct str *name)
{
	struct vattr key = { .name = name };

	if (v->kind != V_RECORD || v->n == 0)
		return NULL;
	return bsearch(&key, v->attrs, v->n, sizeof(key), by_name);
}

/*
 * Joining walks over both types at once.  Types that differ come from literals
 * in a policy, which nest at most CEDAR_DEPTH_MAX deep.
 */
struct join {
	const struct vtype	*a, *b;
	struct vattr		*attrs;	/* RECORD: those that are done */
	uint32_t		 i;
};

/* The next part to join; false when there is none left. */
static bool
join_part(const struct join *j, struct join *part)
{
	if (j->a->kind == V_SET && j->i == 0)
		*part = (struct join){ .a = j->a->element,
		    .b = j->b->element };
	else if (j->a->kind == V_RECORD && j->i < j->a->n)
		*part = (struct join){ .a = j->a->attrs[j->i].type,
		    .b = j->b->attrs[j->i].type };
	else
		return false;
	return true;
}

/* The join of scalars and equal types; NULL when parts must be joined. */
static const struct vtype *
join_now(const struct types *t, const struct join *j)
{
	if (j->a == j->b)
		return j->a;
	return j->a->kind <= V_BOOL ? t->basic[V_BOOL] : NULL;
}

static const struct vtype *
join_end(struct types *t, const struct join *j, const struct vtype *last)
{
	return j->a->kind == V_SET ? types_set(t, last) :
	    types_record(t, j->attrs, j->a->n);
}

static void
join_keep(struct join *j, const struct vtype *part)
{
	if (j->attrs != NULL) {
		j->attrs[j->i] = j->a->attrs[j->i];
		j->attrs[j->i].type = part;
	}
	j->i++;
}

static const struct vtype *
join_walk(struct types *t, struct join part)
{
	struct join open[CEDAR_DEPTH_MAX + 1];
	const struct vtype *done;
	unsigned depth = 0;

	for (;;) {
		if ((done = join_now(t, &part)) == NULL) {
			if (depth == CEDAR_DEPTH_MAX + 1)
				return part.a->wide;
			if (part.a->kind == V_RECORD)
				part.attrs = types_take(t, part.a->n,
				    sizeof(*part.attrs));
			if (t->failed)
				return t->basic[V_BOOL];
			open[depth++] = part;
		} else if (depth > 0) {
			join_keep(&open[depth - 1], done);
		} else {
			return done;
		}
		while (!join_part(&open[depth - 1], &part)) {
			done = join_end(t, &open[--depth], done);
			if (depth == 0)
				return done;
			join_keep(&open[depth - 1], done);
		}
	}
}

const struct vtype *
types_join(struct types *t, const struct vtype *a, const struct vtype *b)
{
	if (a == b)
		return a;
	if (a->wide != b->wide)
		return NULL;
	return join_walk(t, (struct join){ .a = a, .b = b });
}

const char *
types_name(struct types *t, const struct vtype *v)
{
	const char *s = schema_type_format(&t->made, &v->as);
	char *cut;

	if (s == NULL || strlen(s) <= NAME_MAX_SHOWN)
		return s == NULL ? "?" : s;
	if ((cut = arena_copy(&t->made, s, NAME_MAX_SHOWN + 3)) == NULL)
		return "?";
	memcpy(cut + NAME_MAX_SHOWN, "...", 3);
	return cut;
}

/* Bool first: the others' wide type. */
static void
load_basic(struct types *t)
{
	struct vtype like = { .kind = V_BOOL };

	t->basic[V_BOOL] = finish(t, intern(t, &like), NULL);
	for (enum vkind k = V_TRUE; k <= V_DURATION && !t->failed; k++) {
		like = (struct vtype){ .kind = k };
		t->basic[k] = finish(t, intern(t, &like),
		    k < V_BOOL ? t->basic[V_BOOL] : NULL);
	}
}

int
types_init(struct types *t, const struct schema *s)
{
	memset(t, 0, sizeof(*t));
	arena_init(&t->arena, 0);
	arena_init(&t->made, 0);
	t->slots = types_take(t, TYPES_SLOTS, sizeof(*t->slots));
	t->known = types_take(t, TYPES_SLOTS, sizeof(*t->known));
	if (!t->failed)
		load_basic(t);
	if (!t->failed)
		types_load(t, s);
	t->loaded = true;
	if (!t->failed)
		return 0;
	types_free(t);
	errno = ENOMEM;
	return -1;
}

void
types_free(struct types *t)
{
	arena_free(&t->made);
	arena_free(&t->arena);
}
