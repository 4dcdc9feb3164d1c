/*
 * An expression in JSON is an object whose one key is the operator.  Nodes are
 * built in postfix order from a stack of tasks.  The task to read `a && b'
 * pushes four others: build the &&, read b, build the test node, read a.  The
 * last one pushed runs first.
 */
#include "est.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cedar/data/name.h"
#include "cedar/data/value_form.h"

/* How an operator's object is read. */
struct operator_form {
	const char	*key;
	enum op		 op;
	int		(*build)(struct est *, const struct est_task *);
	const struct doc_field *fields;
	unsigned	 nfields;
	unsigned	 noperands;	/* the first fields are expressions */
	enum op		 tests[2];	/* after the operand; VALUE: none */
};

static int
push(struct est *s, struct est_task task)
{
	if (s->ntasks == s->task_cap) {
		size_t cap = s->task_cap == 0 ? 64 : s->task_cap * 2;
		struct est_task *tasks = reallocarray(s->tasks, cap,
		    sizeof(*tasks));

		if (tasks == NULL)
			return build_memory(&s->b);
		s->tasks = tasks;
		s->task_cap = cap;
	}
	s->tasks[s->ntasks++] = task;
	return 0;
}

/* Reverses the tasks from `first' on, so that the first one runs first. */
static void
reverse(struct est *s, size_t first)
{
	for (size_t last = s->ntasks; first + 1 < last; first++) {
		struct est_task t = s->tasks[first];

		s->tasks[first] = s->tasks[--last];
		s->tasks[last] = t;
	}
}

static int	run_expr(struct est *, const struct est_task *);
static int	run_value(struct est *, const struct est_task *);

/* Pushes tasks for the container's children, as expressions or values. */
static int
push_children(struct est *s, uint32_t container,
    int (*run)(struct est *, const struct est_task *))
{
	size_t first = s->ntasks;
	uint32_t c;

	for (c = doc_first(s->d, container); c != 0;
	    c = doc_next(s->d, container, c))
		if (push(s, (struct est_task){ .run = run,
		    .node = c }) == -1)
			return -1;
	reverse(s, first);
	return 0;
}

/* Values, as in entities, become nodes. */

static int
build_scalar(struct est *s, uint32_t node)
{
	const struct doc_node *n = &s->d->nodes[node];
	struct value v = { .kind = VALUE_STRING };

	if (n->kind == DOC_BOOL)
		v = (struct value){ .kind = VALUE_BOOL, .b = n->b };
	else if (n->kind == DOC_INT)
		v = (struct value){ .kind = VALUE_LONG, .n = n->n };
	else if (est_str(s, n->str, &v.str) == -1)
		return -1;
	return build_value(&s->b, n->pos, v);
}

static int
build_entity(struct est *s, uint32_t node, uint32_t inner)
{
	struct value v = { .kind = VALUE_ENTITY };

	if (value_form_read_uid(&v.uid, &s->b.set->arena, s->d, inner, s->e) ==
	    -1)
		return -1;
	return build_value(&s->b, s->d->nodes[node].pos, v);
}

static int
start_value_call(struct est *s, uint32_t node, uint32_t inner)
{
	struct call_form call;
	size_t first;

	if (value_form_call(s->d, inner, &call, s->e) == -1 ||
	    push(s, (struct est_task){ .run = est_build_call, .node = node,
	    .arg = call.fn, .n = call.nargs,
	    .pos = s->d->nodes[node].pos }) == -1)
		return -1;
	first = s->ntasks;
	for (uint32_t c = call.first; c != 0;
	     c = value_form_next(s->d, &call, c))
		if (push(s, (struct est_task){ .run = run_value,
		    .node = c }) == -1)
			return -1;
	reverse(s, first);
	return 0;
}

static int
start_container(struct est *s, uint32_t node, uint32_t pos,
    int (*build)(struct est *, const struct est_task *),
    int (*run)(struct est *, const struct est_task *))
{
	if (push(s, (struct est_task){ .run = build, .node = node,
	    .pos = pos }) == -1)
		return -1;
	return push_children(s, node, run);
}

