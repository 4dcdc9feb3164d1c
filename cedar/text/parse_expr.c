/*
 * Expressions, without recursion: open parts are on a stack of frames.
 *
 * The parser is either before an operand (parse_operand.c) or after one, at an
 * operator or an end.  An operator first emits the waiting operators of the
 * same or higher precedence, which groups a + b + c from the left, and then
 * waits itself.  An end emits all operators down to its bracket or `if'.
 * Relations do not chain: after one only && || and ends may follow.  A frame of
 * kind DONE marks that the relation has been emitted.
 */
#include "parse.h"

#include <assert.h>
#include <string.h>

#include "cedar/data/name.h"

enum { LEVEL_OR = 1, LEVEL_AND, LEVEL_RELATION, LEVEL_ADD, LEVEL_MUL };

struct operator {
	uint8_t	level;		/* 0: not an operator */
	uint8_t	op;
	uint8_t	test;		/* emitted between operands; or 0 */
};

static const struct operator operators[LEX_COUNT] = {
	[LEX_OR] = { LEVEL_OR, OP_OR, OP_OR_TEST },
	[LEX_AND] = { LEVEL_AND, OP_AND, OP_AND_TEST },
	[LEX_EQ] = { LEVEL_RELATION, OP_EQ, 0 },
	[LEX_NE] = { LEVEL_RELATION, OP_NE, 0 },
	[LEX_LT] = { LEVEL_RELATION, OP_LT, 0 },
	[LEX_LE] = { LEVEL_RELATION, OP_LE, 0 },
	[LEX_GE] = { LEVEL_RELATION, OP_GE, 0 },
	[LEX_GT] = { LEVEL_RELATION, OP_GT, 0 },
	[LEX_IN] = { LEVEL_RELATION, OP_IN, 0 },
	[LEX_HAS] = { LEVEL_RELATION, OP_HAS, 0 },
	[LEX_LIKE] = { LEVEL_RELATION, OP_LIKE, 0 },
	[LEX_IS] = { LEVEL_RELATION, OP_IS, 0 },
	[LEX_PLUS] = { LEVEL_ADD, OP_ADD, 0 },
	[LEX_MINUS] = { LEVEL_ADD, OP_SUB, 0 },
	[LEX_STAR] = { LEVEL_MUL, OP_MUL, 0 },
};

struct parse_frame *
parse_top(struct parser *p)
{
	return &p->frames[p->nframes - 1];
}

struct parse_frame *
parse_push(struct parser *p, enum parse_frame_kind kind, size_t pos)
{
	struct parse_frame *f = &p->frames[p->nframes++];

	assert(p->nframes <= FRAMES_MAX);
	memset(f, 0, sizeof(*f));
	f->kind = kind;
	f->pos = (uint32_t)pos;
	return f;
}

struct parse_frame *
parse_open(struct parser *p, enum parse_frame_kind kind, size_t pos)
{
	/* The condition's braces are not a level of nesting. */
	if (p->nopen > CEDAR_DEPTH_MAX) {
		parse_error(p, pos, "this is nested more than %d levels deep",
		    CEDAR_DEPTH_MAX);
		return NULL;
	}
	p->nopen++;
	return parse_push(p, kind, pos);
}

void
parse_pop(struct parser *p)
{
	if (parse_top(p)->kind < FRAME_UNARY)
		p->nopen--;
	p->nframes--;
}

/* Emits waiting operators of at least this precedence. */
static int
reduce(struct parser *p, unsigned level)
{
	for (;;) {
		const struct parse_frame f = *parse_top(p);
		int rc = 0;

		if (f.kind < FRAME_UNARY || f.level < level)
			return 0;
		parse_pop(p);
		if (f.kind == FRAME_DONE)
			continue;
		if (f.op == OP_IS_IN)
			rc = build_is(p->build, f.pos, OP_IS_IN, f.type);
		else
			rc = build_op(p->build, f.pos, (enum op)f.op);
		if (rc == -1)
			return -1;
	}
}

