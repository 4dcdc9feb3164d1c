/*
 * Decisions.  A request is allowed when a permit applies and no forbid does; a
 * policy that fails to evaluate is left out and reported
 * (https://docs.cedarpolicy.com/auth/authorization.html).
 *
 * A decider is made once for a set of policies and entities.  It decides any
 * number of requests without allocating, in time bounded by the sizes of
 * policies, entities and request.
 */
#ifndef CEDAR_EVAL_DECIDER_H
#define CEDAR_EVAL_DECIDER_H

#include <stdbool.h>
#include <stdint.h>

#include "cedar/data/entities.h"
#include "cedar/data/policy.h"
#include "lib/doc/put.h"

/* Why evaluating a policy failed, and at which node. */
struct eval_error {
	uint32_t	policy;		/* index in policies.items */
	uint32_t	node;		/* index in its nodes */
	char		text[160];
};

/* Room for a decision's lists, one entry of each for every policy. */
struct tally {
	uint32_t		*permits, *forbids;	/* those that apply */
	struct eval_error	*errors;
};

/* Which requests a policy can match at all, known before it is evaluated. */
enum decider_gate_kind {
	GATE_OPEN,
	GATE_ACTION,		/* those with an action of this hash */
	GATE_CLOSED,		/* a template */
};

struct decider_gate {
	enum decider_gate_kind		 kind;
	uint32_t		 hash;
};

struct decider {
	const struct policies	*policies;
	const struct entities	*entities;
	size_t			 n;		/* policies */
	struct decider_gate		*gates;		/* one for each */
	/* Large enough for every policy. */
	struct value		*stack;
	unsigned char		*scratch;
	struct tally		 tally;
};

struct authz_decision {
	bool			 allow;
	uint32_t		 ndetermining, nerrors;
	/* Valid until the next decision. */
	const uint32_t		*determining;
	const struct eval_error	*errors;
};

/*
 * Both must outlive the decider and must not change: a decision that finds
 * another number of policies ends the program.  -1 with ENOMEM.
 */
int	decider_init(struct decider *, const struct policies *,
	    const struct entities *);
void	decider_free(struct decider *);

/* Never fails: a policy that fails is listed in the decision's errors. */
void	decider_decide(struct decider *, const struct authz_request *,
	    struct authz_decision *);

/*
 * The same decision, by the same code, with the result of each part of each
 * policy.  A trace allocates.
 */
enum trace_outcome {
	TRACE_NOT_REACHED, TRACE_FALSE, TRACE_TRUE, TRACE_VALUE, TRACE_ERROR,
};

struct trace_node {
	enum trace_outcome outcome;
	/*
	 * The decision skipped it because the left side of an && or || had
	 * decided, so only the trace evaluated it.  When that fails, as in
	 * `has x && ...', the subtree has a TRACE_ERROR and its root stays
	 * TRACE_NOT_REACHED.
	 */
	bool		aside;
	struct value	value;		/* TRACE_VALUE, or the bool */
};

struct policy_trace {
	enum trace_outcome	 principal, action, resource;
	enum trace_outcome	 result;	/* of the whole policy */
	struct trace_node	*nodes;		/* one for each node */
	struct eval_error	 error;		/* the first; or text "" */
	unsigned char		*scratch;	/* memory of the values */
};

struct trace {
	struct arena		 arena;
	struct authz_decision	 decision;
	struct policy_trace	*policies;	/* one for each item */
};

/* -1 with ENOMEM. */
int	decider_trace(struct decider *, const struct authz_request *,
	    struct trace *);
void	decider_trace_free(struct trace *);

/*
 * Writes the trace as lines of text for people: the decision; the policies that
 * determined it, with the parts of their conditions and their values; those
 * that failed; and after a denial the nearest permits (fewest false parts, at
 * most `nearest' of them) with the parts that were false, and the forbids that
 * apply.  Returns -1 with EMSGSIZE when the text was cut.
 */
int	decider_explain(const struct trace *, const struct decider *,
	    const struct authz_request *, unsigned nearest, struct put *);

#endif
