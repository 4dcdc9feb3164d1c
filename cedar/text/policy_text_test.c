#include "cedar/data/policy.h"

#include <atf-c.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parse.h"

static struct policies set;
static struct doc_error error;

static int
add(const char *text)
{
	return policies_add_text(&set, "f", text, strlen(text),
	    POLICY_IDS_NUMBERED, &error);
}

/* Accepted; returns the newest policy. */
static const struct policy *
good(const char *text)
{
	ATF_REQUIRE_MSG(add(text) == 0, "%s: %u:%u: %s", text, error.line,
	    error.col, error.text);
	return set.items[set.n - 1];
}

/* Refused at this place with this message, and nothing is added. */
static void
bad(const char *text, const char *expected)
{
	const size_t n = set.n;
	char message[512];

	ATF_REQUIRE_ERRNO(EBADMSG, add(text) == -1);
	doc_error_format(&error, 0, message, sizeof(message));
	ATF_CHECK_STREQ(message, expected);
	ATF_CHECK_EQ(set.n, n);
}

static const char *
condition(const char *expr)
{
	static char text[8192];

	snprintf(text, sizeof(text),
	    "permit(principal,action,resource) when {\n%s};", expr);
	return text;
}

static void
bad_expr(const char *expr, const char *expected)
{
	char full[512];

	snprintf(full, sizeof(full), "f:2:%s", expected);
	bad(condition(expr), full);
}

static const char *const op_names[] = {
#define OP(name, text, operands) #name,
	OPS(OP)
#undef OP
};

static const char *const vars[] = {
	"principal", "action", "resource", "context",
};

static void
show_value(FILE *f, struct value v)
{
	if (v.kind == VALUE_BOOL)
		fprintf(f, v.b ? "true" : "false");
	else if (v.kind == VALUE_LONG)
		fprintf(f, "%lld", (long long)v.n);
	else if (v.kind == VALUE_STRING)
		fprintf(f, "'%s'", v.str->bytes);
	else
		fprintf(f, "%s::'%s'", v.uid->type->bytes, v.uid->id->bytes);
}

static void
show_names(FILE *f, const struct expr_node *n, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		fprintf(f, "%c%s", i == 0 ? ' ' : ',', n->u.names[i]->bytes);
}

static void
show_pattern(FILE *f, const struct pattern *p)
{
	for (uint32_t i = 0; i < p->n; i++)
		if (p->parts[i] == NULL)
			fprintf(f, " *");
		else
			fprintf(f, " '%s'", p->parts[i]->bytes);
}

/* A node in a word or two; where its subtree starts if not at itself. */
static void
show_node(FILE *f, const struct policy *p, uint32_t i)
{
	const struct expr_node *n = &p->nodes[i];

	fprintf(f, "%s", i == 0 ? "" : "; ");
	if (n->op == OP_VALUE)
		show_value(f, *n->u.value);
	else if (n->op == OP_VAR)
		fprintf(f, "%s", vars[n->u.var]);
	else
		fprintf(f, "%s", op_names[n->op]);
	if (n->op == OP_GET || n->op == OP_HAS || n->op == OP_RECORD)
		show_names(f, n, n->nargs);
	if (n->op == OP_IS || n->op == OP_IS_IN)
		show_names(f, n, 1);
	if (n->op == OP_LIKE)
		show_pattern(f, n->u.pattern);
	if (n->op == OP_CALL)
		fprintf(f, " %s/%u", expr_fn_text(n->u.fn), n->nargs);
	if (n->op == OP_SET)
		fprintf(f, "/%u", n->nargs);
	if (expr_op_is_test(n->op))
		fprintf(f, ">%u", n->u.jump);
	if (n->first != i)
		fprintf(f, "@%u", n->first);
}

static void
show(const char *expr, const char *expected)
{
	const struct policy *p = good(condition(expr));
	char *text;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	for (uint32_t i = 0; i < p->nnodes; i++)
		show_node(f, p, i);
	fclose(f);
	ATF_CHECK_STREQ(text, expected);
	free(text);
}

