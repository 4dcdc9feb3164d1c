/*
 * Expressions and scopes on one line.  A node gets parentheses only if its
 * precedence is lower than its place needs.  Reading the text gives the same
 * nodes.
 */
#include "format.h"

#include <assert.h>

#include "emit.h"
#include "walk.h"
#include "cedar/data/name.h"

#define UNARY_RUN_MAX	4	/* the grammar's limit: !!!!a */

/* The precedence of nodes in Cedar's grammar. */
enum prec {
	PREC_IF, PREC_OR, PREC_AND, PREC_RELATION, PREC_ADD, PREC_MUL,
	PREC_UNARY, PREC_MEMBER, PREC_PRIMARY,
};

enum shape {
	SHAPE_LEAF, SHAPE_PREFIX, SHAPE_INFIX, SHAPE_METHOD, SHAPE_SUFFIX,
	SHAPE_IS_IN, SHAPE_IF, SHAPE_SET, SHAPE_RECORD, SHAPE_CALL,
	SHAPE_TEST,
};

static const struct format_form {
	enum shape	shape;
	enum prec	prec;
	enum prec	left, right;	/* needed of the operands */
} forms[] = {
	[OP_VALUE] = { SHAPE_LEAF, PREC_PRIMARY, 0, 0 },
	[OP_VAR] = { SHAPE_LEAF, PREC_PRIMARY, 0, 0 },
	[OP_NOT] = { SHAPE_PREFIX, PREC_UNARY, PREC_MEMBER, 0 },
	[OP_NEG] = { SHAPE_PREFIX, PREC_UNARY, PREC_MEMBER, 0 },
	[OP_EQ] = { SHAPE_INFIX, PREC_RELATION, PREC_ADD, PREC_ADD },
	[OP_NE] = { SHAPE_INFIX, PREC_RELATION, PREC_ADD, PREC_ADD },
	[OP_LT] = { SHAPE_INFIX, PREC_RELATION, PREC_ADD, PREC_ADD },
	[OP_LE] = { SHAPE_INFIX, PREC_RELATION, PREC_ADD, PREC_ADD },
	[OP_GT] = { SHAPE_INFIX, PREC_RELATION, PREC_ADD, PREC_ADD },
	[OP_GE] = { SHAPE_INFIX, PREC_RELATION, PREC_ADD, PREC_ADD },
	[OP_ADD] = { SHAPE_INFIX, PREC_ADD, PREC_ADD, PREC_MUL },
	[OP_SUB] = { SHAPE_INFIX, PREC_ADD, PREC_ADD, PREC_MUL },
	[OP_MUL] = { SHAPE_INFIX, PREC_MUL, PREC_MUL, PREC_UNARY },
	[OP_IN] = { SHAPE_INFIX, PREC_RELATION, PREC_ADD, PREC_ADD },
	[OP_CONTAINS] = { SHAPE_METHOD, PREC_MEMBER, PREC_MEMBER, PREC_IF },
	[OP_CONTAINS_ALL] = { SHAPE_METHOD, PREC_MEMBER, PREC_MEMBER, PREC_IF },
	[OP_CONTAINS_ANY] = { SHAPE_METHOD, PREC_MEMBER, PREC_MEMBER, PREC_IF },
	[OP_IS_EMPTY] = { SHAPE_METHOD, PREC_MEMBER, PREC_MEMBER, PREC_IF },
	[OP_GET_TAG] = { SHAPE_METHOD, PREC_MEMBER, PREC_MEMBER, PREC_IF },
	[OP_HAS_TAG] = { SHAPE_METHOD, PREC_MEMBER, PREC_MEMBER, PREC_IF },
	[OP_GET] = { SHAPE_SUFFIX, PREC_MEMBER, PREC_MEMBER, 0 },
	[OP_HAS] = { SHAPE_SUFFIX, PREC_RELATION, PREC_ADD, 0 },
	[OP_LIKE] = { SHAPE_SUFFIX, PREC_RELATION, PREC_ADD, 0 },
	[OP_IS] = { SHAPE_SUFFIX, PREC_RELATION, PREC_ADD, 0 },
	[OP_IS_TEST] = { SHAPE_TEST, PREC_PRIMARY, 0, 0 },
	[OP_IS_IN] = { SHAPE_IS_IN, PREC_RELATION, PREC_ADD, PREC_ADD },
	[OP_AND_TEST] = { SHAPE_TEST, PREC_PRIMARY, 0, 0 },
	[OP_AND] = { SHAPE_INFIX, PREC_AND, PREC_AND, PREC_RELATION },
	[OP_OR_TEST] = { SHAPE_TEST, PREC_PRIMARY, 0, 0 },
	[OP_OR] = { SHAPE_INFIX, PREC_OR, PREC_OR, PREC_AND },
	[OP_IF_TEST] = { SHAPE_TEST, PREC_PRIMARY, 0, 0 },
	[OP_IF_ELSE] = { SHAPE_TEST, PREC_PRIMARY, 0, 0 },
	[OP_IF] = { SHAPE_IF, PREC_IF, PREC_IF, PREC_IF },
	[OP_SET] = { SHAPE_SET, PREC_PRIMARY, PREC_IF, PREC_IF },
	[OP_RECORD] = { SHAPE_RECORD, PREC_PRIMARY, PREC_IF, PREC_IF },
	[OP_CALL] = { SHAPE_CALL, PREC_MEMBER, PREC_IF, PREC_IF },
};
static_assert(sizeof(forms) / sizeof(forms[0]) == OP_COUNT,
    "every operator has a form");

