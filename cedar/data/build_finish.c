/* Copies a policy from the builder's arrays into its immutable form. */
#include "build.h"

#include <string.h>

/* Rounded up to 16 bytes, as everything that evaluation makes. */
static size_t
round16(size_t n)
{
	return (n + 15) & ~(size_t)15;
}

/* Bytes of scratch that the node's value takes. */
static size_t
node_scratch(const struct expr_node *n)
{
	if (n->op == OP_SET)
		return round16(sizeof(struct set) +
		    n->nargs * sizeof(struct value));
	if (n->op == OP_RECORD)
		return round16(sizeof(struct record) +
		    n->nargs * sizeof(struct record_field));
	if (n->op == OP_CALL && n->u.fn == FN_IP)
		return round16(sizeof(struct ip));
	return 0;
}

/*
 * By how many values a node changes the stack.  IF_TEST pops the condition.
 * While `else' is evaluated the value of `then' is not on the stack, so IF_ELSE
 * pops one and IF pops none.
 */
static int
node_effect(const struct expr_node *n)
{
	if (n->op == OP_IF_TEST || n->op == OP_IF_ELSE)
		return -1;
	if (n->op == OP_IF || expr_op_is_test(n->op))
		return 0;
	return 1 - (int)expr_count(n);
}

static void
count(struct build *b)
{
	int height = 0, max = 0;
	size_t scratch = 0;

	for (size_t i = 0; i < b->nconditions; i++) {
		height = 0;
		for (uint32_t k = b->conditions[i].first;
		    k <= b->conditions[i].root; k++) {
			height += node_effect(&b->nodes[k]);
			if (height > max)
				max = height;
			scratch += node_scratch(&b->nodes[k]);
		}
	}
	b->policy.stack = (uint32_t)max;
	b->policy.scratch = (uint32_t)scratch;
}

static void *
copy(struct build *b, const void *src, size_t n, size_t size)
{
	void *p = arena_alloc(&b->set->arena, n, size);

	if (p != NULL && n > 0)
		memcpy(p, src, n * size);
	return p;
}

static int
copy_arrays(struct build *b)
{
	struct policy *p = &b->policy;

	p->nnodes = (uint32_t)b->nnodes;
	p->nannotations = (uint32_t)b->nannotations;
	p->nconditions = (uint32_t)b->nconditions;
	p->nodes = copy(b, b->nodes, b->nnodes, sizeof(*b->nodes));
	p->annotations = copy(b, b->annotations, b->nannotations,
	    sizeof(*b->annotations));
	p->conditions = copy(b, b->conditions, b->nconditions,
	    sizeof(*b->conditions));
	if (p->nodes == NULL || p->annotations == NULL ||
	    p->conditions == NULL)
		return build_memory(b);
	return 0;
}

/* Reports why the policy was not added and, if its id is in use, where. */
static int
error_append(struct build *b, const char *id, size_t idlen, const char *why)
{
	const struct policy *twin = policies_find(b->set, id, idlen);
	struct doc_error at;

	if (twin == NULL)
		return build_error(b, b->policy.pos, "%s", why);
	doc_error_at(&at, twin->source, twin->pos, "%s", "");
	return build_error(b, b->policy.pos, "%s, at %s:%u; give it another",
	    why, at.file, at.line);
}

int
build_finish(struct build *b, const char *id, size_t idlen, size_t end)
{
	struct policy *p;
	const char *why;

	b->policy.source = b->source;
	b->policy.end = (uint32_t)end;
	b->policy.slots[SLOT_PRINCIPAL] = b->policy.principal.slot;
	b->policy.slots[SLOT_RESOURCE] = b->policy.resource.slot;
	b->policy.is_template = b->policy.principal.slot ||
	    b->policy.resource.slot;
	count(b);
	if (copy_arrays(b) == -1)
		return -1;
	if ((p = copy(b, &b->policy, 1, sizeof(*p))) == NULL)
		return build_memory(b);
	if (build_append(b->set, p, id, idlen, &why) == -1)
		return why == NULL ? build_memory(b) :
		    error_append(b, id, idlen, why);
	return 0;
}
