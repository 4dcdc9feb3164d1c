#include "query.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "values.h"

/* What an action is about. */
enum resource { RESOURCE_APPLIANCE, RESOURCE_JOB, RESOURCE_FIELD };

static const struct {
	const char	*name;
	enum resource	 resource;
} actions[] = {
	[QUERY_ACTION_STATUS] = { "status", RESOURCE_APPLIANCE },
	[QUERY_ACTION_JOBS] = { "jobs", RESOURCE_APPLIANCE },
	[QUERY_ACTION_LEDGER] = { "ledger", RESOURCE_APPLIANCE },
	[QUERY_ACTION_CONSISTENCY] = { "consistency", RESOURCE_APPLIANCE },
	[QUERY_ACTION_FSCK] = { "fsck", RESOURCE_APPLIANCE },
	[QUERY_ACTION_OUTPUT] = { "output", RESOURCE_JOB },
	[QUERY_ACTION_SEE] = { "see", RESOURCE_FIELD },
	[QUERY_ACTION_FORGET] = { "forget", RESOURCE_FIELD },
};

#define ALL_FIELDS	((UINT32_C(1) << WITHHELD_COUNT) - 1)

/* What each verb needs, in this order. */
static const struct query_verb {
	enum verb		verb;
	enum query_action	needs;
	bool			sees;		/* and to see one field */
	uint32_t		fields;		/* that leaves come with */
} verbs[] = {
	{ VERB_STATUS, QUERY_ACTION_STATUS, false, 0 },
	{ VERB_JOBS, QUERY_ACTION_JOBS, false, 0 },
	{ VERB_LEDGER, QUERY_ACTION_LEDGER, false, ALL_FIELDS },
	{ VERB_CONSISTENCY, QUERY_ACTION_CONSISTENCY, false, 0 },
	{ VERB_FSCK, QUERY_ACTION_FSCK, false, 0 },
	{ VERB_OUTPUT, QUERY_ACTION_OUTPUT, false, 0 },
	{ VERB_EVIDENCE, QUERY_ACTION_LEDGER, true, ALL_FIELDS },
	{ VERB_DISCLOSE, QUERY_ACTION_LEDGER, true, 0 },
	{ VERB_FORGET, QUERY_ACTION_FORGET, false, 0 },
};

static const struct query_verb *
find_verb(enum verb verb)
{
	for (size_t i = 0; i < COUNT(verbs); i++)
		if (verbs[i].verb == verb)
			return &verbs[i];
	return NULL;
}

/* The one that a query is about. */
static enum withheld
field_of(const struct rules_query *q)
{
	return q->verb == VERB_EVIDENCE ? WITHHELD_EVIDENCE : q->field;
}

size_t
query_list(const struct rules_query *q,
    struct query_permission list[QUERY_PERMISSIONS_MAX])
{
	const struct query_verb *v = find_verb(q->verb);

	if (v == NULL)
		return 0;
	list[0] = (struct query_permission){ v->needs, field_of(q) };
	list[1] = (struct query_permission){ QUERY_ACTION_SEE, field_of(q) };
	return v->sees ? 2 : 1;
}

uint32_t
query_fields(const struct rules_query *q)
{
	const struct query_verb *v = find_verb(q->verb);

	if (v == NULL)
		return 0;
	return v->fields | (v->sees ? withheld_bit(field_of(q)) : 0);
}

/* A job is an entity with two attributes that only this request has. */
static const struct entity *
job_entity(struct values *v, const struct rules_query *q)
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

static void
set_resource(struct values *v, const struct rules_query *q,
    const struct query_permission *p, struct authz_request *r)
{
	r->own = NULL;
	switch (actions[p->action].resource) {
	case RESOURCE_APPLIANCE:
		r->resource = values_uid(v, "Appliance", q->appliance);
		return;
	case RESOURCE_JOB:
		r->own = job_entity(v, q);
		r->resource = v->failed ? NULL : r->own->uid;
		return;
	case RESOURCE_FIELD:
		r->resource = values_uid(v, "Field", withheld_name(p->field));
		return;
	}
}

int
query_request(const struct rules_query *q, const struct query_permission *p,
    const struct rules_context *c, struct arena *arena,
    struct authz_request *r)
{
	struct values v = { arena, false };
	const struct values_field list[] = {
		{ "now", values_time(c->now) },
		{ "boot", values_text(&v, c->boot) },
	};

	r->principal = values_uid(&v, "User", q->who);
	r->action = values_uid(&v, "Action", query_action_name(p->action));
	r->context = values_record(&v, list, COUNT(list));
	set_resource(&v, q, p, r);
	if (!v.failed)
		return 0;
	errno = ENOMEM;
	return -1;
}

const char *
query_action_name(enum query_action action)
{
	return actions[action].name;
}

enum query_action
query_action_find(const char *name)
{
	int a = 0;

	while (a < QUERY_ACTION_COUNT && strcmp(actions[a].name, name) != 0)
		a++;
	return (enum query_action)a;
}

const char *
query_format(const struct rules_query *q, const struct query_permission *p,
    char dst[PERMISSION_TEXT_MAX])
{
	const char *name = query_action_name(p->action);

	switch (actions[p->action].resource) {
	case RESOURCE_APPLIANCE:
		snprintf(dst, PERMISSION_TEXT_MAX, "read %s of %.80s", name,
		    q->appliance);
		break;
	case RESOURCE_JOB:
		snprintf(dst, PERMISSION_TEXT_MAX, "read %s of %.80s", name,
		    q->job);
		break;
	case RESOURCE_FIELD:
		snprintf(dst, PERMISSION_TEXT_MAX, "%s %s of leaves", name,
		    withheld_name(p->field));
		break;
	}
	return dst;
}
