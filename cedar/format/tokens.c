#include "tokens.h"

#include <string.h>

int
tokens_init(struct tokens *t, const struct doc_source *source,
    struct doc_error *e)
{
	t->text = source->text;
	t->gap = 0;
	lex_init(&t->lex, source, e);
	return lex_next(&t->lex, &t->token);
}

struct span
tokens_text(const struct tokens *t)
{
	struct span s = { t->text + t->token.pos, t->token.len };

	while (t->token.kind == LEX_NUMBER && s.len > 1 && s.p[0] == '0') {
		s.p++;
		s.len--;
	}
	return s;
}

static bool
closes(enum lex_kind kind)
{
	return kind == LEX_PAREN_END || kind == LEX_BRACKET_END ||
	    kind == LEX_BRACE_END;
}

int
tokens_next(struct tokens *t)
{
	struct lex lex;
	struct lex_token token;

	t->gap = t->token.pos + t->token.len;
	if (lex_next(&t->lex, &t->token) == -1)
		return -1;
	lex = t->lex;
	if (t->token.kind != LEX_COMMA || lex_next(&lex, &token) == -1 ||
	    !closes(token.kind))
		return 0;
	t->lex = lex;
	t->token = token;
	return 0;
}

static bool
at_comment(const struct tokens *t, size_t pos)
{
	return t->token.pos - pos >= 2 && t->text[pos] == '/';
}

static bool
ends_line(char c)
{
	return c == '\n' || c == '\r';
}

/* The comment at t->gap, up to the end of its line. */
static struct span
get_comment(struct tokens *t)
{
	struct span s = { t->text + t->gap, 0 };
	size_t left = t->token.pos - t->gap;

	while (s.len < left && !ends_line(s.p[s.len]))
		s.len++;
	t->gap += s.len;
	while (strchr(" \t\v\f", s.p[s.len - 1]) != NULL)
		s.len--;
	return s;
}

bool
tokens_comment(struct tokens *t, struct span *text, bool *blank)
{
	/* Except on the first line, the line break before it was not taken. */
	unsigned lines = 0, some = t->gap == 0 ? 0 : 1;

	while (t->gap < t->token.pos && !at_comment(t, t->gap))
		lines += t->text[t->gap++] == '\n';
	*blank = lines > some;
	if (t->gap == t->token.pos)
		return false;
	*text = get_comment(t);
	return true;
}

bool
tokens_trailing(struct tokens *t, struct span *text)
{
	size_t pos = t->gap;

	while (pos < t->token.pos && !ends_line(t->text[pos]) &&
	    !at_comment(t, pos))
		pos++;
	if (!at_comment(t, pos))
		return false;
	t->gap = pos;
	*text = get_comment(t);
	return true;
}
