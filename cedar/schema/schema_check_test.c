/*
 * Entities and requests against a schema.  They are read without it, so that
 * all that is refused here is refused by the check.
 */
#include "schema.h"

#include <atf-c.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cedar/read/read.h"

static const char text[] =
    "entity User in [Group] {"
    "	name: String, age?: Long, nested?: { one: Long, two?: Set<Color> },"
    "	list?: Set<{ a?: Long }>, ip?: ipaddr, d?: decimal, at?: datetime,"
    "	for?: duration, ok?: Bool, boss?: User, act?: Action,"
    "	deep?: Set<Set<Set<Long>>>"
    "} tags Set<Color>;"
    "entity Group in [Org]; entity Org; entity Other;"
    "entity Color enum [\"red\", \"blue\"];"
    "action read in [some] appliesTo { principal: [User],"
    "	resource: [Group, Color], context: { n: Long, c?: Color } };"
    "action some in all; action all, none;";

static struct schema s;

static void
load_schema(void)
{
	const struct doc_source source = { "s", text, strlen(text) };
	struct doc_error e;

	ATF_REQUIRE_MSG(schema_read_text(&s, &source, 1, &e) == 0, "%s",
	    e.text);
}

/* Checks the last of a list of entities. */
static void
entity(const char *json, const char *expected)
{
	struct entities es;
	struct doc_error e = { .text = "" };
	struct doc d;
	int rc;

	load_schema();
	entities_init(&es);
	ATF_REQUIRE_MSG(doc_read_json(&d, "e", json, strlen(json), 65536,
	    &e) == 0, "%s", e.text);
	ATF_REQUIRE_MSG(read_entities(&es, &d, NULL, &e) == 0, "%s", e.text);
	ATF_REQUIRE_MSG(entities_finish(&es, &e) == 0, "%s", e.text);
	rc = schema_check_entity(&s, &es.items[es.n - 1], &e);
	ATF_CHECK_EQ_MSG(rc, expected == NULL ? 0 : -1, "%s", json);
	ATF_CHECK_STREQ(e.text, expected == NULL ? "" : expected);
	doc_free(&d);
	entities_free(&es);
	schema_free(&s);
}

/* A user with these attributes beside a name. */
static void
attrs(const char *more, const char *expected)
{
	char json[1024];

	snprintf(json, sizeof(json), "[{\"uid\": \"User::\\\"u\\\"\", "
	    "\"attrs\": {\"name\": \"x\"%s}}]", more);
	entity(json, expected);
}

static void
request(const char *principal, const char *action, const char *resource,
    const char *context, const char *expected)
{
	struct doc_error e = { .text = "" };
	struct authz_request r;
	struct arena a;
	struct doc d;
	char json[1024];
	int rc;

	load_schema();
	arena_init(&a, 0);
	snprintf(json, sizeof(json), "{\"principal\": \"%s\", \"action\": "
	    "\"Action::\\\"%s\\\"\", \"resource\": \"%s\", \"context\": %s}",
	    principal, action, resource, context);
	ATF_REQUIRE_MSG(doc_read_json(&d, "r", json, strlen(json), 65536,
	    &e) == 0, "%s", e.text);
	ATF_REQUIRE_MSG(read_request(&r, &a, &d, 0, NULL, &e) == 0, "%s",
	    e.text);
	rc = schema_check_request(&s, &r, &e);
	ATF_CHECK_EQ_MSG(rc, expected == NULL ? 0 : -1, "%s", json);
	ATF_CHECK_STREQ(e.text, expected == NULL ? "" : expected);
	doc_free(&d);
	arena_free(&a);
	schema_free(&s);
}

#define ENTITY(type, id) \
	"{\"__entity\":{\"type\":\"" type "\",\"id\":\"" id "\"}}"
#define EXT(fn, arg)	"{\"__extn\":{\"fn\":\"" fn "\",\"arg\":\"" arg "\"}}"

