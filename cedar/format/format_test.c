/*
 * Writing policies.  testdata/format/layout.official is what the official
 * formatter (4.13) makes of layout.cedar.
 */
#include "format.h"

#include <atf-c.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OUT_MAX		(1 << 20)

/* Every allocation is counted (see sub.mk: --wrap); this one fails. */
static unsigned allocations, failing;

void	*__real_malloc(size_t);
void	*__real_calloc(size_t, size_t);
void	*__real_realloc(void *, size_t);
void	*__real_reallocarray(void *, size_t, size_t);
void	*__wrap_malloc(size_t);
void	*__wrap_calloc(size_t, size_t);
void	*__wrap_realloc(void *, size_t);
void	*__wrap_reallocarray(void *, size_t, size_t);

void *
__wrap_malloc(size_t n)
{
	return ++allocations == failing ? NULL : __real_malloc(n);
}

void *
__wrap_calloc(size_t n, size_t size)
{
	return ++allocations == failing ? NULL : __real_calloc(n, size);
}

void *
__wrap_realloc(void *p, size_t size)
{
	return ++allocations == failing ? NULL : __real_realloc(p, size);
}

void *
__wrap_reallocarray(void *p, size_t n, size_t size)
{
	return ++allocations == failing ? NULL :
	    __real_reallocarray(p, n, size);
}

static void
fail_nth(unsigned n)
{
	allocations = 0;
	failing = n;
}

static struct policies set;
static struct doc_error error;
static char out[OUT_MAX], again[OUT_MAX];

static void
load(const char *text, size_t len)
{
	policies_init(&set);
	ATF_REQUIRE_EQ_MSG(0, policies_add_text(&set, "test", text, len,
	    POLICY_IDS_NUMBERED, &error), "%u:%u: %s in %s", error.line,
	    error.col, error.text, text);
}

/* One policy with this condition. */
static const struct policy *
condition(const char *expr)
{
	char text[2000];

	snprintf(text, sizeof(text),
	    "permit(principal, action, resource) when { %s };", expr);
	load(text, strlen(text));
	return set.items[0];
}

static const char *
end(const struct put *p)
{
	ATF_REQUIRE_EQ(0, p->err);
	ATF_REQUIRE(p->len < OUT_MAX);
	p->base[p->len] = '\0';
	return (const char *)p->base;
}

static const char *
expr_text(const char *expr)
{
	const struct policy *policy = condition(expr);
	struct put p;

	put_init(&p, out, sizeof(out));
	format_expr(&p, policy, policy->conditions[0].root);
	policies_free(&set);
	return end(&p);
}

static char *
read_file(const char *name, size_t *lenp)
{
	const char *src = getenv("CASEMATE_SRC");
	char path[500], *text = malloc(OUT_MAX);
	FILE *f;

	snprintf(path, sizeof(path), "%s/cedar/testdata/format/%s",
	    src == NULL ? "." : src, name);
	f = fopen(path, "r");
	ATF_REQUIRE_MSG(f != NULL, "%s; set CASEMATE_SRC", path);
	*lenp = fread(text, 1, OUT_MAX - 1, f);
	text[*lenp] = '\0';
	fclose(f);
	return text;
}

/* The same text, but for white space and needless parentheses. */
static const char *const same[] = {
	"1 + 2 * 3 - 4", "(1 + 2) * 3", "1 - (2 - 3)", "1 * (2 * 3)",
	"-1", "-(1)", "-(-1)", "--(1)", "----context.n", "----(-context.n)",
	"!(-1)", "-(!true)", "!!!!context.b", "!!!!(!!context.b)",
	"(-1).n", "-1.n", "1.n", "(1 + 2).n", "\"a\".n",
	"-9223372036854775808 < 9223372036854775807",
	"principal || action && resource", "(principal || action) && resource",
	"principal && (action && resource)",
	"principal || (action || resource)",
	"(principal == action) == resource", "!(principal == action)",
	"(principal in action) has n",
	"if 1 then 2 else 3 || 4", "(if 1 then 2 else 3) || 4",
	"if if 1 then 2 else 3 then if 4 then 5 else 6 else 7",
	"context has n", "context has n.m.l", "context has \"n m\"",
	"context has \"if\"", "context.n.m.l",
	"context[\"n m\"].l[\"like\"][\"\"]", "context[\"__cedar\"]",
	"context like \"*b\\**\"", "action is N::T",
	"action is T in context", "action is T in (action is T)",
	"[1, action, [], [[]]].contains(1 + 2)", "{}.n",
	"{n: 1, \"m l\": {}}.n",
	"context.containsAll([]) && context.containsAny(action)",
	"context.isEmpty()",
	"action.hasTag(context) && action.getTag(context) == 1",
	"ip(\"::1\").isInRange(ip(\"::\")) && ip(1, 2).isIpv4()",
	"decimal(\"1.0\").lessThan(decimal(\"2.0\"))",
	"N::T::\"x y\" in [T::\"\\\"\\\\\", Action::\"a\"]",
};

