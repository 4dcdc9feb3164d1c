/*
 * What the handlers of operators share.  Each takes its operands from the top
 * of the stack, where the last is e->top[-1].
 */
#ifndef CEDAR_EVAL_OPS_H
#define CEDAR_EVAL_OPS_H

#include "eval.h"

/* The n operands give way to their operator's value.  Always 0. */
int	eval_result(struct eval *, unsigned n, struct value);
int	eval_result_bool(struct eval *, unsigned n, bool);

/* All -1: a type error.  `expected' is what the operand should have been. */
int	eval_wrong_type(struct eval *, const char *expected,
	    const struct value *);
int	eval_check_kind(struct eval *, const struct value *, enum value_kind);
/* Of the last operand, made by this node, which is the one to blame. */
int	eval_check_last(struct eval *, uint32_t node, enum value_kind);
/* Room in the scratch, which was sized for the policy. */
void	*eval_scratch(struct eval *, size_t);

/* Sets, records, calls. */
eval_fn eval_do_contains, eval_do_contains_all, eval_do_contains_any,
    eval_do_is_empty, eval_do_set, eval_do_record, eval_do_call;
/* Entities, and the attributes of records. */
eval_fn eval_do_in, eval_do_get_tag, eval_do_has_tag, eval_do_get, eval_do_has,
    eval_do_is, eval_do_is_test;

#endif
