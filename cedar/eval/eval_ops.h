/*
 * What the handlers of operators share.  Each takes its operands from the top
 * of the stack, where the last is e->top[-1].
 */
#ifndef EVAL_OPS_H
#define EVAL_OPS_H

#include "eval.h"

/* The n operands give way to their operator's value.  Always 0. */
int	eval_answer(struct eval *, unsigned n, struct value);
int	eval_answer_bool(struct eval *, unsigned n, bool);

/* All -1: a type error.  `expected' is what the operand should have been. */
int	eval_wrong_type(struct eval *, const char *expected,
	    const struct value *);
int	eval_check_kind(struct eval *, const struct value *, enum value_kind);
/* Of the last operand, made by this node, which is the one to blame. */
int	eval_check_last(struct eval *, uint32_t node, enum value_kind);
/* Room in the scratch, which was sized for the policy. */
void	*eval_scratch(struct eval *, size_t);

/* Sets, records, calls. */
eval_fn	do_contains, do_contains_all, do_contains_any, do_is_empty, do_set,
	do_record, do_call;
/* Entities, and the attributes of records. */
eval_fn	do_in, do_get_tag, do_has_tag, do_get, do_has, do_is, do_is_test;

#endif
