/* Operands: literals, names and brackets, with accesses and calls. */
#include "parse.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/doc/suggest.h"

#define SIGNS_MAX	4	/* ! or - in a row, by the grammar */

static int
emit_bool(struct parser *p)
{
	struct value v = { .kind = VALUE_BOOL, .b = parse_at(p, LEX_TRUE) };

	p->state = PARSE_ACCESS;
	return build_value(p->build, p->token.pos, v) == -1 ? -1 :
	    parse_next(p);
}

static int
emit_string(struct parser *p)
{
	const size_t pos = p->token.pos;
	struct value v = { .kind = VALUE_STRING };

	p->state = PARSE_ACCESS;
	return parse_string(p, &v.str) == -1 ? -1 :
	    build_value(p->build, pos, v);
}

/* The value of a token of digits; -1 when it exceeds 64 bits. */
static int
read_number(const struct parser *p, const struct lex_token *t, uint64_t *n)
{
	const char *s = p->source->text + t->pos;

	*n = 0;
	for (size_t i = 0; i < t->len; i++)
		if (__builtin_mul_overflow(*n, (uint64_t)10, n) ||
		    __builtin_add_overflow(*n, (uint64_t)(s[i] - '0'), n))
			return -1;
	return 0;
}

/*
 * A minus before a number is its sign, unless an access follows: -1.a is
 * -(1.a).
 */
static bool
takes_minus(struct parser *p)
{
	return parse_top(p)->kind == FRAME_UNARY &&
	    parse_top(p)->op == OP_NEG && !parse_at(p, LEX_DOT) &&
	    !parse_at(p, LEX_BRACKET) && !parse_at(p, LEX_PAREN);
}

static int
emit_number(struct parser *p)
{
	const struct lex_token t = p->token;
	struct value v = { .kind = VALUE_LONG };
	size_t pos = t.pos;
	uint64_t n;
	bool minus;

	if (parse_next(p) == -1)
		return -1;
	minus = takes_minus(p);
	if (read_number(p, &t, &n) == -1 ||
	    n > (uint64_t)INT64_MAX + (minus ? 1 : 0))
		return parse_error(p, t.pos, "this number is too large: "
		    "expected one from -9223372036854775808 to "
		    "9223372036854775807");
	v.n = minus ? (int64_t)(0 - n) : (int64_t)n;
	if (minus) {
		pos = parse_top(p)->pos;
		parse_pop(p);
	}
	p->state = PARSE_ACCESS;
	return build_value(p->build, pos, v);
}

static int
find_var(const struct str *name)
{
	for (int v = 0; v <= VAR_CONTEXT; v++)
		if (str_is(name, expr_var_text((enum var)v)))
			return v;
	return -1;
}

static int
emit_var(struct parser *p, size_t pos, enum var var)
{
	if (parse_at(p, LEX_PAREN))
		return parse_error(p, pos, "`%s' is a variable, not a "
		    "function", expr_var_text(var));
	p->state = PARSE_ACCESS;
	return build_var(p->build, pos, var);
}

static int
emit_uid(struct parser *p, size_t pos, const struct str *type)
{
	struct value v = { .kind = VALUE_ENTITY };
	const struct str *id;

	if (!parse_at(p, LEX_STRING))
		return parse_unexpected(p, "a name, or an entity's id in "
		    "double quotes, after ::");
	if (parse_string(p, &id) == -1 ||
	    (v.uid = build_uid(p->build, type, id)) == NULL)
		return -1;
	p->state = PARSE_ACCESS;
	return build_value(p->build, pos, v);
}

/* Skips the opening bracket; an empty pair ends here. */
static int
enter(struct parser *p, enum lex_kind end)
{
	if (parse_next(p) == -1)
		return -1;
	p->state = PARSE_OPERAND;
	return parse_at(p, end) ? parse_close(p) : 0;
}

