#include "schema_text.h"

#include <stdio.h>
#include <string.h>

#include "cedar/text/unescape.h"
#include "lib/doc/encoding.h"

struct raw_place
schema_text_place(const struct text_reader *t)
{
	return (struct raw_place){ t->lex.source, t->token.pos };
}

int
schema_text_start(struct text_reader *t, struct raw_schema *raw,
    const struct doc_source *source)
{
	memset(t, 0, sizeof(*t));
	t->raw = raw;
	lex_init(&t->lex, source, raw->e);
	t->lex.schema = true;
	return encoding_check(source, 0, raw->e) == -1 ? -1 :
	    schema_text_next(t);
}

int
schema_text_expected(struct text_reader *t, const char *what)
{
	char found[LEX_NAME_MAX];

	return doc_error_at(t->lex.error, t->lex.source, t->token.pos,
	    "expected %s, not %s", what,
	    lex_name(found, t->lex.source, &t->token));
}

int
schema_text_next(struct text_reader *t)
{
	return lex_next(&t->lex, &t->token);
}

bool
schema_text_at(const struct text_reader *t, enum lex_kind kind)
{
	return t->token.kind == kind;
}

bool
schema_text_at_word(const struct text_reader *t, const char *word)
{
	return lex_is(t->lex.source, &t->token, word);
}

int
schema_text_take(struct text_reader *t, enum lex_kind kind, const char *what)
{
	return schema_text_at(t, kind) ? schema_text_next(t)
				       : schema_text_expected(t, what);
}

int
schema_text_accept(struct text_reader *t, enum lex_kind kind)
{
	if (!schema_text_at(t, kind))
		return 0;
	return schema_text_next(t) == -1 ? -1 : 1;
}

/* The current word; with `ident' it must not be reserved. */
static int
read_word(struct text_reader *t, bool ident, const char *what, const char **s,
    size_t *len)
{
	*s = t->lex.source->text + t->token.pos;
	*len = t->token.len;
	if (!lex_is_word(t->token.kind))
		return schema_text_expected(t, what);
	if (ident && raw_is_reserved(*s, *len))
		return doc_error_at(t->lex.error, t->lex.source,
		    t->token.pos, "expected %s: `%.*s' is reserved", what,
		    (int)*len, *s);
	return schema_text_next(t);
}

int
schema_text_read_ident(struct text_reader *t, const char *what,
    const struct str **out)
{
	const char *s;
	size_t len;

	if (read_word(t, true, what, &s, &len) == -1)
		return -1;
	return (*out = raw_str(t->raw, s, len)) == NULL ? -1 : 0;
}

/* The value of the current token, a string. */
static int
read_string(struct text_reader *t, const struct str **out)
{
	char *bytes = raw_alloc(t->raw, t->token.len, 1);
	struct unescape u;
	size_t len = 0;
	bool wild;
	int n;

	if (bytes == NULL)
		return -1;
	unescape_init(&u, t->lex.source, t->token.pos, t->token.len, false,
	    t->lex.error);
	while ((n = unescape_next(&u, bytes + len, &wild)) > 0)
		len += (size_t)n;
	if (n == -1 || (*out = raw_str(t->raw, bytes, len)) == NULL)
		return -1;
	return schema_text_next(t);
}

int
schema_text_read_name(struct text_reader *t, const char *what,
    const struct str **out)
{
	if (schema_text_at(t, LEX_STRING))
		return read_string(t, out);
	return schema_text_read_ident(t, what, out);
}

/* The idents of a path; 1 when a string comes next, after `::'. */
static int
read_idents(struct text_reader *t, const char *what, bool id,
    char path[RAW_NAME_MAX], size_t *len)
{
	struct raw_place place = schema_text_place(t);
	const char *s;
	size_t n;

	for (;;) {
		if (read_word(t, true, what, &s, &n) == -1)
			return -1;
		if (*len + n > RAW_NAME_MAX - 1)
			return raw_error(t->raw, &place, "name too long: at "
			    "most %d bytes", RAW_NAME_MAX - 1);
		memcpy(path + *len, s, n);
		*len += n;
		if (!schema_text_at(t, LEX_COLONS))
			return 0;
		if (schema_text_next(t) == -1)
			return -1;
		if (id && schema_text_at(t, LEX_STRING))
			return 1;
		for (int i = 0; i < 2 && *len < RAW_NAME_MAX; i++)
			path[(*len)++] = ':';
	}
}

int
schema_text_read_path(struct text_reader *t, const char *what,
    const struct str **out)
{
	char path[RAW_NAME_MAX];
	size_t len = 0;

	if (read_idents(t, what, false, path, &len) == -1)
		return -1;
	return (*out = raw_str(t->raw, path, len)) == NULL ? -1 : 0;
}

int
schema_text_read_action(struct text_reader *t, const struct str **type,
    const struct str **id)
{
	char path[RAW_NAME_MAX];
	size_t len = 0;
	int rc;

	*type = NULL;
	if (schema_text_at(t, LEX_STRING))
		return read_string(t, id);
	if ((rc = read_idents(t, "an action", true, path, &len)) == -1)
		return -1;
	if (rc == 1) {
		*type = raw_str(t->raw, path, len);
		return *type == NULL ? -1 : read_string(t, id);
	}
	if (memchr(path, ':', len) != NULL)
		return schema_text_expected(t,
		    "`::' and the action's id as a string");
	return (*id = raw_str(t->raw, path, len)) == NULL ? -1 : 0;
}

/* The name of an annotation, which must not be in the table yet. */
static int
read_note_name(struct text_reader *t, struct name_table *seen)
{
	struct raw_place place = schema_text_place(t);
	const struct str *name;
	const char *s;
	size_t len;

	if (read_word(t, false, "an annotation's name", &s, &len) == -1)
		return -1;
	name = str_new(&t->raw->scratch, s, len);
	if (name == NULL)
		return raw_memory(t->raw);
	if (table_get(seen, name, NULL) != NULL)
		return raw_error(t->raw, &place, "duplicate annotation "
		    "`%.*s'", (int)len, s);
	/* Only the key counts. */
	return table_put(seen, name, NULL, t) == -1 ? raw_memory(t->raw) : 0;
}

/* @name("text") after the @. */
static int
read_note(struct text_reader *t, struct name_table *seen)
{
	const struct str *text;
	int rc;

	if (read_note_name(t, seen) == -1)
		return -1;
	if ((rc = schema_text_accept(t, LEX_PAREN)) != 1)
		return rc;
	if (!schema_text_at(t, LEX_STRING))
		return schema_text_expected(t, "a string");
	if (read_string(t, &text) == -1)
		return -1;
	return schema_text_take(t, LEX_PAREN_END,
	    "`)' after the annotation's text");
}

int
schema_text_read_notes(struct text_reader *t)
{
	struct name_table seen = { 0 };
	int rc;

	while ((rc = schema_text_accept(t, LEX_AT)) == 1)
		if ((rc = read_note(t, &seen)) == -1)
			break;
	table_free(&seen);
	return rc;
}
