/*
 * Texts in a policy that are not what they seem: directions turned around,
 * letters of several scripts in one word, characters that names do not have.
 */
#ifndef CONFUSABLE_H
#define CONFUSABLE_H

#include "cedar/data/policy.h"
#include "report.h"

void	validate_texts(const struct policy *, struct reporter *);

#endif
