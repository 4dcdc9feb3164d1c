#include "signers.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base64.h"
#include "lib/doc/encoding.h"
#include "lib/doc/suggest.h"
#include "sshsig.h"

#define BLANK	" \t"

/* Where the reader is in one line. */
struct signers_line {
	const struct doc_source	*source;
	unsigned		 nr;
	const char		*p, *end;
};

struct signers_word {
	const char	*p;
	size_t		 len;
};

static int
line_error(const struct signers_line *l, const char *at, struct doc_error *e,
    const char *what, const char *quoted, const char *todo)
{
	return doc_error_at(e, l->source, (size_t)(at - l->source->text),
	    "%s%s%s; %s", what, *quoted != '\0' ? " " : "", quoted, todo);
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static void
skip_blank(struct signers_line *l)
{
	while (l->p < l->end && is_blank(*l->p))
		l->p++;
}

/*
 * The next word.  A blank inside quotation marks does not end it; \" is no
 * quotation mark, as for OpenSSH.
 */
static struct signers_word
next_word(struct signers_line *l)
{
	struct signers_word word;
	bool quoted = false;

	skip_blank(l);
	word.p = l->p;
	for (; l->p < l->end && (quoted || !is_blank(*l->p)); l->p++) {
		if (*l->p == '\\' && l->end - l->p > 1 && l->p[1] == '"')
			l->p++;
		else if (*l->p == '"')
			quoted = !quoted;
	}
	word.len = (size_t)(l->p - word.p);
	return word;
}

static bool
word_is(struct signers_word word, const char *s)
{
	return word.len == strlen(s) && memcmp(word.p, s, word.len) == 0;
}

static bool
word_has(struct signers_word word, const char *chars)
{
	for (size_t i = 0; i < word.len; i++)
		if (strchr(chars, word.p[i]) != NULL)
			return true;
	return false;
}

static int
parse_principal(struct signer *s, struct signers_line *l, struct doc_error *e)
{
	struct signers_word word = next_word(l);
	char quoted[QUOTE_MAX];

	doc_quote(quoted, word.p, word.len);
	if (word_has(word, "*?!"))
		return line_error(l, word.p, e, "pattern", quoted,
		    "name one principal, without * ? or !");
	if (word_has(word, ","))
		return line_error(l, word.p, e, "list of principals", quoted,
		    "write one line for each");
	if (word_has(word, "\"\\"))
		return line_error(l, word.p, e, "quotation mark or backslash in",
		    quoted, "write the principal plainly");
	if (word.len > PRINCIPAL_MAX)
		return line_error(l, word.p, e, "the principal is too long:",
		    quoted, "use at most 255 bytes");
	memcpy(s->principal, word.p, word.len);
	return 0;
}

/* `n' digits at *pp as a number, or -1. */
static int
take_digits(const char **pp, int n)
{
	int v = 0;

	for (int i = 0; i < n; i++, (*pp)++) {
		if (**pp < '0' || **pp > '9')
			return -1;
		v = v * 10 + (**pp - '0');
	}
	return v;
}

static int
month_days(int year, int month)
{
	static const signed char days[] = {
		31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31
	};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap);
}

/* Days from 1970-01-01 to the year's first day. */
static int
year_start(int year)
{
	int y = year - 1;

	return 365 * (year - 1970) + (y / 4 - 1969 / 4) -
	    (y / 100 - 1969 / 100) + (y / 400 - 1969 / 400);
}

