/*
 * The reader of schema text.  schema_text_decl.c reads declarations,
 * schema_text_type.c types.  Functions that return int return 0, or -1 with
 * the error set.
 */
#ifndef CEDAR_SCHEMA_TEXT_H
#define CEDAR_SCHEMA_TEXT_H

#include "cedar/text/lex.h"
#include "raw.h"

struct text_reader {
	struct lex		 lex;
	struct lex_token	 token;	/* the current one */
	struct raw_schema	*raw;
	const struct str	*ns;	/* the namespace, or NULL */
};

/* The place of the current token. */
struct raw_place schema_text_place(const struct text_reader *);

/* Reads the first token. */
int	schema_text_start(struct text_reader *, struct raw_schema *,
	    const struct doc_source *);
/* Reports "expected A, not B". */
int	schema_text_expected(struct text_reader *, const char *what);
int	schema_text_next(struct text_reader *);
bool	schema_text_at(const struct text_reader *, enum lex_kind);
/* Whether the current token is this word. */
bool	schema_text_at_word(const struct text_reader *, const char *word);
/* Skips a token, which must be of this kind; `what' is for the message. */
int	schema_text_take(struct text_reader *, enum lex_kind, const char *what);
/* Skips a token of this kind and returns 1; 0 when it is another. */
int	schema_text_accept(struct text_reader *, enum lex_kind);

int	schema_text_read_ident(struct text_reader *, const char *what,
	    const struct str **);
/* An identifier or a string. */
int	schema_text_read_name(struct text_reader *, const char *what,
	    const struct str **);
/* A::B::C */
int	schema_text_read_path(struct text_reader *, const char *what,
	    const struct str **);
/* A::B::"id"; or only id or "id", then *type is NULL. */
int	schema_text_read_action(struct text_reader *, const struct str **type,
	    const struct str **id);
/* Any number of @name("text") without duplicates, which are not kept. */
int	schema_text_read_notes(struct text_reader *);

int	schema_text_read_type(struct text_reader *, struct raw_type **);

#endif
