/*
 * A subtree of a document on its way to a value, between value_plan.c (what
 * becomes of each node) and read_value.c (values).
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
	bool			 given;	/* somebody asked for this node */
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
/* Every child of the container is a value of this type; NULL: of any. */
void	plan_children(struct value_reader *, uint32_t node,
	    const struct type *);
/* Plans all nodes under those that are given. */
int	plan_all(struct value_reader *);

#endif
