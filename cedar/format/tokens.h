/*
 * The tokens of a policy text and their comments, for the formatter.  Commas
 * before a closing bracket are skipped.
 */
#ifndef CEDAR_FORMAT_TOKENS_H
#define CEDAR_FORMAT_TOKENS_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/doc/error.h"
#include "cedar/text/lex.h"

/* Part of a text. */
struct span {
	const char	*p;
	size_t		 len;
};

struct tokens {
	const char	*text;
	struct lex	 lex;
	struct lex_token token;	/* the next */
	size_t		 gap;	/* end of what was taken */
};

/* Reads the first token.  -1 with the error set when there is none. */
int	tokens_init(struct tokens *, const struct doc_source *,
	    struct doc_error *);
/* The next token; a number without leading zeros. */
struct span	tokens_text(const struct tokens *);
/*
 * Takes the next comment before the token, without trailing white space; false
 * when there is none.  *blank: an empty line comes before it, or before the
 * token when there is no comment.
 */
bool	tokens_comment(struct tokens *, struct span *, bool *blank);
/* Advances to the next token.  -1 with the error set when there is none. */
int	tokens_next(struct tokens *);
/* After tokens_next(): the comment on the line of the token before. */
bool	tokens_trailing(struct tokens *, struct span *);

#endif
