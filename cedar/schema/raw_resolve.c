/*
 * Theory of operation.  The steps are: refuse declarations that hide each
 * other; resolve names; make common types in the order of their dependencies;
 * make entity types and actions with their hierarchies.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "graph.h"
#include "raw.h"

/*
 * A type in a namespace hides one of the same name outside all namespaces,
 * which is refused.
 */
static int
check_hidden_type(struct raw_schema *r, const struct raw_place *place,
    const struct str *ns, const struct str *base)
{
	if (ns == NULL || (table_get(&r->entity_names, base, NULL) == NULL &&
	    table_get(&r->common_names, base, NULL) == NULL))
		return 0;
	return raw_error(r, place, "`%s::%s' hides `%s', which is in no "
	    "namespace: one of them needs another name", ns->bytes,
	    base->bytes, base->bytes);
}

static int
check_hidden_actions(struct raw_schema *r)
{
	for (struct raw_action *a = r->actions; a != NULL; a = a->next)
		if (a->ns != NULL && table_get(&r->action_names, r->action,
		    a->uid->id) != NULL)
			return raw_error(r, &a->place, "the action hides one "
			    "of the same name, which is in no namespace: one "
			    "of them needs another name");
	return 0;
}

static int
check_hidden(struct raw_schema *r)
{
	for (struct raw_common *c = r->commons; c != NULL; c = c->next)
		if (check_hidden_type(r, &c->place, c->ns, c->base) == -1)
			return -1;
	for (struct raw_entity *d = r->entities; d != NULL; d = d->next)
		if (check_hidden_type(r, &d->place, d->ns, d->base) == -1)
			return -1;
	return check_hidden_actions(r);
}

static int
compare_ids(const void *a, const void *b)
{
	return str_compare(*(const struct str *const *)a,
	    *(const struct str *const *)b);
}

/* The ids of an enumerated type, sorted. */
static int
make_ids(struct raw_schema *r, const struct raw_name *list,
    struct entity_type *out)
{
	const struct str **ids;
	uint32_t n = 0;

	if (list == NULL)
		return 0;
	for (const struct raw_name *id = list; id != NULL; id = id->next)
		n++;
	if (raw_count_links(r, &list->place, n) == -1)
		return -1;
	if ((ids = arena_alloc(r->keep, n, sizeof(*ids))) == NULL)
		return raw_memory(r);
	out->ids = ids;
	for (const struct raw_name *id = list; id != NULL; id = id->next)
		*ids++ = id->text;
	ids -= n;
	qsort(ids, n, sizeof(*ids), compare_ids);
	for (uint32_t i = 0; i < n; i++)
		if (i == 0 || !str_equal(ids[i], ids[i - 1]))
			ids[out->nids++] = ids[i];
	return 0;
}

static int
make_tags(struct raw_schema *r, struct raw_type *t, struct entity_type *out)
{
	struct type *tags = arena_alloc(r->keep, 1, sizeof(*tags));
	unsigned depth;
	size_t size;

	if (tags == NULL)
		return raw_memory(r);
	if (raw_resolve_type(r, t, &depth, &size) == -1)
		return -1;
	*tags = t->resolved;
	out->tags = tags;
	return 0;
}

static int
make_entity(struct raw_schema *r, struct raw_entity *d)
{
	struct entity_type *out = d->entity;

	out->shape = raw_resolve_record(r, d->shape, "an entity type's shape");
	if (out->shape == NULL)
		return -1;
	if (d->tags != NULL && make_tags(r, d->tags, out) == -1)
		return -1;
	return make_ids(r, d->ids, out);
}

static int
compare_entities(const void *a, const void *b)
{
	return strcmp((*(struct raw_entity *const *)a)->name->bytes,
	    (*(struct raw_entity *const *)b)->name->bytes);
}

