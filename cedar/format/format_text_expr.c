/*
 * Layout of expressions, token by token.  The text was parsed before, so this
 * knows only as much of the grammar as layout needs: each bracket and each part
 * of an `if' has a level with the state of its expression.
 */
#include "fmt.h"

#include <stdlib.h>

/* What to lay out next. */
enum expr_state {
	STATE_EXPR,		/* an expression begins */
	STATE_MEMBER,		/* a member was begun: its primary */
	STATE_ACCESS,		/* after a primary or an access */
	STATE_OPERATOR,		/* after a member */
	STATE_END,		/* after an expression */
	STATE_DONE,		/* after the base level's */
};

static struct fmt_level *
top(struct fmt *f)
{
	return &f->levels[f->depth - 1];
}

static void
push(struct fmt *f, enum fmt_level_kind kind)
{
	if (f->depth == FORMAT_LEVELS_MAX) {
		if (f->rc == 0)
			f->rc = doc_error_at(f->error, f->in.lex.source,
			    f->in.token.pos, "nested too deeply");
		return;
	}
	f->levels[f->depth++] = (struct fmt_level){ .kind = kind };
}

static void
begin_member(struct fmt *f)
{
	while (fmt_at(f, LEX_NOT) || fmt_at(f, LEX_MINUS))
		fmt_take(f);
	fmt_piece(f, PIECE_GROUP);
	top(f)->accesses = 0;
}

/* A sum, which is a product, which is a member. */
static void
begin_sum(struct fmt *f)
{
	fmt_piece(f, PIECE_GROUP);
	fmt_piece(f, PIECE_GROUP);
	begin_member(f);
}

static enum expr_state
begin_relation(struct fmt *f)
{
	struct fmt_level *l = top(f);

	l->relation = layout_add(&f->out, PIECE_NONE);
	l->grouped = l->nested = l->operator = false;
	begin_sum(f);
	return STATE_MEMBER;
}

static enum expr_state
begin_expr(struct fmt *f)
{
	while (fmt_at(f, LEX_IF)) {
		push(f, LEVEL_IF);
		fmt_piece(f, PIECE_GROUP);
		fmt_take(f);
		layout_nest(&f->out, FORMAT_INDENT);
		fmt_piece(f, PIECE_LINE);
	}
	return begin_relation(f);
}

/* A record's key, the colon, and a space. */
static void
put_key(struct fmt *f)
{
	fmt_take(f);
	fmt_take_kind(f, LEX_COLON);
	fmt_piece(f, PIECE_SPACE);
}

/* An empty pair of brackets opens no level. */
static enum expr_state
open_empty(struct fmt *f, enum lex_kind end)
{
	fmt_take_kind(f, end);
	return STATE_ACCESS;
}

static enum expr_state
open_paren(struct fmt *f)
{
	push(f, LEVEL_PAREN);
	fmt_piece(f, PIECE_GROUP);
	fmt_take(f);
	layout_nest(&f->out, 1);
	return STATE_EXPR;
}

static enum expr_state
open_list(struct fmt *f)
{
	fmt_take(f);
	if (fmt_at(f, LEX_BRACKET_END))
		return open_empty(f, LEX_BRACKET_END);
	push(f, LEVEL_LIST);
	layout_nest(&f->out, 1);
	return STATE_EXPR;
}

static enum expr_state
open_record(struct fmt *f)
{
	fmt_take(f);
	if (fmt_at(f, LEX_BRACE_END))
		return open_empty(f, LEX_BRACE_END);
	push(f, LEVEL_RECORD);
	fmt_piece(f, PIECE_GROUP);
	layout_nest(&f->out, FORMAT_INDENT);
	fmt_piece(f, PIECE_LINE);
	put_key(f);
	return STATE_EXPR;
}

static enum expr_state
put_primary(struct fmt *f)
{
	switch (fmt_peek(f)) {
	case LEX_PAREN:
		return open_paren(f);
	case LEX_BRACKET:
		return open_list(f);
	case LEX_BRACE:
		return open_record(f);
	default:
		fmt_name(f);
		return STATE_ACCESS;
	}
}

