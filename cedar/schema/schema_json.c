#include "schema_json.h"

#include <string.h>

#include "cedar/data/name.h"

struct raw_place
schema_json_place(const struct json_reader *j, uint32_t node)
{
	return (struct raw_place){ &j->doc->source, j->doc->nodes[node].pos };
}

struct raw_place
schema_json_key_place(const struct json_reader *j, uint32_t node)
{
	return (struct raw_place){ &j->doc->source,
	    j->doc->nodes[node].key_pos };
}

int
schema_json_keep(struct json_reader *j, const struct str *s,
    const struct str **out)
{
	return (*out = raw_str(j->raw, s->bytes, s->len)) == NULL ? -1 : 0;
}

/* Idents with :: between them; __cedar may be one. */
static bool
is_name(const struct str *name, bool one)
{
	const char *s = name->bytes, *end = s + name->len;

	for (;;) {
		const char *colon = one ? NULL : memchr(s, ':',
		    (size_t)(end - s));
		size_t n = (size_t)((colon == NULL ? end : colon) - s);

		if (!name_is_word(s, n) || raw_is_reserved(s, n))
			return false;
		if (colon == NULL)
			return true;
		if (end - colon < 2 || colon[1] != ':')
			return false;
		s = colon + 2;
	}
}

int
schema_json_check_name(struct json_reader *j, uint32_t node, bool one,
    const char *what)
{
	const struct str *s = j->doc->nodes[node].str;
	char quoted[QUOTE_MAX];

	if (s->len > RAW_NAME_MAX - 1)
		return doc_error(j->doc, node, j->raw->e, "name too long: at "
		    "most %d bytes", RAW_NAME_MAX - 1);
	if (is_name(s, one))
		return 0;
	return doc_error(j->doc, node, j->raw->e, "expected %s, not `%s'",
	    what, doc_quote(quoted, s->bytes, s->len));
}

int
schema_json_check_key(struct json_reader *j, uint32_t node, const char *what)
{
	const struct str *s = j->doc->nodes[node].key;
	char quoted[QUOTE_MAX];

	if (is_name(s, true))
		return 0;
	return doc_error_key(j->doc, node, j->raw->e,
	    "expected %s, not `%s'", what,
	    doc_quote(quoted, s->bytes, s->len));
}

int
schema_json_check_notes(struct json_reader *j, uint32_t node)
{
	const struct doc *d = j->doc;
	uint32_t c;

	if (node == 0)
		return 0;
	for (c = doc_first(d, node); c != 0; c = doc_next(d, node, c)) {
		const struct doc_node *n = &d->nodes[c];

		if (!name_is_word(n->key->bytes, n->key->len))
			return doc_error_key(d, c, j->raw->e,
			    "an annotation's name is letters, digits and _");
		if (n->kind != DOC_STRING && n->kind != DOC_NULL)
			return doc_error_kind(d, c, j->raw->e,
			    "a string or null");
	}
	return 0;
}

/* A list of entity types; with `id', of any strings. */
static int
read_list(struct json_reader *j, uint32_t node, bool id,
    struct raw_name **list)
{
	const struct doc *d = j->doc;
	uint32_t c;

	for (c = doc_first(d, node); c != 0; c = doc_next(d, node, c)) {
		struct raw_name *n;

		if (d->nodes[c].kind != DOC_STRING)
			return doc_error_kind(d, c, j->raw->e, "a string");
		if (!id && schema_json_check_name(j, c, false,
		    "an entity type") == -1)
			return -1;
		if ((n = raw_alloc(j->raw, 1, sizeof(*n))) == NULL ||
		    schema_json_keep(j, d->nodes[c].str, &n->text) == -1)
			return -1;
		n->place = schema_json_place(j, c);
		*list = n;
		list = &n->next;
	}
	return 0;
}

enum entity_field {
	ENTITY_PARENTS, ENTITY_SHAPE, ENTITY_TAGS, ENTITY_ENUM, ENTITY_NOTES,
};
#define ENTITY_FIELDS	(ENTITY_NOTES + 1)

static const struct doc_field entity_fields[ENTITY_FIELDS] = {
	[ENTITY_PARENTS] = { "memberOfTypes", DOC_MAY(ARRAY), true },
	[ENTITY_SHAPE] = { "shape", DOC_MAY(OBJECT), true },
	[ENTITY_TAGS] = { "tags", DOC_MAY(OBJECT), true },
	[ENTITY_ENUM] = { "enum", DOC_MAY(ARRAY), true },
	[ENTITY_NOTES] = { "annotations", DOC_MAY(OBJECT), true },
};

