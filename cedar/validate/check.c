#include "check.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

void
check_init(struct type_checker *c, const struct schema *s, struct types *t)
{
	memset(c, 0, sizeof(*c));
	c->schema = s;
	c->types = t;
	arena_init(&c->policy_arena, 0);
	arena_init(&c->arena, 0);
}

void
check_free(struct type_checker *c)
{
	arena_free(&c->policy_arena);
	arena_free(&c->arena);
}

int
check_policy(struct type_checker *c, const struct policy *p, struct reporter *r)
{
	struct arena *a = &c->policy_arena;

	arena_free(a);
	c->policy = p;
	c->report = r;
	c->facts = facts_new(a, p);
	c->seen = arena_alloc(a, p->nnodes, sizeof(*c->seen));
	c->cells = arena_alloc(a, p->nnodes, sizeof(*c->cells));
	c->frames = arena_alloc(a, p->nnodes, sizeof(*c->frames));
	c->conditions = arena_alloc(a, p->nconditions,
	    sizeof(*c->conditions));
	if (c->facts != NULL && c->seen != NULL && c->cells != NULL &&
	    c->frames != NULL && c->conditions != NULL)
		return 0;
	errno = ENOMEM;
	return -1;
}

void
check_env(struct type_checker *c, const struct env *env)
{
	types_forget(c->types);
	arena_free(&c->arena);
	c->env = *env;
	c->prior = NULL;
	c->ncells = c->nframes = 0;
	c->where[0] = '\0';
}

/* A node with errors in some environments needs no more reports. */
bool
check_may_say(struct type_checker *c, uint32_t node)
{
	if (c->seen[node] >= SAID_MAX * SEEN_SAID)
		return false;
	c->seen[node] = (uint8_t)(c->seen[node] + SEEN_SAID);
	return true;
}

const char *
check_where(struct type_checker *c)
{
	char principal[SHOWN_MAX], action[SHOWN_MAX], resource[SHOWN_MAX];

	if (c->where[0] == '\0')
		snprintf(c->where, sizeof(c->where),
		    " (principal %s, action %s, resource %s)",
		    report_str(c->env.principal, principal),
		    report_uid(c->env.action->uid, action),
		    report_str(c->env.resource, resource));
	return c->where;
}

bool
check_cell_is(struct cell cell, enum vkind kind)
{
	return cell.type != NULL && cell.type->kind == kind;
}

struct cell
check_pop(struct type_checker *c)
{
	assert(c->ncells > 0);
	return c->cells[--c->ncells];
}

void
check_push(struct type_checker *c, uint32_t self, bool ok,
    const struct vtype *type, const struct caps *caps)
{
	assert(c->ncells < c->policy->nnodes);
	c->cells[c->ncells++] = (struct cell){ type, ok ? caps : NULL, self,
	    ok };
	c->seen[self] |= SEEN;
	if (!ok || type == NULL || type->kind != V_FALSE)
		c->seen[self] |= SEEN_TRUE;
}

static void
push_cell(struct type_checker *c, uint32_t self, struct cell cell)
{
	check_push(c, self, cell.ok, cell.type, cell.caps);
}

const char *
check_name(struct type_checker *c, const struct vtype *type)
{
	return types_name(c->types, type);
}

const struct vtype *
check_truth(struct type_checker *c, bool known, bool value)
{
	return known ? types_bool(c->types, value) : c->types->basic[V_BOOL];
}

void
check_expect(struct type_checker *c, struct cell *cell, unsigned kinds,
    const char *who, const char *what)
{
	if (cell->type != NULL && (kinds & KIND(cell->type->kind)) != 0)
		return;
	if (cell->type != NULL)
		check_error(c, FINDING_TYPE, cell->node,
		    "%s takes %s, this is %s", who, what,
		    check_name(c, cell->type));
	cell->type = NULL;
	cell->caps = NULL;
	cell->ok = false;
}

static const struct caps *
both(struct type_checker *c, const struct caps *a, const struct caps *b)
{
	return caps_both(&c->arena, a, b, &c->failed);
}

static const struct caps *
join(struct type_checker *c, const struct caps *a, const struct caps *b)
{
	return caps_union(&c->arena, a, b, &c->failed);
}

/* An error in either operand is an error of the result. */
static struct cell
make(struct cell l, struct cell r, const struct vtype *type,
    const struct caps *caps)
{
	bool ok = l.ok && r.ok;

	return (struct cell){ type, ok ? caps : NULL, r.node, ok };
}

struct cell
check_and(struct type_checker *c, struct cell l, struct cell r)
{
	struct cell none = { 0 };

	if (l.type == NULL || r.type == NULL)
		return make(l, none, c->types->basic[V_BOOL], NULL);
	if (check_cell_is(r, V_FALSE))
		return make(l, r, r.type, NULL);
	if (check_cell_is(r, V_TRUE))
		return make(l, r, l.type, join(c, l.caps, r.caps));
	return make(l, r, c->types->basic[V_BOOL], join(c, l.caps, r.caps));
}