/* Methods that are operators. */
static const enum op methods[] = {
	OP_CONTAINS, OP_CONTAINS_ALL, OP_CONTAINS_ANY, OP_IS_EMPTY,
	OP_GET_TAG, OP_HAS_TAG,
};

/* The operator that is written as this method, or -1. */
static int
find_method(const struct str *name)
{
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (str_is(name, expr_op_text(methods[i])))
			return (int)methods[i];
	return -1;
}

/* What other languages have and Cedar writes in another way. */
static const char *
other_way(const struct str *name)
{
	static const char *const others[][2] = {
		{ "startsWith", "write VALUE like \"start*\"" },
		{ "endsWith", "write VALUE like \"*end\"" },
		{ "matches", "write VALUE like \"a*b\"" },
		{ "equals", "write A == B" },
		{ "size", "there is only isEmpty()" },
		{ "length", "there is only isEmpty()" },
		{ "hasRole", "write principal in Role::\"name\"" },
	};

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (str_is(name, others[i][0]))
			return others[i][1];
	return NULL;
}

static int
error_no_function(struct parser *p, size_t pos, const struct str *name,
    bool method)
{
	const char *what = method ? "method" : "function", *text;
	char quoted[QUOTE_MAX], hint[SUGGEST_TEXT_MAX];
	struct suggest near;

	doc_quote(quoted, name->bytes, name->len);
	if ((text = other_way(name)) != NULL)
		return parse_error(p, pos, "there is no %s `%s': %s", what,
		    quoted, text);
	suggest_init(&near, name->bytes, name->len);
	for (size_t i = 0; method && i < sizeof(methods) / sizeof(methods[0]);
	    i++)
		suggest_try(&near, expr_op_text(methods[i]),
		    strlen(expr_op_text(methods[i])), NULL);
	for (int fn = 0; fn < FN_COUNT; fn++)
		if (expr_fn_is_method((enum fn)fn) == method)
			suggest_try(&near, expr_fn_text((enum fn)fn),
			    strlen(expr_fn_text((enum fn)fn)), NULL);
	return parse_error(p, pos, "there is no %s `%s': %s", what, quoted,
	    suggest_hint(&near, hint));
}

static int
open_function(struct parser *p, size_t pos, const struct str *name)
{
	const int fn = expr_fn_find(name->bytes, name->len);
	struct parse_frame *f;
	char quoted[QUOTE_MAX];

	doc_quote(quoted, name->bytes, name->len);
	if ((fn != -1 && expr_fn_is_method((enum fn)fn)) ||
	    find_method(name) != -1)
		return parse_error(p, pos, "`%s' is a method: expected it "
		    "after a value, as in x.%s(...)", quoted, quoted);
	if (fn == -1)
		return error_no_function(p, pos, name, false);
	if ((f = parse_open(p, FRAME_FUNCTION, pos)) == NULL)
		return -1;
	f->op = (uint8_t)fn;
	return enter(p, LEX_PAREN_END);
}

/* A variable, an entity, or a function's call. */
static int
emit_name(struct parser *p)
{
	const size_t pos = p->token.pos;
	const struct str *path;
	char quoted[QUOTE_MAX];
	bool colons;
	int var;

	if (parse_path(p, "an expression", &path, &colons) == -1)
		return -1;
	if (colons)
		return emit_uid(p, pos, path);
	if ((var = find_var(path)) != -1)
		return emit_var(p, pos, (enum var)var);
	if (parse_at(p, LEX_PAREN))
		return open_function(p, pos, path);
	return parse_error(p, pos, "there is no variable `%s': expected "
	    "principal, action, resource, context, a function, an entity "
	    "(User::\"alice\") or a string in double quotes",
	    doc_quote(quoted, path->bytes, path->len));
}

static int
open_paren(struct parser *p)
{
	return parse_open(p, FRAME_PAREN, p->token.pos) == NULL ? -1 :
	    parse_next(p);
}

