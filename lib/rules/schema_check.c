#include "schema_check.h"

#include <stdio.h>
#include <string.h>

#include "values.h"
#include "query.h"

static const struct scene scene = { .boot = "kept" };

/* Somebody there may be: anybody, unless the site lists all that there are. */
static const char *
somebody(const struct schema *s)
{
	for (uint32_t i = 0; i < s->nentities; i++)
		if (str_is(s->entities[i].name, "User") &&
		    s->entities[i].nids > 0)
			return s->entities[i].ids[0]->bytes;
	return "somebody";
}

/* A command that asks for everything that there is to ask for. */
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
	return doc_error_set(e, "", "a type here is called as one that the "
	    "appliance's own schema uses, and %s would be asked otherwise "
	    "than checked: %.160s; give the type another name", action, text);
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
check_asks(const struct schema *s, const char *user, struct arena *arena,
    struct doc_error *e)
{
	static struct manifest m;	/* too large for a stack */
	struct who who = { 0 };
	struct ask asks[ASKS_MAX];
	struct authz_request r;
	size_t n;

	snprintf(who.author, sizeof(who.author), "%s", user);
	snprintf(who.submitter, sizeof(who.submitter), "%s", user);
	fill_manifest(&m);
	n = asks_of(&m, asks);
	for (size_t i = 0; i < n; i++) {
		if (ask_request(&asks[i], &who, &m, &scene, arena, &r) == -1)
			return doc_error_memory(e, "");
		if (check_request(s, &r, e) == -1)
			return -1;
	}
	return 0;
}

static int
check_readings(const struct schema *s, const char *user, struct arena *arena,
    struct doc_error *e)
{
	static const enum verb verbs[] = { VERB_STATUS, VERB_JOBS,
	    VERB_LEDGER, VERB_OUTPUT };
	struct reading reading = { .who = user, .appliance = "casemate",
	    .job = "0", .submitter = user, .author = user };
	struct authz_request r;

	for (size_t i = 0; i < COUNT(verbs); i++) {
		reading.verb = verbs[i];
		if (reading_request(&reading, &scene, arena, &r) == -1)
			return doc_error_memory(e, "");
		if (check_request(s, &r, e) == -1)
			return -1;
	}
	return 0;
}

int
shape_check(const struct schema *s, struct doc_error *e)
{
	const char *user = somebody(s);
	struct arena arena;
	int rc;

	arena_init(&arena, 0);
	rc = check_asks(s, user, &arena, e);
	if (rc == 0)
		rc = check_readings(s, user, &arena, e);
	arena_free(&arena);
	return rc;
}
