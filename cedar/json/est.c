#include "est.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cedar/data/name.h"
#include "cedar/data/value_form.h"

/* The scope. */

struct scope_form {
	const char		*op;
	enum scope_op		 scope;
	const struct doc_field	*fields;	/* "op" first */
	size_t			 nfields;
};

enum { OP_FIELD, ENTITY, OTHER, SCOPE_FIELDS };

#define OP_STRING	{ "op", DOC_MAY(STRING), false }

static const struct doc_field any_fields[] = { OP_STRING };
static const struct doc_field entity_fields[] = {
	OP_STRING, { "entity", 0, true }, { "slot", DOC_MAY(STRING), true },
};
static const struct doc_field is_fields[] = {
	OP_STRING, { "entity_type", DOC_MAY(STRING), false },
	{ "in", DOC_MAY(OBJECT) | DOC_MAY(NULL), true },
};
static const struct doc_field action_fields[] = {
	OP_STRING, { "entity", 0, false },
};
static const struct doc_field actions_fields[] = {
	OP_STRING, { "entity", 0, true },
	{ "entities", DOC_MAY(ARRAY), true },
};

static const struct scope_form scope_forms[] = {
	{ "All", SCOPE_ANY, any_fields, 1 },
	{ "all", SCOPE_ANY, any_fields, 1 },
	{ "==", SCOPE_EQ, entity_fields, 3 },
	{ "in", SCOPE_IN, entity_fields, 3 },
	{ "is", SCOPE_IS, is_fields, 3 },
};
static const struct scope_form action_forms[] = {
	{ "All", SCOPE_ANY, any_fields, 1 },
	{ "all", SCOPE_ANY, any_fields, 1 },
	{ "==", SCOPE_EQ, action_fields, 2 },
	{ "in", SCOPE_IN, actions_fields, 3 },
};
#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

/* Reads an entity; the type of an action must be called Action. */
static int
read_uid(struct est *s, enum var var, uint32_t node, const struct uid **uid)
{
	char quoted[QUOTE_MAX];

	if (value_form_read_entity(uid, &s->b.set->arena, s->d, node, s->e) ==
	    -1)
		return -1;
	if (var == VAR_ACTION &&
	    !name_is_action((*uid)->type->bytes, (*uid)->type->len))
		return doc_error(s->d, node, s->e, "expected an entity of "
		    "type Action (in any namespace), not of type `%s'",
		    doc_quote(quoted, (*uid)->type->bytes,
		    (*uid)->type->len));
	return 0;
}

static int
read_entity(struct est *s, enum var var, uint32_t node, struct scope *scope)
{
	const struct uid *uid;

	if (read_uid(s, var, node, &uid) == -1)
		return -1;
	scope->nuids = 1;
	scope->uids = build_uids(&s->b, &uid, 1);
	return scope->uids == NULL ? -1 : 0;
}

static int
read_slot(struct est *s, enum var var, uint32_t node, struct scope *scope)
{
	const struct str *slot = s->d->nodes[node].str;

	if (slot->len == 0 || slot->bytes[0] != '?' ||
	    strlen(expr_var_text(var)) != slot->len - 1 ||
	    memcmp(slot->bytes + 1, expr_var_text(var), slot->len - 1) != 0)
		return doc_error(s->d, node, s->e, "expected \"?%s\", the "
		    "slot for this place", expr_var_text(var));
	scope->slot = true;
	return 0;
}

/* Reads either the entity or the slot of `node'. */
static int
read_entity_or_slot(struct est *s, enum var var, uint32_t node,
    const uint32_t *found, struct scope *scope)
{
	if ((found[ENTITY] == 0) == (found[OTHER] == 0))
		return doc_error(s->d, node, s->e, "expected either `entity' "
		    "or `slot' here");
	return found[ENTITY] != 0 ?
	    read_entity(s, var, found[ENTITY], scope) :
	    read_slot(s, var, found[OTHER], scope);
}

static int
read_actions(struct est *s, uint32_t node, const uint32_t *found,
    struct scope *scope)
{
	uint32_t list = found[OTHER], n = 0;
	const struct uid **uids;