ATF_TC_WITHOUT_HEAD(expressions_come_back_as_they_were);
ATF_TC_BODY(expressions_come_back_as_they_were, tc)
{
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		ATF_CHECK_STREQ(same[i], expr_text(same[i]));
}

ATF_TC_WITHOUT_HEAD(needless_parentheses_are_dropped);
ATF_TC_BODY(needless_parentheses_are_dropped, tc)
{
	ATF_CHECK_STREQ("1 + 2 + 3", expr_text("((1 + (2)) + 3)"));
	ATF_CHECK_STREQ("context.a.b", expr_text("((context).a).b"));
	ATF_CHECK_STREQ("!context.a", expr_text("!(context.a)"));
	ATF_CHECK_STREQ("[if true then 1 else 2]",
	    expr_text("[(if (true) then (1) else (2))]"));
	ATF_CHECK_STREQ("context.a", expr_text("context[\"a\"]"));
	ATF_CHECK_STREQ("context has a", expr_text("context has \"a\""));
	ATF_CHECK_STREQ("{a: 1}", expr_text("{\"a\": (1),}"));
}

ATF_TC_WITHOUT_HEAD(a_long_chain_needs_no_recursion);
ATF_TC_BODY(a_long_chain_needs_no_recursion, tc)
{
	static char text[CEDAR_POLICY_MAX];
	const struct policy *policy;
	struct put p;
	size_t n = (size_t)sprintf(text,
	    "permit(principal, action, resource) when { 1");

	for (int i = 0; i < 2000; i++)
		n += (size_t)sprintf(text + n, " + 1");
	n += (size_t)sprintf(text + n, " };");
	load(text, n);
	policy = set.items[0];
	put_init(&p, out, sizeof(out));
	format_expr(&p, policy, policy->conditions[0].root);
	ATF_CHECK(strncmp(end(&p), strchr(text, '1'), p.len) == 0);
	ATF_CHECK_EQ(1 + 4 * 2000, p.len);
	policies_free(&set);
}

ATF_TC_WITHOUT_HEAD(strings_show_what_they_hold);
ATF_TC_BODY(strings_show_what_they_hold, tc)
{
	ATF_CHECK_STREQ("\"\\n\\r\\t\\0\\\\\\\"'\"",
	    expr_text("\"\\n\\r\\t\\0\\\\\\\"\\'\""));
	ATF_CHECK_STREQ("\"\\u{1b}\\u{7f}\\u{9b}\"",
	    expr_text("\"\\x1b\\x7f\\u{9b}\""));
	ATF_CHECK_STREQ("\"A\xc3\xbc\xf0\x9f\x98\x80\"",
	    expr_text("\"\\x41\\u{fc}\\u{1F600}\""));
	/* What would turn the line around. */
	ATF_CHECK_STREQ("\"\\u{202e}\\u{2066}\\u{200b}\\u{feff}\"",
	    expr_text("\"\xe2\x80\xae\xe2\x81\xa6\\u{200b}\\u{feff}\""));
}

