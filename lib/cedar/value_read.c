/*
 * A subtree of a document becomes a value in two passes over its nodes, which
 * are in the order of the text, so that neither recurses.  Forwards, types
 * flow down: each node that stands for a value learns what it is to become.
 * Backwards, values flow up: a node's parts have become values when it is its
 * turn, and lie on a stack, the first one on top.
 */
#include "value_read.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "entities.h"
#include "ext.h"
#include "policy.h"
#include "value_form.h"
#include "why.h"

enum role {
	ROLE_NONE,		/* part of an escape; no value of its own */
	ROLE_SCALAR, ROLE_SET, ROLE_RECORD,
	ROLE_ENTITY,		/* `inner' is its {"type", "id"} */
	ROLE_CALL,		/* `inner' is its {"fn", "arg"} */
	ROLE_TEXT,		/* an extension value's bare text */
};

struct plan {
	enum role		 role;
	unsigned		 level;	/* of nesting, from 1 */
	uint32_t		 inner;
	const struct type	*type;	/* NULL: any */
	bool			 given;	/* somebody asked for this node */
};

struct reader {
	const struct doc	*d;
	struct arena		*arena;
	struct cedar_error	*e;
	uint32_t		 root, end;
	struct plan		*plans;		/* of nodes root to end */
	struct value		*stack;		/* grows down */
	uint32_t		 top;
};

static struct plan *
plan_of(struct reader *r, uint32_t node)
{
	return &r->plans[node - r->root];
}

/* A node is a value of this type, one level below another. */
static void
give(struct reader *r, uint32_t node, uint32_t parent,
    const struct type *type)
{
	struct plan *p = plan_of(r, node);

	p->given = true;
	p->type = type;
	p->level = plan_of(r, parent)->level + 1;
}

static void
give_children(struct reader *r, uint32_t node, const struct type *type)
{
	for (uint32_t c = doc_first(r->d, node); c != 0;
	    c = doc_next(r->d, node, c))
		give(r, c, node, type);
}

/* Reports the first attribute that the type requires and the node has not. */
static int
error_missing(struct reader *r, uint32_t node, const struct record_type *type)
{
	char quoted[QUOTE_MAX];
	uint32_t i = 0;

	while (!type->attrs[i].required ||
	    doc_get_str(r->d, node, type->attrs[i].name) != 0)
		i++;
	return doc_error(r->d, node, r->e, "attribute `%s' is missing; the "
	    "schema requires it", why_quote(quoted, type->attrs[i].name->bytes,
	    type->attrs[i].name->len));
}

/* The attributes of the type, no others, and all that are required. */
static int
plan_record(struct reader *r, uint32_t node, const struct record_type *type)
{
	char quoted[QUOTE_MAX];
	uint32_t missing = 0;

	plan_of(r, node)->role = ROLE_RECORD;
	for (uint32_t i = 0; i < type->n; i++)
		missing += type->attrs[i].required;
	for (uint32_t c = doc_first(r->d, node); c != 0;
	    c = doc_next(r->d, node, c)) {
		const struct str *key = r->d->nodes[c].key;
		const struct attr_type *attr = record_type_get(type, key);

		if (attr == NULL)
			return doc_error_key(r->d, c, r->e, "the schema has "
			    "no attribute `%s' here", why_quote(quoted,
			    key->bytes, key->len));
		missing -= attr->required;
		give(r, c, node, &attr->type);
	}
	return missing == 0 ? 0 : error_missing(r, node, type);
}

/* Types that a function's operands are read by. */
static const struct type *
operand_type(enum fn fn, unsigned i)
{
	static const struct type types[] = {
		[VALUE_STRING] = { .kind = TYPE_STRING },
		[VALUE_DECIMAL] = { .kind = TYPE_DECIMAL },
		[VALUE_IP] = { .kind = TYPE_IP },
		[VALUE_DATETIME] = { .kind = TYPE_DATETIME },
		[VALUE_DURATION] = { .kind = TYPE_DURATION },
	};
	int kind = ext_operand_kind(fn, i);

	return kind == -1 ? NULL : &types[kind];
}

/*
 * Operands are read by their types only where the call itself stands for a
 * value of an extension type, as in the official engine.
 */
static int
plan_call(struct reader *r, uint32_t node, uint32_t inner, bool typed)
{
	struct call_form call;
	unsigned i = 0;

	if (call_form(r->d, inner, &call, r->e) == -1)
		return -1;
	plan_of(r, node)->role = ROLE_CALL;
	plan_of(r, node)->inner = inner;
	for (uint32_t c = call.first; c != 0; c = call_next(r->d, &call, c))
		give(r, c, node, typed ? operand_type(call.fn, i++) : NULL);
	return 0;
}

