/*
 * Texts in a policy that are not what they seem: directions turned around,
 * letters of several scripts in one word, characters that names do not have.
 */
#ifndef CEDAR_VALIDATE_CONFUSABLE_H
#define CEDAR_VALIDATE_CONFUSABLE_H

#include "cedar/data/policy.h"
#include "report.h"

void	confusable_check(const struct policy *, struct reporter *);

#endif