ATF_TC_WITHOUT_HEAD(values_of_every_type_conform);
ATF_TC_BODY(values_of_every_type_conform, tc)
{
	attrs("", NULL);
	attrs(", \"age\": 1, \"ok\": true, \"ip\": " EXT("ip", "::1")
	    ", \"d\": " EXT("decimal", "1.0") ", \"at\": "
	    EXT("datetime", "2026-01-01") ", \"for\": "
	    EXT("duration", "1h"), NULL);
	attrs(", \"nested\": {\"one\": 1}, \"boss\": " ENTITY("User", "v"),
	    NULL);
	attrs(", \"nested\": {\"one\": 1, \"two\": [" ENTITY("Color", "red")
	    "]}", NULL);
	attrs(", \"list\": []", NULL);
	attrs(", \"list\": [{}, {\"a\": 1}]", NULL);
	attrs(", \"deep\": [[], [[]], [[1, 2], []]]", NULL);
	attrs(", \"act\": " ENTITY("Action", "read"), NULL);
}

ATF_TC_WITHOUT_HEAD(values_of_other_types_are_refused);
ATF_TC_BODY(values_of_other_types_are_refused, tc)
{
	attrs(", \"age\": \"1\"", "expected Long, not string in age");
	attrs(", \"ip\": \"::1\"", "expected ipaddr, not string in ip");
	attrs(", \"ip\": " EXT("decimal", "1.0"),
	    "expected ipaddr, not decimal in ip");
	attrs(", \"boss\": " ENTITY("Group", "g"),
	    "expected User, not Group::\"g\" in boss");
	attrs(", \"list\": {}", "expected Set<{a?: Long}>, not record in "
	    "list");
	attrs(", \"list\": [1]", "expected {a?: Long}, not long in list[]");
	attrs(", \"list\": [{\"a\": true}]",
	    "expected Long, not bool in list[].a");
	attrs(", \"deep\": [[[1], [\"x\"]]]",
	    "expected Long, not string in deep[][][]");
}

ATF_TC_WITHOUT_HEAD(attributes_are_there_when_required_and_only_then);
ATF_TC_BODY(attributes_are_there_when_required_and_only_then, tc)
{
	entity("[{\"uid\": \"User::\\\"u\\\"\", \"attrs\": {}}]",
	    "no attribute `name'");
	attrs(", \"zz\": 1", "unknown attribute `zz'");
	attrs(", \"nested\": {}", "no attribute `one' in nested");
	attrs(", \"nested\": {\"one\": 1, \"six\": 1}",
	    "unknown attribute `six' in nested");
	attrs(", \"list\": [{\"b\": 1}]", "unknown attribute `b' in list[]");
}

ATF_TC_WITHOUT_HEAD(ids_of_enumerated_types_are_checked_everywhere);
ATF_TC_BODY(ids_of_enumerated_types_are_checked_everywhere, tc)
{
	static const char refused[] =
	    "Color::\"pink\" is none of the enumerated Color";

	entity("[{\"uid\": \"Color::\\\"red\\\"\"}]", NULL);
	entity("[{\"uid\": \"Color::\\\"pink\\\"\"}]", refused);
	attrs(", \"nested\": {\"one\": 1, \"two\": [" ENTITY("Color", "red")
	    "," ENTITY("Color", "pink") "]}", refused);
	entity("[{\"uid\": \"User::\\\"u\\\"\", \"attrs\": {\"name\": \"x\"},"
	    "\"parents\": [\"Color::\\\"pink\\\"\"]}]", refused);
	entity("[{\"uid\": \"User::\\\"u\\\"\", \"attrs\": {\"name\": \"x\"},"
	    "\"tags\": {\"t\": [" ENTITY("Color", "pink") "]}}]",
	    "tag `t': Color::\"pink\" is none of the enumerated Color");
	request("User::\\\"u\\\"", "read", "Color::\\\"pink\\\"",
	    "{\"n\": 1}", refused);
	request("User::\\\"u\\\"", "read", "Color::\\\"red\\\"",
	    "{\"n\": 1, \"c\": " ENTITY("Color", "pink") "}", refused);
}