/* Numbers the entity types. */
static struct raw_entity **
number_entities(struct raw_schema *r, struct schema *s)
{
	struct raw_entity **all = raw_alloc(r, r->nentities, sizeof(*all));
	uint32_t n = 0;

	s->entities = arena_alloc(r->keep, r->nentities, sizeof(*s->entities));
	if (s->entities == NULL)
		raw_memory(r);
	if (all == NULL || s->entities == NULL)
		return NULL;
	for (struct raw_entity *d = r->entities; d != NULL; d = d->next)
		all[n++] = d;
	qsort(all, n, sizeof(*all), compare_entities);
	s->nentities = n;
	for (uint32_t i = 0; i < n; i++) {
		all[i]->entity = &s->entities[i];
		s->entities[i].name = all[i]->name;
	}
	return all;
}

static int
make_hierarchy(struct raw_schema *r, struct schema *s,
    struct raw_entity **all, struct graph *g)
{
	for (uint32_t i = 0; i < g->n; i++) {
		struct entity_type *t = &s->entities[i];

		if (raw_find_list(r, s, g, all[i]->ns, all[i]->parents, i + 1,
		    &g->parents[i]) == -1)
			return -1;
		t->nparents = g->parents[i].n;
		t->parents = raw_make_names(r, s, g->parents[i].items,
		    t->nparents);
		if (t->parents == NULL)
			return -1;
	}
	memset(g->seen, 0, g->n * sizeof(*g->seen));
	for (uint32_t i = 0; i < g->n; i++) {
		struct entity_type *t = &s->entities[i];

		t->nancestors = graph_above(g, i, raw_links_left(r));
		if (raw_count_links(r, &all[i]->place, t->nancestors) == -1)
			return -1;
		t->ancestors = raw_make_names(r, s, g->found, t->nancestors);
		if (t->ancestors == NULL)
			return -1;
	}
	return 0;
}

int
raw_resolve_entities(struct raw_schema *r, struct schema *s)
{
	struct raw_entity **all = number_entities(r, s);
	struct graph g;
	int rc;

	if (all == NULL)
		return -1;
	for (uint32_t i = 0; i < s->nentities; i++)
		if (make_entity(r, all[i]) == -1)
			return -1;
	rc = graph_init(&g, s->nentities) == -1 ? raw_memory(r) :
	    make_hierarchy(r, s, all, &g);
	graph_free(&g);
	return rc;
}

static int
resolve(struct raw_schema *r, struct schema *s)
{
	if (check_hidden(r) == -1 || raw_resolve_names(r) == -1 ||
	    raw_resolve_commons(r) == -1 ||
	    raw_resolve_entities(r, s) == -1)
		return -1;
	return raw_resolve_actions(r, s);
}

static int
compare_actions(const void *a, const void *b)
{
	const struct uid *ua = (*(const struct action_type *const *)a)->uid;
	const struct uid *ub = (*(const struct action_type *const *)b)->uid;

	return (ua->hash > ub->hash) - (ua->hash < ub->hash);
}

/* Actions by their names' hashes. */
static int
index_actions(struct raw_schema *r, struct schema *s)
{
	const struct action_type **all = arena_alloc(&s->arena, s->nactions,
	    sizeof(*all));

	if (all == NULL)
		return raw_memory(r);
	for (uint32_t i = 0; i < s->nactions; i++)
		all[i] = &s->actions[i];
	qsort(all, s->nactions, sizeof(*all), compare_actions);
	s->by_uid = all;
	return 0;
}

static void
raw_free(struct raw_schema *r)
{
	table_free(&r->common_names);
	table_free(&r->entity_names);
	table_free(&r->action_names);
	table_free(&r->action_types);
	arena_free(&r->scratch);
}

int
raw_finish(struct raw_schema *r, struct schema *s, int rc)
{
	int saved;

	if (rc == 0)
		rc = resolve(r, s);
	if (rc == 0)
		rc = index_actions(r, s);
	saved = errno;
	raw_free(r);
	if (rc == -1)
		schema_free(s);
	errno = saved;
	return rc;
}
