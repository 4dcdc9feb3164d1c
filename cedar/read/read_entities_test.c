#include "read.h"

#include <atf-c.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cedar/data/ext.h"
#include "read_value.h"

static struct entities es;
static struct arena arena;

/* Adds the entities of a text; "" or the message with its place. */
static const char *
add(const char *text)
{
	static char message[512];
	struct doc_error e;
	struct doc d;

	message[0] = '\0';
	ATF_REQUIRE_MSG(doc_read_json(&d, "f", text, strlen(text),
	    CEDAR_ENTITIES_MAX, &e) == 0, "%s: %s", text, e.text);
	if (read_entities(&es, &d, NULL, &e) == -1)
		doc_error_format(&e, 0, message, sizeof(message));
	doc_free(&d);
	return message;
}

static void
good(const char *text)
{
	struct doc_error e;

	entities_init(&es);
	ATF_REQUIRE_STREQ(add(text), "");
	ATF_REQUIRE_EQ(entities_finish(&es, &e), 0);
}

static void
bad(const char *text, const char *expected)
{
	entities_init(&es);
	ATF_CHECK_STREQ(add(text), expected);
	entities_free(&es);
}

static const struct uid *
name(const char *type, const char *id)
{
	return uid_new(&arena, str_new(&arena, type, strlen(type)),
	    str_new(&arena, id, strlen(id)));
}

static bool
in(const char *a, const char *b)
{
	return entities_in(&es, name("T", a), name("T", b));
}

/* The attribute a of T::"1". */
static struct value
attr(const char *key)
{
	const struct entity *e = entities_find(&es, name("T", "1"));
	const struct value *v;

	ATF_REQUIRE(e != NULL);
	v = value_record_get(e->attrs, str_new(&arena, key, strlen(key)));
	ATF_REQUIRE_MSG(v != NULL, "%s", key);
	return *v;
}

#define T(id)	"{\"type\":\"T\",\"id\":\"" id "\"}"

ATF_TC_WITHOUT_HEAD(an_entity_is_found_with_all_it_has);
ATF_TC_BODY(an_entity_is_found_with_all_it_has, tc)
{
	const struct entity *e;

	good("[{\"uid\":" T("1") ",\"attrs\":{\"a\":1},\"parents\":[" T("2") ","
	    T("3") "," T("2") "],\"tags\":{\"x\":\"y\",\"z\":true}},"
	    "{\"uid\":{\"__entity\":" T("2") "}}]");
	ATF_CHECK_EQ(es.n, 2);
	e = entities_find(&es, name("T", "1"));
	ATF_REQUIRE(e != NULL);
	ATF_CHECK_EQ(e->attrs->n, 1);
	ATF_CHECK_EQ(e->tags->n, 2);
	ATF_CHECK_EQ(e->nparents, 2);
	ATF_CHECK_EQ(e->pos, 1);
	e = entities_find(&es, name("T", "2"));
	ATF_REQUIRE(e != NULL);
	ATF_CHECK(e->attrs->n == 0 && e->tags->n == 0 && e->nparents == 0);
	ATF_CHECK(entities_find(&es, name("T", "3")) == NULL);
	ATF_CHECK(entities_find(&es, name("U", "1")) == NULL);
	entities_free(&es);
}

ATF_TC_WITHOUT_HEAD(being_in_is_reflexive_and_transitive);
ATF_TC_BODY(being_in_is_reflexive_and_transitive, tc)
{
	good("[{\"uid\":" T("a") ",\"parents\":[" T("b") "," T("c") "]},"
	    "{\"uid\":" T("b") ",\"parents\":[" T("d") "]},"
	    "{\"uid\":" T("c") ",\"parents\":[" T("d") "]},"
	    "{\"uid\":" T("d") ",\"parents\":[" T("nowhere") "]}]");
	ATF_CHECK(in("a", "a"));
	ATF_CHECK(in("unknown", "unknown"));
	ATF_CHECK(in("a", "b") && in("a", "c") && in("a", "d"));
	ATF_CHECK(in("a", "nowhere"));
	ATF_CHECK(in("d", "nowhere"));
	ATF_CHECK(!in("d", "a"));
	ATF_CHECK(!in("b", "c"));
	ATF_CHECK(!in("nowhere", "a"));
	ATF_CHECK_EQ(entities_find(&es, name("T", "a"))->nancestors, 4);
	entities_free(&es);
}

/* Whether parent[i] leads from a to b. */
static bool
walks_to(const int *parent, int a, int b)
{
	for (; a != -1; a = parent[a])
		if (a == b)
			return true;
	return false;
}

