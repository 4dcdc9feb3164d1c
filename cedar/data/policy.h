/*
 * Policies in their immutable form.
 *
 * An expression is an array of nodes in postfix order: operands before their
 * operator, so that evaluating it is a walk from left to right over a stack,
 * and a subtree is the contiguous run nodes[first..self].  Operators that may
 * skip an operand have a test node between operands, which carries a jump:
 *
 *	a && b		a AND_TEST b AND
 *	a || b		a OR_TEST b OR
 *	if a then b else c	a IF_TEST b IF_ELSE c IF
 *	a is T in b	a IS_TEST b IS_IN
 *
 * A test node's subtree is itself alone (first == self); `jump' is the index
 * of the node that evaluation goes on with when an operand is to be skipped.
 * AND_TEST and OR_TEST: the AND or OR itself, with the one operand that was
 * looked at on the stack.  IS_TEST: the node after the IS_IN, with false on
 * the stack.  IF_TEST: the node after IF_ELSE; IF_ELSE: the IF itself.
 *
 * To walk a node's operands from the right: the last ends at self - 1, the one
 * before it ends at nodes[last].first - 1, less test nodes.  node_operands()
 * does that.
 *
 * Expressions nest at most CEDAR_DEPTH_MAX levels deep, where && as the first
 * operand of && counts for nothing, and so for ||, for + and -, for * and for
 * `.': such chains may be as long as the policy.  So a walk from the top must
 * go along a chain, not into it.
 *
 * What differs in text alone is gone: parentheses, and whether it was a.b or
 * a["b"].  A minus right before a number is part of the number, as it is in the
 * official JSON; all else is kept, > and != and has a.b.c among it.
 */
#ifndef POLICY_H
#define POLICY_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/doc/arena.h"
#include "cedar/cedar.h"
#include "lib/doc/doc.h"
#include "value.h"

/*
 * OP(NAME, text, operands): text is the operator in policy text, the key in
 * JSON, or the method's name; operands -1 is `nargs'.
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
/* ?principal and ?resource: in scopes alone, never in an expression. */
enum slot { SLOT_PRINCIPAL, SLOT_RESOURCE };

/*
 * Extension functions.  FN(NAME, text, method, operands): method 1 is written
 * a.f(b), 0 is f(a).  A policy may call one with too few or too many operands
 * (the official parser lets it): that fails when it is evaluated.
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

/* `like': literal runs and wildcards, as they were written. */
struct pattern {
	uint32_t	n;
	const struct str *parts[];	/* NULL is a wildcard */
};

struct node {
	uint8_t		op;		/* enum op */
	uint16_t	nargs;
	uint32_t	first;		/* where its subtree starts */
	/*
	 * A byte in the source: where the literal, bracket, `if' or operator
	 * starts; of a test node the && || in then else after its operand; of
	 * an attribute, method or function its name's, or `['.
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

struct annotation {
	const struct str	*name, *value;	/* value "" when none given */
	bool			 given;		/* @a("") is given, @a is not */
};

/* The constraint on principal, action or resource. */
enum scope_op {
	SCOPE_ANY,		/* principal */
	SCOPE_EQ,		/* principal == uid or slot */
	SCOPE_IN,		/* principal in uid or slot; action in uid */
	SCOPE_IN_SET,		/* action in [uids] */
	SCOPE_IS,		/* principal is type */
	SCOPE_IS_IN,		/* principal is type in uid or slot */
};

struct scope {
	enum scope_op		 op;
	bool			 slot;	/* the entity is this variable's slot */
	uint32_t		 nuids;	/* IN_SET: 0 and more; slot: 0 */
	const struct uid *const	*uids;
	const struct str	*type;
	uint32_t		 pos;
};

/* One when or unless. */
struct condition {
	bool		unless;
	uint32_t	first, root;	/* nodes[first..root] */
	uint32_t	pos;
};

struct policy {
	const struct str	*id;
	const struct doc_source *source; /* NULL: was JSON */
	uint32_t		 pos, end;  /* its bytes in the source */
	bool			 forbid;
	bool			 is_template;	/* decides nothing; links do */
	bool			 slots[2];	/* which, by enum slot */
	uint32_t		 nannotations, nconditions, nnodes;
	const struct annotation	*annotations;
	struct scope		 principal, action, resource;
	const struct condition	*conditions;
	const struct node	*nodes;
	/*
	 * A link: the template's body (all above is shared with it but id
	 * and is_template, which is false) and what its slots stand for.
	 */
	const struct policy	*template;	/* NULL: not a link */
	const struct uid	*values[2];	/* by enum slot; or NULL */
	/*
	 * What evaluating takes at most, when both operands of && and || stay
	 * on the stack, nothing is freed before the policy's end, and each
	 * set, record and address is on a 16-byte border.
	 */
	uint32_t		 stack;		/* values on the stack */
	uint32_t		 scratch;	/* bytes for what nodes make */
};

/* Policies of one decision, in the order in which they were added. */
struct policies {
	struct arena		 arena;
	size_t			 n, cap;
	struct policy		**items;	/* static, templates, links */
	size_t			 text_len;	/* of all that was added */
	size_t			 numbered;	/* names given as policyN */
};

void	policies_init(struct policies *);
void	policies_free(struct policies *);

/*
 * How policies without a name in JSON are called: "policyN" (N counts from 0
 * over the set, as the official parser has it), or by their @id annotation,
 * else "FILE:policyN" with N from 0 in the file.
 */
enum policy_ids { POLICY_IDS_NUMBERED, POLICY_IDS_ANNOTATED };

/*
 * Reads policies and templates from text and adds them.  The text is copied.
 * On -1 with *e nothing was added.  EBADMSG: malformed, too large, too deep,
 * an id that is there already; ENOMEM.
 */
int	policies_add_text(struct policies *, const char *file,
	    const char *text, size_t len, enum policy_ids,
	    struct doc_error *);

/*
 * Adds one policy from its JSON form (EST,
 * https://docs.cedarpolicy.com/policies/json-format.html), under this id.
 */
int	policies_add_json(struct policies *, const struct doc *, uint32_t node,
	    const char *id, size_t idlen, struct doc_error *);

/*
 * Adds a whole set: {"staticPolicies": {ID: policy}, "templates": {ID:
 * policy}, "templateLinks": [{"templateId", "newId", "values"}]}, each part
 * optional.  `prefix' goes before every id.
 */
int	policies_add_json_set(struct policies *, const struct doc *,
	    const char *prefix, struct doc_error *);

/*
 * Links a template: values[slot] for each slot that it has, NULL for others.
 * All is copied.
 */
int	policies_link(struct policies *, const struct str *template_id,
	    const char *id, size_t idlen, const struct uid *const values[2],
	    struct doc_error *);

/* NULL when there is none. */
const struct policy *policies_find(const struct policies *, const char *id,
	    size_t idlen);
const struct str *policy_annotation(const struct policy *, const char *name);

/* 0, 1, 2 or nargs: how many operands a node has. */
unsigned	 node_count(const struct node *);
/*
 * Indices of the node's operands' roots, from the left, into dst, which has
 * place for node_count() of them.
 */
void	node_operands(const struct node *nodes, uint32_t self, uint32_t *dst);

/* The root of the operand that ends before `end', test nodes passed over. */
uint32_t	 node_before(const struct node *nodes, uint32_t end);

const char	*op_text(enum op);
bool		 op_is_test(enum op);
const char	*fn_text(enum fn);
bool		 fn_is_method(enum fn);
unsigned	 fn_operands(enum fn);
/* The function or method of this name, or -1. */
int		 fn_find(const char *name, size_t len);

#endif
