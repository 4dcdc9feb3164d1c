#include "facts.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define WILDCARD	0xff	/* a byte that no UTF-8 text has */

/*
 * An expression's number is looked up by its spelling: a byte for the operator,
 * the node's own data, the numbers of its operands.
 */
struct facts_maker {
	struct arena		*arena;
	const struct policy	*policy;
	struct facts		*facts;
	uint32_t		*operands;	/* of this node */
	/* Spellings and their numbers, by hash; slots is a power of two. */
	struct numbered {
		const struct str	*spelling;
		uint32_t		 id;
	}			*slots;
	uint32_t		 nslots, nids;
	/* The spelling being built. */
	unsigned char		*bytes;
	size_t			 len, cap;
	bool			 failed;
};

static const struct value literals[] = {
	{ .kind = VALUE_BOOL, .b = false },
	{ .kind = VALUE_BOOL, .b = true },
};

static void
spell(struct facts_maker *m, const void *p, size_t n)
{
	unsigned char *grown;

	if (n > m->cap - m->len) {
		size_t cap = (m->len + n) * 2;

		if ((grown = realloc(m->bytes, cap)) == NULL) {
			m->failed = true;
			return;
		}
		m->bytes = grown;
		m->cap = cap;
	}
	if (n > 0)
		memcpy(m->bytes + m->len, p, n);
	m->len += n;
}

static void
spell_u32(struct facts_maker *m, uint32_t v)
{
	spell(m, &v, sizeof(v));
}

static void
spell_str(struct facts_maker *m, const struct str *s)
{
	spell_u32(m, s->len);
	spell(m, s->bytes, s->len);
}

static void
spell_start(struct facts_maker *m, enum op op)
{
	uint8_t byte = (uint8_t)op;

	m->len = 0;
	spell(m, &byte, 1);
}

/* The number of the spelling. */
static uint32_t
number(struct facts_maker *m)
{
	uint32_t hash = str_hash(m->bytes, m->len);
	struct numbered *s;

	if (m->failed)
		return 0;
	for (uint32_t i = hash;; i++) {
		s = &m->slots[i & (m->nslots - 1)];
		if (s->spelling == NULL)
			break;
		if (s->spelling->hash == hash && s->spelling->len == m->len &&
		    memcmp(s->spelling->bytes, m->bytes, m->len) == 0)
			return s->id;
	}
	s->spelling = str_new(m->arena, m->bytes, m->len);
	if (s->spelling == NULL)
		m->failed = true;
	s->id = m->nids++;
	assert(m->nids < m->nslots);
	return s->id;
}

/* The number of an operator without data of its own. */
static uint32_t
number_op(struct facts_maker *m, enum op op, const uint32_t *ids, unsigned n)
{
	spell_start(m, op);
	for (unsigned i = 0; i < n; i++)
		spell_u32(m, ids[i]);
	return number(m);
}

static uint32_t
number_named(struct facts_maker *m, enum op op, uint32_t id,
    const struct str *name)
{
	spell_start(m, op);
	spell_u32(m, id);
	spell_str(m, name);
	return number(m);
}

static uint32_t
number_value(struct facts_maker *m, const struct value *v)
{
	spell_start(m, OP_VALUE);
	spell_u32(m, v->kind);
	if (v->kind == VALUE_BOOL) {
		spell_u32(m, v->b);
	} else if (v->kind == VALUE_STRING) {
		spell_str(m, v->str);
	} else if (v->kind == VALUE_ENTITY) {
		spell_str(m, v->uid->type);
		spell_str(m, v->uid->id);
	} else {
		spell(m, &v->n, sizeof(v->n));
	}
	return number(m);
}

static uint32_t
number_pattern(struct facts_maker *m, uint32_t id, const struct pattern *p)
{
	uint8_t wildcard = WILDCARD;

	spell_start(m, OP_LIKE);
	spell_u32(m, id);
	for (uint32_t i = 0; i < p->n; i++) {
		if (p->parts[i] == NULL)
			spell(m, &wildcard, 1);
		else
			spell(m, p->parts[i]->bytes, p->parts[i]->len);
	}
	return number(m);
}

struct member {
	const struct str	*name;
	uint32_t		 id;
};

static int
by_name(const void *a, const void *b)
{
	const struct str *x = ((const struct member *)a)->name;
	const struct str *y = ((const struct member *)b)->name;

	return str_compare(x, y);
}

static uint32_t
number_record(struct facts_maker *m, const struct expr_node *n)
{
	struct member *members = arena_alloc(m->arena, n->nargs,
	    sizeof(*members));

	if (members == NULL) {
		m->failed = true;
		return 0;
	}
	for (unsigned i = 0; i < n->nargs; i++)
		members[i] = (struct member){ n->u.names[i], m->operands[i] };
	if (n->nargs > 0)
		qsort(members, n->nargs, sizeof(*members), by_name);
	spell_start(m, OP_RECORD);
	for (unsigned i = 0; i < n->nargs; i++) {
		spell_str(m, members[i].name);
		spell_u32(m, members[i].id);
	}
	return number(m);
}

/* Operators that are the negation of another. */
static const enum op opposite[OP_COUNT] = {
	[OP_NE] = OP_EQ, [OP_GT] = OP_LE, [OP_GE] = OP_LT,
};

static uint32_t
number_not(struct facts_maker *m, enum op op)
{
	uint32_t id = number_op(m, op, m->operands, 2);

	return number_op(m, OP_NOT, &id, 1);
}

