/*
 * Type checking the expressions of one policy in one environment.
 *
 * An expression is checked in one walk from left to right over its postfix
 * nodes, with a stack of types.  What can never run (the right side of
 * `false &&', a branch that is not taken) is skipped without errors, as the
 * official validator does.
 *
 * check.c has the walk and && || if; check_attr.c attributes and tags;
 * check_entity.c `in', `is' and `=='; check_op.c the other operators;
 * check_call.c the extension functions.
 */
#ifndef CEDAR_VALIDATE_CHECK_H
#define CEDAR_VALIDATE_CHECK_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/doc/arena.h"
#include "caps.h"
#include "facts.h"
#include "cedar/data/policy.h"
#include "report.h"
#include "cedar/schema/schema.h"
#include "types.h"

struct env {
	const struct action_type	*action;
	const struct str		*principal, *resource;
};

/* The result of checking an expression. */
struct cell {
	/* NULL: unknown because of an error, which was reported. */
	const struct vtype	*type;
	/* These hold when it is true. */
	const struct caps	*caps;
	uint32_t		 node;
	bool			 ok;	/* no error in it */
};

/* An operator whose last operand is not checked yet. */
enum check_frame_kind { FRAME_BOTH, FRAME_THEN, FRAME_ELSE };

struct check_frame {
	enum check_frame_kind kind;	/* of an if: branches that count */
	const struct caps	*prior;	/* held before it */
	struct cell		 first;	/* `if': the condition; `is': the is */
};

#define WHERE_MAX	256

struct type_checker {
	const struct schema	*schema;
	struct types		*types;
	struct reporter		*report;
	bool			 failed;	/* out of memory */
	uint64_t		 steps;		/* nodes checked so far */

	/* Of the policy. */
	struct arena		 policy_arena;
	const struct policy	*policy;
	const struct facts	*facts;
	uint8_t			*seen;		/* SEEN_* of each node */
	struct cell		*cells;
	struct cell		*conditions;	/* room for one for each */
	struct check_frame		*frames;

	/* Of the environment. */
	struct arena		 arena;
	struct env		 env;
	const struct caps	*prior;		/* hold here */
	uint32_t		 ncells, nframes;
	char			 where[WHERE_MAX]; /* "": not made yet */
};

#define SEEN		1	/* checked in some environment */
#define SEEN_TRUE	2	/* not always false in one of them */
#define SEEN_SAID	4	/* lowest bit of the count of reports */
#define SAID_MAX	16	/* reports of one node, mostly equal ones */

/* The schema, types and reporter must outlive it.  -1 with ENOMEM. */
void check_init(struct type_checker *, const struct schema *, struct types *);
void	check_free(struct type_checker *);
/* Starts a policy, for any number of environments.  -1 with ENOMEM. */
int	check_policy(struct type_checker *, const struct policy *,
	    struct reporter *);
void	check_env(struct type_checker *, const struct env *);

/*
 * Checks the next condition.  Its type is Bool, true, false or unknown; its
 * capabilities hold in the following conditions.
 */
struct cell check_condition(struct type_checker *, const struct condition *);
/* The && of both; right is dead when left is never true. */
struct cell	check_and(struct type_checker *, struct cell left,
		    struct cell right);
bool		check_cell_is(struct cell, enum vkind);

/* For the check_*.c files. */

/* Reports a finding at the node, unless it had SAID_MAX reports. */
#define check_error(c, kind, node, ...) \
	do { \
		if (check_may_say(c, node)) \
			report((c)->report, kind, \
			    (c)->policy->nodes[node].pos, check_where(c), \
			    __VA_ARGS__); \
	} while (0)
bool		check_may_say(struct type_checker *, uint32_t node);

/* " (principal User, action Action::"read", resource Doc)" */
const char	*check_where(struct type_checker *);
struct cell	check_pop(struct type_checker *);
/* Pushes the result of node self; ok false: it has an error. */
void		check_push(struct type_checker *, uint32_t self, bool ok,
		    const struct vtype *, const struct caps *);

#define KIND(k)		(1u << (k))
#define KINDS_BOOL	(KIND(V_TRUE) | KIND(V_FALSE) | KIND(V_BOOL))
/*
 * Checks that a type is one of these kinds; otherwise reports that the operator
 * `who' takes `what', and sets the cell's type to NULL.
 */
void check_expect(struct type_checker *, struct cell *, unsigned kinds,
    const char *who, const char *what);
const char	*check_name(struct type_checker *, const struct vtype *);
/* Bool, or true or false when the value is known. */
const struct vtype *check_truth(struct type_checker *, bool known, bool value);

/* The type of its opposite. */
const struct vtype *check_not_type(struct type_checker *, struct cell);

/* The value of a literal or the environment's action.  False: neither. */
bool		check_literal(const struct type_checker *, uint32_t node,
		    struct value *);
/* The entity's type; NULL when the schema has none. */
const struct vtype *check_uid_type(struct type_checker *, const struct uid *);

/*
 * Whether an entity of type l (luid, when not NULL) can be in one of type r
 * (one of the n ruids, when n is not 0): True, False, Bool, or NULL when an
 * action is unknown.
 */
const struct vtype *check_in(struct type_checker *, const struct vtype *l,
		    const struct uid *luid, const struct vtype *r,
		    const struct uid *const *ruids, uint32_t n);

/* Whether the action is the entity or in it. */
bool check_action_is_in(const struct action_type *, const struct uid *);

/* Rules by operator: take node self's operands from the stack, push a result.
 */
typedef void check_rule(struct type_checker *, uint32_t self);

check_rule check_get, check_has, check_get_tag, check_has_tag;
check_rule check_in_op, check_is, check_eq, check_ne;
check_rule check_not, check_neg, check_compare, check_math, check_contains,
    check_contains_set, check_is_empty, check_like, check_set, check_record;
check_rule check_call;

/* The result of l in r. */
struct cell check_in_cells(struct type_checker *, struct cell l, struct cell r);
/* The result of `is'; reports an operand that is not an entity. */
struct cell	check_is_cell(struct type_checker *, struct cell,
		    const struct str *type);

#endif
