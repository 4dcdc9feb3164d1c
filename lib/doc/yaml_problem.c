#include "yaml_problem.h"

#include <stdbool.h>
#include <string.h>

/* libyaml's words, and what to say instead. */
static const struct yaml_words {
	const char	*problem;
	bool		 from;		/* at the place of what it was reading */
	const char	*text;
} words[] = {
	{ "did not find expected ',' or ']'", true, "the list that begins here "
	    "has no `]', or no comma between two of its items; add it" },
	{ "did not find expected ',' or '}'", true, "the mapping that begins "
	    "here has no `}', or no comma between two of its fields; add it" },
	{ "found unexpected end of stream", true, "the quoted text that begins "
	    "here has no end; add the second quotation mark" },
	{ "could not find expected ':'", true, "no `:' behind this name; write "
	    "`NAME: VALUE'" },
	{ "did not find expected '-' indicator", false, "this line does not "
	    "belong to the list above; begin it with `- ' in the column of "
	    "the other items, or in the column of the list's own name" },
	{ "block sequence entries are not allowed in this context", false,
	    "a `- ' on the line of its field; write `[A, B]', or `- A' lines "
	    "below it" },
	{ "found unknown escape character", true, "no such escape; put the "
	    "text in single quotes" },
	{ "did not find expected comment or line break", true, "a text cannot "
	    "begin with `|' or `>'; put it in quotes" },
	{ "did not find expected alphabetic or numeric character", true,
	    "a text cannot begin with `*' or `&'; put it in quotes" },
	{ "mapping keys are not allowed in this context", false, "a text "
	    "cannot begin with `? '; put it in quotes" },
	{ "did not find expected node content", false, "no value here; write "
	    "one, or remove the comma" },
	{ "found unexpected ':'", false, "a `:' in a text; put the text in "
	    "quotes" },
	{ "did not find expected <document start>", false, "the text above is "
	    "complete without this line; begin it in the column of the line "
	    "that it belongs to, or remove it" },
};

static size_t
line_start(const struct doc_source *s, size_t at)
{
	while (at > 0 && s->text[at - 1] != '\n')
		at--;
	return at;
}

/* Blanks at the start of the line that begins at this byte. */
static size_t
indentation(const struct doc_source *s, size_t start)
{
	size_t n = 0;

	while (start + n < s->len && s->text[start + n] == ' ')
		n++;
	return n;
}

static bool
is_empty_line(const struct doc_source *s, size_t start)
{
	start += indentation(s, start);
	return start >= s->len || strchr("#\r\n", s->text[start]) != NULL;
}

/* The start of the line above that has text; false: there is none. */
static bool
line_above(const struct doc_source *s, size_t start, size_t *above)
{
	while (start > 0) {
		start = line_start(s, start - 1);
		if (!is_empty_line(s, start)) {
			*above = start;
			return true;
		}
	}
	return false;
}

static bool
has_colon(const struct doc_source *s, size_t from, size_t to)
{
	return to > from && memchr(s->text + from, ':', to - from) != NULL;
}

/* A colon where libyaml expects no key. */
static int
error_colon(const struct yaml_problem *p, struct doc_error *e)
{
	const struct doc_source *s = p->source;
	const size_t start = line_start(s, p->at);
	const size_t text = start + indentation(s, start);
	size_t above = start;

	if (has_colon(s, start, p->at))
		return doc_error_at(e, s, p->at, "a second `: ' in this line; "
		    "put the text that has it in quotes");
	if (line_above(s, start, &above) && !has_colon(s, above, start))
		return doc_error_at(e, s, above + indentation(s, above),
		    "no `:' in this line; write `NAME: VALUE'");
	if (text - start > indentation(s, above))
		return doc_error_at(e, s, text, "this line is indented, but "
		    "the line above already has a value; begin both in the "
		    "same column");
	return doc_error_at(e, s, p->at, "the text before this `:' cannot be "
	    "a name; write a shorter one, or put all of it in quotes");
}

static int
error_key(const struct yaml_problem *p, struct doc_error *e)
{
	const struct doc_source *s = p->source;
	const size_t start = line_start(s, p->at);

	if (start + indentation(s, start) == p->at)
		return doc_error_at(e, s, p->at, "this line belongs to none of "
		    "the lines above; begin it in column %zu, like the first "
		    "field here, or in that of an outer field",
		    p->from - line_start(s, p->from) + 1);
	return doc_error_at(e, s, p->at, "text behind a complete value; put "
	    "all of the value in one pair of quotes");
}

static int
error_start(const struct yaml_problem *p, struct doc_error *e)
{
	const struct doc_source *s = p->source;
	const char c = p->at < s->len ? s->text[p->at] : ' ';

	if (c == '\t')
		return doc_error_at(e, s, p->at, "a tab; indent with spaces "
		    "alone");
	return doc_error_at(e, s, p->at, "a text cannot begin with `%c'; put "
	    "it in quotes", c);
}

int
yaml_problem_error(const struct yaml_problem *p, struct doc_error *e)
{
	static const struct {
		const char	*problem;
		int		(*error)(const struct yaml_problem *,
				    struct doc_error *);
	} cases[] = {
		{ "mapping values are not allowed in this context",
		    error_colon },
		{ "did not find expected key", error_key },
		{ "found character that cannot start any token", error_start },
		{ "found a tab character that violates indentation",
		    error_start },
		{ "found a tab character where an indentation space is expected",
		    error_start },
	};
	const char *said = p->problem == NULL ? "it cannot be read" :
	    p->problem;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (strcmp(said, cases[i].problem) == 0)
			return cases[i].error(p, e);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(said, words[i].problem) == 0)
			return doc_error_at(e, p->source, words[i].from ?
			    p->from : p->at, "%s", words[i].text);
	return doc_error_at(e, p->source, p->at, "not YAML: %s; correct the "
	    "line, or put the text in quotes", said);
}