ATF_TC_WITHOUT_HEAD(values_are_written_as_text_and_as_json);
ATF_TC_BODY(values_are_written_as_text_and_as_json, tc)
{
	struct arena a;
	struct ip ip = { { 127, 0, 0, 1 }, 8, false };
	struct value items[3], v;
	struct set *s;
	struct record *r;
	struct put p;

	arena_init(&a, 0);
	items[0] = (struct value){ VALUE_LONG, .n = -5 };
	items[1] = (struct value){ VALUE_ENTITY, .uid = uid_new(&a,
	    str_new(&a, "N::T", 4), str_new(&a, "a\"\0", 3)) };
	items[2] = (struct value){ VALUE_IP, .ip = &ip };
	s = arena_alloc(&a, 1, sizeof(*s) + 3 * sizeof(s->items[0]));
	s->n = 3;
	memcpy(s->items, items, sizeof(items));
	r = arena_alloc(&a, 1, sizeof(*r) + 2 * sizeof(r->fields[0]));
	r->n = 2;
	r->fields[0] = (struct record_field){ str_new(&a, "k", 1),
	    { VALUE_SET, .set = s } };
	r->fields[1] = (struct record_field){ str_new(&a, "if", 2),
	    { VALUE_DECIMAL, .n = 12500 } };
	v = (struct value){ VALUE_RECORD, .record = r };
	put_init(&p, out, sizeof(out));
	format_value(&p, v);
	ATF_CHECK_STREQ("{\"k\": [-5, N::T::\"a\\\"\\0\", "
	    "ip(\"127.0.0.1/8\")], \"if\": decimal(\"1.25\")}", end(&p));
	put_init(&p, out, sizeof(out));
	format_value_json(&p, v);
	ATF_CHECK_STREQ("{\"k\":[-5,{\"__entity\":{\"type\":\"N::T\","
	    "\"id\":\"a\\\"\\u0000\"}},{\"__extn\":{\"fn\":\"ip\",\"arg\":"
	    "\"127.0.0.1/8\"}}],\"if\":{\"__extn\":{\"fn\":\"decimal\","
	    "\"arg\":\"1.25\"}}}", end(&p));
	arena_free(&a);
}

static const char *
scopes_text(const char *text)
{
	struct put p;

	load(text, strlen(text));
	put_init(&p, out, sizeof(out));
	format_flat(&p, set.items[0]);
	policies_free(&set);
	return end(&p);
}

