#include "decider.h"

#include <string.h>

#include "decider_run.h"

/* Allocates all memory of the trace, so that the decision cannot fail. */
static int
prepare(struct trace *t, struct tally *tally, const struct policies *set)
{
	struct arena *a = &t->arena;

	t->policies = arena_alloc(a, set->n, sizeof(*t->policies));
	tally->permits = arena_alloc(a, set->n, sizeof(*tally->permits));
	tally->forbids = arena_alloc(a, set->n, sizeof(*tally->forbids));
	tally->errors = arena_alloc(a, set->n + 1, sizeof(*tally->errors));
	if (t->policies == NULL || tally->permits == NULL ||
	    tally->forbids == NULL || tally->errors == NULL)
		return -1;
	for (size_t i = 0; i < set->n; i++) {
		const struct policy *p = set->items[i];
		struct policy_trace *pt = &t->policies[i];

		if (p->is_template)
			continue;
		pt->nodes = arena_alloc(a, p->nnodes, sizeof(*pt->nodes));
		pt->scratch = arena_alloc(a, p->scratch, 1);
		if (pt->nodes == NULL || pt->scratch == NULL)
			return -1;
	}
	return 0;
}

static void
walk_aside(struct eval *e, uint32_t root)
{
	const uint32_t first = e->policy->nodes[root].first;

	eval_walk(e, first, root);
	for (uint32_t i = first; i <= root; i++)
		e->trace->nodes[i].aside = true;
}

/*
 * Evaluates what the condition's chain of && skipped, so that all false parts
 * are shown.  In an unless the chain is of ||.
 */
static void
look_further(struct eval *e, const struct condition *c)
{
	const struct expr_node *nodes = e->policy->nodes;
	const enum op chain = c->unless ? OP_OR : OP_AND;
	uint32_t right, first;

	for (uint32_t n = c->root; nodes[n].op == chain;
	    n = expr_before(nodes, first)) {
		right = n - 1;
		first = nodes[right].first;
		if (e->trace->nodes[first].outcome == TRACE_NOT_REACHED)
			walk_aside(e, right);
	}
}

/* Decides one policy and records each node. */
static void
trace_policy(struct decider_run *r, struct policy_trace *pt, uint32_t i)
{
	const struct policy *p = r->decider->policies->items[i];
	struct eval_error *error = &r->tally->errors[r->nerrors];

	error->text[0] = '\0';
	r->eval.trace = pt;
	r->eval.scratch = pt->scratch;
	pt->result = decider_run_policy(r, i);
	pt->error = *error;
	pt->error.policy = i;
	r->eval.error = &r->tally->errors[r->nerrors];	/* spare */
	for (uint32_t k = 0; k < p->nconditions; k++)
		look_further(&r->eval, &p->conditions[k]);
}

int
decider_trace(struct decider *d, const struct authz_request *request,
    struct trace *t)
{
	struct tally tally;
	struct decider_run r;

	memset(t, 0, sizeof(*t));
	arena_init(&t->arena, 0);
	if (prepare(t, &tally, d->policies) == -1) {
		decider_trace_free(t);
		return -1;
	}
	decider_run_start(&r, d, &tally, request);
	for (size_t i = 0; i < d->policies->n; i++)
		if (!d->policies->items[i]->is_template)
			trace_policy(&r, &t->policies[i], (uint32_t)i);
	decider_run_end(&r, &t->decision);
	return 0;
}

void
decider_trace_free(struct trace *t)
{
	arena_free(&t->arena);
	memset(t, 0, sizeof(*t));
}
