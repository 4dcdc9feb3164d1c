/* Implication between terms, and between the conditions of two policies. */
#include "conditions.h"

#include "cedar/format/walk.h"

/*
 * A term that compares something with a constant, as the values that it allows:
 * a range of longs, one value, or all but one.
 */
enum test_kind { TEST_NONE, TEST_RANGE, TEST_IS, TEST_IS_NOT };

struct test {
	enum test_kind		 kind;
	const struct policy	*policy;
	uint32_t		 subject;
	int64_t			 lo, hi;
	const struct value	*value;
};

static enum op
negated_op(enum op op)
{
	static const uint8_t ops[OP_COUNT] = {
		[OP_EQ] = OP_NE, [OP_NE] = OP_EQ, [OP_LT] = OP_GE,
		[OP_LE] = OP_GT, [OP_GT] = OP_LE, [OP_GE] = OP_LT,
	};

	return ops[op];
}

/* The same with its operands exchanged. */
static enum op
mirrored_op(enum op op)
{
	static const uint8_t ops[OP_COUNT] = {
		[OP_EQ] = OP_EQ, [OP_NE] = OP_NE, [OP_LT] = OP_GT,
		[OP_LE] = OP_GE, [OP_GT] = OP_LT, [OP_GE] = OP_LE,
	};

	return ops[op];
}

/* `subject op number' as a range; fails for an empty one. */
static void
set_range(struct test *t, enum op op, int64_t n)
{
	if ((op == OP_GT && n == INT64_MAX) || (op == OP_LT && n == INT64_MIN))
		return;
	t->kind = TEST_RANGE;
	t->lo = INT64_MIN;
	t->hi = INT64_MAX;
	if (op == OP_EQ || op == OP_GE || op == OP_GT)
		t->lo = n;
	if (op == OP_EQ || op == OP_LE || op == OP_LT)
		t->hi = n;
	t->lo += op == OP_GT;
	t->hi -= op == OP_LT;
}

static struct test
test_of(const struct policy *p, struct term term)
{
	struct test t = { .kind = TEST_NONE, .policy = p };
	const struct expr_node *n = &p->nodes[term.root];
	uint32_t left, right;
	enum op op = n->op;

	if (mirrored_op(op) == 0)
		return t;
	left = walk_operand(p->nodes, term.root, 0);
	right = walk_operand(p->nodes, term.root, 1);
	if (p->nodes[left].op == OP_VALUE) {
		uint32_t swap = left;

		left = right;
		right = swap;
		op = mirrored_op(op);
	}
	if (p->nodes[right].op != OP_VALUE)
		return t;
	if (term.negated)
		op = negated_op(op);
	t.subject = left;
	t.value = p->nodes[right].u.value;
	if (t.value->kind == VALUE_LONG && op != OP_NE)
		set_range(&t, op, t.value->n);
	else if (op == OP_EQ || op == OP_NE)
		t.kind = op == OP_EQ ? TEST_IS : TEST_IS_NOT;
	return t;
}

static bool
same_subject(const struct test *a, const struct test *b)
{
	return a->kind != TEST_NONE && b->kind != TEST_NONE &&
	    conditions_equal(a->policy, a->subject, b->policy, b->subject);
}

/* Whether a value passes a test of its subject. */
static bool
passes(struct value v, const struct test *t)
{
	if (t->kind == TEST_RANGE)
		return v.kind == VALUE_LONG && v.n >= t->lo && v.n <= t->hi;
	return value_equal(v, *t->value) == (t->kind == TEST_IS);
}

static bool
tests_exclude(const struct test *a, const struct test *b)
{
	if (a->kind == TEST_IS)
		return !passes(*a->value, b);
	if (b->kind == TEST_IS)
		return !passes(*b->value, a);
	if (a->kind == TEST_RANGE && b->kind == TEST_RANGE)
		return a->lo > b->hi || b->lo > a->hi;
	if (a->kind == TEST_RANGE && a->lo == a->hi)
		return !passes((struct value){ VALUE_LONG, .n = a->lo }, b);
	if (b->kind == TEST_RANGE && b->lo == b->hi)
		return !passes((struct value){ VALUE_LONG, .n = b->lo }, a);
	return false;
}