ATF_TC_WITHOUT_HEAD(policies_come_back_as_they_were);
ATF_TC_BODY(policies_come_back_as_they_were, tc)
{
	static const char *const texts[] = {
		"permit (principal, action, resource);",
		"forbid (principal == T::\"a\", action == A::Action::\"b\", "
		    "resource in N::T::\"c\");",
		"permit (principal is T, action in Action::\"a\", "
		    "resource is N::T in T::\"b\");",
		"permit (principal in ?principal, action in [], "
		    "resource == ?resource);",
		"permit (principal is T in ?principal, action in "
		    "[Action::\"a\", Action::\"b\"], resource);",
		"@id(\"x\\n\") @note @empty(\"\") permit (principal, action, "
		    "resource) when { true } unless { false } when { 1 };",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		ATF_CHECK_STREQ(texts[i], scopes_text(texts[i]));
}

ATF_TC_WITHOUT_HEAD(a_link_shows_what_its_slots_stand_for);
ATF_TC_BODY(a_link_shows_what_its_slots_stand_for, tc)
{
	static const char text[] = "@id(\"t\") permit (principal == "
	    "?principal, action, resource in ?resource);";
	const struct uid *values[2];
	struct put p;

	policies_init(&set);
	ATF_REQUIRE_EQ(0, policies_add_text(&set, "test", text, strlen(text),
	    POLICY_IDS_ANNOTATED, &error));
	for (int i = 0; i < 2; i++)
		values[i] = uid_new(&set.arena, str_new(&set.arena, "T", 1),
		    str_new(&set.arena, i == 0 ? "a" : "b", 1));
	ATF_REQUIRE_EQ_MSG(0, policies_link(&set, str_new(&set.arena, "t", 1),
	    "l", 1, values, &error), "%s", error.text);
	put_init(&p, out, sizeof(out));
	format_flat(&p, policies_find(&set, "l", 1));
	ATF_CHECK_STREQ("@id(\"t\") permit (principal == T::\"a\", action, "
	    "resource in T::\"b\");", end(&p));
	policies_free(&set);
}

static const char *
json_text(const char *text)
{
	struct put p;

	load(text, strlen(text));
	put_init(&p, out, sizeof(out));
	format_json(&p, set.items[0]);
	policies_free(&set);
	return end(&p);
}

#define ALL	"\"principal\":{\"op\":\"All\"},\"action\":{\"op\":\"All\"}," \
		"\"resource\":{\"op\":\"All\"},"

ATF_TC_WITHOUT_HEAD(json_is_in_the_official_form);
ATF_TC_BODY(json_is_in_the_official_form, tc)
{
	ATF_CHECK_STREQ("{\"effect\":\"forbid\",\"principal\":{\"op\":\"is\","
	    "\"entity_type\":\"N::T\",\"in\":{\"entity\":{\"type\":\"U\","
	    "\"id\":\"a\"}}},\"action\":{\"op\":\"in\",\"entities\":["
	    "{\"type\":\"Action\",\"id\":\"b\"},{\"type\":\"N::Action\","
	    "\"id\":\"\"}]},\"resource\":{\"op\":"
	    "\"==\",\"slot\":\"?resource\"},\"conditions\":[],"
	    "\"annotations\":{\"id\":\"x\",\"n\":null}}",
	    json_text("@id(\"x\")@n forbid(principal is N::T in U::\"a\","
	    "action in [Action::\"b\", N::Action::\"\"], "
	    "resource == ?resource);"));
	ATF_CHECK_STREQ("{\"effect\":\"permit\"," ALL "\"conditions\":[{"
	    "\"kind\":\"unless\",\"body\":{\"&&\":{\"left\":{\"is\":{\"left\":"
	    "{\"Var\":\"principal\"},\"entity_type\":\"T\",\"in\":{\"Value\":"
	    "{\"__entity\":{\"type\":\"U\",\"id\":\"\"}}}}},\"right\":{\"has\""
	    ":{\"left\":{\"Var\":\"context\"},\"attr\":[\"a\",\"b\"]}}}}}]}",
	    json_text("permit(principal,action,resource) unless {"
	    "principal is T in U::\"\" && context has a.b};"));
	ATF_CHECK_STREQ("{\"effect\":\"permit\"," ALL "\"conditions\":[{"
	    "\"kind\":\"when\",\"body\":{\"like\":{\"left\":{\".\":{\"left\":"
	    "{\"Var\":\"context\"},\"attr\":\"b c\"}},\"pattern\":["
	    "{\"Literal\":\"a\"},{\"Literal\":\"\xc3\xbc\"},\"Wildcard\","
	    "{\"Literal\":\"*\"}]}}}]}",
	    json_text("permit(principal,action,resource) when {"
	    "context[\"b c\"] like \"a\xc3\xbc*\\*\"};"));
	ATF_CHECK_STREQ("{\"effect\":\"permit\"," ALL "\"conditions\":[{"
	    "\"kind\":\"when\",\"body\":{\"if-then-else\":{\"if\":{\"!\":{"
	    "\"arg\":{\"Value\":true}}},\"then\":{\"neg\":{\"arg\":{\"Value\":"
	    "1}}},\"else\":{\"isInRange\":[{\"ip\":[{\"Value\":\"::\"}]},{"
	    "\"Set\":[{\"Record\":{\"k\":{\"Value\":-1}}}]}]}}}}]}",
	    json_text("permit(principal,action,resource) when {if !true then "
	    "-(1) else ip(\"::\").isInRange([{k: -1}])};"));
}

static size_t
format(char *dst, const char *text, size_t len)
{
	struct put p;

	put_init(&p, dst, OUT_MAX);
	ATF_REQUIRE_EQ_MSG(0, format_text(&p, "test", text, len, &error),
	    "%u:%u: %s", error.line, error.col, error.text);
	end(&p);
	return p.len;
}

static void
check_file(const char *in, const char *expected)
{
	size_t len, wantlen;
	char *text = read_file(in, &len);
	char *want = read_file(expected, &wantlen);

	format(out, text, len);
	ATF_CHECK_STREQ(want, out);
	free(text);
	free(want);
}

ATF_TC_WITHOUT_HEAD(layout_is_that_of_the_official_formatter);
ATF_TC_BODY(layout_is_that_of_the_official_formatter, tc)
{
	check_file("layout.cedar", "layout.official");
}

ATF_TC_WITHOUT_HEAD(comments_stay_where_they_were);
ATF_TC_BODY(comments_stay_where_they_were, tc)
{
	check_file("comments.cedar", "comments.expected");
}

ATF_TC_WITHOUT_HEAD(formatting_twice_is_formatting_once);
ATF_TC_BODY(formatting_twice_is_formatting_once, tc)
{
	static const char *const names[] = {
		"layout.cedar", "comments.cedar",
	};
	size_t len;

	for (int i = 0; i < 2; i++) {
		char *text = read_file(names[i], &len);

		len = format(out, text, len);
		format(again, out, len);
		ATF_CHECK_STREQ(out, again);
		free(text);
	}
}

/* The JSON of all policies of a text. */
static void
all_json(char *dst, const char *text, size_t len)
{
	struct put p;

	load(text, len);
	put_init(&p, dst, OUT_MAX);
	for (size_t i = 0; i < set.n; i++)
		format_json(&p, set.items[i]);
	end(&p);
	policies_free(&set);
}

/* A comma that is dropped neither drops nor moves a comment. */
ATF_TC_WITHOUT_HEAD(comments_by_a_last_comma_stay);
ATF_TC_BODY(comments_by_a_last_comma_stay, tc)
{
	static const char *const texts[] = {
		"permit(principal,action,resource is Team,// c\n);",
		"permit(principal,action,resource in ?resource,//\n);",
		"permit(principal,action,resource // c\n,)when{[1,//d\n]};",
		"permit(principal,action,resource)when{[1\n//a\n,//b\n]};",
		"permit(principal,action,resource)when{{a:1,//b\n\n//c\n}};",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		size_t len = format(out, texts[i], strlen(texts[i]));

		format(again, out, len);
		ATF_CHECK_STREQ(out, again);
	}
}

ATF_TC_WITHOUT_HEAD(formatting_keeps_the_meaning);
ATF_TC_BODY(formatting_keeps_the_meaning, tc)
{
	size_t len;
	char *text = read_file("layout.cedar", &len);
	static char formatted[OUT_MAX];

	all_json(again, text, len);
	len = format(formatted, text, len);
	all_json(out, formatted, len);
	ATF_CHECK_STREQ(again, out);
	free(text);
}

ATF_TC_WITHOUT_HEAD(a_policy_without_its_text_is_written_the_same);
ATF_TC_BODY(a_policy_without_its_text_is_written_the_same, tc)
{
	size_t len;
	char *text = read_file("layout.cedar", &len);
	static char written[OUT_MAX];
	struct put p;

	all_json(again, text, len);
	load(text, len);
	put_init(&p, written, sizeof(written));
	for (size_t i = 0; i < set.n; i++)
		format_policy(&p, set.items[i]);
	end(&p);
	policies_free(&set);
	all_json(out, written, p.len);
	ATF_CHECK_STREQ(again, out);
	format(again, written, p.len);
	free(text);
}

ATF_TC_WITHOUT_HEAD(what_is_no_policy_is_refused_with_its_place);
ATF_TC_BODY(what_is_no_policy_is_refused_with_its_place, tc)
{
	static const char text[] = "// x\npermit(principal, action);";
	struct put p;

	put_init(&p, out, sizeof(out));
	ATF_CHECK_EQ(-1, format_text(&p, "x.cedar", text, strlen(text),
	    &error));
	ATF_CHECK_EQ(EBADMSG, errno);
	ATF_CHECK_STREQ("x.cedar", error.file);
	ATF_CHECK_EQ(2, error.line);
	ATF_CHECK_EQ(0, p.len);
}

ATF_TC_WITHOUT_HEAD(what_does_not_fit_is_refused);
ATF_TC_BODY(what_does_not_fit_is_refused, tc)
{
	static const char text[] = "permit(principal, action, resource);";
	struct put p;

	put_init(&p, out, strlen(text));
	ATF_CHECK_EQ(-1, format_text(&p, "x", text, strlen(text), &error));
	ATF_CHECK_EQ(EMSGSIZE, errno);
	ATF_CHECK_STREQ("x", error.file);
}

/* Indents may make more of a policy than a policy may have. */
ATF_TC_WITHOUT_HEAD(what_could_not_be_read_again_is_refused);
ATF_TC_BODY(what_could_not_be_read_again_is_refused, tc)
{
	static char text[CEDAR_POLICY_MAX];
	struct put p;
	size_t n = (size_t)sprintf(text,
	    "permit(principal,action,resource)when{");

	for (int i = 0; i < 40; i++)
		n += (size_t)sprintf(text + n, "(");
	for (int i = 0; i < 4000; i++)
		n += (size_t)sprintf(text + n, "1+");
	n += (size_t)sprintf(text + n, "1");
	for (int i = 0; i < 40; i++)
		n += (size_t)sprintf(text + n, ")");
	n += (size_t)sprintf(text + n, "};");
	put_init(&p, out, sizeof(out));
	ATF_CHECK_EQ(-1, format_text(&p, "x", text, n, &error));
	ATF_CHECK_EQ(EMSGSIZE, errno);
}

ATF_TC_WITHOUT_HEAD(zeros_before_a_number_go);
ATF_TC_BODY(zeros_before_a_number_go, tc)
{
	const char *text = "permit(principal, action, resource)"
	    "when { 00 < -007 + 10 - 0 };";

	format(out, text, strlen(text));
	ATF_CHECK_STREQ("permit (principal, action, resource)\n"
	    "when { 0 < -7 + 10 - 0 };\n", out);
}

ATF_TC_WITHOUT_HEAD(nothing_is_formatted_as_nothing);
ATF_TC_BODY(nothing_is_formatted_as_nothing, tc)
{
	ATF_CHECK_EQ(0, format(out, "", 0));
	ATF_CHECK_EQ(0, format(out, " \n\n ", 4));
	format(out, "// only", 7);
	ATF_CHECK_STREQ("// only\n", out);
}

/* Whichever allocation fails: the error says so, and nothing is lost. */
ATF_TC_WITHOUT_HEAD(memory_that_runs_out_is_an_error);
ATF_TC_BODY(memory_that_runs_out_is_an_error, tc)
{
	size_t len;
	char *text = read_file("comments.cedar", &len);
	struct put p;
	unsigned n = 0;
	int rc = -1;

	while (rc == -1) {
		put_init(&p, out, sizeof(out));
		fail_nth(++n);
		rc = format_text(&p, "x", text, len, &error);
		fail_nth(0);
		if (rc == -1)
			ATF_CHECK_STREQ("out of memory", error.text);
	}
	ATF_CHECK(n > 5);
	load(text, len);
	put_init(&p, out, sizeof(out));
	fail_nth(1);
	format_policy(&p, set.items[0]);
	fail_nth(0);
	ATF_CHECK_EQ(ENOMEM, p.err);
	policies_free(&set);
	free(text);
}

/* A set may have a hundred thousand; a person is shown some words of it. */
ATF_TC_WITHOUT_HEAD(a_value_that_does_not_fit_is_left_there);
ATF_TC_BODY(a_value_that_does_not_fit_is_left_there, tc)
{
	struct arena arena;
	struct set *s;
	struct put p;

	arena_init(&arena, 0);
	s = arena_alloc(&arena, 1, sizeof(*s) + 2 * sizeof(s->items[0]));
	s->n = 2;
	s->items[0] = (struct value){ .kind = VALUE_STRING,
	    .str = str_new(&arena, "0123456789", 10) };
	s->items[1].kind = VALUE_STRING;	/* not to be looked at */
	put_init(&p, out, 8);
	format_value(&p, (struct value){ .kind = VALUE_SET, .set = s });
	ATF_CHECK_EQ(EMSGSIZE, p.err);
	arena_free(&arena);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, expressions_come_back_as_they_were);
	ATF_TP_ADD_TC(tp, needless_parentheses_are_dropped);
	ATF_TP_ADD_TC(tp, a_long_chain_needs_no_recursion);
	ATF_TP_ADD_TC(tp, strings_show_what_they_hold);
	ATF_TP_ADD_TC(tp, values_are_written_as_text_and_as_json);
	ATF_TP_ADD_TC(tp, policies_come_back_as_they_were);
	ATF_TP_ADD_TC(tp, a_link_shows_what_its_slots_stand_for);
	ATF_TP_ADD_TC(tp, json_is_in_the_official_form);
	ATF_TP_ADD_TC(tp, layout_is_that_of_the_official_formatter);
	ATF_TP_ADD_TC(tp, comments_stay_where_they_were);
	ATF_TP_ADD_TC(tp, formatting_twice_is_formatting_once);
	ATF_TP_ADD_TC(tp, comments_by_a_last_comma_stay);
	ATF_TP_ADD_TC(tp, formatting_keeps_the_meaning);
	ATF_TP_ADD_TC(tp, a_policy_without_its_text_is_written_the_same);
	ATF_TP_ADD_TC(tp, what_is_no_policy_is_refused_with_its_place);
	ATF_TP_ADD_TC(tp, what_does_not_fit_is_refused);
	ATF_TP_ADD_TC(tp, what_could_not_be_read_again_is_refused);
	ATF_TP_ADD_TC(tp, zeros_before_a_number_go);
	ATF_TP_ADD_TC(tp, nothing_is_formatted_as_nothing);
	ATF_TP_ADD_TC(tp, a_value_that_does_not_fit_is_left_there);
	ATF_TP_ADD_TC(tp, memory_that_runs_out_is_an_error);
	return atf_no_error();
}
