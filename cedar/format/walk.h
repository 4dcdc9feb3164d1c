/*
 * A walk over an expression in the order of its text: what writes expressions,
 * as text or as JSON, says only what stands where.
 */
#ifndef CEDAR_FORMAT_WALK_H
#define CEDAR_FORMAT_WALK_H

#include <stdbool.h>
#include <stdint.h>

#include "cedar/data/policy.h"
#include "lib/doc/put.h"

/*
 * How deep a tree may be.  Each level takes two bytes of a policy's text at
 * the least: 1+1+1...
 */
#define WALK_DEPTH_MAX	(CEDAR_POLICY_MAX / 2)

/* A node that is open. */
struct walk_frame {
	uint32_t	node;
	uint16_t	done;	/* operands that are written */
	uint8_t		run;	/* for enter(): unary operators in a row */
	bool		parens;
};

struct expr_walk {
	/*
	 * A node begins, as operand i of the parent (NULL: the root); enter
	 * may set run and parens in the frame.
	 */
	void	(*enter)(struct put *, const struct expr_node *nodes,
		    const struct walk_frame *parent, uint16_t i,
		    struct walk_frame *);
	/* Before operand i, and after it. */
	void	(*before)(struct put *, const struct expr_node *, uint16_t i);
	void	(*after)(struct put *, const struct expr_node *, uint16_t i);
	/* All operands are written. */
	void	(*leave)(struct put *, const struct expr_node *nodes,
		    const struct walk_frame *);
};

/* A tree deeper than WALK_DEPTH_MAX is cut, with EMSGSIZE in the put. */
void	walk_expr(struct put *, const struct expr_node *nodes, uint32_t root,
	    const struct expr_walk *);

/* Operand i of a node. */
uint32_t	walk_operand(const struct expr_node *nodes, uint32_t self,
		    uint16_t i);

#endif
