#include "validate_scope.h"

#include <stdio.h>

static struct cell
truth(struct type_checker *c, bool ok, bool known, bool value)
{
	return (struct cell){ .type = check_truth(c, known, value),
	    .ok = ok };
}

/* principal == uid; a slot's entity is only known to match. */
static struct cell
scope_eq(struct type_checker *c, const struct scope *s, const struct str *var)
{
	if (s->slot)
		return truth(c, true, false, false);
	if (check_uid_type(c, s->uids[0]) == NULL)
		return truth(c, false, false, false);
	return truth(c, true, !str_equal(s->uids[0]->type, var), false);
}

static struct cell
scope_in(struct type_checker *c, const struct scope *s, const struct str *var)
{
	const struct vtype *type;

	if (s->slot)
		return truth(c, true, false, false);
	if ((type = check_uid_type(c, s->uids[0])) == NULL)
		return truth(c, false, false, false);
	type = check_in(c, types_entity(c->types, var), NULL, type, s->uids,
	    1);
	return (struct cell){ .type = type, .ok = true };
}

static struct cell
scope_var(struct type_checker *c, const struct scope *s, const struct str *var)
{
	struct cell is;

	switch (s->op) {
	case SCOPE_ANY:
		break;
	case SCOPE_EQ:
		return scope_eq(c, s, var);
	case SCOPE_IN:
	case SCOPE_IN_SET:
		return scope_in(c, s, var);
	case SCOPE_IS:
	case SCOPE_IS_IN:
		is = truth(c, true, true, str_equal(s->type, var));
		if (s->op == SCOPE_IS || check_cell_is(is, V_FALSE))
			return is;
		return check_and(c, is, scope_in(c, s, var));
	}
	return truth(c, true, true, true);
}

struct cell
validate_scope_principal(struct type_checker *c)
{
	return scope_var(c, &c->policy->principal, c->env.principal);
}

struct cell
validate_scope_resource(struct type_checker *c)
{
	return scope_var(c, &c->policy->resource, c->env.resource);
}

/* The actions of a set must have one type, as the elements of any set. */
static bool
actions_fit(struct type_checker *c, const struct scope *s)
{
	const struct uid *const *uids = s->uids;
	char a[SHOWN_MAX], b[SHOWN_MAX];

	for (uint32_t i = 0; i < s->nuids; i++)
		if (check_uid_type(c, uids[i]) == NULL)
			return false;
	for (uint32_t i = 1; i < s->nuids; i++) {
		if (str_equal(uids[i]->type, uids[0]->type))
			continue;
		report(c->report, FINDING_TYPE, s->pos, NULL, "the elements "
		    "of a set must have one type, these have %s and %s",
		    report_str(uids[0]->type, a), report_str(uids[i]->type, b));
		return false;
	}
	return true;
}

static struct cell
scope_action_in(struct type_checker *c, const struct scope *s)
{
	const struct uid *uid = c->env.action->uid;
	const struct vtype *type;

	if (s->nuids == 0)
		report(c->report, FINDING_LITERAL, s->pos, NULL,
		    "no action is in []: strict validation needs at least one");
	if (s->nuids == 0 || !actions_fit(c, s))
		return truth(c, false, false, false);
	type = check_in(c, types_entity(c->types, uid->type), uid,
	    types_entity(c->types, s->uids[0]->type), s->uids, s->nuids);
	return (struct cell){ .type = type, .ok = true };
}

struct cell
validate_scope_action(struct type_checker *c)
{
	const struct scope *s = &c->policy->action;

	switch (s->op) {
	case SCOPE_ANY:
		break;
	case SCOPE_EQ:
		return truth(c, schema_action(c->schema, s->uids[0]) != NULL,
		    true, uid_equal(s->uids[0], c->env.action->uid));
	case SCOPE_IN:
	case SCOPE_IN_SET:
		return scope_action_in(c, s);
	case SCOPE_IS:
	case SCOPE_IS_IN:
		break;		/* no reader makes these */
	}
	return truth(c, true, true, true);
}

/*
 * Whether the constraint allows this type for a variable; `slot' is the value
 * of its slot, or NULL.  Only types count: the schema decides whether an entity
 * of one type can be in one of another.
 */