int
signers_parse_time(const char *text, size_t len, uint64_t *tp)
{
	char copy[16] = "";
	const char *p = copy;
	int year, month, day, hour = 0, minute = 0, second = 0, days;

	errno = EBADMSG;
	if (len != 0 && text[len - 1] == 'Z')
		len--;
	if (len != 8 && len != 12 && len != 14)
		return -1;
	memcpy(copy, text, len);
	year = take_digits(&p, 4);
	month = take_digits(&p, 2);
	day = take_digits(&p, 2);
	if (len >= 12) {
		hour = take_digits(&p, 2);
		minute = take_digits(&p, 2);
	}
	if (len == 14)
		second = take_digits(&p, 2);
	if (year < 1970 || month < 1 || month > 12 || day < 1 ||
	    day > month_days(year, month) || hour < 0 || hour > 23 ||
	    minute < 0 || minute > 59 || second < 0 || second > 59)
		return -1;
	days = year_start(year) + day - 1;
	for (int m = 1; m < month; m++)
		days += month_days(year, m);
	*tp = (uint64_t)days * 86400 + (uint64_t)hour * 3600 +
	    (uint64_t)minute * 60 + (uint64_t)second;
	return 0;
}

static int
option_time(uint64_t *tp, struct signers_line *l, struct signers_word value, struct doc_error *e)
{
	char quoted[QUOTE_MAX];

	if (signers_parse_time(value.p, value.len, tp) == 0 && *tp != 0 &&
	    *tp != UINT64_MAX)
		return 0;
	return line_error(l, value.p, e, "bad time", doc_quote(quoted, value.p,
	    value.len), "write it as YYYYMMDDZ or YYYYMMDDHHMMSSZ");
}

static int
option_namespaces(struct signer *s, struct signers_line *l, struct signers_word value,
    struct doc_error *e)
{
	char quoted[QUOTE_MAX];

	doc_quote(quoted, value.p, value.len);
	if (word_has(value, "*?!") || word_has(value, BLANK))
		return line_error(l, value.p, e, "pattern or blank in "
		    "namespaces", quoted, "list whole names, joined by commas");
	if (value.len == 0 || value.len > SIGNERS_NAMESPACES_MAX ||
	    value.p[0] == ',' || value.p[value.len - 1] == ',' ||
	    memmem(value.p, value.len, ",,", 2) != NULL)
		return line_error(l, value.p, e, "bad list of namespaces",
		    quoted, "list names, joined by commas, 255 bytes at most");
	memcpy(s->namespaces, value.p, value.len);
	return 0;
}

enum option {
	OPTION_NAMESPACES,
	OPTION_VALID_AFTER,
	OPTION_VALID_BEFORE,
};

static const char *const option_names[] = {
	[OPTION_NAMESPACES] = "namespaces",
	[OPTION_VALID_AFTER] = "valid-after",
	[OPTION_VALID_BEFORE] = "valid-before",
};

#define NOPTIONS	(sizeof(option_names) / sizeof(option_names[0]))

static int
set_option(struct signer *s, enum option option, struct signers_line *l,
    struct signers_word value, struct doc_error *e)
{
	switch (option) {
	case OPTION_NAMESPACES:
		return option_namespaces(s, l, value, e);
	case OPTION_VALID_AFTER:
		return option_time(&s->valid_after, l, value, e);
	case OPTION_VALID_BEFORE:
		return option_time(&s->valid_before, l, value, e);
	}
	return -1;
}

static int
unknown_option(const struct signers_line *l, struct signers_word name,
    struct doc_error *e)
{
	char quoted[QUOTE_MAX], hint[SUGGEST_TEXT_MAX];
	struct suggest s;

	suggest_init(&s, name.p, name.len);
	if (name.len == 0)
		return line_error(l, name.p, e, "a comma without an option "
		    "behind it", "", "join options by commas without blanks");
	for (size_t i = 0; i < NOPTIONS; i++)
		suggest_try(&s, option_names[i], strlen(option_names[i]),
		    NULL);
	return doc_error_at(e, l->source, (size_t)(name.p - l->source->text),
	    "unknown option `%s'; %sthe options are namespaces=\"...\", "
	    "valid-after=\"...\" and valid-before=\"...\", joined by commas "
	    "without blanks, between the principal and the key",
	    doc_quote(quoted, name.p, name.len), suggest_text(&s, hint));
}

