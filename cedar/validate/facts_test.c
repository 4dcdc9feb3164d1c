#include "facts.h"

#include <atf-c.h>

#include <stdio.h>
#include <string.h>

static struct policies set;
static struct arena arena;

/* Facts of one policy with this condition. */
static const struct facts *
start(const char *condition)
{
	struct doc_error e;
	char text[1024];

	snprintf(text, sizeof(text), "permit(principal, action, resource)"
	    " when { %s };", condition);
	policies_init(&set);
	arena_init(&arena, 0);
	ATF_REQUIRE_MSG(policies_add_text(&set, "p", text, strlen(text),
	    POLICY_IDS_NUMBERED, &e) == 0, "%s: %s", condition, e.text);
	return facts_new(&arena, set.items[0]);
}

static void
stop(void)
{
	arena_free(&arena);
	policies_free(&set);
}

/* Whether a and b have one number. */
static bool
same(const char *a, const char *b)
{
	char condition[512];
	const struct facts *f;
	uint32_t roots[2];
	bool answer;

	snprintf(condition, sizeof(condition), "[%s, %s] == 1", a, b);
	f = start(condition);
	/* The set is the third last node: [a, b] 1 == */
	expr_operands(set.items[0]->nodes, set.items[0]->nnodes - 3, roots);
	answer = f[roots[0]].id == f[roots[1]].id;
	stop();
	return answer;
}

ATF_TC_WITHOUT_HEAD(expressions_are_compared_as_the_official_engine_does);
ATF_TC_BODY(expressions_are_compared_as_the_official_engine_does, tc)
{
	static const struct {
		const char	*a, *b;
		bool		 same;
	} cases[] = {
		{ "principal.a", "principal[\"a\"]", true },
		{ "principal.a", "principal.b", false },
		{ "principal.a", "resource.a", false },
		{ "1 != 2", "!(1 == 2)", true },
		{ "1 > 2", "!(1 <= 2)", true },
		{ "1 >= 2", "!(1 < 2)", true },
		{ "1 > 2", "2 < 1", false },
		{ "(principal is A in resource)",
		    "(principal is A && principal in resource)", true },
		{ "(principal has a.b)",
		    "(principal has a && principal.a has b)", false },
		{ "(principal has a.b)", "(principal has a.b)", true },
		{ "{a: 1, bb: 2}", "{bb: 2, a: 1}", true },
		{ "{a: 1, bb: 2}", "{a: 2, bb: 1}", false },
		{ "[1, 2]", "[2, 1]", false },
		{ "[1, 2]", "[1, 2]", true },
		{ "(true && false)", "false", true },
		{ "(true || false)", "true", true },
		{ "!true", "false", false },
		{ "-1", "- 1", true },
		{ "1", "\"1\"", false },
		{ "A::\"b\"", "A::\"b\"", true },
		{ "A::\"b\"", "A::\"c\"", false },
		{ "(principal.a like \"a*\")", "(principal.a like \"a*\")",
		    true },
		{ "(principal.a like \"a*\")", "(principal.a like \"a\\*\")",
		    false },
		{ "ip(\"::1\")", "ip(\"::1\")", true },
		{ "ip(\"::1\")", "decimal(\"::1\")", false },
		{ "(if principal.a then 1 else 2)",
		    "(if principal.a then 1 else 2)", true },
		{ "(if principal.a then 1 else 2)",
		    "(if principal.a then 2 else 1)", false },
		{ "principal.hasTag(\"a\")", "principal.getTag(\"a\")",
		    false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ATF_CHECK_MSG(same(cases[i].a, cases[i].b) == cases[i].same,
		    "%s and %s", cases[i].a, cases[i].b);
}

/* The first node with this operator. */
static uint32_t
find(enum op op)
{
	const struct policy *p = set.items[0];

	for (uint32_t i = 0; i < p->nnodes; i++)
		if (p->nodes[i].op == op)
			return i;
	atf_tc_fail("no such node");
}

ATF_TC_WITHOUT_HEAD(has_gives_what_an_access_needs);
ATF_TC_BODY(has_gives_what_an_access_needs, tc)
{
	const struct facts *f = start("principal has a.b && "
	    "principal.a.b == 1");
	uint32_t has = find(OP_HAS), get = find(OP_GET);

	ATF_CHECK_EQ(f[has].caps[0], f[get].caps[0]);
	ATF_CHECK_EQ(f[has].caps[1], f[get + 1].caps[0]);
	ATF_CHECK(f[has].caps[0] != f[has].caps[1]);
	stop();
	f = start("principal.hasTag(\"k\") && principal.getTag(\"k\") == 1");
	ATF_CHECK_EQ(f[find(OP_HAS_TAG)].caps[0],
	    f[find(OP_GET_TAG)].caps[0]);
	stop();
}

ATF_TC_WITHOUT_HEAD(literals_are_known);
ATF_TC_BODY(literals_are_known, tc)
{
	const struct facts *f = start("(true || false) && !true");
	uint32_t either = find(OP_OR);

	ATF_REQUIRE(f[either].literal != NULL);
	ATF_CHECK(f[either].literal->b);
	ATF_CHECK_EQ(f[find(OP_NOT)].literal, NULL);
	ATF_CHECK_EQ(f[find(OP_AND)].literal, NULL);
	stop();
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp,
	    expressions_are_compared_as_the_official_engine_does);
	ATF_TP_ADD_TC(tp, has_gives_what_an_access_needs);
	ATF_TP_ADD_TC(tp, literals_are_known);
	return atf_no_error();
}
