/*
 * Why a function refuses or fails, for the message to a person: what was wrong
 * and what to do next.  For what has no place in a file; a reader of a file
 * fills a struct doc_error, which knows line and column.
 */
#ifndef WHY_H
#define WHY_H

#include <stddef.h>

#include "lib/doc/error.h"
#include "lib/msg/msg.h"

/*
 * Always terminated; a message that is too long is cut.  A refusal's message is
 * kept in the ledger, so it has no text of a manifest or of a bundle, with the
 * exceptions in docs/ledger.md.
 */
struct why {
	char	text[TEXT_MAX];
};

/* Formats the message.  Always returns -1 with EBADMSG. */
int	why_set(struct why *, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));

#endif