static bool
test_implies(const struct test *a, const struct test *b)
{
	struct test not = *b;

	if (a->kind == TEST_IS)
		return passes(*a->value, b);
	if (a->kind == TEST_RANGE && b->kind == TEST_RANGE)
		return a->lo >= b->lo && a->hi <= b->hi;
	if (a->kind != TEST_RANGE || b->kind != TEST_IS_NOT)
		return false;
	not.kind = TEST_IS;
	return tests_exclude(a, &not);
}

bool
conditions_exclude(const struct policy *p, struct term a, struct term b)
{
	struct test ta, tb;

	if (a.negated != b.negated && conditions_equal(p, a.root, p, b.root))
		return true;
	ta = test_of(p, a);
	tb = test_of(p, b);
	return same_subject(&ta, &tb) && tests_exclude(&ta, &tb);
}

/* The entity on the right of an `in', or NULL. */
static const struct uid *
group_of(const struct policy *p, struct term t)
{
	const struct expr_node *n = &p->nodes[t.root], *right = n - 1;

	if (t.negated || n->op != OP_IN || right->op != OP_VALUE ||
	    right->u.value->kind != VALUE_ENTITY)
		return NULL;
	return right->u.value->uid;
}

/* a in X implies a in Y where X is in Y. */
static bool
groups_imply(const struct entities *e, const struct policy *p, struct term a,
    const struct policy *q, struct term b)
{
	const struct uid *from = group_of(p, a), *to = group_of(q, b);

	return from != NULL && to != NULL &&
	    conditions_equal(p, walk_operand(p->nodes, a.root, 0), q,
	    walk_operand(q->nodes, b.root, 0)) && entities_in(e, from, to);
}

static bool
term_implies(const struct entities *e, const struct policy *p, struct term a,
    const struct policy *q, struct term b)
{
	struct test ta, tb;

	if (a.negated == b.negated && conditions_equal(p, a.root, q, b.root))
		return true;
	if (groups_imply(e, p, a, q, b))
		return true;
	ta = test_of(p, a);
	tb = test_of(q, b);
	return same_subject(&ta, &tb) && test_implies(&ta, &tb);
}

const struct uid *
conditions_scope_entity(const struct policy *p, const struct scope *s,
    enum slot slot)
{
	if (s->op != SCOPE_EQ && s->op != SCOPE_IN && s->op != SCOPE_IS_IN)
		return NULL;
	return s->slot ? p->values[slot] : s->uids[0];
}

/* Whether the scope puts the principal or resource into the term's group. */
static bool
scope_implies(const struct entities *e, const struct policy *p,
    const struct policy *q, struct term t)
{
	const struct uid *to = group_of(q, t), *from = NULL;
	const struct expr_node *left;

	if (to == NULL)
		return false;
	left = &q->nodes[walk_operand(q->nodes, t.root, 0)];
	if (left->op != OP_VAR)
		return false;
	if (left->u.var == VAR_PRINCIPAL)
		from =
		    conditions_scope_entity(p, &p->principal, SLOT_PRINCIPAL);
	else if (left->u.var == VAR_RESOURCE)
		from = conditions_scope_entity(p, &p->resource, SLOT_RESOURCE);
	return from != NULL && entities_in(e, from, to);
}

static bool
some_implies(const struct conditions *c, const struct policy *q,
    struct term t, const struct entities *e)
{
	if (scope_implies(e, c->policy, q, t))
		return true;
	for (size_t i = 0; i < c->n; i++)
		if (term_implies(e, c->policy, c->terms[i], q, t))
			return true;
	return false;
}

/* The term, or of a || b || c one that is never skipped. */
static bool
implied(const struct conditions *c, const struct policy *q, struct term t,
    const struct entities *e)
{
	if (some_implies(c, q, t, e))
		return true;
	while (!t.negated && q->nodes[t.root].op == OP_OR)
		t.root = walk_operand(q->nodes, t.root, 0);
	return some_implies(c, q, t, e);
}

bool
conditions_imply(const struct conditions *c, const struct conditions *other,
    const struct entities *e)
{
	for (size_t i = 0; i < other->n; i++)
		if (!implied(c, other->policy, other->terms[i], e))
			return false;
	return true;
}
