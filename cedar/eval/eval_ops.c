/* Operators on booleans, numbers and strings, comparisons, and tests. */
#include "eval_ops.h"

#include <assert.h>

int
eval_result(struct eval *e, unsigned n, struct value v)
{
	e->top -= n;
	*e->top++ = v;
	return 0;
}

int
eval_result_bool(struct eval *e, unsigned n, bool b)
{
	return eval_result(e, n, (struct value){ .kind = VALUE_BOOL, .b = b });
}

int
eval_wrong_type(struct eval *e, const char *expected, const struct value *v)
{
	return eval_fail(e, "type error: expected %s, found %s", expected,
	    value_kind_name(v->kind));
}

int
eval_check_kind(struct eval *e, const struct value *v, enum value_kind kind)
{
	if (v->kind == kind)
		return 0;
	return eval_wrong_type(e, value_kind_name(kind), v);
}

int
eval_check_last(struct eval *e, uint32_t node, enum value_kind kind)
{
	if (eval_check_kind(e, &e->top[-1], kind) == 0)
		return 0;
	e->error->node = node;
	return -1;
}

void *
eval_scratch(struct eval *e, size_t size)
{
	void *p = e->scratch + e->used;

	e->used += (size + 15) & ~(size_t)15;
	assert(e->used <= e->policy->scratch);
	return p;
}

static int
do_value(struct eval *e, const struct expr_node *n)
{
	return eval_result(e, 0, *n->u.value);
}

static int
do_var(struct eval *e, const struct expr_node *n)
{
	const struct authz_request *r = e->request;
	struct value v = { .kind = VALUE_ENTITY };

	switch (n->u.var) {
	case VAR_PRINCIPAL:
		v.uid = r->principal;
		break;
	case VAR_ACTION:
		v.uid = r->action;
		break;
	case VAR_RESOURCE:
		v.uid = r->resource;
		break;
	case VAR_CONTEXT:
		v.kind = VALUE_RECORD;
		v.record = r->context;
		break;
	}
	return eval_result(e, 0, v);
}

static int
do_not(struct eval *e, const struct expr_node *n)
{
	(void)n;
	if (eval_check_kind(e, &e->top[-1], VALUE_BOOL) == -1)
		return -1;
	return eval_result_bool(e, 1, !e->top[-1].b);
}

static int
do_neg(struct eval *e, const struct expr_node *n)
{
	struct value v = e->top[-1];

	(void)n;
	if (eval_check_kind(e, &v, VALUE_LONG) == -1)
		return -1;
	if (__builtin_sub_overflow(0, v.n, &v.n))
		return eval_fail(e, "integer overflow");
	return eval_result(e, 1, v);
}

static int
do_eq(struct eval *e, const struct expr_node *n)
{
	return eval_result_bool(e, 2, value_equal(e->top[-2], e->top[-1]) ==
	    (n->op == OP_EQ));
}

/* Two longs, datetimes or durations: -1, 0 or 1 in *c. */
static int
compare(struct eval *e, int *c)
{
	const struct value *a = &e->top[-2], *b = &e->top[-1];

	if (a->kind != VALUE_LONG && a->kind != VALUE_DATETIME &&
	    a->kind != VALUE_DURATION)
		return eval_wrong_type(e, "long, datetime or duration", a);
	if (eval_check_kind(e, b, a->kind) == -1)
		return -1;
	*c = (a->n > b->n) - (a->n < b->n);
	return 0;
}

static int
do_order(struct eval *e, const struct expr_node *n)
{
	/* Which results of compare() are true: below, equal, above. */
	static const bool is_true[OP_COUNT][3] = {
		[OP_LT] = { true, false, false },
		[OP_LE] = { true, true, false },
		[OP_GT] = { false, false, true },
		[OP_GE] = { false, true, true },
	};
	int c = 0;

	if (compare(e, &c) == -1)
		return -1;
	return eval_result_bool(e, 2, is_true[n->op][c + 1]);
}

