#include <string.h>

#include "graph.h"
#include "raw.h"

/* The action that a parent refers to; NULL with *e. */
static struct raw_action *
find_parent(struct raw_schema *r, const struct str *ns,
    const struct raw_parent *p)
{
	const struct str *type = p->type == NULL ? r->action : p->type;
	const struct str *names[2];
	char quoted[QUOTE_MAX];
	unsigned n = raw_candidates(r, ns, type, names);

	for (unsigned i = 0; i < n; i++) {
		struct raw_action *a = table_get(&r->action_names, names[i],
		    p->id);

		if (a != NULL)
			return a;
	}
	raw_error(r, &p->place, "unknown action %s::\"%s\"", type->bytes,
	    doc_quote(quoted, p->id->bytes, p->id->len));
	return NULL;
}

static int
find_parents(struct raw_schema *r, struct schema *s, struct graph *g,
    const struct raw_action *a)
{
	uint32_t self = (uint32_t)(a->action - s->actions), n = 0, *items;

	for (struct raw_parent *p = a->parents; p != NULL; p = p->next) {
		struct raw_action *up = find_parent(r, a->ns, p);
		uint32_t number;

		if (up == NULL || raw_count_links(r, &p->place, 1) == -1)
			return -1;
		number = (uint32_t)(up->action - s->actions);
		if (g->seen[number] != self + 1)
			g->found[n++] = number;
		g->seen[number] = self + 1;
	}
	if ((items = raw_alloc(r, n, sizeof(*items))) == NULL)
		return -1;
	memcpy(items, g->found, n * sizeof(*items));
	g->parents[self].n = n;
	g->parents[self].items = items;
	return 0;
}

/* Actions' names by number; NULL with *e. */
static const struct uid *const *
make_uids(struct raw_schema *r, const struct schema *s,
    const uint32_t *numbers, uint32_t n)
{
	const struct uid **uids = arena_alloc(r->keep, n, sizeof(*uids));

	if (uids == NULL) {
		raw_memory(r);
		return NULL;
	}
	for (uint32_t i = 0; i < n; i++)
		uids[i] = s->actions[numbers[i]].uid;
	return uids;
}

static int
make_ancestors(struct raw_schema *r, struct schema *s, struct graph *g,
    const struct raw_action *a)
{
	struct action_type *t = a->action;
	uint32_t self = (uint32_t)(t - s->actions);

	t->nparents = g->parents[self].n;
	t->parents = make_uids(r, s, g->parents[self].items, t->nparents);
	t->nancestors = graph_above(g, self, raw_links_left(r));
	if (raw_count_links(r, &a->place, t->nancestors) == -1)
		return -1;
	t->ancestors = make_uids(r, s, g->found, t->nancestors);
	if (t->parents == NULL || t->ancestors == NULL)
		return -1;
	for (uint32_t i = 0; i < t->nancestors; i++)
		if (g->found[i] == self)
			return raw_error(r, &a->place, "the action is in "
			    "itself");
	return 0;
}

static int
make_action_hierarchy(struct raw_schema *r, struct schema *s,
    struct graph *g)
{
	for (struct raw_action *a = r->actions; a != NULL; a = a->next)
		if (find_parents(r, s, g, a) == -1)
			return -1;
	memset(g->seen, 0, g->n * sizeof(*g->seen));
	for (struct raw_action *a = r->actions; a != NULL; a = a->next)
		if (make_ancestors(r, s, g, a) == -1)
			return -1;
	return 0;
}

/* Principals, resources and context. */
static int
make_applies(struct raw_schema *r, struct schema *s, struct graph *g,
    struct raw_action *a, uint32_t mark)
{
	struct action_type *t = a->action;
	struct graph_list list;

	if (raw_find_list(r, s, g, a->ns, a->principals, mark, &list) == -1)
		return -1;
	t->nprincipals = list.n;
	t->principals = raw_make_names(r, s, list.items, list.n);
	if (raw_find_list(r, s, g, a->ns, a->resources, mark + 1, &list) == -1)
		return -1;
	t->nresources = list.n;
	t->resources = raw_make_names(r, s, list.items, list.n);
	t->context = raw_resolve_record(r, a->context, "an action's context");
	return t->principals == NULL || t->resources == NULL ||
	    t->context == NULL ? -1 : 0;
}

static int
number_actions(struct raw_schema *r, struct schema *s)
{
	s->actions = arena_alloc(r->keep, r->nactions, sizeof(*s->actions));
	if (s->actions == NULL)
		return raw_memory(r);
	for (struct raw_action *a = r->actions; a != NULL; a = a->next) {
		a->action = &s->actions[s->nactions++];
		a->action->uid = a->uid;
	}
	return 0;
}

int
raw_resolve_actions(struct raw_schema *r, struct schema *s)
{
	struct graph actions = { 0 }, entities = { 0 };
	uint32_t mark = 1;
	int rc = -1;

	if (number_actions(r, s) == -1)
		return -1;
	if (graph_init(&actions, s->nactions) == -1 ||
	    graph_init(&entities, s->nentities) == -1) {
		raw_memory(r);
		goto out;
	}
	for (struct raw_action *a = r->actions; a != NULL; a = a->next) {
		if (make_applies(r, s, &entities, a, mark) == -1)
			goto out;
		mark += 2;
	}
	rc = make_action_hierarchy(r, s, &actions);
out:
	graph_free(&actions);
	graph_free(&entities);
	return rc;
}
