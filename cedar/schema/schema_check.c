#include "schema.h"

#include <stdio.h>
#include <string.h>

#include "cedar/data/name.h"
#include "lib/doc/suggest.h"

/* A set or record being checked, and its type. */
struct check_level {
	const struct type	*type;
	const struct value	*value;
	uint32_t		 next;	/* item or field to look at */
};

struct checker {
	const struct schema	*schema;
	struct doc_error	*e;
	struct check_level		 open[CEDAR_DEPTH_MAX];
	unsigned		 n;
};

#define PATH_MAX_SHOWN	96	/* of a place inside a value */

static int
refuse(struct doc_error *e, const char *text)
{
	return doc_error_set(e, "", "%s", text);
}

/* Type::"id" */
static const char *
show_uid(char *dst, size_t cap, const struct uid *u)
{
	char id[QUOTE_MAX];

	snprintf(dst, cap, "%s::\"%s\"", u->type->bytes,
	    doc_quote(id, u->id->bytes, u->id->len));
	return dst;
}

/* " in a.b[].c", or "" at the top. */
static const char *
show_place(const struct checker *c, char dst[PATH_MAX_SHOWN])
{
	size_t len = 0;

	dst[0] = '\0';
	for (unsigned i = 0; i < c->n && len < PATH_MAX_SHOWN; i++) {
		const struct check_level *o = &c->open[i];
		const struct record *r = o->value->record;
		const struct str *name = o->value->kind == VALUE_RECORD &&
		    o->next > 0 ? r->fields[o->next - 1].name : NULL;
		char quoted[QUOTE_MAX];

		if (o->next == 0)
			break;
		len += (size_t)snprintf(dst + len, PATH_MAX_SHOWN - len,
		    "%s%s%s", i == 0 ? " in " : name != NULL ? "." : "",
		    i == 0 && name == NULL ? "the set" : "", name == NULL ?
		    i == 0 ? "" : "[]" :
		    doc_quote(quoted, name->bytes, name->len));
	}
	return dst;
}

/* Reports a value of another type. */
static int
refuse_kind(struct checker *c, const struct type *type,
    const struct value *v)
{
	char place[PATH_MAX_SHOWN], uid[256];
	struct arena a;

	arena_init(&a, 0);
	if (v->kind == VALUE_ENTITY)
		show_uid(uid, sizeof(uid), v->uid);
	doc_error_set(c->e, "", "expected %s, not %s%s", schema_type_format(&a,
	    type), v->kind == VALUE_ENTITY ? uid :
	    value_kind_name(v->kind), show_place(c, place));
	arena_free(&a);
	return -1;
}

static int
refuse_attr(struct checker *c, const char *what, const struct str *name)
{
	char place[PATH_MAX_SHOWN], quoted[QUOTE_MAX];

	return doc_error_set(c->e, "", "%s `%s'%s", what,
	    doc_quote(quoted, name->bytes, name->len), show_place(c, place));
}