/* No type, or one that does not say how its values are written. */
static int
plan_plain(struct reader *r, uint32_t node)
{
	struct plan *p = plan_of(r, node);
	enum form form;

	if (value_form(r->d, node, &form, &p->inner, r->e) == -1)
		return -1;
	switch (form) {
	case FORM_SCALAR:
		p->role = ROLE_SCALAR;
		return 0;
	case FORM_ENTITY:
		p->role = ROLE_ENTITY;
		return 0;
	case FORM_CALL:
		return plan_call(r, node, p->inner, false);
	case FORM_SET:
		p->role = ROLE_SET;
		give_children(r, node, NULL);
		return 0;
	case FORM_RECORD:
		p->role = ROLE_RECORD;
		give_children(r, node, NULL);
		return 0;
	}
	abort();
}

/* A scalar where the schema has another type. */
static int
plan_scalar(struct reader *r, uint32_t node, enum doc_kind wanted)
{
	enum doc_kind kind = r->d->nodes[node].kind;

	if (kind != wanted && kind != DOC_OBJECT)
		return doc_error_kind(r->d, node, r->e,
		    doc_kind_name(wanted));
	return plan_plain(r, node);
}

static int
plan_bool(struct reader *r, uint32_t node, const struct type *type)
{
	(void)type;
	return plan_scalar(r, node, DOC_BOOL);
}

static int
plan_long(struct reader *r, uint32_t node, const struct type *type)
{
	(void)type;
	return plan_scalar(r, node, DOC_INT);
}

static int
plan_string(struct reader *r, uint32_t node, const struct type *type)
{
	(void)type;
	return plan_scalar(r, node, DOC_STRING);
}

static int
plan_entity(struct reader *r, uint32_t node, const struct type *type)
{
	(void)type;
	plan_of(r, node)->role = ROLE_ENTITY;
	plan_of(r, node)->inner = node;
	return 0;
}

static int
plan_ext(struct reader *r, uint32_t node, const struct type *type)
{
	static const struct doc_field fields[] = {
		{ "__extn", DOC_MAY(OBJECT), false },
	};
	uint32_t inner = doc_get(r->d, node, "__extn");

	(void)type;
	if (r->d->nodes[node].kind == DOC_STRING) {
		plan_of(r, node)->role = ROLE_TEXT;
		return 0;
	}
	if (inner != 0 && is_call_object(r->d, inner))
		return doc_fields(r->d, node, fields, 1, &inner, r->e) == -1 ?
		    -1 : plan_call(r, node, inner, true);
	if (is_call_object(r->d, node))
		return plan_call(r, node, node, true);
	return doc_error_kind(r->d, node, r->e, "an extension value: its text, "
	    "or {\"fn\": ..., \"arg\": ...}");
}

static int
plan_set(struct reader *r, uint32_t node, const struct type *type)
{
	if (r->d->nodes[node].kind != DOC_ARRAY)
		return doc_error_kind(r->d, node, r->e, "a list");
	plan_of(r, node)->role = ROLE_SET;
	give_children(r, node, type->element);
	return 0;
}

static int
plan_typed_record(struct reader *r, uint32_t node, const struct type *type)
{
	if (r->d->nodes[node].kind != DOC_OBJECT)
		return doc_error_kind(r->d, node, r->e, "an object");
	return plan_record(r, node, type->record);
}

/* Forwards: what becomes of each node. */
static int
plan_all(struct reader *r)
{
	static int (*const planners[])(struct reader *, uint32_t,
	    const struct type *) = {
		[TYPE_BOOL] = plan_bool, [TYPE_LONG] = plan_long,
		[TYPE_STRING] = plan_string, [TYPE_DECIMAL] = plan_ext,
		[TYPE_IP] = plan_ext, [TYPE_DATETIME] = plan_ext,
		[TYPE_DURATION] = plan_ext, [TYPE_ENTITY] = plan_entity,
		[TYPE_SET] = plan_set, [TYPE_RECORD] = plan_typed_record,
	};

	for (uint32_t i = r->root; i < r->end; i++) {
		struct plan *p = plan_of(r, i);

		if (!p->given || p->role != ROLE_NONE)
			continue;
		if (p->level > CEDAR_DEPTH_MAX)
			return doc_error(r->d, i, r->e, "values nested more "
			    "than %d levels deep", CEDAR_DEPTH_MAX);
		if ((p->type == NULL ? plan_plain(r, i) :
		    planners[p->type->kind](r, i, p->type)) == -1)
			return -1;
	}
	return 0;
}

static int
error_memory(struct reader *r)
{
	return cedar_error_memory(r->e, r->d->source.file);
}

static int
make_scalar(struct reader *r, uint32_t node, struct value *v)
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
make_set(struct reader *r, uint32_t node, struct value *v)
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
	set->n = set_sort(set->items, n);
	*v = (struct value){ .kind = VALUE_SET, .set = set };
	return 0;
}

