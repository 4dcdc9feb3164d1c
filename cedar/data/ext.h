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

/* Each: 0, or -1 with EBADMSG when the text is not one of these. */
int	ext_parse_decimal(const char *, size_t len, int64_t *);
int	ext_parse_ip(const char *, size_t len, struct ip *);
int	ext_parse_datetime(const char *, size_t len, int64_t *ms);
int	ext_parse_duration(const char *, size_t len, int64_t *ms);

#define EXT_TEXT_MAX	64	/* the longest text form, with its NUL */

/* The canonical text form of an extension value; answers dst. */
const char	*ext_format(struct value, char dst[EXT_TEXT_MAX]);

/* The kind that operand i has to have, or -1 when there is no such operand. */
int	ext_operand_kind(enum fn, unsigned i);

/*
 * Calls a function.  `ip' is where an address that it makes is put; it lives
 * as long as the caller needs *out.  -1 with a short static reason in *why:
 * wrong operand type, malformed text, overflow.
 */
int	ext_call(enum fn, const struct value *args, unsigned nargs,
	    struct ip *ip, struct value *out, const char **why);

#endif