static int
run_value(struct est *s, const struct est_task *t)
{
	uint32_t node = t->node, inner, pos = s->d->nodes[node].pos;
	enum value_form form;

	if (value_form(s->d, node, &form, &inner, s->e) == -1)
		return -1;
	switch (form) {
	case FORM_SCALAR:
		return build_scalar(s, node);
	case FORM_ENTITY:
		return build_entity(s, node, inner);
	case FORM_CALL:
		return start_value_call(s, node, inner);
	case FORM_SET:
		return start_container(s, node, pos, est_build_set, run_value);
	case FORM_RECORD:
		return start_container(s, node, pos, est_build_record,
		    run_value);
	}
	abort();
}

/* Expressions by their key. */

static const struct doc_field unary[] = {
	{ "arg", DOC_MAY(OBJECT), false },
};
static const struct doc_field binary[] = {
	{ "left", DOC_MAY(OBJECT), false },
	{ "right", DOC_MAY(OBJECT), false },
};
static const struct doc_field ternary[] = {
	{ "if", DOC_MAY(OBJECT), false },
	{ "then", DOC_MAY(OBJECT), false },
	{ "else", DOC_MAY(OBJECT), false },
};
static const struct doc_field get_fields[] = {
	{ "left", DOC_MAY(OBJECT), false },
	{ "attr", DOC_MAY(STRING), false },
};
static const struct doc_field has_fields[] = {
	{ "left", DOC_MAY(OBJECT), false },
	{ "attr", DOC_MAY(STRING) | DOC_MAY(ARRAY), false },
};
static const struct doc_field like_fields[] = {
	{ "left", DOC_MAY(OBJECT), false },
	{ "pattern", DOC_MAY(ARRAY), false },
};
static const struct doc_field is_fields[] = {
	{ "left", DOC_MAY(OBJECT), false },
	{ "in", DOC_MAY(OBJECT) | DOC_MAY(NULL), true },
	{ "entity_type", DOC_MAY(STRING), false },
};

#define UNARY(key, op)	{ key, OP_##op, est_build_plain, unary, 1, 1, { 0 } }
#define BINARY(key, op)	{ key, OP_##op, est_build_plain, binary, 2, 2, { 0 } }

static const struct operator_form forms[] = {
	UNARY("!", NOT), UNARY("neg", NEG), UNARY("isEmpty", IS_EMPTY),
	BINARY("==", EQ), BINARY("!=", NE), BINARY("<", LT), BINARY("<=", LE),
	BINARY(">", GT), BINARY(">=", GE), BINARY("+", ADD),
	BINARY("-", SUB), BINARY("*", MUL), BINARY("in", IN),
	BINARY("contains", CONTAINS), BINARY("containsAll", CONTAINS_ALL),
	BINARY("containsAny", CONTAINS_ANY), BINARY("getTag", GET_TAG),
	BINARY("hasTag", HAS_TAG),
	{ "&&", OP_AND, est_build_plain, binary, 2, 2, { OP_AND_TEST } },
	{ "||", OP_OR, est_build_plain, binary, 2, 2, { OP_OR_TEST } },
	{ "if-then-else", OP_IF, est_build_plain, ternary, 3, 3,
	    { OP_IF_TEST, OP_IF_ELSE } },
	{ ".", OP_GET, est_build_get, get_fields, 2, 1, { 0 } },
	{ "has", OP_HAS, est_build_has, has_fields, 2, 1, { 0 } },
	{ "like", OP_LIKE, est_build_like, like_fields, 2, 1, { 0 } },
	{ "is", OP_IS, est_build_is, is_fields, 3, 2, { OP_IS_TEST } },
};
#define FORMS	(sizeof(forms) / sizeof(forms[0]))

static int
run_test(struct est *s, const struct est_task *t)
{
	return build_test(&s->b, t->pos, (enum op)t->arg);
}

/* An operator: its operands, with the tests between them, then itself. */
static int
start_form(struct est *s, uint32_t body, uint32_t pos,
    const struct operator_form *f)
{
	uint32_t found[3];
	size_t first;

	if (doc_fields(s->d, body, f->fields, f->nfields, found, s->e) == -1 ||
	    push(s, (struct est_task){ .run = f->build, .node = body,
	    .arg = f->op, .pos = pos }) == -1)
		return -1;
	first = s->ntasks;
	for (unsigned i = 0; i < f->noperands; i++) {
		if (found[i] == 0 || s->d->nodes[found[i]].kind == DOC_NULL)
			continue;
		if (i > 0 && f->tests[i - 1] != OP_VALUE &&
		    push(s, (struct est_task){ .run = run_test,
		    .arg = f->tests[i - 1], .pos = pos }) == -1)
			return -1;
		if (push(s, (struct est_task){ .run = run_expr,
		    .node = found[i] }) == -1)
			return -1;
	}
	reverse(s, first);
	return 0;
}

