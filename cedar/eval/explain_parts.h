/*
 * A traced policy as a list of statements that must all be true for it to
 * apply: the three of its scope, and its conditions split at && (an unless, at
 * ||).  An operator below, such as an || in a when, is a group whose members
 * are one level deeper.
 */
#ifndef CEDAR_EVAL_EXPLAIN_PARTS_H
#define CEDAR_EVAL_EXPLAIN_PARTS_H

#include <stdbool.h>
#include <stdint.h>

#include "decider.h"

enum part_kind {
	PART_PRINCIPAL, PART_ACTION, PART_RESOURCE,	/* of the scope */
	PART_LEAF,		/* an expression */
	PART_GROUP,		/* of && or ||; its members follow */
};

struct part {
	enum part_kind		 kind;
	/* The statement is that the expression is false. */
	bool			 negated;
	bool			 unless;	/* it stands in an unless */
	unsigned		 level;		/* 0: must be true */
	uint32_t		 node;		/* its root, unless a scope */
	/*
	 * Whether the statement is true: TRACE_TRUE, TRACE_FALSE, TRACE_ERROR,
	 * or TRACE_NOT_REACHED when that is unknown.
	 */
	enum trace_outcome	 outcome;
};

typedef void part_fn(void *, const struct part *);

/* Calls back for each part, in the policy's order. */
void	explain_parts(const struct policy *, const struct policy_trace *,
	    part_fn *, void *);

/* How far a policy is from applying: by failing parts, then by unknown. */
struct distance {
	uint32_t	failing, unknown, parts;	/* parts: all */
};

struct distance explain_distance(const struct policy *,
	    const struct policy_trace *);

#endif
