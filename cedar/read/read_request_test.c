/* Requests, and what is read by the types of a schema. */
#include "read.h"

#include <atf-c.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cedar/data/ext.h"
#include "cedar/schema/schema.h"

static struct arena arena;
static struct schema schema;
static struct authz_request request;
static struct entities es;

static const char schema_text[] =
    "entity Group; entity Mood enum [\"good\", \"bad\"];\n"
    "entity User in [Group] = {\n"
    "  n?: Long, s?: String, b?: Bool, group?: Group, groups?: Set<Group>,\n"
    "  d?: decimal, i?: ipaddr, t?: datetime, u?: duration,\n"
    "  ds?: Set<decimal>, r?: { who: Group, \"a b\"?: duration },\n"
    "} tags Set<decimal>;\n"
    "action all; action read in [all] appliesTo { principal: User,\n"
    "  resource: User, context: { at: datetime, from?: ipaddr } };\n";

static void
start(void)
{
	const struct doc_source s = { "schema", schema_text,
	    sizeof(schema_text) - 1 };
	struct doc_error e;

	arena_init(&arena, 0);
	ATF_REQUIRE_EQ_MSG(schema_read_text(&schema, &s, 1, &e), 0, "%s",
	    e.text);
}

static void
end(void)
{
	schema_free(&schema);
	arena_free(&arena);
}

static void
parse(struct doc *d, const char *text)
{
	struct doc_error e;

	ATF_REQUIRE_MSG(doc_read_json(d, "f", text, strlen(text),
	    CEDAR_REQUEST_MAX, &e) == 0, "%s: %s", text, e.text);
}

/* The message with its place, or "". */
static const char *
read_text(const char *text, const struct schema *s)
{
	static char message[512];
	struct doc_error e;
	struct doc d;

	message[0] = '\0';
	parse(&d, text);
	if (read_request(&request, &arena, &d, 0, s, &e) == -1)
		doc_error_format(&e, 0, message, sizeof(message));
	doc_free(&d);
	return message;
}

#define NAMES	"\"principal\":\"User::\\\"a\\\"\"," \
	"\"action\":{\"type\":\"Action\",\"id\":\"read\"}," \
	"\"resource\":{\"__entity\":{\"type\":\"User\",\"id\":\"b\"}}"

static const struct value *
context(const char *key)
{
	return value_record_get(request.context, str_new(&arena, key,
	    strlen(key)));
}

ATF_TC_WITHOUT_HEAD(a_request_is_read);
ATF_TC_BODY(a_request_is_read, tc)
{
	start();
	ATF_CHECK_STREQ(read_text("{" NAMES ",\"context\":{\"n\":1}}", NULL),
	    "");
	ATF_CHECK_STREQ(request.principal->type->bytes, "User");
	ATF_CHECK_STREQ(request.principal->id->bytes, "a");
	ATF_CHECK_STREQ(request.action->id->bytes, "read");
	ATF_CHECK_STREQ(request.resource->id->bytes, "b");
	ATF_CHECK_EQ(context("n")->n, 1);
	ATF_CHECK_STREQ(read_text("{" NAMES "}", NULL), "");
	ATF_CHECK_EQ(request.context->n, 0);
	end();
}

ATF_TC_WITHOUT_HEAD(a_bad_request_is_refused_at_its_place);
ATF_TC_BODY(a_bad_request_is_refused_at_its_place, tc)
{
	start();
	ATF_CHECK_STREQ(read_text("[]", NULL),
	    "f:1:1: expected an object, not a list");
	ATF_CHECK_STREQ(read_text("{\"principal\":\"User::\\\"a\\\"\"}",
	    NULL), "f:1:1: no field `action' in this object");
	ATF_CHECK_STREQ(read_text("{\"action\":\"A::\\\"a\\\"\"}", NULL),
	    "f:1:1: no field `principal' in this object");
	ATF_CHECK_STREQ(read_text("{\"principal\":\"U::\\\"a\\\"\","
	    "\"action\":\"A::\\\"a\\\"\"}", NULL),
	    "f:1:1: no field `resource' in this object");
	ATF_CHECK_STREQ(read_text("{\n" NAMES ",\n\"x\":1}", NULL),
	    "f:3:1: unknown field `x'; expected principal, action, resource, "
	    "context");
	ATF_CHECK_STREQ(read_text("{\n" NAMES ",\n\"context\":[]}", NULL),
	    "f:3:11: `context' takes an object, not a list");
	ATF_CHECK_STREQ(read_text("{\n" NAMES ",\n\"context\":{\"__extn\":"
	    "{\"fn\":\"ip\",\"arg\":\"::1\"}}}", NULL),
	    "f:3:11: expected a record, not ipaddr");
	ATF_CHECK_STREQ(read_text("{\n" NAMES ",\n\"context\":{\"a\":null}}",
	    NULL), "f:3:16: null is not a Cedar value; leave the field out");
	end();
}

