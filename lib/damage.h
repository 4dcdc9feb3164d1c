/*
 * What mail programs, editors and terminals do to a text on its way: other ends
 * of lines, quoting, broken lines, a missing end.  The readers of what people
 * send to each other (receipts, appliance keys, signatures) call this after they
 * have refused a text, so that damage is not taken for forgery.  For files that
 * people write, lib/doc/encoding.h says how to save them.
 */
#ifndef DAMAGE_H
#define DAMAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "why.h"

struct damage_form {
	const char	*what;	/* "receipt": its name in messages */
	const char	*first;	/* the start of its first line, or NULL */
	bool		 dash;	/* it has lines that begin with an em dash */
	bool		 newline;	/* its last line ends in a newline */
};

/*
 * Looks for such damage in a text whose first line has this number in its
 * file.  Returns 0 if there is none, so that the caller's own message stands;
 * else -1 with EBADMSG and *w, which names line, damage and what to do.
 */
int	damage_check(const struct damage_form *, const char *text, size_t len,
	    unsigned line, struct why *w);

#endif
