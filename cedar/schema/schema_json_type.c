#include <string.h>

#include "schema_json.h"

enum type_field {
	FIELD_TYPE, FIELD_ELEMENT, FIELD_ATTRIBUTES, FIELD_ADDITIONAL,
	FIELD_NAME, FIELD_NOTES, FIELD_REQUIRED,
};
#define TYPE_FIELDS	(FIELD_REQUIRED + 1)

/* The last two are not allowed everywhere. */
static const struct doc_field type_fields[TYPE_FIELDS] = {
	[FIELD_TYPE] = { "type", DOC_MAY(STRING), false },
	[FIELD_ELEMENT] = { "element", DOC_MAY(OBJECT), true },
	[FIELD_ATTRIBUTES] = { "attributes", DOC_MAY(OBJECT), true },
	[FIELD_ADDITIONAL] = { "additionalAttributes", DOC_MAY(BOOL), true },
	[FIELD_NAME] = { "name", DOC_MAY(STRING), true },
	[FIELD_NOTES] = { "annotations", DOC_MAY(OBJECT), true },
	[FIELD_REQUIRED] = { "required", DOC_MAY(BOOL), true },
};

static const unsigned fields_at[] = {
	[JSON_PLAIN] = FIELD_NOTES,
	[JSON_COMMON] = FIELD_REQUIRED,
	[JSON_ATTR] = TYPE_FIELDS,
};

/* A type still to read. */
struct todo {
	struct todo		*next;
	uint32_t		 node;
	enum json_where		 where;
	struct raw_type		**dst;
	struct raw_attr		*attr;		/* JSON_ATTR */
};

struct types_reader {
	struct json_reader	*json;
	struct todo		*todo;
};

/* A type being read: its fields' nodes, or 0. */
struct fields {
	uint32_t		 at[TYPE_FIELDS];
	struct raw_type		*type;
};

static int
add(struct types_reader *t, uint32_t node, enum json_where where,
    struct raw_type **dst, struct raw_attr *attr)
{
	struct todo *d = raw_alloc(t->json->raw, 1, sizeof(*d));

	if (d == NULL)
		return -1;
	d->node = node;
	d->where = where;
	d->dst = dst;
	d->attr = attr;
	d->next = t->todo;
	t->todo = d;
	return 0;
}

static int
read_builtin(struct types_reader *t, struct fields *f)
{
	const struct doc *d = t->json->doc;
	const struct str *word = d->nodes[f->at[FIELD_TYPE]].str;

	f->type->kind = RAW_BUILTIN;
	f->type->builtin = str_is(word, "Long") ? TYPE_LONG :
	    str_is(word, "String") ? TYPE_STRING : TYPE_BOOL;
	return 0;
}

static int
read_set(struct types_reader *t, struct fields *f)
{
	f->type->kind = RAW_SET;
	return add(t, f->at[FIELD_ELEMENT], JSON_PLAIN, &f->type->element,
	    NULL);
}

static int
read_record(struct types_reader *t, struct fields *f)
{
	const struct doc *d = t->json->doc;
	uint32_t attrs = f->at[FIELD_ATTRIBUTES], c;
	uint32_t more = f->at[FIELD_ADDITIONAL];

	if (more != 0 && d->nodes[more].b)
		return doc_error(d, more, t->json->raw->e,
		    "records with additionalAttributes are not supported");
	f->type->kind = RAW_RECORD;
	for (c = doc_first(d, attrs); c != 0; c = doc_next(d, attrs, c)) {
		struct raw_attr *a = raw_alloc(t->json->raw, 1, sizeof(*a));

		if (a == NULL || schema_json_keep(t->json, d->nodes[c].key,
		    &a->name) == -1)
			return -1;
		a->required = true;
		a->next = f->type->first;
		f->type->first = a;
		if (add(t, c, JSON_ATTR, &a->type, a) == -1)
			return -1;
	}
	return 0;
}

static int
read_named(struct types_reader *t, struct fields *f, enum raw_kind kind,
    uint32_t node, const char *what)
{
	f->type->kind = kind;
	f->type->place = schema_json_place(t->json, node);
	if (schema_json_check_name(t->json, node, false, what) == -1)
		return -1;
	return schema_json_keep(t->json, t->json->doc->nodes[node].str,
	    &f->type->name);
}

static int
read_entity(struct types_reader *t, struct fields *f)
{
	return read_named(t, f, RAW_ENTITY, f->at[FIELD_NAME],
	    "an entity type");
}

static int
read_either(struct types_reader *t, struct fields *f)
{
	return read_named(t, f, RAW_REF, f->at[FIELD_NAME], "a type");
}