ATF_TC_WITHOUT_HEAD(a_context_is_read_by_its_action);
ATF_TC_BODY(a_context_is_read_by_its_action, tc)
{
	char text[EXT_TEXT_MAX];

	start();
	ATF_CHECK_STREQ(read_text("{" NAMES ",\"context\":{\"at\":"
	    "\"1970-01-02\",\"from\":{\"fn\":\"ip\",\"arg\":\"::1\"}}}",
	    &schema), "");
	ATF_CHECK_EQ(context("at")->kind, VALUE_DATETIME);
	ATF_CHECK_EQ(context("at")->n, 86400000);
	ATF_CHECK_STREQ(ext_format(*context("from"), text), "::1");
	end();
}

ATF_TC_WITHOUT_HEAD(what_is_against_the_schema_is_refused);
ATF_TC_BODY(what_is_against_the_schema_is_refused, tc)
{
	start();
	ATF_CHECK_STREQ(read_text("{\n" NAMES ",\n\"context\":{}}",
	    &schema), "f:3:11: attribute `at' is missing; the schema requires "
	    "it");
	ATF_CHECK_STREQ(read_text("{\n" NAMES ",\n\"context\":{\"at\":"
	    "\"1970-01-02\",\"x\":1}}", &schema),
	    "f:3:30: the schema has no attribute `x' here; "
	    "there are at, from");
	ATF_CHECK_STREQ(read_text("{\n" NAMES ",\n\"context\":{\"at\":1}}",
	    &schema), "f:3:17: expected an extension value: its text, or "
	    "{\"fn\": ..., \"arg\": ...}, not a number");
	ATF_CHECK_STREQ(read_text("{\"principal\":\"User::\\\"a\\\"\",\n"
	    "\"action\":\"Action::\\\"no\\\"\",\"resource\":"
	    "\"User::\\\"a\\\"\"}", &schema),
	    "f:2:10: the schema has no such action");
	ATF_CHECK(strncmp(read_text("{\"principal\":\"Group::\\\"a\\\"\",\n"
	    "\"action\":\"Action::\\\"read\\\"\",\"resource\":"
	    "\"User::\\\"a\\\"\",\"context\":{\"at\":\"1970-01-01\"}}",
	    &schema), "f:1:14: ", 8) == 0);
	ATF_CHECK(strncmp(read_text("{" NAMES "}", &schema), "f:1:14: ",
	    8) == 0);
	end();
}

/* Adds a text's entities by the schema. */
static const char *
add(const char *text)
{
	static char message[512];
	struct doc_error e;
	struct doc d;

	message[0] = '\0';
	parse(&d, text);
	if (read_entities(&es, &d, &schema, &e) == -1)
		doc_error_format(&e, 0, message, sizeof(message));
	doc_free(&d);
	return message;
}

/* The message for a user with these attributes. */
static const char *
user(const char *attrs)
{
	static char text[1024];
	static const char *message;

	snprintf(text, sizeof(text), "[{\"uid\":\"User::\\\"a\\\"\",\n"
	    "\"attrs\":{%s}}]", attrs);
	entities_init(&es);
	message = add(text);
	return message;
}

static struct value
attr(const char *key)
{
	const struct value *v = value_record_get(es.items[0].attrs,
	    str_new(&arena, key, strlen(key)));

	ATF_REQUIRE_MSG(v != NULL, "%s", key);
	return *v;
}

