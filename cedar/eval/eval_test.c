/*
 * What expressions come to.  testdata/eval/cases.txt has expressions with what
 * the official engine makes of each, against the entities and the request of
 * env.json: T, F or E (error).
 */
#include "eval.h"

#include <atf-c.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decider.h"
#include "lib/doc/doc.h"
#include "cedar/read/read.h"

#define FILE_MAX	131072

static struct entities store;
static struct authz_request request;
static struct arena arena;

static size_t
load(const char *name, char *dst)
{
	const char *src = getenv("CASEMATE_SRC");
	char path[4096];
	size_t n;
	FILE *f;

	snprintf(path, sizeof(path), "%s/cedar/testdata/eval/%s",
	    src == NULL ? "." : src, name);
	f = fopen(path, "r");
	ATF_REQUIRE_MSG(f != NULL, "%s; set CASEMATE_SRC", path);
	n = fread(dst, 1, FILE_MAX, f);
	ATF_REQUIRE(n > 0 && n < FILE_MAX);
	fclose(f);
	dst[n] = '\0';
	return n;
}

static void
read_env(void)
{
	static char text[FILE_MAX];
	struct doc_error e = { 0 };
	struct doc d, list;
	const size_t len = load("env.json", text);
	uint32_t n;
	size_t start, end;

	ATF_REQUIRE(doc_read_json(&d, "env", text, len, len, &e) == 0);
	n = doc_get(&d, 0, "request");
	ATF_REQUIRE_EQ_MSG(read_request(&request, &arena, &d, n, NULL, &e), 0,
	    "%s", e.text);
	n = doc_get(&d, 0, "entities");
	start = d.nodes[n].pos;
	end = (size_t)(strstr(text, "\n\t],") - text) + 3;
	ATF_REQUIRE_EQ(doc_read_json(&list, "entities", text + start,
	    end - start, end, &e), 0);
	entities_init(&store);
	ATF_REQUIRE_EQ_MSG(read_entities(&store, &list, NULL, &e), 0, "%s",
	    e.text);
	ATF_REQUIRE_EQ_MSG(entities_finish(&store, &e), 0, "%s", e.text);
	doc_free(&list);
	doc_free(&d);
}

static void
forget_env(void)
{
	entities_free(&store);
	arena_free(&arena);
}

/* "permit(...) when { EXPR };" as the only policy of a set. */
static void
read_policy(struct policies *set, const char *expr)
{
	static char text[FILE_MAX];
	struct doc_error e = { 0 };
	const int n = snprintf(text, sizeof(text), "permit(principal, action, "
	    "resource) when { %s };", expr);

	policies_init(set);
	ATF_REQUIRE_EQ_MSG(policies_add_text(set, "p", text, (size_t)n,
	    POLICY_IDS_NUMBERED, &e), 0, "%s: %s", expr, e.text);
}

static char
letter(const struct authz_decision *a)
{
	return a->nerrors > 0 ? 'E' : a->allow ? 'T' : 'F';
}

/* Decides and traces; both must come to this. */
static void
check(const char *expr, char expected, char *why, size_t cap)
{
	struct policies set;
	struct decider d;
	struct authz_decision a;
	struct trace t;

	read_policy(&set, expr);
	ATF_REQUIRE_EQ(decider_init(&d, &set, &store), 0);
	decider_decide(&d, &request, &a);
	ATF_CHECK_EQ_MSG(letter(&a), expected, "%s: %c %s", expr, letter(&a),
	    a.nerrors > 0 ? a.errors[0].text : "");
	if (why != NULL)
		snprintf(why, cap, "%s", a.nerrors > 0 ? a.errors[0].text :
		    "");
	ATF_REQUIRE_EQ(decider_trace(&d, &request, &t), 0);
	ATF_CHECK_EQ_MSG(letter(&t.decision), expected, "trace of %s", expr);
	decider_trace_free(&t);
	decider_free(&d);
	policies_free(&set);
}

ATF_TC_WITHOUT_HEAD(expressions_are_what_the_official_engine_has);
ATF_TC_BODY(expressions_are_what_the_official_engine_has, tc)
{
	static char text[FILE_MAX];
	unsigned n = 0;
	char *save;

	load("cases.txt", text);
	read_env();
	for (char *line = strtok_r(text, "\n", &save); line != NULL;
	    line = strtok_r(NULL, "\n", &save), n++)
		check(line + 2, line[0], NULL, 0);
	ATF_CHECK_MSG(n >= 500, "only %u cases", n);
	forget_env();
}

static void
fails(const char *expr, const char *why)
{
	char text[160];

	check(expr, 'E', text, sizeof(text));
	ATF_CHECK_STREQ(text, why);
}

ATF_TC_WITHOUT_HEAD(errors_say_what_was_wrong);
ATF_TC_BODY(errors_say_what_was_wrong, tc)
{
	read_env();
	fails("1 + \"a\" == 2", "type error: expected long, found string");
	fails("\"a\" < 1", "type error: expected long, datetime or duration, "
	    "found string");
	fails("9223372036854775807 + 1 == 0", "integer overflow");
	fails("principal.nope", "entity U::\"a\" has no attribute \"nope\"");
	fails("principal.gone.x", "there is no entity U::\"nope\"");
	fails("context[\"a\\nb\"]", "the record has no attribute \"a?b\"");
	fails("principal.getTag(\"t\")", "entity U::\"a\" has no tag \"t\"");
	fails("ip(context.bad).isIpv4()", "ip(): malformed address");
	fails("decimal(\"x\") == 1", "decimal(): malformed text, or a value "
	    "out of range");
	fails("ip(1) == 1", "ip(): expected a string");
	fails("principal.n", "type error: expected bool, found long");
	fails("principal in [1]", "type error: expected entity, found long");
	fails("principal has n.x", "type error: expected record or entity, "
	    "found long");
	forget_env();
}

