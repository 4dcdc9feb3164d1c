/*
 * Policies in the official JSON form
 * (https://docs.cedarpolicy.com/policies/json-format.html).
 */
#include "format.h"

#include <string.h>

#include "emit.h"
#include "walk.h"

static void
put_str(struct put *p, const struct str *s)
{
	emit_json(p, s->bytes, s->len);
}

static void
put_key(struct put *p, const char *key)
{
	emit_json(p, key, strlen(key));
	emit(p, ":");
}

static const char *
json_key(const struct expr_node *n)
{
	switch (n->op) {
	case OP_VALUE:
		return "Value";
	case OP_VAR:
		return "Var";
	case OP_NEG:
		return "neg";
	case OP_CALL:
		return expr_fn_text(n->u.fn);
	default:
		return expr_op_text(n->op);
	}
}

static bool
is_list(const struct expr_node *n)
{
	return n->op == OP_SET || n->op == OP_CALL;
}

/* The field of an operator's object for an operand. */
static const char *
part_key(const struct expr_node *n, uint16_t i)
{
	static const char *const branch[] = { "if", "then", "else" };

	if (n->op == OP_IF)
		return branch[i];
	if (n->op == OP_NOT || n->op == OP_NEG || n->op == OP_IS_EMPTY)
		return "arg";
	if (i == 1)
		return n->op == OP_IS_IN ? "in" : "right";
	return "left";
}

static void
put_before(struct put *p, const struct expr_node *n, uint16_t i)
{
	if (i > 0)
		emit(p, ",");
	if (n->op == OP_RECORD) {
		put_str(p, n->u.names[i]);
		emit(p, ":");
	} else if (!is_list(n)) {
		put_key(p, part_key(n, i));
	}
}

/*
 * Each character of a pattern is a literal, as the official engine writes it.
 */
static void
put_literal(struct put *p, const struct str *s)
{
	uint32_t i = 0, n;

	do {
		for (n = 0; i + n < s->len; n++)
			if (n > 0 && (s->bytes[i + n] & 0xc0) != 0x80)
				break;
		emit(p, i == 0 ? "" : ",");
		emit(p, "{\"Literal\":");
		emit_json(p, s->bytes + i, n);
		emit(p, "}");
		i += n;
	} while (i < s->len);
}

static void
put_pattern(struct put *p, const struct pattern *pattern)
{
	emit(p, "[");
	for (uint32_t i = 0; i < pattern->n; i++) {
		emit(p, i == 0 ? "" : ",");
		if (pattern->parts[i] == NULL)
			emit(p, "\"Wildcard\"");
		else
			put_literal(p, pattern->parts[i]);
	}
	emit(p, "]");
}

static void
put_names(struct put *p, const struct expr_node *n)
{
	if (n->nargs == 1) {
		put_str(p, n->u.names[0]);
		return;
	}
	emit(p, "[");
	for (uint16_t i = 0; i < n->nargs; i++) {
		emit(p, i == 0 ? "" : ",");
		put_str(p, n->u.names[i]);
	}
	emit(p, "]");
}

/* The other fields of an operator; the type comes before `in'. */
static void
put_after(struct put *p, const struct expr_node *n, uint16_t i)
{
	if (i != 0)
		return;
	switch (n->op) {
	case OP_GET:
	case OP_HAS:
		emit(p, ",\"attr\":");
		put_names(p, n);
		break;
	case OP_LIKE:
		emit(p, ",\"pattern\":");
		put_pattern(p, n->u.pattern);
		break;
	case OP_IS:
	case OP_IS_IN:
		emit(p, ",\"entity_type\":");
		put_str(p, n->u.names[0]);
		break;
	default:
		break;
	}
}

static void
put_leaf(struct put *p, const struct expr_node *n)
{
	static const char *const vars[] = {
		[VAR_PRINCIPAL] = "\"principal\"", [VAR_ACTION] = "\"action\"",
		[VAR_RESOURCE] = "\"resource\"", [VAR_CONTEXT] = "\"context\"",
	};

	if (n->op == OP_VALUE)
		format_value_json(p, *n->u.value);
	else
		emit(p, vars[n->u.var]);
}

static bool
is_leaf(const struct expr_node *n)
{
	return n->op == OP_VALUE || n->op == OP_VAR;
}

