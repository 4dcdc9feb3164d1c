/* Sets and records, and calls of extension functions. */
#include <string.h>

#include "eval_ops.h"
#include "cedar/data/ext.h"

int
eval_do_contains(struct eval *e, const struct expr_node *n)
{
	(void)n;
	if (eval_check_kind(e, &e->top[-2], VALUE_SET) == -1)
		return -1;
	return eval_result_bool(e, 2, value_set_has(e->top[-2].set,
	    e->top[-1]));
}

static int
check_sets(struct eval *e)
{
	if (eval_check_kind(e, &e->top[-2], VALUE_SET) == -1)
		return -1;
	return eval_check_kind(e, &e->top[-1], VALUE_SET);
}

/* How many of the items are in the set, counted up to max. */
static uint32_t
count_common(const struct set *items, const struct set *in, uint32_t max)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < items->n && n < max; i++)
		n += value_set_has(in, items->items[i]);
	return n;
}

int
eval_do_contains_all(struct eval *e, const struct expr_node *n)
{
	const struct set *a = e->top[-2].set, *b = e->top[-1].set;

	(void)n;
	if (check_sets(e) == -1)
		return -1;
	return eval_result_bool(e, 2, b->n <= a->n &&
	    count_common(b, a, b->n) == b->n);
}

int
eval_do_contains_any(struct eval *e, const struct expr_node *n)
{
	const struct set *a = e->top[-2].set, *b = e->top[-1].set;

	(void)n;
	if (check_sets(e) == -1)
		return -1;
	return eval_result_bool(e, 2, (a->n < b->n ? count_common(a, b, 1) :
	    count_common(b, a, 1)) > 0);
}

int
eval_do_is_empty(struct eval *e, const struct expr_node *n)
{
	(void)n;
	if (eval_check_kind(e, &e->top[-1], VALUE_SET) == -1)
		return -1;
	return eval_result_bool(e, 1, e->top[-1].set->n == 0);
}

int
eval_do_set(struct eval *e, const struct expr_node *n)
{
	struct set *s = eval_scratch(e, sizeof(*s) +
	    n->nargs * sizeof(s->items[0]));

	memcpy(s->items, e->top - n->nargs, n->nargs * sizeof(s->items[0]));
	s->n = value_set_sort(s->items, n->nargs);
	return eval_result(e, n->nargs, (struct value){ .kind = VALUE_SET,
	    .set = s });
}

int
eval_do_record(struct eval *e, const struct expr_node *n)
{
	struct record *r = eval_scratch(e, sizeof(*r) +
	    n->nargs * sizeof(r->fields[0]));
	uint32_t twice;

	r->n = n->nargs;
	for (uint32_t i = 0; i < r->n; i++) {
		r->fields[i].name = n->u.names[i];
		r->fields[i].value = e->top[(int)i - n->nargs];
	}
	value_record_sort(r->fields, r->n, &twice);
	return eval_result(e, n->nargs, (struct value){ .kind = VALUE_RECORD,
	    .record = r });
}

int
eval_do_call(struct eval *e, const struct expr_node *n)
{
	struct ip *ip = n->u.fn != FN_IP ? NULL : eval_scratch(e, sizeof(*ip));
	const char *why;
	struct value v;

	if (ext_call(n->u.fn, e->top - n->nargs, n->nargs, ip, &v, &why) == -1)
		return eval_fail(e, "%s(): %s", expr_fn_text(n->u.fn), why);
	return eval_result(e, n->nargs, v);
}