#define G	"{\"type\":\"Group\",\"id\":\"g\"}"

ATF_TC_WITHOUT_HEAD(attributes_are_read_by_their_types);
ATF_TC_BODY(attributes_are_read_by_their_types, tc)
{
	start();
	ATF_CHECK_STREQ(user("\"n\":1,\"s\":\"x\",\"b\":true,\"group\":" G ","
	    "\"groups\":[" G ",{\"__entity\":" G "}],\"d\":\"1.0\","
	    "\"i\":{\"__extn\":{\"fn\":\"ip\",\"arg\":\"::1\"}},"
	    "\"t\":{\"fn\":\"offset\",\"args\":[\"1970-01-01\",\"2s\"]},"
	    "\"u\":{\"fn\":\"toTime\",\"arg\":{\"fn\":\"datetime\",\"arg\":"
	    "\"1970-01-01\"}},"
	    "\"ds\":[\"1.0\",{\"fn\":\"decimal\",\"args\":[\"2.0\"]}],"
	    "\"r\":{\"who\":" G ",\"a b\":\"1h\"}"), "");
	ATF_CHECK_EQ(attr("n").kind, VALUE_LONG);
	ATF_CHECK_EQ(attr("s").kind, VALUE_STRING);
	ATF_CHECK_EQ(attr("b").kind, VALUE_BOOL);
	ATF_CHECK_EQ(attr("group").kind, VALUE_ENTITY);
	ATF_CHECK_EQ(attr("groups").set->n, 1);
	ATF_CHECK_EQ(attr("d").kind, VALUE_DECIMAL);
	ATF_CHECK_EQ(attr("i").kind, VALUE_IP);
	ATF_CHECK_EQ(attr("t").n, 2000);
	ATF_CHECK_EQ(attr("u").kind, VALUE_DURATION);
	ATF_CHECK_EQ(attr("ds").set->n, 2);
	ATF_CHECK_EQ(attr("r").record->n, 2);
	ATF_CHECK_EQ(attr("r").record->fields[0].value.kind == VALUE_ENTITY,
	    str_is(attr("r").record->fields[0].name, "who"));
	entities_free(&es);
	end();
}

ATF_TC_WITHOUT_HEAD(attributes_of_other_types_are_refused);
ATF_TC_BODY(attributes_of_other_types_are_refused, tc)
{
	static const struct {
		const char *attrs, *message;
	} cases[] = {
		{ "\"n\":true", "f:2:14: expected a number, not true or "
		    "false" },
		{ "\"s\":1", "f:2:14: expected a string, not a number" },
		{ "\"b\":\"x\"", "f:2:14: expected true or false, not a "
		    "string" },
		{ "\"n\":[1]", "f:2:14: expected a number, not a list" },
		{ "\"x\":1", "f:2:10: the schema has no attribute `x' here; "
		    "there are b, d, i, n, r, s, t, u, ds, group, groups" },
		{ "\"group\":\"Group::\\\"g\\\"\"", "f:2:18: expected an "
		    "entity, {\"type\": ..., \"id\": ...}, not a string" },
		{ "\"groups\":" G, "f:2:19: expected a list, not an "
		    "object" },
		{ "\"groups\":[1]", "f:2:20: expected an entity, {\"type\": "
		    "..., \"id\": ...}, not a number" },
		{ "\"d\":\"x\"", "f:2:14: decimal: malformed text, or a value "
		    "out of range; write it as 12.34" },
		{ "\"d\":{\"fn\":\"decimal\"}", "f:2:14: expected an "
		    "extension value: its text, or {\"fn\": ..., \"arg\": "
		    "...}, not an object" },
		{ "\"r\":[]", "f:2:14: expected an object, not a list" },
		{ "\"r\":{\"who\":" G ",\"y\":1}", "f:2:47: the schema has no "
		    "attribute `y' here; there are a b, who" },
		{ "\"r\":{\"a b\":\"1h\"}", "f:2:14: attribute `who' is "
		    "missing; the schema requires it" },
	};

	start();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ATF_CHECK_STREQ(user(cases[i].attrs), cases[i].message);
		entities_free(&es);
	}
	/* What the schema's own check says, at the entity. */
	ATF_CHECK(strncmp(user("\"d\":{\"fn\":\"ip\",\"arg\":\"::1\"}"),
	    "f:1:2: ", 7) == 0);
	entities_free(&es);
	ATF_CHECK(strncmp(user("\"group\":{\"type\":\"User\",\"id\":\"\"}"),
	    "f:1:2: ", 7) == 0);
	entities_free(&es);
	end();
}