/* Lines may end before the second access and those after it. */
static void
begin_access(struct fmt *f)
{
	if (top(f)->accesses++ == 0)
		layout_nest(&f->out, FORMAT_INDENT);
	else
		fmt_piece(f, PIECE_SOFT);
}

static enum expr_state
open_call(struct fmt *f)
{
	begin_access(f);
	fmt_take(f);
	if (fmt_at(f, LEX_PAREN_END))
		return open_empty(f, LEX_PAREN_END);
	push(f, LEVEL_CALL);
	layout_nest(&f->out, FORMAT_INDENT);
	fmt_piece(f, PIECE_SOFT);
	return STATE_EXPR;
}

static enum expr_state
put_access(struct fmt *f)
{
	switch (fmt_peek(f)) {
	case LEX_DOT:
		begin_access(f);
		fmt_take(f);
		fmt_take(f);
		return STATE_ACCESS;
	case LEX_PAREN:
		return open_call(f);
	case LEX_BRACKET:
		begin_access(f);
		fmt_take(f);
		push(f, LEVEL_INDEX);
		return STATE_EXPR;
	default:
		if (top(f)->accesses > 0)
			layout_unnest(&f->out, FORMAT_INDENT);
		fmt_piece(f, PIECE_END);
		return STATE_OPERATOR;
	}
}

/* has, like and is make a group of their relation. */
static void
group_relation(struct fmt *f)
{
	layout_group(&f->out, top(f)->relation);
	top(f)->grouped = true;
}

static enum expr_state
begin_nested(struct fmt *f)
{
	layout_nest(&f->out, FORMAT_INDENT);
	top(f)->nested = true;
	begin_sum(f);
	return STATE_MEMBER;
}

static enum expr_state
put_has(struct fmt *f)
{
	group_relation(f);
	fmt_take_spaced(f, PIECE_LINE, PIECE_LINE);
	return begin_nested(f);
}

static enum expr_state
put_is(struct fmt *f)
{
	group_relation(f);
	fmt_take_spaced(f, PIECE_SPACE, PIECE_SPACE);
	layout_nest(&f->out, FORMAT_INDENT);
	fmt_name(f);
	layout_unnest(&f->out, FORMAT_INDENT);
	if (!fmt_at(f, LEX_IN)) {
		/* The right side is only the type, so nothing is open. */
		fmt_piece(f, PIECE_GROUP);
		fmt_piece(f, PIECE_GROUP);
		return STATE_OPERATOR;
	}
	fmt_take_spaced(f, PIECE_LINE, PIECE_SPACE);
	return begin_nested(f);
}

static void
end_relation(struct fmt *f)
{
	if (top(f)->nested)
		layout_unnest(&f->out, FORMAT_INDENT);
	if (top(f)->grouped)
		fmt_piece(f, PIECE_END);
}

/* After a sum: the rest of the relation, or the next one. */
static enum expr_state
put_relation(struct fmt *f)
{
	enum lex_kind kind = fmt_peek(f);
	bool first = !top(f)->operator;

	top(f)->operator = true;
	if (first && (kind == LEX_HAS || kind == LEX_LIKE))
		return put_has(f);
	if (first && kind == LEX_IS)
		return put_is(f);
	if (first && (kind == LEX_IN || (kind >= LEX_EQ && kind <= LEX_GT))) {
		fmt_take_spaced(f, PIECE_SPACE, PIECE_SPACE);
		begin_sum(f);
		return STATE_MEMBER;
	}
	end_relation(f);
	if (kind != LEX_AND && kind != LEX_OR)
		return STATE_END;
	fmt_take_spaced(f, PIECE_SPACE, PIECE_LINE);
	return begin_relation(f);
}

