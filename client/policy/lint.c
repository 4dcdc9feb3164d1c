#include "lint.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cedar/analyse/analyse.h"
#include "lib/name.h"
#include "constants.h"
#include "naming.h"
#include "lib/rules/files.h"

#define USER		"User"
#define APPLIANCE	"Appliance"

/* An entity that a rule names. */
struct mention {
	const struct uid	*uid;
	const struct policy	*policy;
	uint32_t		 pos;
};

struct lint {
	const struct site		*site;
	const struct entities		*people;
	const struct rules_report	*report;
	struct doc_source		 entities_yaml;	/* text may be NULL */
	struct mention			*mentions;
	size_t				 n, cap;
	bool				 failed;	/* out of memory */
};

static void
tell(const struct lint *l, const struct doc_error *e)
{
	l->report->report(l->report->ctx, e, true);
}

static bool
is_skipped(const struct lint *l, const char *text)
{
	return l->report->skip != NULL &&
	    l->report->skip(l->report->ctx, text, true);
}

/* At a place in a rule. */
static void
tell_rule(const struct lint *l, const struct policy *p, uint32_t pos,
    const char *text)
{
	struct doc_error e;

	doc_error_at(&e, p->source, pos, "%s", text);
	tell(l, &e);
}

static void
tell_entity(const struct lint *l, const struct entity *entity,
    const char *text)
{
	struct doc_error e;

	if (is_skipped(l, text))
		return;
	if (l->entities_yaml.text != NULL)
		doc_error_at(&e, &l->entities_yaml, entity->pos, "%s",
		    text);
	else
		doc_error_set(&e, RULES_ENTITIES, "%s", text);
	tell(l, &e);
}

static void
tell_signer(const struct lint *l, const struct signer *s, const char *text)
{
	struct doc_error e;

	doc_error_set(&e, SITE_SIGNERS, "%s", text);
	e.line = s->line;
	e.col = 1;
	tell(l, &e);
}

/* Entities that rules name. */

static void
add_mention(struct lint *l, const struct uid *uid, const struct policy *p,
    uint32_t pos)
{
	if (l->n == l->cap) {
		size_t cap = l->cap == 0 ? 64 : 2 * l->cap;
		struct mention *m = reallocarray(l->mentions, cap,
		    sizeof(*m));

		if (m == NULL) {
			l->failed = true;
			return;
		}
		l->mentions = m;
		l->cap = cap;
	}
	l->mentions[l->n++] = (struct mention){ uid, p, pos };
}

static void
add_scope(struct lint *l, const struct policy *p, const struct scope *s,
    const struct uid *slot)
{
	if (s->slot && slot != NULL)
		add_mention(l, slot, p, p->pos);
	for (uint32_t i = 0; !s->slot && i < s->nuids; i++)
		add_mention(l, s->uids[i], p, s->pos);
}

static void
add_rule(struct lint *l, const struct policy *p)
{
	add_scope(l, p, &p->principal, p->values[SLOT_PRINCIPAL]);
	add_scope(l, p, &p->resource, p->values[SLOT_RESOURCE]);
	for (uint32_t i = 0; i < p->nnodes; i++)
		if (p->nodes[i].op == OP_VALUE &&
		    p->nodes[i].u.value->kind == VALUE_ENTITY)
			add_mention(l, p->nodes[i].u.value->uid, p,
			    p->nodes[i].pos);
}

/* Facts from the schema and entities.yaml. */

static bool
is_user(const struct uid *uid)
{
	return str_is(uid->type, USER);
}

/* A type that users may be in: Role, Persona. */
static bool
is_role(const struct lint *l, const struct uid *uid)
{
	const struct schema *s = &l->site->rules.schema;

	for (uint32_t i = 0; i < s->nentities; i++)
		if (str_is(s->entities[i].name, USER))
			return schema_may_be_in(s, s->entities[i].name,
			    uid->type);
	return false;
}

/* In entities.yaml itself: signers that are not in it are added. */
static bool
is_described(const struct entity *e)
{
	return e != NULL && e->pos > 0;
}

static bool
a_user_has(const struct lint *l, const struct uid *role)
{
	for (uint32_t i = 0; i < l->people->n; i++)
		if (is_user(l->people->items[i].uid) &&
		    entities_in(l->people, l->people->items[i].uid, role))
			return true;
	return false;
}

static bool
is_named(const struct lint *l, const struct uid *role)
{
	for (size_t i = 0; i < l->n; i++)
		if (is_role(l, l->mentions[i].uid) &&
		    entities_in(l->people, role, l->mentions[i].uid))
			return true;
	return false;
}

static bool
may_sign(const struct lint *l, const struct uid *user)
{
	const struct signers *s = &l->site->signers;

	for (size_t i = 0; i < s->n; i++)
		if (str_is(user->id, s->list[i].principal))
			return true;
	return false;
}

/* The checks. */

static bool
is_wanted(const struct lint *l, const struct str *id)
{
	const struct settings *s = &l->site->settings;

	for (size_t i = 0; i < s->nwildcards; i++)
		if (str_is(id, s->wildcards[i]))
			return true;
	return false;
}

