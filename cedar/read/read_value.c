/*
 * A subtree of a document becomes a value in two passes over its nodes, which
 * are in the order of the text, so that neither recurses.  The forward pass
 * (plan.c) hands types down and decides what each node becomes.  The backward
 * pass makes values: when it reaches a node, the values of its parts are on a
 * stack, the first one on top.
 */
#include "read_value.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cedar/data/ext.h"
#include "cedar/data/policy.h"
#include "cedar/data/value_form.h"
#include "cedar/text/parse.h"
#include "plan.h"
#include "read.h"

static int
error_memory(struct value_reader *r)
{
	return doc_error_memory(r->e, r->d->source.file);
}

static int
make_scalar(struct value_reader *r, uint32_t node, struct value *v)
{
	const struct doc_node *n = &r->d->nodes[node];

	if (n->kind == DOC_BOOL) {
		*v = (struct value){ .kind = VALUE_BOOL, .b = n->b };
		return 0;
	}
	if (n->kind == DOC_INT) {
		*v = (struct value){ .kind = VALUE_LONG, .n = n->n };
		return 0;
	}
	v->kind = VALUE_STRING;
	v->str = str_new(r->arena, n->str->bytes, n->str->len);
	return v->str == NULL ? error_memory(r) : 0;
}

static int
make_set(struct value_reader *r, uint32_t node, struct value *v)
{
	uint32_t n = r->d->nodes[node].count;
	struct set *set = arena_alloc(r->arena, 1,
	    sizeof(*set) + n * sizeof(set->items[0]));

	if (set == NULL)
		return error_memory(r);
	if (n > 0)
		memcpy(set->items, r->stack + r->top,
		    n * sizeof(set->items[0]));
	r->top += n;
	set->n = value_set_sort(set->items, n);
	*v = (struct value){ .kind = VALUE_SET, .set = set };
	return 0;
}

static int
make_record(struct value_reader *r, uint32_t node, struct value *v)
{
	uint32_t n = r->d->nodes[node].count, twice;
	struct record *record = arena_alloc(r->arena, 1,
	    sizeof(*record) + n * sizeof(record->fields[0]));

	if (record == NULL)
		return error_memory(r);
	for (uint32_t c = doc_first(r->d, node); c != 0;
	    c = doc_next(r->d, node, c)) {
		const struct str *key = r->d->nodes[c].key;
		struct record_field *f = &record->fields[record->n++];

		f->name = str_new(r->arena, key->bytes, key->len);
		if (f->name == NULL)
			return error_memory(r);
		f->value = r->stack[r->top++];
	}
	value_record_sort(
	    record->fields, n, &twice); /* the document has none */
	*v = (struct value){ .kind = VALUE_RECORD, .record = record };
	return 0;
}

static int
make_entity(struct value_reader *r, uint32_t node, struct value *v)
{
	uint32_t inner = plan_of(r, node)->inner;

	v->kind = VALUE_ENTITY;
	return inner == node ?
	    value_form_read_entity(&v->uid, r->arena, r->d, node, r->e) :
	    value_form_read_uid(&v->uid, r->arena, r->d, inner, r->e);
}

/* An example of an extension value's text, or NULL. */
static const char *
form_of(enum fn fn)
{
	switch ((int)fn) {
	case FN_IP:
		return "192.0.2.1, 192.0.2.0/24 or 2001:db8::/32";
	case FN_DECIMAL:
		return "12.34";
	case FN_DATETIME:
		return "2026-01-31 or 2026-01-31T12:00:00Z";
	case FN_DURATION:
		return "1d2h30m";
	}
	return NULL;
}

static int
error_call(struct value_reader *r, uint32_t node, enum fn fn, const char *why)
{
	const char *form = form_of(fn);

	if (form == NULL)
		return doc_error(r->d, node, r->e, "%s: %s", expr_fn_text(fn),
		    why);
	return doc_error(r->d, node, r->e, "%s: %s; write it as %s",
	    expr_fn_text(fn), why, form);
}

static int
apply(struct value_reader *r, uint32_t node, enum fn fn, unsigned nargs,
    struct value *v)
{
	const char *why;
	struct ip *ip = NULL;

	if (fn == FN_IP &&
	    (ip = arena_alloc(r->arena, 1, sizeof(*ip))) == NULL)
		return error_memory(r);
	if (ext_call(fn, r->stack + r->top, nargs, ip, v, &why) == -1)
		return error_call(r, node, fn, why);
	r->top += nargs;
	return 0;
}

static int
make_call(struct value_reader *r, uint32_t node, struct value *v)
{
	struct call_form call;

	if (value_form_call(r->d, plan_of(r, node)->inner, &call, r->e) == -1)
		return -1;
	return apply(r, node, (enum fn)call.fn, call.nargs, v);
}

