/*
 * Helpers of the handlers of operators.  A handler takes its operands from the
 * top of the stack; the last is e->top[-1].
 */
#ifndef CEDAR_EVAL_OPS_H
#define CEDAR_EVAL_OPS_H

#include "eval.h"

/* Replaces the n operands by the operator's value.  Always returns 0. */
int	eval_result(struct eval *, unsigned n, struct value);
int	eval_result_bool(struct eval *, unsigned n, bool);

/* A type error: returns -1.  `expected' is the type the operand must have. */
int	eval_wrong_type(struct eval *, const char *expected,
	    const struct value *);
int	eval_check_kind(struct eval *, const struct value *, enum value_kind);
/* The same for the last operand; the error is that of `node', which made it. */
int	eval_check_last(struct eval *, uint32_t node, enum value_kind);
/* Memory of the scratch, which is large enough for the policy. */
void	*eval_scratch(struct eval *, size_t);

/* Sets, records, calls. */
eval_fn eval_do_contains, eval_do_contains_all, eval_do_contains_any,
    eval_do_is_empty, eval_do_set, eval_do_record, eval_do_call;
/* Entities, and the attributes of records. */
eval_fn eval_do_in, eval_do_get_tag, eval_do_has_tag, eval_do_get, eval_do_has,
    eval_do_is, eval_do_is_test;

#endif
