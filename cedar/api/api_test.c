#include "cedar/cedar.h"

#include <atf-c.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char schema_text[] =
    "entity Group; entity User in [Group] { level: Long };\n"
    "entity Doc tags String;\n"
    "action read appliesTo { principal: User, resource: Doc,\n"
    "    context: { night: Bool, urgent?: Bool } };\n";

static const char rules_text[] =
    "@id(\"staff\") @why(\"they work here\")\n"
    "permit (principal in Group::\"staff\", action, resource)\n"
    "unless { context.night };\n"
    "forbid (principal, action, resource) when { principal.level < 1 };\n";

static const char people_text[] =
    "[{\"uid\": {\"type\": \"User\", \"id\": \"ann\"},\n"
    "  \"attrs\": {\"level\": 3},\n"
    "  \"parents\": [{\"type\": \"Group\", \"id\": \"staff\"}]},\n"
    " {\"uid\": {\"type\": \"Group\", \"id\": \"staff\"}}]";

static const char people_yaml[] =
    "- {uid: {type: User, id: ann}, attrs: {level: 3},\n"
    "   parents: [{type: Group, id: staff}]}\n"
    "- {uid: {type: Group, id: staff}}\n";

static struct cedar_error e;

static const struct cedar_source *
source(const char *file, const char *text)
{
	static struct cedar_source s;

	s = (struct cedar_source){ file, text, strlen(text) };
	return &s;
}

/* The last error in one line. */
static const char *
error(void)
{
	static char line[600];

	return cedar_error_format(&e, false, line, sizeof(line));
}

static struct cedar_schema *
schema(void)
{
	struct cedar_schema *s = cedar_schema_text(source("schema",
	    schema_text), 1, &e);

	ATF_REQUIRE_MSG(s != NULL, "%s", error());
	return s;
}

static struct cedar_policies *
rules(const char *text)
{
	struct cedar_policies *p = cedar_policies_new();

	ATF_REQUIRE(p != NULL);
	ATF_REQUIRE_MSG(cedar_policies_add_text(p, source("rules", text),
	    &e) == 0, "%s", error());
	return p;
}

static struct cedar_entities *
people(const struct cedar_schema *s)
{
	struct cedar_entities *es = cedar_entities_json(source("people",
	    people_text), 1, s, &e);

	ATF_REQUIRE_MSG(es != NULL, "%s", error());
	return es;
}

static struct cedar_request *
request(const char *principal, const char *context,
    const struct cedar_schema *s)
{
	return cedar_request_new(principal, "Action::\"read\"",
	    "Doc::\"plan\"", context, s, &e);
}

ATF_TC_WITHOUT_HEAD(decides_requests);
ATF_TC_BODY(decides_requests, tc)
{
	struct cedar_policies *p = rules(rules_text);
	struct cedar_entities *es = people(NULL);
	struct cedar_decider *d = cedar_decider_new(p, es);
	struct cedar_decision an;
	struct cedar_request *r;
	uint32_t policy = 9;

	ATF_REQUIRE(d != NULL);
	r = request("User::\"ann\"", "{\"night\": false}", NULL);
	cedar_decide(d, r, &an);
	ATF_CHECK(an.allow && an.npolicies == 1 && an.nerrors == 0);
	ATF_CHECK_STREQ(cedar_policy_id(p, an.policies[0]), "staff");
	cedar_request_free(r);
	r = request("User::\"ann\"", "{\"night\": true}", NULL);
	cedar_decide(d, r, &an);
	ATF_CHECK(!an.allow && an.npolicies == 0);
	cedar_request_free(r);
	r = request("User::\"bob\"", NULL, NULL);
	cedar_decide(d, r, &an);
	ATF_CHECK(!an.allow && an.npolicies == 0 && an.nerrors == 1);
	ATF_CHECK(strstr(cedar_decider_error(d, 0, &policy), "User::\"bob\"")
	    != NULL);
	ATF_CHECK_STREQ(cedar_policy_id(p, policy), "rules:policy1");
	cedar_request_free(r);
	cedar_decider_free(d);
	cedar_entities_free(es);
	cedar_policies_free(p);
}

