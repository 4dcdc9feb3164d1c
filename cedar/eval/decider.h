/*
 * The decision: allow when a permit applies and no forbid does; a policy that
 * fails to evaluate is left out and reported
 * (https://docs.cedarpolicy.com/auth/authorization.html).
 *
 * A decider is made once for a set of policies and entities and then decides
 * any number of requests without allocating; each takes time bounded by the
 * sizes of policies, entities and the request's sets.
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

/* Room for an answer's lists: as many of each as there are policies. */
struct tally {
	uint32_t		*permits, *forbids;	/* those that apply */
	struct eval_error	*errors;
};

/* What a decision sees of a policy before it looks at it. */
enum decider_gate_kind {
	GATE_OPEN,
	GATE_ACTION,		/* only for an action of this hash */
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
	/* As large as the policy takes that takes most. */
	struct value		*stack;
	unsigned char		*scratch;
	struct tally		 tally;
};

struct authz_decision {
	bool			 allow;
	uint32_t		 ndetermining, nerrors;
	const uint32_t		*determining;	/* live until the next */
	const struct eval_error	*errors;	/* decision */
};

/*
 * Both must outlive the decider and stay as they are: one that finds another
 * number of policies ends the program.  -1 with ENOMEM.
 */
int	decider_init(struct decider *, const struct policies *,
	    const struct entities *);
void	decider_free(struct decider *);

/* Never fails: what cannot be evaluated is in the answer's errors. */
void	decider_decide(struct decider *, const struct authz_request *,
	    struct authz_decision *);

/*
 * The same decision with a memory: what each policy's scope and conditions
 * came to.  Runs the code that decides.  A trace allocates.
 */
enum trace_outcome {
	TRACE_NOT_REACHED, TRACE_FALSE, TRACE_TRUE, TRACE_VALUE, TRACE_ERROR,
};

struct trace_node {
	enum trace_outcome outcome;
	/*
	 * The decision skipped it, because what was before it in an && had
	 * decided; it was evaluated aside.  When that failed, `has x && ...'
	 * say, there is a TRACE_ERROR in the subtree and its root has nothing.
	 */
	bool		aside;
	struct value	value;		/* TRACE_VALUE, or the bool */
};

struct policy_trace {
	enum trace_outcome	 principal, action, resource;
	enum trace_outcome	 result;	/* of the whole policy */
	struct trace_node	*nodes;		/* one for each node */
	struct eval_error	 error;		/* the first; or text "" */
	unsigned char		*scratch;	/* what values are made of */
};

struct trace {
	struct arena		 arena;
	struct authz_decision		 answer;
	struct policy_trace	*policies;	/* one for each item */
};

/* -1 with ENOMEM. */
int	decider_trace(struct decider *, const struct authz_request *,
	    struct trace *);
void	decider_trace_free(struct trace *);

/*
 * The trace for a person, as lines of text: the decision; the policies that
 * decided, with each condition's parts and their values; those that failed;
 * and when denied, what would have to differ: the nearest permits (fewest
 * failing parts, at most `nearest' of them) with the parts that failed, and
 * forbids that would have to give way.  -1 with EMSGSIZE when it was cut.
 */
int	decider_explain(const struct trace *, const struct decider *,
	    const struct authz_request *, unsigned nearest, struct put *);

#endif