ATF_TC_WITHOUT_HEAD(a_large_forest_agrees_with_a_walk);
ATF_TC_BODY(a_large_forest_agrees_with_a_walk, tc)
{
	enum { N = 500 };
	struct doc_error e;
	int parent[N];
	char id[16];

	srand(1);
	entities_init(&es);
	for (int i = 0; i < N; i++) {
		const struct uid *up;
		struct entity new = { .nparents = i % 50 != 0 };

		parent[i] = i % 50 == 0 ? -1 : i - 1 - rand() % (i % 50);
		snprintf(id, sizeof(id), "%d", i);
		new.uid = name("T", id);
		snprintf(id, sizeof(id), "%d", parent[i]);
		up = name("T", id);
		new.parents = &up;
		ATF_REQUIRE_EQ(entities_add_one(&es, &new, &e), 0);
	}
	ATF_REQUIRE_EQ(entities_finish(&es, &e), 0);
	for (int i = 0; i < N; i += 3)
		for (int k = 0; k < N; k++)
			ATF_CHECK_EQ(entities_in(&es, es.items[i].uid,
			    es.items[k].uid), walks_to(parent, i, k));
	entities_free(&es);
}

ATF_TC_WITHOUT_HEAD(cycles_are_refused_at_an_entity_on_them);
ATF_TC_BODY(cycles_are_refused_at_an_entity_on_them, tc)
{
	bad("[{\"uid\":" T("1") ",\"parents\":[" T("1") "]}]",
	    "f:1:2: T::\"1\" is its own ancestor; remove a "
	    "parent in this circle");
	bad("[{\"uid\":" T("0") ",\"parents\":[" T("1") "]},\n"
	    "{\"uid\":" T("1") ",\"parents\":[" T("2") "]},\n"
	    "{\"uid\":" T("2") ",\"parents\":[" T("3") "]},\n"
	    "{\"uid\":" T("3") ",\"parents\":[" T("1") "]}]",
	    "f:4:1: T::\"3\" is its own ancestor; remove a "
	    "parent in this circle");
}

ATF_TC_WITHOUT_HEAD(a_cycle_over_two_texts_is_refused_in_the_second);
ATF_TC_BODY(a_cycle_over_two_texts_is_refused_in_the_second, tc)
{
	entities_init(&es);
	ATF_CHECK_STREQ(add("[{\"uid\":" T("1") ",\"parents\":[" T("2") "]}]"),
	    "");
	ATF_CHECK(!in("1", "2"));	/* not before entities_finish() */
	ATF_CHECK_STREQ(add("[{\"uid\":" T("0") "},\n{\"uid\":" T("2")
	    ",\"parents\":[" T("1") "]}]"),
	    "f:2:1: T::\"2\" is its own ancestor; remove a "
	    "parent in this circle");
	entities_free(&es);
}

ATF_TC_WITHOUT_HEAD(the_same_entity_twice_must_be_equal);
ATF_TC_BODY(the_same_entity_twice_must_be_equal, tc)
{
	static const char *const others[] = {
		"{\"uid\":" T("1") ",\"attrs\":{\"a\":[1,3]},\"parents\":["
		    T("x") "," T("y") "]}",
		"{\"uid\":" T("1") ",\"attrs\":{\"a\":[1,2]},\"parents\":["
		    T("x") "]}",
		"{\"uid\":" T("1") ",\"attrs\":{\"a\":[1,2]},\"parents\":["
		    T("x") "," T("z") "]}",
		"{\"uid\":" T("1") ",\"attrs\":{\"a\":[1,2]},\"parents\":["
		    T("x") "," T("y") "],\"tags\":{\"t\":1}}",
	};

	good("[{\"uid\":" T("1") ",\"attrs\":{\"a\":[1,2]},\"parents\":["
	    T("x") "," T("y") "]}]");
	ATF_CHECK_STREQ(add("[{\"uid\":" T("1") ",\"attrs\":{\"a\":[2,1,1]},"
	    "\"parents\":[" T("y") "," T("x") "," T("y") "],\"tags\":{}}]"),
	    "");
	ATF_CHECK_EQ(es.n, 1);
	for (size_t i = 0; i < 4; i++) {
		char text[512];

		snprintf(text, sizeof(text), "[%s]", others[i]);
		ATF_CHECK_STREQ(add(text), "f:1:2: T::\"1\" is defined twice "
		    "with different contents; keep one");
	}
	entities_free(&es);
}