static int
start_value(struct est *s, uint32_t body, uint32_t pos)
{
	(void)pos;
	return push(s, (struct est_task){ .run = run_value, .node = body });
}

static int
start_var(struct est *s, uint32_t body, uint32_t pos)
{
	static const char *const names[] = {
		[VAR_PRINCIPAL] = "principal", [VAR_ACTION] = "action",
		[VAR_RESOURCE] = "resource", [VAR_CONTEXT] = "context",
	};
	const struct doc_node *n = &s->d->nodes[body];

	for (int i = 0; n->kind == DOC_STRING && i <= VAR_CONTEXT; i++)
		if (str_is(n->str, names[i]))
			return build_var(&s->b, pos, (enum var)i);
	return doc_error(s->d, body, s->e, "expected \"principal\", "
	    "\"action\", \"resource\" or \"context\"");
}

static int
start_slot(struct est *s, uint32_t body, uint32_t pos)
{
	(void)pos;
	return doc_error(s->d, body, s->e, "a slot in a condition; slots may "
	    "only stand for the principal and the resource");
}

static int
start_set(struct est *s, uint32_t body, uint32_t pos)
{
	if (s->d->nodes[body].kind != DOC_ARRAY)
		return doc_error_kind(s->d, body, s->e, "a list of "
		    "expressions");
	return start_container(s, body, pos, est_build_set, run_expr);
}

static int
start_record(struct est *s, uint32_t body, uint32_t pos)
{
	if (s->d->nodes[body].kind != DOC_OBJECT)
		return doc_error_kind(s->d, body, s->e, "an object of "
		    "expressions");
	return start_container(s, body, pos, est_build_record, run_expr);
}

static const struct starter {
	const char	*key;
	int		(*start)(struct est *, uint32_t body, uint32_t pos);
} starters[] = {
	{ "Value", start_value }, { "Var", start_var }, { "Slot", start_slot },
	{ "Set", start_set }, { "Record", start_record },
};
#define STARTERS	(sizeof(starters) / sizeof(starters[0]))

/*
 * A call of a function or method.  As in the official engine, a wrong number of
 * arguments is an error of evaluation, not of the policy.
 */
static int
start_call(struct est *s, uint32_t body, uint32_t pos)
{
	const struct str *key = s->d->nodes[body].key;
	int fn = expr_fn_find(key->bytes, key->len);
	char quoted[QUOTE_MAX];

	if (fn == -1)
		return doc_error_key(s->d, body, s->e, "unknown operator or "
		    "function `%s'", doc_quote(quoted, key->bytes, key->len));
	if (s->d->nodes[body].kind != DOC_ARRAY)
		return doc_error_kind(s->d, body, s->e, "a list of arguments");
	if (push(s, (struct est_task){ .run = est_build_call, .arg = fn,
	    .node = body, .n = s->d->nodes[body].count, .pos = pos }) == -1)
		return -1;
	return push_children(s, body, run_expr);
}

static int
run_expr(struct est *s, const struct est_task *t)
{
	const struct doc_node *n = &s->d->nodes[t->node];
	uint32_t body = t->node + 1, pos;

	if (n->kind != DOC_OBJECT)
		return doc_error_kind(s->d, t->node, s->e, "an expression, "
		    "{OPERATOR: ...}");
	if (n->count != 1)
		return doc_error(s->d, t->node, s->e, "an expression with %u "
		    "keys; expected one, its operator", n->count);
	pos = s->d->nodes[body].key_pos;
	for (size_t i = 0; i < FORMS; i++)
		if (str_is(s->d->nodes[body].key, forms[i].key))
			return start_form(s, body, pos, &forms[i]);
	for (size_t i = 0; i < STARTERS; i++)
		if (str_is(s->d->nodes[body].key, starters[i].key))
			return starters[i].start(s, body, pos);
	return start_call(s, body, pos);
}

int
est_expr(struct est *s, uint32_t node)
{
	struct est_task t = { .run = run_expr, .node = node };

	s->ntasks = 0;
	if (push(s, t) == -1)
		return -1;
	while (s->ntasks > 0) {
		t = s->tasks[--s->ntasks];
		if (t.run(s, &t) == -1)
			return -1;
	}
	return 0;
}
