#include "query.h"

#include <errno.h>
#include <stdio.h>

#include "values.h"

/* A job is an entity with two attributes that only this request has. */
static const struct entity *
job_entity(struct values *v, const struct query_permission *q)
{
	static const struct record none;
	const struct values_field list[] = {
		{ "submitter", values_user(v, q->submitter) },
		{ "author", values_user(v, q->author) },
	};
	struct entity *e = arena_alloc(v->arena, 1, sizeof(*e));

	v->failed |= e == NULL;
	if (v->failed)
		return NULL;
	e->uid = values_uid(v, "Job", q->job);
	e->attrs = values_record(v, list, COUNT(list));
	e->tags = &none;
	return e;
}

int
query_request(const struct query_permission *q, const struct rules_context *c,
    struct arena *arena, struct authz_request *r)
{
	struct values v = { arena, false };
	const struct values_field list[] = {
		{ "now", values_time(c->now) },
		{ "boot", values_text(&v, c->boot) },
	};

	r->principal = values_uid(&v, "User", q->who);
	r->action = values_uid(&v, "Action", verb_word(q->verb));
	r->context = values_record(&v, list, COUNT(list));
	r->own = NULL;
	if (q->verb == VERB_OUTPUT) {
		r->own = job_entity(&v, q);
		r->resource = v.failed ? NULL : r->own->uid;
	} else {
		r->resource = values_uid(&v, "Appliance", q->appliance);
	}
	if (!v.failed)
		return 0;
	errno = ENOMEM;
	return -1;
}

const char *
query_format(const struct query_permission *q, char dst[PERMISSION_TEXT_MAX])
{
	snprintf(dst, PERMISSION_TEXT_MAX, "read %s of %.80s",
	    verb_word(q->verb), q->verb == VERB_OUTPUT ? q->job :
	    q->appliance);
	return dst;
}
