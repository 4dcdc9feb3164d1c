/*
 * The formatter: every token of the text, in its order, laid out anew, with
 * the comments where they were.  The layout is that of the official formatter
 * (https://docs.cedarpolicy.com/other/cedar-formatter.html) in its defaults.
 *
 * The text was read as policies before, so the tokens are known to be in good
 * order, and the walk below knows of the grammar only what layout needs: for
 * each bracket and each part of an `if' there is a level, which remembers what
 * of an expression is open there.
 */
#include "format.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "format_layout.h"
#include "format_token.h"

#define INDENT		2

/* An `if' has three parts in one place of the nesting. */
#define LEVELS_MAX	(4 * CEDAR_DEPTH_MAX)

enum level_kind {
	LEVEL_BASE,		/* a scope's right side, a condition */
	LEVEL_PAREN, LEVEL_LIST, LEVEL_RECORD, LEVEL_CALL, LEVEL_INDEX,
	LEVEL_IF, LEVEL_THEN, LEVEL_ELSE,
};

struct level {
	enum level_kind	kind;
	size_t		relation;	/* the piece where it began */
	bool		grouped;	/* by has, like or is */
	bool		nested;		/* a right side with indent is open */
	bool		operator;	/* the relation's was there */
	unsigned	accesses;	/* of the member that is open */
};

struct fmt {
	struct tokens		 in;
	struct layout		 out;
	struct cedar_error	*error;
	int			 rc;	/* -1: failed, nothing more matters */
	unsigned		 depth;
	struct level		 levels[LEVELS_MAX];
};

/* What comes after an operand, an operator or a bracket is written next. */
enum state {
	STATE_EXPR,		/* an expression begins */
	STATE_MEMBER,		/* a member was begun: its primary */
	STATE_ACCESS,		/* after a primary or an access */
	STATE_OPERATOR,		/* after a member */
	STATE_END,		/* after an expression */
	STATE_DONE,		/* after the base level's */
};

static enum lex_kind
peek(const struct fmt *f)
{
	return f->rc == -1 ? LEX_END : f->in.token.kind;
}

static bool
at(const struct fmt *f, enum lex_kind kind)
{
	return peek(f) == kind;
}

static void
piece(struct fmt *f, enum piece_kind kind)
{
	layout_add(&f->out, kind);
}

/* Comments that have lines to themselves; of blank lines one is kept. */
static void
put_comments(struct fmt *f, bool keep_blank)
{
	struct span text;
	bool blank;

	while (tokens_comment(&f->in, &text, &blank)) {
		piece(f, keep_blank && blank ? PIECE_BLANK : PIECE_HARD);
		layout_text(&f->out, text);
		piece(f, PIECE_HARD);
	}
	if (keep_blank && blank)
		piece(f, PIECE_BLANK);
}

/* The token to come, with its comments; one behind it ends the line. */
static void
take(struct fmt *f)
{
	struct span text;

	if (f->rc == -1)
		return;
	put_comments(f, false);
	layout_text(&f->out, tokens_text(&f->in));
	f->rc = tokens_next(&f->in);
	if (f->rc == 0 && tokens_trailing(&f->in, &text)) {
		piece(f, PIECE_SPACE);
		layout_text(&f->out, text);
		piece(f, PIECE_HARD);
	}
}

/* A token that must be there. */
static void
take_kind(struct fmt *f, enum lex_kind kind)
{
	if (f->rc == 0 && peek(f) != kind)
		f->rc = cedar_error_at(f->error, f->in.lex.source,
		    f->in.token.pos, "expected `%s' here: this is a defect of "
		    "the formatter", lex_kind_text(kind));
	take(f);
}

static void
take_spaced(struct fmt *f, enum piece_kind before, enum piece_kind after)
{
	piece(f, before);
	take(f);
	piece(f, after);
}

static struct level *
top(struct fmt *f)
{
	return &f->levels[f->depth - 1];
}

