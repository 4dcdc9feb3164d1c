#include "eval.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const struct entity *
eval_find(const struct eval *e, const struct uid *u)
{
	const struct entity *own = e->request->own;

	if (own != NULL && uid_equal(own->uid, u))
		return own;
	return entities_find(e->entities, u);
}

void
eval_init(struct eval *e, const struct entities *entities,
    const struct authz_request *r)
{
	memset(e, 0, sizeof(*e));
	e->entities = entities;
	e->request = r;
	e->principal = eval_find(e, r->principal);
	e->action = eval_find(e, r->action);
	e->resource = eval_find(e, r->resource);
}

int
eval_fail(struct eval *e, const char *fmt, ...)
{
	va_list ap;

	e->error->node = e->pc - 1;
	va_start(ap, fmt);
	vsnprintf(e->error->text, sizeof(e->error->text), fmt, ap);
	va_end(ap);
	return -1;
}

/* Ancestors are sorted by hash. */
static bool
has_ancestor(const struct entity *e, const struct uid *ancestor)
{
	uint32_t low = 0, high = e->nancestors;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (e->ancestors[mid]->hash < ancestor->hash)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < e->nancestors &&
	    e->ancestors[low]->hash == ancestor->hash; low++)
		if (uid_equal(e->ancestors[low], ancestor))
			return true;
	return false;
}

bool
eval_is_in(const struct uid *u, const struct entity *data,
    const struct uid *ancestor)
{
	return uid_equal(u, ancestor) ||
	    (data != NULL && has_ancestor(data, ancestor));
}

static bool
in_any(const struct scope *s, const struct uid *u, const struct entity *data)
{
	for (uint32_t i = 0; i < s->nuids; i++)
		if (eval_is_in(u, data, s->uids[i]))
			return true;
	return false;
}

/* `slot' is the value of the scope's slot. */
static bool
scope_fits(const struct scope *s, const struct uid *slot, const struct uid *u,
    const struct entity *data)
{
	const struct uid *named = s->slot ? slot : s->nuids > 0 ? s->uids[0] :
	    NULL;

	switch (s->op) {
	case SCOPE_ANY:
		return true;
	case SCOPE_EQ:
		return uid_equal(u, named);
	case SCOPE_IN:
		return eval_is_in(u, data, named);
	case SCOPE_IN_SET:
		return in_any(s, u, data);
	case SCOPE_IS:
		return str_equal(u->type, s->type);
	case SCOPE_IS_IN:
		return str_equal(u->type, s->type) &&
		    eval_is_in(u, data, named);
	}
	return false;
}

static enum trace_outcome
eval_scope(const struct scope *s, const struct uid *slot, const struct uid *u,
    const struct entity *data, enum trace_outcome *note)
{
	enum trace_outcome o = scope_fits(s, slot, u, data) ? TRACE_TRUE :
	    TRACE_FALSE;

	if (note != NULL)
		*note = o;
	return o;
}

static enum trace_outcome
eval_action(struct eval *e)
{
	return eval_scope(&e->policy->action, NULL, e->request->action,
	    e->action, e->trace == NULL ? NULL : &e->trace->action);
}

static enum trace_outcome
eval_principal(struct eval *e)
{
	return eval_scope(&e->policy->principal,
	    e->policy->values[SLOT_PRINCIPAL], e->request->principal,
	    e->principal, e->trace == NULL ? NULL : &e->trace->principal);
}

static enum trace_outcome
eval_resource(struct eval *e)
{
	return eval_scope(&e->policy->resource,
	    e->policy->values[SLOT_RESOURCE], e->request->resource,
	    e->resource, e->trace == NULL ? NULL : &e->trace->resource);
}

/* The value on top of the stack is node n's. */
static void
note_value(struct eval *e, uint32_t n)
{
	struct trace_node *t;

	if (e->trace == NULL)
		return;
	t = &e->trace->nodes[n];
	t->value = e->top[-1];
	t->outcome = t->value.kind != VALUE_BOOL ? TRACE_VALUE :
	    t->value.b ? TRACE_TRUE : TRACE_FALSE;
}

void
eval_skip(struct eval *e, uint32_t to)
{
	note_value(e, to);
	e->pc = to + 1;
}

int
eval_walk(struct eval *e, uint32_t first, uint32_t root)
{
	const struct expr_node *nodes = e->policy->nodes;
	int rc = 0;

	e->top = e->stack;
	for (e->pc = first; rc == 0 && e->pc <= root;) {
		const uint32_t self = e->pc++;

		rc = eval_ops[nodes[self].op](e, &nodes[self]);
		if (rc == 0 && !expr_op_is_test(nodes[self].op))
			note_value(e, self);
	}
	if (rc == 0) {
		assert(e->top == e->stack + 1);
		rc = eval_check_bool(e);
	}
	if (rc == -1 && e->trace != NULL)
		e->trace->nodes[e->error->node].outcome = TRACE_ERROR;
	return rc;
}

static enum trace_outcome
eval_condition(struct eval *e, const struct condition *c)
{
	if (eval_walk(e, c->first, c->root) == -1)
		return TRACE_ERROR;
	return e->stack[0].b != c->unless ? TRACE_TRUE : TRACE_FALSE;
}

/*
 * Adds a part of the policy.  The first part that is not true decides.  Returns
 * whether it is known and no trace needs the rest.
 */
static bool
is_decided(struct eval *e, enum trace_outcome part, enum trace_outcome *all)
{
	if (*all == TRACE_TRUE)
		*all = part;
	return *all != TRACE_TRUE && e->trace == NULL;
}

enum trace_outcome
eval_policy(struct eval *e, const struct policy *p)
{
	struct eval_error *first = e->error;
	enum trace_outcome all = TRACE_TRUE;

	e->policy = p;
	e->used = 0;
	if (is_decided(e, eval_action(e), &all) ||
	    is_decided(e, eval_principal(e), &all) ||
	    is_decided(e, eval_resource(e), &all))
		return all;
	for (uint32_t i = 0; i < p->nconditions; i++) {
		const enum trace_outcome o = eval_condition(e,
		    &p->conditions[i]);

		if (is_decided(e, o, &all))
			break;
		if (o == TRACE_ERROR)
			e->error = &e->spare;	/* the first one is kept */
	}
	e->error = first;
	return all;
}
