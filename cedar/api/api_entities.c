#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "cedar/read/read.h"
#include "cedar/read/read_value.h"
#include "cedar/text/parse.h"

typedef int read_fn(struct doc *, const char *file, const char *text,
    size_t len, size_t max, struct doc_error *);

static int
add(struct entities *store, const struct cedar_source *source, read_fn *read,
    const struct cedar_schema *schema, struct doc_error *error)
{
	struct doc doc;
	int rc;

	if (read(&doc, source->file, source->text, source->len,
	    CEDAR_ENTITIES_MAX, error) == -1)
		return -1;
	rc = read_entities(store, &doc, api_schema(schema), error);
	doc_free(&doc);
	return rc;
}

static struct cedar_entities *
read_all(const struct cedar_source *sources, size_t n, read_fn *read,
    const struct cedar_schema *schema, struct cedar_error *e)
{
	struct cedar_entities *es = calloc(1, sizeof(*es));
	struct doc_error error;
	int rc = 0;

	if (es == NULL)
		return api_error_memory(es, e);
	entities_init(&es->store);
	for (size_t i = 0; i < n && rc == 0; i++)
		rc = add(&es->store, &sources[i], read, schema, &error);
	if (rc == 0 && entities_finish(&es->store, &error) == 0)
		return es;
	api_error(e, &error);
	cedar_entities_free(es);
	return NULL;
}

struct cedar_entities *
cedar_entities_json(const struct cedar_source *sources, size_t n,
    const struct cedar_schema *schema, struct cedar_error *e)
{
	return read_all(sources, n, doc_read_json, schema, e);
}

struct cedar_entities *
cedar_entities_yaml(const struct cedar_source *sources, size_t n,
    const struct cedar_schema *schema, struct cedar_error *e)
{
	return read_all(sources, n, doc_read_yaml, schema, e);
}

void
cedar_entities_free(struct cedar_entities *es)
{
	int saved = errno;

	if (es == NULL)
		return;
	entities_free(&es->store);
	free(es);
	errno = saved;
}

static int
read_entity(struct cedar_request *r, const char *file, const char *text,
    const struct uid **uid, struct doc_error *error)
{
	struct doc_source s = { file, text, strlen(text) };

	return parse_uid_text(uid, &r->arena, &s, error);
}

/* The context by the action's type, and the whole request checked. */
static int
read_checked(struct cedar_request *r, const struct doc *context,
    const struct schema *schema, struct doc_error *error)
{
	const struct action_type *action =
	    schema_action(schema, r->request.action);

	if (action == NULL)
		return doc_error_set(error, "action",
		    "the schema has no such action");
	if (read_record(&r->request.context, &r->arena, context, 0,
	    action->context, error) == -1)
		return -1;
	if (schema_check_request(schema, &r->request, error) == 0)
		return 0;
	if (errno == ENOMEM)
		return -1;
	memset(error->source, 0, sizeof(error->source));
	error->line = error->col = 0;
	memcpy(error->file, "request", sizeof("request"));
	return -1;
}

static int
read_context(struct cedar_request *r, const char *text,
    const struct cedar_schema *schema, struct doc_error *error)
{
	struct doc doc;
	int rc;

	if (text == NULL)
		text = "{}";
	if (doc_read_json(&doc, "context", text, strlen(text),
	    CEDAR_REQUEST_MAX, error) == -1)
		return -1;
	rc = schema != NULL ? read_checked(r, &doc, &schema->schema, error) :
	    read_record(&r->request.context, &r->arena, &doc, 0, NULL, error);
	doc_free(&doc);
	return rc;
}

static struct cedar_request *
finish(struct cedar_request *r, int rc, const struct doc_error *error,
    struct cedar_error *e)
{
	if (rc == 0)
		return r;
	api_error(e, error);
	cedar_request_free(r);
	return NULL;
}

static struct cedar_request *
new_request(void)
{
	struct cedar_request *r = calloc(1, sizeof(*r));

	if (r != NULL)
		arena_init(&r->arena, 0);
	return r;
}

struct cedar_request *
cedar_request_new(const char *principal, const char *action,
    const char *resource, const char *context,
    const struct cedar_schema *schema, struct cedar_error *e)
{
	struct cedar_request *r = new_request();
	struct doc_error error;
	int rc = -1;

	if (r == NULL)
		return api_error_memory(r, e);
	if (read_entity(r, "principal", principal, &r->request.principal,
	    &error) == 0 && read_entity(r, "action", action,
	    &r->request.action, &error) == 0 && read_entity(r, "resource",
	    resource, &r->request.resource, &error) == 0)
		rc = read_context(r, context, schema, &error);
	return finish(r, rc, &error, e);
}

struct cedar_request *
cedar_request_json(const struct cedar_source *source,
    const struct cedar_schema *schema, struct cedar_error *e)
{
	struct cedar_request *r = new_request();
	struct doc_error error;
	struct doc doc;
	int rc;

	if (r == NULL)
		return api_error_memory(r, e);
	rc = doc_read_json(&doc, source->file, source->text, source->len,
	    CEDAR_REQUEST_MAX, &error);
	if (rc == 0) {
		rc = read_request(&r->request, &r->arena, &doc, 0,
		    api_schema(schema), &error);
		doc_free(&doc);
	}
	return finish(r, rc, &error, e);
}

void
cedar_request_free(struct cedar_request *r)
{
	int saved = errno;

	if (r == NULL)
		return;
	arena_free(&r->arena);
	free(r);
	errno = saved;
}