static void
push(struct fmt *f, enum level_kind kind)
{
	if (f->depth == LEVELS_MAX) {
		if (f->rc == 0)
			f->rc = cedar_error_at(f->error, f->in.lex.source,
			    f->in.token.pos, "nested too deeply");
		return;
	}
	f->levels[f->depth++] = (struct level){ .kind = kind };
}

/* A::B::C, or A::B::"c", or a word, a literal, a slot. */
static void
put_name(struct fmt *f)
{
	take(f);
	while (at(f, LEX_COLONS)) {
		take(f);
		take(f);
	}
}

static void
begin_member(struct fmt *f)
{
	while (at(f, LEX_NOT) || at(f, LEX_MINUS))
		take(f);
	piece(f, PIECE_GROUP);
	top(f)->accesses = 0;
}

/* A sum, which is a product, which is a member. */
static void
begin_sum(struct fmt *f)
{
	piece(f, PIECE_GROUP);
	piece(f, PIECE_GROUP);
	begin_member(f);
}

static enum state
begin_relation(struct fmt *f)
{
	struct level *l = top(f);

	l->relation = layout_add(&f->out, PIECE_NONE);
	l->grouped = l->nested = l->operator = false;
	begin_sum(f);
	return STATE_MEMBER;
}

static enum state
begin_expr(struct fmt *f)
{
	while (at(f, LEX_IF)) {
		push(f, LEVEL_IF);
		piece(f, PIECE_GROUP);
		take(f);
		layout_nest(&f->out, INDENT);
		piece(f, PIECE_LINE);
	}
	return begin_relation(f);
}

/* A record's key, the colon, and a space. */
static void
put_key(struct fmt *f)
{
	take(f);
	take_kind(f, LEX_COLON);
	piece(f, PIECE_SPACE);
}

/* An empty pair of brackets is done at once. */
static enum state
open_empty(struct fmt *f, enum lex_kind end)
{
	take_kind(f, end);
	return STATE_ACCESS;
}

static enum state
open_paren(struct fmt *f)
{
	push(f, LEVEL_PAREN);
	piece(f, PIECE_GROUP);
	take(f);
	layout_nest(&f->out, 1);
	return STATE_EXPR;
}

static enum state
open_list(struct fmt *f)
{
	take(f);
	if (at(f, LEX_BRACKET_END))
		return open_empty(f, LEX_BRACKET_END);
	push(f, LEVEL_LIST);
	layout_nest(&f->out, 1);
	return STATE_EXPR;
}

static enum state
open_record(struct fmt *f)
{
	piece(f, PIECE_GROUP);
	take(f);
	if (at(f, LEX_BRACE_END)) {
		take(f);
		piece(f, PIECE_END);
		return STATE_ACCESS;
	}
	push(f, LEVEL_RECORD);
	layout_nest(&f->out, INDENT);
	piece(f, PIECE_LINE);
	put_key(f);
	return STATE_EXPR;
}

static enum state
put_primary(struct fmt *f)
{
	switch (peek(f)) {
	case LEX_PAREN:
		return open_paren(f);
	case LEX_BRACKET:
		return open_list(f);
	case LEX_BRACE:
		return open_record(f);
	default:
		put_name(f);
		return STATE_ACCESS;
	}
}

/* From the second access on lines may end before them. */
static void
begin_access(struct fmt *f)
{
	if (top(f)->accesses++ == 0)
		layout_nest(&f->out, INDENT);
	else
		piece(f, PIECE_SOFT);
}

static enum state
open_call(struct fmt *f)
{
	begin_access(f);
	take(f);
	if (at(f, LEX_PAREN_END))
		return open_empty(f, LEX_PAREN_END);
	push(f, LEVEL_CALL);
	layout_nest(&f->out, INDENT);
	piece(f, PIECE_SOFT);
	return STATE_EXPR;
}