ATF_TC_WITHOUT_HEAD(explains_decisions);
ATF_TC_BODY(explains_decisions, tc)
{
	struct cedar_policies *p = rules(rules_text);
	struct cedar_entities *es = people(NULL);
	struct cedar_request *r = request("User::\"ann\"",
	    "{\"night\": true}", NULL);
	struct cedar_decider *d;
	char text[200], *shown;

	/* More than the first buffer holds. */
	for (int i = 0; i < 200; i++) {
		snprintf(text, sizeof(text), "@id(\"copy %d\") permit "
		    "(principal, action, resource) when { context.night && "
		    "principal.level == %d };", i, i + 10);
		ATF_REQUIRE_EQ(cedar_policies_add_text(p, source("more",
		    text), &e), 0);
	}
	d = cedar_decider_new(p, es);
	shown = cedar_explain(d, r, 150);
	ATF_REQUIRE(shown != NULL);
	ATF_CHECK(strlen(shown) > 8192);
	ATF_CHECK(strstr(shown, "copy 148") != NULL);
	ATF_CHECK(strstr(shown, "copy 149") == NULL);
	free(shown);
	cedar_decider_free(d);
	cedar_request_free(r);
	cedar_entities_free(es);
	cedar_policies_free(p);
}

ATF_TC_WITHOUT_HEAD(yaml_entities_are_the_same);
ATF_TC_BODY(yaml_entities_are_the_same, tc)
{
	struct cedar_policies *p = rules(rules_text);
	struct cedar_entities *es = cedar_entities_yaml(source("people.yaml",
	    people_yaml), 1, NULL, &e);
	struct cedar_request *r = request("User::\"ann\"",
	    "{\"night\": false}", NULL);
	struct cedar_decider *d;
	struct cedar_decision an;

	ATF_REQUIRE_MSG(es != NULL, "%s", error());
	d = cedar_decider_new(p, es);
	cedar_decide(d, r, &an);
	ATF_CHECK(an.allow);
	cedar_decider_free(d);
	cedar_entities_free(es);
	es = cedar_entities_json(NULL, 0, NULL, &e);
	d = cedar_decider_new(p, es);
	cedar_decide(d, r, &an);
	ATF_CHECK(!an.allow);
	cedar_decider_free(d);
	cedar_entities_free(es);
	cedar_request_free(r);
	cedar_policies_free(p);
}

/* Nothing is made of it, with this error. */
#define BAD(call, expected) do { \
	ATF_CHECK_ERRNO(EBADMSG, (call) == NULL); \
	ATF_CHECK_STREQ(error(), expected); \
} while (0)

ATF_TC_WITHOUT_HEAD(errors_have_a_place);
ATF_TC_BODY(errors_have_a_place, tc)
{
	struct cedar_schema *s = schema();
	struct cedar_policies *p = cedar_policies_new();
	char text[600];

	BAD(cedar_schema_text(source("s", "entity A;\nentity A;"), 1, &e),
	    "s:2:8: entity type `A' is declared twice; the first is at "
	    "s:1");
	BAD(cedar_schema_json(source("s", "{"), &e), "s:1:2: expected a key "
	    "in quotes, or `}', not the end of the text");
	BAD(cedar_entities_json(source("es", "{}"), 1, NULL, &e),
	    "es:1:1: expected a list of entities, not an object; put [ ] "
	    "around them, or in YAML begin each with `- uid:'");
	BAD(cedar_entities_yaml(source("es", "- &a 1"), 1, NULL, &e),
	    "es:1:3: an anchor (&); write the value out where it is needed");
	BAD(cedar_request_json(source("r", "[]"), NULL, &e), "r:1:1: "
	    "expected an object, not a list");
	BAD(request("User", NULL, NULL), "principal:1:5: expected `::' and "
	    "the entity's id in double quotes, as in User::\"alice\", not the "
	    "end of the text");
	BAD(request("User::\"ann\"", "[]", NULL), "context:1:1: expected an "
	    "object, not a list");
	BAD(request("User::\"ann\"", "{}", s), "context:1:1: attribute "
	    "`night' is missing; the schema requires it");
	BAD(request("Doc::\"ann\"", "{\"night\": true}", s), "request: the "
	    "action does not apply to a principal of type Doc");
	BAD(cedar_request_new("User::\"ann\"", "Action::\"x\"",
	    "Doc::\"plan\"", NULL, s, &e), "action: the schema has no such "
	    "action");
	ATF_CHECK_ERRNO(EBADMSG, cedar_policies_add_text(p, source("p",
	    "permit (principal)"), &e) == -1);
	ATF_CHECK_STREQ(cedar_error_format(&e, true, text, sizeof(text)),
	    "p:1:18: expected `,' and the rest of the scope: (principal, "
	    "action, resource), not `)'\n"
	    "    permit (principal)\n"
	    "                     ^");
	ATF_CHECK_ERRNO(EBADMSG, cedar_policies_add_json(p, "x", source("p",
	    "{}"), NULL) == -1);
	ATF_CHECK_EQ(cedar_policies_count(p), 0);
	cedar_policies_free(p);
	cedar_schema_free(s);
}

