/*
 * A walk over an expression in the order of its text, for the writers of text
 * and JSON.
 */
#ifndef CEDAR_FORMAT_WALK_H
#define CEDAR_FORMAT_WALK_H

#include <stdbool.h>
#include <stdint.h>

#include "cedar/data/policy.h"
#include "lib/doc/put.h"

/* Depth of a tree.  Each level takes at least two bytes of text: 1+1+1... */
#define WALK_DEPTH_MAX	(CEDAR_POLICY_MAX / 2)

/* An open node. */
struct walk_frame {
	uint32_t	node;
	uint16_t	done;	/* operands written */
	uint8_t		run;	/* for enter(): unary operators in a row */
	bool		parens;
};

struct expr_walk {
	/*
	 * Before a node, operand i of the parent (NULL: it is the root).  May
	 * set run and parens in the frame.
	 */
	void	(*enter)(struct put *, const struct expr_node *nodes,
		    const struct walk_frame *parent, uint16_t i,
		    struct walk_frame *);
	/* Before and after operand i. */
	void	(*before)(struct put *, const struct expr_node *, uint16_t i);
	void	(*after)(struct put *, const struct expr_node *, uint16_t i);
	/* After the last operand. */
	void	(*leave)(struct put *, const struct expr_node *nodes,
		    const struct walk_frame *);
};

/* Cuts a tree deeper than WALK_DEPTH_MAX and sets EMSGSIZE in the put. */
void	walk_expr(struct put *, const struct expr_node *nodes, uint32_t root,
	    const struct expr_walk *);

/* The root of operand i of a node. */
uint32_t	walk_operand(const struct expr_node *nodes, uint32_t self,
		    uint16_t i);

#endif
