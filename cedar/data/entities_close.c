/*
 * A depth-first walk over the hierarchy with an explicit stack.  An entity is
 * done when all its parents are; its ancestors are its parents and their
 * ancestors.  An entity that is found while it is on the stack is on a cycle.
 */
#include "entities_close.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NAME	"entities"

enum close_state { STATE_NEW, STATE_OPEN, STATE_DONE };

/* An entity on the stack, and which parent is next. */
struct step {
	uint32_t	index, parent;
};

struct close_walk {
	struct entities		*es;
	struct arena		*arena;
	struct doc_error	*e;
	unsigned char		*states;	/* of every entity */
	struct step		*stack;
	uint32_t		 depth;
	const struct uid	**found;	/* of one entity, unsorted */
	size_t			 nfound, cap;
	size_t			 total;		/* of all */
	uint32_t		*member;
};

static int
error_cycle(struct close_walk *w, uint32_t index)
{
	char name[UID_QUOTE_MAX];
	uint32_t i = w->depth;

	*w->member = index;
	while (w->stack[--i].index != index)
		if (w->stack[i].index > *w->member)
			*w->member = w->stack[i].index;
	return doc_error_set(w->e, NAME, "%s is its own ancestor; remove a "
	    "parent in this circle",
	    uid_quote(name, w->es->items[*w->member].uid));
}

static void
push(struct close_walk *w, uint32_t index)
{
	w->states[index] = STATE_OPEN;
	w->stack[w->depth++] = (struct step){ .index = index };
}

static int
add_found(struct close_walk *w, const struct uid *const *uids, uint32_t n)
{
	if (n > w->cap - w->nfound) {
		size_t cap = (w->cap + n) * 2;
		const struct uid **found = reallocarray(w->found, cap,
		    sizeof(*found));

		if (found == NULL)
			return doc_error_memory(w->e, NAME);
		w->found = found;
		w->cap = cap;
	}
	if (n > CEDAR_ANCESTORS_MAX - w->total)
		return doc_error_set(w->e, NAME, "more than %d ancestors of "
		    "all entities together", CEDAR_ANCESTORS_MAX);
	if (n > 0)
		memcpy(w->found + w->nfound, uids, n * sizeof(*uids));
	w->nfound += n;
	w->total += n;
	return 0;
}

/* Finishes the entity on top, whose parents are all done. */
static int
pop(struct close_walk *w)
{
	struct entity *e = &w->es->items[w->stack[--w->depth].index];
	const struct uid **ancestors;

	w->states[e - w->es->items] = STATE_DONE;
	w->nfound = 0;
	if (add_found(w, e->parents, e->nparents) == -1)
		return -1;
	for (uint32_t i = 0; i < e->nparents; i++) {
		const struct entity *p = entities_find(w->es, e->parents[i]);

		if (p != NULL &&
		    add_found(w, p->ancestors, p->nancestors) == -1)
			return -1;
	}
	e->nancestors = uid_sort(w->found, (uint32_t)w->nfound);
	ancestors = arena_alloc(w->arena, e->nancestors, sizeof(*ancestors));
	if (ancestors == NULL)
		return doc_error_memory(w->e, NAME);
	if (e->nancestors > 0)
		memcpy(ancestors, w->found,
		    e->nancestors * sizeof(*ancestors));
	e->ancestors = ancestors;
	return 0;
}

/* Visits the next parent of the entity on top. */
static int
step(struct close_walk *w)
{
	struct step *top = &w->stack[w->depth - 1];
	const struct entity *e = &w->es->items[top->index], *p;
	uint32_t index;

	if (top->parent == e->nparents)
		return pop(w);
	p = entities_find(w->es, e->parents[top->parent++]);
	if (p == NULL)
		return 0;
	index = (uint32_t)(p - w->es->items);
	if (w->states[index] == STATE_OPEN)
		return error_cycle(w, index);
	if (w->states[index] == STATE_NEW)
		push(w, index);
	return 0;
}

static int
walk(struct close_walk *w)
{
	for (uint32_t i = 0; i < w->es->n; i++) {
		if (w->states[i] != STATE_NEW)
			continue;
		push(w, i);
		while (w->depth > 0)
			if (step(w) == -1)
				return -1;
	}
	return 0;
}

int
entities_close(struct entities *es, struct arena *arena, uint32_t *member,
    struct doc_error *e)
{
	struct close_walk w = { .es = es, .arena = arena, .e = e,
	    .member = member };
	size_t n = es->n == 0 ? 1 : es->n;
	int rc, saved;

	*member = 0;
	w.states = calloc(n, 1);
	w.stack = calloc(n, sizeof(*w.stack));
	rc = w.states == NULL || w.stack == NULL ?
	    doc_error_memory(e, NAME) : walk(&w);
	saved = errno;
	free(w.states);
	free(w.stack);
	free(w.found);
	errno = saved;
	return rc;
}
