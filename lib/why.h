/*
 * The message for a person that a refusing function leaves with its caller:
 * what was wrong, where, and what to do next.
 */
#ifndef WHY_H
#define WHY_H

#include <stddef.h>

#include "lib/doc/error.h"
#include "lib/msg/msg.h"

/* A message being passed out; always terminated, cut when it is too long. */
struct why {
	char	text[TEXT_MAX];
};

/* Formats the message.  Always -1 with EBADMSG: `return why_set(...)'. */
int	why_set(struct why *, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));

#endif
