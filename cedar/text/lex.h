/*
 * Tokens of policy and schema text.  Between two tokens there is only white
 * space and comments (// to the end of the line).
 */
#ifndef CEDAR_TEXT_LEX_H
#define CEDAR_TEXT_LEX_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/doc/error.h"

/*
 * K(NAME, text): the token's text, if it has only one.  SLOT is ? and a word;
 * WORD is any word that is not listed here.  Schemas have QUESTION instead of
 * SLOT.
 */
#define LEX_KINDS(K) \
	K(END, "") K(WORD, "") K(SLOT, "") K(NUMBER, "") K(STRING, "") \
	K(TRUE, "true") K(FALSE, "false") \
	K(IF, "if") K(THEN, "then") K(ELSE, "else") \
	K(IN, "in") K(IS, "is") K(HAS, "has") K(LIKE, "like") \
	K(AT, "@") K(DOT, ".") K(COMMA, ",") K(SEMICOLON, ";") \
	K(COLON, ":") K(COLONS, "::") K(PAREN, "(") K(PAREN_END, ")") \
	K(BRACKET, "[") K(BRACKET_END, "]") K(BRACE, "{") K(BRACE_END, "}") \
	K(EQ, "==") K(NE, "!=") K(LT, "<") K(LE, "<=") K(GE, ">=") \
	K(GT, ">") K(OR, "||") K(AND, "&&") K(PLUS, "+") K(MINUS, "-") \
	K(STAR, "*") K(SLASH, "/") K(PERCENT, "%") K(NOT, "!") K(ASSIGN, "=") \
	K(QUESTION, "?")

enum lex_kind {
#define K(name, text) LEX_##name,
	LEX_KINDS(K)
#undef K
};
#define LEX_COUNT	(LEX_QUESTION + 1)

struct lex_token {
	enum lex_kind	kind;
	size_t		pos, len;	/* a string's with its quotes */
};

struct lex {
	const struct doc_source *source;
	size_t			 pos;
	struct doc_error	*error;
	bool			 schema;	/* not a policy */
};

/* The source must have passed encoding_check(). */
void	lex_init(struct lex *, const struct doc_source *,
	    struct doc_error *);
/* Reads the next token.  -1 with the error set when there is none. */
int	lex_next(struct lex *, struct lex_token *);

const char	*lex_kind_text(enum lex_kind);
/* WORD to LIKE: letters, digits and _. */
bool		 lex_is_word(enum lex_kind);
/* Whether the token is this word. */
bool		 lex_is(const struct doc_source *,
		    const struct lex_token *, const char *word);

#define LEX_NAME_MAX	80
/* The token for a message: "`entity'", "the end of the text".  Returns dst. */
const char	*lex_name(char dst[LEX_NAME_MAX], const struct doc_source *,
		    const struct lex_token *);

#endif