static enum state
put_access(struct fmt *f)
{
	switch (peek(f)) {
	case LEX_DOT:
		begin_access(f);
		take(f);
		take(f);
		return STATE_ACCESS;
	case LEX_PAREN:
		return open_call(f);
	case LEX_BRACKET:
		begin_access(f);
		take(f);
		push(f, LEVEL_INDEX);
		return STATE_EXPR;
	default:
		if (top(f)->accesses > 0)
			layout_unnest(&f->out, INDENT);
		piece(f, PIECE_END);
		return STATE_OPERATOR;
	}
}

/* has, like and is group the relation that they are in. */
static void
group_relation(struct fmt *f)
{
	layout_group(&f->out, top(f)->relation);
	top(f)->grouped = true;
}

static enum state
begin_nested(struct fmt *f)
{
	layout_nest(&f->out, INDENT);
	top(f)->nested = true;
	begin_sum(f);
	return STATE_MEMBER;
}

static enum state
put_has(struct fmt *f)
{
	group_relation(f);
	take_spaced(f, PIECE_LINE, PIECE_LINE);
	return begin_nested(f);
}

static enum state
put_is(struct fmt *f)
{
	group_relation(f);
	take_spaced(f, PIECE_SPACE, PIECE_SPACE);
	put_name(f);
	if (!at(f, LEX_IN)) {
		/* The type is all there is on the right: nothing is open. */
		piece(f, PIECE_GROUP);
		piece(f, PIECE_GROUP);
		return STATE_OPERATOR;
	}
	take_spaced(f, PIECE_LINE, PIECE_SPACE);
	return begin_nested(f);
}

static void
end_relation(struct fmt *f)
{
	if (top(f)->nested)
		layout_unnest(&f->out, INDENT);
	if (top(f)->grouped)
		piece(f, PIECE_END);
}

/* After a sum: what the relation goes on with, or the next one. */
static enum state
put_relation(struct fmt *f)
{
	enum lex_kind kind = peek(f);
	bool first = !top(f)->operator;

	top(f)->operator = true;
	if (first && (kind == LEX_HAS || kind == LEX_LIKE))
		return put_has(f);
	if (first && kind == LEX_IS)
		return put_is(f);
	if (first && (kind == LEX_IN || (kind >= LEX_EQ && kind <= LEX_GT))) {
		take_spaced(f, PIECE_SPACE, PIECE_SPACE);
		begin_sum(f);
		return STATE_MEMBER;
	}
	end_relation(f);
	if (kind != LEX_AND && kind != LEX_OR)
		return STATE_END;
	take_spaced(f, PIECE_SPACE, PIECE_LINE);
	return begin_relation(f);
}

/* After a member: it is in a product, and that in a sum. */
static enum state
put_operator(struct fmt *f)
{
	if (at(f, LEX_STAR)) {
		take_spaced(f, PIECE_SPACE, PIECE_LINE);
		begin_member(f);
		return STATE_MEMBER;
	}
	piece(f, PIECE_END);
	if (at(f, LEX_PLUS) || at(f, LEX_MINUS)) {
		take_spaced(f, PIECE_SPACE, PIECE_LINE);
		piece(f, PIECE_GROUP);
		begin_member(f);
		return STATE_MEMBER;
	}
	piece(f, PIECE_END);
	return put_relation(f);
}

/* A comma between two items. */
static bool
put_comma(struct fmt *f, enum piece_kind after)
{
	if (!at(f, LEX_COMMA))
		return false;
	take(f);
	piece(f, after);
	return true;
}

/* The next part of an `if'. */
static enum state
next_part(struct fmt *f, enum lex_kind word, enum level_kind kind)
{
	layout_unnest(&f->out, INDENT);
	piece(f, PIECE_LINE);
	take_kind(f, word);
	layout_nest(&f->out, INDENT);
	piece(f, PIECE_LINE);
	*top(f) = (struct level){ .kind = kind };
	return STATE_EXPR;
}

static enum state
close_level(struct fmt *f, enum lex_kind end)
{
	take_kind(f, end);
	f->depth--;
	return STATE_ACCESS;
}

static enum state
end_paren(struct fmt *f)
{
	layout_unnest(&f->out, 1);
	close_level(f, LEX_PAREN_END);
	piece(f, PIECE_END);
	return STATE_ACCESS;
}

