/*
 * What is above what: lists of parents by number, and all that can be reached
 * over them.
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
	uint32_t		*seen;		/* 1 + who has seen a node */
	uint32_t		*found;		/* room for each node once */
};

/* -1 with ENOMEM; graph_free() may follow. */
int	 graph_init(struct graph *, uint32_t n);
void	 graph_free(struct graph *);
/*
 * All nodes above a node, itself when it is in a circle, into g->found;
 * answers how many, at most max, max + 1 when there are more.
 */
uint32_t graph_above(struct graph *, uint32_t node, uint32_t max);

#endif
