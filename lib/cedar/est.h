/*
 * Policies from their JSON form, between est.c (policies and sets of them) and
 * est_expr.c (expressions).
 */
#ifndef EST_H
#define EST_H

#include "build.h"
#include "doc.h"

struct est_task;

struct est {
	struct build		 b;
	const struct doc	*d;
	struct cedar_error	*e;
	struct est_task		*tasks;		/* what is left to do */
	size_t			 ntasks, task_cap;
	const struct str	**names;	/* room for one node's */
	size_t			 name_cap;
};

/* Builds the expression at this node; what it needs stays with the est. */
int	est_expr(struct est *, uint32_t node);
/* Place for n names, or NULL with the error set. */
const struct str **est_names(struct est *, size_t n);
/* The name of an entity type at this node. */
int	est_type(struct est *, uint32_t node, const struct str **);

#endif
