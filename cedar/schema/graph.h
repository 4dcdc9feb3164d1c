/*
 * A graph of nodes with lists of parents, and the nodes reachable over them.
 */
#ifndef CEDAR_SCHEMA_GRAPH_H
#define CEDAR_SCHEMA_GRAPH_H

#include <stdint.h>

struct graph_list {
	uint32_t	 n;
	const uint32_t	*items;
};

struct graph {
	uint32_t		 n;
	struct graph_list	*parents;	/* of each node */
	uint32_t		*seen;		/* 1 + the node that saw it */
	uint32_t		*found;		/* graph_above()'s result */
};

/* -1 with ENOMEM; graph_free() may follow. */
int	 graph_init(struct graph *, uint32_t n);
void	 graph_free(struct graph *);
/*
 * Stores all nodes above a node in g->found, also itself if it is on a cycle.
 * Returns their number, or max + 1 when there are more than max.
 */
uint32_t graph_above(struct graph *, uint32_t node, uint32_t max);

#endif