ATF_TC_WITHOUT_HEAD(values_of_every_kind_are_read);
ATF_TC_BODY(values_of_every_kind_are_read, tc)
{
	struct value v;
	char text[EXT_TEXT_MAX];

	good("[{\"uid\":" T("1") ",\"attrs\":{"
	    "\"b\":true,\"l\":-5,\"s\":\"x\\u0000y\","
	    "\"e\":{\"__entity\":" T("2") "},\"set\":[2,1,2,[]],"
	    "\"r\":{\"b\":1,\"a\":{}},"
	    "\"d\":{\"__extn\":{\"fn\":\"decimal\",\"arg\":\"1.5\"}},"
	    "\"i\":{\"__extn\":{\"arg\":\"10.0.0.0/8\",\"fn\":\"ip\"}},"
	    "\"t\":{\"__extn\":{\"fn\":\"offset\",\"args\":[{\"__extn\":{\"fn\":"
	    "\"datetime\",\"arg\":\"1970-01-01\"}},{\"__extn\":{\"fn\":"
	    "\"duration\",\"arg\":\"1s\"}}]}},"
	    "\"c\":{\"__extn\":{\"fn\":\"isIpv6\",\"arg\":{\"__extn\":{\"fn\":"
	    "\"ip\",\"arg\":\"::1\"}}}}}}]");
	ATF_CHECK(attr("b").kind == VALUE_BOOL && attr("b").b);
	ATF_CHECK(attr("l").kind == VALUE_LONG && attr("l").n == -5);
	ATF_CHECK(attr("s").kind == VALUE_STRING && attr("s").str->len == 3);
	ATF_CHECK(attr("e").kind == VALUE_ENTITY &&
	    uid_equal(attr("e").uid, name("T", "2")));
	v = attr("set");
	ATF_CHECK(v.kind == VALUE_SET && v.set->n == 3);
	ATF_CHECK(v.set->items[0].n == 1 && v.set->items[1].n == 2);
	v = attr("r");
	ATF_CHECK(v.kind == VALUE_RECORD && v.record->n == 2);
	ATF_CHECK_STREQ(v.record->fields[0].name->bytes, "a");
	ATF_CHECK(attr("d").kind == VALUE_DECIMAL && attr("d").n == 15000);
	ATF_CHECK_STREQ(ext_format(attr("i"), text), "10.0.0.0/8");
	ATF_CHECK(attr("t").kind == VALUE_DATETIME && attr("t").n == 1000);
	ATF_CHECK(attr("c").kind == VALUE_BOOL && attr("c").b);
	entities_free(&es);
}

ATF_TC_WITHOUT_HEAD(an_object_that_is_not_quite_an_escape_is_a_record);
ATF_TC_BODY(an_object_that_is_not_quite_an_escape_is_a_record, tc)
{
	static const char *const keys[] = { "a", "b", "c", "d", "e", "f",
	    "g", "h" };

	good("[{\"uid\":" T("1") ",\"attrs\":{\"__entity\":" T("2") ","
	    "\"a\":{\"__entity\":" T("2") ",\"x\":1},"
	    "\"b\":{\"__entity\":{\"type\":\"T\",\"id\":1}},"
	    "\"c\":{\"__entity\":[\"T\",\"1\"]},"
	    "\"d\":" T("2") ","
	    "\"e\":{\"__extn\":{\"fn\":\"ip\"}},"
	    "\"f\":{\"__extn\":{\"fn\":\"ip\",\"args\":\"::1\"}},"
	    "\"g\":{\"fn\":\"ip\",\"arg\":\"::1\"},"
	    "\"h\":{\"__expr\":1}}}]");
	for (size_t i = 0; i < 8; i++)
		ATF_CHECK_EQ_MSG(attr(keys[i]).kind, VALUE_RECORD, "%s",
		    keys[i]);
	ATF_CHECK_EQ(attr("__entity").kind, VALUE_RECORD);
	entities_free(&es);
}