static enum state
end_item(struct fmt *f)
{
	if (put_comma(f, PIECE_LINE))
		return STATE_EXPR;
	layout_unnest(&f->out, 1);
	return close_level(f, LEX_BRACKET_END);
}

static enum state
end_field(struct fmt *f)
{
	if (put_comma(f, PIECE_LINE)) {
		put_key(f);
		return STATE_EXPR;
	}
	layout_unnest(&f->out, INDENT);
	piece(f, PIECE_LINE);
	close_level(f, LEX_BRACE_END);
	piece(f, PIECE_END);
	return STATE_ACCESS;
}

static enum state
end_argument(struct fmt *f)
{
	if (put_comma(f, PIECE_LINE))
		return STATE_EXPR;
	layout_unnest(&f->out, INDENT);
	piece(f, PIECE_SOFT);
	return close_level(f, LEX_PAREN_END);
}

/* The whole `if', and so the expression that it is. */
static enum state
end_if(struct fmt *f)
{
	layout_unnest(&f->out, INDENT);
	piece(f, PIECE_END);
	f->depth--;
	return STATE_END;
}

static enum state
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

static void
put_expr(struct fmt *f)
{
	static enum state (*const next[])(struct fmt *) = {
		[STATE_EXPR] = begin_expr, [STATE_MEMBER] = put_primary,
		[STATE_ACCESS] = put_access, [STATE_OPERATOR] = put_operator,
		[STATE_END] = end_expr,
	};
	enum state s = STATE_EXPR;

	f->depth = 0;
	push(f, LEVEL_BASE);
	while (f->rc == 0 && s != STATE_DONE)
		s = next[s](f);
}

/* @name or @name("value"), each in a line. */
static void
put_annotation(struct fmt *f)
{
	take(f);
	take(f);
	if (at(f, LEX_PAREN)) {
		take(f);
		take(f);
		take_kind(f, LEX_PAREN_END);
	}
	piece(f, PIECE_HARD);
}

static void
put_is_type(struct fmt *f)
{
	piece(f, PIECE_GROUP);
	layout_nest(&f->out, INDENT);
	piece(f, PIECE_GROUP);
	take_spaced(f, PIECE_LINE, PIECE_END);
	piece(f, PIECE_LINE);
	put_name(f);
	layout_unnest(&f->out, INDENT);
	piece(f, PIECE_END);
}

/* principal, principal == X, principal is T in X */
static void
put_variable(struct fmt *f)
{
	piece(f, PIECE_GROUP);
	piece(f, PIECE_GROUP);
	take(f);
	if (at(f, LEX_IS))
		put_is_type(f);
	if (at(f, LEX_EQ) || at(f, LEX_IN)) {
		take_spaced(f, PIECE_LINE, PIECE_END);
		layout_nest(&f->out, INDENT);
		piece(f, PIECE_LINE);
		put_expr(f);
		layout_unnest(&f->out, INDENT);
	} else {
		piece(f, PIECE_END);
	}
	piece(f, PIECE_END);
}

/* Whether the scope that begins is three words without comments. */
static bool
is_bare(const struct fmt *f)
{
	struct tokens t = f->in;
	size_t start = t.token.pos;

	while (f->rc == 0 && t.token.kind != LEX_PAREN_END) {
		if (t.token.kind != LEX_PAREN && t.token.kind != LEX_WORD &&
		    t.token.kind != LEX_COMMA)
			return false;
		if (tokens_next(&t) == -1)
			return false;
	}
	return memmem(t.text + start, t.token.pos - start, "//", 2) == NULL;
}

static void
put_scope(struct fmt *f)
{
	enum piece_kind between = is_bare(f) ? PIECE_SPACE : PIECE_HARD;

	take_kind(f, LEX_PAREN);
	layout_nest(&f->out, INDENT);
	if (between == PIECE_HARD)
		piece(f, PIECE_HARD);
	do
		put_variable(f);
	while (put_comma(f, between));
	layout_unnest(&f->out, INDENT);
	if (between == PIECE_HARD)
		piece(f, PIECE_HARD);
	take_kind(f, LEX_PAREN_END);
}

