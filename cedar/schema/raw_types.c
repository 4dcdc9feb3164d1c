#include "raw.h"

static void
push(struct raw_type **work, struct raw_type *t, struct type *dst,
    unsigned depth)
{
	t->dst = dst;
	t->depth = depth;
	t->next_work = *work;
	*work = t;
}

static int
make_set(struct raw_schema *r, struct raw_type *t, struct raw_type **work)
{
	struct type *element = arena_alloc(r->keep, 1, sizeof(*element));

	if (element == NULL)
		return raw_memory(r);
	t->dst->kind = TYPE_SET;
	t->dst->element = element;
	push(work, t->element, element, t->depth + 1);
	return 0;
}

static int
make_record(struct raw_schema *r, struct raw_type *t, struct raw_type **work)
{
	struct record_type *record = arena_alloc(r->keep, 1, sizeof(*record));
	struct attr_type *attrs = arena_alloc(r->keep, t->nattrs,
	    sizeof(*attrs));

	if (record == NULL || attrs == NULL)
		return raw_memory(r);
	for (uint32_t i = 0; i < t->nattrs; i++) {
		attrs[i].name = t->attrs[i]->name;
		attrs[i].required = t->attrs[i]->required;
		push(work, t->attrs[i]->type, &attrs[i].type, t->depth + 1);
	}
	record->n = t->nattrs;
	record->attrs = attrs;
	t->dst->kind = TYPE_RECORD;
	t->dst->record = record;
	return 0;
}

/* Makes one node of a type; its parts are added to *work. */
static int
make_type(struct raw_schema *r, struct raw_type *t, struct raw_type **work)
{
	if (t->kind == RAW_SET)
		return make_set(r, t, work);
	if (t->kind == RAW_RECORD)
		return make_record(r, t, work);
	if (t->common != NULL)
		*t->dst = t->common->resolved;
	else if (t->kind == RAW_BUILTIN)
		t->dst->kind = t->builtin;
	else {
		t->dst->kind = TYPE_ENTITY;
		t->dst->entity = t->entity;
	}
	return 0;
}

int
raw_resolve_type(struct raw_schema *r, struct raw_type *root,
    unsigned *depth, size_t *size)
{
	struct raw_type *work = NULL, *t;

	*depth = 0;
	*size = 0;
	if (root->done)
		return 0;
	push(&work, root, &root->resolved, 1);
	while ((t = work) != NULL) {
		unsigned d = t->depth + (t->common == NULL ? 0 :
		    t->common->depth - 1);

		work = t->next_work;
		*size += t->common == NULL ? 1 : t->common->size;
		if (d > *depth)
			*depth = d;
		if (d > CEDAR_DEPTH_MAX)
			return raw_error(r, &t->place, "types nested more "
			    "than %d levels deep", CEDAR_DEPTH_MAX);
		if (*size > RAW_SIZE_MAX)
			return raw_error(r, &t->place, "more than %d types in "
			    "one, with common types expanded", RAW_SIZE_MAX);
		if (make_type(r, t, &work) == -1)
			return -1;
	}
	root->done = true;
	return 0;
}

const struct record_type *
raw_resolve_record(struct raw_schema *r, struct raw_type *t, const char *what)
{
	unsigned depth;
	size_t size;

	if (t == NULL) {
		struct record_type *empty = arena_alloc(r->keep, 1,
		    sizeof(*empty));

		if (empty == NULL)
			raw_memory(r);
		return empty;
	}
	if (raw_resolve_type(r, t, &depth, &size) == -1)
		return NULL;
	if (t->resolved.kind == TYPE_RECORD)
		return t->resolved.record;
	raw_error(r, &t->place, "%s must be a record", what);
	return NULL;
}

/*
 * Makes a common type after those that it refers to.  Types that wait for
 * another form a list from the innermost outwards.
 */
static int
resolve_common(struct raw_schema *r, struct raw_common *c)
{
	c->state = RAW_OPEN;
	while (c != NULL) {
		struct raw_type *ref = c->refs;

		if (ref == NULL) {
			if (raw_resolve_type(r, c->type, &c->depth,
			    &c->size) == -1)
				return -1;
			c->resolved = c->type->resolved;
			c->state = RAW_DONE;
			c = c->from;
			continue;
		}
		c->refs = ref->next_ref;
		if (ref->common->state == RAW_OPEN)
			return raw_error(r, &ref->place, "common type `%s' is "
			    "a part of itself", ref->common->name->bytes);
		if (ref->common->state == RAW_NEW) {
			ref->common->state = RAW_OPEN;
			ref->common->from = c;
			c = ref->common;
		}
	}
	return 0;
}

int
raw_resolve_commons(struct raw_schema *r)
{
	for (struct raw_common *c = r->commons; c != NULL; c = c->next)
		if (c->state == RAW_NEW && resolve_common(r, c) == -1)
			return -1;
	return 0;
}