static void
push_operator(struct parser *p, enum parse_frame_kind kind, enum op op,
    unsigned level, size_t pos)
{
	struct parse_frame *f = parse_push(p, kind, pos);

	f->op = (uint8_t)op;
	f->level = (uint8_t)level;
}

/* The names after `has'. */
static int
read_has(struct parser *p, size_t pos)
{
	const size_t first = p->nnames;
	const bool text = parse_at(p, LEX_STRING);
	const struct str *s;
	int rc;

	if (text)
		rc = parse_string(p, &s);
	else
		rc = parse_ident(p, "an attribute's name, or a string in "
		    "double quotes, after `has'", &s);
	if (rc == -1 || parse_push_name(p, s) == -1)
		return -1;
	while (!text && parse_at(p, LEX_DOT)) {
		if (parse_next(p) == -1 ||
		    parse_ident(p, "an attribute's name", &s) == -1 ||
		    parse_push_name(p, s) == -1)
			return -1;
	}
	rc = build_names(p->build, pos, OP_HAS, parse_names(p, first),
	    p->nnames - first);
	p->nnames = first;
	return rc;
}

static int
read_like(struct parser *p, size_t pos)
{
	size_t first;
	int rc;

	if (!parse_at(p, LEX_STRING))
		return parse_unexpected(p, "a pattern in double quotes after "
		    "`like'");
	if (parse_pattern(p, &first) == -1)
		return -1;
	/* Without parts `names' may still be NULL. */
	rc = build_like(p->build, pos, first == p->nnames ? NULL :
	    p->names + first, p->nnames - first);
	p->nnames = first;
	return rc;
}

/* The type after `is'; with `in' after it the operator waits. */
static int
read_is(struct parser *p, size_t pos)
{
	const struct str *type;
	bool colons;

	if (parse_path(p, "the name of a type after `is'", &type, &colons) ==
	    -1)
		return -1;
	if (colons)
		return parse_unexpected(p, "the name of a type without "
		    "an id");
	if (!parse_at(p, LEX_IN))
		return build_is(p->build, pos, OP_IS, type);
	if (build_test(p->build, p->token.pos, OP_IS_TEST) == -1)
		return -1;
	parse_pop(p);		/* not for DONE */
	push_operator(p, FRAME_BINARY, OP_IS_IN, LEVEL_RELATION, pos);
	parse_top(p)->type = type;
	p->state = PARSE_OPERAND;
	return parse_next(p);
}

/* Operators without a second operand on the stack. */
static int
read_right_side(struct parser *p, enum op op, size_t pos)
{
	push_operator(p, FRAME_DONE, op, LEVEL_RELATION, pos);
	if (parse_next(p) == -1)
		return -1;
	if (op == OP_HAS)
		return read_has(p, pos);
	return op == OP_LIKE ? read_like(p, pos) : read_is(p, pos);
}

/* Whether this bracket has a waiting or complete relation. */
static bool
in_relation(struct parser *p)
{
	const struct parse_frame *f = parse_top(p);

	return f->kind >= FRAME_UNARY && f->level == LEVEL_RELATION;
}

static int
chained(struct parser *p)
{
	char name[LEX_NAME_MAX];

	return parse_error(p, p->token.pos, "%s after another comparison: "
	    "expected `&&', `||' or the end; put one of them in parentheses",
	    lex_name(name, p->source, &p->token));
}

static int
read_operator(struct parser *p, const struct operator *o)
{
	const size_t pos = p->token.pos;
	const bool done = parse_top(p)->kind == FRAME_DONE;

	if (reduce(p, o->level == LEVEL_RELATION ? LEVEL_ADD : o->level) == -1)
		return -1;
	if (o->level >= LEVEL_RELATION && (done ||
	    (o->level == LEVEL_RELATION && in_relation(p))))
		return chained(p);
	if (o->op == OP_HAS || o->op == OP_LIKE || o->op == OP_IS)
		return read_right_side(p, (enum op)o->op, pos);
	if (o->test != 0 &&
	    build_test(p->build, pos, (enum op)o->test) == -1)
		return -1;
	push_operator(p, FRAME_BINARY, (enum op)o->op, o->level, pos);
	p->state = PARSE_OPERAND;
	return parse_next(p);
}

