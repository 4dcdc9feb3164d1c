/*
 * Warnings about texts that mislead a reader: marks that change the direction
 * of text, letters of several scripts in one word, unusual characters in names.
 */
#ifndef CEDAR_VALIDATE_CONFUSABLE_H
#define CEDAR_VALIDATE_CONFUSABLE_H

#include "cedar/data/policy.h"
#include "report.h"

void	confusable_check(const struct policy *, struct reporter *);

#endif
