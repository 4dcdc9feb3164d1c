#include "lex.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "lib/doc/json.h"

static const char *const texts[] = {
#define K(name, text) text,
	LEX_KINDS(K)
#undef K
};
static_assert(sizeof(texts) / sizeof(texts[0]) == LEX_COUNT, "a kind");

void
lex_init(struct lex *x, const struct doc_source *source,
    struct doc_error *e)
{
	x->source = source;
	x->pos = 0;
	x->error = e;
	x->schema = false;
}

const char *
lex_kind_text(enum lex_kind kind)
{
	return texts[kind];
}

bool
lex_is_word(enum lex_kind kind)
{
	return kind == LEX_WORD || (kind >= LEX_TRUE && kind <= LEX_LIKE);
}

bool
lex_is(const struct doc_source *s, const struct lex_token *t,
    const char *word)
{
	return lex_is_word(t->kind) && strlen(word) == t->len &&
	    memcmp(s->text + t->pos, word, t->len) == 0;
}

const char *
lex_name(char dst[LEX_NAME_MAX], const struct doc_source *s,
    const struct lex_token *t)
{
	char quoted[QUOTE_MAX];

	if (t->kind == LEX_END)
		snprintf(dst, LEX_NAME_MAX, "the end of the text");
	else if (t->kind == LEX_STRING)
		snprintf(dst, LEX_NAME_MAX, "the string %s",
		    doc_quote(quoted, s->text + t->pos, t->len));
	else
		snprintf(dst, LEX_NAME_MAX, "`%s'",
		    doc_quote(quoted, s->text + t->pos, t->len));
	return dst;
}

/*
 * White space beyond ASCII, in UTF-8: characters with Unicode's property
 * White_Space.
 */
static const char *const spaces[] = {
	"\xc2\x85", "\xc2\xa0", "\xe1\x9a\x80", "\xe2\x80\x80",
	"\xe2\x80\x81", "\xe2\x80\x82", "\xe2\x80\x83", "\xe2\x80\x84",
	"\xe2\x80\x85", "\xe2\x80\x86", "\xe2\x80\x87", "\xe2\x80\x88",
	"\xe2\x80\x89", "\xe2\x80\x8a", "\xe2\x80\xa8", "\xe2\x80\xa9",
	"\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80",
};

/* Whether the source continues with this text. */
static bool
starts(const struct lex *x, const char *text)
{
	size_t n = strlen(text);

	return x->source->len - x->pos >= n &&
	    memcmp(x->source->text + x->pos, text, n) == 0;
}

/* Bytes of the white space character at the place, or 0. */
static size_t
space_len(const struct lex *x)
{
	const unsigned char c = (unsigned char)x->source->text[x->pos];

	if (c == ' ' || (c >= '\t' && c <= '\r'))
		return 1;
	if (c < 0x80)
		return 0;
	for (size_t i = 0; i < sizeof(spaces) / sizeof(spaces[0]); i++)
		if (starts(x, spaces[i]))
			return strlen(spaces[i]);
	return 0;
}

static void
skip_comment(struct lex *x)
{
	const char *s = x->source->text;

	while (x->pos < x->source->len && s[x->pos] != '\n' &&
	    s[x->pos] != '\r')
		x->pos++;
}