ATF_TC_WITHOUT_HEAD(operators_group_by_precedence_and_from_the_left);
ATF_TC_BODY(operators_group_by_precedence_and_from_the_left, tc)
{
	policies_init(&set);
	show("1 - 2 - 3", "1; 2; SUB@0; 3; SUB@0");
	show("1 + 2 * 3", "1; 2; 3; MUL@1; ADD@0");
	show("(1 + 2) * 3", "1; 2; ADD@0; 3; MUL@0");
	show("1 + 2 < 3 * 4", "1; 2; ADD@0; 3; 4; MUL@3; LT@0");
	show("principal in resource && 1 == 2",
	    "principal; resource; IN@0; AND_TEST>7; 1; 2; EQ@4; AND@0");
	show("true || false && true",
	    "true; OR_TEST>6; false; AND_TEST>5; true; AND@2; OR@0");
	show("true && false || true",
	    "true; AND_TEST>3; false; AND@0; OR_TEST>6; true; OR@0");
	show("-principal.a", "principal; GET a@0; NEG@0");
	show("!(true || false)", "true; OR_TEST>3; false; OR@0; NOT@0");
	show("1 + 2 is A in 3 * 4",
	    "1; 2; ADD@0; IS_TEST>8; 3; 4; MUL@4; IS_IN A@0");
	show("1 >= 2 || 3 > 4 || 5 <= 6 || 7 != 8",
	    "1; 2; GE@0; OR_TEST>7; 3; 4; GT@4; OR@0; OR_TEST>12; 5; 6; "
	    "LE@9; OR@0; OR_TEST>17; 7; 8; NE@14; OR@0");
	policies_free(&set);
}

ATF_TC_WITHOUT_HEAD(tests_jump_to_where_evaluation_goes_on);
ATF_TC_BODY(tests_jump_to_where_evaluation_goes_on, tc)
{
	policies_init(&set);
	show("if true then 1 else 2",
	    "true; IF_TEST>4; 1; IF_ELSE>5; 2; IF@0");
	show("if 1 then 2 else 3 && 4",
	    "1; IF_TEST>4; 2; IF_ELSE>8; 3; AND_TEST>7; 4; AND@4; IF@0");
	show("if if 1 then 2 else 3 then 4 else if 5 then 6 else 7",
	    "1; IF_TEST>4; 2; IF_ELSE>5; 3; IF@0; IF_TEST>9; 4; IF_ELSE>15; "
	    "5; IF_TEST>13; 6; IF_ELSE>14; 7; IF@9; IF@0");
	show("[principal is A in resource, 1]",
	    "principal; IS_TEST>4; resource; IS_IN A@0; 1; SET/2@0");
	policies_free(&set);
}

ATF_TC_WITHOUT_HEAD(a_minus_belongs_to_the_number_behind_it);
ATF_TC_BODY(a_minus_belongs_to_the_number_behind_it, tc)
{
	policies_init(&set);
	show("-1", "-1");
	show("--1", "-1; NEG@0");
	show("----1", "-1; NEG@0; NEG@0; NEG@0");
	show("-(1)", "1; NEG@0");
	show("-1.a", "1; GET a@0; NEG@0");
	show("-1[\"a\"]", "1; GET a@0; NEG@0");
	show("1 - 1", "1; 1; SUB@0");
	show("1--1", "1; -1; SUB@0");
	show("-9223372036854775808", "-9223372036854775808");
	show("9223372036854775807", "9223372036854775807");
	bad_expr("9223372036854775808", "1: this number is too large: "
	    "expected one from -9223372036854775808 to 9223372036854775807");
	bad_expr("-9223372036854775809", "2: this number is too large: "
	    "expected one from -9223372036854775808 to 9223372036854775807");
	bad_expr("-9223372036854775808.a", "2: this number is too large: "
	    "expected one from -9223372036854775808 to 9223372036854775807");
	bad_expr("18446744073709551617", "1: this number is too large: "
	    "expected one from -9223372036854775808 to 9223372036854775807");
	policies_free(&set);
}

