/*
 * A subtree of a document on its way to a value, between value_plan.c (what
 * becomes of each node) and value_read.c (values).
 */
#ifndef VALUE_PLAN_H
#define VALUE_PLAN_H

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

struct plan {
	enum role		 role;
	unsigned		 level;	/* of nesting, from 1 */
	uint32_t		 inner;
	const struct type	*type;	/* NULL: any */
	bool			 given;	/* somebody asked for this node */
};

struct reader {
	const struct doc	*d;
	struct arena		*arena;
	struct doc_error	*e;
	uint32_t		 root, end;
	struct plan		*plans;		/* of nodes root to end */
	struct value		*stack;		/* grows down */
	uint32_t		 top;
};

struct plan *value_plan_of(struct reader *, uint32_t node);
/* Every child of the container is a value of this type; NULL: of any. */
void	value_plan_children(struct reader *, uint32_t node,
	    const struct type *);
/* Plans all nodes under those that are given. */
int	value_plan_all(struct reader *);

#endif
