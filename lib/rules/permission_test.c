#include "permission.h"

#include <atf-c.h>

#include <stdio.h>
#include <string.h>

#include "casemate.cedarschema.h"
#include "cedar/format/format.h"
#include "cedar/schema/schema.h"
#include "values.h"
#include "people.cedarschema.h"
#include "query.h"

static struct manifest manifest;
static struct who who;
static struct permission list[PERMISSIONS_MAX];
static const struct rules_context context = {
	.now = 1800000000, .boot = "kept",
};

static size_t
fill(void)
{
	manifest_init(&manifest);
	memset(&who, 0, sizeof(who));
	strcpy(manifest.name, "report");
	strcpy(who.author, "dana");
	strcpy(who.submitter, "ci-bot");
	memset(who.manifest_sha256, 0xab, DIGEST_LEN);
	return permission_list(&manifest, list);
}

static void
is(size_t i, const char *words)
{
	char text[PERMISSION_TEXT_MAX];

	ATF_CHECK_STREQ(permission_format(&list[i], text), words);
}

ATF_TC_WITHOUT_HEAD(a_plain_job_asks_to_run);
ATF_TC_BODY(a_plain_job_asks_to_run, tc)
{
	ATF_CHECK_EQ(fill(), 1);
	is(0, "run report");
}

ATF_TC_WITHOUT_HEAD(each_capability_and_secret_is_asked_for);
ATF_TC_BODY(each_capability_and_secret_is_asked_for, tc)
{
	fill();
	manifest.capabilities = 1u << CAPABILITY_SHARED_MEMORY |
	    1u << CAPABILITY_EXEC_MEMORY;
	manifest.nsecrets = 2;
	strcpy(manifest.secrets[0], "db");
	strcpy(manifest.secrets[1], "token");
	ATF_REQUIRE_EQ(permission_list(&manifest, list), 5);
	is(0, "run report");
	is(1, "use exec-memory");
	is(2, "use shared-memory");
	is(3, "lease db");
	is(4, "lease token");
}

ATF_TC_WITHOUT_HEAD(each_limit_above_the_default_is_asked_for);
ATF_TC_BODY(each_limit_above_the_default_is_asked_for, tc)
{
	struct limits *l = &manifest.limits;

	fill();
	l->cpu_millis += 1;
	l->memory_bytes += 1 << 20;
	l->processes += 1;
	l->wall_ms += 1000;
	l->output_bytes += 1 << 10;
	l->tmp_bytes += 1 << 20;
	l->open_files += 1;
	ATF_REQUIRE_EQ(permission_list(&manifest, list), 8);
	is(1, "exceed cpu_millis (1001; 1000 needs no rule)");
	is(2, "exceed memory_mib (257; 256 needs no rule)");
	is(3, "exceed processes (65; 64 needs no rule)");
	is(4, "exceed wall_seconds (61; 60 needs no rule)");
	is(5, "exceed output_kib (1025; 1024 needs no rule)");
	is(6, "exceed tmp_mib (65; 64 needs no rule)");
	is(7, "exceed open_files (1025; 1024 needs no rule)");
	fill();
	l->memory_bytes = 1 << 20;
	l->wall_ms = 1000;
	ATF_CHECK_EQ(permission_list(&manifest, list), 1);
}

static void
raise_limits(void)
{
	for (int i = 0; i < LIMIT_COUNT; i++)
		limit_set(&manifest.limits, (enum limit)i,
		    limit_info((enum limit)i)->most);
}

ATF_TC_WITHOUT_HEAD(the_most_that_can_be_asked_for_fits);
ATF_TC_BODY(the_most_that_can_be_asked_for_fits, tc)
{
	fill();
	manifest.capabilities = (1u << CAPABILITY_COUNT) - 1;
	manifest.nsecrets = MANIFEST_SECRETS_MAX;
	raise_limits();
	ATF_CHECK_EQ(permission_list(&manifest, list), PERMISSIONS_MAX);
}

static struct schema
load_schema(void)
{
	const struct doc_source sources[] = {
		{ "casemate", casemate_cedarschema,
		    sizeof(casemate_cedarschema) - 1 },
		{ "people", people_cedarschema,
		    sizeof(people_cedarschema) - 1 },
	};
	struct doc_error e;
	struct schema schema;
	char text[600];

	ATF_REQUIRE_MSG(schema_read_text(&schema, sources, 2, &e) == 0, "%s",
	    doc_error_format(&e, 1, text, sizeof(text)));
	return schema;
}