/* When one is never true, the capabilities of the other hold. */
static struct cell
check_or(struct type_checker *c, struct cell l, struct cell r)
{
	struct cell none = { 0 };

	if (l.type == NULL || r.type == NULL)
		return make(l, none, c->types->basic[V_BOOL], NULL);
	if (check_cell_is(r, V_TRUE))
		return make(l, r, r.type, r.caps);
	if (check_cell_is(r, V_FALSE))
		return make(l, r, l.type, l.caps);
	if (check_cell_is(l, V_FALSE))
		return make(l, r, r.type, r.caps);
	return make(l, r, c->types->basic[V_BOOL], both(c, l.caps, r.caps));
}

static struct check_frame *
open_frame(struct type_checker *c)
{
	struct check_frame *f = &c->frames[c->nframes++];

	assert(c->nframes <= c->policy->nnodes);
	*f = (struct check_frame){ .prior = c->prior };
	return f;
}

static struct check_frame *
close_frame(struct type_checker *c)
{
	struct check_frame *f;

	assert(c->nframes > 0);
	f = &c->frames[--c->nframes];
	c->prior = f->prior;
	return f;
}

/* The rules of test nodes and their operators return the next node. */
static uint32_t
next(struct type_checker *c, uint32_t self)
{
	(void)c;
	return self + 1;
}

static uint32_t
and_test(struct type_checker *c, uint32_t self)
{
	uint32_t end = c->policy->nodes[self].u.jump;
	struct cell *l = &c->cells[c->ncells - 1];

	check_expect(c, l, KINDS_BOOL, "`&&'", "Bool");
	if (check_cell_is(*l, V_FALSE)) {
		struct cell left = check_pop(c);

		check_push(c, end, left.ok, left.type, NULL);
		return end + 1;
	}
	open_frame(c);
	c->prior = join(c, c->prior, l->caps);
	return self + 1;
}

static uint32_t
and_end(struct type_checker *c, uint32_t self)
{
	struct cell r = check_pop(c), l = check_pop(c);

	check_expect(c, &r, KINDS_BOOL, "`&&'", "Bool");
	push_cell(c, self, check_and(c, l, r));
	close_frame(c);
	return self + 1;
}

static uint32_t
or_test(struct type_checker *c, uint32_t self)
{
	uint32_t end = c->policy->nodes[self].u.jump;
	struct cell *l = &c->cells[c->ncells - 1];

	check_expect(c, l, KINDS_BOOL, "`||'", "Bool");
	if (check_cell_is(*l, V_TRUE)) {
		push_cell(c, end, check_pop(c));
		return end + 1;
	}
	open_frame(c);
	return self + 1;
}

static uint32_t
or_end(struct type_checker *c, uint32_t self)
{
	struct cell r = check_pop(c), l = check_pop(c);

	check_expect(c, &r, KINDS_BOOL, "`||'", "Bool");
	push_cell(c, self, check_or(c, l, r));
	close_frame(c);
	return self + 1;
}

static uint32_t
if_test(struct type_checker *c, uint32_t self)
{
	struct cell test = check_pop(c);
	struct check_frame *f = open_frame(c);

	check_expect(c, &test, KINDS_BOOL, "the condition of `if'", "Bool");
	f->first = test;
	if (check_cell_is(test, V_FALSE)) {
		f->kind = FRAME_ELSE;
		return c->policy->nodes[self].u.jump;
	}
	f->kind = check_cell_is(test, V_TRUE) ? FRAME_THEN : FRAME_BOTH;
	c->prior = join(c, c->prior, test.caps);
	return self + 1;
}

static uint32_t
if_else(struct type_checker *c, uint32_t self)
{
	const struct check_frame *f = &c->frames[c->nframes - 1];

	c->prior = f->prior;
	return f->kind == FRAME_THEN ? c->policy->nodes[self].u.jump : self + 1;
}

/* Both branches may run. */
static void
if_join(struct type_checker *c, uint32_t self, struct cell test)
{
	struct cell no = check_pop(c), yes = check_pop(c);
	const struct vtype *type = NULL;

	if (yes.type != NULL && no.type != NULL) {
		type = types_join(c->types, yes.type, no.type);
		if (type == NULL)
			check_error(c, FINDING_TYPE, self, "the branches of "
			    "`if' must have one type, these have %s and %s",
			    check_name(c, yes.type), check_name(c, no.type));
	}
	check_push(c, self, test.ok && yes.ok && no.ok && type != NULL, type,
	    both(c, join(c, test.caps, yes.caps), no.caps));
}

/*
 * A condition that is always true gives no capabilities: it tests for what is
 * known or for a required attribute.
 */
static uint32_t
if_end(struct type_checker *c, uint32_t self)
{
	struct check_frame *f = close_frame(c);
	struct cell test = f->first, one;

	if (f->kind == FRAME_BOTH) {
		if_join(c, self, test);
		return self + 1;
	}
	one = check_pop(c);
	check_push(c, self, test.ok && one.ok, one.type, one.caps);
	return self + 1;
}

