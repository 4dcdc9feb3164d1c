#include <stdlib.h>

#include "api.h"

static struct cedar_schema *
finish(struct cedar_schema *s, int rc, const struct doc_error *error,
    struct cedar_error *e)
{
	if (rc == 0)
		return s;
	api_error(e, error);
	free(s);
	return NULL;
}

struct cedar_schema *
cedar_schema_text(const struct cedar_source *sources, size_t n,
    struct cedar_error *e)
{
	struct cedar_schema *s = calloc(1, sizeof(*s));
	struct doc_source *texts = calloc(n == 0 ? 1 : n, sizeof(*texts));
	struct doc_error error;
	int rc;

	if (s == NULL || texts == NULL) {
		free(texts);
		return api_error_memory(s, e);
	}
	for (size_t i = 0; i < n; i++)
		texts[i] = (struct doc_source){ sources[i].file,
		    sources[i].text, sources[i].len };
	rc = schema_read_text(&s->schema, texts, n, &error);
	free(texts);
	return finish(s, rc, &error, e);
}

struct cedar_schema *
cedar_schema_json(const struct cedar_source *source, struct cedar_error *e)
{
	struct cedar_schema *s = calloc(1, sizeof(*s));
	struct doc_error error;
	struct doc doc;
	int rc;

	if (s == NULL)
		return api_error_memory(s, e);
	rc = doc_read_json(&doc, source->file, source->text, source->len,
	    CEDAR_SCHEMA_MAX, &error);
	if (rc == 0) {
		rc = schema_read_json(&s->schema, &doc, &error);
		doc_free(&doc);
	}
	return finish(s, rc, &error, e);
}

void
cedar_schema_free(struct cedar_schema *s)
{
	if (s == NULL)
		return;
	schema_free(&s->schema);
	free(s);
}
