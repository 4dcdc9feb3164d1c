#include "validate_names.h"

#include <stdio.h>
#include <string.h>

#include "cedar/data/name.h"
#include "lib/doc/suggest.h"

static bool
is_action(const struct str *type)
{
	return name_is_action(type->bytes, type->len);
}

static void
report_type(const struct schema *s, const struct str *type, uint32_t pos,
    struct reporter *r)
{
	char shown[SHOWN_MAX], name[SHOWN_MAX], hint[SUGGEST_TEXT_MAX];
	struct suggest near;

	suggest_init(&near, type->bytes, type->len);
	for (uint32_t i = 0; i < s->nentities; i++) {
		const struct str *t = s->entities[i].name;

		suggest_try(&near, t->bytes, t->len, t);
	}
	suggest_hint(&near, hint);
	if (near.item != NULL)
		snprintf(hint, sizeof(hint), "did you mean %s?",
		    report_str(near.item, name));
	report(r, FINDING_UNKNOWN_ENTITY_TYPE, pos, NULL,
	    "the schema has no entity type %s: %s", report_str(type, shown),
	    hint);
}

static void
report_action(const struct schema *s, const struct uid *uid, uint32_t pos,
    struct reporter *r)
{
	char shown[SHOWN_MAX], name[SHOWN_MAX], hint[SUGGEST_TEXT_MAX];
	struct suggest near;

	suggest_init(&near, uid->id->bytes, uid->id->len);
	for (uint32_t i = 0; i < s->nactions; i++) {
		const struct uid *a = s->actions[i].uid;

		suggest_try(&near, a->id->bytes, a->id->len, a);
	}
	suggest_hint(&near, hint);
	if (near.item != NULL)
		snprintf(hint, sizeof(hint), "did you mean %s?",
		    report_uid(near.item, name));
	report(r, FINDING_UNKNOWN_ACTION, pos, NULL,
	    "the schema has no action %s: %s", report_uid(uid, shown),
	    hint);
}

static bool
check_type(const struct schema *s, const struct str *type, uint32_t pos,
    struct reporter *r)
{
	if (is_action(type) || schema_entity(s, type) != NULL)
		return true;
	report_type(s, type, pos, r);
	return false;
}

static void
check_id(const struct entity_type *e, const struct uid *uid, uint32_t pos,
    struct reporter *r)
{
	char shown[SHOWN_MAX], meant[SHOWN_MAX];
	struct suggest near;

	suggest_init(&near, uid->id->bytes, uid->id->len);
	for (uint32_t i = 0; i < e->nids; i++) {
		if (str_equal(e->ids[i], uid->id))
			return;
		suggest_try(&near, e->ids[i]->bytes, e->ids[i]->len,
		    e->ids[i]);
	}
	report(r, FINDING_UNKNOWN_ENUM_ID, pos, NULL, "%s is not among the "
	    "%u ids that the schema declares, for example \"%s\"",
	    report_uid(uid, shown), e->nids, report_str(near.item == NULL ?
	    e->ids[0] : near.item, meant));
}

static void
check_uid(const struct schema *s, const struct uid *uid, uint32_t pos,
    struct reporter *r)
{
	const struct entity_type *e;

	if (is_action(uid->type)) {
		if (schema_action(s, uid) == NULL)
			report_action(s, uid, pos, r);
		return;
	}
	if (!check_type(s, uid->type, pos, r))
		return;
	e = schema_entity(s, uid->type);
	if (e->ids != NULL)
		check_id(e, uid, pos, r);
}

static void
check_scope(const struct schema *s, const struct scope *scope,
    struct reporter *r)
{
	if (scope->type != NULL)
		check_type(s, scope->type, scope->pos, r);
	for (uint32_t i = 0; !scope->slot && i < scope->nuids; i++)
		check_uid(s, scope->uids[i], scope->pos, r);
}

void
validate_names(const struct schema *s, const struct policy *p,
    struct reporter *r)
{
	check_scope(s, &p->principal, r);
	check_scope(s, &p->action, r);
	check_scope(s, &p->resource, r);
	for (uint32_t i = 0; i < p->nnodes; i++) {
		const struct expr_node *n = &p->nodes[i];

		if (n->op == OP_VALUE && n->u.value->kind == VALUE_ENTITY)
			check_uid(s, n->u.value->uid, n->pos, r);
		else if (n->op == OP_IS || n->op == OP_IS_IN)
			check_type(s, n->u.names[0], n->pos, r);
	}
}

void
validate_slots(const struct schema *s, const struct policy *p,
    struct reporter *r)
{
	for (unsigned i = 0; i < 2; i++)
		if (p->values[i] != NULL)
			check_type(s, p->values[i]->type, p->pos, r);
}
