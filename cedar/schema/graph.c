#include "graph.h"

#include <stdlib.h>
#include <string.h>

int
graph_init(struct graph *g, uint32_t n)
{
	size_t room = n == 0 ? 1 : n;

	memset(g, 0, sizeof(*g));
	g->n = n;
	g->parents = calloc(room, sizeof(*g->parents));
	g->seen = calloc(room, sizeof(*g->seen));
	g->found = calloc(room, sizeof(*g->found));
	return g->parents == NULL || g->seen == NULL || g->found == NULL ?
	    -1 : 0;
}

void
graph_free(struct graph *g)
{
	free(g->parents);
	free(g->seen);
	free(g->found);
	memset(g, 0, sizeof(*g));
}

uint32_t
graph_above(struct graph *g, uint32_t node, uint32_t max)
{
	const struct graph_list *up = &g->parents[node];
	uint32_t n = 0, looked = 0;

	for (;;) {
		for (uint32_t i = 0; i < up->n; i++) {
			uint32_t p = up->items[i];

			if (g->seen[p] == node + 1)
				continue;
			if (n == max)
				return max + 1;
			g->seen[p] = node + 1;
			g->found[n++] = p;
		}
		if (looked == n)
			return n;
		up = &g->parents[g->found[looked++]];
	}
}