static int
make_record(struct reader *r, uint32_t node, struct value *v)
{
	uint32_t n = r->d->nodes[node].count, twice;
	struct record *record = arena_alloc(r->arena, 1,
	    sizeof(*record) + n * sizeof(record->fields[0]));

	if (record == NULL)
		return error_memory(r);
	for (uint32_t c = doc_first(r->d, node); c != 0;
	    c = doc_next(r->d, node, c)) {
		const struct str *key = r->d->nodes[c].key;
		struct field *f = &record->fields[record->n++];

		f->name = str_new(r->arena, key->bytes, key->len);
		if (f->name == NULL)
			return error_memory(r);
		f->value = r->stack[r->top++];
	}
	record_sort(record->fields, n, &twice);	/* the document has none */
	*v = (struct value){ .kind = VALUE_RECORD, .record = record };
	return 0;
}

static int
make_entity(struct reader *r, uint32_t node, struct value *v)
{
	uint32_t inner = plan_of(r, node)->inner;

	v->kind = VALUE_ENTITY;
	return inner == node ?
	    uid_json_read(&v->uid, r->arena, r->d, node, r->e) :
	    uid_object_read(&v->uid, r->arena, r->d, inner, r->e);
}

static int
apply(struct reader *r, uint32_t node, enum fn fn, unsigned nargs,
    struct value *v)
{
	const char *why;
	struct ip *ip = NULL;

	if (fn == FN_IP &&
	    (ip = arena_alloc(r->arena, 1, sizeof(*ip))) == NULL)
		return error_memory(r);
	if (ext_call(fn, r->stack + r->top, nargs, ip, v, &why) == -1)
		return doc_error(r->d, node, r->e, "%s: %s", fn_text(fn), why);
	r->top += nargs;
	return 0;
}

static int
make_call(struct reader *r, uint32_t node, struct value *v)
{
	struct call_form call;

	if (call_form(r->d, plan_of(r, node)->inner, &call, r->e) == -1)
		return -1;
	return apply(r, node, (enum fn)call.fn, call.nargs, v);
}

/* Its type's constructor, applied to the text. */
static int
make_text(struct reader *r, uint32_t node, struct value *v)
{
	static const enum fn constructors[] = {
		[TYPE_DECIMAL] = FN_DECIMAL, [TYPE_IP] = FN_IP,
		[TYPE_DATETIME] = FN_DATETIME, [TYPE_DURATION] = FN_DURATION,
	};

	r->stack[--r->top] = (struct value){ .kind = VALUE_STRING,
	    .str = r->d->nodes[node].str };
	return apply(r, node, constructors[plan_of(r, node)->type->kind], 1,
	    v);
}

/* Backwards: values, from the innermost. */
static int
make_all(struct reader *r)
{
	static int (*const makers[])(struct reader *, uint32_t,
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
reader_start(struct reader *r, const struct doc *d, uint32_t root,
    struct arena *arena, struct cedar_error *e)
{
	uint32_t n = d->nodes[root].next - root;

	*r = (struct reader){ .d = d, .arena = arena, .e = e, .root = root,
	    .end = root + n, .top = n };
	r->plans = calloc(n, sizeof(*r->plans));
	r->stack = calloc(n, sizeof(*r->stack));
	if (r->plans == NULL || r->stack == NULL)
		return error_memory(r);
	r->plans[0].given = true;
	r->plans[0].level = 1;
	return 0;
}

/* The rest, once the root is planned or has a type; answers rc. */
static int
reader_end(struct reader *r, int rc, struct value *v)
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
value_read_typed(struct value *v, struct arena *a, const struct doc *d,
    uint32_t node, const struct type *type, struct cedar_error *e)
{
	struct reader r;
	int rc = reader_start(&r, d, node, a, e);

	if (rc == 0)
		r.plans[0].type = type;
	return reader_end(&r, rc, v);
}

int
value_read(struct value *v, struct arena *a, const struct doc *d,
    uint32_t node, struct cedar_error *e)
{
	return value_read_typed(v, a, d, node, NULL, e);
}

int
record_read(const struct record **out, struct arena *a, const struct doc *d,
    uint32_t node, const struct record_type *type, struct cedar_error *e)
{
	struct type record = { .kind = TYPE_RECORD, .record = type };
	struct value v;

	if (type == NULL)
		return tags_read(out, a, d, node, NULL, e);
	if (value_read_typed(&v, a, d, node, &record, e) == -1)
		return -1;
	*out = v.record;
	return 0;
}

int
tags_read(const struct record **out, struct arena *a, const struct doc *d,
    uint32_t node, const struct type *type, struct cedar_error *e)
{
	struct reader r;
	struct value v;
	int rc;

	if (d->nodes[node].kind != DOC_OBJECT)
		return doc_error_kind(d, node, e, "an object");
	rc = reader_start(&r, d, node, a, e);
	if (rc == 0) {
		r.plans[0].role = ROLE_RECORD;
		give_children(&r, node, type);
	}
	if (reader_end(&r, rc, &v) == -1)
		return -1;
	*out = v.record;
	return 0;
}
