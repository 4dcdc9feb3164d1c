#include "check.h"

#include <stdio.h>
#include <string.h>

#include "cedar/validate/validate.h"

struct rules_checker {
	const struct rules		*rules;
	const struct settings		*settings;
	const struct doc_source	*entities;
	const struct rules_report	*callback;
	size_t				 nerrors;
};

static void
report(struct rules_checker *c, const struct doc_error *e, bool warning)
{
	c->callback->report(c->callback->ctx, e, warning);
	c->nerrors += !warning;
}

static void
report_finding(struct rules_checker *c, struct finding *f)
{
	struct doc_error *e = &f->error;
	const size_t len = strlen(e->text);

	if (f->kind == FINDING_UNKNOWN_ENTITY_TYPE && e->text[len - 1] != '?')
		snprintf(e->text + len, sizeof(e->text) - len, "; types of "
		    "people are declared in " RULES_POLICY "/" RULES_PEOPLE);
	report(c, e, f->warning);
}

static bool
has_error(const struct findings *f, uint32_t policy)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->items[i].policy == policy && !f->items[i].warning)
			return true;
	return false;
}

/* A rule that never applies is false in any request, too. */
static bool
is_said(const struct findings *f, size_t i)
{
	for (size_t j = 0; j < f->n; j++)
		if (f->items[j].policy == f->items[i].policy &&
		    f->items[j].kind == FINDING_NEVER_APPLIES)
			return f->items[i].kind == FINDING_IMPOSSIBLE;
	return false;
}

/* A warning is suppressed when its rule has an error: that may be why. */
static void
report_findings(struct rules_checker *c, struct findings *f)
{
	for (size_t i = 0; i < f->n; i++)
		if (!f->items[i].warning || (!is_said(f, i) &&
		    !has_error(f, f->items[i].policy)))
			report_finding(c, &f->items[i]);
}

static void
validate(struct rules_checker *c)
{
	struct findings f;
	struct doc_error e;

	if (validate_policies(&c->rules->policies, &c->rules->schema, &f) ==
	    -1) {
		doc_error_memory(&e, RULES_POLICY);
		report(c, &e, false);
		return;
	}
	report_findings(c, &f);
	validate_free(&f);
}

static bool
is_named(const struct settings *s, const struct str *name)
{
	for (size_t i = 0; i < s->nwildcards; i++)
		if (str_is(name, s->wildcards[i]))
			return true;
	return false;
}

/* Messages and the ledger name a rule by its id, as text that ends at a NUL. */
static void
check_id(struct rules_checker *c, const struct policy *p)
{
	struct doc_error e;

	if (str_text(p->id) != NULL)
		return;
	doc_error_at(&e, p->source, p->pos, "the rule's id begins with "
	    "%.100s and holds a NUL; write an id without \\0", p->id->bytes);
	report(c, &e, false);
}

static void
report_wide(struct rules_checker *c, const struct policy *p, const char *what)
{
	struct doc_error e;

	doc_error_at(&e, p->source, p->pos, "the rule %.100s permits %s; "
	    "narrow it, or name the rule under `wildcards' in settings.yaml",
	    p->id->bytes, what);
	report(c, &e, false);
}

/* A permit for any principal, or to do anything at all. */
static void
check_scope(struct rules_checker *c, const struct policy *p)
{
	if (p->forbid || p->is_template || is_named(c->settings, p->id))
		return;
	if (p->principal.op == SCOPE_ANY || p->principal.op == SCOPE_IS)
		report_wide(c, p, "anybody");
	if (p->action.op == SCOPE_ANY)
		report_wide(c, p, "every action");
}

/*
 * The author of Role::"*" or Secret::"*" expects it to match all of them.  It
 * matches none, so that a forbid with it forbids nothing.
 */
static bool
is_wildcard(struct rules_checker *c, const struct uid *uid)
{
	return memchr(uid->id->bytes, '*', uid->id->len) != NULL &&
	    !is_named(c->settings, uid->id);
}

static const char *
plural(const struct str *type)
{
	return str_is(type, "Role") ? "roles" : str_is(type, "Persona") ?
	    "personas" : "names";
}

static void
report_wildcard(struct rules_checker *c, struct doc_error *e,
    const struct uid *uid)
{
	snprintf(e->text, sizeof(e->text), "%.100s::\"%.100s\" has a `*' in "
	    "its name, which matches no other name; write the %s that are "
	    "meant, or name it under `wildcards' in settings.yaml",
	    uid->type->bytes, uid->id->bytes, plural(uid->type));
	report(c, e, false);
}

static void
check_listed(struct rules_checker *c, const struct entity *entity,
    const struct uid *uid)
{
	struct doc_error e;

	if (!is_wildcard(c, uid))
		return;
	doc_error_at(&e, c->entities, entity->pos, "%s", "");
	report_wildcard(c, &e, uid);
}

/* A forbid that is a template without a link forbids nothing. */
static void
check_linked(struct rules_checker *c, const struct policy *p)
{
	const struct policies *set = &c->rules->policies;
	struct doc_error e;

	if (!p->forbid || !p->is_template)
		return;
	for (size_t i = 0; i < set->n; i++)
		if (set->items[i]->template == p)
			return;
	doc_error_at(&e, p->source, p->pos, "the rule %.100s is a template "
	    "without a link, and so forbids nothing; write what it forbids in "
	    "place of ?principal and ?resource, or link it", p->id->bytes);
	report(c, &e, false);
}

static void
check_entity(struct rules_checker *c, const struct entity *entity)
{
	check_listed(c, entity, entity->uid);
	for (uint32_t i = 0; i < entity->nparents; i++)
		check_listed(c, entity, entity->parents[i]);
}

static void
check_named(struct rules_checker *c, const struct policy *p,
    const struct uid *uid, uint32_t pos)
{
	struct doc_error e;

	if (uid == NULL || !is_wildcard(c, uid))
		return;
	doc_error_at(&e, p->source, pos, "%s", "");
	report_wildcard(c, &e, uid);
}

static void
check_scope_names(struct rules_checker *c, const struct policy *p,
    const struct scope *s)
{
	for (uint32_t i = 0; i < s->nuids; i++)
		check_named(c, p, s->uids[i], s->pos);
}

/* All entities that a rule names in its scope and its conditions. */
static void
check_names(struct rules_checker *c, const struct policy *p)
{
	check_scope_names(c, p, &p->principal);
	check_scope_names(c, p, &p->resource);
	check_named(c, p, p->values[SLOT_PRINCIPAL], p->pos);
	check_named(c, p, p->values[SLOT_RESOURCE], p->pos);
	for (uint32_t i = 0; i < p->nnodes; i++)
		if (p->nodes[i].op == OP_VALUE &&
		    p->nodes[i].u.value->kind == VALUE_ENTITY)
			check_named(c, p, p->nodes[i].u.value->uid,
			    p->nodes[i].pos);
}

size_t
rules_check(const struct rules *r, const struct settings *settings,
    const struct doc_source *entities, const struct rules_report *callback)
{
	struct rules_checker c = { .rules = r, .settings = settings,
	    .entities = entities, .callback = callback };

	validate(&c);
	for (uint32_t i = 0; i < r->entities.n; i++)
		check_entity(&c, &r->entities.items[i]);
	for (size_t i = 0; i < r->policies.n; i++) {
		check_id(&c, r->policies.items[i]);
		check_scope(&c, r->policies.items[i]);
		check_linked(&c, r->policies.items[i]);
		check_names(&c, r->policies.items[i]);
	}
	return c.nerrors;
}
