#include "build.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int
build_error(struct build *b, size_t pos, const char *fmt, ...)
{
	char text[DOC_MESSAGE_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return doc_error_at(b->error, b->source, pos, "%s", text);
}

int
build_memory(struct build *b)
{
	return doc_error_memory(b->error, b->source->file);
}

static const struct doc_source *
copy_source(struct arena *a, const struct doc_source *from)
{
	struct doc_source *s = arena_alloc(a, 1, sizeof(*s));

	if (s == NULL ||
	    (s->file = arena_copy(a, from->file, strlen(from->file))) == NULL ||
	    (s->text = arena_copy(a, from->text, from->len)) == NULL)
		return NULL;
	s->len = from->len;
	return s;
}

int
build_open(struct build *b, struct policies *set,
    const struct doc_source *source, size_t bytes, struct doc_error *e)
{
	memset(b, 0, sizeof(*b));
	b->set = set;
	b->error = e;
	b->set_n = set->n;
	b->set_text_len = set->text_len;
	b->set_numbered = set->numbered;
	if (bytes > CEDAR_SET_MAX - set->text_len)
		return doc_error_set(e, source->file,
		    "the set is %zu "
		    "bytes larger than the %d allowed; split it",
		    bytes + set->text_len - CEDAR_SET_MAX, CEDAR_SET_MAX);
	if ((b->source = copy_source(&set->arena, source)) == NULL)
		return doc_error_memory(e, source->file);
	set->text_len += bytes;
	return 0;
}

int
build_close(struct build *b, int rc)
{
	const int saved = errno;

	free(b->nodes);
	free(b->depths);
	free(b->annotations);
	free(b->conditions);
	if (rc == -1) {
		b->set->n = b->set_n;
		b->set->text_len = b->set_text_len;
		b->set->numbered = b->set_numbered;
	}
	errno = saved;
	return rc;
}

int
build_start(struct build *b, size_t pos)
{
	memset(&b->policy, 0, sizeof(b->policy));
	b->policy.pos = (uint32_t)pos;
	b->nnodes = 0;
	b->nannotations = 0;
	b->nconditions = 0;
	return 0;
}

/* Room for one more element; NULL with the error set. */
static void *
grow(struct build *b, void *items, size_t n, size_t *cap, size_t size)
{
	size_t more = *cap == 0 ? 32 : *cap * 2;
	void *p;

	if (n < *cap)
		return items;
	if ((p = reallocarray(items, more, size)) == NULL) {
		build_memory(b);
		return NULL;
	}
	*cap = more;
	return p;
}

static void *
copy(struct build *b, const void *src, size_t n, size_t size)
{
	void *p = arena_alloc(&b->set->arena, n, size);

	if (p == NULL)
		build_memory(b);
	else if (n > 0)
		memcpy(p, src, n * size);
	return p;
}

const struct str *
build_str(struct build *b, const char *s, size_t len)
{
	const struct str *str = str_new(&b->set->arena, s, len);

	if (str == NULL)
		build_memory(b);
	return str;
}

const struct uid *
build_uid(struct build *b, const struct str *type, const struct str *id)
{
	const struct uid *uid = uid_new(&b->set->arena, type, id);

	if (uid == NULL)
		build_memory(b);
	return uid;
}

const struct uid *const *
build_uids(struct build *b, const struct uid *const *uids, size_t n)
{
	return copy(b, uids, n, sizeof(const struct uid *));
}

int
build_annotation(struct build *b, const struct str *name,
    const struct str *value)
{
	const bool given = value != NULL;
	struct annotation *a;

	if (!given && (value = build_str(b, "", 0)) == NULL)
		return -1;
	a = grow(b, b->annotations, b->nannotations, &b->annotation_cap,
	    sizeof(*a));
	if (a == NULL)
		return -1;
	b->annotations = a;
	a[b->nannotations++] = (struct annotation){ name, value, given };
	return 0;
}

int
build_when(struct build *b, bool unless, size_t pos)
{
	struct condition *c = grow(b, b->conditions, b->nconditions,
	    &b->condition_cap, sizeof(*c));

	if (c == NULL)
		return -1;
	b->conditions = c;
	c[b->nconditions++] = (struct condition){
		.unless = unless,
		.first = (uint32_t)b->nnodes,
		.pos = (uint32_t)pos,
	};
	return 0;
}

int
build_when_end(struct build *b)
{
	struct condition *c = &b->conditions[b->nconditions - 1];

	assert(b->nnodes > c->first);
	c->root = (uint32_t)b->nnodes - 1;
	assert(b->nodes[c->root].first == c->first);
	return 0;
}

/* A new node at the end; NULL with the error set. */
static struct expr_node *
append(struct build *b, size_t pos, enum op op)
{
	size_t cap = b->node_cap;
	struct expr_node *n;
	uint8_t *d;

	if (b->nnodes >= CEDAR_NODES_MAX) {
		build_error(b, pos, "more than %d operators and operands in "
		    "one policy; split it", CEDAR_NODES_MAX);
		return NULL;
	}
	if ((d = grow(b, b->depths, b->nnodes, &cap, 1)) == NULL)
		return NULL;
	b->depths = d;
	n = grow(b, b->nodes, b->nnodes, &b->node_cap, sizeof(*n));
	if (n == NULL)
		return NULL;
	b->nodes = n;
	n += b->nnodes;
	memset(n, 0, sizeof(*n));
	n->op = op;
	n->first = (uint32_t)b->nnodes;
	n->pos = (uint32_t)pos;
	b->depths[b->nnodes++] = 1;
	return n;
}

/* Operators of one number form chains, which add no level of nesting. */
static const uint8_t chains[OP_COUNT] = {
	[OP_AND] = 1, [OP_OR] = 2, [OP_ADD] = 3, [OP_SUB] = 3, [OP_MUL] = 4,
	[OP_GET] = 5,
};

/* Depth of a node with this i-th operand. */
static unsigned
depth_with(const struct build *b, const struct expr_node *n, unsigned i,
    uint32_t operand)
{
	const uint8_t chain = i == 0 ? chains[n->op] : 0;

	if (chain != 0 && chain == chains[b->nodes[operand].op])
		return b->depths[operand];
	return b->depths[operand] + 1u;
}

/* First node of the condition being read. */
static uint32_t
bottom(const struct build *b)
{
	return b->nconditions == 0 ? 0 :
	    b->conditions[b->nconditions - 1].first;
}

/* Finds the operands of the newest node, whose op and nargs are set. */
static int
take_operands(struct build *b)
{
	const uint32_t self = (uint32_t)b->nnodes - 1;
	struct expr_node *n = &b->nodes[self];
	uint32_t end = self, root;
	unsigned depth = 1, with;

	for (unsigned i = expr_count(n); i-- > 0; ) {
		assert(end > bottom(b));
		root = expr_before(b->nodes, end);
		end = b->nodes[root].first;
		if ((with = depth_with(b, n, i, root)) > depth)
			depth = with;
	}
	if (depth > CEDAR_DEPTH_MAX)
		return build_error(b, n->pos, "this is nested more than %d "
		    "levels deep", CEDAR_DEPTH_MAX);
	n->first = end;
	b->depths[self] = (uint8_t)depth;
	return 0;
}

/*
 * The test node before the operand that ends at `end', which must be of this
 * kind; moves *end before it.
 */
static struct expr_node *
test_before(struct build *b, uint32_t *end, enum op op)
{
	const uint32_t first = b->nodes[*end - 1].first;

	assert(first > 0 && b->nodes[first - 1].op == op);
	*end = first - 1;
	return &b->nodes[first - 1];
}

/* Sets the jumps of the operator's test nodes. */
static void
set_jumps(struct build *b)
{
	const uint32_t self = (uint32_t)b->nnodes - 1;
	const enum op op = b->nodes[self].op;
	uint32_t end = self, els;

	if (op == OP_AND)
		test_before(b, &end, OP_AND_TEST)->u.jump = self;
	if (op == OP_OR)
		test_before(b, &end, OP_OR_TEST)->u.jump = self;
	if (op == OP_IS_IN)
		test_before(b, &end, OP_IS_TEST)->u.jump = self + 1;
	if (op == OP_IF) {
		test_before(b, &end, OP_IF_ELSE)->u.jump = self;
		els = end + 1;
		test_before(b, &end, OP_IF_TEST)->u.jump = els;
	}
}

/* An operator with operands. */
static struct expr_node *
operator(struct build *b, size_t pos, enum op op, size_t nargs)
{
	struct expr_node *n;

	assert(nargs <= UINT16_MAX);
	if ((n = append(b, pos, op)) == NULL)
		return NULL;
	n->nargs = (uint16_t)nargs;
	if (take_operands(b) == -1)
		return NULL;
	set_jumps(b);
	return n;
}

int
build_value(struct build *b, size_t pos, struct value v)
{
	struct expr_node *n = append(b, pos, OP_VALUE);

	if (n == NULL)
		return -1;
	n->u.value = copy(b, &v, 1, sizeof(v));
	return n->u.value == NULL ? -1 : 0;
}

int
build_var(struct build *b, size_t pos, enum var var)
{
	struct expr_node *n = append(b, pos, OP_VAR);

	if (n == NULL)
		return -1;
	n->u.var = var;
	return 0;
}

int
build_test(struct build *b, size_t pos, enum op op)
{
	assert(expr_op_is_test(op));
	return append(b, pos, op) == NULL ? -1 : 0;
}

int
build_op(struct build *b, size_t pos, enum op op)
{
	return operator(b, pos, op, 0) == NULL ? -1 : 0;
}

int
build_names(struct build *b, size_t pos, enum op op,
    const struct str *const *names, size_t n)
{
	struct expr_node *node;

	assert(op == OP_HAS ? n > 0 : op == OP_GET && n == 1);
	if (n > CEDAR_NODES_MAX)
		return build_error(b, pos, "more than %d names after `has'",
		    CEDAR_NODES_MAX);
	if ((node = operator(b, pos, op, n)) == NULL)
		return -1;
	node->u.names = copy(b, names, n, sizeof(names[0]));
	return node->u.names == NULL ? -1 : 0;
}

int
build_is(struct build *b, size_t pos, enum op op, const struct str *type)
{
	struct expr_node *n;

	assert(op == OP_IS || op == OP_IS_IN);
	if ((n = operator(b, pos, op, 0)) == NULL)
		return -1;
	n->u.names = copy(b, &type, 1, sizeof(type));
	return n->u.names == NULL ? -1 : 0;
}

/* Texts parts[0..n) as one. */
static const struct str *
join(struct build *b, const struct str *const *parts, size_t n)
{
	size_t len = 0;
	char *buf, *p;

	if (n == 1)
		return parts[0];
	for (size_t i = 0; i < n; i++)
		len += parts[i]->len;
	if ((p = buf = arena_alloc(&b->set->arena, len, 1)) == NULL) {
		build_memory(b);
		return NULL;
	}
	for (size_t i = 0; i < n; i++) {
		memcpy(p, parts[i]->bytes, parts[i]->len);
		p += parts[i]->len;
	}
	return build_str(b, buf, len);
}

static struct pattern *
make_pattern(struct build *b, const struct str *const *parts, size_t n)
{
	struct pattern *pat = arena_alloc(&b->set->arena, 1,
	    sizeof(*pat) + n * sizeof(parts[0]));
	const struct str *s;
	size_t i = 0, run;

	if (pat == NULL) {
		build_memory(b);
		return NULL;
	}
	while (i < n) {
		if (parts[i] == NULL) {
			pat->parts[pat->n++] = NULL;
			i++;
			continue;
		}
		for (run = 1; i + run < n && parts[i + run] != NULL; )
			run++;
		if ((s = join(b, parts + i, run)) == NULL)
			return NULL;
		if (s->len > 0)
			pat->parts[pat->n++] = s;
		i += run;
	}
	return pat;
}

int
build_like(struct build *b, size_t pos, const struct str *const *parts,
    size_t n)
{
	struct expr_node *node = operator(b, pos, OP_LIKE, 0);

	if (node == NULL)
		return -1;
	node->u.pattern = make_pattern(b, parts, n);
	return node->u.pattern == NULL ? -1 : 0;
}

int
build_set(struct build *b, size_t pos, size_t n)
{
	return operator(b, pos, OP_SET, n) == NULL ? -1 : 0;
}

int
build_call(struct build *b, size_t pos, enum fn fn, size_t n)
{
	struct expr_node *node = operator(b, pos, OP_CALL, n);

	if (node == NULL)
		return -1;
	node->u.fn = fn;
	return 0;
}

/* Index of a name that is there before, too; 0: none. */
static size_t
find_twice(const struct str *const *names, size_t n)
{
	for (size_t i = 1; i < n; i++)
		for (size_t k = 0; k < i; k++)
			if (str_equal(names[i], names[k]))
				return i;
	return 0;
}

/* Start of the value of the record's i-th name. */
static uint32_t
value_pos(const struct build *b, size_t n, size_t i)
{
	uint32_t end = (uint32_t)b->nnodes - 1, root;

	do {
		root = expr_before(b->nodes, end);
		end = b->nodes[root].first;
	} while (n-- > i + 1);
	return b->nodes[end].pos;
}

int
build_record(struct build *b, size_t pos, const struct str *const *names,
    size_t n)
{
	struct expr_node *node = operator(b, pos, OP_RECORD, n);
	const size_t twice = find_twice(names, n);
	char quoted[QUOTE_MAX];

	if (node == NULL)
		return -1;
	if (twice != 0)
		return build_error(b, value_pos(b, n, twice), "key `%s' is in "
		    "this record twice; keep one", doc_quote(quoted,
		    names[twice]->bytes, names[twice]->len));
	node->u.names = copy(b, names, n, sizeof(names[0]));
	return node->u.names == NULL ? -1 : 0;
}
