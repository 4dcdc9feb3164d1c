#include "cedar/data/policy.h"

#include <atf-c.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cedar/format/format.h"

static struct policies set;
static char message[512];

static struct doc
parse(const char *text)
{
	struct doc_error e;
	struct doc d;

	ATF_REQUIRE_MSG(doc_read_json(&d, "f", text, strlen(text),
	    CEDAR_SET_MAX, &e) == 0, "%s: %s", text, e.text);
	return d;
}

/* Adds one policy; the message with its place, or "". */
static const char *
add(const char *text, const char *id)
{
	struct doc d = parse(text);
	struct doc_error e;

	message[0] = '\0';
	if (policies_add_json(&set, &d, 0, id, strlen(id), &e) == -1)
		doc_error_format(&e, 0, message, sizeof(message));
	doc_free(&d);
	return message;
}

static const char *
add_set(const char *text, const char *prefix)
{
	struct doc d = parse(text);
	struct doc_error e;

	message[0] = '\0';
	if (policies_add_json_set(&set, &d, prefix, &e) == -1)
		doc_error_format(&e, 0, message, sizeof(message));
	doc_free(&d);
	return message;
}

/* A policy's JSON form. */
static const char *
json(const struct policy *p)
{
	static char buffers[2][65536];
	static int i;
	struct put put;

	i = !i;
	put_init(&put, buffers[i], sizeof(buffers[i]) - 1);
	format_json(&put, p);
	ATF_REQUIRE_EQ(put.err, 0);
	buffers[i][put.len] = '\0';
	return buffers[i];
}

/* From text to JSON and back it is the same policy. */
static void
round_trip(const char *text)
{
	struct doc_error e;
	const char *before;

	policies_init(&set);
	ATF_REQUIRE_EQ_MSG(policies_add_text(&set, "t", text, strlen(text),
	    POLICY_IDS_NUMBERED, &e), 0, "%s: %s", text, e.text);
	before = json(set.items[0]);
	ATF_REQUIRE_STREQ(add(before, "again"), "");
	ATF_CHECK_STREQ(before, json(set.items[1]));
	ATF_CHECK_EQ(set.items[0]->stack, set.items[1]->stack);
	ATF_CHECK_EQ(set.items[0]->nnodes, set.items[1]->nnodes);
	for (uint32_t i = 0; i < set.items[0]->nnodes; i++) {
		const struct expr_node *a = &set.items[0]->nodes[i];
		const struct expr_node *b = &set.items[1]->nodes[i];

		ATF_CHECK(a->op == b->op && a->first == b->first &&
		    a->nargs == b->nargs);
	}
	policies_free(&set);
}

ATF_TC_WITHOUT_HEAD(every_scope_is_read);
ATF_TC_BODY(every_scope_is_read, tc)
{
	static const char *const scopes[] = {
		"principal, action, resource",
		"principal == U::\"a\", action == Action::\"b\", resource == "
		    "N::R::\"\\0\"",
		"principal in U::\"a\", action in N::Action::\"b\", resource "
		    "in R::\"c\"",
		"principal is U, action in [], resource is N::R",
		"principal is U in G::\"g\", action in [Action::\"a\", "
		    "Action::\"b\"], resource is R in G::\"g\"",
		"principal == ?principal, action, resource in ?resource",
		"principal in ?principal, action, resource == ?resource",
		"principal is U in ?principal, action, resource is R in "
		    "?resource",
	};
	char text[512];

	for (size_t i = 0; i < sizeof(scopes) / sizeof(scopes[0]); i++) {
		snprintf(text, sizeof(text), "permit(%s);", scopes[i]);
		round_trip(text);
		snprintf(text, sizeof(text), "forbid(%s) when {true};",
		    scopes[i]);
		round_trip(text);
	}
}