/* The settings' wildcards name rules that may be for every user. */
static int
lint_rules(struct lint *l)
{
	const struct policies *set = &l->site->rules.policies;
	struct remarks remarks;

	if (analyse_policies(set, l->people, &remarks) == -1)
		return -1;
	for (size_t i = 0; i < remarks.n; i++) {
		struct remark *r = &remarks.items[i];
		const struct policy *p = set->items[r->policy];

		if (r->kind == REMARK_WIDE && is_wanted(l, p->id))
			continue;
		tell(l, &r->error);
	}
	analyse_free(&remarks);
	return 0;
}

static void
lint_role_mention(struct lint *l, const struct mention *m)
{
	char text[DOC_MESSAGE_MAX], shown[NAMING_MAX], hint[NAMING_HINT_MAX];

	if (a_user_has(l, m->uid))
		return;
	if (entities_find(l->people, m->uid) != NULL)
		snprintf(text, sizeof(text), "no user has %s; give it to one "
		    "in " RULES_ENTITIES ", or remove it here",
		    naming_uid(m->uid, shown));
	else
		snprintf(text, sizeof(text), "%s is not in " RULES_ENTITIES
		    ", so no user has it; %sdescribe it there, or correct the "
		    "name", naming_uid(m->uid, shown),
		    naming_near(l->people, m->uid, hint));
	tell_rule(l, m->policy, m->pos, text);
}

static void
lint_user_mention(struct lint *l, const struct mention *m)
{
	char text[DOC_MESSAGE_MAX], shown[NAMING_MAX], hint[NAMING_HINT_MAX];

	if (entities_find(l->people, m->uid) != NULL)
		return;
	snprintf(text, sizeof(text), "%s is neither in " SITE_SIGNERS
	    " nor in " RULES_ENTITIES "; %scorrect the name, or remove it",
	    naming_uid(m->uid, shown), naming_near(l->people, m->uid, hint));
	tell_rule(l, m->policy, m->pos, text);
}

static void
lint_appliance_mention(struct lint *l, const struct mention *m)
{
	const char *called = l->site->settings.name;
	char text[DOC_MESSAGE_MAX], shown[NAMING_MAX];

	if (str_is(m->uid->id, called))
		return;
	snprintf(text, sizeof(text), "%s is another appliance: by "
	    SITE_SETTINGS " this one is called %s; correct the name",
	    naming_uid(m->uid, shown), called);
	tell_rule(l, m->policy, m->pos, text);
}

/* The validator finds it in a rule, but not in a link. */
static void
lint_id(struct lint *l, const struct mention *m)
{
	const struct entity_type *type = schema_entity(&l->site->rules.schema,
	    m->uid->type);
	char text[DOC_MESSAGE_MAX], shown[NAMING_MAX];
	size_t n;

	if (type == NULL || schema_has_id(type, m->uid->id))
		return;
	n = (size_t)snprintf(text, sizeof(text), "there is no %s; there are",
	    naming_uid(m->uid, shown));
	for (uint32_t i = 0; i < type->nids && n < sizeof(text); i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s %s",
		    i == 0 ? "" : ",", type->ids[i]->bytes);
	tell_rule(l, m->policy, m->pos, text);
}

/* A rule for a job or secret whose id is not a name never applies. */
static void
lint_name(struct lint *l, const struct mention *m)
{
	const char *id = str_text(m->uid->id);
	char text[DOC_MESSAGE_MAX], shown[NAMING_MAX];

	if ((!str_is(m->uid->type, "Manifest") &&
	    !str_is(m->uid->type, "Secret")) ||
	    (id != NULL && name_check(id) == 0))
		return;
	snprintf(text, sizeof(text), "nothing can be called %s: a name has "
	    "only a to z, 0 to 9 and -, at most 63; correct it, or remove it",
	    naming_uid(m->uid, shown));
	tell_rule(l, m->policy, m->pos, text);
}

static void
lint_mention(struct lint *l, const struct mention *m)
{
	lint_id(l, m);
	lint_name(l, m);
	if (is_user(m->uid))
		lint_user_mention(l, m);
	else if (str_is(m->uid->type, APPLIANCE))
		lint_appliance_mention(l, m);
	else if (is_role(l, m->uid))
		lint_role_mention(l, m);
}

static void
lint_parents(struct lint *l, const struct entity *e)
{
	char text[DOC_MESSAGE_MAX], shown[NAMING_MAX], of[NAMING_MAX];

	for (uint32_t i = 0; i < e->nparents; i++) {
		if (entities_find(l->people, e->parents[i]) != NULL)
			continue;
		snprintf(text, sizeof(text), "%s, a parent of %s, is not "
		    "described here; describe it, or correct the name",
		    naming_uid(e->parents[i], shown), naming_uid(e->uid, of));
		tell_entity(l, e, text);
	}
}