ATF_TC_WITHOUT_HEAD(entities_against_the_schema_are_refused);
ATF_TC_BODY(entities_against_the_schema_are_refused, tc)
{
	static const struct {
		const char *text, *message;
	} cases[] = {
		{ "[{\"uid\":\"No::\\\"a\\\"\"}]", "f:1:9: the schema has no "
		    "entity type `No'" },
		{ "[{\"uid\":\"Mood::\\\"so\\\"\"}]", "f:1:2: " },
		{ "[{\"uid\":\"Group::\\\"a\\\"\",\"tags\":{\"x\":1}}]",
		    "f:1:31: the schema has no tags for `Group'" },
		{ "[{\"uid\":\"User::\\\"a\\\"\",\"tags\":{\"x\":[1]}}]",
		    "f:1:36: expected an extension value" },
		{ "[{\"uid\":\"User::\\\"a\\\"\",\"parents\":"
		    "[\"Mood::\\\"bad\\\"\"]}]", "f:1:2: " },
		{ "[{\"uid\":\"Action::\\\"no\\\"\"}]", "f:1:2: " },
		{ "[{\"uid\":\"Action::\\\"read\\\"\"}]", "f:1:2: " },
		{ "[{\"uid\":\"Action::\\\"read\\\"\",\"attrs\":{\"a\":1},"
		    "\"parents\":[\"Action::\\\"all\\\"\"]}]", "f:1:2: " },
	};

	start();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *message;

		entities_init(&es);
		message = add(cases[i].text);
		ATF_CHECK_MSG(*message != '\0' && strncmp(message,
		    cases[i].message, strlen(cases[i].message)) == 0, "%s: %s",
		    cases[i].text, message);
		entities_free(&es);
	}
	end();
}

ATF_TC_WITHOUT_HEAD(the_schemas_actions_are_there);
ATF_TC_BODY(the_schemas_actions_are_there, tc)
{
	struct doc_error e;
	const struct uid *all, *read;

	start();
	all = uid_new(&arena, str_new(&arena, "Action", 6),
	    str_new(&arena, "all", 3));
	read = uid_new(&arena, str_new(&arena, "Action", 6),
	    str_new(&arena, "read", 4));
	entities_init(&es);
	ATF_CHECK_STREQ(add("[{\"uid\":\"User::\\\"a\\\"\",\"tags\":"
	    "{\"x\":[\"1.0\"]}}]"), "");
	ATF_CHECK_STREQ(add("[{\"uid\":\"User::\\\"b\\\"\"}]"), "");
	ATF_CHECK_EQ(es.n, 4);
	ATF_CHECK_EQ(entities_finish(&es, &e), 0);
	ATF_CHECK(entities_in(&es, read, all));
	ATF_CHECK(!entities_in(&es, all, read));
	entities_free(&es);
	entities_init(&es);
	ATF_CHECK_STREQ(add("[{\"uid\":\"Action::\\\"read\\\"\",\"parents\":"
	    "[\"Action::\\\"all\\\"\"]}]"), "");
	ATF_CHECK_EQ(es.n, 2);
	entities_free(&es);
	end();
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, a_request_is_read);
	ATF_TP_ADD_TC(tp, a_bad_request_is_refused_at_its_place);
	ATF_TP_ADD_TC(tp, a_context_is_read_by_its_action);
	ATF_TP_ADD_TC(tp, what_is_against_the_schema_is_refused);
	ATF_TP_ADD_TC(tp, attributes_are_read_by_their_types);
	ATF_TP_ADD_TC(tp, attributes_of_other_types_are_refused);
	ATF_TP_ADD_TC(tp, entities_against_the_schema_are_refused);
	ATF_TP_ADD_TC(tp, the_schemas_actions_are_there);
	return atf_no_error();
}