/* What may follow a complete expression, by the frame around it. */
static const struct {
	enum lex_kind	more, end;
	const char	*expected;
} ends[] = {
	[FRAME_CONDITION] = { LEX_BRACE_END, LEX_BRACE_END,
	    "an operator, or `}' at the end of the condition" },
	[FRAME_PAREN] = { LEX_PAREN_END, LEX_PAREN_END,
	    "an operator or `)'" },
	[FRAME_SET] = { LEX_COMMA, LEX_BRACKET_END,
	    "an operator, `,' or `]'" },
	[FRAME_RECORD] = { LEX_COMMA, LEX_BRACE_END,
	    "an operator, `,' or `}'" },
	[FRAME_FUNCTION] = { LEX_COMMA, LEX_PAREN_END,
	    "an operator, `,' or `)'" },
	[FRAME_METHOD] = { LEX_COMMA, LEX_PAREN_END,
	    "an operator, `,' or `)'" },
	[FRAME_CALL] = { LEX_COMMA, LEX_PAREN_END,
	    "an operator, `,' or `)'" },
	[FRAME_IF] = { LEX_THEN, LEX_THEN, "an operator or `then'" },
	[FRAME_THEN] = { LEX_ELSE, LEX_ELSE, "an operator or `else'" },
};

/* then and else: the next part of an `if'. */
static int
next_branch(struct parser *p)
{
	struct parse_frame *f = parse_top(p);
	const bool then = f->kind == FRAME_IF;

	if (build_test(p->build, p->token.pos,
	    then ? OP_IF_TEST : OP_IF_ELSE) == -1)
		return -1;
	f->kind = then ? FRAME_THEN : FRAME_ELSE;
	p->state = PARSE_OPERAND;
	return parse_next(p);
}

/* A comma: another element, or the bracket's end. */
static int
next_element(struct parser *p, enum lex_kind end)
{
	if (parse_next(p) == -1)
		return -1;
	if (parse_at(p, end))
		return parse_close(p);
	p->state = PARSE_OPERAND;
	return parse_top(p)->kind == FRAME_RECORD ? parse_key(p) : 0;
}

/* Emits what ends here: operators, and `if' after `else'. */
static int
complete(struct parser *p)
{
	for (;;) {
		if (reduce(p, 0) == -1)
			return -1;
		if (parse_top(p)->kind != FRAME_ELSE)
			return 0;
		if (build_op(p->build, parse_top(p)->pos, OP_IF) == -1)
			return -1;
		parse_pop(p);
	}
}

/* After an operand: an operator or an end. */
static int
read_after(struct parser *p)
{
	const struct operator *o = &operators[p->token.kind];
	struct parse_frame *f;

	if (o->level != 0)
		return read_operator(p, o);
	if (complete(p) == -1)
		return -1;
	f = parse_top(p);
	if (!parse_at(p, ends[f->kind].more) && !parse_at(p,
	    ends[f->kind].end))
		return parse_unexpected(p, ends[f->kind].expected);
	f->n++;
	if (f->kind == FRAME_IF || f->kind == FRAME_THEN)
		return next_branch(p);
	if (parse_at(p, LEX_COMMA))
		return next_element(p, ends[f->kind].end);
	return parse_close(p);
}

static int (*const steps[])(struct parser *) = {
	[PARSE_OPERAND] = parse_operand,
	[PARSE_ACCESS] = parse_access,
	[PARSE_OPERATOR] = read_after,
};

int
parse_expr(struct parser *p)
{
	p->nframes = 0;
	p->nopen = 0;
	p->nnames = 0;
	p->state = PARSE_OPERAND;
	if (parse_at(p, LEX_BRACE_END))
		return parse_unexpected(p, "an expression in the condition");
	parse_open(p, FRAME_CONDITION, p->token.pos);
	while (p->nframes > 0)
		if (steps[p->state](p) == -1)
			return -1;
	return 0;
}