ATF_TC_WITHOUT_HEAD(actions_in_values_are_those_of_the_schema);
ATF_TC_BODY(actions_in_values_are_those_of_the_schema, tc)
{
	attrs(", \"act\": " ENTITY("Action", "write"),
	    "no action Action::\"write\" in the schema");
}

ATF_TC_WITHOUT_HEAD(parents_have_declared_types);
ATF_TC_BODY(parents_have_declared_types, tc)
{
#define USER_IN(type) "[{\"uid\": \"User::\\\"u\\\"\", \"attrs\": " \
	"{\"name\": \"x\"}, \"parents\": [\"" type "::\\\"p\\\"\"]}]"
	entity(USER_IN("Group"), NULL);
	entity(USER_IN("Org"), NULL);
	entity(USER_IN("User"),
	    "an entity of type User may not be in User::\"p\"; of "
	    "the types that it may be in there are Group, Org");
	entity(USER_IN("Other"),
	    "an entity of type User may not be in Other::\"p\"; of "
	    "the types that it may be in there are Group, Org");
	entity(USER_IN("Nothing"),
	    "an entity of type User may not be in Nothing::\"p\"; of "
	    "the types that it may be in there are Group, Org");
	entity(USER_IN("Action"),
	    "no action Action::\"p\" in the schema");
}

ATF_TC_WITHOUT_HEAD(entities_have_declared_types);
ATF_TC_BODY(entities_have_declared_types, tc)
{
	entity("[{\"uid\": \"Nothing::\\\"u\\\"\"}]",
	    "unknown entity type `Nothing'");
	entity("[{\"uid\": \"N::User::\\\"u\\\"\"}]",
	    "unknown entity type `N::User'");
}

ATF_TC_WITHOUT_HEAD(tags_have_the_declared_type);
ATF_TC_BODY(tags_have_the_declared_type, tc)
{
	entity("[{\"uid\": \"User::\\\"u\\\"\", \"attrs\": {\"name\": \"x\"},"
	    "\"tags\": {\"t\": [" ENTITY("Color", "red") "], \"u\": []}}]",
	    NULL);
	entity("[{\"uid\": \"User::\\\"u\\\"\", \"attrs\": {\"name\": \"x\"},"
	    "\"tags\": {\"t\": 1}}]",
	    "tag `t': expected Set<Color>, not long");
	entity("[{\"uid\": \"User::\\\"u\\\"\", \"attrs\": {\"name\": \"x\"},"
	    "\"tags\": {\"t\": [1]}}]",
	    "tag `t': expected Color, not long in the set");
	entity("[{\"uid\": \"Org::\\\"o\\\"\", \"tags\": {\"t\": 1}}]",
	    "tag `t': entities of this type have no tags");
	entity("[{\"uid\": \"Org::\\\"o\\\"\", \"tags\": {}}]", NULL);
}

ATF_TC_WITHOUT_HEAD(actions_among_entities_are_as_in_the_schema);
ATF_TC_BODY(actions_among_entities_are_as_in_the_schema, tc)
{
#define ACTION(id, rest) "{\"uid\": \"Action::\\\"" id "\\\"\"" rest "}"
#define IN(id)	"\"Action::\\\"" id "\\\"\""
	static const char other[] = "the action has other parents than in the "
	    "schema; leave it out: the schema adds it";

	entity("[" ACTION("all", "") "]", NULL);
	entity("[" ACTION("read", ", \"parents\": [" IN("some") ", "
	    IN("all") "]") "]", NULL);
	entity("[" ACTION("some", ", \"parents\": [" IN("all") "]") ","
	    ACTION("read", ", \"parents\": [" IN("some") "]") "]", NULL);
	entity("[" ACTION("read", ", \"parents\": [" IN("some") "]") "]",
	    other);
	entity("[" ACTION("read", ", \"parents\": [" IN("all") "]") "]",
	    other);
	entity("[" ACTION("all", ", \"parents\": [" IN("none") "]") "]",
	    other);
	entity("[" ACTION("all", ", \"attrs\": {\"a\": 1}") "]",
	    "an action has no attributes and no tags");
	entity("[" ACTION("all", ", \"tags\": {\"a\": 1}") "]",
	    "an action has no attributes and no tags");
	entity("[" ACTION("write", "") "]",
	    "no action Action::\"write\" in the schema");
}

