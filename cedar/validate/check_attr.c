/* Attributes and tags: those that may be missing must be tested for first. */
#include "check.h"

#include <stdio.h>
#include <string.h>

#include "lib/doc/suggest.h"

#define KINDS_HOLDER	(KIND(V_ENTITY) | KIND(V_RECORD))
#define HOLDER		"an entity or a record"

struct attribute {
	const struct vtype	*type;
	bool			 required;
};

static const struct record_type *
shape_of(const struct type_checker *c, const struct vtype *entity)
{
	const struct entity_type *e = schema_entity(c->schema,
	    entity->entity);

	return e == NULL ? NULL : e->shape;
}

/* False: the entity or record has no such attribute; an action has none. */
static bool
find(struct type_checker *c, const struct vtype *on, const struct str *name,
    struct attribute *a)
{
	const struct record_type *shape;
	const struct vattr *attr;

	if (on->kind == V_ENTITY) {
		if ((shape = shape_of(c, on)) == NULL)
			return false;
		on = types_of_record(c->types, shape);
	}
	if ((attr = types_attr(on, name)) == NULL)
		return false;
	a->type = attr->type;
	a->required = attr->required;
	return true;
}

/* "it has a, b and 3 more", for a misspelled name. */
static void
list_attrs(struct type_checker *c, const struct vtype *on, char dst[160])
{
	char name[SHOWN_MAX];
	size_t len = 0;

	if (on->kind == V_ENTITY)
		on = shape_of(c, on) == NULL ? on :
		    types_of_record(c->types, shape_of(c, on));
	snprintf(dst, 160, "it has no attributes");
	for (uint32_t i = 0; on->kind == V_RECORD && i < on->n; i++) {
		report_str(on->attrs[i].name, name);
		if (len + strlen(name) > 120) {
			snprintf(dst + len, 160 - len, " and %u more",
			    on->n - i);
			return;
		}
		len += (size_t)snprintf(dst + len, 160 - len, "%s`%s'",
		    i == 0 ? "it has " : ", ", name);
	}
}

/*
 * The record that `.' is applied to, as the policy names it: `context.limits';
 * else its type, shortened.  Entities are named by their type.
 */
static const char *
name_holder(struct type_checker *c, uint32_t self, const struct vtype *on,
    char dst[SHOWN_MAX])
{
	const struct expr_node *nodes = c->policy->nodes;
	uint32_t root = self - 1, first = root;
	char name[SHOWN_MAX];
	size_t len;

	while (first > 0 && nodes[first].op == OP_GET)
		first--;
	if (on->kind != V_RECORD || nodes[first].op != OP_VAR) {
		snprintf(dst, SHOWN_MAX, "%s", on->kind == V_RECORD ?
		    "this record" : check_name(c, on));
		return dst;
	}
	len = (size_t)snprintf(dst, SHOWN_MAX, "`%s",
	    expr_var_text(nodes[first].u.var));
	while (first++ < root && len < SHOWN_MAX)
		len += (size_t)snprintf(dst + len, SHOWN_MAX - len, ".%s",
		    report_str(nodes[first].u.names[0], name));
	if (len < SHOWN_MAX - 1)
		snprintf(dst + len, SHOWN_MAX - len, "'");
	return dst;
}

/* "did you mean `NAME'? ", also for an attribute of an attribute, or "". */
static void
suggest_attr(struct type_checker *c, const struct vtype *on,
    const struct str *name, char dst[SUGGEST_TEXT_MAX])
{
	char outer[SHOWN_MAX], inner[SHOWN_MAX];
	struct suggest near;

	dst[0] = '\0';
	if (on->kind == V_ENTITY)
		on = shape_of(c, on) == NULL ? on :
		    types_of_record(c->types, shape_of(c, on));
	if (on->kind != V_RECORD)
		return;
	suggest_init(&near, name->bytes, name->len);
	for (uint32_t i = 0; i < on->n; i++)
		suggest_try(&near, on->attrs[i].name->bytes,
		    on->attrs[i].name->len, NULL);
	suggest_text(&near, dst);
	for (uint32_t i = 0; i < on->n; i++)
		if (on->attrs[i].type->kind == V_RECORD &&
		    types_attr(on->attrs[i].type, name) != NULL)
			snprintf(dst, SUGGEST_TEXT_MAX, "did you mean "
			    "`%.32s.%.32s'? ",
			    report_str(on->attrs[i].name, outer),
			    report_str(name, inner));
}

static void
report_unknown(struct type_checker *c, uint32_t self, const struct vtype *on,
    const struct str *name)
{
	char shown[SHOWN_MAX], holder[SHOWN_MAX], list[160];
	char hint[SUGGEST_TEXT_MAX];

	list_attrs(c, on, list);
	suggest_attr(c, on, name, hint);
	check_error(c, FINDING_UNKNOWN_ATTRIBUTE, self,
	    "%s has no attribute `%s': %s%s", name_holder(c, self, on, holder),
	    report_str(name, shown), hint, list);
}