static void
put_condition(struct fmt *f)
{
	piece(f, PIECE_HARD);
	piece(f, PIECE_GROUP);
	take_spaced(f, PIECE_NONE, PIECE_LINE);
	take_kind(f, LEX_BRACE);
	piece(f, PIECE_GROUP);
	layout_nest(&f->out, INDENT);
	piece(f, PIECE_LINE);
	piece(f, PIECE_GROUP);
	put_expr(f);
	piece(f, PIECE_END);
	layout_unnest(&f->out, INDENT);
	piece(f, PIECE_LINE);
	take_kind(f, LEX_BRACE_END);
	piece(f, PIECE_END);
	piece(f, PIECE_END);
}

static void
put_policy(struct fmt *f)
{
	while (at(f, LEX_AT))
		put_annotation(f);
	take(f);
	piece(f, PIECE_SPACE);
	put_scope(f);
	while (f->rc == 0 && at(f, LEX_WORD))
		put_condition(f);
	take_kind(f, LEX_SEMICOLON);
	piece(f, PIECE_HARD);
}

static int
put_policies(struct fmt *f)
{
	bool first = true;

	for (; f->rc == 0; first = false) {
		bool end = at(f, LEX_END);

		if (!first && !end)
			piece(f, PIECE_BLANK);
		put_comments(f, !end || f->in.token.pos > f->in.gap);
		if (!end)
			put_policy(f);
		if (layout_flush(&f->out) == -1 && f->rc == 0)
			f->rc = cedar_error_memory(f->error,
			    f->in.lex.source->file);
		if (end)
			break;
	}
	return f->rc;
}

/* The text must be policies, or the walk would lose its way. */
static int
check(const struct cedar_source *s, struct cedar_error *e)
{
	struct policies set;
	int rc;

	policies_init(&set);
	rc = policies_add_text(&set, s->file, s->text, s->len,
	    POLICY_IDS_NUMBERED, e);
	policies_free(&set);
	return rc;
}

/*
 * What was written must be read again: indents may have made a policy longer
 * than policies may be.
 */
static int
check_result(const struct put *out, size_t start, const char *file,
    struct cedar_error *e)
{
	struct cedar_source result = {
		"formatted", (const char *)out->base + start, out->len - start,
	};
	struct cedar_error why;

	if (out->err == 0 && check(&result, &why) == 0)
		return 0;
	cedar_error_set(e, file, "cannot be formatted: %s", out->err != 0 ?
	    "too large" : why.text);
	errno = EMSGSIZE;
	return -1;
}

int
format_text(struct put *out, const char *file, const char *text, size_t len,
    struct cedar_error *e)
{
	struct cedar_source source = { file, text, len };
	struct fmt f = { .error = e };
	size_t start = out->len;

	if (check(&source, e) == -1)
		return -1;
	layout_init(&f.out, out, FORMAT_WIDTH);
	f.rc = tokens_init(&f.in, &source, e);
	put_policies(&f);
	layout_free(&f.out);
	if (f.rc == 0)
		f.rc = check_result(out, start, file, e);
	return f.rc;
}

/*
 * Written in a line first, then formatted.  What cannot be told as text
 * (an attribute `has "a b".c' from JSON) stays in its line.
 */
void
format_policy(struct put *out, const struct policy *p)
{
	size_t cap = 16 * CEDAR_POLICY_MAX;
	struct cedar_error e;
	struct put flat;
	char *text = malloc(cap);

	if (text == NULL) {
		out->err = ENOMEM;
		return;
	}
	put_init(&flat, text, cap);
	format_flat(&flat, p);
	if (flat.err != 0)
		out->err = flat.err;
	else if (format_text(out, "policy", text, flat.len, &e) == -1 &&
	    out->err == 0)
		put_raw(out, text, flat.len);
	free(text);
}