	if ((found[ENTITY] == 0) == (list == 0))
		return doc_error(s->d, node, s->e, "expected either `entity' "
		    "or `entities' here");
	if (list == 0)
		return read_entity(s, VAR_ACTION, found[ENTITY], scope);
	uids = arena_alloc(&s->b.set->arena, s->d->nodes[list].count,
	    sizeof(*uids));
	if (uids == NULL)
		return build_memory(&s->b);
	for (uint32_t c = doc_first(s->d, list); c != 0;
	    c = doc_next(s->d, list, c))
		if (read_uid(s, VAR_ACTION, c, &uids[n++]) == -1)
			return -1;
	scope->op = SCOPE_IN_SET;
	scope->nuids = n;
	scope->uids = uids;
	return 0;
}

/* `is T', optionally `in' an entity or slot: found[] are entity_type, in. */
static int
read_is(struct est *s, enum var var, const uint32_t *found,
    struct scope *scope)
{
	uint32_t inner[SCOPE_FIELDS] = { 0 };

	if (est_type(s, found[1], &scope->type) == -1)
		return -1;
	if (found[2] == 0 || s->d->nodes[found[2]].kind == DOC_NULL)
		return 0;
	if (doc_fields(s->d, found[2], entity_fields + 1, 2, inner + 1,
	    s->e) == -1)
		return -1;
	scope->op = SCOPE_IS_IN;
	return read_entity_or_slot(s, var, found[2], inner, scope);
}

static const struct scope_form *
find_scope(const struct str *op, enum var var)
{
	const struct scope_form *forms = var == VAR_ACTION ?
	    action_forms : scope_forms;
	size_t n = var == VAR_ACTION ? COUNT(action_forms) :
	    COUNT(scope_forms);

	for (size_t i = 0; i < n; i++)
		if (str_is(op, forms[i].op))
			return &forms[i];
	return NULL;
}

static int
read_scope(struct est *s, enum var var, uint32_t node, struct scope *scope)
{
	uint32_t op = doc_get(s->d, node, "op"), found[SCOPE_FIELDS] = { 0 };
	const struct scope_form *form;

	scope->pos = s->d->nodes[node].pos;
	if (op == 0 || s->d->nodes[op].kind != DOC_STRING)
		return doc_error(s->d, node, s->e, "expected an object with "
		    "an \"op\"");
	form = find_scope(s->d->nodes[op].str, var);
	if (form == NULL)
		return doc_error(s->d, op, s->e, "expected \"All\", \"==\"%s",
		    var == VAR_ACTION ? " or \"in\"" :
		    ", \"in\" or \"is\"");
	if (doc_fields(s->d, node, form->fields, form->nfields, found,
	    s->e) == -1)
		return -1;
	scope->op = form->scope;
	if (form->fields == any_fields)
		return 0;
	if (form->fields == is_fields)
		return read_is(s, var, found, scope);
	if (form->fields == actions_fields)
		return read_actions(s, node, found, scope);
	if (form->fields == action_fields)
		return read_entity(s, var, found[ENTITY], scope);
	return read_entity_or_slot(s, var, node, found, scope);
}

/* The rest of a policy. */

static int
read_effect(struct est *s, uint32_t node)
{
	const struct str *effect = s->d->nodes[node].str;

	s->b.policy.forbid = str_is(effect, "forbid");
	if (!s->b.policy.forbid && !str_is(effect, "permit"))
		return doc_error(s->d, node, s->e, "expected \"permit\" or "
		    "\"forbid\"");
	return 0;
}

static int
read_annotation(struct est *s, uint32_t node)
{
	const struct doc_node *n = &s->d->nodes[node];
	const struct str *name, *value = NULL;
	char quoted[QUOTE_MAX];

	if (!name_is_word(n->key->bytes, n->key->len))
		return doc_error_key(s->d, node, s->e, "`%s' cannot be an "
		    "annotation; expected letters, digits and _",
		    doc_quote(quoted, n->key->bytes, n->key->len));
	if (n->kind != DOC_STRING && n->kind != DOC_NULL)
		return doc_error_kind(s->d, node, s->e, "a string or null");
	name = build_str(&s->b, n->key->bytes, n->key->len);
	if (name == NULL)
		return -1;
	if (n->kind == DOC_STRING &&
	    (value = build_str(&s->b, n->str->bytes, n->str->len)) == NULL)
		return -1;
	return build_annotation(&s->b, name, value);
}