/* Applies the type's constructor to the text. */
static int
make_text(struct value_reader *r, uint32_t node, struct value *v)
{
	static const enum fn constructors[] = {
		[TYPE_DECIMAL] = FN_DECIMAL, [TYPE_IP] = FN_IP,
		[TYPE_DATETIME] = FN_DATETIME, [TYPE_DURATION] = FN_DURATION,
	};

	r->stack[--r->top] = (struct value){ .kind = VALUE_STRING,
	    .str = r->d->nodes[node].str };
	return apply(r, node,
	    constructors[plan_of(r, node)->type->kind], 1, v);
}

/* The backward pass. */
static int
make_all(struct value_reader *r)
{
	static int (*const makers[])(struct value_reader *, uint32_t,
	    struct value *) = {
		[ROLE_SCALAR] = make_scalar, [ROLE_SET] = make_set,
		[ROLE_RECORD] = make_record, [ROLE_ENTITY] = make_entity,
		[ROLE_CALL] = make_call, [ROLE_TEXT] = make_text,
	};

	for (uint32_t i = r->end; i-- > r->root; ) {
		struct value v;

		if (plan_of(r, i)->role == ROLE_NONE)
			continue;
		if (makers[plan_of(r, i)->role](r, i, &v) == -1)
			return -1;
		r->stack[--r->top] = v;
	}
	return 0;
}

static int
reader_start(struct value_reader *r, const struct doc *d, uint32_t root,
    struct arena *arena, struct doc_error *e)
{
	uint32_t n = d->nodes[root].next - root;

	*r = (struct value_reader){.d = d,
	    .arena = arena,
	    .e = e,
	    .root = root,
	    .end = root + n,
	    .top = n};
	r->plans = calloc(n, sizeof(*r->plans));
	r->stack = calloc(n, sizeof(*r->stack));
	if (r->plans == NULL || r->stack == NULL)
		return error_memory(r);
	r->plans[0].given = true;
	r->plans[0].level = 1;
	return 0;
}

/* Runs both passes once the root is planned or has a type.  Returns rc. */
static int
reader_end(struct value_reader *r, int rc, struct value *v)
{
	int saved;

	if (rc == 0)
		rc = plan_all(r);
	if (rc == 0)
		rc = make_all(r);
	if (rc == 0)
		*v = r->stack[r->top];
	saved = errno;
	free(r->plans);
	free(r->stack);
	errno = saved;
	return rc;
}

int
read_value_typed(struct value *v, struct arena *a, const struct doc *d,
    uint32_t node, const struct type *type, struct doc_error *e)
{
	struct value_reader r;
	int rc = reader_start(&r, d, node, a, e);

	if (rc == 0)
		r.plans[0].type = type;
	return reader_end(&r, rc, v);
}

int
read_value(struct value *v, struct arena *a, const struct doc *d,
    uint32_t node, struct doc_error *e)
{
	return read_value_typed(v, a, d, node, NULL, e);
}

int
read_record(const struct record **out, struct arena *a, const struct doc *d,
    uint32_t node, const struct record_type *type, struct doc_error *e)
{
	struct type record = { .kind = TYPE_RECORD, .record = type };
	struct value v;

	if (type == NULL)
		return read_tags(out, a, d, node, NULL, e);
	if (read_value_typed(&v, a, d, node, &record, e) == -1)
		return -1;
	*out = v.record;
	return 0;
}

int
read_tags(const struct record **out, struct arena *a, const struct doc *d,
    uint32_t node, const struct type *type, struct doc_error *e)
{
	struct value_reader r;
	struct value v;
	int rc;

	if (d->nodes[node].kind != DOC_OBJECT)
		return doc_error_kind(d, node, e, "an object");
	rc = reader_start(&r, d, node, a, e);
	if (rc == 0) {
		r.plans[0].role = ROLE_RECORD;
		plan_children(&r, node, type);
	}
	if (reader_end(&r, rc, &v) == -1)
		return -1;
	*out = v.record;
	return 0;
}

int
read_uid(const struct uid **out, struct arena *a, const struct doc *d,
    uint32_t node, struct doc_error *e)
{
	const struct doc_node *n = &d->nodes[node];
	struct doc_source s = { .file = d->source.file };
	char text[DOC_MESSAGE_MAX];

	if (n->kind != DOC_STRING)
		return value_form_read_entity(out, a, d, node, e);
	s.text = n->str->bytes;
	s.len = n->str->len;
	if (parse_uid_text(out, a, &s, e) == 0)
		return 0;
	if (errno == ENOMEM)
		return -1;
	snprintf(text, sizeof(text), "%s", e->text);
	return doc_error(d, node, e, "%s", text);
}