static void
enter_node(struct put *p, const struct expr_node *nodes,
    const struct walk_frame *parent, uint16_t i, struct walk_frame *f)
{
	const struct expr_node *n = &nodes[f->node];

	(void)parent;
	(void)i;
	emit(p, "{");
	put_key(p, json_key(n));
	if (is_leaf(n))
		put_leaf(p, n);
	else
		emit(p, is_list(n) ? "[" : "{");
}

static void
leave_node(struct put *p, const struct expr_node *nodes,
    const struct walk_frame *f)
{
	const struct expr_node *n = &nodes[f->node];

	if (!is_leaf(n))
		emit(p, is_list(n) ? "]" : "}");
	emit(p, "}");
}

static void
put_expr(struct put *p, const struct policy *policy, uint32_t root)
{
	static const struct expr_walk json = {
		enter_node, put_before, put_after, leave_node,
	};

	walk_expr(p, policy->nodes, root, &json);
}

/*
 * "entity": uid, "entities": [uids] or "slot": "?var".  As in the official
 * engine, a list of one is written as the one.
 */
static void
put_target(struct put *p, const char *var, const struct scope *s)
{
	if (s->slot) {
		emit(p, "\"slot\":\"?");
		emit(p, var);
		emit(p, "\"");
		return;
	}
	if (s->nuids == 1) {
		emit(p, "\"entity\":");
		format_uid_json(p, s->uids[0]);
		return;
	}
	emit(p, "\"entities\":[");
	for (uint32_t i = 0; i < s->nuids; i++) {
		emit(p, i == 0 ? "" : ",");
		format_uid_json(p, s->uids[i]);
	}
	emit(p, "]");
}

static void
put_scope(struct put *p, const char *var, const struct scope *s)
{
	static const char *const ops[] = {
		[SCOPE_ANY] = "All", [SCOPE_EQ] = "==", [SCOPE_IN] = "in",
		[SCOPE_IN_SET] = "in", [SCOPE_IS] = "is",
		[SCOPE_IS_IN] = "is",
	};

	put_key(p, var);
	emit(p, "{\"op\":\"");
	emit(p, ops[s->op]);
	emit(p, "\"");
	if (s->op == SCOPE_IS || s->op == SCOPE_IS_IN) {
		emit(p, ",\"entity_type\":");
		put_str(p, s->type);
	}
	if (s->op == SCOPE_IS_IN)
		emit(p, ",\"in\":{");
	else if (s->op != SCOPE_ANY && s->op != SCOPE_IS)
		emit(p, ",");
	if (s->op != SCOPE_ANY && s->op != SCOPE_IS)
		put_target(p, var, s);
	emit(p, s->op == SCOPE_IS_IN ? "}}" : "}");
}

static void
put_conditions(struct put *p, const struct policy *policy)
{
	emit(p, "\"conditions\":[");
	for (uint32_t i = 0; i < policy->nconditions; i++) {
		const struct condition *c = &policy->conditions[i];

		emit(p, i == 0 ? "" : ",");
		emit(p, c->unless ? "{\"kind\":\"unless\",\"body\":" :
		    "{\"kind\":\"when\",\"body\":");
		put_expr(p, policy, c->root);
		emit(p, "}");
	}
	emit(p, "]");
}

static void
put_annotations(struct put *p, const struct policy *policy)
{
	if (policy->nannotations == 0)
		return;
	emit(p, ",\"annotations\":{");
	for (uint32_t i = 0; i < policy->nannotations; i++) {
		const struct annotation *a = &policy->annotations[i];

		emit(p, i == 0 ? "" : ",");
		put_str(p, a->name);
		emit(p, ":");
		if (a->given)
			put_str(p, a->value);
		else
			emit(p, "null");
	}
	emit(p, "}");
}

void
format_json(struct put *p, const struct policy *policy)
{
	emit(p, policy->forbid ? "{\"effect\":\"forbid\"," :
	    "{\"effect\":\"permit\",");
	put_scope(p, "principal", &policy->principal);
	emit(p, ",");
	put_scope(p, "action", &policy->action);
	emit(p, ",");
	put_scope(p, "resource", &policy->resource);
	emit(p, ",");
	put_conditions(p, policy);
	put_annotations(p, policy);
	emit(p, "}");
}
