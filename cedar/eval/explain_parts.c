#include "explain_parts.h"

/*
 * Expressions to visit: at most one for each link of a chain, which takes at
 * least three bytes of the policy (`&&a').
 */
#define WAITING_MAX	(CEDAR_POLICY_MAX / 3)

struct parts {
	const struct policy		*policy;
	const struct policy_trace	*trace;
	part_fn				*call;
	void				*arg;
	bool				 unless;
	uint32_t			 nwaiting;
	struct waiting {
		uint32_t	node;
		uint16_t	level;
		bool		negated;
		bool		all;	/* its parent is of && */
	}				 waiting[WAITING_MAX];
};

static bool
failed_within(const struct parts *p, uint32_t root)
{
	for (uint32_t i = p->policy->nodes[root].first; i <= root; i++)
		if (p->trace->nodes[i].outcome == TRACE_ERROR)
			return true;
	return false;
}

/* A part that only the trace evaluated may fail: a part before guards it. */
static enum trace_outcome
outcome(const struct parts *p, uint32_t root, bool negated)
{
	const struct trace_node *n = &p->trace->nodes[root];

	if (n->outcome == TRACE_TRUE)
		return negated ? TRACE_FALSE : TRACE_TRUE;
	if (n->outcome == TRACE_FALSE)
		return negated ? TRACE_TRUE : TRACE_FALSE;
	return !n->aside && failed_within(p, root) ? TRACE_ERROR :
	    TRACE_NOT_REACHED;
}

static void
tell(struct parts *p, enum part_kind kind, const struct waiting *w)
{
	const struct part part = {
		.kind = kind, .negated = w->negated, .unless = p->unless,
		.level = w->level, .node = w->node,
		.outcome = outcome(p, w->node, w->negated),
	};

	p->call(p->arg, &part);
}

static void
defer(struct parts *p, struct waiting w, uint32_t node)
{
	w.node = node;
	if (p->nwaiting < WAITING_MAX)
		p->waiting[p->nwaiting++] = w;
}

/*
 * An && or ||, or its opposite when negated.  One of its parent's kind adds its
 * members to the parent; another becomes a group.
 */
static void
take_apart(struct parts *p, struct waiting w)
{
	const struct expr_node *nodes = p->policy->nodes;
	const bool all = (nodes[w.node].op == OP_AND) != w.negated;
	const uint32_t right = w.node - 1;
	const uint32_t left = expr_before(nodes, nodes[right].first);

	if (all != w.all) {
		tell(p, PART_GROUP, &w);
		w.level++;
		w.all = all;
	}
	defer(p, w, right);
	defer(p, w, left);
}

static void
take(struct parts *p, struct waiting w)
{
	const struct expr_node *nodes = p->policy->nodes;
	const enum op op = nodes[w.node].op;
	const enum op below = op == OP_NOT ? nodes[w.node - 1].op : OP_VALUE;

	if (op == OP_AND || op == OP_OR) {
		take_apart(p, w);
	} else if (below == OP_AND || below == OP_OR || below == OP_NOT) {
		w.negated = !w.negated;
		defer(p, w, w.node - 1);
	} else {
		tell(p, PART_LEAF, &w);
	}
}

static void
tell_scope(struct parts *p, enum part_kind kind, const struct scope *s,
    enum trace_outcome o)
{
	const struct part part = { .kind = kind, .outcome = o };

	if (s->op != SCOPE_ANY)
		p->call(p->arg, &part);
}

void
explain_parts(const struct policy *policy, const struct policy_trace *trace,
    part_fn *call, void *arg)
{
	struct parts p;

	p.policy = policy;
	p.trace = trace;
	p.call = call;
	p.arg = arg;
	p.unless = false;
	p.nwaiting = 0;
	tell_scope(&p, PART_PRINCIPAL, &policy->principal, trace->principal);
	tell_scope(&p, PART_ACTION, &policy->action, trace->action);
	tell_scope(&p, PART_RESOURCE, &policy->resource, trace->resource);
	for (uint32_t i = 0; i < policy->nconditions; i++) {
		const struct condition *c = &policy->conditions[i];
		const struct waiting w = { c->root, 0, c->unless, true };

		p.unless = c->unless;
		defer(&p, w, c->root);
		while (p.nwaiting > 0)
			take(&p, p.waiting[--p.nwaiting]);
	}
}

static void
count(void *arg, const struct part *part)
{
	struct distance *d = arg;

	d->parts += part->level == 0;
	if (part->level > 0 || part->outcome == TRACE_TRUE)
		return;
	if (part->outcome == TRACE_NOT_REACHED)
		d->unknown++;
	else
		d->failing++;
}

struct distance
explain_distance(const struct policy *policy,
    const struct policy_trace *trace)
{
	struct distance d = { 0, 0, 0 };

	explain_parts(policy, trace, count, &d);
	return d;
}
