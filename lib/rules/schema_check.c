#include "schema_check.h"

#include <stdio.h>
#include <string.h>

#include "query.h"
#include "values.h"

static const struct rules_context context = { .boot = "kept" };

/* A user that the schema permits: any, unless the schema lists them all. */
static const char *
any_user(const struct schema *s)
{
	for (uint32_t i = 0; i < s->nentities; i++)
		if (str_is(s->entities[i].name, "User") &&
		    s->entities[i].nids > 0)
			return s->entities[i].ids[0]->bytes;
	return "user";
}

/* One that needs every permission. */
static void
fill_manifest(struct manifest *m)
{
	manifest_init(m);
	strcpy(m->name, "job");
	strcpy(m->runtime, "runtime");
	strcpy(m->secrets[m->nsecrets++], "secret");
	for (int c = 0; c < CAPABILITY_COUNT; c++)
		m->capabilities = capability_add(m->capabilities,
		    (enum capability)c);
	for (int i = 0; i < LIMIT_COUNT; i++)
		limit_set(&m->limits, (enum limit)i,
		    limit_info((enum limit)i)->most);
}

static int
refuse(struct doc_error *e, const char *action)
{
	char text[DOC_MESSAGE_MAX];

	snprintf(text, sizeof(text), "%s", e->text);
	return doc_error_set(e, "", "a type here has the name of one in the "
	    "appliance's own schema, so that no request for %s would match "
	    "what rules are checked against: %.160s; rename the type", action,
	    text);
}

static int
check_request(const struct schema *s, const struct authz_request *r,
    struct doc_error *e)
{
	if (schema_check_request(s, r, e) == -1)
		return refuse(e, r->action->id->bytes);
	if (r->own != NULL && schema_check_entity(s, r->own, e) == -1)
		return refuse(e, r->action->id->bytes);
	return 0;
}

static int
check_commands(const struct schema *s, const char *user, struct arena *arena,
    struct doc_error *e)
{
	static struct manifest m;	/* too large for a stack */
	struct who who = { 0 };
	struct permission list[PERMISSIONS_MAX];
	struct authz_request r;
	size_t n;

	snprintf(who.author, sizeof(who.author), "%s", user);
	snprintf(who.submitter, sizeof(who.submitter), "%s", user);
	fill_manifest(&m);
	n = permission_list(&m, list);
	for (size_t i = 0; i < n; i++) {
		if (permission_request(&list[i], &who, &m, &context, arena,
		    &r) == -1)
			return doc_error_memory(e, "");
		if (check_request(s, &r, e) == -1)
			return -1;
	}
	return 0;
}

static int
check_queries(const struct schema *s, const char *user, struct arena *arena,
    struct doc_error *e)
{
	const struct rules_query q = { .who = user, .appliance = "casemate",
	    .job = "0", .submitter = user, .author = user };
	struct authz_request r;

	for (int i = 0; i < QUERY_ACTION_COUNT; i++) {
		const struct query_permission p = { (enum query_action)i,
		    WITHHELD_EVIDENCE };

		if (query_request(&q, &p, &context, arena, &r) == -1)
			return doc_error_memory(e, "");
		if (check_request(s, &r, e) == -1)
			return -1;
	}
	return 0;
}

int
schema_check(const struct schema *s, struct doc_error *e)
{
	const char *user = any_user(s);
	struct arena arena;
	int rc;

	arena_init(&arena, 0);
	rc = check_commands(s, user, &arena, e);
	if (rc == 0)
		rc = check_queries(s, user, &arena, e);
	arena_free(&arena);
	return rc;
}