/* The operand stays on the stack for the `in'. */
static uint32_t
is_test(struct type_checker *c, uint32_t self)
{
	uint32_t end = c->policy->nodes[self].u.jump;
	struct cell *l = &c->cells[c->ncells - 1], is;

	check_expect(c, l, KIND(V_ENTITY), "`is'", "an entity");
	is = check_is_cell(c, *l, c->policy->nodes[end - 1].u.names[0]);
	if (check_cell_is(is, V_FALSE)) {
		check_pop(c);
		push_cell(c, end - 1, is);
		return end;
	}
	open_frame(c)->first = is;
	return self + 1;
}

static uint32_t
is_in(struct type_checker *c, uint32_t self)
{
	struct cell r = check_pop(c), l = check_pop(c);
	struct check_frame *f = close_frame(c);

	push_cell(c, self, check_and(c, f->first, check_in_cells(c, l, r)));
	return self + 1;
}

static void
check_value(struct type_checker *c, uint32_t self)
{
	static const enum vkind kinds[VALUE_KINDS] = {
		[VALUE_LONG] = V_LONG, [VALUE_STRING] = V_STRING,
		[VALUE_DECIMAL] = V_DECIMAL, [VALUE_IP] = V_IP,
		[VALUE_DATETIME] = V_DATETIME,
		[VALUE_DURATION] = V_DURATION,
	};
	const struct value *v = c->policy->nodes[self].u.value;
	const struct vtype *type;

	if (v->kind == VALUE_BOOL)
		type = types_bool(c->types, v->b);
	else if (v->kind == VALUE_ENTITY)
		type = check_uid_type(c, v->uid);
	else
		type = c->types->basic[kinds[v->kind]];
	check_push(c, self, type != NULL, type, NULL);
}

static void
check_var(struct type_checker *c, uint32_t self)
{
	const struct vtype *type = NULL;

	switch (c->policy->nodes[self].u.var) {
	case VAR_PRINCIPAL:
		type = types_entity(c->types, c->env.principal);
		break;
	case VAR_ACTION:
		type = types_entity(c->types, c->env.action->uid->type);
		break;
	case VAR_RESOURCE:
		type = types_entity(c->types, c->env.resource);
		break;
	case VAR_CONTEXT:
		type = types_of_record(c->types, c->env.action->context);
		break;
	}
	check_push(c, self, true, type, NULL);
}

static const struct {
	check_rule	*rule;
	uint32_t	(*next)(struct type_checker *, uint32_t self);
} rules[OP_COUNT] = {
	[OP_VALUE] = { check_value, next },
	[OP_VAR] = { check_var, next },
	[OP_NOT] = { check_not, next },
	[OP_NEG] = { check_neg, next },
	[OP_EQ] = { check_eq, next },
	[OP_NE] = { check_ne, next },
	[OP_LT] = { check_compare, next },
	[OP_LE] = { check_compare, next },
	[OP_GT] = { check_compare, next },
	[OP_GE] = { check_compare, next },
	[OP_ADD] = { check_math, next },
	[OP_SUB] = { check_math, next },
	[OP_MUL] = { check_math, next },
	[OP_IN] = { check_in_op, next },
	[OP_CONTAINS] = { check_contains, next },
	[OP_CONTAINS_ALL] = { check_contains_set, next },
	[OP_CONTAINS_ANY] = { check_contains_set, next },
	[OP_IS_EMPTY] = { check_is_empty, next },
	[OP_GET_TAG] = { check_get_tag, next },
	[OP_HAS_TAG] = { check_has_tag, next },
	[OP_GET] = { check_get, next },
	[OP_HAS] = { check_has, next },
	[OP_LIKE] = { check_like, next },
	[OP_IS] = { check_is, next },
	[OP_IS_TEST] = { NULL, is_test },
	[OP_IS_IN] = { NULL, is_in },
	[OP_AND_TEST] = { NULL, and_test },
	[OP_AND] = { NULL, and_end },
	[OP_OR_TEST] = { NULL, or_test },
	[OP_OR] = { NULL, or_end },
	[OP_IF_TEST] = { NULL, if_test },
	[OP_IF_ELSE] = { NULL, if_else },
	[OP_IF] = { NULL, if_end },
	[OP_SET] = { check_set, next },
	[OP_RECORD] = { check_record, next },
	[OP_CALL] = { check_call, next },
};

struct cell
check_condition(struct type_checker *c, const struct condition *cond)
{
	struct cell cell;

	for (uint32_t i = cond->first; i <= cond->root;) {
		enum op op = c->policy->nodes[i].op;

		if (rules[op].rule != NULL)
			rules[op].rule(c, i);
		i = rules[op].next(c, i);
		c->steps++;
	}
	cell = check_pop(c);
	check_expect(c, &cell, KINDS_BOOL, "a condition", "Bool");
	if (cond->unless) {
		cell.type = check_not_type(c, cell);
		cell.caps = NULL;
	}
	c->prior = join(c, c->prior, cell.caps);
	return cell;
}
