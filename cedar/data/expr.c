#include "expr.h"

#include <assert.h>
#include <string.h>

struct op_info {
	const char	*text;
	int		 operands;	/* -1: nargs */
};

static const struct op_info ops[] = {
#define OP(name, text, operands) { text, operands },
	OPS(OP)
#undef OP
};
static_assert(sizeof(ops) / sizeof(ops[0]) == OP_COUNT, "an op is missing");

struct fn_info {
	const char	*text;
	bool		 method;
	unsigned	 operands;
};

static const struct fn_info fns[] = {
#define FN(name, text, method, operands) { text, method, operands },
	FNS(FN)
#undef FN
};
static_assert(sizeof(fns) / sizeof(fns[0]) == FN_COUNT, "a fn is missing");

unsigned
expr_count(const struct expr_node *n)
{
	return ops[n->op].operands < 0 ? n->nargs :
	    (unsigned)ops[n->op].operands;
}

static const bool tests[OP_COUNT] = {
	[OP_IS_TEST] = true,
	[OP_AND_TEST] = true,
	[OP_OR_TEST] = true,
	[OP_IF_TEST] = true,
	[OP_IF_ELSE] = true,
};

bool
expr_op_is_test(enum op op)
{
	return tests[op];
}

uint32_t
expr_before(const struct expr_node *nodes, uint32_t end)
{
	assert(end > 0);
	end--;
	if (tests[nodes[end].op]) {
		assert(end > 0);
		end--;
	}
	return end;
}

void
expr_operands(const struct expr_node *nodes, uint32_t self, uint32_t *dst)
{
	uint32_t end = self;

	for (unsigned i = expr_count(&nodes[self]); i-- > 0; ) {
		dst[i] = expr_before(nodes, end);
		end = nodes[dst[i]].first;
	}
}

const char *
expr_op_text(enum op op)
{
	return ops[op].text;
}

const char *
expr_var_text(enum var var)
{
	static const char *const texts[] = {
		[VAR_PRINCIPAL] = "principal", [VAR_ACTION] = "action",
		[VAR_RESOURCE] = "resource", [VAR_CONTEXT] = "context",
	};

	return texts[var];
}

const char *
expr_fn_text(enum fn fn)
{
	return fns[fn].text;
}

bool
expr_fn_is_method(enum fn fn)
{
	return fns[fn].method;
}

unsigned
expr_fn_operands(enum fn fn)
{
	return fns[fn].operands;
}

int
expr_fn_find(const char *name, size_t len)
{
	for (int i = 0; i < FN_COUNT; i++)
		if (strlen(fns[i].text) == len &&
		    memcmp(fns[i].text, name, len) == 0)
			return i;
	return -1;
}
