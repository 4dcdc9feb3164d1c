/*
 * Texts in rules that can never equal what they are compared with: an unknown
 * boot mode, a class that is not a name, a digest in capitals.  For Cedar all
 * of these are strings.
 */
#ifndef POLICY_WORDS_H
#define POLICY_WORDS_H

#include "cedar/data/policy.h"

typedef void constants_tell(void *ctx, const struct policy *, uint32_t pos,
    const char *text);

/* Reports each, with its place in the policy's source. */
void	constants_check(const struct policy *, constants_tell *, void *ctx);

#endif