/* The nodes' text forms, in order; their outcomes as t f v e - */
static void
outcomes(const char *expr, const char *expected)
{
	static const char letters[] = "-ftve";
	struct policies set;
	struct decider d;
	struct trace t;
	char got[64] = "";

	read_policy(&set, expr);
	ATF_REQUIRE_EQ(decider_init(&d, &set, &store), 0);
	ATF_REQUIRE_EQ(decider_trace(&d, &request, &t), 0);
	for (uint32_t i = 0; i < set.items[0]->nnodes; i++) {
		const struct trace_node *n = &t.policies[0].nodes[i];

		if (!expr_op_is_test(set.items[0]->nodes[i].op))
			snprintf(got + strlen(got), sizeof(got) - strlen(got),
			    "%c%s", letters[n->outcome], n->aside ? "!" : "");
	}
	ATF_CHECK_STREQ_MSG(got, expected, "%s", expr);
	decider_trace_free(&t);
	decider_free(&d);
	policies_free(&set);
}

ATF_TC_WITHOUT_HEAD(a_trace_has_every_nodes_outcome);
ATF_TC_BODY(a_trace_has_every_nodes_outcome, tc)
{
	read_env();
	outcomes("true", "t");
	outcomes("1 == 2", "vvf");
	outcomes("true || 1 == 2", "t---t");
	outcomes("(false || true) && true", "ftttt");
	outcomes("if false then 1 == 2 else 1 == 1", "f---vvtt");
	outcomes("if true then 1 == 2 else 1 == 1", "tvvf---f");
	outcomes("principal is G in G::\"x\"", "v-f");
	outcomes("principal is U in G::\"x\"", "vvf");
	outcomes("1", "e");
	outcomes("true && 1", "te-");
	outcomes("!1", "ve");
	outcomes("if 1 then true else false", "e---");
	outcomes("1 + \"a\" == 3", "vve--");
	forget_env();
}

ATF_TC_WITHOUT_HEAD(a_trace_looks_at_skipped_conjuncts_aside);
ATF_TC_BODY(a_trace_looks_at_skipped_conjuncts_aside, tc)
{
	read_env();
	outcomes("false && true", "ft!f");
	outcomes("false && true && 1 == 2", "ft!fv!v!f!f");
	outcomes("context has x && context.x == 1", "vfv!e!-!-!f");
	outcomes("1 && true", "et!-");
	forget_env();
}

ATF_TC_WITHOUT_HEAD(values_as_deep_as_can_be_are_compared);
ATF_TC_BODY(values_as_deep_as_can_be_are_compared, tc)
{
	char deep[256] = "", expr[520];
	struct record_field f = { str_new(&arena, "deep", 4),
	    { .kind = VALUE_LONG, .n = 1 } };
	struct record *context;

	read_env();
	for (int i = 1; i < CEDAR_DEPTH_MAX; i++) {
		struct set *s = arena_alloc(&arena, 1, sizeof(*s) +
		    sizeof(s->items[0]));

		s->n = 1;
		s->items[0] = f.value;
		f.value = (struct value){ .kind = VALUE_SET, .set = s };
	}
	context = arena_alloc(&arena, 1, sizeof(*context) + sizeof(f));
	context->n = 1;
	context->fields[0] = f;
	request.context = context;
	for (int i = 0; i < 60; i++)
		strcat(deep, "[");
	strcat(deep, "context.deep");
	for (int i = 0; i < 60; i++)
		strcat(deep, "]");
	snprintf(expr, sizeof(expr), "%s == %s", deep, deep);
	check(expr, 'T', NULL, 0);
	forget_env();
}

static bool
like(const char *pattern, const char *text)
{
	struct pattern *p = arena_alloc(&arena, 1, sizeof(*p) +
	    strlen(pattern) * sizeof(p->parts[0]));

	/* One character a run: many runs follow each other. */
	for (; pattern[p->n] != '\0'; p->n++)
		if (pattern[p->n] != '*')
			p->parts[p->n] = str_new(&arena, &pattern[p->n], 1);
	return eval_like(p, str_new(&arena, text, strlen(text)));
}

ATF_TC_WITHOUT_HEAD(patterns_of_many_runs_are_matched);
ATF_TC_BODY(patterns_of_many_runs_are_matched, tc)
{
	ATF_CHECK(like("", "") && !like("", "a") && !like("a", ""));
	ATF_CHECK(like("abc", "abc") && !like("abc", "abd"));
	ATF_CHECK(!like("abc", "abcd") && !like("abcd", "abc"));
	ATF_CHECK(like("*aab*", "aaab") && !like("*aab*", "abab"));
	ATF_CHECK(like("ab*cd*ef", "abxcdcdef"));
	ATF_CHECK(!like("ab*cd*ef", "abxcef"));
	ATF_CHECK(!like("ab*ba", "aba") && like("ab*ba", "abba"));
	ATF_CHECK(like("**", "") && like("*a*", "a"));
	ATF_CHECK(!like("*ab*ab*", "abb") && like("*ab*ab*", "abab"));
	arena_free(&arena);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, expressions_are_what_the_official_engine_has);
	ATF_TP_ADD_TC(tp, errors_say_what_was_wrong);
	ATF_TP_ADD_TC(tp, a_trace_has_every_nodes_outcome);
	ATF_TP_ADD_TC(tp, a_trace_looks_at_skipped_conjuncts_aside);
	ATF_TP_ADD_TC(tp, values_as_deep_as_can_be_are_compared);
	ATF_TP_ADD_TC(tp, patterns_of_many_runs_are_matched);
	return atf_no_error();
}