ATF_TC_WITHOUT_HEAD(policies_are_known_by_number);
ATF_TC_BODY(policies_are_known_by_number, tc)
{
	static const char one[] = "{\"effect\": \"forbid\", \"principal\": "
	    "{\"op\": \"==\", \"slot\": \"?principal\"}, \"action\": "
	    "{\"op\": \"All\"}, \"resource\": {\"op\": \"All\"}, "
	    "\"conditions\": []}";
	struct cedar_policies *p = rules(rules_text), *q;
	char *text;

	ATF_REQUIRE_EQ(cedar_policies_add_json(p, "t", source("t", one), &e),
	    0);
	ATF_REQUIRE_MSG(cedar_policies_link(p, "t", "l", "User::\"ann\"",
	    NULL, &e) == 0, "%s", error());
	ATF_CHECK_ERRNO(EBADMSG, cedar_policies_link(p, "t", "m", NULL, NULL,
	    &e) == -1);
	ATF_REQUIRE_EQ(cedar_policies_count(p), 4);
	ATF_CHECK_STREQ(cedar_policy_id(p, 3), "l");
	ATF_CHECK(!cedar_policy_forbids(p, 0) && cedar_policy_forbids(p, 3));
	ATF_CHECK(cedar_policy_is_template(p, 2));
	ATF_CHECK(!cedar_policy_is_template(p, 3));
	ATF_CHECK_STREQ(cedar_policy_annotation(p, 0, "why"),
	    "they work here");
	ATF_CHECK(cedar_policy_annotation(p, 1, "why") == NULL);
	text = cedar_policy_text(p, 3);
	ATF_REQUIRE(text != NULL);
	ATF_CHECK(strstr(text, "principal == User::\"ann\"") != NULL);
	free(text);
	text = cedar_policy_json(p, 2);
	q = cedar_policies_new();
	ATF_CHECK_EQ(cedar_policies_add_json(q, "again", source("q", text),
	    &e), 0);
	free(text);
	ATF_CHECK_EQ(cedar_policies_add_json_set(q, source("set",
	    "{\"templateLinks\": [{\"templateId\": \"again\", \"newId\": "
	    "\"new\", \"values\": {\"?principal\": {\"type\": \"User\", "
	    "\"id\": \"bob\"}}}]}"), &e), 0);
	ATF_CHECK_STREQ(cedar_policy_id(q, 1), "new");
	cedar_policies_free(q);
	cedar_policies_free(p);
}

ATF_TC_WITHOUT_HEAD(findings_name_policies_and_kinds);
ATF_TC_BODY(findings_name_policies_and_kinds, tc)
{
	struct cedar_schema *s = schema();
	struct cedar_policies *p = rules(rules_text);
	struct cedar_entities *es = people(s);
	struct cedar_findings f;

	ATF_REQUIRE_EQ(cedar_validate(p, s, &f), 0);
	ATF_CHECK_EQ(f.n, 0);
	cedar_findings_free(&f);
	ATF_REQUIRE_EQ(cedar_policies_add_text(p, source("more",
	    "permit (principal, action, resource) when { context.urgent };\n"
	    "permit (principal in Group::\"staff\", action, resource) "
	    "unless { context.night };"), &e), 0);
	ATF_REQUIRE_EQ(cedar_validate(p, s, &f), 0);
	ATF_REQUIRE_EQ(f.n, 1);
	ATF_CHECK_EQ(f.nerrors, 1);
	ATF_CHECK_EQ(f.items[0].policy, 2);
	ATF_CHECK(!f.items[0].warning);
	ATF_CHECK_STREQ(f.items[0].kind, "maybe-missing");
	ATF_CHECK_STREQ(f.items[0].error.file, "more");
	cedar_findings_free(&f);
	ATF_REQUIRE_EQ(cedar_analyse(p, es, &f), 0);
	ATF_REQUIRE_EQ(f.n, 1);
	ATF_CHECK_STREQ(f.items[0].kind, "twice");
	ATF_CHECK(f.items[0].warning && f.items[0].policy == 3 &&
	    f.items[0].other == 0);
	cedar_findings_free(&f);
	cedar_entities_free(es);
	cedar_policies_free(p);
	cedar_schema_free(s);
}

ATF_TC_WITHOUT_HEAD(formats_files);
ATF_TC_BODY(formats_files, tc)
{
	char *text = cedar_format(source("f", "// why\npermit(principal,"
	    "action,resource);"), &e);

	ATF_REQUIRE(text != NULL);
	ATF_CHECK_STREQ(text, "// why\npermit (principal, action, "
	    "resource);\n");
	free(text);
	BAD(cedar_format(source("f", "permit\n;"), &e), "f:2:1: expected `(' "
	    "and the scope: (principal, action, resource), not `;'");
}

