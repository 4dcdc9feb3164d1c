/* Reads texts line by line, such as receipts; each line ends in a newline. */
#ifndef LINES_H
#define LINES_H

#include <stdbool.h>
#include <stddef.h>

#include "tree.h"
#include "wire.h"

struct lines {
	const char	*p, *end;
	unsigned	 nr;		/* of the last line */
	bool		 ended;		/* there was none */
};

/* The next line without its newline; NULL when there is no other newline. */
const char *lines_next(struct lines *, size_t *lenp);

/* What follows `word' on the next line; NULL for another line. */
const char *lines_word(struct lines *, const char *word, size_t *lenp);

/*
 * A proof, its hashes in base 64, a line each.  Returns 1 after the empty line
 * that ends it, 0 when no line follows, -1 for a line that is not a hash.
 */
int	lines_proof(struct lines *, struct proof *);

/* Appends such lines, without an empty one. */
void	lines_put_proof(struct put *, const struct proof *);

#endif
