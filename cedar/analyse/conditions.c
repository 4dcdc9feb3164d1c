#include "conditions.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cedar/format/walk.h"

static bool
splits(const struct expr_node *n, bool negated)
{
	return n->op == (negated ? OP_OR : OP_AND);
}

/* Splits the expressions in todo, which has room for every node, into terms. */
static void
split(struct conditions *c, struct term *todo, size_t n)
{
	const struct expr_node *nodes = c->policy->nodes;

	while (n > 0) {
		struct term t = todo[--n];

		while (nodes[t.root].op == OP_NOT) {
			t.root--;
			t.negated = !t.negated;
		}
		if (!splits(&nodes[t.root], t.negated)) {
			c->terms[c->n++] = t;
			continue;
		}
		for (uint16_t i = 2; i-- > 0;)
			todo[n++] = (struct term){
			    walk_operand(nodes, t.root, i), t.negated };
	}
}

int
conditions_init(struct conditions *c, const struct policy *p)
{
	size_t room = p->nnodes + 1;
	struct term *todo = calloc(room, sizeof(*todo));

	c->policy = p;
	c->n = 0;
	c->terms = calloc(room, sizeof(*c->terms));
	if (todo == NULL || c->terms == NULL) {
		free(todo);
		conditions_free(c);
		errno = ENOMEM;
		return -1;
	}
	for (uint32_t i = 0; i < p->nconditions; i++) {
		todo[0] = (struct term){ p->conditions[i].root,
		    p->conditions[i].unless };
		split(c, todo, 1);
	}
	free(todo);
	return 0;
}

void
conditions_free(struct conditions *c)
{
	free(c->terms);
	c->terms = NULL;
	c->n = 0;
}

static bool
names_equal(const struct expr_node *a, const struct expr_node *b, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (!str_equal(a->u.names[i], b->u.names[i]))
			return false;
	return true;
}

static bool
patterns_equal(const struct pattern *a, const struct pattern *b)
{
	if (a->n != b->n)
		return false;
	for (uint32_t i = 0; i < a->n; i++) {
		if ((a->parts[i] == NULL) != (b->parts[i] == NULL))
			return false;
		if (a->parts[i] != NULL &&
		    !str_equal(a->parts[i], b->parts[i]))
			return false;
	}
	return true;
}

/* Compares two nodes without their operands. */
static bool
nodes_equal(const struct expr_node *a, const struct expr_node *b)
{
	if (a->op != b->op || expr_count(a) != expr_count(b))
		return false;
	switch (a->op) {
	case OP_VALUE:
		return value_equal(*a->u.value, *b->u.value);
	case OP_VAR:
		return a->u.var == b->u.var;
	case OP_CALL:
		return a->u.fn == b->u.fn;
	case OP_LIKE:
		return patterns_equal(a->u.pattern, b->u.pattern);
	case OP_GET:
	case OP_IS:
	case OP_IS_IN:
		return names_equal(a, b, 1);
	case OP_HAS:
	case OP_RECORD:
		return a->nargs == b->nargs && names_equal(a, b, a->nargs);
	default:
		return true;
	}
}

/* In postfix order, equal nodes in a row are equal trees. */
bool
conditions_equal(const struct policy *a, uint32_t root, const struct policy *b,
    uint32_t other)
{
	uint32_t len = root - a->nodes[root].first;

	if (other - b->nodes[other].first != len)
		return false;
	for (uint32_t i = 0; i <= len; i++)
		if (!nodes_equal(&a->nodes[root - i], &b->nodes[other - i]))
			return false;
	return true;
}

/* What is known of an operand: its possible values, or the value. */
struct known {
	unsigned		 truth;
	const struct value	*value;
};

#define TERM_ANY	(TERM_TRUE | TERM_FALSE)

static unsigned
truth_of(bool b)
{
	return b ? TERM_TRUE : TERM_FALSE;
}

static unsigned
swapped(unsigned truth)
{
	return (truth & TERM_TRUE ? TERM_FALSE : 0) |
	    (truth & TERM_FALSE ? TERM_TRUE : 0);
}

static unsigned
both(unsigned a, unsigned b)
{
	return (a & b & TERM_TRUE) | (a & TERM_FALSE) |
	    (a & TERM_TRUE ? b & TERM_FALSE : 0);
}

static bool
is_number(const struct known *k)
{
	return k->value != NULL && k->value->kind == VALUE_LONG;
}

static bool
holds(enum op op, int64_t a, int64_t b)
{
	switch (op) {
	case OP_LT:
		return a < b;
	case OP_LE:
		return a <= b;
	case OP_GT:
		return a > b;
	default:
		return a >= b;
	}
}

/* A comparison of two constants, or of something with itself. */
static unsigned
compare(const struct policy *p, uint32_t self, const struct known *k)
{
	enum op op = p->nodes[self].op;
	bool same = conditions_equal(p, walk_operand(p->nodes, self, 0), p,
	    walk_operand(p->nodes, self, 1));
	bool equality = op == OP_EQ || op == OP_NE;

	if (equality && k[0].value != NULL && k[1].value != NULL)
		return truth_of(value_equal(*k[0].value, *k[1].value) ==
		    (op == OP_EQ));
	if (!equality && is_number(&k[0]) && is_number(&k[1]))
		return truth_of(holds(op, k[0].value->n, k[1].value->n));
	if (same)
		return truth_of(op == OP_EQ || op == OP_LE || op == OP_GE);
	return TERM_ANY;
}

static struct known
fold(const struct policy *p, uint32_t self, const struct known *k)
{
	const struct expr_node *n = &p->nodes[self];
	struct known out = { TERM_ANY, NULL };

	switch (n->op) {
	case OP_VALUE:
		out.value = n->u.value;
		if (out.value->kind == VALUE_BOOL)
			out.truth = truth_of(out.value->b);
		break;
	case OP_NOT:
		out.truth = swapped(k[0].truth);
		break;
	case OP_AND:
		out.truth = both(k[0].truth, k[1].truth);
		break;
	case OP_OR:
		out.truth = swapped(both(swapped(k[0].truth),
		    swapped(k[1].truth)));
		break;
	case OP_IF:
		out.truth = (k[0].truth & TERM_TRUE ? k[1].truth : 0) |
		    (k[0].truth & TERM_FALSE ? k[2].truth : 0);
		break;
	case OP_EQ:
	case OP_NE:
	case OP_LT:
	case OP_LE:
	case OP_GT:
	case OP_GE:
		out.truth = compare(p, self, k);
		break;
	}
	return out;
}

static bool
is_test_node(const struct expr_node *n)
{
	return n->op == OP_IS_TEST || n->op == OP_AND_TEST ||
	    n->op == OP_OR_TEST || n->op == OP_IF_TEST || n->op == OP_IF_ELSE;
}

int
conditions_truth(const struct conditions *c, size_t i, unsigned *truth)
{
	const struct policy *p = c->policy;
	uint32_t root = c->terms[i].root, first = p->nodes[root].first;
	struct known *stack = calloc(root - first + 1, sizeof(*stack));
	size_t depth = 0;

	if (stack == NULL) {
		errno = ENOMEM;
		return -1;
	}
	for (uint32_t at = first; at <= root; at++) {
		const struct expr_node *n = &p->nodes[at];

		if (is_test_node(n))
			continue;
		depth -= expr_count(n);
		stack[depth] = fold(p, at, stack + depth);
		depth++;
	}
	*truth = c->terms[i].negated ? swapped(stack[0].truth) :
	    stack[0].truth;
	free(stack);
	return 0;
}