static uint32_t
number_is_in(struct facts_maker *m, const struct expr_node *n)
{
	uint32_t both[2];

	both[0] = number_named(m, OP_IS, m->operands[0], n->u.names[0]);
	both[1] = number_op(m, OP_IN, m->operands, 2);
	return number_op(m, OP_AND, both, 2);
}

static uint32_t
number_has(struct facts_maker *m, const struct expr_node *n)
{
	if (n->nargs == 1)
		return number_named(m, OP_HAS, m->operands[0], n->u.names[0]);
	spell_start(m, OP_HAS);
	spell_u32(m, m->operands[0]);
	for (unsigned i = 0; i < n->nargs; i++)
		spell_str(m, n->u.names[i]);
	return number(m);
}

static uint32_t
number_call(struct facts_maker *m, const struct expr_node *n)
{
	spell_start(m, OP_CALL);
	spell_u32(m, n->u.fn);
	for (unsigned i = 0; i < n->nargs; i++)
		spell_u32(m, m->operands[i]);
	return number(m);
}

static uint32_t
number_node(struct facts_maker *m, uint32_t self)
{
	const struct expr_node *n = &m->policy->nodes[self];

	if (m->facts[self].literal != NULL)
		return number_value(m, m->facts[self].literal);
	if (opposite[n->op] != 0)
		return number_not(m, opposite[n->op]);
	switch (n->op) {
	case OP_VAR:
		spell_start(m, OP_VAR);
		spell_u32(m, n->u.var);
		return number(m);
	case OP_GET:
	case OP_IS:
		return number_named(m, n->op, m->operands[0], n->u.names[0]);
	case OP_HAS:
		return number_has(m, n);
	case OP_LIKE:
		return number_pattern(m, m->operands[0], n->u.pattern);
	case OP_IS_IN:
		return number_is_in(m, n);
	case OP_RECORD:
		return number_record(m, n);
	case OP_CALL:
		return number_call(m, n);
	}
	return number_op(m, n->op, m->operands, expr_count(n));
}

/* && and || of literals are literals; ! and - of one are not. */
static const struct value *
fold(const struct expr_node *n, const struct value *a, const struct value *b)
{
	if (a == NULL || b == NULL || a->kind != VALUE_BOOL ||
	    b->kind != VALUE_BOOL)
		return NULL;
	return &literals[n->op == OP_AND ? a->b && b->b : a->b || b->b];
}

/* has a.b.c gives: has a; .a has b; .a.b has c. */
static const uint32_t *
caps_of(struct facts_maker *m, const struct expr_node *n)
{
	uint32_t *caps, on = m->operands[0];
	unsigned count = n->op == OP_HAS ? n->nargs : 1;

	if ((caps = arena_alloc(m->arena, count, sizeof(*caps))) == NULL) {
		m->failed = true;
		return NULL;
	}
	if (n->op == OP_HAS_TAG || n->op == OP_GET_TAG) {
		caps[0] = number_op(m, OP_HAS_TAG, m->operands, 2);
		return caps;
	}
	for (unsigned i = 0; i < count; i++) {
		caps[i] = number_named(m, OP_HAS, on, n->u.names[i]);
		if (i + 1 < count)
			on = number_named(m, OP_GET, on, n->u.names[i]);
	}
	return caps;
}

static void
look_at(struct facts_maker *m, uint32_t self)
{
	const struct expr_node *n = &m->policy->nodes[self];
	struct facts *f = &m->facts[self];
	unsigned count = expr_count(n);

	if (expr_op_is_test(n->op))
		return;
	expr_operands(m->policy->nodes, self, m->operands);
	if (n->op == OP_VALUE)
		f->literal = n->u.value;
	else if (n->op == OP_AND || n->op == OP_OR)
		f->literal = fold(n, m->facts[m->operands[0]].literal,
		    m->facts[m->operands[1]].literal);
	for (unsigned i = 0; i < count; i++)
		m->operands[i] = m->facts[m->operands[i]].id;
	f->id = number_node(m, self);
	if (n->op == OP_GET || n->op == OP_HAS || n->op == OP_GET_TAG ||
	    n->op == OP_HAS_TAG)
		f->caps = caps_of(m, n);
}

/* Names of `has' take two numbers each, all else at most four a node. */
static uint32_t
most_numbers(const struct policy *p)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < p->nnodes; i++)
		n += 4 + (p->nodes[i].op == OP_HAS ? 2 * p->nodes[i].nargs : 0);
	return n;
}

static bool
make_room(struct facts_maker *m)
{
	uint32_t most = most_numbers(m->policy);

	for (m->nslots = 16; m->nslots <= most; m->nslots *= 2)
		;
	m->slots = calloc(m->nslots, sizeof(*m->slots));
	m->operands = calloc(m->policy->nnodes + 1, sizeof(*m->operands));
	m->facts = arena_alloc(m->arena, m->policy->nnodes, sizeof(*m->facts));
	return m->slots != NULL && m->operands != NULL && m->facts != NULL;
}

const struct facts *
facts_new(struct arena *a, const struct policy *p)
{
	struct facts_maker m = { .arena = a, .policy = p };

	m.failed = !make_room(&m);
	for (uint32_t i = 0; i < p->nnodes && !m.failed; i++)
		look_at(&m, i);
	free(m.slots);
	free(m.operands);
	free(m.bytes);
	if (!m.failed)
		return m.facts;
	errno = ENOMEM;
	return NULL;
}