ATF_TC_WITHOUT_HEAD(every_request_is_as_the_schema_says);
ATF_TC_BODY(every_request_is_as_the_schema_says, tc)
{
	struct schema schema = load_schema();
	size_t n;

	fill();
	strcpy(manifest.runtime, "python");
	manifest.capabilities = (1u << CAPABILITY_COUNT) - 1;
	manifest.nsecrets = 1;
	strcpy(manifest.secrets[0], "db");
	raise_limits();
	n = permission_list(&manifest, list);
	for (size_t i = 0; i < n; i++) {
		struct authz_request request;
		struct doc_error e;
		struct arena arena;

		arena_init(&arena, 0);
		ATF_REQUIRE_EQ(permission_request(&list[i], &who, &manifest,
		    &context, &arena, &request), 0);
		ATF_CHECK_MSG(schema_check_request(&schema, &request, &e) == 0,
		    "%zu: %s", i, e.text);
		arena_free(&arena);
	}
	schema_free(&schema);
}

ATF_TC_WITHOUT_HEAD(every_reading_is_as_the_schema_says);
ATF_TC_BODY(every_reading_is_as_the_schema_says, tc)
{
	static const struct rules_query q = { .who = "arun",
	    .appliance = "example", .job = "0123456789abcdef0123456789abcdef",
	    .submitter = "ci-bot", .author = "dana" };
	struct schema schema = load_schema();

	for (int i = 0; i < QUERY_ACTION_COUNT; i++) {
		const struct query_permission r = { (enum query_action)i,
		    WITHHELD_ARGV };
		struct authz_request request;
		struct doc_error e;
		struct arena arena;

		arena_init(&arena, 0);
		ATF_REQUIRE_EQ(query_request(&q, &r, &context, &arena,
		    &request), 0);
		ATF_CHECK_MSG(schema_check_request(&schema, &request, &e) == 0,
		    "%d: %s", i, e.text);
		ATF_CHECK_MSG(request.own == NULL || schema_check_entity(
		    &schema, request.own, &e) == 0, "%d: %s", i, e.text);
		ATF_CHECK_EQ(request.own != NULL, i == QUERY_ACTION_OUTPUT);
		ATF_CHECK_EQ(query_action_find(request.action->id->bytes), i);
		arena_free(&arena);
	}
	schema_free(&schema);
}

static void
needs(enum verb verb, const char *first, const char *second)
{
	const struct rules_query q = { .verb = verb, .appliance = "example",
	    .job = "0123", .field = WITHHELD_AUTHOR };
	struct query_permission l[QUERY_PERMISSIONS_MAX];
	char text[PERMISSION_TEXT_MAX];
	size_t n = query_list(&q, l);

	ATF_REQUIRE_EQ(n, 1u + (second != NULL));
	ATF_CHECK_STREQ(query_format(&q, &l[0], text), first);
	if (second != NULL)
		ATF_CHECK_STREQ(query_format(&q, &l[1], text), second);
}

ATF_TC_WITHOUT_HEAD(each_query_asks_for_what_it_needs);
ATF_TC_BODY(each_query_asks_for_what_it_needs, tc)
{
	const struct rules_query run = { .verb = VERB_RUN };
	struct query_permission l[QUERY_PERMISSIONS_MAX];

	needs(VERB_STATUS, "read status of example", NULL);
	needs(VERB_JOBS, "read jobs of example", NULL);
	needs(VERB_LEDGER, "read ledger of example", NULL);
	needs(VERB_OUTPUT, "read output of 0123", NULL);
	needs(VERB_EVIDENCE, "read ledger of example",
	    "see evidence of leaves");
	needs(VERB_DISCLOSE, "read ledger of example", "see author of leaves");
	needs(VERB_FORGET, "forget author of leaves", NULL);
	ATF_CHECK_EQ(query_list(&run, l), 0);
	for (unsigned verb = 1; verb_word(verb) != NULL; verb++) {
		const struct rules_query q = { .verb = (enum verb)verb };

		ATF_CHECK_MSG((query_list(&q, l) == 0) ==
		    (verb == VERB_RUN || verb == VERB_EXPLAIN), "%s",
		    verb_word(verb));
	}
	ATF_CHECK_EQ(query_fields(&run), 0);
}