void
format_scope(struct put *p, const char *var, const struct scope *s,
    const struct uid *slot)
{
	emit(p, var);
	if (s->op == SCOPE_IS || s->op == SCOPE_IS_IN) {
		emit(p, " is ");
		emit_str(p, s->type);
	}
	if (s->op == SCOPE_ANY || s->op == SCOPE_IS)
		return;
	emit(p, s->op == SCOPE_EQ ? " == " : " in ");
	if (s->op == SCOPE_IN_SET) {
		emit(p, "[");
		for (uint32_t i = 0; i < s->nuids; i++) {
			emit(p, i == 0 ? "" : ", ");
			format_uid(p, s->uids[i]);
		}
		emit(p, "]");
	} else if (!s->slot) {
		format_uid(p, s->uids[0]);
	} else if (slot != NULL) {
		format_uid(p, slot);
	} else {
		emit(p, "?");
		emit(p, var);
	}
}

static void
put_leaf(struct put *p, const struct expr_node *n)
{
	if (n->op == OP_VALUE)
		format_value(p, *n->u.value);
	else
		emit(p, expr_var_text(n->u.var));
}

static void
put_name(struct put *p, const struct str *name)
{
	if (name_is_ident(name->bytes, name->len))
		emit_str(p, name);
	else
		format_string(p, name);
}

/* The text after the operand of get, has, like and is. */
static void
put_suffix(struct put *p, const struct expr_node *n)
{
	const struct str *name = n->op == OP_LIKE ? NULL : n->u.names[0];

	if (n->op == OP_GET && name_is_ident(name->bytes, name->len)) {
		emit(p, ".");
		emit_str(p, name);
	} else if (n->op == OP_GET) {
		emit(p, "[");
		format_string(p, name);
		emit(p, "]");
	} else if (n->op == OP_HAS) {
		emit(p, " has ");
		for (uint16_t i = 0; i < n->nargs; i++) {
			emit(p, i == 0 ? "" : ".");
			put_name(p, n->u.names[i]);
		}
	} else if (n->op == OP_LIKE) {
		emit(p, " like ");
		format_pattern(p, n->u.pattern);
	} else {
		emit(p, " is ");
		emit_str(p, name);
	}
}

/* A method without a receiver is written as a call. */
static bool
is_method(const struct expr_node *n)
{
	return forms[n->op].shape == SHAPE_METHOD ||
	    (n->op == OP_CALL && expr_fn_is_method(n->u.fn) && n->nargs > 0);
}

/* The text before operand i; a method's name follows its receiver. */
static void
put_before(struct put *p, const struct expr_node *n, uint16_t i)
{
	static const char *const branch[] = { "if ", " then ", " else " };
	enum shape shape = forms[n->op].shape;

	if (shape == SHAPE_PREFIX) {
		emit(p, expr_op_text(n->op));
	} else if (shape == SHAPE_INFIX && i == 1) {
		emit(p, " ");
		emit(p, expr_op_text(n->op));
		emit(p, " ");
	} else if (shape == SHAPE_IF) {
		emit(p, branch[i]);
	} else if (shape == SHAPE_IS_IN && i == 1) {
		put_suffix(p, n);
		emit(p, " in ");
	} else if (shape == SHAPE_RECORD) {
		emit(p, i == 0 ? "" : ", ");
		put_name(p, n->u.names[i]);
		emit(p, ": ");
	} else if (shape == SHAPE_SET ||
	    (shape == SHAPE_CALL && !is_method(n))) {
		emit(p, i == 0 ? "" : ", ");
	} else if (is_method(n) && i > 1) {
		emit(p, ", ");
	}
}

