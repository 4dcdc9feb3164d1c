#include "value_form.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "name.h"
#include "policy.h"

static bool
has_string(const struct doc *d, uint32_t object, const char *key)
{
	uint32_t c = doc_get(d, object, key);

	return c != 0 && d->nodes[c].kind == DOC_STRING;
}

bool
value_form_is_uid(const struct doc *d, uint32_t node)
{
	return has_string(d, node, "type") && has_string(d, node, "id");
}

bool
value_form_is_call(const struct doc *d, uint32_t node)
{
	uint32_t args = doc_get(d, node, "args");

	return has_string(d, node, "fn") && (doc_get(d, node, "arg") != 0 ||
	    (args != 0 && d->nodes[args].kind == DOC_ARRAY));
}

/* The value of an object's only key, if that is its name; else 0. */
static uint32_t
only_member(const struct doc *d, uint32_t object, const char *key)
{
	return d->nodes[object].count == 1 ? doc_get(d, object, key) : 0;
}

static int
object_form(const struct doc *d, uint32_t node, enum value_form *form,
    uint32_t *inner, struct doc_error *e)
{
	uint32_t c;

	if ((c = only_member(d, node, "__entity")) != 0 &&
	    value_form_is_uid(d, c)) {
		*form = FORM_ENTITY;
		*inner = c;
	} else if ((c = only_member(d, node, "__extn")) != 0 &&
	    value_form_is_call(d, c)) {
		*form = FORM_CALL;
		*inner = c;
	} else if ((c = only_member(d, node, "__expr")) != 0 &&
	    d->nodes[c].kind == DOC_STRING) {
		return doc_error_key(d, c, e, "`__expr' is no longer part of "
		    "Cedar; write the value itself");
	} else {
		*form = FORM_RECORD;
	}
	return 0;
}

int
value_form(const struct doc *d, uint32_t node, enum value_form *form,
    uint32_t *inner, struct doc_error *e)
{
	static const enum value_form forms[] = {
		[DOC_BOOL] = FORM_SCALAR, [DOC_INT] = FORM_SCALAR,
		[DOC_STRING] = FORM_SCALAR, [DOC_ARRAY] = FORM_SET,
	};
	enum doc_kind kind = d->nodes[node].kind;

	*inner = 0;
	if (kind == DOC_NULL)
		return doc_error(d, node, e, "null is not a Cedar value; leave "
		    "the field out");
	if (kind == DOC_OBJECT)
		return object_form(d, node, form, inner, e);
	*form = forms[kind];
	return 0;
}

int
value_form_read_uid(const struct uid **out, struct arena *a,
    const struct doc *d, uint32_t inner, struct doc_error *e)
{
	static const struct doc_field fields[] = {
		{ "type", DOC_MAY(STRING), false },
		{ "id", DOC_MAY(STRING), false },
	};
	const struct str *type, *id;
	char quoted[QUOTE_MAX];
	uint32_t found[2];

	if (doc_fields(d, inner, fields, 2, found, e) == -1)
		return -1;
	type = d->nodes[found[0]].str;
	id = d->nodes[found[1]].str;
	if (!name_is_path(type->bytes, type->len))
		return doc_error(d, found[0], e, "`%s' is not an entity type; "
		    "expected a name, or names with :: between them",
		    doc_quote(quoted, type->bytes, type->len));
	type = str_new(a, type->bytes, type->len);
	id = str_new(a, id->bytes, id->len);
	*out = type == NULL || id == NULL ? NULL : uid_new(a, type, id);
	return *out == NULL ? doc_error_memory(e, d->source.file) : 0;
}

int
value_form_read_entity(const struct uid **out, struct arena *a,
    const struct doc *d, uint32_t node, struct doc_error *e)
{
	static const struct doc_field fields[] = {
		{ "__entity", DOC_MAY(OBJECT), false },
	};
	uint32_t inner = doc_get(d, node, "__entity");

	if (inner != 0 && value_form_is_uid(d, inner)) {
		if (doc_fields(d, node, fields, 1, &inner, e) == -1)
			return -1;
		return value_form_read_uid(out, a, d, inner, e);
	}
	if (d->nodes[node].kind != DOC_OBJECT)
		return doc_error_kind(d, node, e, "an entity, {\"type\": ..., "
		    "\"id\": ...}");
	return value_form_read_uid(out, a, d, node, e);
}

int
value_form_call(const struct doc *d, uint32_t inner, struct call_form *call,
    struct doc_error *e)
{
	static const struct doc_field fields[] = {
		{ "fn", DOC_MAY(STRING), false },
		{ "arg", 0, true },
		{ "args", DOC_MAY(ARRAY), true },
	};
	char quoted[QUOTE_MAX];
	const struct str *name;
	uint32_t found[3];

	if (doc_fields(d, inner, fields, 3, found, e) == -1)
		return -1;
	if (found[1] != 0 && found[2] != 0)
		return doc_error_key(d, found[2], e, "both `arg' and `args'; "
		    "keep one");
	name = d->nodes[found[0]].str;
	call->fn = expr_fn_find(name->bytes, name->len);
	if (call->fn == -1)
		return doc_error(d, found[0], e, "there is no extension "
		    "function `%s'", doc_quote(quoted, name->bytes,
		    name->len));
	call->list = found[2];
	call->first = found[1] != 0 ? found[1] : doc_first(d, found[2]);
	call->nargs = found[1] != 0 ? 1 : d->nodes[found[2]].count;
	return 0;
}

uint32_t
value_form_next(const struct doc *d, const struct call_form *call, uint32_t arg)
{
	return call->list == 0 ? 0 : doc_next(d, call->list, arg);
}
