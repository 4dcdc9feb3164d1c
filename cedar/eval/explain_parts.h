/*
 * A traced policy as a list of statements that all have to be so for it to
 * apply: its scope's three, and its conditions with their && taken apart (for
 * an unless, the ||).  What is below, an || in a when say, is a group with its
 * members one level deeper.
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
	unsigned		 level;		/* 0: must be so */
	uint32_t		 node;		/* its root; not of a scope */
	/*
	 * Whether the statement is so: TRACE_TRUE, TRACE_FALSE, TRACE_ERROR;
	 * TRACE_NOT_REACHED when it could not be told.
	 */
	enum trace_outcome	 outcome;
};

typedef void part_fn(void *, const struct part *);

/* Calls back for each part, in the policy's order. */
void	explain_parts(const struct policy *, const struct policy_trace *,
	    part_fn *, void *);

/* How far a policy is from applying: fewer failing, then fewer unknown. */
struct distance {
	uint32_t	failing, unknown, parts;	/* of so many */
};

struct distance explain_distance(const struct policy *,
	    const struct policy_trace *);

#endif
