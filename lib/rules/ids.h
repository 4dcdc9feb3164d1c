/*
 * The ids of the rules that decided a command: one a line, each once, in the
 * order in which they decided, escaped as `casemate run --dry-run' shows them.
 * An empty id is two quotes, so that no line is empty.  An id that is longer
 * than RULE_ID_MAX is cut and ends in "...".  When there are more than fit, the
 * last line is "...".
 */
#ifndef RULES_IDS_H
#define RULES_IDS_H

#include <stdbool.h>

#include "cedar/data/policy.h"
#include "lib/who.h"

#define RULE_ID_MAX	255

struct rule_ids {
	char	text[WHO_RULES_MAX + 1];
	bool	full;		/* the last line is "..." */
};

void	rule_ids_init(struct rule_ids *);
void	rule_ids_add(struct rule_ids *, const struct policy *);

#endif