ATF_TC_WITHOUT_HEAD(operands_are_read_with_what_follows_them);
ATF_TC_BODY(operands_are_read_with_what_follows_them, tc)
{
	policies_init(&set);
	show("principal.a[\"b c\"].d",
	    "principal; GET a@0; GET b c@0; GET d@0");
	show("A::B::\"x\"", "A::B::'x'");
	show("principal::\"x\" == A // comment\n :: \"y\"",
	    "principal::'x'; A::'y'; EQ@0");
	show("[1, [], {}, ]", "1; SET/0; RECORD; SET/3@0");
	show("{a: 1, \"b c\": {if1: 2}}",
	    "1; 2; RECORD if1@1; RECORD a,b c@0");
	show("ip(\"::1\").isInRange(ip(\"::\"))",
	    "'::1'; CALL ip/1@0; '::'; CALL ip/1@2; CALL isInRange/2@0");
	show("decimal() || 1.toTime(2, 3,)", "CALL decimal/0; OR_TEST>6; 1; 2; "
	    "3; CALL toTime/3@2; OR@0");
	show("[1].contains(1)", "1; SET/1@0; 1; CONTAINS@0");
	show("context.isEmpty().isEmpty.isEmpty()", "context; IS_EMPTY@0; "
	    "GET isEmpty@0; IS_EMPTY@0");
	show("context has a.b.c && context has \"d e\"",
	    "context; HAS a,b,c@0; AND_TEST>5; context; HAS d e@3; AND@0");
	show("1 like \"a*b\\*c\\x2a**d\"", "1; LIKE 'a' * 'b*c' * * * 'd'@0");
	show("1 like \"\"", "1; LIKE@0");
	show("principal is A::B", "principal; IS A::B@0");
	policies_free(&set);
}

/* The only literal of a policy. */
static const struct str *
literal(const char *text)
{
	return good(condition(text))->nodes[0].u.value->str;
}

ATF_TC_WITHOUT_HEAD(escapes_stand_for_characters);
ATF_TC_BODY(escapes_stand_for_characters, tc)
{
	static const char all[] = "\n\r\t\\'\"A\x7f\xc3\xa9\xf0\x9f\x98\x80";
	const struct str *s;

	policies_init(&set);
	ATF_CHECK_STREQ(literal("\"\\n\\r\\t\\\\\\'\\\"\\x41\\x7f\\u{e9}"
	    "\\u{1F_60_0}\"")->bytes, all);
	ATF_CHECK_STREQ(literal("\"\xe2\x82\xac\n\t'\"")->bytes,
	    "\xe2\x82\xac\n\t'");
	ATF_CHECK_STREQ(literal("\"\\u{20ac}\"")->bytes, "\xe2\x82\xac");
	s = literal("\"a\\0b\"");
	ATF_CHECK(s->len == 3 && memcmp(s->bytes, "a\0b", 3) == 0);
	bad_expr("\"ab\\q\"", "4: `\\q' is not an escape: expected one of \\n "
	    "\\r \\t "
	    "\\\\ \\0 \\' \\\" \\x41 \\u{1f600}");
	bad_expr("\"\\x80\"", "2: `\\x80' is not an escape: \\x ends at \\x7f; "
	    "write \\u{...}");
	bad_expr("\"\\x4\"", "2: `\\x4' is not an escape: expected two "
	    "hexadecimal digits after \\x");
	bad_expr("\"\\u{d800}\"", "2: `\\u{d800}' is not an escape: there is "
	    "no "
	    "such character");
	bad_expr("\"\\u{110000}\"", "2: `\\u{110000}' is not an escape: there "
	    "is "
	    "no such character");
	bad_expr("\"\\u{1234567}\"", "2: `\\u{1234567}' is not an escape: "
	    "expected one to six digits");
	bad_expr("\"\\u41\"", "2: `\\u4' is not an escape: expected `{' after "
	    "\\u");
	bad_expr("\"\\*\"", "2: `\\*' is not an escape: \\* is allowed only in "
	    "patterns, after `like'");
	bad_expr("\"a\rb\"", "3: a carriage return in a string is written "
	    "\\r");
	policies_free(&set);
}

