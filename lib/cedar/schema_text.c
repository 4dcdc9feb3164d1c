#include "schema_text.h"

#include <stdio.h>
#include <string.h>

#include "schema_raw.h"

struct raw_place
text_place(const struct text_reader *t)
{
	return (struct raw_place){ t->lex.source, t->lex.token.pos };
}

int
text_expected(struct text_reader *t, const char *what)
{
	char found[64];

	return cedar_error_at(t->lex.e, t->lex.source, t->lex.token.pos,
	    "expected %s, not %s", what,
	    schema_lex_name(&t->lex, found, sizeof(found)));
}

int
text_next(struct text_reader *t)
{
	return schema_lex_next(&t->lex);
}

bool
text_at(const struct text_reader *t, int kind)
{
	return t->lex.token.kind == kind;
}

bool
text_at_word(const struct text_reader *t, const char *word)
{
	const struct token *k = &t->lex.token;

	return k->kind == TOKEN_WORD && k->len == strlen(word) &&
	    memcmp(t->lex.source->text + k->pos, word, k->len) == 0;
}

int
text_take(struct text_reader *t, int kind, const char *what)
{
	return text_at(t, kind) ? text_next(t) : text_expected(t, what);
}

int
text_accept(struct text_reader *t, int kind)
{
	if (!text_at(t, kind))
		return 0;
	return text_next(t) == -1 ? -1 : 1;
}

/* The current word; one that may be a name when `ident'. */
static int
read_word(struct text_reader *t, bool ident, const char *what, const char **s,
    size_t *len)
{
	*s = t->lex.source->text + t->lex.token.pos;
	*len = t->lex.token.len;
	if (!text_at(t, TOKEN_WORD))
		return text_expected(t, what);
	if (ident && raw_is_reserved(*s, *len))
		return cedar_error_at(t->lex.e, t->lex.source,
		    t->lex.token.pos, "expected %s: `%.*s' is reserved", what,
		    (int)*len, *s);
	return text_next(t);
}

int
text_read_ident(struct text_reader *t, const char *what,
    const struct str **out)
{
	const char *s;
	size_t len;

	if (read_word(t, true, what, &s, &len) == -1)
		return -1;
	return (*out = raw_str(t->raw, s, len)) == NULL ? -1 : 0;
}

static int
read_string(struct text_reader *t, const struct str **out)
{
	if (schema_lex_string(&t->lex, t->raw->keep, out) == -1)
		return -1;
	return text_next(t);
}

int
text_read_name(struct text_reader *t, const char *what,
    const struct str **out)
{
	if (text_at(t, TOKEN_STRING))
		return read_string(t, out);
	return text_read_ident(t, what, out);
}

int
text_read_path(struct text_reader *t, const char *what,
    const struct str **out, const struct str **id)
{
	struct raw_place place = text_place(t);
	char path[RAW_NAME_MAX];
	size_t len = 0, n;
	const char *s;

	if (id != NULL && text_at(t, TOKEN_STRING))
		return read_string(t, id);
	for (;;) {
		if (read_word(t, true, what, &s, &n) == -1)
			return -1;
		if (len + n + 2 > sizeof(path))
			return raw_error(t->raw, &place, "name too long: at "
			    "most %d bytes", RAW_NAME_MAX - 2);
		memcpy(path + len, s, n);
		len += n;
		if (!text_at(t, TOKEN_PATH))
			break;
		if (text_next(t) == -1)
			return -1;
		if (id != NULL && text_at(t, TOKEN_STRING)) {
			*out = raw_str(t->raw, path, len);
			return *out == NULL ? -1 : read_string(t, id);
		}
		memcpy(path + len, "::", 2);
		len += 2;
	}
	/* An action without its type is one word. */
	if (id != NULL && memchr(path, ':', len) != NULL)
		return text_expected(t, "`::' and the action's id as a string");
	if (id == NULL)
		id = out;
	return (*id = raw_str(t->raw, path, len)) == NULL ? -1 : 0;
}

int
text_read_notes(struct text_reader *t)
{
	struct { const char *s; size_t len; } seen[RAW_NOTES_MAX];
	unsigned n = 0;
	const struct str *text;
	int rc;

	while ((rc = text_accept(t, '@')) == 1) {
		struct raw_place place = text_place(t);

		if (n == RAW_NOTES_MAX)
			return raw_error(t->raw, &place, "more than %d "
			    "annotations", RAW_NOTES_MAX);
		if (read_word(t, false, "an annotation's name", &seen[n].s,
		    &seen[n].len) == -1)
			return -1;
		for (unsigned i = 0; i < n; i++)
			if (seen[i].len == seen[n].len &&
			    memcmp(seen[i].s, seen[n].s, seen[n].len) == 0)
				return raw_error(t->raw, &place, "annotation "
				    "`%.*s' is there twice", (int)seen[n].len,
				    seen[n].s);
		n++;
		if ((rc = text_accept(t, '(')) == 0)
			continue;
		if (rc == -1 || !text_at(t, TOKEN_STRING))
			return rc == -1 ? -1 : text_expected(t, "a string");
		if (read_string(t, &text) == -1 ||
		    text_take(t, ')', "`)' after the annotation's text") == -1)
			return -1;
	}
	return rc;
}
