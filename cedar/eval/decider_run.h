/* One decision's course: what deciding and tracing share. */
#ifndef DECIDE_RUN_H
#define DECIDE_RUN_H

#include "decider.h"
#include "eval.h"

struct run {
	const struct decider	*decider;
	const struct tally	*tally;
	struct eval		 eval;
	uint32_t		 npermits, nforbids, nerrors;
};

void	run_start(struct run *, const struct decider *, const struct tally *,
	    const struct request *);
/* Evaluates items[i], which is no template, and notes what it came to. */
enum trace_outcome run_policy(struct run *, uint32_t i);
void	run_end(const struct run *, struct answer *);

#endif