static void
check_uids(const struct scope *s, enum scope_op op, uint32_t n,
    const char *first)
{
	char text[64] = "";

	ATF_CHECK_EQ(s->op, op);
	ATF_REQUIRE_EQ(s->nuids, n);
	if (n > 0)
		snprintf(text, sizeof(text), "%s::%s",
		    s->uids[0]->type->bytes, s->uids[0]->id->bytes);
	ATF_CHECK_STREQ(text, first);
}

ATF_TC_WITHOUT_HEAD(scopes_bind_the_variables);
ATF_TC_BODY(scopes_bind_the_variables, tc)
{
	const struct policy *p;

	policies_init(&set);
	p = good("permit(principal,action,resource);");
	check_uids(&p->principal, SCOPE_ANY, 0, "");
	check_uids(&p->action, SCOPE_ANY, 0, "");
	ATF_CHECK(!p->forbid && p->nconditions == 0 && p->stack == 0);
	p = good("forbid(principal == A::\"x\", action in [B::Action::\"y\", "
	    "Action::\"z\",], resource is C::D in E::\"w\",);");
	ATF_CHECK(p->forbid && !p->is_template);
	check_uids(&p->principal, SCOPE_EQ, 1, "A::x");
	check_uids(&p->action, SCOPE_IN_SET, 2, "B::Action::y");
	check_uids(&p->resource, SCOPE_IS_IN, 1, "E::w");
	ATF_CHECK_STREQ(p->resource.type->bytes, "C::D");
	ATF_CHECK_EQ(p->resource.pos, 70);
	p = good("permit(principal is A, action in Action::\"x\", "
	    "resource in ((B::\"y\")));");
	check_uids(&p->principal, SCOPE_IS, 0, "");
	check_uids(&p->action, SCOPE_IN, 1, "Action::x");
	check_uids(&p->resource, SCOPE_IN, 1, "B::y");
	p = good("permit(principal, action in [], resource);");
	check_uids(&p->action, SCOPE_IN_SET, 0, "");
	policies_free(&set);
}

ATF_TC_WITHOUT_HEAD(slots_make_a_template_and_a_link_fills_them);
ATF_TC_BODY(slots_make_a_template_and_a_link_fills_them, tc)
{
	const struct policy *t, *p;
	const struct uid *values[2] = { NULL, NULL };
	const struct doc_source uid = { "f", "A::\"x\"", 6 };

	policies_init(&set);
	t = good("permit(principal == ?principal, action, "
	    "resource is B in ?resource) when { principal == resource };");
	ATF_CHECK(t->is_template && t->slots[SLOT_PRINCIPAL] &&
	    t->slots[SLOT_RESOURCE] && t->principal.slot);
	ATF_REQUIRE_EQ(parse_uid_text(&values[0], &set.arena, &uid, &error), 0);
	ATF_REQUIRE_ERRNO(EBADMSG, policies_link(&set, t->id, "l", 1, values,
	    &error) == -1);
	ATF_CHECK_STREQ(error.text,
	    "the link gives no value for the template's ?resource");
	values[1] = values[0];
	ATF_REQUIRE_EQ(policies_link(&set, t->id, "l", 1, values, &error), 0);
	p = policies_find(&set, "l", 1);
	ATF_CHECK(p != NULL && p->template == t && !p->is_template &&
	    p->nodes == t->nodes && uid_equal(p->values[0], values[0]) &&
	    uid_equal(p->values[1], values[0]));
	ATF_REQUIRE_ERRNO(EBADMSG, policies_link(&set, t->id, "l", 1, values,
	    &error) == -1);
	ATF_CHECK_STREQ(error.text, "this id is already used in the set");
	ATF_REQUIRE_ERRNO(EBADMSG, policies_link(&set, p->id, "m", 1, values,
	    &error) == -1);
	ATF_CHECK_STREQ(error.text, "`l' is not a template: it has neither "
	    "?principal nor ?resource");
	t = good("permit(principal in ?principal, action, resource);");
	ATF_REQUIRE_ERRNO(EBADMSG, policies_link(&set, t->id, "m", 1, values,
	    &error) == -1);
	ATF_CHECK_STREQ(error.text, "the link gives a value for ?resource, "
	    "which the template does not have");
	policies_free(&set);
}

