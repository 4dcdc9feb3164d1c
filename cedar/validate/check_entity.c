/*
 * Operators on entities, and equality.  The result is True or False when types
 * and the schema's hierarchies decide it.
 */
#include "check.h"

#include "cedar/data/name.h"

bool
check_literal(const struct type_checker *c, uint32_t node, struct value *v)
{
	const struct expr_node *n = &c->policy->nodes[node];

	if (c->facts[node].literal != NULL) {
		*v = *c->facts[node].literal;
		return true;
	}
	if (n->op != OP_VAR || n->u.var != VAR_ACTION)
		return false;
	*v = (struct value){ .kind = VALUE_ENTITY,
	    .uid = c->env.action->uid };
	return true;
}

static bool
is_action(const struct str *type)
{
	return name_is_action(type->bytes, type->len);
}

const struct vtype *
check_uid_type(struct type_checker *c, const struct uid *uid)
{
	bool known = is_action(uid->type) ?
	    schema_action(c->schema, uid) != NULL :
	    schema_entity(c->schema, uid->type) != NULL;

	return known ? types_entity(c->types, uid->type) : NULL;
}

bool
check_action_is_in(const struct action_type *a, const struct uid *uid)
{
	if (uid_equal(a->uid, uid))
		return true;
	for (uint32_t i = 0; i < a->nancestors; i++)
		if (uid_equal(a->ancestors[i], uid))
			return true;
	return false;
}

/* A known action in known ones: the schema decides. */
static const struct vtype *
action_in(struct type_checker *c, const struct uid *luid,
    const struct uid *const *ruids, uint32_t n)
{
	const struct action_type *a = schema_action(c->schema, luid);
	bool found = false;

	for (uint32_t i = 0; i < n; i++) {
		if (!is_action(ruids[i]->type))
			continue;
		if (schema_action(c->schema, ruids[i]) == NULL)
			return NULL;
		found |= a != NULL && check_action_is_in(a, ruids[i]);
	}
	return check_truth(c, true, found);
}

/* Whether some action of type l is in one of type r. */
static bool
actions_may_be_in(const struct schema *s, const struct str *l,
    const struct str *r)
{
	for (uint32_t i = 0; i < s->nactions; i++) {
		const struct action_type *a = &s->actions[i];

		if (!str_equal(a->uid->type, l))
			continue;
		for (uint32_t j = 0; j < a->nancestors; j++)
			if (str_equal(a->ancestors[j]->type, r))
				return true;
	}
	return false;
}

static bool
may_be_in(const struct schema *s, const struct str *l, const struct str *r)
{
	return str_equal(l, r) || schema_may_be_in(s, l, r) ||
	    (is_action(l) && is_action(r) && actions_may_be_in(s, l, r));
}

const struct vtype *
check_in(struct type_checker *c, const struct vtype *l, const struct uid *luid,
    const struct vtype *r, const struct uid *const *ruids, uint32_t n)
{
	if (luid != NULL && n > 0 && is_action(luid->type))
		return action_in(c, luid, ruids, n);
	return check_truth(c, !may_be_in(c->schema, l->entity, r->entity),
	    false);
}

static const struct uid *
uid_of(const struct type_checker *c, uint32_t node)
{
	struct value v;

	if (!check_literal(c, node, &v) || v.kind != VALUE_ENTITY)
		return NULL;
	return v.uid;
}

/*
 * The entities of a node that is a literal entity or a set of them.  Returns
 * their number, or 0 for any other node.
 */
static uint32_t
uids_of(struct type_checker *c, uint32_t node, const struct uid *const **uids)
{
	const struct expr_node *n = &c->policy->nodes[node];
	unsigned count = n->op == OP_SET ? n->nargs : 1;
	const struct uid **dst = arena_alloc(&c->arena, count, sizeof(*dst));
	uint32_t *operands = arena_alloc(&c->arena, count, sizeof(*operands));

	if (dst == NULL || operands == NULL) {
		c->failed = true;
		return 0;
	}
	if (n->op == OP_SET)
		expr_operands(c->policy->nodes, node, operands);
	else
		operands[0] = node;
	for (unsigned i = 0; i < count; i++)
		if ((dst[i] = uid_of(c, operands[i])) == NULL)
			return 0;
	*uids = dst;
	return count;
}

