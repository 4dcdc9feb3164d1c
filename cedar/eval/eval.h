/*
 * Evaluating one policy against one request.
 *
 * A condition's nodes are walked once, from left to right, over a stack of
 * values (expr.h describes the order).  Each node takes its operands from the
 * top of the stack and leaves its value there.  Sets, records and addresses
 * that nodes make stay in the scratch until the policy's end.  The sizes of
 * both were computed when the policies were loaded: nothing is allocated here.
 *
 * With `trace' the same walk records every node's value.
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
	/* The request's entities in the store; NULL: not there. */
	const struct entity	*principal, *action, *resource;

	const struct policy	*policy;
	struct policy_trace	*trace;		/* NULL: do not record */
	struct eval_error	*error;		/* the first: text, node */
	struct eval_error	 spare;		/* others, in a trace */
	unsigned char		*scratch;
	size_t			 used;

	/* The walk. */
	struct value		*stack, *top;	/* top: above the last */
	uint32_t		 pc;		/* the node after this one */
};

/* Looks up the request's entities.  The caller sets stack and scratch. */
void	eval_init(struct eval *, const struct entities *,
	    const struct authz_request *);

/* The entity, from the request or from the store, or NULL. */
const struct entity *eval_find(const struct eval *, const struct uid *);

/*
 * Evaluates the policy: TRACE_TRUE when it applies, TRACE_FALSE, or TRACE_ERROR
 * with e->error set.  With e->trace all parts are evaluated, also those after
 * the one that decides.
 */
enum trace_outcome eval_policy(struct eval *, const struct policy *);

/*
 * Evaluates the expression nodes[first..root] of e->policy and leaves its
 * value, a bool, on the stack.  -1 with e->error set.
 */
int	eval_walk(struct eval *, uint32_t first, uint32_t root);

/* Handlers of nodes, by enum op.  They return 0, or -1 with e->error set. */
typedef int eval_fn(struct eval *, const struct expr_node *);
extern eval_fn *const eval_ops[OP_COUNT];

/* Makes the node fail for this reason.  Always returns -1. */
int	eval_fail(struct eval *, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));
/* After a condition: its value must be a bool, or its root fails. */
int	eval_check_bool(struct eval *);
/* Whether the entity is the ancestor or below it; data: its entity or NULL. */
bool	eval_is_in(const struct uid *, const struct entity *data,
	    const struct uid *ancestor);
/*
 * Continues after node `to', whose value is already on the stack, and marks
 * what is skipped.
 */
void	eval_skip(struct eval *, uint32_t to);

/* Whether the whole text fits the pattern; linear in the text's length. */
bool	eval_like(const struct pattern *, const struct str *);

#endif