ATF_TC_WITHOUT_HEAD(every_expression_is_read);
ATF_TC_BODY(every_expression_is_read, tc)
{
	static const char *const bodies[] = {
		"true", "-5", "9223372036854775807", "\"x\\0\\u{e9}\"",
		"U::\"a\"", "principal", "action", "resource", "context",
		"!true", "-context.a", "1 == 2", "1 != 2", "1 < 2", "1 <= 2",
		"1 > 2", "1 >= 2", "1 + 2 - 3 * 4", "principal in resource",
		"true && false && true", "true || false || true",
		"(true && false) || (true && (false || true))",
		"if true then 1 else if false then 2 else 3",
		"[1].contains(1)", "[1].containsAll([1])",
		"[].containsAny([])", "[1, [2]].isEmpty()",
		"principal.getTag(\"a\")", "principal.hasTag(\"a\")",
		"principal.a.b[\"c d\"]", "context has a",
		"context has \"a b\"", "context has a.b.c",
		"\"x\" like \"a*\\*b**\"", "\"x\" like \"\"",
		"principal is N::U", "principal is U in resource",
		"principal is U in (if true then principal else resource)",
		"{a: 1, \"b c\": {}, c: [{}]}",
		"ip(\"::1\").isIpv4()", "ip(\"::1\").isInRange(ip(\"::1/8\"))",
		"decimal(\"1.0\").lessThan(decimal(\"2.0\"))",
		"datetime(\"1970-01-01\").offset(duration(\"1h\"))",
		"ip(context.a)",
	};
	char text[512];

	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		snprintf(text, sizeof(text), "permit(principal, action, "
		    "resource) when { %s } unless { %s };", bodies[i],
		    bodies[i]);
		round_trip(text);
	}
	round_trip("@id(\"x\") @y @in(\"\") forbid(principal, action, "
	    "resource);");
}

#define ANY	"\"principal\":{\"op\":\"All\"},\"action\":{\"op\":\"all\"}," \
	"\"resource\":{\"op\":\"All\"}"
#define POLICY	"{\"effect\":\"permit\"," ANY ",\"conditions\":[]}"
#define TEMPLATE "{\"effect\":\"permit\",\"principal\":{\"op\":\"==\"," \
	"\"slot\":\"?principal\"},\"action\":{\"op\":\"All\"}," \
	"\"resource\":{\"op\":\"All\"},\"conditions\":[]}"
#define U	"{\"type\":\"U\",\"id\":\"a\"}"

/* A policy with one condition; its body is the second line. */
static const char *
body(const char *expr)
{
	char text[4096];

	policies_init(&set);
	snprintf(text, sizeof(text), "{\"effect\":\"permit\"," ANY ","
	    "\"conditions\":[{\"kind\":\"when\",\"body\":\n%s}]}", expr);
	return add(text, "p");
}

/* The same expression from JSON and from text. */
static void
same(const char *expr, const char *in_text)
{
	char text[512];
	struct doc_error e;

	ATF_REQUIRE_STREQ_MSG(body(expr), "", "%s: %s", expr, message);
	snprintf(text, sizeof(text), "permit(principal,action,resource)"
	    "when{%s};", in_text);
	ATF_REQUIRE_EQ_MSG(policies_add_text(&set, "t", text, strlen(text),
	    POLICY_IDS_NUMBERED, &e), 0, "%s: %s", text, e.text);
	ATF_CHECK_STREQ(json(set.items[0]), json(set.items[1]));
	policies_free(&set);
}

ATF_TC_WITHOUT_HEAD(values_become_expressions);
ATF_TC_BODY(values_become_expressions, tc)
{
	same("{\"Value\":[1,[true],\"x\"]}", "[1, [true], \"x\"]");
	same("{\"Value\":{\"b\":1,\"a\":{\"c\":[]}}}",
	    "{b: 1, a: {c: []}}");
	same("{\"Value\":[{\"__entity\":" U "}]}", "[U::\"a\"]");
	same("{\"Value\":{\"__entity\":" U ",\"x\":1}}",
	    "{\"__entity\": {\"type\": \"U\", \"id\": \"a\"}, x: 1}");
	same("{\"Value\":{\"__extn\":{\"fn\":\"isInRange\",\"args\":[{\"__extn\":"
	    "{\"fn\":\"ip\",\"arg\":\"::1\"}},{\"__extn\":{\"fn\":\"ip\","
	    "\"arg\":\"::1/8\"}}]}}}",
	    "ip(\"::1\").isInRange(ip(\"::1/8\"))");
	same("{\"Value\":-9223372036854775808}", "-9223372036854775808");
}

