#include "walk.h"

#include <errno.h>

struct walk_state {
	struct put		*out;
	const struct expr_node	*nodes;
	const struct expr_walk	*walk;
	uint32_t		 depth;
	struct walk_frame	 frames[WALK_DEPTH_MAX];
};

static bool
is_test(const struct expr_node *n)
{
	return n->op == OP_IS_TEST || n->op == OP_AND_TEST ||
	    n->op == OP_OR_TEST || n->op == OP_IF_TEST || n->op == OP_IF_ELSE;
}

/*
 * Searched from the right; direct when all operands are single nodes, as in a
 * long set of entities.
 */
uint32_t
walk_operand(const struct expr_node *nodes, uint32_t self, uint16_t i)
{
	uint32_t n = expr_count(&nodes[self]), at;

	if (nodes[self].first + n == self)
		return nodes[self].first + i;
	for (at = self - 1;; at = nodes[at].first - 1) {
		while (is_test(&nodes[at]))
			at--;
		if (--n == i)
			return at;
	}
}

static void
enter(struct walk_state *s, const struct walk_frame *parent, uint16_t i,
    struct walk_frame f)
{
	if (s->depth == WALK_DEPTH_MAX) {
		s->out->err = EMSGSIZE;
		s->depth = 0;
		return;
	}
	s->walk->enter(s->out, s->nodes, parent, i, &f);
	s->frames[s->depth++] = f;
}

/* Steps to the next operand or to the end of the innermost node. */
static void
step(struct walk_state *s)
{
	struct walk_frame *f = &s->frames[s->depth - 1], child = { 0 };
	const struct expr_node *n = &s->nodes[f->node];
	uint16_t i = f->done;

	if (i > 0)
		s->walk->after(s->out, n, i - 1);
	if (i == expr_count(n)) {
		s->walk->leave(s->out, s->nodes, f);
		s->depth--;
		return;
	}
	f->done++;
	s->walk->before(s->out, n, i);
	child.node = walk_operand(s->nodes, f->node, i);
	enter(s, f, i, child);
}

void
walk_expr(struct put *p, const struct expr_node *nodes, uint32_t root,
    const struct expr_walk *w)
{
	struct walk_state s;

	s.out = p;
	s.nodes = nodes;
	s.walk = w;
	s.depth = 0;
	enter(&s, NULL, 0, (struct walk_frame){ .node = root });
	while (s.depth > 0)
		step(&s);
}
