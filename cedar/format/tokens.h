/*
 * The tokens of a policy text with the comments that stand by them, for the
 * formatter.  Commas before a closing bracket are left out.
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
	struct lex_token token;	/* the one to come */
	size_t		 gap;	/* what was taken ends here */
};

/* -1 with the error set when the first is no token. */
int	tokens_init(struct tokens *, const struct doc_source *,
	    struct doc_error *);
/* The token to come, a number without zeros before it. */
struct span	tokens_text(const struct tokens *);
/*
 * The next comment that stands before the token to come, without the white
 * space after it; false when there is none.  *blank: whether an empty line
 * stands before it, or before the token when there is no comment.
 */
bool	tokens_comment(struct tokens *, struct span *, bool *blank);
/* Goes on to the token after it.  -1 with the error set when it is none. */
int	tokens_next(struct tokens *);
/* After tokens_next(): the comment in the line of the token that was left. */
bool	tokens_trailing(struct tokens *, struct span *);

#endif
