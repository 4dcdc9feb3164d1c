/*
 * Schemas as JSON.  testdata/schema/json.json has some with the official
 * reader's verdict on each.
 */
#include "schema.h"

#include <atf-c.h>

#include <errno.h>
#include <string.h>

#include "cedar/schema/test/schema_cases.h"

static struct schema s;

static int
read_json(const char *text, size_t len, struct doc_error *e)
{
	struct doc d;
	int rc;

	if (doc_read_json(&d, "f", text, len, CEDAR_SCHEMA_MAX, e) == -1)
		return -1;
	rc = schema_read_json(&s, &d, e);
	doc_free(&d);
	return rc;
}

static bool
accepts(const struct str *text)
{
	struct doc_error e;

	if (read_json(text->bytes, text->len, &e) == -1)
		return false;
	schema_free(&s);
	return true;
}

/* Refused, with this place and message. */
static void
bad(const char *text, const char *expected)
{
	char message[512];
	struct doc_error e;

	ATF_REQUIRE_ERRNO(EBADMSG, read_json(text, strlen(text), &e) == -1);
	doc_error_format(&e, 0, message, sizeof(message));
	ATF_CHECK_STREQ(message, expected);
}

static void
check_record(const struct record_type *r, const char *expected)
{
	const struct type t = { .kind = TYPE_RECORD, .record = r };
	struct arena a;

	arena_init(&a, 0);
	ATF_CHECK_STREQ(schema_type_format(&a, &t), expected);
	arena_free(&a);
}

ATF_TC_WITHOUT_HEAD(verdicts_are_the_official_ones);
ATF_TC_BODY(verdicts_are_the_official_ones, tc)
{
	schema_cases_check("json.json", accepts);
}

ATF_TC_WITHOUT_HEAD(all_parts_are_read);
ATF_TC_BODY(all_parts_are_read, tc)
{
	static const char text[] =
	    "{\"N\": {\"commonTypes\": {\"T\": {\"type\": \"Set\", \"element\":"
	    " {\"type\": \"Entity\", \"name\": \"B\"}}},"
	    "\"entityTypes\": {\"B\": {\"enum\": [\"x\", \"y\"]},"
	    " \"A\": {\"memberOfTypes\": [\"B\"], \"tags\": {\"type\": "
	    "\"Boolean\"}, \"shape\": {\"type\": \"Record\", \"attributes\": {"
	    "\"a\": {\"type\": \"T\", \"required\": false},"
	    "\"b\": {\"type\": \"Extension\", \"name\": \"ipaddr\"},"
	    "\"c\": {\"type\": \"Record\", \"attributes\": {"
	    "\"d\": {\"type\": \"EntityOrCommon\", \"name\": \"T\"},"
	    "\"e\": {\"type\": \"Long\"}}},"
	    "\"f\": {\"type\": \"Bool\", \"annotations\": {\"x\": \"y\"}}}}}},"
	    "\"actions\": {\"g\": {}, \"h\": {\"memberOf\": [{\"id\": \"g\"}],"
	    "\"appliesTo\": {\"principalTypes\": [\"A\"], \"resourceTypes\": "
	    "[\"A\", \"N::B\"], \"context\": {\"type\": \"Record\","
	    " \"attributes\": {\"i\": {\"type\": \"String\"}}}}}}}}";
	const struct entity_type *t;
	struct doc_error e;

	ATF_REQUIRE_MSG(read_json(text, strlen(text), &e) == 0, "%s", e.text);
	ATF_REQUIRE_EQ(s.nentities, 2);
	t = &s.entities[0];
	ATF_CHECK_STREQ(t->name->bytes, "N::A");
	check_record(t->shape, "{a?: Set<N::B>, b: ipaddr, c: {d: Set<N::B>,"
	    " e: Long}, f: Bool}");
	ATF_CHECK_EQ(t->tags->kind, TYPE_BOOL);
	ATF_CHECK_STREQ(t->parents[0]->bytes, "N::B");
	ATF_CHECK_EQ(s.entities[1].nids, 2);
	ATF_REQUIRE_EQ(s.nactions, 2);
	ATF_CHECK_STREQ(s.actions[1].parents[0]->id->bytes, "g");
	ATF_CHECK_EQ(s.actions[1].nresources, 2);
	check_record(s.actions[1].context, "{i: String}");
	schema_free(&s);
}