static bool
admits(const struct schema *schema, const struct scope *s,
    const struct uid *slot, const struct str *type)
{
	const struct uid *uid = s->slot ? slot : s->nuids > 0 ? s->uids[0] :
	    NULL;

	if (s->type != NULL && !str_equal(s->type, type))
		return false;
	if (uid == NULL || s->op == SCOPE_ANY || s->op == SCOPE_IS)
		return true;
	return str_equal(uid->type, type) || (s->op != SCOPE_EQ &&
	    schema_may_be_in(schema, type, uid->type));
}

/* A constraint with an unknown action allows none. */
static bool
action_admits(const struct schema *schema, const struct scope *s,
    const struct action_type *a)
{
	bool found = s->op == SCOPE_ANY;

	for (uint32_t i = 0; i < s->nuids; i++) {
		if (schema_action(schema, s->uids[i]) == NULL)
			return false;
		found |= s->op == SCOPE_EQ ? uid_equal(a->uid, s->uids[i]) :
		    check_action_is_in(a, s->uids[i]);
	}
	return found;
}

static bool
admits_one(const struct schema *schema, const struct scope *s,
    const struct uid *slot, const struct str *const *types, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (admits(schema, s, slot, types[i]))
			return true;
	return false;
}

bool
validate_scope_applies(const struct schema *schema, const struct policy *p)
{
	for (uint32_t i = 0; i < schema->nactions; i++) {
		const struct action_type *a = &schema->actions[i];

		if (action_admits(schema, &p->action, a) &&
		    admits_one(schema, &p->principal,
		    p->values[SLOT_PRINCIPAL], a->principals,
		    a->nprincipals) && admits_one(schema, &p->resource,
		    p->values[SLOT_RESOURCE], a->resources, a->nresources))
			return true;
	}
	return false;
}

/* An action for which there are no requests, only for those in it. */
static bool
is_group(const struct schema *schema, const struct uid *uid)
{
	const struct action_type *a = schema_action(schema, uid);

	return a != NULL && (a->nprincipals == 0 || a->nresources == 0);
}

/* Whether this is the type of some variable, or else of a group of one. */
static bool
holds_one(const struct schema *schema, const struct str *type,
    const struct str *const *types, uint32_t n, bool *is)
{
	bool in = false;

	for (uint32_t i = 0; i < n; i++) {
		*is |= str_equal(types[i], type);
		in |= schema_may_be_in(schema, types[i], type);
	}
	return in;
}

/* Whether `VAR == UID' has a group where only its members are. */
static bool
is_group_of(const struct schema *schema, const struct scope *s,
    bool principal)
{
	bool is = false, in = false;

	if (s->op != SCOPE_EQ || s->slot)
		return false;
	for (uint32_t i = 0; i < schema->nactions; i++) {
		const struct action_type *a = &schema->actions[i];

		in |= principal ?
		    holds_one(schema, s->uids[0]->type, a->principals,
		    a->nprincipals, &is) :
		    holds_one(schema, s->uids[0]->type, a->resources,
		    a->nresources, &is);
	}
	return in && !is;
}

const char *
validate_scope_why(const struct schema *schema, const struct policy *p,
    char dst[DOC_MESSAGE_MAX], uint32_t *pos)
{
	const struct scope *s = NULL;
	const char *var = "action";
	char uid[SHOWN_MAX];

	if (p->action.op == SCOPE_EQ && is_group(schema, p->action.uids[0])) {
		s = &p->action;
	} else if (is_group_of(schema, &p->principal, true)) {
		s = &p->principal;
		var = "principal";
	} else if (is_group_of(schema, &p->resource, false)) {
		s = &p->resource;
		var = "resource";
	}
	*pos = s == NULL ? p->pos : s->pos;
	if (s == NULL)
		snprintf(dst, DOC_MESSAGE_MAX, "no action applies to these "
		    "principals with these resources, so this policy never "
		    "does");
	else
		snprintf(dst, DOC_MESSAGE_MAX, "this policy never applies: "
		    "%1$s is a group, and no request has a group as its "
		    "%2$s; write `%2$s in %1$s'",
		    report_uid(s->uids[0], uid), var);
	return dst;
}