/* An entity, or a set of them. */
static void
expect_entities(struct type_checker *c, struct cell *cell)
{
	unsigned kinds = KIND(V_ENTITY);

	if (check_cell_is(*cell, V_SET) &&
	    cell->type->element->kind == V_ENTITY)
		kinds = KIND(V_SET);
	check_expect(c, cell, kinds, "the right side of `in'",
	    "an entity or a set of entities");
}

struct cell
check_in_cells(struct type_checker *c, struct cell l, struct cell r)
{
	const struct uid *const *uids = NULL;
	const struct vtype *type = c->types->basic[V_BOOL], *of;
	uint32_t n;

	check_expect(c, &l, KIND(V_ENTITY), "the left side of `in'",
	    "an entity");
	expect_entities(c, &r);
	if (!l.ok || !r.ok)
		return (struct cell){ .type = type, .node = r.node };
	n = uids_of(c, r.node, &uids);
	of = r.type->kind == V_SET ? r.type->element : r.type;
	type = check_in(c, l.type, uid_of(c, l.node), of, uids, n);
	return (struct cell){ .type = type == NULL ?
	    c->types->basic[V_BOOL] : type, .node = r.node,
	    .ok = type != NULL };
}

/* Whether `in' looks for a value, not an entity, in a set of such values. */
static bool
is_contains(struct cell l, struct cell r)
{
	return l.type != NULL && l.type->kind != V_ENTITY &&
	    check_cell_is(r, V_SET) && r.type->element->kind != V_ENTITY;
}

void
check_in_op(struct type_checker *c, uint32_t self)
{
	struct cell r = check_pop(c), l = check_pop(c), in;

	if (is_contains(l, r)) {
		check_error(c, FINDING_TYPE, self, "`in' takes entities: "
		    "to look for a %s in a set, write SET.contains(VALUE)",
		    check_name(c, l.type));
		check_push(c, self, false, c->types->basic[V_BOOL], NULL);
		return;
	}
	in = check_in_cells(c, l, r);
	check_push(c, self, in.ok, in.type, NULL);
}

struct cell
check_is_cell(struct type_checker *c, struct cell cell, const struct str *type)
{
	if (cell.type == NULL)
		cell.type = c->types->basic[V_BOOL];
	else
		cell.type = check_truth(c, true,
		    str_equal(cell.type->entity, type));
	cell.caps = NULL;
	return cell;
}

void
check_is(struct type_checker *c, uint32_t self)
{
	struct cell cell = check_pop(c);

	check_expect(c, &cell, KIND(V_ENTITY), "`is'", "an entity");
	cell = check_is_cell(c, cell, c->policy->nodes[self].u.names[0]);
	check_push(c, self, cell.ok, cell.type, NULL);
}

/*
 * True or False when types or literals decide, else Bool.  Entities of
 * different types are no error, but False.
 */
static const struct vtype *
equality(struct type_checker *c, struct cell l, struct cell r)
{
	struct value x, y;

	if (check_cell_is(l, V_ENTITY) && check_cell_is(r, V_ENTITY) &&
	    l.type != r.type)
		return check_truth(c, true, false);
	if (check_literal(c, l.node, &x) && check_literal(c, r.node, &y))
		return check_truth(c, true, value_equal(x, y));
	return check_truth(c, false, false);
}

static struct cell
equal(struct type_checker *c, uint32_t self)
{
	struct cell r = check_pop(c), l = check_pop(c);
	struct cell eq = { equality(c, l, r), NULL, self, l.ok && r.ok };

	if (eq.type->kind != V_BOOL || l.type == NULL || r.type == NULL ||
	    types_join(c->types, l.type, r.type) != NULL)
		return eq;
	check_error(c, FINDING_TYPE, self, "`%s' compares %s with %s, which "
	    "are never equal: both sides must have one type",
	    expr_op_text(c->policy->nodes[self].op), check_name(c, l.type),
	    check_name(c, r.type));
	eq.ok = false;
	return eq;
}

void
check_eq(struct type_checker *c, uint32_t self)
{
	struct cell eq = equal(c, self);

	check_push(c, self, eq.ok, eq.type, NULL);
}

void
check_ne(struct type_checker *c, uint32_t self)
{
	struct cell eq = equal(c, self);

	check_push(c, self, eq.ok, check_not_type(c, eq), NULL);
}