ATF_TC_WITHOUT_HEAD(operands_are_found_in_any_order);
ATF_TC_BODY(operands_are_found_in_any_order, tc)
{
	same("{\"-\":{\"right\":{\"Value\":1},\"left\":{\"Value\":2}}}",
	    "2 - 1");
	same("{\"if-then-else\":{\"else\":{\"Value\":3},\"then\":{\"Value\":2},"
	    "\"if\":{\"Value\":true}}}", "if true then 2 else 3");
	same("{\"is\":{\"in\":{\"Var\":\"action\"},\"entity_type\":\"U\","
	    "\"left\":{\"Var\":\"principal\"}}}", "principal is U in action");
	same("{\"is\":{\"in\":null,\"entity_type\":\"U\","
	    "\"left\":{\"Var\":\"principal\"}}}", "principal is U");
	same("{\"like\":{\"pattern\":[{\"Wildcard\":null},\"Wildcard\","
	    "{\"Literal\":\"*\"},{\"Literal\":\"\"},{\"Literal\":\"b\"}],"
	    "\"left\":{\"Value\":\"x\"}}}", "\"x\" like \"**\\*b\"");
	same("{\"has\":{\"attr\":[\"a\"],\"left\":{\"Var\":\"context\"}}}",
	    "context has a");
}

ATF_TC_WITHOUT_HEAD(a_call_may_have_any_number_of_arguments);
ATF_TC_BODY(a_call_may_have_any_number_of_arguments, tc)
{
	ATF_CHECK_STREQ(body("{\"ip\":[]}"), "");
	ATF_CHECK_EQ(set.items[0]->nodes[0].nargs, 0);
	policies_free(&set);
	ATF_CHECK_STREQ(body("{\"isIpv4\":[{\"Value\":1},{\"Value\":2}]}"), "");
	ATF_CHECK_EQ(set.items[0]->nodes[2].nargs, 2);
	policies_free(&set);
}