ATF_TC_WITHOUT_HEAD(requests_are_what_the_action_applies_to);
ATF_TC_BODY(requests_are_what_the_action_applies_to, tc)
{
#define USER	"User::\\\"u\\\""
#define GROUP	"Group::\\\"g\\\""
	request(USER, "read", GROUP, "{\"n\": 1}", NULL);
	request(USER, "read", "Color::\\\"blue\\\"", "{\"n\": 1}", NULL);
	request(GROUP, "read", GROUP, "{\"n\": 1}",
	    "the action does not apply to a principal of type Group");
	request(USER, "read", USER, "{\"n\": 1}",
	    "the action does not apply to a resource of type User");
	request(USER, "some", GROUP, "{}",
	    "the action does not apply to a principal of type User");
	request(USER, "write", GROUP, "{\"n\": 1}",
	    "no action Action::\"write\" in the schema");
	request("Nothing::\\\"u\\\"", "read", GROUP, "{\"n\": 1}",
	    "principal: unknown entity type `Nothing'");
	request(USER, "read", "Action::\\\"read\\\"", "{\"n\": 1}",
	    "resource: unknown entity type `Action'");
	request(USER, "read", GROUP, "{}", "no attribute `n'");
	request(USER, "read", GROUP, "{\"n\": 1, \"m\": 2}",
	    "unknown attribute `m'");
	request(USER, "read", GROUP, "{\"n\": \"1\"}",
	    "expected Long, not string in n");
}

ATF_TC_WITHOUT_HEAD(a_long_type_is_cut_in_messages);
ATF_TC_BODY(a_long_type_is_cut_in_messages, tc)
{
	struct attr_type fields[100];
	const struct record_type r = { 100, fields };
	const struct type t = { .kind = TYPE_RECORD, .record = &r };
	const char *shown;
	struct arena a;

	arena_init(&a, 0);
	for (int i = 0; i < 100; i++) {
		fields[i].name = str_new(&a, "quote \"me\"", 10);
		fields[i].required = true;
		fields[i].type.kind = TYPE_BOOL;
	}
	shown = schema_type_format(&a, &t);
	ATF_CHECK(strncmp(shown, "{\"quote \"me\"\": Bool, ", 21) == 0);
	ATF_CHECK_EQ(strlen(shown), 255);
	ATF_CHECK_STREQ(shown + 252, "...");
	arena_free(&a);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, values_of_every_type_conform);
	ATF_TP_ADD_TC(tp, values_of_other_types_are_refused);
	ATF_TP_ADD_TC(tp, attributes_are_there_when_required_and_only_then);
	ATF_TP_ADD_TC(tp, ids_of_enumerated_types_are_checked_everywhere);
	ATF_TP_ADD_TC(tp, actions_in_values_are_those_of_the_schema);
	ATF_TP_ADD_TC(tp, parents_have_declared_types);
	ATF_TP_ADD_TC(tp, entities_have_declared_types);
	ATF_TP_ADD_TC(tp, tags_have_the_declared_type);
	ATF_TP_ADD_TC(tp, actions_among_entities_are_as_in_the_schema);
	ATF_TP_ADD_TC(tp, requests_are_what_the_action_applies_to);
	ATF_TP_ADD_TC(tp, a_long_type_is_cut_in_messages);
	return atf_no_error();
}
