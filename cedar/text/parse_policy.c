/* Policy texts: annotations, effect, scope and conditions. */
#include "parse.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cedar/data/policy.h"

static const struct annotation *
find_annotation(const struct build *b, const struct str *name)
{
	for (size_t i = 0; i < b->nannotations; i++)
		if (str_equal(b->annotations[i].name, name))
			return &b->annotations[i];
	return NULL;
}

/* @name or @name("value"); any word may be a name. */
static int
read_annotation(struct parser *p)
{
	const size_t pos = p->token.pos;
	const struct str *name, *value = NULL;

	if (parse_next(p) == -1)
		return -1;
	if (!lex_is_word(p->token.kind))
		return parse_unexpected(p, "the annotation's name after @");
	name = build_str(p->build, p->source->text + p->token.pos,
	    p->token.len);
	if (name == NULL || parse_next(p) == -1)
		return -1;
	if (parse_at(p, LEX_PAREN)) {
		if (parse_next(p) == -1)
			return -1;
		if (!parse_at(p, LEX_STRING))
			return parse_unexpected(p, "the annotation's value in "
			    "double quotes");
		if (parse_string(p, &value) == -1 || parse_expect(p,
		    LEX_PAREN_END, "`)' after the annotation") == -1)
			return -1;
	}
	if (find_annotation(p->build, name) != NULL)
		return build_error(p->build, pos, "annotation @%.80s is here "
		    "twice; keep one", name->bytes);
	return build_annotation(p->build, name, value);
}

static int
read_effect(struct parser *p)
{
	if (!parse_at_word(p, "permit") && !parse_at_word(p, "forbid"))
		return parse_unexpected(p, p->build->nannotations > 0 ?
		    "`permit', `forbid' or another annotation" :
		    "`permit', `forbid' or an annotation");
	p->build->policy.forbid = parse_at_word(p, "forbid");
	return parse_next(p);
}

/* when { expression } */
static int
read_condition(struct parser *p)
{
	const size_t pos = p->token.pos;
	const bool unless = parse_at_word(p, "unless");

	if (parse_next(p) == -1 || parse_expect(p, LEX_BRACE, unless ?
	    "`{' after `unless'" : "`{' after `when'") == -1)
		return -1;
	if (build_when(p->build, unless, pos) == -1 || parse_expr(p) == -1)
		return -1;
	return build_when_end(p->build);
}

/* The semicolon; a missing one is reported at its place. */
static int
read_end(struct parser *p)
{
	char name[LEX_NAME_MAX];

	if (parse_at(p, LEX_SEMICOLON))
		return parse_next(p);
	if (parse_at(p, LEX_END) || parse_at(p, LEX_AT) ||
	    parse_at_word(p, "permit") || parse_at_word(p, "forbid"))
		return parse_error(p, p->before, "expected `;' at the end of "
		    "the policy, before %s",
		    lex_name(name, p->source, &p->token));
	return parse_unexpected(p, "`when', `unless' or `;'");
}

static int
read_body(struct parser *p)
{
	while (parse_at(p, LEX_AT))
		if (read_annotation(p) == -1)
			return -1;
	if (read_effect(p) == -1 || parse_scopes(p) == -1)
		return -1;
	while (parse_at_word(p, "when") || parse_at_word(p, "unless"))
		if (read_condition(p) == -1)
			return -1;
	return read_end(p);
}

/* The @id annotation of the policy being built, or NULL. */
static const struct str *
annotated_id(const struct build *b)
{
	for (size_t i = 0; i < b->nannotations; i++)
		if (str_is(b->annotations[i].name, "id") &&
		    b->annotations[i].value->len > 0)
			return b->annotations[i].value;
	return NULL;
}

/* Sets the policy's id; n is its number in the file. */
static int
finish(struct parser *p, enum policy_ids ids, size_t n, size_t end)
{
	struct policies *set = p->build->set;
	const struct str *given = annotated_id(p->build);
	char id[DOC_FILE_MAX + 64];

	if (ids == POLICY_IDS_ANNOTATED && given != NULL)
		return build_finish(p->build, given->bytes, given->len,
		    end);
	if (ids == POLICY_IDS_ANNOTATED)
		snprintf(id, sizeof(id), "%.*s:policy%zu", DOC_FILE_MAX,
		    p->source->file, n);
	else
		snprintf(id, sizeof(id), "policy%zu", set->numbered++);
	return build_finish(p->build, id, strlen(id), end);
}

static int
read_policies(struct parser *p, enum policy_ids ids)
{
	for (size_t n = 0; !parse_at(p, LEX_END); n++) {
		p->start = p->token.pos;
		p->max = p->start + CEDAR_POLICY_MAX;
		if (build_start(p->build, p->start) == -1 ||
		    read_body(p) == -1 || finish(p, ids, n, p->before) == -1)
			return -1;
	}
	return 0;
}

int
policies_add_text(struct policies *set, const char *file, const char *text,
    size_t len, enum policy_ids ids, struct doc_error *e)
{
	const struct doc_source here = { file, text, len };
	struct parser p;
	struct build b;
	int rc;

	if ((rc = build_open(&b, set, &here, len, e)) == -1)
		return build_close(&b, rc);
	rc = parse_start(&p, b.source, &set->arena, &b, e);
	if (rc == 0)
		rc = read_policies(&p, ids);
	parse_end(&p);
	return build_close(&b, rc);
}
