/* Building an operator's node after its operands. */
#include "est.h"

#include <stdlib.h>

#include "cedar/data/name.h"

/* Room for n names, or NULL with the error set. */
static const struct str **
names_room(struct est *s, size_t n)
{
	const struct str **names;

	if (n < s->name_cap)
		return s->names;
	names = reallocarray(s->names, n + 16, sizeof(*names));
	if (names == NULL) {
		build_memory(&s->b);
		return NULL;
	}
	s->names = names;
	s->name_cap = n + 16;
	return names;
}

int
est_str(struct est *s, const struct str *from, const struct str **to)
{
	*to = build_str(&s->b, from->bytes, from->len);
	return *to == NULL ? -1 : 0;
}

int
est_type(struct est *s, uint32_t node, const struct str **type)
{
	const struct str *name = s->d->nodes[node].str;
	char quoted[QUOTE_MAX];

	if (!name_is_path(name->bytes, name->len))
		return doc_error(s->d, node, s->e, "`%s' is not an entity "
		    "type; expected a name, or names with :: between them",
		    doc_quote(quoted, name->bytes, name->len));
	return est_str(s, name, type);
}

int
est_build_plain(struct est *s, const struct est_task *t)
{
	return build_op(&s->b, t->pos, (enum op)t->arg);
}

int
est_build_get(struct est *s, const struct est_task *t)
{
	uint32_t attr = doc_get(s->d, t->node, "attr");
	const struct str *name;

	if (est_str(s, s->d->nodes[attr].str, &name) == -1)
		return -1;
	return build_names(&s->b, t->pos, OP_GET, &name, 1);
}

/* A list of strings as names. */
static int
copy_names(struct est *s, uint32_t list, const struct str **names)
{
	uint32_t c;

	for (c = doc_first(s->d, list); c != 0; c = doc_next(s->d, list, c)) {
		if (s->d->nodes[c].kind != DOC_STRING)
			return doc_error_kind(s->d, c, s->e, "the name of an "
			    "attribute");
		if (est_str(s, s->d->nodes[c].str, names++) == -1)
			return -1;
	}
	return 0;
}

int
est_build_has(struct est *s, const struct est_task *t)
{
	uint32_t attr = doc_get(s->d, t->node, "attr");
	const struct doc_node *n = &s->d->nodes[attr];
	size_t count = n->kind == DOC_ARRAY ? n->count : 1;
	const struct str **names = names_room(s, count);

	if (names == NULL)
		return -1;
	if (count == 0)
		return doc_error(s->d, attr, s->e, "an empty list; expected "
		    "the name of an attribute");
	if ((n->kind == DOC_ARRAY ? copy_names(s, attr, names) :
	    est_str(s, n->str, names)) == -1)
		return -1;
	return build_names(&s->b, t->pos, OP_HAS, names, count);
}

/* "Wildcard", {"Wildcard": null} or {"Literal": text}; NULL is a wildcard. */
static int
read_part(struct est *s, uint32_t node, const struct str **part)
{
	static const struct doc_field fields[] = {
		{ "Literal", DOC_MAY(STRING), true },
		{ "Wildcard", DOC_MAY(NULL), true },
	};
	const struct doc_node *n = &s->d->nodes[node];
	uint32_t found[2];

	*part = NULL;
	if (n->kind == DOC_STRING && str_is(n->str, "Wildcard"))
		return 0;
	if (n->kind != DOC_OBJECT || n->count != 1)
		return doc_error(s->d, node, s->e, "expected \"Wildcard\" or "
		    "{\"Literal\": TEXT}");
	if (doc_fields(s->d, node, fields, 2, found, s->e) == -1)
		return -1;
	return found[0] == 0 ? 0 :
	    est_str(s, s->d->nodes[found[0]].str, part);
}

int
est_build_like(struct est *s, const struct est_task *t)
{
	uint32_t list = doc_get(s->d, t->node, "pattern"), c;
	const struct str **parts = names_room(s, s->d->nodes[list].count);
	size_t n = 0;

	if (parts == NULL)
		return -1;
	for (c = doc_first(s->d, list); c != 0; c = doc_next(s->d, list, c))
		if (read_part(s, c, &parts[n++]) == -1)
			return -1;
	return build_like(&s->b, t->pos, parts, n);
}

int
est_build_is(struct est *s, const struct est_task *t)
{
	uint32_t type = doc_get(s->d, t->node, "entity_type");
	uint32_t in = doc_get(s->d, t->node, "in");
	const struct str *name;

	if (est_type(s, type, &name) == -1)
		return -1;
	return build_is(&s->b, t->pos,
	    in == 0 || s->d->nodes[in].kind == DOC_NULL ? OP_IS : OP_IS_IN,
	    name);
}

int
est_build_set(struct est *s, const struct est_task *t)
{
	return build_set(&s->b, t->pos, s->d->nodes[t->node].count);
}

int
est_build_record(struct est *s, const struct est_task *t)
{
	size_t count = s->d->nodes[t->node].count, n = 0;
	const struct str **names = names_room(s, count);
	uint32_t c;

	if (names == NULL)
		return -1;
	for (c = doc_first(s->d, t->node); c != 0;
	    c = doc_next(s->d, t->node, c))
		if (est_str(s, s->d->nodes[c].key, &names[n++]) == -1)
			return -1;
	return build_record(&s->b, t->pos, names, count);
}

int
est_build_call(struct est *s, const struct est_task *t)
{
	return build_call(&s->b, t->pos, (enum fn)t->arg, t->n);
}
