#include "read.h"

#include <errno.h>
#include <stdio.h>

#include "cedar/schema/schema.h"
#include "read_value.h"

enum { PRINCIPAL, ACTION, RESOURCE, CONTEXT, NFIELDS };

static const struct doc_field fields[] = {
	[PRINCIPAL] = { "principal", DOC_MAY(STRING) | DOC_MAY(OBJECT), false },
	[ACTION] = { "action", DOC_MAY(STRING) | DOC_MAY(OBJECT), false },
	[RESOURCE] = { "resource", DOC_MAY(STRING) | DOC_MAY(OBJECT), false },
	[CONTEXT] = { "context", DOC_MAY(OBJECT), true },
};

static const struct record no_fields;

/* Without a schema: an object that is not an escape. */
static int
read_any_context(struct authz_request *r, struct arena *a, const struct doc *d,
    uint32_t node, struct doc_error *e)
{
	struct value v;

	if (read_value(&v, a, d, node, e) == -1)
		return -1;
	if (v.kind != VALUE_RECORD)
		return doc_error(d, node, e, "expected a record, not %s",
		    value_kind_name(v.kind));
	r->context = v.record;
	return 0;
}

/* Reads the context by the action's type and checks the request. */
static int
read_checked_context(struct authz_request *r, struct arena *a,
    const struct doc *d, const uint32_t *found, const struct schema *schema,
    struct doc_error *e)
{
	const struct action_type *action = schema_action(schema, r->action);
	char text[DOC_MESSAGE_MAX];

	if (action == NULL)
		return doc_error(d, found[ACTION], e, "the schema has no such "
		    "action");
	if (found[CONTEXT] != 0 && read_record(&r->context, a, d,
	    found[CONTEXT], action->context, e) == -1)
		return -1;
	if (schema_check_request(schema, r, e) == 0)
		return 0;
	if (errno == ENOMEM)
		return -1;
	snprintf(text, sizeof(text), "%s", e->text);
	return doc_error(d, found[PRINCIPAL], e, "%s", text);
}

int
read_request(struct authz_request *r, struct arena *a, const struct doc *d,
    uint32_t node, const struct schema *schema, struct doc_error *e)
{
	uint32_t found[NFIELDS];

	if (doc_fields(d, node, fields, NFIELDS, found, e) == -1 ||
	    read_uid(&r->principal, a, d, found[PRINCIPAL], e) == -1 ||
	    read_uid(&r->action, a, d, found[ACTION], e) == -1 ||
	    read_uid(&r->resource, a, d, found[RESOURCE], e) == -1)
		return -1;
	r->context = &no_fields;
	r->own = NULL;
	if (schema != NULL)
		return read_checked_context(r, a, d, found, schema, e);
	return found[CONTEXT] == 0 ? 0 :
	    read_any_context(r, a, d, found[CONTEXT], e);
}
