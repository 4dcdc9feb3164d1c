#include "raw.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cedar/data/name.h"

int
raw_init(struct raw_schema *r, struct arena *keep, const char *file,
    struct doc_error *e)
{
	memset(r, 0, sizeof(*r));
	arena_init(&r->scratch, 0);
	r->keep = keep;
	r->file = file;
	r->e = e;
	r->last_common = &r->commons;
	r->last_entity = &r->entities;
	r->last_action = &r->actions;
	r->whole = raw_alloc(r, 1, sizeof(*r->whole) + RAW_NAME_MAX);
	r->action = raw_str(r, "Action", 6);
	return r->whole == NULL || r->action == NULL ? -1 : 0;
}

int
raw_error(struct raw_schema *r, const struct raw_place *at, const char *fmt,
    ...)
{
	char text[DOC_MESSAGE_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return doc_error_at(r->e, at->source, at->pos, "%s", text);
}

int
raw_memory(struct raw_schema *r)
{
	return doc_error_memory(r->e, r->file);
}

void *
raw_alloc(struct raw_schema *r, size_t n, size_t size)
{
	void *p = arena_alloc(&r->scratch, n, size);

	if (p == NULL)
		raw_memory(r);
	return p;
}

const struct str *
raw_str(struct raw_schema *r, const void *bytes, size_t len)
{
	const struct str *s = str_new(r->keep, bytes, len);

	if (s == NULL)
		raw_memory(r);
	return s;
}

struct raw_type *
raw_type_new(struct raw_schema *r, enum raw_kind kind,
    const struct raw_place *place)
{
	struct raw_type *t = raw_alloc(r, 1, sizeof(*t));

	if (t != NULL) {
		t->kind = kind;
		t->place = *place;
	}
	return t;
}

/* NS::NAME into dst; false when it is too long. */
static bool
join(char dst[RAW_NAME_MAX], const struct str *ns, const struct str *name,
    size_t *len)
{
	*len = (size_t)ns->len + 2 + name->len;
	if (*len >= RAW_NAME_MAX)
		return false;
	memcpy(dst, ns->bytes, ns->len);
	memcpy(dst + ns->len, "::", 2);
	memcpy(dst + ns->len + 2, name->bytes, name->len + 1);
	return true;
}

const struct str *
raw_qualify(struct raw_schema *r, const struct raw_place *place,
    const struct str *ns, const struct str *name)
{
	char whole[RAW_NAME_MAX];
	size_t len;

	if (ns == NULL && name->len < RAW_NAME_MAX)
		return name;
	if (ns != NULL && join(whole, ns, name, &len))
		return raw_str(r, whole, len);
	raw_error(r, place, "name too long: at most %d bytes with its "
	    "namespace", RAW_NAME_MAX - 1);
	return NULL;
}

unsigned
raw_candidates(struct raw_schema *r, const struct str *ns,
    const struct str *name, const struct str *out[2])
{
	unsigned n = 0;
	size_t len;

	if (ns != NULL && strstr(name->bytes, "::") == NULL &&
	    join(r->whole->bytes, ns, name, &len)) {
		r->whole->len = (uint32_t)len;
		r->whole->hash = str_hash(r->whole->bytes, len);
		out[n++] = r->whole;
	}
	out[n++] = name;
	return n;
}

/* By name, then in the order of the text. */
static int
compare_attrs(const void *pa, const void *pb)
{
	const struct raw_attr *a = *(struct raw_attr *const *)pa;
	const struct raw_attr *b = *(struct raw_attr *const *)pb;
	int c = str_compare(a->name, b->name);

	if (c != 0)
		return c;
	return (a->type->place.pos > b->type->place.pos) -
	    (a->type->place.pos < b->type->place.pos);
}

int
raw_record_close(struct raw_schema *r, struct raw_type *t)
{
	uint32_t n = 0, kept = 0;

	for (struct raw_attr *a = t->first; a != NULL; a = a->next)
		n++;
	if ((t->attrs = raw_alloc(r, n, sizeof(*t->attrs))) == NULL)
		return -1;
	n = 0;
	for (struct raw_attr *a = t->first; a != NULL; a = a->next)
		t->attrs[n++] = a;
	qsort(t->attrs, n, sizeof(*t->attrs), compare_attrs);
	for (uint32_t i = 0; i < n; i++)
		if (i + 1 == n ||
		    !str_equal(t->attrs[i]->name, t->attrs[i + 1]->name))
			t->attrs[kept++] = t->attrs[i];
	t->nattrs = kept;
	return 0;
}

static bool
one_of(const char *const *words, size_t n, const char *s, size_t len)
{
	for (size_t i = 0; i < n; i++)
		if (strlen(words[i]) == len && memcmp(words[i], s, len) == 0)
			return true;
	return false;
}
#define ONE_OF(words, s, len) \
	one_of(words, sizeof(words) / sizeof((words)[0]), s, len)

bool
raw_is_reserved(const char *s, size_t len)
{
	return name_is_reserved(s, len) && !(len == strlen(NAME_CEDAR) &&
	    memcmp(s, NAME_CEDAR, len) == 0);
}

bool
raw_has_cedar(const struct str *path)
{
	const char *s = path->bytes, *end;

	for (;; s = end + 2) {
		size_t n = (end = strstr(s, "::")) == NULL ? strlen(s) :
		    (size_t)(end - s);

		if (n == strlen(NAME_CEDAR) && memcmp(s, NAME_CEDAR, n) == 0)
			return true;
		if (end == NULL)
			return false;
	}
}

static int
declare(struct raw_schema *r, struct name_table *t, const struct str *a,
    const struct str *b, void *item)
{
	return table_put(t, a, b, item) == -1 ? raw_memory(r) : 0;
}

static int
twice(struct raw_schema *r, const struct raw_place *at,
    const struct raw_place *first, const char *what, const struct str *name)
{
	char quoted[QUOTE_MAX];

	return raw_error(r, at, "%s `%s' is declared twice; the first is at "
	    "%s:%u", what, doc_quote(quoted, name->bytes, name->len),
	    first->source->file, doc_line(first->source, first->pos));
}

int
raw_add_common(struct raw_schema *r, struct raw_common *c)
{
	static const char *const words[] = { "Bool", "Boolean", "Entity",
	    "Extension", "Long", "Record", "Set", "String", NAME_CEDAR };
	const struct raw_common *first;

	if (ONE_OF(words, c->base->bytes, c->base->len))
		return raw_error(r, &c->place, "`%s' is reserved: a common "
		    "type needs another name", c->base->bytes);
	if ((c->name = raw_qualify(r, &c->place, c->ns, c->base)) == NULL)
		return -1;
	if ((first = table_get(&r->common_names, c->name, NULL)) != NULL)
		return twice(r, &c->place, &first->place, "common type",
		    c->name);
	*r->last_common = c;
	r->last_common = &c->next;
	return declare(r, &r->common_names, c->name, NULL, c);
}

int
raw_add_entity(struct raw_schema *r, struct raw_entity *t)
{
	static const char *const words[] = { "Action", NAME_CEDAR };
	const struct raw_entity *first;

	if (ONE_OF(words, t->base->bytes, t->base->len))
		return raw_error(r, &t->place, "`%s' is reserved: an entity "
		    "type needs another name", t->base->bytes);
	if ((t->name = raw_qualify(r, &t->place, t->ns, t->base)) == NULL)
		return -1;
	if ((first = table_get(&r->entity_names, t->name, NULL)) != NULL)
		return twice(r, &t->place, &first->place, "entity type",
		    t->name);
	*r->last_entity = t;
	r->last_entity = &t->next;
	r->nentities++;
	return declare(r, &r->entity_names, t->name, NULL, t);
}

/* NS::Action, one string for all actions of a namespace. */
static const struct str *
action_type(struct raw_schema *r, const struct raw_action *a)
{
	const struct str *type;
	struct name_table_slot *known;

	type = raw_qualify(r, &a->place, a->ns, r->action);
	if (type == NULL)
		return NULL;
	if ((known = table_get(&r->action_types, type, NULL)) != NULL)
		return known->a;
	if ((known = raw_alloc(r, 1, sizeof(*known))) == NULL)
		return NULL;
	known->a = type;
	return declare(r, &r->action_types, type, NULL, known) == -1 ? NULL :
	    type;
}

int
raw_add_action(struct raw_schema *r, struct raw_action *a,
    const struct str *id)
{
	const struct raw_action *first;
	const struct str *type;

	if ((type = action_type(r, a)) == NULL)
		return -1;
	if ((first = table_get(&r->action_names, type, id)) != NULL)
		return twice(r, &a->place, &first->place, "action", id);
	if ((a->uid = uid_new(r->keep, type, id)) == NULL)
		return raw_memory(r);
	*r->last_action = a;
	r->last_action = &a->next;
	r->nactions++;
	return declare(r, &r->action_names, type, id, a);
}