static int
read_condition(struct est *s, uint32_t node)
{
	static const struct doc_field fields[] = {
		{ "kind", DOC_MAY(STRING), false }, { "body", 0, false },
	};
	const struct str *kind;
	uint32_t found[2];

	if (doc_fields(s->d, node, fields, 2, found, s->e) == -1)
		return -1;
	kind = s->d->nodes[found[0]].str;
	if (!str_is(kind, "when") && !str_is(kind, "unless"))
		return doc_error(s->d, found[0], s->e, "expected \"when\" or "
		    "\"unless\"");
	if (build_when(&s->b, str_is(kind, "unless"),
	    s->d->nodes[node].pos) == -1 || est_expr(s, found[1]) == -1)
		return -1;
	return build_when_end(&s->b);
}

static int
read_each(struct est *s, uint32_t container,
    int (*read)(struct est *, uint32_t))
{
	if (container == 0)
		return 0;
	for (uint32_t c = doc_first(s->d, container); c != 0;
	    c = doc_next(s->d, container, c))
		if (read(s, c) == -1)
			return -1;
	return 0;
}

/* Bytes of the node's text, up to the next node. */
static size_t
node_bytes(const struct doc *d, uint32_t node)
{
	uint32_t next = d->nodes[node].next;

	return (next == d->n ? d->source.len : d->nodes[next].pos) -
	    d->nodes[node].pos;
}

static int
read_policy(struct est *s, uint32_t node, const char *id, size_t idlen)
{
	enum { EFFECT, PRINCIPAL, ACTION, RESOURCE, CONDITIONS, ANNOTATIONS };
	static const struct doc_field fields[] = {
		[EFFECT] = { "effect", DOC_MAY(STRING), false },
		[PRINCIPAL] = { "principal", DOC_MAY(OBJECT), false },
		[ACTION] = { "action", DOC_MAY(OBJECT), false },
		[RESOURCE] = { "resource", DOC_MAY(OBJECT), false },
		[CONDITIONS] = { "conditions", DOC_MAY(ARRAY), false },
		[ANNOTATIONS] = { "annotations", DOC_MAY(OBJECT), true },
	};
	uint32_t found[COUNT(fields)];
	struct policy *p = &s->b.policy;

	if (doc_fields(s->d, node, fields, COUNT(fields), found, s->e) == -1 ||
	    build_start(&s->b, s->d->nodes[node].pos) == -1 ||
	    read_effect(s, found[EFFECT]) == -1 ||
	    read_scope(s, VAR_PRINCIPAL, found[PRINCIPAL],
	    &p->principal) == -1 ||
	    read_scope(s, VAR_ACTION, found[ACTION], &p->action) == -1 ||
	    read_scope(s, VAR_RESOURCE, found[RESOURCE],
	    &p->resource) == -1 ||
	    read_each(s, found[ANNOTATIONS], read_annotation) == -1 ||
	    read_each(s, found[CONDITIONS], read_condition) == -1)
		return -1;
	return build_finish(&s->b, id, idlen,
	    s->d->nodes[node].pos + node_bytes(s->d, node));
}

static int
est_open(struct est *s, struct policies *set, const struct doc *d,
    size_t bytes, struct doc_error *e)
{
	memset(s, 0, sizeof(*s));
	s->d = d;
	s->e = e;
	return build_open(&s->b, set, &d->source, bytes, e);
}

static int
est_close(struct est *s, int rc)
{
	int saved = errno;

	free(s->tasks);
	free(s->names);
	errno = saved;
	return build_close(&s->b, rc);
}

int
policies_add_json(struct policies *set, const struct doc *d, uint32_t node,
    const char *id, size_t idlen, struct doc_error *e)
{
	struct est s;
	int rc = est_open(&s, set, d, node_bytes(d, node), e);

	if (rc == 0)
		rc = read_policy(&s, node, id, idlen);
	return est_close(&s, rc);
}

/* Reads a set and adds the prefix to its ids. */

