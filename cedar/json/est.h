/*
 * The reader of policies in JSON: est.c reads sets and policies, est_expr.c
 * expressions, est_node.c their nodes.
 */
#ifndef CEDAR_JSON_EST_H
#define CEDAR_JSON_EST_H

#include "cedar/data/build.h"
#include "lib/doc/doc.h"

struct est;

/* A task: to read an expression or value, or to build a node. */
struct est_task {
	int		(*run)(struct est *, const struct est_task *);
	uint32_t	 node;		/* in the document */
	int		 arg;		/* an enum op or fn */
	uint32_t	 pos, n;
};

struct est {
	struct build		 b;
	const struct doc	*d;
	struct doc_error	*e;
	struct est_task		*tasks;		/* the last is next */
	size_t			 ntasks, task_cap;
	const struct str	**names;	/* room for one node's */
	size_t			 name_cap;
};

/* Builds the expression at this node. */
int	est_expr(struct est *, uint32_t node);

/* Copies a string; the copy lives as long as the policies. */
int	est_str(struct est *, const struct str *, const struct str **);
/* Reads the name of an entity type at this node. */
int	est_type(struct est *, uint32_t node, const struct str **);

/*
 * Tasks that build the node of an operator after its operands.  The task's
 * node is the object or list with the operands.
 */
int	est_build_plain(struct est *, const struct est_task *);
int	est_build_get(struct est *, const struct est_task *);
int	est_build_has(struct est *, const struct est_task *);
int	est_build_like(struct est *, const struct est_task *);
int	est_build_is(struct est *, const struct est_task *);
int	est_build_set(struct est *, const struct est_task *);
int	est_build_record(struct est *, const struct est_task *);
int	est_build_call(struct est *, const struct est_task *);

#endif
