/* Entities: their hierarchy, attributes and tags; attributes of records. */
#include "eval_ops.h"

/* The entity in the store; the request's three were looked up before. */
static const struct entity *
find(const struct eval *e, const struct uid *u)
{
	if (u == e->request->principal)
		return e->principal;
	if (u == e->request->resource)
		return e->resource;
	if (u == e->request->action)
		return e->action;
	return eval_find(e, u);
}

/* Items of other kinds sort before or after all entities. */
static int
check_entities(struct eval *e, const struct set *s)
{
	if (s->n == 0)
		return 0;
	if (eval_check_kind(e, &s->items[0], VALUE_ENTITY) == -1)
		return -1;
	return eval_check_kind(e, &s->items[s->n - 1], VALUE_ENTITY);
}

static bool
in_set(const struct uid *u, const struct entity *data, const struct set *s)
{
	for (uint32_t i = 0; i < s->n; i++)
		if (eval_is_in(u, data, s->items[i].uid))
			return true;
	return false;
}

int
eval_do_in(struct eval *e, const struct expr_node *n)
{
	const struct value *a = &e->top[-2], *b = &e->top[-1];
	const struct entity *data;

	(void)n;
	if (eval_check_kind(e, a, VALUE_ENTITY) == -1)
		return -1;
	data = find(e, a->uid);
	if (b->kind == VALUE_ENTITY)
		return eval_result_bool(e, 2, eval_is_in(a->uid, data, b->uid));
	if (b->kind != VALUE_SET)
		return eval_wrong_type(e, "entity or set", b);
	if (check_entities(e, b->set) == -1)
		return -1;
	return eval_result_bool(e, 2, in_set(a->uid, data, b->set));
}

/* Type::"id" for a message. */
struct quoted_uid {
	char	type[QUOTE_MAX], id[QUOTE_MAX];
};

static struct quoted_uid
quote_uid(const struct uid *u)
{
	struct quoted_uid q;

	doc_quote(q.type, u->type->bytes, u->type->len);
	doc_quote(q.id, u->id->bytes, u->id->len);
	return q;
}

static int
no_entity(struct eval *e, const struct uid *u)
{
	const struct quoted_uid q = quote_uid(u);

	return eval_fail(e, "there is no entity %s::\"%s\"", q.type, q.id);
}

/* `what' is "attribute" or "tag". */
static int
entity_lacks(struct eval *e, const struct uid *u, const char *what,
    const struct str *name)
{
	const struct quoted_uid q = quote_uid(u);
	char quoted[QUOTE_MAX];

	doc_quote(quoted, name->bytes, name->len);
	return eval_fail(e, "entity %s::\"%s\" has no %s \"%s\"", q.type,
	    q.id, what, quoted);
}

static int
record_lacks(struct eval *e, const struct str *name)
{
	char quoted[QUOTE_MAX];

	doc_quote(quoted, name->bytes, name->len);
	return eval_fail(e, "the record has no attribute \"%s\"", quoted);
}

int
eval_do_get_tag(struct eval *e, const struct expr_node *n)
{
	const struct value *a = &e->top[-2], *b = &e->top[-1], *v;
	const struct entity *data;

	(void)n;
	if (eval_check_kind(e, a, VALUE_ENTITY) == -1 ||
	    eval_check_kind(e, b, VALUE_STRING) == -1)
		return -1;
	if ((data = find(e, a->uid)) == NULL)
		return no_entity(e, a->uid);
	if ((v = value_record_get(data->tags, b->str)) == NULL)
		return entity_lacks(e, a->uid, "tag", b->str);
	return eval_result(e, 2, *v);
}

int
eval_do_has_tag(struct eval *e, const struct expr_node *n)
{
	const struct value *a = &e->top[-2], *b = &e->top[-1];
	const struct entity *data;

	(void)n;
	if (eval_check_kind(e, a, VALUE_ENTITY) == -1 ||
	    eval_check_kind(e, b, VALUE_STRING) == -1)
		return -1;
	data = find(e, a->uid);
	return eval_result_bool(e, 2, data != NULL &&
	    value_record_get(data->tags, b->str) != NULL);
}

static int
check_holder(struct eval *e, const struct value *v)
{
	if (v->kind == VALUE_RECORD || v->kind == VALUE_ENTITY)
		return 0;
	return eval_wrong_type(e, "record or entity", v);
}

/* The attribute of a record or an entity, or NULL. */
static const struct value *
attribute(const struct eval *e, const struct value *v, const struct str *name)
{
	const struct entity *data;

	if (v->kind == VALUE_RECORD)
		return value_record_get(v->record, name);
	data = find(e, v->uid);
	return data == NULL ? NULL : value_record_get(data->attrs, name);
}

int
eval_do_get(struct eval *e, const struct expr_node *n)
{
	const struct value *a = &e->top[-1], *v;

	if (check_holder(e, a) == -1)
		return -1;
	if ((v = attribute(e, a, n->u.names[0])) != NULL)
		return eval_result(e, 1, *v);
	if (a->kind == VALUE_RECORD)
		return record_lacks(e, n->u.names[0]);
	if (find(e, a->uid) == NULL)
		return no_entity(e, a->uid);
	return entity_lacks(e, a->uid, "attribute", n->u.names[0]);
}

int
eval_do_has(struct eval *e, const struct expr_node *n)
{
	const struct value *v = &e->top[-1];

	for (uint32_t i = 0; i < n->nargs; i++) {
		if (check_holder(e, v) == -1)
			return -1;
		if ((v = attribute(e, v, n->u.names[i])) == NULL)
			return eval_result_bool(e, 1, false);
	}
	return eval_result_bool(e, 1, true);
}

int
eval_do_is(struct eval *e, const struct expr_node *n)
{
	if (eval_check_kind(e, &e->top[-1], VALUE_ENTITY) == -1)
		return -1;
	return eval_result_bool(e, 1, str_equal(e->top[-1].uid->type,
	    n->u.names[0]));
}

/* Of another type: false, and IS_IN's right side is skipped. */
int
eval_do_is_test(struct eval *e, const struct expr_node *n)
{
	const uint32_t is_in = n->u.jump - 1;
	const struct str *type = e->policy->nodes[is_in].u.names[0];

	if (eval_check_last(e, e->pc - 2, VALUE_ENTITY) == -1)
		return -1;
	if (!str_equal(e->top[-1].uid->type, type)) {
		eval_result_bool(e, 1, false);
		eval_skip(e, is_in);
	}
	return 0;
}