static const char *
prefixed(struct est *s, const char *prefix, const struct str *id, size_t *len)
{
	size_t n = strlen(prefix);
	char *full = arena_alloc(&s->b.set->arena, n + id->len, 1);

	*len = n + id->len;
	if (full == NULL) {
		build_memory(&s->b);
		return NULL;
	}
	memcpy(full, prefix, n);
	memcpy(full + n, id->bytes, id->len);
	return full;
}

static int
read_member(struct est *s, uint32_t node, const char *prefix, bool template)
{
	size_t len;
	const char *id = prefixed(s, prefix, s->d->nodes[node].key, &len);

	if (id == NULL || read_policy(s, node, id, len) == -1)
		return -1;
	if (s->b.policy.is_template == template)
		return 0;
	return doc_error_key(s->d, node, s->e, template ?
	    "a template without a slot; it belongs under staticPolicies" :
	    "a policy with a slot; it belongs under templates");
}

static int
read_members(struct est *s, uint32_t container, const char *prefix,
    bool template)
{
	if (container == 0)
		return 0;
	for (uint32_t c = doc_first(s->d, container); c != 0;
	    c = doc_next(s->d, container, c))
		if (read_member(s, c, prefix, template) == -1)
			return -1;
	return 0;
}

static int
read_values(struct est *s, uint32_t node, const struct uid *values[2])
{
	static const struct doc_field fields[] = {
		[SLOT_PRINCIPAL] = { "?principal", 0, true },
		[SLOT_RESOURCE] = { "?resource", 0, true },
	};
	uint32_t found[2];

	if (doc_fields(s->d, node, fields, 2, found, s->e) == -1)
		return -1;
	for (int i = 0; i < 2; i++)
		if (found[i] != 0 && value_form_read_entity(&values[i],
		    &s->b.set->arena, s->d, found[i], s->e) == -1)
			return -1;
	return 0;
}

static int
read_link(struct est *s, uint32_t node, const char *prefix)
{
	static const struct doc_field fields[] = {
		{ "templateId", DOC_MAY(STRING), false },
		{ "newId", DOC_MAY(STRING), false },
		{ "values", DOC_MAY(OBJECT), false },
	};
	const struct uid *values[2] = { NULL, NULL };
	const char *template, *id;
	const struct str *template_id;
	char text[DOC_MESSAGE_MAX];
	size_t template_len, len;
	uint32_t found[3];

	if (doc_fields(s->d, node, fields, 3, found, s->e) == -1 ||
	    read_values(s, found[2], values) == -1)
		return -1;
	template = prefixed(s, prefix, s->d->nodes[found[0]].str,
	    &template_len);
	id = prefixed(s, prefix, s->d->nodes[found[1]].str, &len);
	if (template == NULL || id == NULL ||
	    (template_id = build_str(&s->b, template, template_len)) == NULL)
		return -1;
	if (policies_link(s->b.set, template_id, id, len, values, s->e) == 0) {
		s->b.set->items[s->b.set->n - 1]->pos = s->d->nodes[node].pos;
		return 0;
	}
	if (errno == ENOMEM)
		return -1;
	snprintf(text, sizeof(text), "%s", s->e->text);
	return doc_error(s->d, node, s->e, "%s", text);
}

static int
read_set(struct est *s, const char *prefix)
{
	static const struct doc_field fields[] = {
		{ "staticPolicies", DOC_MAY(OBJECT), true },
		{ "templates", DOC_MAY(OBJECT), true },
		{ "templateLinks", DOC_MAY(ARRAY), true },
	};
	uint32_t found[3];

	if (doc_fields(s->d, 0, fields, 3, found, s->e) == -1 ||
	    read_members(s, found[0], prefix, false) == -1 ||
	    read_members(s, found[1], prefix, true) == -1)
		return -1;
	if (found[2] == 0)
		return 0;
	for (uint32_t c = doc_first(s->d, found[2]); c != 0;
	    c = doc_next(s->d, found[2], c))
		if (read_link(s, c, prefix) == -1)
			return -1;
	return 0;
}

int
policies_add_json_set(struct policies *set, const struct doc *d,
    const char *prefix, struct doc_error *e)
{
	struct est s;
	int rc = est_open(&s, set, d, d->source.len, e);

	if (rc == 0)
		rc = read_set(&s, prefix);
	return est_close(&s, rc);
}
