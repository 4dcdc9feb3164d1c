/*
 * Finds what is odd in a site whose rules are valid: rules that change nothing,
 * and users, roles and rules that do not refer to each other.
 */
#ifndef POLICY_LINT_H
#define POLICY_LINT_H

#include "lib/rules/site.h"

/*
 * Reports each finding as a warning: those of analyse_policies(), and
 *
 *	a role that a rule names and no user has
 *	a role in entities.yaml that no rule names or no user has
 *	a parent that entities.yaml does not describe
 *	a user that a rule names and that does not exist
 *	a signer that entities.yaml does not describe, and the reverse
 *	a rule for an appliance of another name
 *	no rules at all
 *
 * "Role" is any type that the schema lets a User be in.  A site without signers
 * gets no findings about them.  -1 with ENOMEM.
 */
int	lint_site(const struct site *, int sitefd,
	    const struct rules_report *);

#endif