/*
 * Every allocation of the program fails once: each function reports it, and
 * what was made before can be freed.
 */
static long allocations_left = -1;

static bool
fails(void)
{
	if (allocations_left > 0)
		allocations_left--;
	return allocations_left == 0;
}

void	*__real_malloc(size_t);
void	*__wrap_malloc(size_t);
void	*__real_calloc(size_t, size_t);
void	*__wrap_calloc(size_t, size_t);
void	*__real_realloc(void *, size_t);
void	*__wrap_realloc(void *, size_t);
void	*__real_reallocarray(void *, size_t, size_t);
void	*__wrap_reallocarray(void *, size_t, size_t);

static void *
fail(void)
{
	errno = ENOMEM;
	return NULL;
}

void *
__wrap_malloc(size_t n)
{
	return fails() ? fail() : __real_malloc(n);
}

void *
__wrap_calloc(size_t n, size_t size)
{
	return fails() ? fail() : __real_calloc(n, size);
}

void *
__wrap_realloc(void *p, size_t n)
{
	return fails() ? fail() : __real_realloc(p, n);
}

void *
__wrap_reallocarray(void *p, size_t n, size_t size)
{
	return fails() ? fail() : __real_reallocarray(p, n, size);
}

struct everything {
	struct cedar_schema	*schema;
	struct cedar_policies	*policies;
	struct cedar_entities	*entities;
	struct cedar_request	*request;
	struct cedar_decider	*decider;
	struct cedar_findings	 found, remarks;
	char			*text, *json, *formatted, *shown;
};

static bool
use_everything(struct everything *t)
{
	struct cedar_source s = { "s", schema_text, strlen(schema_text) };

	return (t->schema = cedar_schema_text(&s, 1, &e)) != NULL &&
	    (t->policies = cedar_policies_new()) != NULL &&
	    cedar_policies_add_text(t->policies, source("r", rules_text),
	    &e) == 0 &&
	    (t->entities = cedar_entities_json(source("p", people_text), 1,
	    t->schema, &e)) != NULL &&
	    (t->request = request("User::\"ann\"", "{\"night\": true}",
	    t->schema)) != NULL &&
	    (t->decider = cedar_decider_new(t->policies, t->entities)) !=
	    NULL &&
	    cedar_validate(t->policies, t->schema, &t->found) == 0 &&
	    cedar_analyse(t->policies, t->entities, &t->remarks) == 0 &&
	    (t->text = cedar_policy_text(t->policies, 0)) != NULL &&
	    (t->json = cedar_policy_json(t->policies, 0)) != NULL &&
	    (t->formatted = cedar_format(source("r", rules_text), &e)) !=
	    NULL &&
	    (t->shown = cedar_explain(t->decider, t->request, 3)) != NULL;
}

static void
free_everything(struct everything *t)
{
	cedar_schema_free(t->schema);
	cedar_request_free(t->request);
	cedar_decider_free(t->decider);
	cedar_policies_free(t->policies);
	cedar_entities_free(t->entities);
	cedar_findings_free(&t->found);
	cedar_findings_free(&t->remarks);
	free(t->text);
	free(t->json);
	free(t->formatted);
	free(t->shown);
}

ATF_TC_WITHOUT_HEAD(every_failed_allocation_is_reported);
ATF_TC_BODY(every_failed_allocation_is_reported, tc)
{
	bool done = false;
	long n;

	for (n = 1; !done; n++) {
		struct everything t = { 0 };

		allocations_left = n;
		errno = 0;
		done = use_everything(&t);
		if (!done)
			ATF_CHECK_EQ_MSG(errno, ENOMEM, "allocation %ld", n);
		allocations_left = -1;
		free_everything(&t);
	}
	ATF_CHECK_MSG(n > 50, "%ld", n);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, decides_requests);
	ATF_TP_ADD_TC(tp, explains_decisions);
	ATF_TP_ADD_TC(tp, yaml_entities_are_the_same);
	ATF_TP_ADD_TC(tp, errors_have_a_place);
	ATF_TP_ADD_TC(tp, policies_are_known_by_number);
	ATF_TP_ADD_TC(tp, findings_name_policies_and_kinds);
	ATF_TP_ADD_TC(tp, formats_files);
	ATF_TP_ADD_TC(tp, every_failed_allocation_is_reported);
	return atf_no_error();
}