ATF_TC_WITHOUT_HEAD(bad_values_are_refused_at_their_place);
ATF_TC_BODY(bad_values_are_refused_at_their_place, tc)
{
#define A(value)	"[{\"uid\":" T("1") ",\n\"attrs\":{\"a\":" value "}}]"
	bad(A("null"), "f:2:14: null is not a Cedar value; leave the field "
	    "out");
	bad(A("[1,{\"b\":null}]"), "f:2:22: null is not a Cedar value; leave "
	    "the "
	    "field out");
	bad(A("{\"__expr\":\"1\"}"), "f:2:15: `__expr' is no longer part of "
	    "Cedar; write the value itself");
	bad(A("{\"__entity\":{\"type\":\"T u\",\"id\":\"\"}}"), "f:2:34: "
	    "`T u' is not an entity type; expected a name, or names with :: "
	    "between them");
	bad(A("{\"__entity\":{\"type\":\"in\",\"id\":\"\"}}"), "f:2:34: `in' "
	    "is not an entity type; expected a name, or names with :: between "
	    "them");
	bad(A("{\"__entity\":{\"type\":\"T\",\"id\":\"\",\"x\":1}}"), "f:2:46: "
	    "unknown field `x'; expected type, id");
	bad(A("{\"__extn\":{\"fn\":\"foo\",\"arg\":1}}"), "f:2:30: there is "
	    "no extension function `foo'");
	bad(A("{\"__extn\":{\"fn\":\"ip\",\"arg\":1,\"args\":[]}}"), "f:2:43: "
	    "both `arg' and `args'; keep one");
	bad(A("{\"__extn\":{\"fn\":\"ip\",\"arg\":1}}"), "f:2:14: ip: expected "
	    "a string; write it as 192.0.2.1, 192.0.2.0/24 or 2001:db8::/32");
	bad(A("{\"__extn\":{\"fn\":\"ip\",\"arg\":\"x\"}}"), "f:2:14: ip: "
	    "malformed address; write it as 192.0.2.1, 192.0.2.0/24 or "
	    "2001:db8::/32");
	bad(A("{\"__extn\":{\"fn\":\"ip\",\"args\":[]}}"), "f:2:14: ip: wrong "
	    "number of operands; write it as 192.0.2.1, 192.0.2.0/24 or "
	    "2001:db8::/32");
}

ATF_TC_WITHOUT_HEAD(bad_entities_are_refused_at_their_place);
ATF_TC_BODY(bad_entities_are_refused_at_their_place, tc)
{
	bad("{}", "f:1:1: expected a list of entities, not an object; "
	    "put [ ] around them, or in YAML begin each with `- uid:'");
	bad("[1]", "f:1:2: expected an object, not a number");
	bad("[{\"attrs\":{}}]", "f:1:2: no field `uid' in this object");
	bad("[{\"uid\":" T("1") ",\"name\":1}]", "f:1:31: unknown field "
	    "`name'; expected uid, attrs, parents, tags");
	bad("[{\"uid\":" T("1") ",\"attrs\":null}]", "f:1:39: `attrs' takes an "
	    "object, not null");
	bad("[{\"uid\":" T("1") ",\"parents\":{}}]", "f:1:41: `parents' takes "
	    "a list, not an object; put it in [ ]");
	bad("[{\"uid\":" T("1") ",\"parents\":[1]}]", "f:1:42: expected an "
	    "entity, {\"type\": ..., \"id\": ...}, not a number");
	bad("[{\"uid\":{\"type\":\"T\"}}]", "f:1:9: no field `id' in this "
	    "object");
	bad("[{\"uid\":{\"__entity\":" T("1") ",\"x\":1}}]", "f:1:43: unknown "
	    "field `x'; expected __entity");
	bad("[{\"uid\":{\"type\":\"N::Action\",\"id\":\"a\"},\"parents\":[" T("1")
	    "]}]", "f:1:50: T::\"1\" is not an action; an action's parents are "
	    "actions");
	bad("[{\"uid\":\"T\"}]", "f:1:9: expected `::' and the entity's id "
	    "in double quotes, as in User::\"alice\", not the end of the "
	    "text");
}

ATF_TC_WITHOUT_HEAD(an_entity_may_be_named_as_in_a_policy);
ATF_TC_BODY(an_entity_may_be_named_as_in_a_policy, tc)
{
	good("[{\"uid\":\"T::\\\"1\\\"\",\"parents\":[\"N::T::\\\"x\\\\ny\\\"\"]}]");
	ATF_CHECK(entities_in(&es, name("T", "1"), name("N::T", "x\ny")));
	entities_free(&es);
}

/* A value of so many levels, as an attribute. */
static const char *
nested(int levels)
{
	static char text[1024];
	int n = snprintf(text, sizeof(text), "[{\"uid\":" T("1")
	    ",\"attrs\":{\"a\":");

	for (int i = 0; i < levels - 1; i++)
		text[n++] = '[';
	for (int i = 0; i < levels - 1; i++)
		text[n++] = ']';
	strcpy(text + n, "}}]");
	return text;
}