static int
read_enum(struct json_reader *j, const uint32_t *at, struct raw_entity *d)
{
	uint32_t node = at[ENTITY_ENUM];

	for (int i = ENTITY_PARENTS; i <= ENTITY_TAGS; i++)
		if (at[i] != 0)
			return doc_error_key(j->doc, at[i], j->raw->e,
			    "`%s' cannot be combined with `enum'",
			    entity_fields[i].name);
	if (j->doc->nodes[node].count == 0)
		return doc_error(j->doc, node, j->raw->e,
		    "expected at least one id");
	return read_list(j, node, true, &d->ids);
}

static int
read_entity(struct json_reader *j, uint32_t node)
{
	struct raw_entity *d = raw_alloc(j->raw, 1, sizeof(*d));
	uint32_t at[ENTITY_FIELDS];

	if (d == NULL ||
	    schema_json_check_key(j, node, "a type's name") == -1 ||
	    schema_json_keep(j, j->doc->nodes[node].key, &d->base) == -1)
		return -1;
	d->place = schema_json_key_place(j, node);
	d->ns = j->ns;
	if (raw_add_entity(j->raw, d) == -1 || doc_fields(j->doc, node,
	    entity_fields, ENTITY_FIELDS, at, j->raw->e) == -1 ||
	    schema_json_check_notes(j, at[ENTITY_NOTES]) == -1)
		return -1;
	if (at[ENTITY_ENUM] != 0)
		return read_enum(j, at, d);
	if (at[ENTITY_PARENTS] != 0 &&
	    read_list(j, at[ENTITY_PARENTS], false, &d->parents) == -1)
		return -1;
	if (at[ENTITY_SHAPE] != 0 && schema_json_read_type(j, at[ENTITY_SHAPE],
	    JSON_PLAIN, &d->shape) == -1)
		return -1;
	return at[ENTITY_TAGS] == 0 ? 0 :
	    schema_json_read_type(j, at[ENTITY_TAGS], JSON_PLAIN, &d->tags);
}

/* {"id": ..., "type": ...}, a parent of an action. */
static int
read_parent(struct json_reader *j, uint32_t node, struct raw_parent *p)
{
	static const struct doc_field fields[] = {
		{ "id", DOC_MAY(STRING), false },
		{ "type", DOC_MAY(STRING) | DOC_MAY(NULL), true },
	};
	const struct doc *d = j->doc;
	uint32_t at[2];

	p->place = schema_json_place(j, node);
	if (doc_fields(d, node, fields, 2, at, j->raw->e) == -1 ||
	    schema_json_keep(j, d->nodes[at[0]].str, &p->id) == -1)
		return -1;
	if (at[1] == 0 || d->nodes[at[1]].kind == DOC_NULL)
		return 0;
	if (schema_json_check_name(j, at[1], false, "a type of actions") == -1)
		return -1;
	return schema_json_keep(j, d->nodes[at[1]].str, &p->type);
}

static int
read_parents(struct json_reader *j, uint32_t node, struct raw_action *a)
{
	struct raw_parent **list = &a->parents;
	const struct doc *d = j->doc;
	uint32_t c;

	if (d->nodes[node].kind == DOC_NULL)
		return 0;
	for (c = doc_first(d, node); c != 0; c = doc_next(d, node, c)) {
		if ((*list = raw_alloc(j->raw, 1, sizeof(**list))) == NULL ||
		    read_parent(j, c, *list) == -1)
			return -1;
		list = &(*list)->next;
	}
	return 0;
}

static int
read_applies(struct json_reader *j, uint32_t node, struct raw_action *a)
{
	static const struct doc_field fields[] = {
		{ "principalTypes", DOC_MAY(ARRAY), false },
		{ "resourceTypes", DOC_MAY(ARRAY), false },
		{ "context", DOC_MAY(OBJECT), true },
	};
	uint32_t at[3];

	if (j->doc->nodes[node].kind == DOC_NULL)
		return 0;
	if (doc_fields(j->doc, node, fields, 3, at, j->raw->e) == -1 ||
	    read_list(j, at[0], false, &a->principals) == -1 ||
	    read_list(j, at[1], false, &a->resources) == -1)
		return -1;
	return at[2] == 0 ? 0 : schema_json_read_type(j, at[2], JSON_PLAIN,
	    &a->context);
}