static int
open_set(struct parser *p)
{
	if (parse_open(p, FRAME_SET, p->token.pos) == NULL)
		return -1;
	return enter(p, LEX_BRACKET_END);
}

int
parse_key(struct parser *p)
{
	const struct str *key;
	int rc;

	if (parse_at(p, LEX_STRING))
		rc = parse_string(p, &key);
	else
		rc = parse_ident(p, "a record's key (a name, or a string in "
		    "double quotes)", &key);
	if (rc == -1 || parse_push_name(p, key) == -1)
		return -1;
	return parse_expect(p, LEX_COLON, "`:' after the record's key");
}

static int
open_record(struct parser *p)
{
	struct parse_frame *f = parse_open(p, FRAME_RECORD, p->token.pos);

	if (f == NULL)
		return -1;
	f->names = p->nnames;
	if (enter(p, LEX_BRACE_END) == -1)
		return -1;
	return p->state == PARSE_OPERAND ? parse_key(p) : 0;
}

static int
open_if(struct parser *p)
{
	if (parse_top(p)->kind >= FRAME_UNARY)
		return parse_error(p, p->token.pos, "`if' after an operator: "
		    "expected it in parentheses, as in a && (if b then c "
		    "else d)");
	if (parse_open(p, FRAME_IF, p->token.pos) == NULL)
		return -1;
	return parse_next(p);
}

static int
read_sign(struct parser *p)
{
	const enum op op = parse_at(p, LEX_NOT) ? OP_NOT : OP_NEG;
	unsigned n = 0;
	struct parse_frame *f;

	while (p->frames[p->nframes - 1 - n].kind == FRAME_UNARY)
		n++;
	if (n > 0 && parse_top(p)->op != op)
		return parse_unexpected(p, "an operand (write parentheses "
		    "between ! and -)");
	if (n == SIGNS_MAX)
		return parse_error(p, p->token.pos, "more than %d `%s' in a "
		    "row: expected an operand", SIGNS_MAX, expr_op_text(op));
	f = parse_push(p, FRAME_UNARY, p->token.pos);
	f->op = (uint8_t)op;
	f->level = UINT8_MAX;
	return parse_next(p);
}

static int
refuse_slot(struct parser *p)
{
	char name[LEX_NAME_MAX];

	return parse_error(p, p->token.pos, "%s is not allowed in a condition: "
	    "slots are for the scope; write principal or resource",
	    lex_name(name, p->source, &p->token));
}

static int (*const starts[LEX_COUNT])(struct parser *) = {
	[LEX_TRUE] = emit_bool,
	[LEX_FALSE] = emit_bool,
	[LEX_STRING] = emit_string,
	[LEX_NUMBER] = emit_number,
	[LEX_WORD] = emit_name,
	[LEX_SLOT] = refuse_slot,
	[LEX_PAREN] = open_paren,
	[LEX_BRACKET] = open_set,
	[LEX_BRACE] = open_record,
	[LEX_IF] = open_if,
	[LEX_NOT] = read_sign,
	[LEX_MINUS] = read_sign,
};

int
parse_operand(struct parser *p)
{
	return starts[p->token.kind] == NULL ?
	    parse_unexpected(p, "an expression") : starts[p->token.kind](p);
}

/* x.name(: an operator that is written as a method, or a function. */
static int
open_method(struct parser *p, size_t pos, const struct str *name)
{
	const int op = find_method(name);
	const int fn = expr_fn_find(name->bytes, name->len);
	struct parse_frame *f;
	char quoted[QUOTE_MAX];

	doc_quote(quoted, name->bytes, name->len);
	if (fn != -1 && !expr_fn_is_method((enum fn)fn))
		return parse_error(p, pos, "`%s' is a function, not a method: "
		    "expected %s(...)", quoted, quoted);
	if (op == -1 && fn == -1)
		return error_no_function(p, pos, name, true);
	f = parse_open(p, op != -1 ? FRAME_METHOD : FRAME_CALL, pos);
	if (f == NULL)
		return -1;
	f->op = (uint8_t)(op != -1 ? op : fn);
	return enter(p, LEX_PAREN_END);
}