ATF_TC_WITHOUT_HEAD(bad_expressions_are_refused_at_their_place);
ATF_TC_BODY(bad_expressions_are_refused_at_their_place, tc)
{
	static const struct {
		const char *expr, *message;
	} cases[] = {
		{ "1", "f:2:1: expected an expression, {OPERATOR: ...}, not a "
		    "number" },
		{ "{}", "f:2:1: an expression with 0 keys; expected one, its "
		    "operator" },
		{ "{\"Value\":1,\"Var\":\"context\"}", "f:2:1: an expression "
		    "with 2 keys; expected one, its operator" },
		{ "{\"and\":{}}", "f:2:2: unknown operator or function "
		    "`and'" },
		{ "{\"unknown\":[]}", "f:2:2: unknown operator or function "
		    "`unknown'" },
		{ "{\"Var\":\"me\"}", "f:2:8: expected \"principal\", "
		    "\"action\", \"resource\" or \"context\"" },
		{ "{\"Slot\":\"?principal\"}", "f:2:9: a slot in a condition; "
		    "slots may only stand for the principal and the "
		    "resource" },
		{ "{\"Value\":null}", "f:2:10: null is not a Cedar value; "
		    "leave "
		    "the field out" },
		{ "{\"Value\":{\"__extn\":{\"fn\":\"f\",\"arg\":1}}}", "f:2:26: "
		    "there is no extension function `f'" },
		{ "{\"!\":{\"Value\":1}}", "f:2:7: unknown field `Value'; "
		    "expected arg" },
		{ "{\"!\":[]}", "f:2:6: expected an object, not a list" },
		{ "{\"neg\":{}}", "f:2:8: no field `arg' in this object" },
		{ "{\"==\":{\"left\":{\"Value\":1}}}", "f:2:7: no field `right' "
		    "in this object" },
		{ "{\"==\":{\"left\":1,\"right\":2}}", "f:2:15: `left' takes an "
		    "object, not a number" },
		{ "{\".\":{\"left\":{\"Value\":1},\"attr\":[]}}", "f:2:33: "
		    "`attr' takes a string, not a list" },
		{ "{\"has\":{\"left\":{\"Value\":1},\"attr\":[]}}", "f:2:35: "
		    "an empty list; expected the name of an attribute" },
		{ "{\"has\":{\"left\":{\"Value\":1},\"attr\":[1]}}", "f:2:36: "
		    "expected the name of an attribute, not a number" },
		{ "{\"like\":{\"left\":{\"Value\":1},\"pattern\":[\"x\"]}}",
		    "f:2:40: expected \"Wildcard\" or {\"Literal\": TEXT}" },
		{ "{\"like\":{\"left\":{\"Value\":1},\"pattern\":[{\"Lit\":1}]}}",
		    "f:2:41: unknown field `Lit'; did you mean "
		    "`Literal'? expected Literal, "
		    "Wildcard" },
		{ "{\"is\":{\"left\":{\"Value\":1},\"entity_type\":\"a b\"}}",
		    "f:2:41: `a b' is not an entity type; expected a name, or "
		    "names with :: between them" },
		{ "{\"Set\":{}}", "f:2:8: expected a list of expressions, not "
		    "an object" },
		{ "{\"Set\":[1]}", "f:2:9: expected an expression, "
		    "{OPERATOR: ...}, not a number" },
		{ "{\"Record\":[]}", "f:2:11: expected an object of "
		    "expressions, not a list" },
		{ "{\"ip\":{}}", "f:2:7: expected a list of arguments, not an "
		    "object" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ATF_CHECK_STREQ(body(cases[i].expr), cases[i].message);
		ATF_CHECK_EQ(set.n, 0);
		policies_free(&set);
	}
}

/* An operator with all but one of its fields is refused for that one. */
static void
each_needed(const char *op, const char *const fields[3])
{
	char text[256], expected[128];

	for (int left_out = 0; left_out < 3; left_out++) {
		int n = snprintf(text, sizeof(text), "{\"%s\":{", op);
		const char *comma = "";

		for (int i = 0; i < 3; i++) {
			if (i == left_out || fields[i] == NULL)
				continue;
			n += snprintf(text + n, sizeof(text) - (size_t)n,
			    "%s%s", comma, fields[i]);
			comma = ",";
		}
		snprintf(text + n, sizeof(text) - (size_t)n, "}}");
		if (fields[left_out] == NULL) {
			ATF_CHECK_STREQ_MSG(body(text), "", "%s", text);
		} else {
			snprintf(expected, sizeof(expected), "no field `%.*s' "
			    "in this object",
			    (int)strcspn(fields[left_out] + 1, "\""),
			    fields[left_out] + 1);
			ATF_CHECK_MSG(strstr(body(text), expected) != NULL,
			    "%s: %s", text, message);
		}
		policies_free(&set);
	}
}

ATF_TC_WITHOUT_HEAD(every_field_of_an_operator_is_needed);
ATF_TC_BODY(every_field_of_an_operator_is_needed, tc)
{
#define E(name)	"\"" name "\":{\"Value\":true}"
	static const struct {
		const char *op, *fields[3];
	} ops[] = {
		{ "!", { E("arg") } }, { "neg", { E("arg") } },
		{ "==", { E("left"), E("right") } },
		{ "&&", { E("left"), E("right") } },
		{ "||", { E("left"), E("right") } },
		{ "if-then-else", { E("if"), E("then"), E("else") } },
		{ ".", { E("left"), "\"attr\":\"a\"" } },
		{ "has", { E("left"), "\"attr\":\"a\"" } },
		{ "like", { E("left"), "\"pattern\":[]" } },
		{ "is", { E("left"), "\"entity_type\":\"T\"" } },
	};

	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++)
		each_needed(ops[i].op, ops[i].fields);
}

