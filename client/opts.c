#include "opts.h"

#include <string.h>

#include "lib/doc/suggest.h"
#include "number.h"
#include "say.h"

#define COLUMNS		78	/* of a usage's line */
#define HELP_COLUMN	28
#define TEXT_MAX_LEN	128	/* an option with its value */

struct opts_parser {
	const struct opt *table;
	unsigned char	 *dst;
	char		**argv;
	int		  argc, at;
	uint64_t	  given;	/* options, as bits by their row */
};

static const struct opt none[] = { { 0 } };

static const struct opt *
table_of(const struct cmd *c)
{
	return c->opts == NULL ? none : c->opts;
}

static const struct opt *
find_name(const struct opt *o, const char *name, size_t len)
{
	for (; o->name != NULL; o++)
		if (strlen(o->name) == len && strncmp(o->name, name, len) == 0)
			return o;
	return NULL;
}

static const struct opt *
find_letter(const struct opt *o, char letter)
{
	for (; o->name != NULL; o++)
		if (o->letter != 0 && o->letter == letter)
			return o;
	return NULL;
}

#define NUMBER_MAX_LEN	24

/* A size as a user would write it: "16M". */
static const char *
format_number(char dst[NUMBER_MAX_LEN], const struct opt *o, uint64_t n)
{
	static const char *const units[] = { "", "K", "M", "G", "T" };
	size_t unit = 0;

	while (o->kind == OPT_SIZE && n != 0 && n % 1024 == 0 && unit < 4) {
		n /= 1024;
		unit++;
	}
	snprintf(dst, NUMBER_MAX_LEN, "%llu%s", (unsigned long long)n,
	    units[unit]);
	return dst;
}

static int
set_number(const struct opt *o, uint64_t *dst, const char *value)
{
	char least[NUMBER_MAX_LEN], most[NUMBER_MAX_LEN];
	uint64_t n;
	int r;

	if (o->kind == OPT_SIZE)
		r = number_parse_size(value, o->max, &n);
	else
		r = number_parse(value, o->max, &n);
	if (r == -1 || n < o->min) {
		say("--%s %s: must be a number from %s to %s%s", o->name,
		    value, format_number(least, o, o->min),
		    format_number(most, o, o->max), o->kind == OPT_SIZE ?
		    " of bytes, or of K, M, G or T" : "");
		return -1;
	}
	*dst = n;
	return 0;
}

static bool
is_one_of(const char *words, const char *word)
{
	const size_t len = strlen(word);

	for (;; words++) {
		const size_t n = strcspn(words, "|");

		if (n == len && strncmp(words, word, n) == 0)
			return true;
		words += n;
		if (*words == '\0')
			return false;
	}
}

/* "a|b|c" as "a, b or c". */
static const char *
list_words(const char *words, char *dst, size_t cap)
{
	size_t n = 0;

	dst[0] = '\0';
	while (*words != '\0' && n < cap) {
		const int len = (int)strcspn(words, "|");
		const char *next = words + len + (words[len] != '\0');

		n += (size_t)snprintf(dst + n, cap - n, "%s%.*s",
		    n == 0 ? "" : *next == '\0' ? " or " : ", ", len, words);
		words = next;
	}
	return dst;
}

static int
set_word(const struct opt *o, const char **dst, const char *value)
{
	char words[TEXT_MAX_LEN];

	if (!is_one_of(o->value, value)) {
		say("--%s %s: must be %s", o->name, value,
		    list_words(o->value, words, sizeof(words)));
		return -1;
	}
	*dst = value;
	return 0;
}

static int
set_value(const struct opt *o, void *dst, const char *value)
{
	struct opt_list *list = dst;

	switch (o->kind) {
	case OPT_FLAG:
		*(bool *)dst = true;
		return 0;
	case OPT_WORD:
		return set_word(o, dst, value);
	case OPT_TEXT:
		*(const char **)dst = value;
		return 0;
	case OPT_LIST:
		if (list->n == OPT_LIST_MAX) {
			say("--%s: at most %d of them", o->name, OPT_LIST_MAX);
			return -1;
		}
		list->item[list->n++] = value;
		return 0;
	case OPT_NUMBER:
	case OPT_SIZE:
		return set_number(o, dst, value);
	}
	return -1;
}

static int
check_value(const struct opt *o, const char *value)
{
	if (o->kind == OPT_FLAG)
		return 0;
	if (*value == '\0') {
		say("--%s: its value is empty", o->name);
		return -1;
	}
	return 0;
}

/* `arg' has its dashes; a long one may be near to an option. */
static int
say_unknown(const struct opt *table, const char *arg, size_t len)
{
	struct suggest s;

	suggest_init(&s, arg + 2, len < 2 ? 0 : len - 2);
	for (const struct opt *o = table; o->name != NULL; o++)
		suggest_try(&s, o->name, strlen(o->name), NULL);
	if (len > 3 && s.meant != NULL)
		say("%.*s: no such option; did you mean `--%s'?", (int)len,
		    arg, s.meant);
	else
		say("%.*s: no such option", (int)len, arg);
	return -1;
}

/* One option, at s->argv[s->at]; moves past it and its value. */
static int
parse_option(struct opts_parser *s)
{
	const char *arg = s->argv[s->at++], *value = NULL;
	const struct opt *o = NULL;
	size_t len = strcspn(arg, "=");

	if (arg[1] == '-') {
		o = find_name(s->table, arg + 2, len - 2);
		value = arg[len] == '=' ? arg + len + 1 : NULL;
	} else if (arg[2] == '\0') {
		o = find_letter(s->table, arg[1]);
	}
	if (o == NULL)
		return say_unknown(s->table, arg, len);
	if (o->kind == OPT_FLAG && value != NULL) {
		say("--%s: takes no value", o->name);
		return -1;
	}
	if (o->kind != OPT_FLAG && value == NULL) {
		if (s->at == s->argc) {
			say("--%s: needs a value", o->name);
			return -1;
		}
		value = s->argv[s->at++];
	}
	if (check_value(o, value) == -1)
		return -1;
	s->given |= 1ull << (o - s->table);
	return set_value(o, s->dst + o->at, value);
}