/* .name or .name( */
static int
read_member(struct parser *p)
{
	const struct str *name;
	size_t pos;

	if (parse_next(p) == -1)
		return -1;
	pos = p->token.pos;
	if (parse_ident(p, "the name of an attribute or method after `.'",
	    &name) == -1)
		return -1;
	if (parse_at(p, LEX_PAREN))
		return open_method(p, pos, name);
	return build_names(p->build, pos, OP_GET, &name, 1);
}

/* ["name"] */
static int
read_index(struct parser *p)
{
	const size_t pos = p->token.pos;
	const struct str *name;

	if (parse_next(p) == -1)
		return -1;
	if (!parse_at(p, LEX_STRING))
		return parse_unexpected(p, "an attribute's name in double "
		    "quotes");
	if (parse_string(p, &name) == -1 || parse_expect(p, LEX_BRACKET_END,
	    "`]' after the attribute's name") == -1)
		return -1;
	return build_names(p->build, pos, OP_GET, &name, 1);
}

/* Signs that wait for the operand. */
static int
emit_signs(struct parser *p)
{
	while (parse_top(p)->kind == FRAME_UNARY) {
		const struct parse_frame f = *parse_top(p);

		parse_pop(p);
		if (build_op(p->build, f.pos, (enum op)f.op) == -1)
			return -1;
	}
	p->state = PARSE_OPERATOR;
	return 0;
}

int
parse_access(struct parser *p)
{
	if (parse_at(p, LEX_DOT))
		return read_member(p);
	if (parse_at(p, LEX_BRACKET))
		return read_index(p);
	if (parse_at(p, LEX_PAREN))
		return parse_error(p, p->token.pos, "this cannot be called: "
		    "expected an operator; calls are f(...) and x.f(...)");
	return emit_signs(p);
}

/* A method that is an operator has the operator's operands but the first. */
static int
close_method(struct parser *p, const struct parse_frame *f)
{
	const struct expr_node op = { .op = f->op };
	const unsigned takes = expr_count(&op) - 1;

	if (f->n != takes)
		return parse_error(p, f->pos, "`%s' takes %s, not %u",
		    expr_op_text((enum op)f->op), takes == 0 ? "no operands" :
		    "one operand", f->n);
	return build_op(p->build, f->pos, (enum op)f->op);
}

static int
close_record(struct parser *p, const struct parse_frame *f)
{
	const int rc = build_record(p->build, f->pos, p->names == NULL ?
	    NULL : p->names + f->names, f->n);

	p->nnames = f->names;
	return rc;
}

/* Emits the node of a bracket after its elements. */
static int
emit_bracket(struct parser *p, const struct parse_frame *f)
{
	switch ((enum parse_frame_kind)f->kind) {
	case FRAME_SET:
		return build_set(p->build, f->pos, f->n);
	case FRAME_RECORD:
		return close_record(p, f);
	case FRAME_FUNCTION:
		return build_call(p->build, f->pos, (enum fn)f->op, f->n);
	case FRAME_CALL:
		return build_call(p->build, f->pos, (enum fn)f->op, f->n + 1);
	case FRAME_METHOD:
		return close_method(p, f);
	case FRAME_CONDITION:
	case FRAME_PAREN:
	case FRAME_IF:
	case FRAME_THEN:
	case FRAME_ELSE:
	case FRAME_UNARY:
	case FRAME_BINARY:
	case FRAME_DONE:
		break;		/* no node of its own */
	}
	return 0;
}

int
parse_close(struct parser *p)
{
	const struct parse_frame f = *parse_top(p);

	parse_pop(p);
	p->state = PARSE_ACCESS;
	return emit_bracket(p, &f) == -1 ? -1 : parse_next(p);
}