bool
schema_has_id(const struct entity_type *t, const struct str *id)
{
	uint32_t low = 0, high = t->nids;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;
		int c = str_compare(t->ids[mid], id);

		if (c == 0)
			return true;
		if (c < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return t->ids == NULL;
}

/* An entity's name in a value: an action and an enumerated id must exist. */
static int
check_uid(const struct schema *s, const struct uid *u, struct doc_error *e)
{
	const struct entity_type *t;
	char uid[256], text[384];

	if (name_is_action(u->type->bytes, u->type->len)) {
		if (schema_action(s, u) != NULL)
			return 0;
		snprintf(text, sizeof(text), "no action %s in the schema",
		    show_uid(uid, sizeof(uid), u));
		return refuse(e, text);
	}
	t = schema_entity(s, u->type);
	if (t == NULL || schema_has_id(t, u->id))
		return 0;
	snprintf(text, sizeof(text), "%s is none of the enumerated %s",
	    show_uid(uid, sizeof(uid), u), u->type->bytes);
	return refuse(e, text);
}

/* Refuses unknown and missing attributes. */
static int
check_names(struct checker *c, const struct record_type *type,
    const struct record *r)
{
	uint32_t i = 0, k = 0;

	while (i < type->n || k < r->n) {
		const struct attr_type *a = &type->attrs[i];
		int order = i == type->n ? 1 : k == r->n ? -1 :
		    str_compare(a->name, r->fields[k].name);

		if (order > 0)
			return refuse_attr(c, "unknown attribute",
			    r->fields[k].name);
		if (order < 0 && a->required)
			return refuse_attr(c, "no attribute", a->name);
		i++;
		k += order == 0;
	}
	return 0;
}

static const enum value_kind kinds[] = {
	[TYPE_BOOL] = VALUE_BOOL, [TYPE_LONG] = VALUE_LONG,
	[TYPE_STRING] = VALUE_STRING, [TYPE_DECIMAL] = VALUE_DECIMAL,
	[TYPE_IP] = VALUE_IP, [TYPE_DATETIME] = VALUE_DATETIME,
	[TYPE_DURATION] = VALUE_DURATION, [TYPE_ENTITY] = VALUE_ENTITY,
	[TYPE_SET] = VALUE_SET, [TYPE_RECORD] = VALUE_RECORD,
};

/* Checks one value without its parts, which it opens. */
static int
check_one(struct checker *c, const struct type *type, const struct value *v)
{
	if (kinds[type->kind] != v->kind || (v->kind == VALUE_ENTITY &&
	    !str_equal(type->entity, v->uid->type)))
		return refuse_kind(c, type, v);
	if (v->kind == VALUE_ENTITY)
		return check_uid(c->schema, v->uid, c->e);
	if (v->kind == VALUE_RECORD &&
	    check_names(c, type->record, v->record) == -1)
		return -1;
	if (v->kind != VALUE_RECORD && v->kind != VALUE_SET)
		return 0;
	if (c->n == CEDAR_DEPTH_MAX)
		return refuse(c->e, "values nested too deeply");
	c->open[c->n++] = (struct check_level){ type, v, 0 };
	return 0;
}

/* The next value in the innermost set or record, with its type; or NULL. */
static const struct value *
next_value(struct check_level *o, const struct type **type)
{
	const struct record_field *f;

	if (o->value->kind == VALUE_SET) {
		*type = o->type->element;
		return o->next == o->value->set->n ? NULL :
		    &o->value->set->items[o->next++];
	}
	if (o->next == o->value->record->n)
		return NULL;
	f = &o->value->record->fields[o->next++];
	*type = &schema_attr(o->type->record, f->name)->type;
	return &f->value;
}

int
schema_check_value(const struct schema *s, const struct type *type,
    struct value value, struct doc_error *e)
{
	struct checker c = { .schema = s, .e = e, .n = 0 };
	const struct value *v;

	if (check_one(&c, type, &value) == -1)
		return -1;
	while (c.n > 0) {
		if ((v = next_value(&c.open[c.n - 1], &type)) == NULL)
			c.n--;
		else if (check_one(&c, type, v) == -1)
			return -1;
	}
	return 0;
}

/* An action among entities must be the same as in the schema. */
static int
check_action(const struct schema *s, const struct entity *t,
    struct doc_error *e)
{
	const struct action_type *a = schema_action(s, t->uid);
	uint32_t found = 0;

	if (a == NULL)
		return check_uid(s, t->uid, e);
	if (t->attrs->n > 0 || t->tags->n > 0)
		return refuse(e, "an action has no attributes and no tags");
	for (uint32_t i = 0; i < a->nancestors; i++)
		for (uint32_t k = 0; k < t->nancestors; k++)
			if (uid_equal(a->ancestors[i], t->ancestors[k])) {
				found++;
				break;
			}
	if (found == a->nancestors && found == t->nancestors)
		return 0;
	return refuse(e, "the action has other parents than in the schema; "
	    "leave it out: the schema adds it");
}

static int
check_ancestor(const struct schema *s, const struct entity *t,
    const struct uid *ancestor, struct doc_error *e)
{
	char text[384], uid[256], groups[SUGGEST_TEXT_MAX];
	struct suggest all;

	if (check_uid(s, ancestor, e) == -1)
		return -1;
	if (schema_may_be_in(s, t->uid->type, ancestor->type))
		return 0;
	suggest_init(&all, "", 0);
	for (uint32_t i = 0; i < s->nentities; i++)
		if (schema_may_be_in(s, t->uid->type, s->entities[i].name))
			suggest_try(&all, s->entities[i].name->bytes,
			    s->entities[i].name->len, NULL);
	snprintf(text, sizeof(text), "an entity of type %s may not be in %s; "
	    "of the types that it may be in %s", t->uid->type->bytes,
	    show_uid(uid, sizeof(uid), ancestor), suggest_hint(&all, groups));
	return refuse(e, text);
}

static int
check_tags(const struct schema *s, const struct entity_type *type,
    const struct record *tags, struct doc_error *e)
{
	char text[256], quoted[QUOTE_MAX];

	for (uint32_t i = 0; i < tags->n; i++) {
		const struct record_field *f = &tags->fields[i];

		doc_quote(quoted, f->name->bytes, f->name->len);
		if (type->tags == NULL) {
			snprintf(text, sizeof(text), "tag `%s': entities of "
			    "this type have no tags", quoted);
			return refuse(e, text);
		}
		if (schema_check_value(s, type->tags, f->value, e) == -1) {
			snprintf(text, sizeof(text), "tag `%s': %.160s",
			    quoted, e->text);
			return refuse(e, text);
		}
	}
	return 0;
}

int
schema_check_entity(const struct schema *s, const struct entity *t,
    struct doc_error *e)
{
	const struct entity_type *type;
	struct type shape = { .kind = TYPE_RECORD };

	if (name_is_action(t->uid->type->bytes, t->uid->type->len))
		return check_action(s, t, e);
	if ((type = schema_entity(s, t->uid->type)) == NULL)
		return doc_error_set(e, "", "unknown entity type `%s'",
		    t->uid->type->bytes);
	shape.record = type->shape;
	if (check_uid(s, t->uid, e) == -1 || schema_check_value(s, &shape,
	    (struct value){ .kind = VALUE_RECORD, .record = t->attrs },
	    e) == -1 || check_tags(s, type, t->tags, e) == -1)
		return -1;
	for (uint32_t i = 0; i < t->nparents; i++)
		if (check_ancestor(s, t, t->parents[i], e) == -1)
			return -1;
	for (uint32_t i = 0; i < t->nancestors; i++)
		if (check_ancestor(s, t, t->ancestors[i], e) == -1)
			return -1;
	return 0;
}

/* A principal or resource: its type must exist and the action apply to it. */
static int
check_party(const struct schema *s, const char *what, const struct uid *u,
    struct doc_error *e)
{
	if (schema_entity(s, u->type) == NULL)
		return doc_error_set(e, "", "%s: unknown entity type `%s'",
		    what, u->type->bytes);
	return check_uid(s, u, e);
}

static int
check_applies(const char *what, const struct uid *u,
    const struct str *const *types, uint32_t n, struct doc_error *e)
{
	for (uint32_t i = 0; i < n; i++)
		if (str_equal(types[i], u->type))
			return 0;
	return doc_error_set(e, "", "the action does not apply to a %s of "
	    "type %s", what, u->type->bytes);
}

int
schema_check_request(const struct schema *s, const struct authz_request *r,
    struct doc_error *e)
{
	struct type context = { .kind = TYPE_RECORD };
	const struct action_type *a;
	char uid[256];

	if (check_party(s, "principal", r->principal, e) == -1 ||
	    check_party(s, "resource", r->resource, e) == -1)
		return -1;
	if ((a = schema_action(s, r->action)) == NULL)
		return doc_error_set(e, "", "no action %s in the schema",
		    show_uid(uid, sizeof(uid), r->action));
	if (check_applies("principal", r->principal, a->principals,
	    a->nprincipals, e) == -1 || check_applies("resource",
	    r->resource, a->resources, a->nresources, e) == -1)
		return -1;
	context.record = a->context;
	return schema_check_value(s, &context, (struct value){
	    .kind = VALUE_RECORD, .record = r->context }, e);
}