static void
skip_space(struct lex *x)
{
	size_t n;

	while (x->pos < x->source->len) {
		if ((n = space_len(x)) > 0)
			x->pos += n;
		else if (starts(x, "//"))
			skip_comment(x);
		else
			return;
	}
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* Byte i from the place, or NUL at the end. */
static char
peek(const struct lex *x, size_t i)
{
	return x->pos + i < x->source->len ? x->source->text[x->pos + i] : 0;
}

static void
read_word(struct lex *x, struct lex_token *t)
{
	t->len = peek(x, 0) == '?' ? 1 : 0;
	t->kind = t->len == 1 ? LEX_SLOT : LEX_WORD;
	while (is_letter(peek(x, t->len)) || is_digit(peek(x, t->len)))
		t->len++;
	for (int k = LEX_TRUE; k <= LEX_LIKE; k++)
		if (lex_is(x->source, t, texts[k]))
			t->kind = (enum lex_kind)k;
}

static void
read_number(struct lex *x, struct lex_token *t)
{
	t->kind = LEX_NUMBER;
	while (is_digit(peek(x, t->len)))
		t->len++;
}

/* Up to the quote that ends it; escapes are decoded later. */
static int
read_string(struct lex *x, struct lex_token *t)
{
	const char *s = x->source->text;
	size_t i;

	t->kind = LEX_STRING;
	for (i = x->pos + 1; i < x->source->len && s[i] != '"'; i++)
		if (s[i] == '\\' && (++i == x->source->len || s[i] == '\n'))
			return doc_error_at(x->error, x->source, i - 1,
			    "expected an escape after the backslash, not the "
			    "line's end; a line break is written \\n");
	if (i >= x->source->len)
		return doc_error_at(x->error, x->source, x->pos,
		    "this string has no end: expected a second \" before "
		    "the end of the text");
	t->len = i + 1 - x->pos;
	return 0;
}

/* Characters that start no token, with the likely intention. */
static const struct {
	const char	*text;
	const char	*hint;
} no_tokens[] = {
	{ "'", "; strings are in double quotes: \"like this\"" },
	{ "`", "; strings are in double quotes: \"like this\"" },
	{ "\xe2\x80\x9c", "; strings are in plain double quotes: \"" },
	{ "\xe2\x80\x9d", "; strings are in plain double quotes: \"" },
	{ "&", "; `and' is written &&" },
	{ "|", "; `or' is written ||" },
	{ "#", "; comments begin with //" },
	{ "?", "; a choice is written if A then B else C, and a "
	    "template's slots are ?principal and ?resource" },
	{ "\xef\xbb\xbf", "; this is a byte order mark; remove it" },
};

static int
refuse(struct lex *x)
{
	const unsigned char *s =
	    (const unsigned char *)x->source->text + x->pos;
	char quoted[QUOTE_MAX];
	const char *hint = "";

	for (size_t i = 0; i < sizeof(no_tokens) / sizeof(no_tokens[0]); i++)
		if (starts(x, no_tokens[i].text))
			hint = no_tokens[i].hint;
	if (*s >= 0x80)
		return doc_error_at(x->error, x->source, x->pos, "expected "
		    "ASCII outside strings and comments%s", hint);
	return doc_error_at(x->error, x->source, x->pos, "`%s' is not allowed "
	    "outside strings and comments%s",
	    doc_quote(quoted, s, 1), hint);
}

/* The longest sign at this place. */
static int
read_sign(struct lex *x, struct lex_token *t)
{
	for (int k = LEX_AT; k < LEX_COUNT; k++) {
		size_t n = strlen(texts[k]);

		if (n <= t->len || !starts(x, texts[k]) ||
		    (k == LEX_QUESTION && !x->schema))
			continue;
		t->kind = (enum lex_kind)k;
		t->len = n;
	}
	return t->len == 0 ? refuse(x) : 0;
}

int
lex_next(struct lex *x, struct lex_token *t)
{
	char c;

	skip_space(x);
	*t = (struct lex_token){ .kind = LEX_END, .pos = x->pos };
	if (x->pos == x->source->len)
		return 0;
	c = peek(x, 0);
	if (is_letter(c) ||
	    (c == '?' && !x->schema && is_letter(peek(x, 1))))
		read_word(x, t);
	else if (is_digit(c))
		read_number(x, t);
	else if (c == '"') {
		if (read_string(x, t) == -1)
			return -1;
	} else if (read_sign(x, t) == -1)
		return -1;
	x->pos += t->len;
	return 0;
}