static int
read_extension(struct types_reader *t, struct fields *f)
{
	static const struct { const char *name; enum type_kind kind; } all[] = {
		{ "decimal", TYPE_DECIMAL }, { "ipaddr", TYPE_IP },
		{ "datetime", TYPE_DATETIME }, { "duration", TYPE_DURATION },
	};
	const struct doc *d = t->json->doc;
	uint32_t node = f->at[FIELD_NAME];

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (str_is(d->nodes[node].str, all[i].name)) {
			f->type->kind = RAW_BUILTIN;
			f->type->builtin = all[i].kind;
			return 0;
		}
	return doc_error(d, node, t->json->raw->e, "unknown extension type; "
	    "there are decimal, ipaddr, datetime and duration");
}

static int
read_common(struct types_reader *t, struct fields *f)
{
	return read_named(t, f, RAW_COMMON, f->at[FIELD_TYPE],
	    "a type's name");
}

#define HAS(field)	(1u << FIELD_##field)

/* Words of "type", with the fields that each allows and needs. */
static const struct type_word {
	const char	*word;		/* NULL: any other */
	unsigned	 may, must;
	int		(*read)(struct types_reader *, struct fields *);
} words[] = {
	{ "Boolean", 0, 0, read_builtin },
	{ "Long", 0, 0, read_builtin },
	{ "String", 0, 0, read_builtin },
	{ "Set", HAS(ELEMENT), HAS(ELEMENT), read_set },
	{ "Record", HAS(ATTRIBUTES) | HAS(ADDITIONAL), HAS(ATTRIBUTES),
	    read_record },
	{ "Entity", HAS(NAME), HAS(NAME), read_entity },
	{ "EntityOrCommon", HAS(NAME), HAS(NAME), read_either },
	{ "Extension", HAS(NAME), HAS(NAME), read_extension },
	{ NULL, 0, 0, read_common },
};

static int
check_fields(struct types_reader *t, const struct fields *f,
    const struct type_word *w)
{
	const struct doc *d = t->json->doc;
	const char *word = w->word == NULL ? "a common type" : w->word;

	for (unsigned i = FIELD_ELEMENT; i <= FIELD_NAME; i++) {
		if (f->at[i] != 0 && !(w->may & 1u << i))
			return doc_error_key(d, f->at[i], t->json->raw->e,
			    "`%s' cannot be combined with type %s",
			    type_fields[i].name, word);
		if (f->at[i] == 0 && w->must & 1u << i)
			return doc_error(d, f->at[FIELD_TYPE],
			    t->json->raw->e, "type %s needs `%s'", word,
			    type_fields[i].name);
	}
	return 0;
}

static int
read_one(struct types_reader *t, const struct todo *todo)
{
	struct raw_place place = schema_json_place(t->json, todo->node);
	const struct doc *d = t->json->doc;
	const struct type_word *w = words;
	struct fields f = { .at = { 0 } };

	if (doc_fields(d, todo->node, type_fields, fields_at[todo->where],
	    f.at, t->json->raw->e) == -1 ||
	    schema_json_check_notes(t->json, f.at[FIELD_NOTES]) == -1)
		return -1;
	while (w->word != NULL &&
	    !str_is(d->nodes[f.at[FIELD_TYPE]].str, w->word))
		w++;
	if (check_fields(t, &f, w) == -1 || (f.type = raw_type_new(
	    t->json->raw, RAW_BUILTIN, &place)) == NULL)
		return -1;
	*todo->dst = f.type;
	if (f.at[FIELD_REQUIRED] != 0)
		todo->attr->required = d->nodes[f.at[FIELD_REQUIRED]].b;
	return w->read(t, &f);
}

/* Closes the records of a complete type. */
static int
close_records(struct types_reader *t, struct raw_type *root)
{
	struct raw_type *work = root, *c;

	root->next_work = NULL;
	while ((c = work) != NULL) {
		work = c->next_work;
		if (c->kind == RAW_SET) {
			c->element->next_work = work;
			work = c->element;
		}
		if (c->kind != RAW_RECORD)
			continue;
		if (raw_record_close(t->json->raw, c) == -1)
			return -1;
		for (uint32_t i = 0; i < c->nattrs; i++) {
			c->attrs[i]->type->next_work = work;
			work = c->attrs[i]->type;
		}
	}
	return 0;
}

int
schema_json_read_type(struct json_reader *json, uint32_t node,
    enum json_where where, struct raw_type **out)
{
	struct types_reader t = { .json = json };
	const struct todo *todo;

	if (add(&t, node, where, out, NULL) == -1)
		return -1;
	while ((todo = t.todo) != NULL) {
		t.todo = todo->next;
		if (read_one(&t, todo) == -1)
			return -1;
	}
	return close_records(&t, *out);
}
