/*
 * Texts in rules that can never be equal to what they are compared with: a
 * boot mode that there is not, a class that is no name, a digest in capitals.
 * Cedar's types do not say so: all of these are strings.
 */
#ifndef POLICY_WORDS_H
#define POLICY_WORDS_H

#include "cedar/data/policy.h"

typedef void constants_tell(void *ctx, const struct policy *, uint32_t pos,
    const char *text);

/* Tells each, with its place in the policy's source. */
void	constants_check(const struct policy *, constants_tell *, void *ctx);

#endif
