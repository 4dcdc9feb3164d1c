/*
 * Tokens of a schema's text form.
 */
#ifndef SCHEMA_LEX_H
#define SCHEMA_LEX_H

#include "arena.h"
#include "cedar.h"
#include "value.h"

/* A token of one character is that character. */
enum token_kind { TOKEN_END = 256, TOKEN_WORD, TOKEN_STRING, TOKEN_PATH };

struct token {
	int		 kind;
	size_t		 pos, len;	/* in the text; a string's with quotes */
};

struct schema_lex {
	const struct cedar_source	*source;
	size_t				 pos;
	struct token			 token;	/* the current one */
	struct cedar_error		*e;
};

/* Starts at the first token.  Each: -1 with *e. */
int	schema_lex_start(struct schema_lex *, const struct cedar_source *,
	    struct cedar_error *);
int	schema_lex_next(struct schema_lex *);
/* What the current token, a string, stands for, in memory of the arena. */
int	schema_lex_string(struct schema_lex *, struct arena *,
	    const struct str **);
/* The current token for a message: "`entity'", "a string", "the end". */
const char *schema_lex_name(const struct schema_lex *, char *dst, size_t cap);

#endif
