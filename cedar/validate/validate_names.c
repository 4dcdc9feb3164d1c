#include "validate_names.h"

#include <stdio.h>
#include <string.h>

#include "cedar/data/name.h"

#define SUGGEST_LEN	48	/* longer names are not compared */
#define HINT_MAX	128

static bool
is_action(const struct str *type)
{
	return name_is_action(type->bytes, type->len);
}

static unsigned
least(unsigned a, unsigned b, unsigned c)
{
	if (a < b)
		return a < c ? a : c;
	return b < c ? b : c;
}

/* The number of letters to change, add or drop. */
static unsigned
distance(const struct str *a, const struct str *b)
{
	unsigned row[SUGGEST_LEN + 1], corner, above;

	if (a->len > SUGGEST_LEN || b->len > SUGGEST_LEN)
		return SUGGEST_LEN;
	for (unsigned j = 0; j <= b->len; j++)
		row[j] = j;
	for (unsigned i = 1; i <= a->len; i++) {
		corner = row[0];
		row[0] = i;
		for (unsigned j = 1; j <= b->len; j++) {
			above = row[j];
			row[j] = least(above + 1, row[j - 1] + 1, corner +
			    (a->bytes[i - 1] != b->bytes[j - 1]));
			corner = above;
		}
	}
	return row[b->len];
}

/* The name that was probably meant. */
struct guess {
	const struct str	*meant;
	const struct uid	*uid;	/* the action, when guessing one */
	unsigned		 distance;
};

static void
guess_at(struct guess *g, const struct str *given, const struct str *meant,
    const struct uid *uid)
{
	unsigned d = distance(given, meant);

	if (d >= g->distance || d > 1 + given->len / 3)
		return;
	*g = (struct guess){ meant, uid, d };
}

static void
report_type(const struct schema *s, const struct str *type, uint32_t pos,
    struct reporter *r)
{
	struct guess g = { .distance = SUGGEST_LEN };
	char shown[SHOWN_MAX], meant[SHOWN_MAX], hint[HINT_MAX] = "declare it";

	for (uint32_t i = 0; i < s->nentities; i++)
		guess_at(&g, type, s->entities[i].name, NULL);
	if (g.meant != NULL)
		snprintf(hint, sizeof(hint), "did you mean %s?",
		    report_str(g.meant, meant));
	report(r, FINDING_UNKNOWN_ENTITY_TYPE, pos, NULL,
	    "the schema has no entity type %s: %s", report_str(type, shown),
	    hint);
}

static void
report_action(const struct schema *s, const struct uid *uid, uint32_t pos,
    struct reporter *r)
{
	struct guess g = { .distance = SUGGEST_LEN };
	char shown[SHOWN_MAX], meant[SHOWN_MAX], hint[HINT_MAX] = "declare it";

	for (uint32_t i = 0; i < s->nactions; i++)
		guess_at(&g, uid->id, s->actions[i].uid->id,
		    s->actions[i].uid);
	if (g.uid != NULL)
		snprintf(hint, sizeof(hint), "did you mean %s?",
		    report_uid(g.uid, meant));
	report(r, FINDING_UNKNOWN_ACTION, pos, NULL,
	    "the schema has no action %s: %s", report_uid(uid, shown), hint);
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
	struct guess g = { .distance = SUGGEST_LEN };
	char shown[SHOWN_MAX], meant[SHOWN_MAX];

	for (uint32_t i = 0; i < e->nids; i++) {
		if (str_equal(e->ids[i], uid->id))
			return;
		guess_at(&g, uid->id, e->ids[i], NULL);
	}
	if (g.meant == NULL)
		g.meant = e->ids[0];
	report(r, FINDING_UNKNOWN_ENUM_ID, pos, NULL, "%s is not among the "
	    "%u ids that the schema declares, for example \"%s\"",
	    report_uid(uid, shown), e->nids, report_str(g.meant, meant));
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
