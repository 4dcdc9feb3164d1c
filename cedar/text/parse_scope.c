/* The scope: the parentheses after permit and forbid. */
#include "parse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cedar/data/name.h"

/* Skips parentheses before an entity; *n counts them. */
static int
open_parens(struct parser *p, unsigned *n)
{
	for (*n = 0; parse_at(p, LEX_PAREN); (*n)++) {
		if (*n == CEDAR_DEPTH_MAX)
			return parse_error(p, p->token.pos, "more than %d "
			    "parentheses around an entity", CEDAR_DEPTH_MAX);
		if (parse_next(p) == -1)
			return -1;
	}
	return 0;
}

static int
close_parens(struct parser *p, unsigned n)
{
	for (; n > 0; n--)
		if (parse_expect(p, LEX_PAREN_END, "`)' after the entity") ==
		    -1)
			return -1;
	return 0;
}

static int
push_uid(struct parser *p, const struct uid *uid)
{
	if (p->nuids == p->uid_cap) {
		size_t cap = p->uid_cap == 0 ? 16 : p->uid_cap * 2;
		const struct uid **uids = reallocarray(p->uids, cap,
		    sizeof(*uids));

		if (uids == NULL)
			return parse_memory(p);
		p->uids = uids;
		p->uid_cap = cap;
	}
	p->uids[p->nuids++] = uid;
	return 0;
}

/* One entity; an action's type must be called Action. */
static int
read_entity(struct parser *p, enum var var)
{
	const size_t pos = p->token.pos;
	const struct uid *uid;
	char quoted[QUOTE_MAX];

	if (parse_uid(p, var == VAR_ACTION ?
	    "an action, as Action::\"read\"" :
	    "an entity, as User::\"alice\", or a slot", &uid) == -1)
		return -1;
	if (var == VAR_ACTION &&
	    !name_is_action(uid->type->bytes, uid->type->len))
		return parse_error(p, pos, "expected an entity of type Action "
		    "(in any namespace), not of type `%s'",
		    doc_quote(quoted, uid->type->bytes, uid->type->len));
	return push_uid(p, uid);
}

/* [Action::"a", Action::"b"] */
static int
read_actions(struct parser *p)
{
	unsigned parens;

	if (parse_next(p) == -1)
		return -1;
	while (!parse_at(p, LEX_BRACKET_END)) {
		if (open_parens(p, &parens) == -1 ||
		    read_entity(p, VAR_ACTION) == -1 ||
		    close_parens(p, parens) == -1)
			return -1;
		if (parse_at(p, LEX_BRACKET_END))
			break;
		if (parse_expect(p, LEX_COMMA, "`,' or `]'") == -1)
			return -1;
	}
	return parse_next(p);
}

static int
read_slot(struct parser *p, enum var var, struct scope *s)
{
	const char *word = p->source->text + p->token.pos + 1;
	char name[LEX_NAME_MAX];

	lex_name(name, p->source, &p->token);
	if (var == VAR_ACTION)
		return parse_error(p, p->token.pos, "expected an action, not "
		    "%s: there is no slot for actions", name);
	if (strlen(expr_var_text(var)) != p->token.len - 1 ||
	    memcmp(expr_var_text(var), word, p->token.len - 1) != 0)
		return parse_error(p, p->token.pos, "expected `?%s', the slot "
		    "for this place, not %s", expr_var_text(var), name);
	s->slot = true;
	return parse_next(p);
}

/* What follows == or in. */
static int
read_reference(struct parser *p, enum var var, struct scope *s)
{
	unsigned parens;
	int rc;

	p->nuids = 0;
	if (open_parens(p, &parens) == -1)
		return -1;
	if (parse_at(p, LEX_SLOT))
		rc = read_slot(p, var, s);
	else if (!parse_at(p, LEX_BRACKET))
		rc = read_entity(p, var);
	else if (var == VAR_ACTION && s->op == SCOPE_IN) {
		s->op = SCOPE_IN_SET;
		rc = read_actions(p);
	} else
		rc = parse_unexpected(p, "one entity: only `action in' may "
		    "have a list");
	if (rc == -1 || close_parens(p, parens) == -1)
		return -1;
	s->nuids = (uint32_t)p->nuids;
	s->uids = build_uids(p->build, p->uids, p->nuids);
	return s->uids == NULL ? -1 : 0;
}

/* is Type, after the variable. */
static int
read_is(struct parser *p, enum var var, struct scope *s)
{
	bool colons;

	if (var == VAR_ACTION)
		return parse_unexpected(p, "`==' or `in' after `action'");
	s->op = SCOPE_IS;
	if (parse_next(p) == -1 ||
	    parse_path(p, "the name of a type", &s->type, &colons) == -1)
		return -1;
	if (colons)
		return parse_unexpected(p, "the name of a type without "
		    "an id");
	if (!parse_at(p, LEX_IN))
		return 0;
	s->op = SCOPE_IS_IN;
	return parse_next(p) == -1 ? -1 : read_reference(p, var, s);
}

/* What may follow a variable in a scope, for messages. */
static const char *const after_var[] = {
	[VAR_PRINCIPAL] = "`==', `in', `is' or `,' after `principal'",
	[VAR_ACTION] = "`==', `in' or `,' after `action'",
	[VAR_RESOURCE] = "`==', `in', `is' or `)' after `resource'",
};

/* One variable with its constraint. */
static int
read_scope(struct parser *p, enum var var, struct scope *s)
{
	char expected[32];

	snprintf(expected, sizeof(expected), "`%s'", expr_var_text(var));
	s->pos = (uint32_t)p->token.pos;
	if (!parse_at_word(p, expr_var_text(var)))
		return parse_unexpected(p, expected);
	if (parse_next(p) == -1)
		return -1;
	if (parse_at(p, LEX_IS))
		return read_is(p, var, s);
	if (parse_at(p, LEX_EQ) || parse_at(p, LEX_IN)) {
		s->op = parse_at(p, LEX_EQ) ? SCOPE_EQ : SCOPE_IN;
		return parse_next(p) == -1 ? -1 : read_reference(p, var, s);
	}
	if (!parse_at(p, LEX_COMMA) && !parse_at(p, LEX_PAREN_END))
		return parse_unexpected(p, after_var[var]);
	return 0;
}

int
parse_scopes(struct parser *p)
{
	struct policy *policy = &p->build->policy;
	struct scope *const scopes[] = {
		&policy->principal, &policy->action, &policy->resource,
	};

	if (parse_expect(p, LEX_PAREN, "`(' and the scope: (principal, "
	    "action, resource)") == -1)
		return -1;
	for (int v = VAR_PRINCIPAL; v <= VAR_RESOURCE; v++) {
		if (read_scope(p, (enum var)v, scopes[v]) == -1)
			return -1;
		if (v < VAR_RESOURCE && parse_expect(p, LEX_COMMA,
		    "`,' and the rest of the scope: (principal, action, "
		    "resource)") == -1)
			return -1;
	}
	if (parse_at(p, LEX_COMMA) && parse_next(p) == -1)
		return -1;
	return parse_expect(p, LEX_PAREN_END, "`)' after `resource'; "
	    "conditions on the context belong in when { }");
}
