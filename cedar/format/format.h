/*
 * Writing policies as canonical text and as JSON (EST), and single expressions
 * and values for messages.
 */
#ifndef CEDAR_FORMAT_H
#define CEDAR_FORMAT_H

#include <stdint.h>

#include "lib/doc/error.h"
#include "cedar/data/policy.h"
#include "lib/doc/put.h"

#define FORMAT_WIDTH	80

/*
 * A policy file in canonical form: one layout, comments kept, lines broken to
 * FORMAT_WIDTH where possible.  Formatting the result changes nothing.  Returns
 * -1 with *e and EBADMSG (not a policy set), EMSGSIZE (it does not fit) or
 * ENOMEM.
 */
int	format_text(struct put *, const char *file, const char *text,
	    size_t len, struct doc_error *);

/*
 * A policy as canonical text without comments; a link with the values of its
 * slots.
 */
void	format_policy(struct put *, const struct policy *);
/* The same on one line. */
void	format_flat(struct put *, const struct policy *);
/* The expression nodes[first..root] of a policy on one line. */
void	format_expr(struct put *, const struct policy *, uint32_t root);
/* A scope constraint on one line: `principal in Role::"admin"'. */
void	format_scope(struct put *, const char *var, const struct scope *,
	    const struct uid *slot);
/* A value as in policy text: [1, 2], {"a": 1}, Type::"id", ip("::1"). */
void	format_value(struct put *, struct value);
void	format_uid(struct put *, const struct uid *);
/* A quoted string with Cedar's escapes. */
void	format_string(struct put *, const struct str *);
/* The quoted pattern of a like. */
void	format_pattern(struct put *, const struct pattern *);
/* The function that makes extension values of this kind from a string. */
enum fn	format_maker(enum value_kind);
/* A policy's JSON form (EST), as the official engine writes it. */
void	format_json(struct put *, const struct policy *);
/* {"type": ..., "id": ...} */
void	format_uid_json(struct put *, const struct uid *);
/* A value's entity JSON: {"__entity": ...}, {"__extn": ...}. */
void	format_value_json(struct put *, struct value);

#endif
