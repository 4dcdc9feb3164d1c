/* The rules' word on a whole command. */
#ifndef RULES_DECIDE_H
#define RULES_DECIDE_H

#include "permission.h"
#include "query.h"
#include "rules.h"
#include "lib/why.h"
#include "lib/wire.h"

/*
 * The answer to one request.  In one thing stricter than Cedar: a forbid that
 * fails to evaluate is not left out, nothing is allowed then (the appliance
 * fails closed).  Such an answer has no determining rules.
 */
void rules_decide(struct rules *, const struct authz_request *,
	    struct authz_decision *);
/* The first forbid that failed, or NULL. */
const struct eval_error *rules_failed_forbid(const struct rules *,
	    const struct authz_decision *);

/*
 * Everything that a submitted command asks for must be allowed.  0, or -1
 * with *w: EPERM, and *w names the thing, and the rule that forbids it or that
 * none permits it; ENOMEM.
 */
int	rules_judge(struct rules *, const struct who *,
	    const struct manifest *, const struct scene *, struct why *w);

/* The same for an order to read. */
int	rules_judge_reading(struct rules *, const struct reading *,
	    const struct scene *, struct why *w);

/*
 * The same decision in full: each thing that is asked for, the rules that
 * decided it, their conditions with their values, and what would have to
 * differ.  Lines of text into the buffer.  0 allowed; -1 with EPERM refused,
 * EMSGSIZE when the text was cut (refused or not), ENOMEM.
 */
int	rules_explain(struct rules *, const struct who *,
	    const struct manifest *, const struct scene *, struct put *);

/* The answer to one request, and why, without its heading. */
int	rules_explain_request(struct rules *, const struct authz_request *,
	    struct put *);

#endif