/* One NAME="VALUE". */
static int
parse_option(struct signer *s, unsigned *seen, struct signers_line *l,
    struct signers_word word, struct doc_error *e)
{
	const char *eq = memchr(word.p, '=', word.len);
	struct signers_word name = { word.p, eq == NULL ? word.len :
	    (size_t)(eq - word.p) };
	struct signers_word value = { NULL, 0 };
	char quoted[QUOTE_MAX];
	size_t i;

	doc_quote(quoted, name.p, name.len);
	if (word_is(name, "cert-authority"))
		return line_error(l, word.p, e, "certificate authorities are not "
		    "supported:", quoted, "list each key itself");
	for (i = 0; i < NOPTIONS && !word_is(name, option_names[i]); i++)
		;
	if (i == NOPTIONS)
		return unknown_option(l, name, e);
	if (*seen & 1u << i)
		return line_error(l, word.p, e, "option given twice:", quoted,
		    "keep one");
	*seen |= 1u << i;
	if (eq != NULL)
		value = (struct signers_word){ eq + 1, word.len - name.len - 1 };
	if (value.len < 2 || value.p[0] != '"' ||
	    memchr(value.p + 1, '"', value.len - 1) !=
	    value.p + value.len - 1)
		return line_error(l, word.p, e, "no quoted value for option",
		    quoted, "write it as name=\"value\"");
	value.p++;
	value.len -= 2;
	return set_option(s, (enum option)i, l, value, e);
}

/* Options are one word, joined by commas outside quotation marks. */
static int
parse_options(struct signer *s, struct signers_line *l, struct signers_word word,
    struct doc_error *e)
{
	unsigned seen = 0;
	size_t i = 0;

	/* OpenSSH takes \" for a quotation mark in a value. */
	if (word_has(word, "\\"))
		return line_error(l, word.p, e, "backslash in the options", "",
		    "no value needs one: leave it out");
	while (i <= word.len) {
		struct signers_word one = { word.p + i, 0 };
		bool quoted = false;

		for (; i < word.len && (quoted || word.p[i] != ','); i++)
			if (word.p[i] == '"')
				quoted = !quoted;
		one.len = (size_t)(word.p + i - one.p);
		i++;
		if (parse_option(s, &seen, l, one, e) == -1)
			return -1;
	}
	if (s->valid_before <= s->valid_after)
		return line_error(l, word.p, e, "valid-before is not after "
		    "valid-after", "", "no time is left for this key");
	return 0;
}

/* A word that can only be a key's type: options hold no such name. */
static bool
is_key_type(struct signers_word word)
{
	return (word.len > 4 && memcmp(word.p, "ssh-", 4) == 0) ||
	    (word.len > 6 && memcmp(word.p, "ecdsa-", 6) == 0) ||
	    (word.len > 3 && memcmp(word.p, "sk-", 3) == 0);
}

static int
parse_key(struct signer *s, struct signers_line *l, struct signers_word type, struct doc_error *e)
{
	unsigned char blob[1100];	/* up to an RSA key, to name its type */
	struct signers_word text = next_word(l);
	struct why inner;
	size_t len;

	if (text.len == 0)
		return line_error(l, text.p, e, "no key", "", "a line is a "
		    "principal, options, and a key as in the .pub file");
	if (base64_get(blob, sizeof(blob), &len, text.p, text.len) == -1)
		return line_error(l, text.p, e, "the key is damaged", "",
		    "copy the whole line of the .pub file");
	if (sshkey_parse(&s->key, blob, len, &inner) == -1)
		return doc_error_at(e, l->source,
		    (size_t)(text.p - l->source->text), "%s", inner.text);
	if (!word_is(type, sshkey_type_name(&s->key)))
		return line_error(l, type.p, e, "the key is not of the type "
		    "before it:", sshkey_type_name(&s->key),
		    "copy the whole line of the .pub file");
	return 0;
}

/* Whether a line is the content of a .pub file: a type and a key. */
static bool
is_pub(struct signers_line l)
{
	struct signers_word type = next_word(&l), key = next_word(&l);

	return is_key_type(type) && key.len > 4 &&
	    memcmp(key.p, "AAAA", 4) == 0;
}