/* After a member: it is in a product, and that in a sum. */
static enum expr_state
put_operator(struct fmt *f)
{
	if (fmt_at(f, LEX_STAR)) {
		fmt_take_spaced(f, PIECE_SPACE, PIECE_LINE);
		begin_member(f);
		return STATE_MEMBER;
	}
	fmt_piece(f, PIECE_END);
	if (fmt_at(f, LEX_PLUS) || fmt_at(f, LEX_MINUS)) {
		fmt_take_spaced(f, PIECE_SPACE, PIECE_LINE);
		fmt_piece(f, PIECE_GROUP);
		begin_member(f);
		return STATE_MEMBER;
	}
	fmt_piece(f, PIECE_END);
	return put_relation(f);
}

/* The next part of an `if'. */
static enum expr_state
next_part(struct fmt *f, enum lex_kind word, enum fmt_level_kind kind)
{
	layout_unnest(&f->out, FORMAT_INDENT);
	fmt_piece(f, PIECE_LINE);
	fmt_take_kind(f, word);
	layout_nest(&f->out, FORMAT_INDENT);
	fmt_piece(f, PIECE_LINE);
	*top(f) = (struct fmt_level){ .kind = kind };
	return STATE_EXPR;
}

static enum expr_state
close_level(struct fmt *f, enum lex_kind end)
{
	fmt_take_kind(f, end);
	f->depth--;
	return STATE_ACCESS;
}

static enum expr_state
end_paren(struct fmt *f)
{
	layout_unnest(&f->out, 1);
	close_level(f, LEX_PAREN_END);
	fmt_piece(f, PIECE_END);
	return STATE_ACCESS;
}

static enum expr_state
end_item(struct fmt *f)
{
	if (fmt_comma(f, PIECE_LINE))
		return STATE_EXPR;
	layout_unnest(&f->out, 1);
	return close_level(f, LEX_BRACKET_END);
}

static enum expr_state
end_field(struct fmt *f)
{
	if (fmt_comma(f, PIECE_LINE)) {
		put_key(f);
		return STATE_EXPR;
	}
	layout_unnest(&f->out, FORMAT_INDENT);
	fmt_piece(f, PIECE_LINE);
	fmt_piece(f, PIECE_END);
	return close_level(f, LEX_BRACE_END);
}

static enum expr_state
end_argument(struct fmt *f)
{
	if (fmt_comma(f, PIECE_LINE))
		return STATE_EXPR;
	layout_unnest(&f->out, FORMAT_INDENT);
	fmt_piece(f, PIECE_SOFT);
	return close_level(f, LEX_PAREN_END);
}

/* Ends the whole `if' and its expression. */
static enum expr_state
end_if(struct fmt *f)
{
	layout_unnest(&f->out, FORMAT_INDENT);
	fmt_piece(f, PIECE_END);
	f->depth--;
	return STATE_END;
}

static enum expr_state
end_expr(struct fmt *f)
{
	switch (top(f)->kind) {
	case LEVEL_BASE:
		f->depth--;
		return STATE_DONE;
	case LEVEL_PAREN:
		return end_paren(f);
	case LEVEL_LIST:
		return end_item(f);
	case LEVEL_RECORD:
		return end_field(f);
	case LEVEL_CALL:
		return end_argument(f);
	case LEVEL_INDEX:
		return close_level(f, LEX_BRACKET_END);
	case LEVEL_IF:
		return next_part(f, LEX_THEN, LEVEL_THEN);
	case LEVEL_THEN:
		return next_part(f, LEX_ELSE, LEVEL_ELSE);
	case LEVEL_ELSE:
		return end_if(f);
	}
	abort();
}

void
fmt_expr(struct fmt *f)
{
	static enum expr_state (*const next[])(struct fmt *) = {
		[STATE_EXPR] = begin_expr, [STATE_MEMBER] = put_primary,
		[STATE_ACCESS] = put_access, [STATE_OPERATOR] = put_operator,
		[STATE_END] = end_expr,
	};
	enum expr_state s = STATE_EXPR;

	f->depth = 0;
	push(f, LEVEL_BASE);
	while (f->rc == 0 && s != STATE_DONE)
		s = next[s](f);
}
