#include "query.h"

#include <errno.h>
#include <stdio.h>

#include "values.h"

/* A job is an entity with two attributes, known to this request alone. */
static const struct entity *
job_entity(struct maker *m, const struct reading *r)
{
	static const struct record none;
	const struct named list[] = {
		{ "submitter", make_user(m, r->submitter) },
		{ "author", make_user(m, r->author) },
	};
	struct entity *e = arena_alloc(m->arena, 1, sizeof(*e));

	m->failed |= e == NULL;
	if (m->failed)
		return NULL;
	e->uid = make_uid(m, "Job", r->job);
	e->attrs = make_record(m, list, COUNT(list));
	e->tags = &none;
	return e;
}

int
reading_request(const struct reading *r, const struct scene *s,
    struct arena *arena, struct authz_request *request)
{
	struct maker m = { arena, false };
	const struct named list[] = {
		{ "now", make_time(s->now) },
		{ "boot", make_text(&m, s->boot) },
	};

	request->principal = make_uid(&m, "User", r->who);
	request->action = make_uid(&m, "Action", verb_word(r->verb));
	request->context = make_record(&m, list, COUNT(list));
	request->own = NULL;
	if (r->verb == VERB_OUTPUT) {
		request->own = job_entity(&m, r);
		request->resource = m.failed ? NULL : request->own->uid;
	} else {
		request->resource = make_uid(&m, "Appliance", r->appliance);
	}
	if (!m.failed)
		return 0;
	errno = ENOMEM;
	return -1;
}

const char *
reading_format(const struct reading *r, char dst[ASK_TEXT_MAX])
{
	snprintf(dst, ASK_TEXT_MAX, "read %s of %.80s", verb_word(r->verb),
	    r->verb == VERB_OUTPUT ? r->job : r->appliance);
	return dst;
}
