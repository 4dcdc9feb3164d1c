/*
 * The extension types' text forms and functions, after
 * https://docs.cedarpolicy.com/policies/syntax-datatypes.html and
 * RFC 0080 of Cedar (datetime).
 */
#ifndef CEDAR_DATA_EXT_H
#define CEDAR_DATA_EXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy.h"
#include "value.h"

/* Each returns 0, or -1 with EBADMSG when the text is malformed. */
int	ext_parse_decimal(const char *, size_t len, int64_t *);
int	ext_parse_ip(const char *, size_t len, struct ip *);
int	ext_parse_datetime(const char *, size_t len, int64_t *ms);
int	ext_parse_duration(const char *, size_t len, int64_t *ms);

#define EXT_TEXT_MAX	64	/* the longest text form, with its NUL */

/* Writes the canonical text form of an extension value.  Returns dst. */
const char	*ext_format(struct value, char dst[EXT_TEXT_MAX]);

/* The kind that operand i must have, or -1 when there is no such operand. */
int	ext_operand_kind(enum fn, unsigned i);

/*
 * Calls a function.  `ip' is memory for an address that it makes and must live
 * as long as *out.  Returns -1 with a short static reason in *why: wrong type
 * of an operand, malformed text, overflow.
 */
int	ext_call(enum fn, const struct value *args, unsigned nargs,
	    struct ip *ip, struct value *out, const char **why);

#endif