ATF_TC_WITHOUT_HEAD(annotations_are_kept_with_or_without_a_value);
ATF_TC_BODY(annotations_are_kept_with_or_without_a_value, tc)
{
	const struct policy *p;

	policies_init(&set);
	p = good("@a @if(\"x\\ty\") @b(\"\")\npermit(principal,action,"
	    "resource) unless {false};");
	ATF_CHECK_EQ(p->nannotations, 3);
	ATF_CHECK(!p->annotations[0].given && p->annotations[2].given);
	ATF_CHECK_STREQ(policy_annotation(p, "if")->bytes, "x\ty");
	ATF_CHECK_STREQ(policy_annotation(p, "a")->bytes, "");
	ATF_CHECK(policy_annotation(p, "c") == NULL);
	ATF_CHECK(p->conditions[0].unless);
	bad("@a\n @a permit(principal,action,resource);",
	    "f:2:2: annotation @a is here twice; keep one");
	policies_free(&set);
}

ATF_TC_WITHOUT_HEAD(policies_are_numbered_over_the_set);
ATF_TC_BODY(policies_are_numbered_over_the_set, tc)
{
	static const char two[] = "@id(\"x\") permit(principal,action,resource);"
	    "// and\nforbid(principal,action,resource);// end";

	policies_init(&set);
	ATF_CHECK_STREQ(good(two)->id->bytes, "policy1");
	ATF_CHECK_STREQ(good(two)->id->bytes, "policy3");
	bad("permit(principal,action,resource);x", "f:1:35: expected "
	    "`permit', `forbid' or an annotation, not `x'");
	ATF_CHECK_STREQ(good(two)->id->bytes, "policy5");
	ATF_CHECK(policies_find(&set, "policy2", 7) == set.items[2]);
	ATF_CHECK(policies_find(&set, "policy6", 7) == NULL);
	ATF_CHECK_EQ(add(""), 0);
	ATF_CHECK_EQ(add(" // nothing"), 0);
	ATF_CHECK_EQ(set.n, 6);
	policies_free(&set);
}

ATF_TC_WITHOUT_HEAD(policies_can_go_by_their_id_annotation);
ATF_TC_BODY(policies_can_go_by_their_id_annotation, tc)
{
	static const char text[] =
	    "permit(principal,action,resource);"
	    "@id(\"x y\") permit(principal,action,resource);"
	    "@id permit(principal,action,resource);";

	policies_init(&set);
	ATF_REQUIRE_EQ(policies_add_text(&set, "d/a.cedar", text,
	    sizeof(text) - 1, POLICY_IDS_ANNOTATED, &error), 0);
	ATF_CHECK_STREQ(set.items[0]->id->bytes, "d/a.cedar:policy0");
	ATF_CHECK_STREQ(set.items[1]->id->bytes, "x y");
	ATF_CHECK_STREQ(set.items[2]->id->bytes, "d/a.cedar:policy2");
	ATF_REQUIRE_ERRNO(EBADMSG, policies_add_text(&set, "b", text,
	    sizeof(text) - 1, POLICY_IDS_ANNOTATED, &error) == -1);
	ATF_CHECK_STREQ(error.text, "this id is already used in the set, at "
	    "d/a.cedar:1; give it another");
	ATF_CHECK_EQ(error.col, 35);
	ATF_CHECK_EQ(set.n, 3);
	policies_free(&set);
}

ATF_TC_WITHOUT_HEAD(nodes_know_their_place);
ATF_TC_BODY(nodes_know_their_place, tc)
{
	static const char text[] = "@a permit(principal,action,resource) "
	    "when { -1 == principal.ab || if [1].contains(2) then true else "
	    "ip(\"x\") has b }; ";
	static const struct {
		uint32_t	node;
		const char	*at;
	} places[] = {
		{ 0, "-1 ==" }, { 1, "principal.ab" }, { 2, "ab ||" },
		{ 3, "==" }, { 4, "|| if" },
	};
	const struct policy *p;

	policies_init(&set);
	bad(text, "f:1:67: `if' after an operator: expected it in "
	    "parentheses, as in a && (if b then c else d)");
	p = good("@a permit(principal,action,resource) when { -1 == "
	    "principal.ab || [1].contains(2) };  ");
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		ATF_CHECK_EQ(strncmp(p->source->text +
		    p->nodes[places[i].node].pos, places[i].at, 2), 0);
	ATF_CHECK_EQ(strncmp(p->source->text + p->nodes[6].pos, "[1]", 3), 0);
	ATF_CHECK_EQ(strncmp(p->source->text + p->nodes[8].pos, "cont", 4), 0);
	ATF_CHECK_EQ(p->pos, 0);
	ATF_CHECK_EQ(p->source->text[p->end - 1], ';');
	ATF_CHECK_EQ(strncmp(p->source->text + p->conditions[0].pos, "when", 4),
	    0);
	policies_free(&set);
}