static unsigned
all_forms(const struct cmd *c)
{
	return c->forms[1] == NULL ? OPT_FORM_1 : OPT_FORM_1 | OPT_FORM_2;
}

static int
check_needed(const struct cmd *c, uint64_t given)
{
	const struct opt *table = table_of(c);

	for (const struct opt *o = table; o->name != NULL; o++) {
		if (o->needed != all_forms(c) ||
		    (given & 1ull << (o - table)) != 0)
			continue;
		say("--%s %s is missing: %s", o->name, o->value, o->help);
		return -1;
	}
	return 0;
}

int
opts_parse(const struct cmd *c, void *dst, int argc, char *argv[],
    const char *args[])
{
	struct opts_parser s = { table_of(c), dst, argv, argc, 1, 0 };
	bool only_args = false;
	int n = 0;

	while (s.at < argc) {
		const char *arg = argv[s.at];

		if (!only_args && strcmp(arg, "--") == 0) {
			only_args = true;
			s.at++;
		} else if (!only_args && arg[0] == '-' && arg[1] != '\0') {
			if (parse_option(&s) == -1)
				return -1;
		} else if (n == c->max_args) {
			say("%s: one argument too many", arg);
			return -1;
		} else {
			args[n++] = arg;
			s.at++;
		}
	}
	if (n < c->min_args) {
		say("an argument is missing");
		return -1;
	}
	return check_needed(c, s.given) == -1 ? -1 : n;
}

/* Prints a word of a usage, on a new line where it would not fit. */
static void
print_word(FILE *out, size_t *column, const char *word)
{
	const size_t len = strlen(word);

	if (len == 0)
		return;
	if (*column + 1 + len > COLUMNS) {
		fprintf(out, "\n\t%s", word);
		*column = 8 + len;
	} else {
		fprintf(out, " %s", word);
		*column += 1 + len;
	}
}

/* One option, or those that exclude each other: "[--a|--b]". */
static void
print_option(FILE *out, size_t *column, const struct opt *o, bool needed)
{
	char text[TEXT_MAX_LEN];
	bool more = true;

	for (size_t n = 0; more && n < sizeof(text); o++) {
		more = o->or_next;
		n += (size_t)snprintf(text + n, sizeof(text) - n,
		    "%s--%s%s%s%s%s", n != 0 ? "|" : needed ? "" : "[",
		    o->name, o->kind == OPT_FLAG ? "" : " ",
		    o->kind == OPT_FLAG ? "" : o->value,
		    needed || more ? "" : "]",
		    o->kind == OPT_LIST ? "..." : "");
	}
	print_word(out, column, text);
}

/* A form's arguments, then the options that it needs, then the others. */
static void
print_form(FILE *out, const char *before, const struct cmd *c, int form)
{
	const struct opt *table = table_of(c);
	const unsigned bit = 1u << form;
	size_t column = (size_t)fprintf(out, "%s %s", before, c->name);

	column += sizeof("usage: ") - 1;
	print_word(out, &column, c->forms[form]);
	for (int needed = 1; needed >= 0; needed--)
		for (const struct opt *o = table; o->name != NULL; o++)
			if ((o->forms == 0 || (o->forms & bit) != 0) &&
			    ((o->needed & bit) != 0) == needed &&
			    (o == table || !o[-1].or_next))
				print_option(out, &column, o, needed);
	putc('\n', out);
}

static void
print_forms(FILE *out, const char *before, const struct cmd *c,
    const char **first)
{
	for (int i = 0; i < OPT_FORMS_MAX && c->forms[i] != NULL; i++) {
		fputs(*first, out);
		*first = "       ";
		print_form(out, before, c, i);
	}
}

void
opts_print_usage(FILE *out, const char *before, const struct cmd *c)
{
	const char *first = "usage: ";
	char words[TEXT_MAX_LEN];

	print_forms(out, before, c, &first);
	snprintf(words, sizeof(words), "%s %s", before, c->name);
	for (size_t i = 0; c->subcommands != NULL &&
	    c->subcommands[i] != NULL; i++)
		print_forms(out, words, c->subcommands[i], &first);
}

static void
print_help_line(FILE *out, const struct opt *o)
{
	char letter[] = "-x,";
	int n;

	letter[1] = o->letter;
	n = fprintf(out, "  %3s --%s%s%s", o->letter == 0 ? "" : letter,
	    o->name, o->kind == OPT_FLAG ? "" : " ",
	    o->kind == OPT_FLAG ? "" : o->value);
	if (n > HELP_COLUMN - 2) {
		putc('\n', out);
		n = 0;
	}
	fprintf(out, "%*s%s\n", HELP_COLUMN - n, "", o->help);
}

void
opts_print_help(FILE *out, const char *before, const struct cmd *c)
{
	opts_print_usage(out, before, c);
	if (c->opts != NULL || c->subcommands != NULL)
		putc('\n', out);
	for (const struct opt *o = table_of(c); o->name != NULL; o++)
		print_help_line(out, o);
	if (c->opts != NULL && c->subcommands != NULL)
		putc('\n', out);
	for (size_t i = 0; c->subcommands != NULL &&
	    c->subcommands[i] != NULL; i++)
		fprintf(out, "  %-*s %s\n", (int)strlen("consistency"),
		    c->subcommands[i]->name, c->subcommands[i]->summary);
}