static void
lint_role(struct lint *l, const struct entity *e)
{
	bool named = is_named(l, e->uid);
	char text[DOC_MESSAGE_MAX], shown[NAMING_MAX];

	if (named && a_user_has(l, e->uid))
		return;
	snprintf(text, sizeof(text), named ? "no user has %s; give it to one, "
	    "or remove it" : "no rule names %s or a role that it is in; write "
	    "one, or remove it", naming_uid(e->uid, shown));
	tell_entity(l, e, text);
}

static void
lint_user(struct lint *l, const struct entity *e)
{
	char text[DOC_MESSAGE_MAX], shown[NAMING_MAX];

	if (l->site->signers.n == 0 || may_sign(l, e->uid))
		return;
	snprintf(text, sizeof(text), "%s has no key in " SITE_SIGNERS
	    ", so no key can act as it; add a line there, or remove it",
	    naming_uid(e->uid, shown));
	tell_entity(l, e, text);
}

static void
lint_entity(struct lint *l, const struct entity *e)
{
	if (!is_described(e))
		return;
	lint_parents(l, e);
	if (is_user(e->uid))
		lint_user(l, e);
	else if (is_role(l, e->uid))
		lint_role(l, e);
}

static bool
had_line_before(const struct signers *s, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (strcmp(s->list[j].principal, s->list[i].principal) == 0)
			return true;
	return false;
}

/* A site without entities.yaml describes no users, on purpose. */
static void
lint_signer(struct lint *l, size_t n)
{
	const struct signers *s = &l->site->signers;
	char text[DOC_MESSAGE_MAX];

	if (l->entities_yaml.text == NULL || had_line_before(s, n))
		return;
	for (uint32_t i = 0; i < l->people->n; i++) {
		const struct entity *e = &l->people->items[i];

		if (is_user(e->uid) && is_described(e) &&
		    str_is(e->uid->id, s->list[n].principal))
			return;
	}
	snprintf(text, sizeof(text), USER "::\"%.100s\" may sign, but "
	    RULES_ENTITIES " does not describe this user, so no rule for a "
	    "role applies; describe it there", s->list[n].principal);
	tell_signer(l, &s->list[n], text);
}

static void
lint_nothing(struct lint *l)
{
	struct doc_error e;

	if (l->site->rules.nfiles > 0)
		return;
	doc_error_set(&e, RULES_POLICY, "there are no rules, so everything "
	    "is refused; put some into " RULES_POLICY "/NAME" RULES_TEXT_END);
	tell(l, &e);
}

static bool
is_there(const struct lint *l, const char *wildcard)
{
	if (policies_find(&l->site->rules.policies, wildcard,
	    strlen(wildcard)) != NULL)
		return true;
	for (uint32_t i = 0; i < l->people->n; i++)
		if (str_is(l->people->items[i].uid->id, wildcard))
			return true;
	for (size_t i = 0; i < l->n; i++)
		if (str_is(l->mentions[i].uid->id, wildcard))
			return true;
	return false;
}

/* Wildcards in settings.yaml that name nothing. */
static void
lint_wildcards(struct lint *l)
{
	const struct settings *s = &l->site->settings;
	struct doc_error e;

	for (size_t i = 0; i < s->nwildcards; i++) {
		if (is_there(l, s->wildcards[i]))
			continue;
		doc_error_set(&e, SITE_SETTINGS, "`wildcards' names %.100s, "
		    "but no rule or role has this name; correct it, or "
		    "remove it", s->wildcards[i]);
		tell(l, &e);
	}
}

static void
tell_text(void *ctx, const struct policy *p, uint32_t pos, const char *text)
{
	tell_rule(ctx, p, pos, text);
}

static int
lint_all(struct lint *l)
{
	const struct policies *set = &l->site->rules.policies;

	lint_nothing(l);
	for (size_t i = 0; i < set->n; i++)
		if (!set->items[i]->is_template)
			add_rule(l, set->items[i]);
	if (l->failed || lint_rules(l) == -1) {
		errno = ENOMEM;
		return -1;
	}
	lint_wildcards(l);
	for (size_t i = 0; i < set->n; i++)
		if (set->items[i]->template == NULL)
			constants_check(set->items[i], tell_text, l);
	for (size_t i = 0; i < l->n; i++)
		lint_mention(l, &l->mentions[i]);
	for (uint32_t i = 0; i < l->people->n; i++)
		lint_entity(l, &l->people->items[i]);
	for (size_t i = 0; i < l->site->signers.n; i++)
		lint_signer(l, i);
	return 0;
}

int
lint_site(const struct site *site, int sitefd,
    const struct rules_report *report)
{
	struct lint l = { .site = site, .people = &site->rules.entities,
	    .report = report };
	struct doc_error e;
	size_t len = 0;
	char *text = files_read(sitefd, RULES_ENTITIES, CEDAR_ENTITIES_MAX,
	    &len, &e);
	int rc;

	l.entities_yaml = (struct doc_source){ RULES_ENTITIES, text, len };
	rc = lint_all(&l);
	free(l.mentions);
	free(text);
	return rc;
}
