#include "parse.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cedar/data/name.h"
#include "lib/doc/encoding.h"
#include "unescape.h"

int
parse_start(struct parser *p, const struct doc_source *source,
    struct arena *arena, struct build *b, struct doc_error *e)
{
	memset(p, 0, sizeof(*p));
	p->source = source;
	p->error = e;
	p->arena = arena;
	p->build = b;
	p->max = SIZE_MAX;
	lex_init(&p->lex, source, e);
	return encoding_check(source, 0, e) == -1 ? -1 : parse_next(p);
}

void
parse_end(struct parser *p)
{
	free(p->buf);
	free(p->names);
	free(p->uids);
}

int
parse_error(struct parser *p, size_t pos, const char *fmt, ...)
{
	char text[DOC_MESSAGE_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return doc_error_at(p->error, p->source, pos, "%s", text);
}

int
parse_memory(struct parser *p)
{
	return doc_error_memory(p->error, p->source->file);
}

int
parse_next(struct parser *p)
{
	p->before = p->token.pos + p->token.len;
	if (p->before > p->max)
		return parse_error(p, p->start, "this policy has more than %d "
		    "bytes; split it",
		    CEDAR_POLICY_MAX);
	return lex_next(&p->lex, &p->token);
}

bool
parse_at(const struct parser *p, enum lex_kind kind)
{
	return p->token.kind == kind;
}

bool
parse_at_word(const struct parser *p, const char *word)
{
	return lex_is(p->source, &p->token, word);
}

/* Mistakes of people who know other languages. */
static const struct {
	const char	*token;
	const char	*hint;
} hints[] = {
	{ "=", "; equality is written ==" },
	{ "and", "; `and' is written &&" },
	{ "AND", "; `and' is written &&" },
	{ "or", "; `or' is written ||" },
	{ "OR", "; `or' is written ||" },
	{ "not", "; `not' is written !(...)" },
	{ "NOT", "; `not' is written !(...)" },
	{ "matches", "; text is matched with `like' and a pattern" },
	{ "elif", "; write else if ..." },
	{ "/", "; there is no division, and comments begin with //" },
	{ "%", "; there is no remainder" },
	{ "allow", "; the effects are permit and forbid" },
	{ "deny", "; the effects are permit and forbid" },
	{ "Permit", "; the effects are permit and forbid" },
	{ "Forbid", "; the effects are permit and forbid" },
	{ "where", "; the conditions are when { } and unless { }" },
};

static const char *
find_hint(const struct parser *p)
{
	const char *s = p->source->text + p->token.pos;

	for (size_t i = 0; i < sizeof(hints) / sizeof(hints[0]); i++)
		if (strlen(hints[i].token) == p->token.len &&
		    memcmp(hints[i].token, s, p->token.len) == 0)
			return hints[i].hint;
	return "";
}

int
parse_unexpected(struct parser *p, const char *expected)
{
	char name[LEX_NAME_MAX];

	return parse_error(p, p->token.pos, "expected %s, not %s%s", expected,
	    lex_name(name, p->source, &p->token), find_hint(p));
}

int
parse_expect(struct parser *p, enum lex_kind kind, const char *expected)
{
	return parse_at(p, kind) ? parse_next(p) :
	    parse_unexpected(p, expected);
}

/* Room for n more bytes in buf. */
static int
reserve(struct parser *p, size_t n)
{
	size_t cap = p->buf_cap == 0 ? 256 : p->buf_cap;
	char *buf;

	while (cap - p->buf_len < n)
		cap *= 2;
	if (cap == p->buf_cap)
		return 0;
	if ((buf = realloc(p->buf, cap)) == NULL)
		return parse_memory(p);
	p->buf = buf;
	p->buf_cap = cap;
	return 0;
}

static int
append(struct parser *p, const char *s, size_t len)
{
	if (reserve(p, len) == -1)
		return -1;
	memcpy(p->buf + p->buf_len, s, len);
	p->buf_len += len;
	return 0;
}

/* Moves buf to a string in the arena. */
static int
take_buf(struct parser *p, const struct str **out)
{
	*out = str_new(p->arena, p->buf_len == 0 ? "" : p->buf, p->buf_len);
	p->buf_len = 0;
	return *out == NULL ? parse_memory(p) : 0;
}

/* Appends the word to buf; it must not be reserved. */
static int
append_ident(struct parser *p, const char *expected)
{
	const char *s = p->source->text + p->token.pos;
	const size_t len = p->token.len;

	if (!lex_is_word(p->token.kind))
		return parse_unexpected(p, expected);
	if (name_is_reserved(s, len))
		return parse_error(p, p->token.pos, "expected %s, not `%.*s', "
		    "which is reserved", expected, (int)len, s);
	return append(p, s, len) == -1 ? -1 : parse_next(p);
}

int
parse_ident(struct parser *p, const char *expected, const struct str **out)
{
	p->buf_len = 0;
	return append_ident(p, expected) == -1 ? -1 : take_buf(p, out);
}

int
parse_path(struct parser *p, const char *expected, const struct str **out,
    bool *colons)
{
	*colons = false;
	p->buf_len = 0;
	if (append_ident(p, expected) == -1)
		return -1;
	while (parse_at(p, LEX_COLONS)) {
		if (parse_next(p) == -1)
			return -1;
		if (!lex_is_word(p->token.kind)) {
			*colons = true;
			break;
		}
		if (append(p, "::", 2) == -1 ||
		    append_ident(p, "a name after ::") == -1)
			return -1;
	}
	return take_buf(p, out);
}

int
parse_string(struct parser *p, const struct str **out)
{
	struct unescape u;
	char c[4];
	bool wild;
	int n;

	p->buf_len = 0;
	unescape_init(&u, p->source, p->token.pos, p->token.len, false,
	    p->error);
	while ((n = unescape_next(&u, c, &wild)) > 0)
		if (append(p, c, (size_t)n) == -1)
			return -1;
	if (n == -1 || take_buf(p, out) == -1)
		return -1;
	return parse_next(p);
}

int
parse_push_name(struct parser *p, const struct str *s)
{
	if (p->nnames == p->name_cap) {
		size_t cap = p->name_cap == 0 ? 16 : p->name_cap * 2;
		const struct str **names = reallocarray(p->names, cap,
		    sizeof(*names));

		if (names == NULL)
			return parse_memory(p);
		p->names = names;
		p->name_cap = cap;
	}
	p->names[p->nnames++] = s;
	return 0;
}

const struct str *const *
parse_names(const struct parser *p, size_t first)
{
	return p->nnames == first ? NULL : &p->names[first];
}

/* Ends a literal of the pattern, which is in buf. */
static int
push_text(struct parser *p)
{
	const struct str *s;

	if (p->buf_len == 0)
		return 0;
	return take_buf(p, &s) == -1 ? -1 : parse_push_name(p, s);
}

int
parse_pattern(struct parser *p, size_t *first)
{
	struct unescape u;
	char c[4];
	bool wild;
	int n;

	*first = p->nnames;
	p->buf_len = 0;
	unescape_init(&u, p->source, p->token.pos, p->token.len, true,
	    p->error);
	while ((n = unescape_next(&u, c, &wild)) > 0) {
		if (wild && (push_text(p) == -1 ||
		    parse_push_name(p, NULL) == -1))
			return -1;
		if (!wild && append(p, c, (size_t)n) == -1)
			return -1;
	}
	if (n == -1 || push_text(p) == -1)
		return -1;
	return parse_next(p);
}

int
parse_uid(struct parser *p, const char *expected, const struct uid **out)
{
	const struct str *type, *id;
	bool colons;

	if (parse_path(p, expected, &type, &colons) == -1)
		return -1;
	if (!colons)
		return parse_unexpected(p, "`::' and the entity's id in "
		    "double quotes, as in User::\"alice\"");
	if (!parse_at(p, LEX_STRING))
		return parse_unexpected(p, "the entity's id in double quotes, "
		    "as in User::\"alice\"");
	if (parse_string(p, &id) == -1)
		return -1;
	*out = uid_new(p->arena, type, id);
	return *out == NULL ? parse_memory(p) : 0;
}

int
parse_uid_text(const struct uid **out, struct arena *arena,
    const struct doc_source *source, struct doc_error *e)
{
	struct parser p;
	int rc;

	rc = parse_start(&p, source, arena, NULL, e);
	if (rc == 0)
		rc = parse_uid(&p, "an entity, as User::\"alice\"", out);
	if (rc == 0 && !parse_at(&p, LEX_END))
		rc = parse_unexpected(&p, "nothing more after the entity");
	parse_end(&p);
	return rc;
}
