#include <string.h>

#include "graph.h"
#include "raw.h"

int
raw_count_links(struct raw_schema *r, const struct raw_place *place, size_t n)
{
	r->links += n;
	if (r->links <= RAW_LINKS_MAX)
		return 0;
	return raw_error(r, place, "more than %d names in lists of parents, "
	    "ancestors, principals and resources", RAW_LINKS_MAX);
}

uint32_t
raw_links_left(const struct raw_schema *r)
{
	return (uint32_t)(RAW_LINKS_MAX - r->links);
}

int
raw_find_list(struct raw_schema *r, struct schema *s, struct graph *g,
    const struct str *ns, const struct raw_name *list, uint32_t mark,
    struct graph_list *out)
{
	uint32_t n = 0, *items;

	for (const struct raw_name *name = list; name != NULL;
	    name = name->next) {
		const struct raw_entity *d = raw_find_entity(r, ns, name);
		uint32_t number;

		if (d == NULL || raw_count_links(r, &name->place, 1) == -1)
			return -1;
		number = (uint32_t)(d->entity - s->entities);
		if (g->seen[number] != mark)
			g->found[n++] = number;
		g->seen[number] = mark;
	}
	if ((items = raw_alloc(r, n, sizeof(*items))) == NULL)
		return -1;
	memcpy(items, g->found, n * sizeof(*items));
	out->n = n;
	out->items = items;
	return 0;
}

const struct str *const *
raw_make_names(struct raw_schema *r, const struct schema *s,
    const uint32_t *numbers, uint32_t n)
{
	const struct str **names = arena_alloc(r->keep, n, sizeof(*names));

	if (names == NULL) {
		raw_memory(r);
		return NULL;
	}
	for (uint32_t i = 0; i < n; i++)
		names[i] = s->entities[numbers[i]].name;
	return names;
}
