/*
 * Expressions.
 *
 * An expression is an array of nodes in postfix order: operands before their
 * operator.  Evaluating it is a walk from left to right over a stack, and a
 * subtree is the contiguous run nodes[first..self].  Operators that may skip
 * an operand have a test node between operands, which carries a jump:
 *
 *	a && b		a AND_TEST b AND
 *	a || b		a OR_TEST b OR
 *	if a then b else c	a IF_TEST b IF_ELSE c IF
 *	a is T in b	a IS_TEST b IS_IN
 *
 * A test node is its own subtree (first == self).  `jump' is the index of the
 * node where evaluation continues when an operand is skipped.  AND_TEST and
 * OR_TEST: the AND or OR itself, with the first operand's value on the stack.
 * IS_TEST: the node after the IS_IN, with false on the stack.  IF_TEST: the
 * node after IF_ELSE.  IF_ELSE: the IF itself.
 *
 * To walk a node's operands from the right: the last ends at self - 1, the one
 * before it ends at nodes[last].first - 1, test nodes not counted.
 * expr_operands() does that.
 *
 * Expressions nest at most CEDAR_DEPTH_MAX levels deep.  An && that is the
 * first operand of an && adds no level; the same is true of ||, of + and -, of
 * * and of `.'.  Such chains may be as long as the policy, so a walk from the
 * top must loop along a chain instead of descending into it.
 *
 * Two texts that differ only in parentheses, or in a.b and a["b"], give the
 * same expression.  A minus before a number is part of the number, as in the
 * official JSON.  All else is kept, also > and != and `has a.b.c'.
 */
#ifndef CEDAR_DATA_EXPR_H
#define CEDAR_DATA_EXPR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "value.h"

/*
 * OP(NAME, text, operands): text is the operator in policy text, its key in
 * JSON, or the method's name.  operands -1: the node has `nargs'.
 */
#define OPS(OP) \
	OP(VALUE, "", 0)	/* u.value: bool, long, string, entity */ \
	OP(VAR, "", 0)		/* u.var */ \
	OP(NOT, "!", 1) \
	OP(NEG, "-", 1) \
	OP(EQ, "==", 2) \
	OP(NE, "!=", 2) \
	OP(LT, "<", 2) \
	OP(LE, "<=", 2) \
	OP(GT, ">", 2) \
	OP(GE, ">=", 2) \
	OP(ADD, "+", 2) \
	OP(SUB, "-", 2) \
	OP(MUL, "*", 2) \
	OP(IN, "in", 2) \
	OP(CONTAINS, "contains", 2) \
	OP(CONTAINS_ALL, "containsAll", 2) \
	OP(CONTAINS_ANY, "containsAny", 2) \
	OP(IS_EMPTY, "isEmpty", 1) \
	OP(GET_TAG, "getTag", 2) \
	OP(HAS_TAG, "hasTag", 2) \
	OP(GET, ".", 1)		/* u.names, nargs 1: the attribute */ \
	OP(HAS, "has", 1)	/* u.names, nargs how many: a.b.c */ \
	OP(LIKE, "like", 1)	/* u.pattern */ \
	OP(IS, "is", 1)		/* u.names[0]: the entity type */ \
	OP(IS_TEST, "", 0)	/* u.jump */ \
	OP(IS_IN, "is", 2)	/* u.names[0] */ \
	OP(AND_TEST, "", 0)	/* u.jump */ \
	OP(AND, "&&", 2) \
	OP(OR_TEST, "", 0)	/* u.jump */ \
	OP(OR, "||", 2) \
	OP(IF_TEST, "", 0)	/* u.jump */ \
	OP(IF_ELSE, "", 0)	/* u.jump */ \
	OP(IF, "if-then-else", 3) \
	OP(SET, "Set", -1)	/* nargs elements */ \
	OP(RECORD, "Record", -1) /* nargs values; u.names, in their order */ \
	OP(CALL, "", -1)	/* u.fn; a method's receiver is operand 0 */

enum op {
#define OP(name, text, operands) OP_##name,
	OPS(OP)
#undef OP
};
#define OP_COUNT	(OP_CALL + 1)

enum var { VAR_PRINCIPAL, VAR_ACTION, VAR_RESOURCE, VAR_CONTEXT };

/*
 * Extension functions.  FN(NAME, text, method, operands): method 1 is written
 * a.f(b), 0 is f(a).  A call with a wrong number of operands is read, as the
 * official parser reads it, and fails when it is evaluated.
 */
#define FNS(FN) \
	FN(DECIMAL, "decimal", 0, 1) \
	FN(DECIMAL_LT, "lessThan", 1, 2) \
	FN(DECIMAL_LE, "lessThanOrEqual", 1, 2) \
	FN(DECIMAL_GT, "greaterThan", 1, 2) \
	FN(DECIMAL_GE, "greaterThanOrEqual", 1, 2) \
	FN(IP, "ip", 0, 1) \
	FN(IP_IS_V4, "isIpv4", 1, 1) \
	FN(IP_IS_V6, "isIpv6", 1, 1) \
	FN(IP_IS_LOOPBACK, "isLoopback", 1, 1) \
	FN(IP_IS_MULTICAST, "isMulticast", 1, 1) \
	FN(IP_IN_RANGE, "isInRange", 1, 2) \
	FN(DATETIME, "datetime", 0, 1) \
	FN(DATETIME_OFFSET, "offset", 1, 2) \
	FN(DATETIME_SINCE, "durationSince", 1, 2) \
	FN(DATETIME_TO_DATE, "toDate", 1, 1) \
	FN(DATETIME_TO_TIME, "toTime", 1, 1) \
	FN(DURATION, "duration", 0, 1) \
	FN(DURATION_MS, "toMilliseconds", 1, 1) \
	FN(DURATION_S, "toSeconds", 1, 1) \
	FN(DURATION_M, "toMinutes", 1, 1) \
	FN(DURATION_H, "toHours", 1, 1) \
	FN(DURATION_D, "toDays", 1, 1)

enum fn {
#define FN(name, text, method, operands) FN_##name,
	FNS(FN)
#undef FN
};
#define FN_COUNT	(FN_DURATION_D + 1)

/* `like': literal texts and wildcards, as written. */
struct pattern {
	uint32_t	n;
	const struct str *parts[];	/* NULL is a wildcard */
};

struct expr_node {
	uint8_t		op;		/* enum op */
	uint16_t	nargs;
	uint32_t	first;		/* start of its subtree */
	/*
	 * A byte in the source: the start of the literal, bracket, `if' or
	 * operator; of a test node, the && || in then else after its operand;
	 * of an attribute, method or function, its name or `['.
	 */
	uint32_t	pos;
	union {
		const struct value		*value;
		const struct str *const		*names;
		const struct pattern		*pattern;
		enum var			 var;
		enum fn				 fn;
		uint32_t			 jump;
	} u;
};

/* The number of a node's operands. */
unsigned	 expr_count(const struct expr_node *);
/*
 * Stores the indices of the operands' roots, from the left, in dst, which has
 * room for expr_count().
 */
void expr_operands(const struct expr_node *nodes, uint32_t self, uint32_t *dst);

/* The root of the operand before node `end', not a test node. */
uint32_t	 expr_before(const struct expr_node *nodes, uint32_t end);

const char	*expr_op_text(enum op);
const char	*expr_var_text(enum var);
bool		 expr_op_is_test(enum op);
const char	*expr_fn_text(enum fn);
bool		 expr_fn_is_method(enum fn);
unsigned	 expr_fn_operands(enum fn);
/* The function or method of this name, or -1. */
int		 expr_fn_find(const char *name, size_t len);

#endif
