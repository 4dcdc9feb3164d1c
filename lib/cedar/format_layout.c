#include "format_layout.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "emit.h"

#define PIECES_FIRST	256

void
layout_init(struct layout *l, struct put *out, size_t width)
{
	memset(l, 0, sizeof(*l));
	l->out = out;
	l->width = width;
	l->at_start = true;
}

void
layout_free(struct layout *l)
{
	free(l->pieces);
	l->pieces = NULL;
}

static bool
grow(struct layout *l)
{
	size_t cap = l->cap == 0 ? PIECES_FIRST : 2 * l->cap;
	struct piece *p = reallocarray(l->pieces, cap, sizeof(*p));

	if (p == NULL)
		return false;
	l->pieces = p;
	l->cap = cap;
	return true;
}

static size_t
add(struct layout *l, struct piece p)
{
	if (l->n == l->cap && !grow(l)) {
		l->failed = true;
		return 0;
	}
	l->pieces[l->n] = p;
	return l->n++;
}

size_t
layout_add(struct layout *l, enum piece_kind kind)
{
	return add(l, (struct piece){ .kind = kind });
}

void
layout_nest(struct layout *l, uint32_t columns)
{
	add(l, (struct piece){ .kind = PIECE_NEST, .n = columns });
}

void
layout_unnest(struct layout *l, uint32_t columns)
{
	add(l, (struct piece){ .kind = PIECE_UNNEST, .n = columns });
}

void
layout_text(struct layout *l, struct span text)
{
	add(l, (struct piece){ .kind = PIECE_TEXT, .text = text });
}

void
layout_group(struct layout *l, size_t i)
{
	if (!l->failed)
		l->pieces[i].kind = PIECE_GROUP;
}

/* In characters, which take a column each. */
static size_t
columns(struct span s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++)
		n += (s.p[i] & 0xc0) != 0x80;
	return n;
}

static bool
may_end_line(enum piece_kind kind)
{
	return kind == PIECE_LINE || kind == PIECE_SOFT ||
	    kind == PIECE_HARD || kind == PIECE_BLANK;
}

/* Columns that a piece takes when its line goes on. */
static size_t
flat_columns(const struct piece *p)
{
	if (p->kind == PIECE_TEXT)
		return columns(p->text);
	return p->kind == PIECE_SPACE || p->kind == PIECE_LINE;
}

/*
 * Whether the group at i can stand in this line: all of it, and what follows
 * up to the next place where the line may end.
 */
static bool
fits(const struct layout *l, size_t i)
{
	size_t col = l->at_start ? l->indent : l->col, depth = 0;
	bool after = false;

	for (; i < l->n; i++) {
		const struct piece *p = &l->pieces[i];

		if (after && may_end_line(p->kind))
			return true;
		if (p->kind == PIECE_HARD || p->kind == PIECE_BLANK)
			return false;
		depth += p->kind == PIECE_GROUP;
		depth -= p->kind == PIECE_END && !after;
		after = after || depth == 0;
		col += flat_columns(p);
		if (col > l->width)
			return false;
	}
	return true;
}

static void
put_text(struct layout *l, struct span text)
{
	if (l->at_start) {
		for (size_t i = 0; i < l->indent; i++)
			put_raw(l->out, " ", 1);
		l->col = l->indent;
		l->at_start = false;
	} else if (l->space) {
		put_raw(l->out, " ", 1);
	}
	l->space = l->blank = false;
	l->any = true;
	put_raw(l->out, text.p, text.len);
	l->col += columns(text);
}

static void
end_line(struct layout *l)
{
	if (!l->at_start)
		put_raw(l->out, "\n", 1);
	l->at_start = true;
	l->indent = l->nest;
}

/* Written with the text that follows, if that is in this line. */
static void
put_space(struct layout *l)
{
	if (!l->at_start && !l->space) {
		l->space = true;
		l->col++;
	}
}

static void
put_place(struct layout *l, enum piece_kind kind)
{
	if (l->flat == 0)
		end_line(l);
	else if (kind == PIECE_LINE)
		put_space(l);
}

/* All groups within one that stands in a line stand in that line. */
static void
open_group(struct layout *l, size_t i)
{
	if (l->flat > 0 || fits(l, i))
		l->flat++;
}

static void
put_blank(struct layout *l)
{
	end_line(l);
	if (l->any && !l->blank)
		put_raw(l->out, "\n", 1);
	l->blank = true;
}

static void
put_piece(struct layout *l, size_t i)
{
	const struct piece *p = &l->pieces[i];

	switch (p->kind) {
	case PIECE_NONE:
		break;
	case PIECE_TEXT:
		put_text(l, p->text);
		break;
	case PIECE_SPACE:
		put_space(l);
		break;
	case PIECE_LINE:
	case PIECE_SOFT:
		put_place(l, p->kind);
		break;
	case PIECE_HARD:
		end_line(l);
		break;
	case PIECE_BLANK:
		put_blank(l);
		break;
	case PIECE_NEST:
		l->nest += p->n;
		break;
	case PIECE_UNNEST:
		l->nest -= p->n;
		break;
	case PIECE_GROUP:
		open_group(l, i);
		break;
	case PIECE_END:
		l->flat -= l->flat > 0;
		break;
	}
}

int
layout_flush(struct layout *l)
{
	for (size_t i = 0; !l->failed && i < l->n; i++)
		put_piece(l, i);
	l->n = 0;
	if (!l->failed)
		return 0;
	errno = ENOMEM;
	return -1;
}
