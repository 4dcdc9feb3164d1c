#include "layout.h"

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
	struct layout_piece *p = reallocarray(l->pieces, cap, sizeof(*p));

	if (p == NULL)
		return false;
	l->pieces = p;
	l->cap = cap;
	return true;
}

static size_t
add(struct layout *l, struct layout_piece p)
{
	if (l->n == l->cap && !grow(l)) {
		l->failed = true;
		return 0;
	}
	l->pieces[l->n] = p;
	return l->n++;
}

size_t
layout_add(struct layout *l, enum layout_piece_kind kind)
{
	return add(l, (struct layout_piece){ .kind = kind });
}

void
layout_nest(struct layout *l, uint32_t columns)
{
	add(l, (struct layout_piece){ .kind = PIECE_NEST, .n = columns });
}

void
layout_unnest(struct layout *l, uint32_t columns)
{
	add(l, (struct layout_piece){ .kind = PIECE_UNNEST, .n = columns });
}

void
layout_text(struct layout *l, struct span text)
{
	add(l, (struct layout_piece){ .kind = PIECE_TEXT, .text = text });
}

bool
layout_commented(const struct layout *l)
{
	return l->n > 0 && l->pieces[l->n - 1].kind == PIECE_COMMENTED;
}

void
layout_group(struct layout *l, size_t i)
{
	if (!l->failed)
		l->pieces[i].kind = PIECE_GROUP;
}

/*
 * Blocks of characters without a column and with two, by the majority of their
 * East_Asian_Width in Unicode.
 */
static const struct layout_range {
	uint32_t	from, to;
	unsigned	width;
} ranges[] = {
	{ 0x300, 0x36f, 0 }, { 0x483, 0x489, 0 }, { 0x591, 0x5bd, 0 },
	{ 0x610, 0x61a, 0 }, { 0x64b, 0x65f, 0 }, { 0x1100, 0x115f, 2 },
	{ 0x1160, 0x11ff, 0 }, { 0x1ab0, 0x1aff, 0 }, { 0x1dc0, 0x1dff, 0 },
	{ 0x200b, 0x200f, 0 }, { 0x202a, 0x202e, 0 }, { 0x2060, 0x206f, 0 },
	{ 0x20d0, 0x20f0, 0 }, { 0x2e80, 0x3029, 2 }, { 0x302a, 0x302f, 0 },
	{ 0x3030, 0x303e, 2 }, { 0x3041, 0x4dbf, 2 },
	{ 0x4e00, 0xa4cf, 2 }, { 0xa960, 0xa97c, 2 },
	{ 0xac00, 0xd7a3, 2 }, { 0xf900, 0xfaff, 2 }, { 0xfe00, 0xfe0f, 0 },
	{ 0xfe10, 0xfe19, 2 }, { 0xfe20, 0xfe2f, 0 }, { 0xfe30, 0xfe6b, 2 },
	{ 0xfeff, 0xfeff, 0 }, { 0xff01, 0xff60, 2 }, { 0xffe0, 0xffe6, 2 },
	{ 0x17000, 0x18cff, 2 }, { 0x1b000, 0x1b2ff, 2 },
	{ 0x1f300, 0x1f64f, 2 }, { 0x1f680, 0x1f6ff, 2 },
	{ 0x1f900, 0x1faff, 2 }, { 0x20000, 0x3fffd, 2 },
};

static unsigned
char_columns(uint32_t c)
{
	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
		if (c <= ranges[i].to)
			return c < ranges[i].from ? 1 : ranges[i].width;
	return 1;
}

static size_t
columns(struct span s)
{
	size_t n = 0, len;

	for (size_t i = 0; i < s.len; i += len)
		n += char_columns(emit_char_at(s.p + i, s.len - i, &len));
	return n;
}

static bool
must_end_line(enum layout_piece_kind kind)
{
	return kind == PIECE_HARD || kind == PIECE_COMMENTED ||
	    kind == PIECE_BLANK;
}

static bool
may_end_line(enum layout_piece_kind kind)
{
	return kind == PIECE_LINE || kind == PIECE_SOFT || must_end_line(kind);
}

/* Columns of a piece that does not end the line. */
static size_t
flat_columns(const struct layout_piece *p)
{
	if (p->kind == PIECE_TEXT)
		return columns(p->text);
	return p->kind == PIECE_SPACE || p->kind == PIECE_LINE;
}

/*
 * Whether the group at i fits on this line, with all that follows up to the
 * next possible break.
 */
static bool
fits(const struct layout *l, size_t i)
{
	size_t col = l->at_start ? l->indent : l->col, depth = 0;
	bool after = false;

	for (; i < l->n; i++) {
		const struct layout_piece *p = &l->pieces[i];

		if (after && may_end_line(p->kind))
			return true;
		if (must_end_line(p->kind))
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
	l->space = l->blank = l->commented = false;
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

/*
 * The line's end after a comment.  As in the official layout, the next line
 * ignores a nesting that ends here, and a space that follows is not dropped.
 */
static void
put_commented(struct layout *l)
{
	end_line(l);
	l->commented = true;
}

static void
put_unnest(struct layout *l, uint32_t columns)
{
	if (l->commented && l->indent == l->nest)
		l->indent -= columns;
	l->nest -= columns;
}

/* Pending until text follows on this line. */
static void
put_space(struct layout *l)
{
	if (l->commented) {
		l->indent++;
		l->commented = false;
	} else if (!l->at_start && !l->space) {
		l->space = true;
		l->col++;
	}
}

static void
put_place(struct layout *l, enum layout_piece_kind kind)
{
	if (l->flat == 0)
		end_line(l);
	else if (kind == PIECE_LINE)
		put_space(l);
}

/* A group inside a group on one line is on that line, too. */
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
	const struct layout_piece *p = &l->pieces[i];

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
	case PIECE_COMMENTED:
		put_commented(l);
		break;
	case PIECE_BLANK:
		put_blank(l);
		break;
	case PIECE_NEST:
		l->nest += p->n;
		break;
	case PIECE_UNNEST:
		put_unnest(l, p->n);
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