ATF_TC_WITHOUT_HEAD(depth_is_limited);
ATF_TC_BODY(depth_is_limited, tc)
{
	good(nested(CEDAR_DEPTH_MAX));
	ATF_CHECK(value_depth(attr("a")) <= CEDAR_DEPTH_MAX);
	entities_free(&es);
	entities_init(&es);
	ATF_CHECK(strstr(add(nested(CEDAR_DEPTH_MAX + 1)), "values nested "
	    "more than 64 levels deep") != NULL);
	entities_free(&es);
}

/* A chain of n entities. */
static int
chain(int n, struct doc_error *e)
{
	char id[16];

	entities_init(&es);
	for (int i = 0; i < n; i++) {
		const struct uid *up;
		struct entity new = { .nparents = 1, .parents = &up };

		snprintf(id, sizeof(id), "%d", i);
		new.uid = name("T", id);
		snprintf(id, sizeof(id), "%d", i + 1);
		up = name("T", id);
		ATF_REQUIRE_EQ(entities_add_one(&es, &new, e), 0);
	}
	return entities_finish(&es, e);
}

ATF_TC_WITHOUT_HEAD(ancestors_are_limited);
ATF_TC_BODY(ancestors_are_limited, tc)
{
	struct doc_error e;

	ATF_CHECK_EQ(chain(1400, &e), 0);
	ATF_CHECK_EQ(es.items[0].nancestors, 1400);
	entities_free(&es);
	ATF_CHECK_ERRNO(EBADMSG, chain(1500, &e) == -1);
	ATF_CHECK_STREQ(e.text, "more than 1048576 ancestors of all entities "
	    "together");
	entities_free(&es);
}

ATF_TC_WITHOUT_HEAD(entities_are_limited);
ATF_TC_BODY(entities_are_limited, tc)
{
	struct entity new = { 0 };
	struct doc_error e;
	char id[16];

	entities_init(&es);
	for (int i = 0; i < CEDAR_ENTITY_COUNT_MAX; i++) {
		snprintf(id, sizeof(id), "%d", i);
		new.uid = name("T", id);
		ATF_REQUIRE_EQ(entities_add_one(&es, &new, &e), 0);
	}
	ATF_CHECK_EQ(entities_add_one(&es, &new, &e), 0);
	new.uid = name("T", "more");
	ATF_CHECK_ERRNO(EBADMSG, entities_add_one(&es, &new, &e) == -1);
	ATF_CHECK_STREQ(e.text, "more than 65536 entities");
	entities_free(&es);
}

ATF_TC_WITHOUT_HEAD(an_empty_store_is_valid);
ATF_TC_BODY(an_empty_store_is_valid, tc)
{
	struct doc_error e;

	entities_init(&es);
	ATF_CHECK(entities_find(&es, name("T", "1")) == NULL);
	ATF_CHECK(in("1", "1") && !in("1", "2"));
	ATF_CHECK_EQ(entities_finish(&es, &e), 0);
	ATF_CHECK(!in("1", "2"));
	entities_free(&es);
	good("[]");
	ATF_CHECK_EQ(es.n, 0);
	entities_free(&es);
}

ATF_TP_ADD_TCS(tp)
{
	arena_init(&arena, 0);
	ATF_TP_ADD_TC(tp, an_entity_is_found_with_all_it_has);
	ATF_TP_ADD_TC(tp, being_in_is_reflexive_and_transitive);
	ATF_TP_ADD_TC(tp, a_large_forest_agrees_with_a_walk);
	ATF_TP_ADD_TC(tp, cycles_are_refused_at_an_entity_on_them);
	ATF_TP_ADD_TC(tp, a_cycle_over_two_texts_is_refused_in_the_second);
	ATF_TP_ADD_TC(tp, the_same_entity_twice_must_be_equal);
	ATF_TP_ADD_TC(tp, values_of_every_kind_are_read);
	ATF_TP_ADD_TC(tp, an_object_that_is_not_quite_an_escape_is_a_record);
	ATF_TP_ADD_TC(tp, bad_values_are_refused_at_their_place);
	ATF_TP_ADD_TC(tp, bad_entities_are_refused_at_their_place);
	ATF_TP_ADD_TC(tp, an_entity_may_be_named_as_in_a_policy);
	ATF_TP_ADD_TC(tp, depth_is_limited);
	ATF_TP_ADD_TC(tp, ancestors_are_limited);
	ATF_TP_ADD_TC(tp, entities_are_limited);
	ATF_TP_ADD_TC(tp, an_empty_store_is_valid);
	return atf_no_error();
}