ATF_TC_WITHOUT_HEAD(an_entity_is_one_though_a_common_type_has_its_name);
ATF_TC_BODY(an_entity_is_one_though_a_common_type_has_its_name, tc)
{
	static const char text[] =
	    "{\"\": {\"commonTypes\": {\"A\": {\"type\": \"Long\"}},"
	    "\"entityTypes\": {\"A\": {}, \"B\": {\"shape\": {\"type\": "
	    "\"Record\", \"attributes\": {"
	    "\"x\": {\"type\": \"Entity\", \"name\": \"A\"},"
	    "\"y\": {\"type\": \"A\"},"
	    "\"z\": {\"type\": \"EntityOrCommon\", \"name\": \"A\"}"
	    "}}}}, \"actions\": {}}}";
	struct doc_error e;

	ATF_REQUIRE_MSG(read_json(text, strlen(text), &e) == 0, "%s", e.text);
	check_record(s.entities[1].shape, "{x: A, y: Long, z: Long}");
	schema_free(&s);
}

ATF_TC_WITHOUT_HEAD(an_error_says_where_and_what_was_expected);
ATF_TC_BODY(an_error_says_where_and_what_was_expected, tc)
{
	bad("[]", "f:1:1: expected an object of namespaces, not a list");
	bad("{\"\": {\"entityTypes\": {}}}",
	    "f:1:6: no field `actions' in this object");
	bad("{\"\": {\"entityTypes\": {\"E\": {\"shap\": 1}}, \"actions\": "
	    "{}}}", "f:1:29: unknown field `shap'; did you mean `shape'? "
	    "expected memberOfTypes, shape, tags, enum, annotations");
	bad("{\"\": {\"entityTypes\": {\"E F\": {}}, \"actions\": {}}}",
	    "f:1:23: expected a type's name, not `E F'");
	bad("{\"\": {\"entityTypes\": {\"E\": {\"tags\": {\"type\": \"Set\"}}}"
	    ", \"actions\": {}}}",
	    "f:1:46: type Set needs `element'");
	bad("{\"\": {\"entityTypes\": {\"E\": {\"tags\": {\"type\": \"Long\", "
	    "\"name\": \"x\"}}}, \"actions\": {}}}",
	    "f:1:54: `name' cannot be combined with type Long");
	bad("{\"\": {\"entityTypes\": {\"E\": {\"tags\": {\"type\": \"T\"}}}"
	    ", \"actions\": {}}}", "f:1:46: unknown common type `T'; there "
	    "are Bool, Long, String, decimal, ipaddr, datetime, duration");
	bad("{\"\": {\"entityTypes\": {}, \"actions\": {\"a\": {\"attributes\""
	    ": {}}}}}", "f:1:44: actions have no attributes");
	bad("{\"\": {\"entityTypes\": {\"E\": {\"shape\": {\"type\": "
	    "\"Record\", \"attributes\": {}, \"additionalAttributes\": true}}}"
	    ", \"actions\": {}}}", "f:1:99: records with "
	    "additionalAttributes are not supported");
}

/* {"type": "Set", "element": ...} n times around a Long. */
static void
nested(int n, char *dst)
{
	char *p = dst + sprintf(dst,
	    "{\"\":{\"entityTypes\":{\"E\":{\"tags\":");

	for (int i = 0; i < n; i++)
		p += sprintf(p, "{\"type\":\"Set\",\"element\":");
	p += sprintf(p, "{\"type\":\"Long\"");
	for (int i = 0; i <= n; i++)
		*p++ = '}';
	sprintf(p, "}},\"actions\":{}}}");
}

ATF_TC_WITHOUT_HEAD(types_nest_up_to_a_limit);
ATF_TC_BODY(types_nest_up_to_a_limit, tc)
{
	static char text[65536];
	struct doc_error e;

	nested(63, text);
	ATF_CHECK_MSG(read_json(text, strlen(text), &e) == 0, "%s", e.text);
	schema_free(&s);
	nested(64, text);
	ATF_CHECK_EQ(read_json(text, strlen(text), &e), -1);
	ATF_CHECK_STREQ(e.text, "types nested more than 64 levels deep");
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, verdicts_are_the_official_ones);
	ATF_TP_ADD_TC(tp, all_parts_are_read);
	ATF_TP_ADD_TC(tp, an_entity_is_one_though_a_common_type_has_its_name);
	ATF_TP_ADD_TC(tp, an_error_says_where_and_what_was_expected);
	ATF_TP_ADD_TC(tp, types_nest_up_to_a_limit);
	return atf_no_error();
}
