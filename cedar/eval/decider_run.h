/*
 * One decision step by step, for deciding and tracing.
 */
#ifndef CEDAR_EVAL_DECIDER_RUN_H
#define CEDAR_EVAL_DECIDER_RUN_H

#include "decider.h"
#include "eval.h"

struct decider_run {
	const struct decider	*decider;
	const struct tally	*tally;
	struct eval		 eval;
	uint32_t		 npermits, nforbids, nerrors;
};

void decider_run_start(struct decider_run *, const struct decider *,
    const struct tally *, const struct authz_request *);
/* Evaluates items[i], which must not be a template, and counts the result. */
enum trace_outcome decider_run_policy(struct decider_run *, uint32_t i);
void	decider_run_end(const struct decider_run *, struct authz_decision *);

#endif