/* A policy whose principal is the second line. */
static const char *
scope(const char *var, const char *constraint)
{
	const char *other = strcmp(var, "principal") == 0 ? "action" :
	    "principal";
	char text[1024];

	policies_init(&set);
	snprintf(text, sizeof(text), "{\"effect\":\"permit\",\"%s\":\n%s,"
	    "\"%s\":{\"op\":\"All\"},\"resource\":{\"op\":\"All\"},"
	    "\"conditions\":[]}", var, constraint, other);
	add(text, "p");
	policies_free(&set);
	return message;
}

ATF_TC_WITHOUT_HEAD(bad_scopes_are_refused_at_their_place);
ATF_TC_BODY(bad_scopes_are_refused_at_their_place, tc)
{
	static const struct {
		const char *var, *constraint, *message;
	} cases[] = {
		{ "principal", "{}", "f:2:1: expected an object with an "
		    "\"op\"" },
		{ "principal", "{\"op\":\"!=\"}", "f:2:7: expected \"All\", "
		    "\"==\", \"in\" or \"is\"" },
		{ "action", "{\"op\":\"is\"}", "f:2:7: expected \"All\", "
		    "\"==\" or \"in\"" },
		{ "principal", "{\"op\":\"All\",\"x\":1}", "f:2:13: unknown "
		    "field `x'; expected op" },
		{ "principal", "{\"op\":\"==\"}", "f:2:1: expected either "
		    "`entity' or `slot' here" },
		{ "principal", "{\"op\":\"==\",\"entity\":" U ",\"slot\":"
		    "\"?principal\"}", "f:2:1: expected either `entity' or "
		    "`slot' here" },
		{ "principal", "{\"op\":\"==\",\"entity\":\"U::\\\"a\\\"\"}",
		    "f:2:21: expected an entity, {\"type\": ..., \"id\": ...}, "
		    "not a string" },
		{ "principal", "{\"op\":\"==\",\"slot\":\"?resource\"}",
		    "f:2:19: expected \"?principal\", the slot for this "
		    "place" },
		{ "principal", "{\"op\":\"in\",\"entities\":[]}", "f:2:12: "
		    "unknown field `entities'; did you mean `entity'? "
		    "expected op, entity, slot" },
		{ "principal", "{\"op\":\"is\"}", "f:2:1: no field "
		    "`entity_type' in this object" },
		{ "principal", "{\"op\":\"is\",\"entity_type\":\"\"}",
		    "f:2:26: `' is not an entity type; expected a name, or "
		    "names "
		    "with :: between them" },
		{ "principal", "{\"op\":\"is\",\"entity_type\":\"U\",\"in\":{}}",
		    "f:2:35: expected either `entity' or `slot' here" },
		{ "action", "{\"op\":\"==\",\"slot\":\"?action\"}", "f:2:12: "
		    "unknown field `slot'; expected op, entity" },
		{ "action", "{\"op\":\"==\",\"entity\":" U "}", "f:2:21: "
		    "expected an entity of type Action (in any namespace), "
		    "not of type `U'" },
		{ "action", "{\"op\":\"in\"}", "f:2:1: expected either "
		    "`entity' or `entities' here" },
		{ "action", "{\"op\":\"in\",\"entities\":[" U "]}", "f:2:24: "
		    "expected an entity of type Action (in any namespace), "
		    "not of type `U'" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ATF_CHECK_STREQ(scope(cases[i].var, cases[i].constraint),
		    cases[i].message);
}

ATF_TC_WITHOUT_HEAD(bad_policies_are_refused_at_their_place);
ATF_TC_BODY(bad_policies_are_refused_at_their_place, tc)
{
	static const struct {
		const char *text, *message;
	} cases[] = {
		{ "[]", "f:1:1: expected an object, not a list" },
		{ "{\"effect\":\"allow\"," ANY ",\n\"conditions\":[]}",
		    "f:1:11: expected \"permit\" or \"forbid\"" },
		{ "{\"effect\":\"permit\"," ANY "}", "f:1:1: no field "
		    "`conditions' in this object" },
		{ "{\"effect\":\"permit\"," ANY ",\n\"conditions\":[],\"x\":1}",
		    "f:2:17: unknown field `x'; expected effect, principal, "
		    "action, resource, conditions, annotations" },
		{ "{\"effect\":\"permit\"," ANY ",\n\"conditions\":"
		    "[{\"kind\":\"if\",\"body\":{}}]}", "f:2:23: expected "
		    "\"when\" or \"unless\"" },
		{ "{\"effect\":\"permit\"," ANY ",\n\"conditions\":"
		    "[{\"kind\":\"when\"}]}", "f:2:15: no field `body' in this "
		    "object" },
		{ "{\"effect\":\"permit\"," ANY ",\n\"conditions\":[],"
		    "\"annotations\":{\"a b\":\"\"}}", "f:2:32: `a b' cannot be "
		    "an annotation; expected letters, digits and _" },
		{ "{\"effect\":\"permit\"," ANY ",\n\"conditions\":[],"
		    "\"annotations\":{\"a\":1}}", "f:2:36: expected a string or "
		    "null, not a number" },
	};

	policies_init(&set);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ATF_CHECK_STREQ(add(cases[i].text, "p"), cases[i].message);
	ATF_CHECK_STREQ(add(POLICY, "p"), "");
	ATF_CHECK_STREQ(add(POLICY, "p"), "f:1:1: this id is already used in "
	    "the set, at f:1; give it another");
	ATF_CHECK_EQ(set.n, 1);
	policies_free(&set);
}

#define LINK(template, id, values) "{\"templateId\":\"" template "\"," \
	"\"newId\":\"" id "\",\"values\":" values "}"

ATF_TC_WITHOUT_HEAD(a_set_has_policies_templates_and_links);
ATF_TC_BODY(a_set_has_policies_templates_and_links, tc)
{
	const struct policy *link;

	policies_init(&set);
	ATF_CHECK_STREQ(add_set("{}", ""), "");
	ATF_CHECK_STREQ(add(POLICY, "one"), "");
	ATF_CHECK_EQ(set.items[0]->action.pos, strlen("{\"effect\":\"permit\","
	    "\"principal\":{\"op\":\"All\"},\"action\":"));
	policies_free(&set);
	policies_init(&set);
	ATF_CHECK_STREQ(add_set("{\"templateLinks\":["
	    LINK("t", "l", "{\"?principal\":" U "}") "],\"templates\":{\"t\":"
	    TEMPLATE "},\"staticPolicies\":{\"p\":" POLICY ",\"q\":" POLICY
	    "}}", "web/"), "");
	ATF_CHECK_EQ(set.n, 4);
	ATF_CHECK(policies_find(&set, "web/q", 5) != NULL);
	link = policies_find(&set, "web/l", 5);
	ATF_REQUIRE(link != NULL);
	ATF_CHECK(link->template == policies_find(&set, "web/t", 5));
	ATF_CHECK_STREQ(link->values[SLOT_PRINCIPAL]->id->bytes, "a");
	ATF_CHECK(link->values[SLOT_RESOURCE] == NULL);
	policies_free(&set);
}

ATF_TC_WITHOUT_HEAD(bad_sets_are_refused_and_leave_nothing);
ATF_TC_BODY(bad_sets_are_refused_and_leave_nothing, tc)
{
	static const struct {
		const char *text, *message;
	} cases[] = {
		{ "{\"policies\":{}}", "f:1:2: unknown field `policies'; "
		    "expected staticPolicies, templates, templateLinks" },
		{ "{\"staticPolicies\":\n{\"p\":" TEMPLATE "}}", "f:2:2: a "
		    "policy with a slot; it belongs under templates" },
		{ "{\"templates\":\n{\"t\":" POLICY "}}", "f:2:2: a template "
		    "without a slot; it belongs under staticPolicies" },
		{ "{\"staticPolicies\":{\"t\":" POLICY "},\n\"templates\":"
		    "{\"t\":" TEMPLATE "}}", "f:2:18: this id is already used "
		    "in the set, at f:1; give it another" },
		{ "{\"templates\":{\"t\":" TEMPLATE "},\n\"templateLinks\":["
		    LINK("u", "l", "{}") "]}", "f:2:18: there is no template "
		    "`u'" },
		{ "{\"templates\":{\"t\":" TEMPLATE "},\n\"templateLinks\":["
		    LINK("t", "l", "{}") "]}", "f:2:18: the link gives no "
		    "value for the template's ?principal" },
		{ "{\"templates\":{\"t\":" TEMPLATE "},\n\"templateLinks\":["
		    LINK("t", "l", "{\"?principal\":" U ",\"?resource\":" U "}")
		    "]}", "f:2:18: the link gives a value for ?resource, "
		    "which the template does not have" },
		{ "{\"templates\":{\"t\":" TEMPLATE "},\n\"templateLinks\":["
		    LINK("t", "t", "{\"?principal\":" U "}") "]}", "f:2:18: "
		    "this id is already used in the set" },
		{ "{\"templateLinks\":[\n{\"templateId\":\"t\",\"newId\":\"l\","
		    "\"values\":{\"principal\":1}}]}", "f:2:41: unknown field "
		    "`principal'; did you mean `?principal'? expected "
		    "?principal, ?resource" },
		{ "{\"templateLinks\":[\n{\"templateId\":\"t\"}]}", "f:2:1: no "
		    "field `newId' in this object" },
	};

	policies_init(&set);
	ATF_REQUIRE_STREQ(add_set("{\"staticPolicies\":{\"p0\":" POLICY "}}",
	    ""), "");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t len = set.text_len;

		ATF_CHECK_STREQ(add_set(cases[i].text, ""),
		    cases[i].message);
		ATF_CHECK_EQ(set.n, 1);
		ATF_CHECK_EQ(set.text_len, len);
	}
	policies_free(&set);
}

/* n times ! in front of true. */
static const char *
nots(int n)
{
	char text[2048] = "";

	for (int i = 0; i < n; i++)
		strcat(text, "{\"!\":{\"arg\":");
	strcat(text, "{\"Value\":true}");
	for (int i = 0; i < n; i++)
		strcat(text, "}}");
	return body(text);
}

ATF_TC_WITHOUT_HEAD(depth_is_limited);
ATF_TC_BODY(depth_is_limited, tc)
{
	ATF_CHECK_STREQ(nots(CEDAR_DEPTH_MAX - 1), "");
	policies_free(&set);
	ATF_CHECK_STREQ(nots(CEDAR_DEPTH_MAX), "f:2:2: this is nested more "
	    "than 64 levels deep");
	policies_free(&set);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, every_scope_is_read);
	ATF_TP_ADD_TC(tp, every_expression_is_read);
	ATF_TP_ADD_TC(tp, values_become_expressions);
	ATF_TP_ADD_TC(tp, operands_are_found_in_any_order);
	ATF_TP_ADD_TC(tp, a_call_may_have_any_number_of_arguments);
	ATF_TP_ADD_TC(tp, bad_expressions_are_refused_at_their_place);
	ATF_TP_ADD_TC(tp, every_field_of_an_operator_is_needed);
	ATF_TP_ADD_TC(tp, bad_scopes_are_refused_at_their_place);
	ATF_TP_ADD_TC(tp, bad_policies_are_refused_at_their_place);
	ATF_TP_ADD_TC(tp, a_set_has_policies_templates_and_links);
	ATF_TP_ADD_TC(tp, bad_sets_are_refused_and_leave_nothing);
	ATF_TP_ADD_TC(tp, depth_is_limited);
	return atf_no_error();
}
