#include "fmt.h"

enum lex_kind
fmt_peek(const struct fmt *f)
{
	return f->rc == -1 ? LEX_END : f->in.token.kind;
}

bool
fmt_at(const struct fmt *f, enum lex_kind kind)
{
	return fmt_peek(f) == kind;
}

void
fmt_piece(struct fmt *f, enum layout_piece_kind kind)
{
	layout_add(&f->out, kind);
}

/* Comments on lines of their own; of several blank lines one is kept. */
void
fmt_comments(struct fmt *f, bool keep_blank)
{
	struct span text;
	bool blank;

	while (tokens_comment(&f->in, &text, &blank)) {
		fmt_piece(f, keep_blank && blank ? PIECE_BLANK : PIECE_HARD);
		layout_text(&f->out, text);
		fmt_piece(f, PIECE_HARD);
	}
	if (keep_blank && blank)
		fmt_piece(f, PIECE_BLANK);
}

/* The next token with its comments; one after it ends the line. */
void
fmt_take(struct fmt *f)
{
	struct span text;

	if (f->rc == -1)
		return;
	fmt_comments(f, false);
	layout_text(&f->out, tokens_text(&f->in));
	f->rc = tokens_next(&f->in);
	if (f->rc == 0 && tokens_trailing(&f->in, &text)) {
		fmt_piece(f, PIECE_SPACE);
		layout_text(&f->out, text);
		fmt_piece(f, PIECE_COMMENTED);
	}
}

/* A token of this kind. */
void
fmt_take_kind(struct fmt *f, enum lex_kind kind)
{
	if (f->rc == 0 && fmt_peek(f) != kind)
		f->rc = doc_error_at(f->error, f->in.lex.source,
		    f->in.token.pos, "expected `%s' here: this is a defect of "
		    "the formatter", lex_kind_text(kind));
	fmt_take(f);
}

void
fmt_take_spaced(struct fmt *f, enum layout_piece_kind before,
    enum layout_piece_kind after)
{
	fmt_piece(f, before);
	fmt_take(f);
	fmt_piece(f, after);
}

/* A::B::C, or A::B::"c", or a word, a literal, a slot. */
void
fmt_name(struct fmt *f)
{
	fmt_take(f);
	while (fmt_at(f, LEX_COLONS)) {
		fmt_take(f);
		fmt_take(f);
	}
}

bool
fmt_comma(struct fmt *f, enum layout_piece_kind after)
{
	if (!fmt_at(f, LEX_COMMA))
		return false;
	fmt_take(f);
	if (!layout_commented(&f->out))
		fmt_piece(f, after);
	return true;
}