static void
report_missing(struct type_checker *c, uint32_t self, const struct vtype *on,
    const struct str *name)
{
	char shown[SHOWN_MAX], holder[SHOWN_MAX];

	report_str(name, shown);
	check_error(c, FINDING_MAYBE_MISSING, self, "attribute `%s' of %s is "
	    "optional: test `has %s' on the same expression first, before && "
	    "or in an if", shown, name_holder(c, self, on, holder), shown);
}

void
check_get(struct type_checker *c, uint32_t self)
{
	const struct str *name = c->policy->nodes[self].u.names[0];
	struct cell on = check_pop(c);
	struct attribute a = { 0 };
	bool ok = true;

	check_expect(c, &on, KINDS_HOLDER, "`.'", HOLDER);
	if (on.type == NULL) {
		ok = false;
	} else if (!find(c, on.type, name, &a)) {
		report_unknown(c, self, on.type, name);
		ok = false;
	} else if (!a.required &&
	    !caps_has(c->prior, c->facts[self].caps[0])) {
		report_missing(c, self, on.type, name);
		ok = false;
	}
	check_push(c, self, on.ok && ok, a.type, NULL);
}

/*
 * One name of `has'.  Only a record's required attribute certainly exists: an
 * entity that is not in the store has no attributes.
 */
static struct cell
has_one(struct type_checker *c, const struct vtype *on, const struct str *name,
    uint32_t cap, struct attribute *a)
{
	struct cell has = { .ok = true };
	bool sure;

	if (!find(c, on, name, a)) {
		has.type = check_truth(c, true, false);
		return has;
	}
	sure = caps_has(c->prior, cap) || (a->required && on->kind == V_RECORD);
	has.type = check_truth(c, sure, true);
	has.caps = caps_one(&c->arena, cap, &c->failed);
	return has;
}

/* has a.b.c is has a && .a has b && .a.b has c. */
void
check_has(struct type_checker *c, uint32_t self)
{
	const struct expr_node *n = &c->policy->nodes[self];
	struct cell on = check_pop(c), all = { 0 }, one;
	struct attribute a = { .type = NULL };

	for (unsigned i = 0; i < n->nargs; i++) {
		check_expect(c, &on, KINDS_HOLDER, "`has'", HOLDER);
		if (on.type == NULL) {
			check_push(c, self, false, c->types->basic[V_BOOL],
			    NULL);
			return;
		}
		one = has_one(c, on.type, n->u.names[i],
		    c->facts[self].caps[i], &a);
		all = i == 0 ? one : check_and(c, all, one);
		if (check_cell_is(one, V_FALSE))
			break;
		on.type = a.type;
	}
	check_push(c, self, on.ok, all.type, all.caps);
}

static const struct vtype *
tags_of(struct type_checker *c, const struct vtype *entity)
{
	const struct entity_type *e = schema_entity(c->schema,
	    entity->entity);

	return e == NULL || e->tags == NULL ? NULL :
	    types_of(c->types, e->tags);
}

/* The operands of hasTag and getTag: an entity and a string. */
static bool
pop_tag(struct type_checker *c, uint32_t self, struct cell *on)
{
	const char *who = c->policy->nodes[self].op == OP_GET_TAG ?
	    "getTag()" : "hasTag()";
	struct cell key = check_pop(c);

	*on = check_pop(c);
	check_expect(c, on, KIND(V_ENTITY), who, "an entity");
	check_expect(c, &key, KIND(V_STRING), who, "a String as the key");
	return on->ok && key.ok;
}

void
check_has_tag(struct type_checker *c, uint32_t self)
{
	struct cell on;
	bool ok = pop_tag(c, self, &on), some, sure;

	if (on.type == NULL) {
		check_push(c, self, false, NULL, NULL);
		return;
	}
	some = tags_of(c, on.type) != NULL;
	sure = some && caps_has(c->prior, c->facts[self].caps[0]);
	check_push(c, self, ok, check_truth(c, !some || sure, sure),
	    caps_one(&c->arena, c->facts[self].caps[0], &c->failed));
}

void
check_get_tag(struct type_checker *c, uint32_t self)
{
	const struct vtype *type = NULL;
	struct cell on;
	bool ok = pop_tag(c, self, &on);

	if (on.type == NULL) {
		ok = false;
	} else if ((type = tags_of(c, on.type)) == NULL) {
		check_error(c, FINDING_TAG, self, "%s has no tags",
		    check_name(c, on.type));
		ok = false;
	} else if (!caps_has(c->prior, c->facts[self].caps[0])) {
		check_error(c, FINDING_TAG, self, "this tag of %s may be "
		    "missing: test hasTag() with the same key first, before "
		    "&& or in an if", check_name(c, on.type));
		type = NULL;
		ok = false;
	}
	check_push(c, self, ok, type, NULL);
}
