/*
 * Operators on Bool, Long, String, sets and records.
 */
#include "check.h"

#include <stdio.h>

/* The operator in quotes, for messages.  Returns dst. */
static const char *
quoted(const struct type_checker *c, uint32_t self, char dst[SHOWN_MAX])
{
	enum op op = c->policy->nodes[self].op;

	snprintf(dst, SHOWN_MAX, "`%s'", expr_op_text(op));
	return dst;
}

const struct vtype *
check_not_type(struct type_checker *c, struct cell cell)
{
	bool known =
	    check_cell_is(cell, V_TRUE) || check_cell_is(cell, V_FALSE);

	return check_truth(c, known, check_cell_is(cell, V_FALSE));
}

void
check_not(struct type_checker *c, uint32_t self)
{
	struct cell cell = check_pop(c);

	check_expect(c, &cell, KINDS_BOOL, "`!'", "Bool");
	check_push(c, self, cell.ok, check_not_type(c, cell), NULL);
}

void
check_neg(struct type_checker *c, uint32_t self)
{
	struct cell cell = check_pop(c);

	check_expect(c, &cell, KIND(V_LONG), "`-'", "Long");
	check_push(c, self, cell.ok, c->types->basic[V_LONG], NULL);
}

/* Long, or both datetime, or both duration. */
void
check_compare(struct type_checker *c, uint32_t self)
{
	struct cell r = check_pop(c), l = check_pop(c);
	unsigned kinds = KIND(V_LONG);
	const char *what = "Long (or two of datetime, or of duration)";
	char op[SHOWN_MAX];

	if (check_cell_is(l, V_DATETIME) || check_cell_is(r, V_DATETIME)) {
		kinds = KIND(V_DATETIME);
		what = "datetime on both sides";
	} else if (check_cell_is(l, V_DURATION) ||
		   check_cell_is(r, V_DURATION)) {
		kinds = KIND(V_DURATION);
		what = "duration on both sides";
	}
	quoted(c, self, op);
	check_expect(c, &l, kinds, op, what);
	check_expect(c, &r, kinds, op, what);
	check_push(c, self, l.ok && r.ok, c->types->basic[V_BOOL], NULL);
}

void
check_math(struct type_checker *c, uint32_t self)
{
	struct cell r = check_pop(c), l = check_pop(c);
	char op[SHOWN_MAX];

	quoted(c, self, op);
	check_expect(c, &l, KIND(V_LONG), op, "Long");
	check_expect(c, &r, KIND(V_LONG), op, "Long");
	check_push(c, self, l.ok && r.ok, c->types->basic[V_LONG], NULL);
}

/* Whether two types can be compared; reports it when not. */
static bool
fits(struct type_checker *c, uint32_t self, const struct vtype *set,
    const struct vtype *other)
{
	if (set == NULL || other == NULL ||
	    types_join(c->types, set, other) != NULL)
		return true;
	check_error(c, FINDING_TYPE, self, "`%s' compares %s with %s, "
	    "which are never equal", expr_op_text(c->policy->nodes[self].op),
	    check_name(c, set), check_name(c, other));
	return false;
}

void
check_contains(struct type_checker *c, uint32_t self)
{
	struct cell r = check_pop(c), l = check_pop(c);
	bool ok;

	check_expect(c, &l, KIND(V_SET), "contains()", "a set on its left");
	ok = fits(c, self, l.type == NULL ? NULL : l.type->element, r.type);
	check_push(c, self, l.ok && r.ok && ok, c->types->basic[V_BOOL],
	    NULL);
}

void
check_contains_set(struct type_checker *c, uint32_t self)
{
	struct cell r = check_pop(c), l = check_pop(c);
	char op[SHOWN_MAX];
	bool ok;

	quoted(c, self, op);
	check_expect(c, &l, KIND(V_SET), op, "sets");
	check_expect(c, &r, KIND(V_SET), op, "sets");
	ok = fits(c, self, l.type, r.type);
	check_push(c, self, l.ok && r.ok && ok, c->types->basic[V_BOOL],
	    NULL);
}

void
check_is_empty(struct type_checker *c, uint32_t self)
{
	struct cell cell = check_pop(c);

	check_expect(c, &cell, KIND(V_SET), "isEmpty()", "a set");
	check_push(c, self, cell.ok, c->types->basic[V_BOOL], NULL);
}

void
check_like(struct type_checker *c, uint32_t self)
{
	struct cell cell = check_pop(c);

	check_expect(c, &cell, KIND(V_STRING), "`like'", "String");
	check_push(c, self, cell.ok, c->types->basic[V_BOOL], NULL);
}

/* The last n cells, valid until the next push. */
static const struct cell *
pop_all(struct type_checker *c, unsigned n, bool *ok, bool *typed)
{
	const struct cell *cells = &c->cells[c->ncells - n];

	*ok = *typed = true;
	for (unsigned i = 0; i < n; i++) {
		*ok &= cells[i].ok;
		*typed &= cells[i].type != NULL;
	}
	c->ncells -= n;
	return cells;
}

/* The elements' common type, or NULL. */
static const struct vtype *
common(struct type_checker *c, uint32_t self, const struct cell *cells,
    unsigned n)
{
	const struct vtype *all = cells[0].type, *more;

	for (unsigned i = 1; i < n; i++, all = more) {
		more = types_join(c->types, all, cells[i].type);
		if (more != NULL)
			continue;
		check_error(c, FINDING_TYPE, self, "the elements of a set "
		    "must have one type, these have %s and %s",
		    check_name(c, all), check_name(c, cells[i].type));
		return NULL;
	}
	return all;
}

void
check_set(struct type_checker *c, uint32_t self)
{
	unsigned n = c->policy->nodes[self].nargs;
	const struct vtype *type = NULL;
	const struct cell *cells;
	bool ok, typed;

	cells = pop_all(c, n, &ok, &typed);
	if (n == 0)
		check_error(c, FINDING_LITERAL, self, "[] has no type: strict "
		    "validation needs at least one element, or isEmpty()");
	else if (typed)
		type = common(c, self, cells, n);
	check_push(c, self, ok && type != NULL, type == NULL ? NULL :
	    types_set(c->types, type), NULL);
}

static const struct vtype *
record(struct type_checker *c, const struct expr_node *n,
    const struct cell *cells)
{
	struct vattr *attrs = arena_alloc(&c->arena, n->nargs,
	    sizeof(*attrs));

	if (attrs == NULL) {
		c->failed = true;
		return NULL;
	}
	for (unsigned i = 0; i < n->nargs; i++)
		attrs[i] = (struct vattr){ n->u.names[i], true,
		    cells[i].type };
	return types_record(c->types, attrs, n->nargs);
}

void
check_record(struct type_checker *c, uint32_t self)
{
	const struct expr_node *n = &c->policy->nodes[self];
	const struct cell *cells;
	bool ok, typed;

	cells = pop_all(c, n->nargs, &ok, &typed);
	check_push(c, self, ok && typed, typed ? record(c, n, cells) : NULL,
	    NULL);
}
