#include "decider.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "decider_run.h"

/* The largest stack and scratch of all policies. */
static void
size_up(const struct policies *set, uint32_t *stack, uint32_t *scratch)
{
	*stack = *scratch = 1;
	for (size_t i = 0; i < set->n; i++) {
		const struct policy *p = set->items[i];

		if (p->stack > *stack)
			*stack = p->stack;
		if (p->scratch > *scratch)
			*scratch = p->scratch;
	}
}

/*
 * Most policies are for one action and most requests for another.  The gates
 * rule these out by an array that is read in order.
 */
static void
set_gates(struct decider_gate *gates, const struct policies *set)
{
	for (size_t i = 0; i < set->n; i++) {
		const struct policy *p = set->items[i];

		gates[i].kind = GATE_OPEN;
		if (p->is_template) {
			gates[i].kind = GATE_CLOSED;
		} else if (p->action.op == SCOPE_EQ) {
			gates[i].kind = GATE_ACTION;
			gates[i].hash = p->action.uids[0]->hash;
		}
	}
}

static bool
is_shut(const struct decider_gate *g, uint32_t action)
{
	return g->kind == GATE_ACTION ? g->hash != action :
	    g->kind == GATE_CLOSED;
}

int
decider_init(struct decider *d, const struct policies *policies,
    const struct entities *entities)
{
	const size_t n = policies->n == 0 ? 1 : policies->n;
	uint32_t stack, scratch;

	memset(d, 0, sizeof(*d));
	d->policies = policies;
	d->n = policies->n;
	d->entities = entities;
	size_up(policies, &stack, &scratch);
	d->gates = calloc(n, sizeof(*d->gates));
	d->stack = calloc(stack, sizeof(*d->stack));
	d->scratch = malloc(scratch);
	d->tally.permits = calloc(n, sizeof(*d->tally.permits));
	d->tally.forbids = calloc(n, sizeof(*d->tally.forbids));
	d->tally.errors = calloc(n, sizeof(*d->tally.errors));
	if (d->gates == NULL || d->stack == NULL || d->scratch == NULL ||
	    d->tally.permits == NULL || d->tally.forbids == NULL ||
	    d->tally.errors == NULL) {
		decider_free(d);
		return -1;
	}
	set_gates(d->gates, policies);
	return 0;
}

void
decider_free(struct decider *d)
{
	free(d->gates);
	free(d->stack);
	free(d->scratch);
	free(d->tally.permits);
	free(d->tally.forbids);
	free(d->tally.errors);
	memset(d, 0, sizeof(*d));
}

void
decider_run_start(struct decider_run *r, const struct decider *d,
    const struct tally *t, const struct authz_request *request)
{
	assert(d->policies->n == d->n);
	memset(r, 0, sizeof(*r));
	r->decider = d;
	r->tally = t;
	eval_init(&r->eval, d->entities, request);
	r->eval.stack = d->stack;
	r->eval.scratch = d->scratch;
}

enum trace_outcome
decider_run_policy(struct decider_run *r, uint32_t i)
{
	const struct policy *p = r->decider->policies->items[i];
	const struct tally *t = r->tally;
	enum trace_outcome o;

	r->eval.error = &t->errors[r->nerrors];
	o = eval_policy(&r->eval, p);
	if (o == TRACE_ERROR)
		t->errors[r->nerrors++].policy = i;
	else if (o == TRACE_TRUE && p->forbid)
		t->forbids[r->nforbids++] = i;
	else if (o == TRACE_TRUE)
		t->permits[r->npermits++] = i;
	return o;
}

void
decider_run_end(const struct decider_run *r, struct authz_decision *a)
{
	a->allow = r->npermits > 0 && r->nforbids == 0;
	a->determining = a->allow ? r->tally->permits : r->tally->forbids;
	a->ndetermining = a->allow ? r->npermits : r->nforbids;
	a->errors = r->tally->errors;
	a->nerrors = r->nerrors;
}

void
decider_decide(struct decider *d, const struct authz_request *request,
    struct authz_decision *a)
{
	const uint32_t action = request->action->hash;
	struct decider_run r;

	decider_run_start(&r, d, &d->tally, request);
	for (size_t i = 0; i < d->policies->n; i++)
		if (!is_shut(&d->gates[i], action))
			decider_run_policy(&r, (uint32_t)i);
	decider_run_end(&r, a);
}
