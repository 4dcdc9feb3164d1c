/* The forward pass: decides what each node becomes. */
#include "plan.h"

#include <stdlib.h>

#include "cedar/data/ext.h"
#include "cedar/data/policy.h"
#include "cedar/data/value_form.h"
#include "lib/doc/suggest.h"

struct value_plan *
plan_of(struct value_reader *r, uint32_t node)
{
	return &r->plans[node - r->root];
}

/* Plans a node as a value of this type, one level below another. */
static void
give(struct value_reader *r, uint32_t node, uint32_t parent,
    const struct type *type)
{
	struct value_plan *p = plan_of(r, node);

	p->given = true;
	p->type = type;
	p->level = plan_of(r, parent)->level + 1;
}

void
plan_children(struct value_reader *r, uint32_t node, const struct type *type)
{
	for (uint32_t c = doc_first(r->d, node); c != 0;
	    c = doc_next(r->d, node, c))
		give(r, c, node, type);
}

/* Reports the first required attribute that the node lacks. */
static int
error_missing(struct value_reader *r, uint32_t node,
    const struct record_type *type)
{
	char quoted[QUOTE_MAX];
	uint32_t i = 0;

	while (!type->attrs[i].required ||
	    doc_get_str(r->d, node, type->attrs[i].name) != 0)
		i++;
	return doc_error(r->d, node, r->e, "attribute `%s' is missing; the "
	    "schema requires it", doc_quote(quoted, type->attrs[i].name->bytes,
	    type->attrs[i].name->len));
}

static int
error_unknown(struct value_reader *r, uint32_t node,
    const struct record_type *type)
{
	const struct str *key = r->d->nodes[node].key;
	char quoted[QUOTE_MAX], hint[SUGGEST_TEXT_MAX];
	struct suggest near;

	suggest_init(&near, key->bytes, key->len);
	for (uint32_t i = 0; i < type->n; i++)
		suggest_try(&near, type->attrs[i].name->bytes,
		    type->attrs[i].name->len, NULL);
	return doc_error_key(r->d, node, r->e, "the schema has no attribute "
	    "`%s' here; %s", doc_quote(quoted, key->bytes, key->len),
	    suggest_hint(&near, hint));
}

/* Refuses unknown and missing attributes. */
static int
plan_record(struct value_reader *r, uint32_t node,
    const struct record_type *type)
{
	uint32_t missing = 0;

	plan_of(r, node)->role = ROLE_RECORD;
	for (uint32_t i = 0; i < type->n; i++)
		missing += type->attrs[i].required;
	for (uint32_t c = doc_first(r->d, node); c != 0;
	    c = doc_next(r->d, node, c)) {
		const struct str *key = r->d->nodes[c].key;
		const struct attr_type *attr = schema_attr(type, key);

		if (attr == NULL)
			return error_unknown(r, c, type);
		missing -= attr->required;
		give(r, c, node, &attr->type);
	}
	return missing == 0 ? 0 : error_missing(r, node, type);
}

/* The types of a function's operands. */
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
 * Operands are read by their types only if the call itself has an extension
 * type, as in the official engine.
 */
static int
plan_call(struct value_reader *r, uint32_t node, uint32_t inner, bool typed)
{
	struct call_form call;
	unsigned i = 0;

	if (value_form_call(r->d, inner, &call, r->e) == -1)
		return -1;
	plan_of(r, node)->role = ROLE_CALL;
	plan_of(r, node)->inner = inner;
	for (uint32_t c = call.first; c != 0;
	     c = value_form_next(r->d, &call, c))
		give(r, c, node, typed ? operand_type(call.fn, i++) : NULL);
	return 0;
}

/* No type, or one that does not change how values are read. */
static int
plan_plain(struct value_reader *r, uint32_t node)
{
	struct value_plan *p = plan_of(r, node);
	enum value_form form;

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
		plan_children(r, node, NULL);
		return 0;
	case FORM_RECORD:
		p->role = ROLE_RECORD;
		plan_children(r, node, NULL);
		return 0;
	}
	abort();
}

/* A scalar where the schema has another type. */
static int
plan_scalar(struct value_reader *r, uint32_t node, enum doc_kind wanted)
{
	enum doc_kind kind = r->d->nodes[node].kind;

	if (kind != wanted && kind != DOC_OBJECT)
		return doc_error_kind(r->d, node, r->e,
		    doc_kind_name(wanted));
	return plan_plain(r, node);
}

static int
plan_bool(struct value_reader *r, uint32_t node, const struct type *type)
{
	(void)type;
	return plan_scalar(r, node, DOC_BOOL);
}

static int
plan_long(struct value_reader *r, uint32_t node, const struct type *type)
{
	(void)type;
	return plan_scalar(r, node, DOC_INT);
}

static int
plan_string(struct value_reader *r, uint32_t node, const struct type *type)
{
	(void)type;
	return plan_scalar(r, node, DOC_STRING);
}

static int
plan_entity(struct value_reader *r, uint32_t node, const struct type *type)
{
	(void)type;
	plan_of(r, node)->role = ROLE_ENTITY;
	plan_of(r, node)->inner = node;
	return 0;
}

static int
plan_ext(struct value_reader *r, uint32_t node, const struct type *type)
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
	if (inner != 0 && value_form_is_call(r->d, inner))
		return doc_fields(r->d, node, fields, 1, &inner, r->e) == -1 ?
		    -1 : plan_call(r, node, inner, true);
	if (value_form_is_call(r->d, node))
		return plan_call(r, node, node, true);
	return doc_error_kind(r->d, node, r->e, "an extension value: its text, "
	    "or {\"fn\": ..., \"arg\": ...}");
}

static int
plan_set(struct value_reader *r, uint32_t node, const struct type *type)
{
	if (r->d->nodes[node].kind != DOC_ARRAY)
		return doc_error_kind(r->d, node, r->e, "a list");
	plan_of(r, node)->role = ROLE_SET;
	plan_children(r, node, type->element);
	return 0;
}

static int
plan_typed_record(struct value_reader *r, uint32_t node,
    const struct type *type)
{
	if (r->d->nodes[node].kind != DOC_OBJECT)
		return doc_error_kind(r->d, node, r->e, "an object");
	return plan_record(r, node, type->record);
}

int
plan_all(struct value_reader *r)
{
	static int (*const planners[])(struct value_reader *, uint32_t,
	    const struct type *) = {
		[TYPE_BOOL] = plan_bool, [TYPE_LONG] = plan_long,
		[TYPE_STRING] = plan_string, [TYPE_DECIMAL] = plan_ext,
		[TYPE_IP] = plan_ext, [TYPE_DATETIME] = plan_ext,
		[TYPE_DURATION] = plan_ext, [TYPE_ENTITY] = plan_entity,
		[TYPE_SET] = plan_set, [TYPE_RECORD] = plan_typed_record,
	};

	for (uint32_t i = r->root; i < r->end; i++) {
		struct value_plan *p = plan_of(r, i);

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
