#include "policy.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "build.h"

void
policies_init(struct policies *set)
{
	memset(set, 0, sizeof(*set));
	arena_init(&set->arena, 0);
}

void
policies_free(struct policies *set)
{
	arena_free(&set->arena);
	free(set->items);
	memset(set, 0, sizeof(*set));
}

const struct policy *
policies_find(const struct policies *set, const char *id, size_t idlen)
{
	const uint32_t hash = str_hash(id, idlen);

	for (size_t i = 0; i < set->n; i++) {
		const struct str *s = set->items[i]->id;

		if (s->hash == hash && s->len == idlen &&
		    memcmp(s->bytes, id, idlen) == 0)
			return set->items[i];
	}
	return NULL;
}

const struct str *
policy_annotation(const struct policy *p, const char *name)
{
	for (uint32_t i = 0; i < p->nannotations; i++)
		if (str_is(p->annotations[i].name, name))
			return p->annotations[i].value;
	return NULL;
}

int
build_append(struct policies *set, struct policy *p, const char *id,
    size_t idlen, const char **why)
{
	*why = NULL;
	if (set->n >= CEDAR_POLICIES_MAX)
		*why = "too many policies and links in one set";
	else if (policies_find(set, id, idlen) != NULL)
		*why = "this id is already used in the set";
	if (*why != NULL) {
		errno = EBADMSG;
		return -1;
	}
	if (set->n == set->cap) {
		size_t cap = set->cap == 0 ? 16 : set->cap * 2;
		struct policy **items = reallocarray(set->items, cap,
		    sizeof(*items));

		if (items == NULL)
			return -1;
		set->items = items;
		set->cap = cap;
	}
	if ((p->id = str_new(&set->arena, id, idlen)) == NULL)
		return -1;
	set->items[set->n++] = p;
	return 0;
}

static const char *const slot_names[] = { "?principal", "?resource" };

/* Refuses a missing value for a slot, and a value without a slot. */
static int
check_slots(const struct policy *t, const struct uid *const values[2],
    const char *file, struct doc_error *e)
{
	for (int i = 0; i < 2; i++) {
		if (t->slots[i] && values[i] == NULL)
			return doc_error_set(e, file, "the link gives no "
			    "value for the template's %s", slot_names[i]);
		if (!t->slots[i] && values[i] != NULL)
			return doc_error_set(e, file, "the link gives a "
			    "value for %s, which the template does not have",
			    slot_names[i]);
	}
	return 0;
}

static const struct uid *
copy_uid(struct arena *a, const struct uid *u)
{
	const struct str *type = str_new(a, u->type->bytes, u->type->len);
	const struct str *id = str_new(a, u->id->bytes, u->id->len);

	return type == NULL || id == NULL ? NULL : uid_new(a, type, id);
}

static struct policy *
make_link(struct policies *set, const struct policy *t,
    const struct uid *const values[2])
{
	struct policy *p = arena_alloc(&set->arena, 1, sizeof(*p));

	if (p == NULL)
		return NULL;
	*p = *t;
	p->is_template = false;
	p->template = t;
	for (int i = 0; i < 2; i++)
		if (values[i] != NULL &&
		    (p->values[i] = copy_uid(&set->arena, values[i])) == NULL)
			return NULL;
	return p;
}

int
policies_link(struct policies *set, const struct str *template_id,
    const char *id, size_t idlen, const struct uid *const values[2],
    struct doc_error *e)
{
	char quoted[QUOTE_MAX], file[DOC_FILE_MAX];
	const char *why;
	const struct policy *t;
	struct policy *p;

	snprintf(file, sizeof(file), "link %s", doc_quote(quoted, id, idlen));
	t = policies_find(set, template_id->bytes, template_id->len);
	doc_quote(quoted, template_id->bytes, template_id->len);
	if (t == NULL)
		return doc_error_set(e, file, "there is no template `%s'",
		    quoted);
	if (!t->is_template)
		return doc_error_set(e, file, "`%s' is not a template: it has "
		    "neither ?principal nor ?resource", quoted);
	if (check_slots(t, values, file, e) == -1)
		return -1;
	if ((p = make_link(set, t, values)) == NULL)
		return doc_error_memory(e, file);
	if (build_append(set, p, id, idlen, &why) == -1)
		return why == NULL ? doc_error_memory(e, file) :
		    doc_error_set(e, file, "%s", why);
	return 0;
}
