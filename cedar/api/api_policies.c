#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "cedar/format/format.h"
#include "cedar/text/parse.h"

struct cedar_policies *
cedar_policies_new(void)
{
	struct cedar_policies *p = calloc(1, sizeof(*p));

	if (p != NULL)
		policies_init(&p->set);
	return p;
}

void
cedar_policies_free(struct cedar_policies *p)
{
	if (p == NULL)
		return;
	policies_free(&p->set);
	free(p);
}

int
cedar_policies_add_text(struct cedar_policies *p,
    const struct cedar_source *source, struct cedar_error *e)
{
	struct doc_error error;

	if (policies_add_text(&p->set, source->file, source->text, source->len,
	    POLICY_IDS_ANNOTATED, &error) == 0)
		return 0;
	api_error(e, &error);
	return -1;
}

/* Adds one policy of this id, or a set when it is NULL. */
static int
add_json(struct cedar_policies *p, const char *id,
    const struct cedar_source *source, struct cedar_error *e)
{
	struct doc_error error;
	struct doc doc;
	int rc;

	rc = doc_read_json(&doc, source->file, source->text, source->len,
	    CEDAR_SET_MAX, &error);
	if (rc == 0) {
		rc = id == NULL ?
		    policies_add_json_set(&p->set, &doc, "", &error) :
		    policies_add_json(&p->set, &doc, 0, id, strlen(id),
		    &error);
		doc_free(&doc);
	}
	if (rc == -1)
		api_error(e, &error);
	return rc;
}

int
cedar_policies_add_json(struct cedar_policies *p, const char *id,
    const struct cedar_source *source, struct cedar_error *e)
{
	return add_json(p, id, source, e);
}

int
cedar_policies_add_json_set(struct cedar_policies *p,
    const struct cedar_source *source, struct cedar_error *e)
{
	return add_json(p, NULL, source, e);
}

/* The entity that a slot stands for; NULL text: NULL. */
static int
read_slot(const char *file, const char *text, struct arena *arena,
    const struct uid **uid, struct doc_error *error)
{
	struct doc_source s = { .file = file, .text = text };

	*uid = NULL;
	if (text == NULL)
		return 0;
	s.len = strlen(text);
	return parse_uid_text(uid, arena, &s, error);
}

int
cedar_policies_link(struct cedar_policies *p, const char *template_id,
    const char *id, const char *principal, const char *resource,
    struct cedar_error *e)
{
	const struct uid *values[2];
	const struct str *template;
	struct doc_error error;
	struct arena arena;
	int rc = -1;

	arena_init(&arena, 0);
	template = str_new(&arena, template_id, strlen(template_id));
	if (template == NULL)
		doc_error_memory(&error, "");
	else if (read_slot("principal", principal, &arena,
	    &values[SLOT_PRINCIPAL], &error) == 0 && read_slot("resource",
	    resource, &arena, &values[SLOT_RESOURCE], &error) == 0)
		rc = policies_link(&p->set, template, id, strlen(id), values,
		    &error);
	if (rc == -1)
		api_error(e, &error);
	arena_free(&arena);
	return rc;
}

size_t
cedar_policies_count(const struct cedar_policies *p)
{
	return p->set.n;
}

const char *
cedar_policy_id(const struct cedar_policies *p, size_t i)
{
	return p->set.items[i]->id->bytes;
}

bool
cedar_policy_forbids(const struct cedar_policies *p, size_t i)
{
	return p->set.items[i]->forbid;
}

bool
cedar_policy_is_template(const struct cedar_policies *p, size_t i)
{
	return p->set.items[i]->is_template;
}

const char *
cedar_policy_annotation(const struct cedar_policies *p, size_t i,
    const char *name)
{
	const struct str *value = policy_annotation(p->set.items[i], name);

	return value == NULL ? NULL : value->bytes;
}

static int
write_text(struct put *out, void *policy)
{
	format_policy(out, policy);
	return 0;
}

static int
write_json(struct put *out, void *policy)
{
	format_json(out, policy);
	return 0;
}

char *
cedar_policy_text(const struct cedar_policies *p, size_t i)
{
	return api_write(write_text, p->set.items[i]);
}

char *
cedar_policy_json(const struct cedar_policies *p, size_t i)
{
	return api_write(write_json, p->set.items[i]);
}

struct format_job {
	const struct cedar_source	*source;
	struct doc_error		 error;
};

static int
write_formatted(struct put *out, void *ctx)
{
	struct format_job *job = ctx;

	return format_text(out, job->source->file, job->source->text,
	    job->source->len, &job->error);
}

char *
cedar_format(const struct cedar_source *source, struct cedar_error *e)
{
	struct format_job job = { .source = source };
	char *text = api_write(write_formatted, &job);
	int saved = errno;

	if (text == NULL && saved == ENOMEM)
		doc_error_memory(&job.error, source->file);
	if (text == NULL)
		api_error(e, &job.error);
	errno = saved;
	return text;
}
