/*
 * What is odd about a site whose rules are in order: rules that change
 * nothing, and people, roles and rules that do not know of each other.
 */
#ifndef POLICY_LINT_H
#define POLICY_LINT_H

#include "lib/rules/site.h"

/*
 * Tells each finding as a warning: those of analyse_policies(), and
 *
 *	a role that a rule names and nobody has
 *	a role that no rule speaks of; or nobody has, in entities.yaml
 *	a parent that entities.yaml does not describe
 *	a user whom a rule names and nobody is
 *	who may sign, and is not described in entities.yaml; and the reverse
 *	a rule for an appliance of another name
 *	no rules at all
 *
 * "Role" is any type that the schema lets a User be in.  A site that nobody
 * may sign for yet gets no findings about who may.  -1 with ENOMEM.
 */
int	lint_site(const struct site *, int sitefd,
	    const struct rules_report *);

#endif
