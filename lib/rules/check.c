#include "check.h"

#include <stdio.h>
#include <string.h>

#include "cedar/validate.h"

#define ROLE_TYPES	{ "Role", "Persona" }

struct check {
	const struct rules		*rules;
	const struct settings		*settings;
	const struct rules_report	*report;
	size_t				 nerrors;
};

static void
tell(struct check *c, const struct cedar_error *e, bool warning)
{
	c->report->tell(c->report->ctx, e, warning);
	c->nerrors += !warning;
}

static void
validate(struct check *c)
{
	struct findings f;
	struct cedar_error e;

	if (policies_validate(&c->rules->policies, &c->rules->schema, &f) ==
	    -1) {
		cedar_error_memory(&e, RULES_POLICY);
		tell(c, &e, false);
		return;
	}
	for (size_t i = 0; i < f.n; i++)
		tell(c, &f.items[i].error, f.items[i].warning);
	findings_free(&f);
}

static bool
is_named(const struct settings *s, const struct str *name)
{
	for (size_t i = 0; i < s->nwildcards; i++)
		if (str_is(name, s->wildcards[i]))
			return true;
	return false;
}

static void
at_rule(struct cedar_error *e, const struct policy *p, const char *what)
{
	static const char todo[] = "narrow it, or name the rule under "
	    "`wildcards' in settings.yaml";
	char place[RULE_PLACE_MAX];

	if (p->source != NULL)
		cedar_error_at(e, p->source, p->pos, "the rule %.100s permits "
		    "%s; %s", p->id->bytes, what, todo);
	else
		cedar_error_set(e, rule_place(p, place), "the rule %.100s "
		    "permits %s; %s", p->id->bytes, what, todo);
}

/* A permit for any principal, or to do anything at all. */
static void
check_scope(struct check *c, const struct policy *p)
{
	struct cedar_error e;

	if (p->forbid || p->is_template || is_named(c->settings, p->id))
		return;
	if (p->principal.op == SCOPE_ANY || p->principal.op == SCOPE_IS) {
		at_rule(&e, p, "anybody");
		tell(c, &e, false);
	}
	if (p->action.op == SCOPE_ANY) {
		at_rule(&e, p, "every action");
		tell(c, &e, false);
	}
}

static bool
is_role(const struct uid *uid)
{
	static const char *const types[] = ROLE_TYPES;

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (str_is(uid->type, types[i]))
			return true;
	return false;
}

/* Somebody who writes Role::"*" expects that it means all of them. */
static bool
is_wildcard(struct check *c, const struct uid *uid)
{
	return is_role(uid) && memchr(uid->id->bytes, '*', uid->id->len) !=
	    NULL && !is_named(c->settings, uid->id);
}

static void
tell_wildcard(struct check *c, struct cedar_error *e, const struct uid *uid)
{
	snprintf(e->text, sizeof(e->text), "%s::\"%.100s\" has a `*' in its "
	    "name, and no name stands for others here; write the %s that are "
	    "meant, or name it under `wildcards' in settings.yaml",
	    uid->type->bytes, uid->id->bytes,
	    str_is(uid->type, "Role") ? "roles" : "personas");
	tell(c, e, false);
}

static void
check_entity(struct check *c, const struct entity *entity)
{
	struct cedar_error e;

	if (is_wildcard(c, entity->uid)) {
		cedar_error_set(&e, RULES_ENTITIES, "%s", "");
		tell_wildcard(c, &e, entity->uid);
	}
	for (uint32_t i = 0; i < entity->nparents; i++)
		if (is_wildcard(c, entity->parents[i])) {
			cedar_error_set(&e, RULES_ENTITIES, "%s", "");
			tell_wildcard(c, &e, entity->parents[i]);
		}
}

static void
check_named(struct check *c, const struct policy *p, const struct uid *uid,
    uint32_t pos)
{
	struct cedar_error e;
	char place[RULE_PLACE_MAX];

	if (uid == NULL || !is_wildcard(c, uid))
		return;
	if (p->source != NULL)
		cedar_error_at(&e, p->source, pos, "%s", "");
	else
		cedar_error_set(&e, rule_place(p, place), "%s", "");
	tell_wildcard(c, &e, uid);
}

/* Roles named in a rule's scope and in its conditions. */
static void
check_roles(struct check *c, const struct policy *p)
{
	for (uint32_t i = 0; i < p->principal.nuids; i++)
		check_named(c, p, p->principal.uids[i], p->principal.pos);
	check_named(c, p, p->values[SLOT_PRINCIPAL], p->pos);
	for (uint32_t i = 0; i < p->nnodes; i++)
		if (p->nodes[i].op == OP_VALUE &&
		    p->nodes[i].u.value->kind == VALUE_ENTITY)
			check_named(c, p, p->nodes[i].u.value->uid,
			    p->nodes[i].pos);
}

size_t
check_rules(const struct rules *r, const struct settings *settings,
    const struct rules_report *report)
{
	struct check c = { .rules = r, .settings = settings,
	    .report = report };

	validate(&c);
	for (uint32_t i = 0; i < r->entities.n; i++)
		check_entity(&c, &r->entities.items[i]);
	for (size_t i = 0; i < r->policies.n; i++) {
		check_scope(&c, r->policies.items[i]);
		check_roles(&c, r->policies.items[i]);
	}
	return c.nerrors;
}
