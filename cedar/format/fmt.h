/*
 * The formatter at work: it takes token after token, and each becomes a piece
 * of the layout, with the comments that stand by it.  The first failure stays
 * in rc; nothing more happens then.
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

/*
 * Levels of nesting: CEDAR_DEPTH_MAX of them, and an `if' may take three in
 * one place.
 */
#define FORMAT_LEVELS_MAX	(4 * CEDAR_DEPTH_MAX)

enum fmt_level_kind {
	LEVEL_BASE,		/* a scope's right side, a condition */
	LEVEL_PAREN, LEVEL_LIST, LEVEL_RECORD, LEVEL_CALL, LEVEL_INDEX,
	LEVEL_IF, LEVEL_THEN, LEVEL_ELSE,
};

/* An expression within brackets, or a part of an `if'. */
struct fmt_level {
	enum fmt_level_kind	kind;
	size_t		relation;	/* the piece where it began */
	bool		grouped;	/* by has, like or is */
	bool		nested;		/* a right side with indent is open */
	bool		operator;	/* the relation's was there */
	unsigned	accesses;	/* of the member that is open */
};

struct fmt {
	struct tokens		 in;
	struct layout		 out;
	struct doc_error	*error;
	int			 rc;	/* 0, or -1: failed */
	unsigned		 depth;
	struct fmt_level		 levels[FORMAT_LEVELS_MAX];
};

/* The token to come; END after a failure. */
enum lex_kind	fmt_peek(const struct fmt *);
bool		fmt_at(const struct fmt *, enum lex_kind);

void	fmt_piece(struct fmt *, enum layout_piece_kind);
/* Comments that have lines to themselves; one blank line stays if so. */
void	fmt_comments(struct fmt *, bool keep_blank);
/* The token to come, with its comments; one behind it ends the line. */
void	fmt_take(struct fmt *);
/* The same, and it must be this one. */
void	fmt_take_kind(struct fmt *, enum lex_kind);
void	fmt_take_spaced(struct fmt *, enum layout_piece_kind before,
	    enum layout_piece_kind after);
/* A::B::C, or A::B::"c", or a word, a literal, a slot. */
void	fmt_name(struct fmt *);
/* A comma between two items, and what goes behind it. */
bool	fmt_comma(struct fmt *, enum layout_piece_kind after);
/* A whole expression (format_text_expr.c). */
void	fmt_expr(struct fmt *);

#endif
