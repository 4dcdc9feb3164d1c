/* Decisions by a site's rules, on requests and on whole commands. */
#ifndef RULES_DECIDE_H
#define RULES_DECIDE_H

#include "lib/why.h"
#include "lib/wire.h"
#include "ids.h"
#include "permission.h"
#include "query.h"
#include "rules.h"

/*
 * Decides one request.  Stricter than Cedar in one case: when a forbid fails to
 * evaluate, Cedar ignores it, and here nothing is allowed (the appliance fails
 * closed).  Such a decision has no determining rules.
 */
void	rules_decide(struct rules *, const struct authz_request *,
	    struct authz_decision *);
/* The first forbid that failed to evaluate, or NULL. */
const struct eval_error *rules_failed_forbid(const struct rules *,
	    const struct authz_decision *);

/*
 * Decides a submitted command: each permission that it needs must be allowed.
 * Returns 0, and *ids has the rules that permit; or -1 with *w: EPERM, *w names
 * the first permission that is refused and the rule that forbids it, or says
 * that no rule permits it, and *ids has only the rules that forbid it; ENOMEM.
 */
int	rules_decide_command(struct rules *, const struct who *,
	    const struct manifest *, const struct rules_context *,
	    struct rule_ids *ids, struct why *w);

/*
 * The same for a query.  *fields is the mask of the fields that its signer may
 * see in the answer; *ids has the rules that permit this, too.
 */
int	rules_decide_query(struct rules *, const struct rules_query *,
	    const struct rules_context *, uint32_t *fields,
	    struct rule_ids *ids, struct why *w);

/*
 * Decides a submitted command and writes lines of text about it: each
 * permission, the rules that decided it, their conditions with their values,
 * and what would have to differ.  Returns 0 when it is allowed; -1 with EPERM
 * when it is refused, EMSGSIZE when the text was cut (refused or not), ENOMEM.
 */
int	rules_explain(struct rules *, const struct who *,
	    const struct manifest *, const struct rules_context *,
	    struct put *);

/* The same for one request, without its heading. */
int	rules_explain_request(struct rules *, const struct authz_request *,
	    struct put *);

#endif
