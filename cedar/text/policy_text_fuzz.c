/*
 * Reads any bytes as policy text, and as an entity's name.  What is accepted
 * must be in good form: operands where they should be, jumps forward and
 * inside, counts that an evaluation would keep to.
 */
#include "cedar/data/policy.h"

#include <stdlib.h>

#include "parse.h"

int	LLVMFuzzerTestOneInput(const unsigned char *, size_t);

static void
check(bool ok)
{
	if (!ok)
		abort();
}

/* Values on the stack after each node of a condition, without jumps. */
static void
check_heights(const struct policy *p, const struct condition *c)
{
	uint32_t height = 0;

	for (uint32_t i = c->first; i <= c->root; i++) {
		const struct expr_node *n = &p->nodes[i];
		const unsigned takes = expr_count(n);

		if (n->op == OP_IF_TEST || n->op == OP_IF_ELSE) {
			check(height >= 1);
			height--;
		} else if (n->op != OP_IF && !expr_op_is_test(n->op)) {
			check(height >= takes);
			height = height - takes + 1;
		}
		check(height <= p->stack);
	}
	check(height == 1);
}

static void
check_nodes(const struct policy *p, const struct condition *c)
{
	static uint32_t at[CEDAR_NODES_MAX];

	for (uint32_t i = c->first; i <= c->root; i++) {
		const struct expr_node *n = &p->nodes[i];
		const unsigned count = expr_count(n);

		if (expr_op_is_test(n->op)) {
			check(n->first == i);
			check(n->u.jump > i && n->u.jump <= c->root + 1);
			continue;
		}
		expr_operands(p->nodes, i, at);
		check(n->first == (count == 0 ? i : p->nodes[at[0]].first));
		check(n->pos < p->end && n->pos >= p->pos);
		for (unsigned k = 1; k < count; k++)
			check(at[k - 1] < p->nodes[at[k]].first);
	}
	check(p->nodes[c->root].first == c->first);
}

static void
check_policy(const struct policy *p)
{
	uint32_t next = 0;

	check(p->pos < p->end && p->end - p->pos <= CEDAR_POLICY_MAX);
	check(p->source->text[p->end - 1] == ';');
	for (uint32_t i = 0; i < p->nconditions; i++) {
		const struct condition *c = &p->conditions[i];

		check(c->first == next && c->root >= c->first);
		next = c->root + 1;
		check_nodes(p, c);
		check_heights(p, c);
	}
	check(next == p->nnodes);
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t len)
{
	const struct doc_source source = { "f", (const char *)data, len };
	const struct uid *uid;
	struct policies set;
	struct doc_error e;

	policies_init(&set);
	if (policies_add_text(&set, "f", source.text, len,
	    POLICY_IDS_ANNOTATED, &e) == -1)
		check(set.n == 0 && e.text[0] != '\0');
	for (size_t i = 0; i < set.n; i++)
		check_policy(set.items[i]);
	if (parse_uid_text(&uid, &set.arena, &source, &e) == 0)
		check(uid->type->len > 0);
	policies_free(&set);
	return 0;
}