ATF_TC_WITHOUT_HEAD(what_evaluating_takes_is_counted);
ATF_TC_BODY(what_evaluating_takes_is_counted, tc)
{
	policies_init(&set);
	ATF_CHECK_EQ(good(condition("true"))->stack, 1);
	ATF_CHECK_EQ(good(condition("1 + 2 + 3"))->stack, 2);
	ATF_CHECK_EQ(good(condition("1 + (2 + (3 + 4))"))->stack, 4);
	ATF_CHECK_EQ(good(condition("[1,2,3,4]"))->stack, 4);
	ATF_CHECK_EQ(good(condition("if 1 then 2 else [3, 4]"))->stack, 2);
	ATF_CHECK_EQ(good(condition("true && true && true"))->stack, 2);
	ATF_CHECK_EQ(good(condition("1"))->scratch, 0);
	ATF_CHECK(good(condition("[1,2,3]"))->scratch >=
	    3 * sizeof(struct value));
	ATF_CHECK(good(condition("{a: [1]}"))->scratch >=
	    sizeof(struct value) + sizeof(struct record_field));
	ATF_CHECK(good(condition("ip(\"x\")"))->scratch >= sizeof(struct ip));
	ATF_CHECK_EQ(good("permit(principal,action,resource) when {1} "
	    "when {[1,2,3]} unless {1 + 2};")->stack, 3);
	policies_free(&set);
}

ATF_TC_WITHOUT_HEAD(operands_are_found_from_their_operator);
ATF_TC_BODY(operands_are_found_from_their_operator, tc)
{
	const struct expr_node *nodes;
	uint32_t at[3];

	policies_init(&set);
	nodes = good(condition("if 1 + 2 then 3 else [4, 5, true && 6]"))->nodes;
	expr_operands(nodes, 13, at);
	ATF_CHECK(at[0] == 2 && at[1] == 4 && at[2] == 12);
	ATF_CHECK_EQ(expr_count(&nodes[12]), 3);
	expr_operands(nodes, 12, at);
	ATF_CHECK(at[0] == 6 && at[1] == 7 && at[2] == 11);
	expr_operands(nodes, 11, at);
	ATF_CHECK(at[0] == 8 && at[1] == 10);
	policies_free(&set);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, operators_group_by_precedence_and_from_the_left);
	ATF_TP_ADD_TC(tp, tests_jump_to_where_evaluation_goes_on);
	ATF_TP_ADD_TC(tp, a_minus_belongs_to_the_number_behind_it);
	ATF_TP_ADD_TC(tp, operands_are_read_with_what_follows_them);
	ATF_TP_ADD_TC(tp, escapes_stand_for_characters);
	ATF_TP_ADD_TC(tp, scopes_bind_the_variables);
	ATF_TP_ADD_TC(tp, slots_make_a_template_and_a_link_fills_them);
	ATF_TP_ADD_TC(tp, annotations_are_kept_with_or_without_a_value);
	ATF_TP_ADD_TC(tp, policies_are_numbered_over_the_set);
	ATF_TP_ADD_TC(tp, policies_can_go_by_their_id_annotation);
	ATF_TP_ADD_TC(tp, nodes_know_their_place);
	ATF_TP_ADD_TC(tp, what_evaluating_takes_is_counted);
	ATF_TP_ADD_TC(tp, operands_are_found_from_their_operator);
	return atf_no_error();
}