static int
do_arithmetic(struct eval *e, const struct expr_node *n)
{
	struct value a = e->top[-2], b = e->top[-1];
	bool over;

	if (eval_check_kind(e, &a, VALUE_LONG) == -1 ||
	    eval_check_kind(e, &b, VALUE_LONG) == -1)
		return -1;
	if (n->op == OP_ADD)
		over = __builtin_add_overflow(a.n, b.n, &a.n);
	else if (n->op == OP_SUB)
		over = __builtin_sub_overflow(a.n, b.n, &a.n);
	else
		over = __builtin_mul_overflow(a.n, b.n, &a.n);
	return over ? eval_fail(e, "integer overflow") : eval_result(e, 2, a);
}

static int
do_like(struct eval *e, const struct expr_node *n)
{
	if (eval_check_kind(e, &e->top[-1], VALUE_STRING) == -1)
		return -1;
	return eval_result_bool(e, 1, eval_like(n->u.pattern, e->top[-1].str));
}

/* AND_TEST and OR_TEST: a left side of value `decides' is the result. */
static int
test_left(struct eval *e, const struct expr_node *n, bool decides)
{
	if (eval_check_last(e, e->pc - 2, VALUE_BOOL) == -1)
		return -1;
	if (e->top[-1].b == decides)
		eval_skip(e, n->u.jump);
	return 0;
}

static int
do_and_test(struct eval *e, const struct expr_node *n)
{
	return test_left(e, n, false);
}

static int
do_or_test(struct eval *e, const struct expr_node *n)
{
	return test_left(e, n, true);
}

/* The right side of && and ||. */
static int
do_right(struct eval *e, const struct expr_node *n)
{
	(void)n;
	if (eval_check_last(e, e->pc - 2, VALUE_BOOL) == -1)
		return -1;
	return eval_result(e, 2, e->top[-1]);
}

static int
do_if_test(struct eval *e, const struct expr_node *n)
{
	if (eval_check_last(e, e->pc - 2, VALUE_BOOL) == -1)
		return -1;
	if (!(--e->top)->b)
		e->pc = n->u.jump;
	return 0;
}

static int
do_if_else(struct eval *e, const struct expr_node *n)
{
	e->pc = n->u.jump;
	return 0;
}

/* The value of the branch that was taken is on the stack. */
static int
do_if(struct eval *e, const struct expr_node *n)
{
	(void)e;
	(void)n;
	return 0;
}

int
eval_check_bool(struct eval *e)
{
	return eval_check_last(e, e->pc - 1, VALUE_BOOL);
}

eval_fn *const eval_ops[OP_COUNT] = {
	[OP_VALUE] = do_value,
	[OP_VAR] = do_var,
	[OP_NOT] = do_not,
	[OP_NEG] = do_neg,
	[OP_EQ] = do_eq,
	[OP_NE] = do_eq,
	[OP_LT] = do_order,
	[OP_LE] = do_order,
	[OP_GT] = do_order,
	[OP_GE] = do_order,
	[OP_ADD] = do_arithmetic,
	[OP_SUB] = do_arithmetic,
	[OP_MUL] = do_arithmetic,
	[OP_IN] = eval_do_in,
	[OP_CONTAINS] = eval_do_contains,
	[OP_CONTAINS_ALL] = eval_do_contains_all,
	[OP_CONTAINS_ANY] = eval_do_contains_any,
	[OP_IS_EMPTY] = eval_do_is_empty,
	[OP_GET_TAG] = eval_do_get_tag,
	[OP_HAS_TAG] = eval_do_has_tag,
	[OP_GET] = eval_do_get,
	[OP_HAS] = eval_do_has,
	[OP_LIKE] = do_like,
	[OP_IS] = eval_do_is,
	[OP_IS_TEST] = eval_do_is_test,
	[OP_IS_IN] = eval_do_in,
	[OP_AND_TEST] = do_and_test,
	[OP_AND] = do_right,
	[OP_OR_TEST] = do_or_test,
	[OP_OR] = do_right,
	[OP_IF_TEST] = do_if_test,
	[OP_IF_ELSE] = do_if_else,
	[OP_IF] = do_if,
	[OP_SET] = eval_do_set,
	[OP_RECORD] = eval_do_record,
	[OP_CALL] = eval_do_call,
};