/* The text after operand i of a method: its name after the receiver. */
static void
put_after(struct put *p, const struct expr_node *n, uint16_t i)
{
	if (!is_method(n) || i != 0)
		return;
	emit(p, ".");
	emit(p, n->op == OP_CALL ? expr_fn_text(n->u.fn) : expr_op_text(n->op));
	emit(p, "(");
}

static void
put_open(struct put *p, const struct expr_node *n)
{
	enum shape shape = forms[n->op].shape;

	if (shape == SHAPE_LEAF) {
		put_leaf(p, n);
	} else if (shape == SHAPE_SET) {
		emit(p, "[");
	} else if (shape == SHAPE_RECORD) {
		emit(p, "{");
	} else if (shape == SHAPE_CALL && !is_method(n)) {
		emit(p, expr_fn_text(n->u.fn));
		emit(p, "(");
	}
}

static void
put_close(struct put *p, const struct expr_node *n)
{
	enum shape shape = forms[n->op].shape;

	if (shape == SHAPE_SUFFIX)
		put_suffix(p, n);
	else if (shape == SHAPE_SET)
		emit(p, "]");
	else if (shape == SHAPE_RECORD)
		emit(p, "}");
	else if (shape == SHAPE_CALL || shape == SHAPE_METHOD)
		emit(p, ")");
}

/* A negative number has a minus and its precedence. */
static enum prec
prec_of(const struct expr_node *n)
{
	if (n->op == OP_VALUE && n->u.value->kind == VALUE_LONG &&
	    n->u.value->n < 0)
		return PREC_UNARY;
	return forms[n->op].prec;
}

/* The precedence that operand i needs to have no parentheses. */
static enum prec
prec_wanted(const struct expr_node *n, uint16_t i)
{
	if (is_method(n) && i == 0)
		return PREC_MEMBER;
	return i == 0 ? forms[n->op].left : forms[n->op].right;
}

static bool
is_number(const struct expr_node *n)
{
	return n->op == OP_VALUE && n->u.value->kind == VALUE_LONG;
}

/*
 * Decides whether a node gets parentheses.  At most four of one unary operator
 * may follow each other.  A minus before a number would become its sign: -(1)
 * is not -1.
 */
static void
set_parens(const struct expr_node *parent, uint8_t run, uint16_t i,
    const struct expr_node *n, struct walk_frame *f)
{
	f->parens = prec_of(n) < prec_wanted(parent, i);
	if (forms[parent->op].shape == SHAPE_PREFIX && n->op == parent->op) {
		f->parens = run == UNARY_RUN_MAX;
		f->run = f->parens ? 1 : run + 1;
	} else if (parent->op == OP_NEG && is_number(n)) {
		f->parens = true;
	}
}

static void
enter_node(struct put *p, const struct expr_node *nodes,
    const struct walk_frame *parent, uint16_t i, struct walk_frame *f)
{
	const struct expr_node *n = &nodes[f->node];

	f->run = 1;
	if (parent != NULL)
		set_parens(&nodes[parent->node], parent->run, i, n, f);
	if (f->parens)
		emit(p, "(");
	put_open(p, n);
}

static void
leave_node(struct put *p, const struct expr_node *nodes,
    const struct walk_frame *f)
{
	put_close(p, &nodes[f->node]);
	if (f->parens)
		emit(p, ")");
}

void
format_expr(struct put *p, const struct policy *policy, uint32_t root)
{
	static const struct expr_walk text = {
		enter_node, put_before, put_after, leave_node,
	};

	walk_expr(p, policy->nodes, root, &text);
}

static void
put_annotations(struct put *p, const struct policy *policy)
{
	for (uint32_t i = 0; i < policy->nannotations; i++) {
		const struct annotation *a = &policy->annotations[i];

		emit(p, "@");
		emit_str(p, a->name);
		if (a->given) {
			emit(p, "(");
			format_string(p, a->value);
			emit(p, ")");
		}
		emit(p, " ");
	}
}

void
format_flat(struct put *p, const struct policy *policy)
{
	put_annotations(p, policy);
	emit(p, policy->forbid ? "forbid (" : "permit (");
	format_scope(p, "principal", &policy->principal,
	    policy->values[SLOT_PRINCIPAL]);
	emit(p, ", ");
	format_scope(p, "action", &policy->action, NULL);
	emit(p, ", ");
	format_scope(p, "resource", &policy->resource,
	    policy->values[SLOT_RESOURCE]);
	emit(p, ")");
	for (uint32_t i = 0; i < policy->nconditions; i++) {
		const struct condition *c = &policy->conditions[i];

		emit(p, c->unless ? " unless { " : " when { ");
		format_expr(p, policy, c->root);
		emit(p, " }");
	}
	emit(p, ";");
}
