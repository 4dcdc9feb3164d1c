/*
 * Breaking text into lines.  The text is a list of pieces: texts, possible line
 * breaks, and groups of pieces.  A group is written on one line if it fits;
 * otherwise each of its own breaks ends a line.
 * (D. C. Oppen, Prettyprinting, 1980; P. Wadler, A prettier printer, 2003.)
 */
#ifndef CEDAR_FORMAT_LAYOUT_H
#define CEDAR_FORMAT_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tokens.h"
#include "lib/doc/put.h"

enum layout_piece_kind {
	PIECE_NONE,		/* may become a GROUP */
	PIECE_TEXT,
	PIECE_SPACE,		/* not at the start of a line */
	PIECE_LINE,		/* a space, or the end of a line */
	PIECE_SOFT,		/* nothing, or the end of a line */
	PIECE_HARD,		/* the end of a line, but not of an empty one */
	PIECE_COMMENTED,	/* HARD after a comment; see put_commented() */
	PIECE_BLANK,		/* an empty line, but not at the start */
	PIECE_NEST, PIECE_UNNEST, /* n more columns from the next line on */
	PIECE_GROUP, PIECE_END,
};

struct layout_piece {
	enum layout_piece_kind	kind;
	uint32_t	n;	/* of NEST and UNNEST */
	struct span	text;
};

struct layout {
	struct layout_piece	*pieces;
	size_t		 n, cap;
	bool		 failed;	/* out of memory */
	/* While writing. */
	struct put	*out;
	size_t		 width;
	size_t		 col, nest, indent, flat;
	bool		 at_start;	/* of a line, before its indent */
	bool		 space;		/* one is pending */
	bool		 any;		/* text was written */
	bool		 blank;		/* the last line is empty */
	bool		 commented;	/* COMMENTED ended the last line */
};

/* Writing starts on an empty line of `out'. */
void	layout_init(struct layout *, struct put *out, size_t width);
void	layout_free(struct layout *);

/* Adds a piece and returns its index, for layout_group(). */
size_t	layout_add(struct layout *, enum layout_piece_kind);
void	layout_nest(struct layout *, uint32_t columns);
void	layout_unnest(struct layout *, uint32_t columns);
void	layout_text(struct layout *, struct span);
/* Whether the last piece is COMMENTED. */
bool	layout_commented(const struct layout *);
/* Turns the NONE at this index into the start of a group. */
void	layout_group(struct layout *, size_t);

/* Writes and drops all pieces.  -1 with ENOMEM when adding one failed. */
int	layout_flush(struct layout *);

#endif
