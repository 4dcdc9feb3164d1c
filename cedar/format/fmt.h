/*
 * The state of the formatter of text.  It takes one token after the other, and
 * each becomes a piece of the layout with its comments.  The first failure sets
 * rc, and all calls after it do nothing.
 */
#ifndef CEDAR_FORMAT_FMT_H
#define CEDAR_FORMAT_FMT_H

#include <stdbool.h>
#include <stddef.h>

#include "cedar/cedar.h"
#include "lib/doc/error.h"
#include "layout.h"
#include "tokens.h"

#define FORMAT_INDENT	2

/* Levels: CEDAR_DEPTH_MAX, each of which may be an `if' with three parts. */
#define FORMAT_LEVELS_MAX	(4 * CEDAR_DEPTH_MAX)

enum fmt_level_kind {
	LEVEL_BASE,		/* a scope's right side, a condition */
	LEVEL_PAREN, LEVEL_LIST, LEVEL_RECORD, LEVEL_CALL, LEVEL_INDEX,
	LEVEL_IF, LEVEL_THEN, LEVEL_ELSE,
};

/* An expression within brackets, or a part of an `if'. */
struct fmt_level {
	enum fmt_level_kind	kind;
	size_t		relation;	/* its first piece */
	bool		grouped;	/* has, like or is made a group */
	bool		nested;		/* an indented right side is open */
	bool		operator;	/* the relation's was taken */
	unsigned	accesses;	/* .a or [..] in the open member */
};

struct fmt {
	struct tokens		 in;
	struct layout		 out;
	struct doc_error	*error;
	int			 rc;	/* 0, or -1: failed */
	unsigned		 depth;
	struct fmt_level		 levels[FORMAT_LEVELS_MAX];
};

/* The next token; END after a failure. */
enum lex_kind	fmt_peek(const struct fmt *);
bool		fmt_at(const struct fmt *, enum lex_kind);

void	fmt_piece(struct fmt *, enum layout_piece_kind);
/* Comments on lines of their own; keep_blank: one blank line stays. */
void	fmt_comments(struct fmt *, bool keep_blank);
/* Takes the next token with its comments; one after it ends the line. */
void	fmt_take(struct fmt *);
/* The same; it must be of this kind. */
void	fmt_take_kind(struct fmt *, enum lex_kind);
void	fmt_take_spaced(struct fmt *, enum layout_piece_kind before,
	    enum layout_piece_kind after);
/* A::B::C, or A::B::"c", or a word, a literal, a slot. */
void	fmt_name(struct fmt *);
/* Takes a comma between two items, with `after' or a comment behind it. */
bool	fmt_comma(struct fmt *, enum layout_piece_kind after);
/* A whole expression (format_text_expr.c). */
void	fmt_expr(struct fmt *);

#endif