ATF_TC_WITHOUT_HEAD(the_context_says_what_is_known);
ATF_TC_BODY(the_context_says_what_is_known, tc)
{
	static const char want[] = "{\"now\": "
	    "datetime(\"2027-01-15T08:00:00Z\"), \"boot\": \"kept\", "
	    "\"class\": \"standard\", \"author\": User::\"dana\", \"limits\": "
	    "{\"tmp_mib\": 64, \"processes\": 64, \"cpu_millis\": 1000, "
	    "\"memory_mib\": 256, \"open_files\": 1024, "
	    "\"output_kib\": 1024, \"wall_seconds\": 60}, \"profile\": \"standard\", \"manifest\": {\"name\": "
	    "\"report\", \"sha256\": \"abababababababababababababababab"
	    "abababababababababababababababab\"}, \"submitter\": "
	    "User::\"ci-bot\"}";
	char text[2048];
	struct authz_request request;
	struct arena arena;
	struct put p;

	fill();
	arena_init(&arena, 0);
	ATF_REQUIRE_EQ(permission_request(&list[0], &who, &manifest, &context,
	    &arena, &request), 0);
	put_init(&p, text, sizeof(text) - 1);
	format_value(&p, (struct value){ VALUE_RECORD,
	    { .record = request.context } });
	text[p.len] = '\0';
	ATF_CHECK_STREQ(text, want);
	p.len = 0;
	format_uid(&p, request.principal);
	put_u8(&p, ' ');
	format_uid(&p, request.action);
	put_u8(&p, ' ');
	format_uid(&p, request.resource);
	put_u8(&p, '\0');
	ATF_CHECK_STREQ(text,
	    "User::\"ci-bot\" Action::\"run\" Manifest::\"report\"");
	arena_free(&arena);
}

static bool
is_limit(const char *name)
{
	int i = 0;

	while (i < LIMIT_COUNT &&
	    strcmp(limit_info((enum limit)i)->name, name) != 0)
		i++;
	return i < LIMIT_COUNT;
}

/* The schema's lists are the same as the tables in C. */
ATF_TC_WITHOUT_HEAD(the_schema_lists_what_the_tables_have);
ATF_TC_BODY(the_schema_lists_what_the_tables_have, tc)
{
	struct schema schema = load_schema();
	struct arena arena;
	const struct entity_type *t;

	arena_init(&arena, 0);
	t = schema_entity(&schema, str_new(&arena, "Capability", 10));
	ATF_REQUIRE(t != NULL);
	ATF_CHECK_EQ(t->nids, CAPABILITY_COUNT);
	for (uint32_t i = 0; i < t->nids; i++)
		ATF_CHECK(capability_find(t->ids[i]->bytes) !=
		    CAPABILITY_COUNT);
	t = schema_entity(&schema, str_new(&arena, "Limit", 5));
	ATF_REQUIRE(t != NULL);
	ATF_CHECK_EQ(t->nids, LIMIT_COUNT);
	for (uint32_t i = 0; i < t->nids; i++)
		ATF_CHECK_MSG(is_limit(t->ids[i]->bytes), "%s",
		    t->ids[i]->bytes);
	t = schema_entity(&schema, str_new(&arena, "Field", 5));
	ATF_REQUIRE(t != NULL);
	ATF_CHECK_EQ(t->nids, WITHHELD_COUNT);
	for (uint32_t i = 0; i < t->nids; i++)
		ATF_CHECK_MSG(withheld_find(t->ids[i]->bytes) !=
		    WITHHELD_COUNT, "%s", t->ids[i]->bytes);
	arena_free(&arena);
	schema_free(&schema);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, a_plain_job_asks_to_run);
	ATF_TP_ADD_TC(tp, each_capability_and_secret_is_asked_for);
	ATF_TP_ADD_TC(tp, each_limit_above_the_default_is_asked_for);
	ATF_TP_ADD_TC(tp, the_most_that_can_be_asked_for_fits);
	ATF_TP_ADD_TC(tp, every_request_is_as_the_schema_says);
	ATF_TP_ADD_TC(tp, every_reading_is_as_the_schema_says);
	ATF_TP_ADD_TC(tp, each_query_asks_for_what_it_needs);
	ATF_TP_ADD_TC(tp, the_context_says_what_is_known);
	ATF_TP_ADD_TC(tp, the_schema_lists_what_the_tables_have);
	return atf_no_error();
}