/*
 * What is behind a key is a comment.  An option there would restrict nothing,
 * against its author's intention.
 */
static int
check_comment(const struct signers_line *line, struct doc_error *e)
{
	struct signers_line l = *line;
	struct signers_word word;

	while ((word = next_word(&l)).len > 0)
		for (size_t i = 0; i < NOPTIONS; i++) {
			const size_t n = strlen(option_names[i]);

			if (word.len > n && word.p[n] == '=' &&
			    memcmp(word.p, option_names[i], n) == 0)
				return line_error(line, word.p, e, "option "
				    "behind the key:", option_names[i], "put "
				    "it between the principal and the key");
		}
	return 0;
}

static int
parse_signer(struct signer *s, struct signers_line *l, struct doc_error *e)
{
	struct signers_word word;

	memset(s, 0, sizeof(*s));
	s->valid_before = UINT64_MAX;
	s->line = l->nr;
	if (l->end - l->p > 10 && memcmp(l->p, "-----BEGIN", 10) == 0)
		return line_error(l, l->p, e, "a private key, or another file "
		    "of a key", "", "write the signer's name and the line of "
		    "the .pub file, and keep the private key for yourself");
	if (is_pub(*l))
		return line_error(l, l->p, e, "no principal in front of the "
		    "key", "", "put the signer's name and a blank before it, "
		    "as in `dana ssh-ed25519 AAAA...'");
	if (parse_principal(s, l, e) == -1)
		return -1;
	word = next_word(l);
	if (word.len != 0 && !is_key_type(word)) {
		if (parse_options(s, l, word, e) == -1)
			return -1;
		word = next_word(l);
	}
	if (!is_key_type(word))
		return line_error(l, word.p, e, "no key type", "", "a line is a "
		    "principal, options, and a key as in the .pub file");
	return parse_key(s, l, word, e) == -1 ? -1 : check_comment(l, e);
}

static int
add_signer(struct signers *all, struct signers_line *l, struct doc_error *e)
{
	const size_t start = (size_t)(l->p - l->source->text);
	struct signer *s = &all->list[all->n];
	const struct signer *old;

	if (all->n == SIGNERS_MAX)
		return line_error(l, l->p, e, "too many keys", "",
		    "at most 256 are read");
	if (parse_signer(s, l, e) == -1)
		return -1;
	old = signers_find(all, s->key.blob, s->key.len);
	if (old != NULL)
		return doc_error_at(e, l->source, start, "this key is already "
		    "on line %u; keep one of the two", old->line);
	all->n++;
	return 0;
}

int
signers_parse(struct signers *all, const char *file, const char *text,
    size_t len, struct doc_error *e)
{
	const struct doc_source source = { file, text, len };
	struct signers_line l = { .source = &source };
	const char *end = text + len;

	memset(all, 0, sizeof(*all));
	if (len > SIGNERS_FILE_MAX)
		return doc_error_set(e, file, "%zu bytes; at most %u are read",
		    len, SIGNERS_FILE_MAX);
	all->list = calloc(SIGNERS_MAX, sizeof(*all->list));
	if (all->list == NULL)
		return doc_error_memory(e, file);
	if (encoding_check(&source, ENCODING_CONTROLS | ENCODING_CR |
	    ENCODING_CRLF, e) == -1)
		goto bad;
	for (const char *p = text; p < end; p = l.end + 1) {
		l.p = p;
		l.end = memchr(p, '\n', (size_t)(end - p));
		if (l.end == NULL)
			l.end = end;
		l.nr++;
		skip_blank(&l);
		if (l.p == l.end || *l.p == '#')
			continue;
		if (add_signer(all, &l, e) == -1)
			goto bad;
	}
	if (all->n != 0)
		return 0;
	doc_error_set(e, file, "no key; add a line for each person who may "
	    "sign, as `NAME ssh-ed25519 AAAA...'");
bad:
	signers_free(all);
	errno = EBADMSG;
	return -1;
}

void
signers_free(struct signers *all)
{
	free(all->list);
	memset(all, 0, sizeof(*all));
}