static int
read_action(struct json_reader *j, uint32_t node)
{
	static const struct doc_field fields[] = {
		{ "attributes", 0, true },
		{ "appliesTo", DOC_MAY(OBJECT) | DOC_MAY(NULL), true },
		{ "memberOf", DOC_MAY(ARRAY) | DOC_MAY(NULL), true },
		{ "annotations", DOC_MAY(OBJECT), true },
	};
	struct raw_action *a = raw_alloc(j->raw, 1, sizeof(*a));
	const struct str *id;
	uint32_t at[4];

	if (a == NULL ||
	    schema_json_keep(j, j->doc->nodes[node].key, &id) == -1)
		return -1;
	a->place = schema_json_key_place(j, node);
	a->ns = j->ns;
	if (raw_add_action(j->raw, a, id) == -1 ||
	    doc_fields(j->doc, node, fields, 4, at, j->raw->e) == -1 ||
	    schema_json_check_notes(j, at[3]) == -1)
		return -1;
	if (at[0] != 0 && j->doc->nodes[at[0]].kind != DOC_NULL)
		return doc_error_key(j->doc, at[0], j->raw->e,
		    "actions have no attributes");
	if (at[1] != 0 && read_applies(j, at[1], a) == -1)
		return -1;
	return at[2] == 0 ? 0 : read_parents(j, at[2], a);
}

static int
read_common(struct json_reader *j, uint32_t node)
{
	struct raw_common *c = raw_alloc(j->raw, 1, sizeof(*c));

	if (c == NULL ||
	    schema_json_check_key(j, node, "a type's name") == -1 ||
	    schema_json_keep(j, j->doc->nodes[node].key, &c->base) == -1)
		return -1;
	c->place = schema_json_key_place(j, node);
	c->ns = j->ns;
	if (raw_add_common(j->raw, c) == -1)
		return -1;
	return schema_json_read_type(j, node, JSON_COMMON, &c->type);
}

/* The members of an object, each a declaration or a namespace. */
static int
read_each(struct json_reader *j, uint32_t node,
    int (*read)(struct json_reader *, uint32_t))
{
	const struct doc *d = j->doc;
	uint32_t c;

	for (c = doc_first(d, node); c != 0; c = doc_next(d, node, c))
		if (read(j, c) == -1)
			return -1;
	return 0;
}

/* The namespace that a member's key names. */
static int
read_namespace_name(struct json_reader *j, uint32_t node, uint32_t notes)
{
	const struct str *key = j->doc->nodes[node].key;
	char quoted[QUOTE_MAX];

	j->ns = NULL;
	if (key->len == 0 && notes != 0 && j->doc->nodes[notes].count > 0)
		return doc_error_key(j->doc, notes, j->raw->e,
		    "annotations need a namespace with a name");
	if (key->len == 0)
		return 0;
	if (key->len > RAW_NAME_MAX - 1 || !is_name(key, false) ||
	    raw_has_cedar(key))
		return doc_error_key(j->doc, node, j->raw->e, "expected a "
		    "namespace's name, not `%s'", doc_quote(quoted,
		    key->bytes, key->len));
	return schema_json_keep(j, key, &j->ns);
}

static int
read_namespace(struct json_reader *j, uint32_t node)
{
	static const struct doc_field fields[] = {
		{ "commonTypes", DOC_MAY(OBJECT), true },
		{ "entityTypes", DOC_MAY(OBJECT), false },
		{ "actions", DOC_MAY(OBJECT), false },
		{ "annotations", DOC_MAY(OBJECT), true },
	};
	uint32_t at[4];

	if (doc_fields(j->doc, node, fields, 4, at, j->raw->e) == -1 ||
	    schema_json_check_notes(j, at[3]) == -1 ||
	    read_namespace_name(j, node, at[3]) == -1)
		return -1;
	if ((at[0] != 0 && read_each(j, at[0], read_common) == -1) ||
	    read_each(j, at[1], read_entity) == -1)
		return -1;
	return read_each(j, at[2], read_action);
}

int
schema_read_json(struct schema *s, const struct doc *d,
    struct doc_error *e)
{
	struct raw_schema raw;
	struct json_reader j = { .doc = d, .raw = &raw };
	int rc;

	memset(s, 0, sizeof(*s));
	arena_init(&s->arena, 0);
	if (raw_init(&raw, &s->arena, d->source.file, e) == -1)
		rc = -1;
	else if (d->nodes[0].kind != DOC_OBJECT)
		rc = doc_error_kind(d, 0, e, "an object of namespaces");
	else if (d->source.len > CEDAR_SCHEMA_MAX)
		rc = doc_error_set(e, d->source.file, "schema too large: "
		    "at most %d bytes", CEDAR_SCHEMA_MAX);
	else
		rc = read_each(&j, 0, read_namespace);
	return raw_finish(&raw, s, rc);
}
