/*
 * The formatter lays out the tokens of the text again, in the same order and
 * with their comments.  The layout is that of the official formatter
 * (https://docs.cedarpolicy.com/other/cedar-formatter.html) with its defaults.
 */
#include "format.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fmt.h"

/* @name or @name("value"), each on its own line. */
static void
put_annotation(struct fmt *f)
{
	fmt_take(f);
	fmt_take(f);
	if (fmt_at(f, LEX_PAREN)) {
		fmt_take(f);
		fmt_take(f);
		fmt_take_kind(f, LEX_PAREN_END);
	}
	fmt_piece(f, PIECE_HARD);
}

static void
put_is_type(struct fmt *f)
{
	fmt_piece(f, PIECE_GROUP);
	layout_nest(&f->out, FORMAT_INDENT);
	fmt_piece(f, PIECE_GROUP);
	fmt_take_spaced(f, PIECE_LINE, PIECE_END);
	fmt_piece(f, PIECE_LINE);
	fmt_name(f);
	layout_unnest(&f->out, FORMAT_INDENT);
	fmt_piece(f, PIECE_END);
}

/* Opens a group.  Comments above its first token are not in it. */
static void
open_group(struct fmt *f)
{
	fmt_comments(f, false);
	fmt_piece(f, PIECE_GROUP);
}

/* principal, principal == X, principal is T in X */
static void
put_variable(struct fmt *f)
{
	open_group(f);
	fmt_piece(f, PIECE_GROUP);
	fmt_take(f);
	if (fmt_at(f, LEX_IS))
		put_is_type(f);
	if (fmt_at(f, LEX_EQ) || fmt_at(f, LEX_IN)) {
		fmt_take_spaced(f, PIECE_LINE, PIECE_END);
		layout_nest(&f->out, FORMAT_INDENT);
		fmt_piece(f, PIECE_LINE);
		fmt_expr(f);
		layout_unnest(&f->out, FORMAT_INDENT);
	} else {
		fmt_piece(f, PIECE_END);
	}
	fmt_piece(f, PIECE_END);
}

/* Whether the next scope is three words. */
static bool
is_bare(const struct fmt *f)
{
	struct tokens t = f->in;

	while (f->rc == 0 && t.token.kind != LEX_PAREN_END) {
		if (t.token.kind != LEX_PAREN && t.token.kind != LEX_WORD &&
		    t.token.kind != LEX_COMMA)
			return false;
		if (tokens_next(&t) == -1)
			return false;
	}
	return true;
}

/* permit (...), forbid (...) */
static void
put_scope(struct fmt *f)
{
	enum layout_piece_kind between = is_bare(f) ? PIECE_SPACE : PIECE_HARD;

	open_group(f);
	fmt_take_spaced(f, PIECE_NONE, PIECE_LINE);
	fmt_take_kind(f, LEX_PAREN);
	fmt_piece(f, PIECE_END);
	layout_nest(&f->out, FORMAT_INDENT);
	if (between == PIECE_HARD)
		fmt_piece(f, PIECE_HARD);
	do
		put_variable(f);
	while (fmt_comma(f, between));
	layout_unnest(&f->out, FORMAT_INDENT);
	if (between == PIECE_HARD)
		fmt_piece(f, PIECE_HARD);
	fmt_take_kind(f, LEX_PAREN_END);
}

static void
put_condition(struct fmt *f)
{
	fmt_piece(f, PIECE_HARD);
	open_group(f);
	fmt_take_spaced(f, PIECE_NONE, PIECE_LINE);
	open_group(f);
	fmt_take_kind(f, LEX_BRACE);
	layout_nest(&f->out, FORMAT_INDENT);
	fmt_piece(f, PIECE_LINE);
	open_group(f);
	fmt_expr(f);
	fmt_piece(f, PIECE_END);
	layout_unnest(&f->out, FORMAT_INDENT);
	fmt_piece(f, PIECE_LINE);
	fmt_take_kind(f, LEX_BRACE_END);
	fmt_piece(f, PIECE_END);
	fmt_piece(f, PIECE_END);
}

static void
put_policy(struct fmt *f)
{
	while (fmt_at(f, LEX_AT))
		put_annotation(f);
	put_scope(f);
	while (f->rc == 0 && fmt_at(f, LEX_WORD))
		put_condition(f);
	fmt_take_kind(f, LEX_SEMICOLON);
	fmt_piece(f, PIECE_HARD);
}

static int
put_policies(struct fmt *f)
{
	bool first = true;

	for (; f->rc == 0; first = false) {
		bool end = fmt_at(f, LEX_END);

		if (!first && !end)
			fmt_piece(f, PIECE_BLANK);
		fmt_comments(f, !end || f->in.token.pos > f->in.gap);
		if (!end)
			put_policy(f);
		if (layout_flush(&f->out) == -1 && f->rc == 0)
			f->rc = doc_error_memory(f->error,
			    f->in.lex.source->file);
		if (end)
			break;
	}
	return f->rc;
}

/* The text must be valid policies: the layout does not check the grammar. */
static int
check(const struct doc_source *s, struct doc_error *e)
{
	struct policies set;
	int rc, saved;

	policies_init(&set);
	rc = policies_add_text(&set, s->file, s->text, s->len,
	    POLICY_IDS_NUMBERED, e);
	saved = errno;
	policies_free(&set);
	errno = saved;
	return rc;
}

/* The result must be valid, too: indentation may make a policy too long. */
static int
check_result(const struct put *out, size_t start, const char *file,
    struct doc_error *e)
{
	struct doc_source result = {
		"formatted", (const char *)out->base + start, out->len - start,
	};
	struct doc_error why;

	if (out->err == 0 && check(&result, &why) == 0)
		return 0;
	if (out->err == 0 && errno == ENOMEM)
		return doc_error_memory(e, file);
	doc_error_set(e, file, "cannot be formatted: %s", out->err != 0 ?
	    "too large" : why.text);
	errno = EMSGSIZE;
	return -1;
}

int
format_text(struct put *out, const char *file, const char *text, size_t len,
    struct doc_error *e)
{
	struct doc_source source = { file, text, len };
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
 * Writes the policy on one line, then formats it.  A policy that text cannot
 * express (`has "a b".c' from JSON) stays on one line.
 */
void
format_policy(struct put *out, const struct policy *p)
{
	size_t cap = 16 * CEDAR_POLICY_MAX;
	struct doc_error e;
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
