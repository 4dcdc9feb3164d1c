/*
 * Evaluating one policy against one request.
 *
 * A condition's nodes are walked once, from left to right, over a stack of
 * values (policy.h tells of the order).  Each node takes its operands from the
 * stack's top and leaves its value there.  Sets, records and addresses that
 * nodes make are put into the scratch and stay until the policy's end.  Both
 * have been sized when the policies were loaded: nothing is allocated here.
 *
 * With `trace' the same walk leaves a note of every node's value.
 */
#ifndef CEDAR_EVAL_H
#define CEDAR_EVAL_H

#include <stdbool.h>
#include <stdint.h>

#include "decider.h"
#include "cedar/data/entities.h"
#include "cedar/data/policy.h"

struct eval {
	const struct entities	*entities;
	const struct authz_request	*request;
	/* What the store has of the request's three; NULL: nothing. */
	const struct entity	*principal, *action, *resource;

	const struct policy	*policy;
	struct policy_trace	*trace;		/* NULL: do not remember */
	struct eval_error	*error;		/* text, node of the first */
	struct eval_error	 spare;		/* of others, in a trace */
	unsigned char		*scratch;
	size_t			 used;

	/* The walk. */
	struct value		*stack, *top;	/* top: above the last */
	uint32_t		 pc;		/* the node after this one */
};

/* Looks up the request's entities; the stack and the scratch are set after. */
void	eval_init(struct eval *, const struct entities *,
	    const struct authz_request *);

/* What is known of an entity: the request's own, or the store's, or NULL. */
const struct entity *eval_find(const struct eval *, const struct uid *);

/*
 * What the policy comes to: TRACE_TRUE when it applies, TRACE_FALSE, or
 * TRACE_ERROR with e->error set.  With e->trace all parts are evaluated, also
 * when one of them has decided already.
 */
enum trace_outcome eval_policy(struct eval *, const struct policy *);

/*
 * Walks one expression, nodes[first..root] of e->policy: its value, a bool,
 * is then on the stack.  -1 with e->error set.
 */
int	eval_walk(struct eval *, uint32_t first, uint32_t root);

/* The work of one node, by enum op.  0, or -1 with e->error set. */
typedef int eval_fn(struct eval *, const struct expr_node *);
extern eval_fn *const eval_ops[OP_COUNT];

/* -1: this node fails, for this reason. */
int	eval_fail(struct eval *, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));
/* At a condition's end: its value must be a bool, or its root fails. */
int	eval_check_bool(struct eval *);
/* Whether an entity is the other or below it; `data' is the store's or NULL. */
bool	eval_is_in(const struct uid *, const struct entity *data,
	    const struct uid *ancestor);
/*
 * Goes on after node `to', whose value is on top of the stack already: it was
 * skipped.
 */
void	eval_skip(struct eval *, uint32_t to);

/* Whether the whole text fits the pattern; linear in the text's length. */
bool	eval_like(const struct pattern *, const struct str *);

#endif
