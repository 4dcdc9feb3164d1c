/*
 * Reading a subtree of a document as a value, in two passes: plan.c decides
 * what each node becomes, read_value.c makes the values.
 */
#ifndef CEDAR_READ_PLAN_H
#define CEDAR_READ_PLAN_H

#include <stdbool.h>

#include "lib/doc/doc.h"
#include "cedar/schema/schema.h"
#include "cedar/data/value.h"

enum role {
	ROLE_NONE,		/* part of an escape; no value of its own */
	ROLE_SCALAR, ROLE_SET, ROLE_RECORD,
	ROLE_ENTITY,		/* `inner' is its {"type", "id"} */
	ROLE_CALL,		/* `inner' is its {"fn", "arg"} */
	ROLE_TEXT,		/* an extension value's bare text */
};

struct value_plan {
	enum role		 role;
	unsigned		 level;	/* of nesting, from 1 */
	uint32_t		 inner;
	const struct type	*type;	/* NULL: any */
	bool			 given;	/* the node is a value */
};

struct value_reader {
	const struct doc	*d;
	struct arena		*arena;
	struct doc_error	*e;
	uint32_t		 root, end;
	struct value_plan *plans;		/* of nodes root to end */
	struct value		*stack;		/* grows down */
	uint32_t		 top;
};

struct value_plan *plan_of(struct value_reader *, uint32_t node);
/* Plans each child of the container as a value of this type; NULL: any. */
void	plan_children(struct value_reader *, uint32_t node,
	    const struct type *);
/* Plans all nodes below those that are given. */
int	plan_all(struct value_reader *);

#endif
