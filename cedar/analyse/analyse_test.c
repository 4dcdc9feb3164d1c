#include "analyse.h"

#include <atf-c.h>

#include <stdio.h>
#include <string.h>

#include "cedar/read/read.h"

#define NAMES_MAX	256

static const char people[] = "["
    "{\"uid\":{\"type\":\"Role\",\"id\":\"all\"}},"
    "{\"uid\":{\"type\":\"Role\",\"id\":\"dev\"},"
    "\"parents\":[{\"type\":\"Role\",\"id\":\"all\"}]},"
    "{\"uid\":{\"type\":\"User\",\"id\":\"ann\"},"
    "\"parents\":[{\"type\":\"Role\",\"id\":\"dev\"}]},"
    "{\"uid\":{\"type\":\"Action\",\"id\":\"read\"}},"
    "{\"uid\":{\"type\":\"Action\",\"id\":\"list\"},"
    "\"parents\":[{\"type\":\"Action\",\"id\":\"read\"}]},"
    "{\"uid\":{\"type\":\"Action\",\"id\":\"run\"}}]";

/* Every allocation is counted (see sub.mk: --wrap); this one fails. */
static unsigned allocations, failing;

void	*__real_calloc(size_t, size_t);
void	*__real_reallocarray(void *, size_t, size_t);
void	*__wrap_calloc(size_t, size_t);
void	*__wrap_reallocarray(void *, size_t, size_t);

void *
__wrap_calloc(size_t n, size_t size)
{
	return ++allocations == failing ? NULL : __real_calloc(n, size);
}

void *
__wrap_reallocarray(void *p, size_t n, size_t size)
{
	return ++allocations == failing ? NULL :
	    __real_reallocarray(p, n, size);
}

static struct policies set;
static struct remarks remarks;

static void
load_people(struct entities *e)
{
	struct doc_error error;
	struct doc doc;

	entities_init(e);
	ATF_REQUIRE_EQ(0, doc_read_json(&doc, "people", people,
	    strlen(people), sizeof(people), &error));
	ATF_REQUIRE_EQ_MSG(0, read_entities(e, &doc, NULL, &error), "%s",
	    error.text);
	doc_free(&doc);
	ATF_REQUIRE_EQ(0, entities_finish(e, &error));
}

/*
 * "NEVER 1, SHADOWED 2 0": each remark's kind, its rule, and the other when
 * there is one.
 */
static const char *
names(void)
{
	static const char *const kinds[] = {
		[REMARK_NEVER] = "NEVER", [REMARK_ALWAYS] = "ALWAYS",
		[REMARK_TWICE] = "TWICE", [REMARK_SHADOWED] = "SHADOWED",
		[REMARK_FORBIDDEN] = "FORBIDDEN",
		[REMARK_CONTRADICTION] = "CONTRADICTION",
		[REMARK_WIDE] = "WIDE", [REMARK_UNLINKED] = "UNLINKED",
	};
	static char text[NAMES_MAX];
	size_t n = 0;

	text[0] = '\0';
	for (size_t i = 0; i < remarks.n; i++) {
		const struct remark *r = &remarks.items[i];

		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s %u",
		    i == 0 ? "" : ", ", kinds[r->kind], r->policy);
		if (r->other != r->policy)
			n += (size_t)snprintf(text + n, sizeof(text) - n,
			    " %u", r->other);
	}
	return text;
}

static void
analyse(const char *text)
{
	struct doc_error error;
	struct entities e;

	load_people(&e);
	policies_init(&set);
	ATF_REQUIRE_EQ_MSG(0, policies_add_text(&set, "x.cedar", text,
	    strlen(text), POLICY_IDS_NUMBERED, &error), "%s", error.text);
	ATF_REQUIRE_EQ(0, analyse_policies(&set, &e, &remarks));
	entities_free(&e);
}

static void
done(void)
{
	analyse_free(&remarks);
	policies_free(&set);
}

static void
check(const char *expected, const char *text)
{
	analyse(text);
	ATF_CHECK_STREQ_MSG(expected, names(), "%s: %s, not %s", text, names(),
	    expected);
	done();
}

#define SCOPE	"(principal in Role::\"dev\", action == Action::\"run\", " \
		"resource)"

/* One rule for developers with this condition. */
static void
check_when(const char *expected, const char *condition)
{
	char text[1000];

	snprintf(text, sizeof(text), "permit" SCOPE " when { %s };",
	    condition);
	check(expected, text);
}

/* A rule with the first condition, and one with the second. */
static void
check_two(const char *expected, const char *one, const char *two)
{
	char text[1000];

	snprintf(text, sizeof(text), "permit" SCOPE " when { %s };"
	    "permit" SCOPE " when { %s };", one, two);
	check(expected, text);
}

ATF_TC_WITHOUT_HEAD(sound_rules_get_no_remark);
ATF_TC_BODY(sound_rules_get_no_remark, tc)
{
	check("", "");
	check("", "permit" SCOPE ";");
	check("", "permit" SCOPE "; forbid" SCOPE " when { context.late };");
	check_when("", "context.n > 1 && context.n < 3 && context.m < 1");
	check_when("", "context.a == \"x\" || context.a == \"y\"");
	check_when("", "!(context.n <= 3) && context.n == 4");
	check_when("", "principal.a && !resource.a");
	check_two("", "context.n < 3", "context.n > 1");
	check_two("", "context.a == \"x\"", "context.a == \"y\"");
	check_two("", "context.n < 3", "context.m < 4");
	check_two("", "context.a && context.b", "context.a && context.c");
}

ATF_TC_WITHOUT_HEAD(conditions_that_cannot_hold_are_found);
ATF_TC_BODY(conditions_that_cannot_hold_are_found, tc)
{
	static const char *const never[] = {
		"false", "!true", "context.a && false", "1 > 2",
		"\"a\" == \"b\"", "if context.a then false else 1 == 2",
		"context.a && !context.a", "context.n < context.n",
		"context.n != context.n", "!(context.a || !context.a)",
		"context.n > 5 && context.n < 5", "5 < context.n && "
		"context.n <= 5", "context.n == 3 && context.n == 4",
		"context.n == 3 && context.n != 3",
		"context.a == \"x\" && context.b && context.a == \"y\"",
		"context.a == \"x\" && context.a != \"x\"",
		"!(context.n >= 3) && context.n == 3",
		"context.a == User::\"a\" && context.a == User::\"b\"",
		"!(context.n <= 3) && context.n == 3",
		"!(context.n > 3) && context.n == 4",
		"!(context.n < 3) && context.n == 2",
	};

	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++)
		check_when("NEVER 0", never[i]);
	check("NEVER 0", "permit" SCOPE " unless { true };");
	check("NEVER 0", "permit" SCOPE " when { context.a } "
	    "unless { context.b || context.a };");
	check("NEVER 0", "permit(principal in Role::\"dev\", action in [], "
	    "resource);");
}

ATF_TC_WITHOUT_HEAD(limits_of_numbers_are_no_special_case);
ATF_TC_BODY(limits_of_numbers_are_no_special_case, tc)
{
	check_two("", "context.n == 9223372036854775807",
	    "context.n > 9223372036854775807");
	check_two("", "context.n == -9223372036854775808",
	    "context.n < -9223372036854775808");
	check_two("SHADOWED 0 1", "context.n == 9223372036854775807",
	    "context.n >= 9223372036854775806");
}

ATF_TC_WITHOUT_HEAD(conditions_that_say_nothing_are_found);
ATF_TC_BODY(conditions_that_say_nothing_are_found, tc)
{
	check_when("ALWAYS 0", "true");
	check_when("ALWAYS 0", "1 < 2");
	check_when("ALWAYS 0", "context.a && context.n == context.n");
	check("ALWAYS 0", "forbid" SCOPE " unless { false };");
	check_when("", "context.a || context.b");
}

ATF_TC_WITHOUT_HEAD(a_rule_that_is_there_twice_is_found);
ATF_TC_BODY(a_rule_that_is_there_twice_is_found, tc)
{
	check("TWICE 1 0", "permit" SCOPE "; permit" SCOPE ";");
	check_two("TWICE 1 0", "context.a && context.b",
	    "context.b && context.a");
	check_two("TWICE 1 0", "5 > context.n", "context.n < 5");
}

ATF_TC_WITHOUT_HEAD(constants_are_compared);
ATF_TC_BODY(constants_are_compared, tc)
{
	check_when("NEVER 0", "2 <= 1");
	check_when("NEVER 0", "1 >= 2");
	check_when("NEVER 0", "2 < 2");
	check_when("NEVER 0", "2 > 2");
	check_when("ALWAYS 0", "1 <= 1");
	check_when("ALWAYS 0", "1 <= 2");
	check_when("ALWAYS 0", "2 >= 2");
	check_when("ALWAYS 0", "2 >= 1");
}

/* One that is nearly the same is another condition. */
ATF_TC_WITHOUT_HEAD(patterns_and_calls_are_told_apart);
ATF_TC_BODY(patterns_and_calls_are_told_apart, tc)
{
	static const char *const conditions[] = {
		"context.s like \"a*b\"", "context.s like \"a*c\"",
		"context.s like \"a*\"", "context.s like \"*a\"",
		"context.s like \"a**b\"", "context.s like \"a\\*b\"",
		"context.i.isIpv4()", "context.i.isIpv6()",
		"context.i.isLoopback()", "context.j.isIpv4()",
	};
	const size_t n = sizeof(conditions) / sizeof(conditions[0]);

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < n; k++)
			check_two(i == k ? "TWICE 1 0" : "", conditions[i],
			    conditions[k]);
}

ATF_TC_WITHOUT_HEAD(a_rule_in_the_shadow_of_another_is_found);
ATF_TC_BODY(a_rule_in_the_shadow_of_another_is_found, tc)
{
	check("SHADOWED 1 0", "permit" SCOPE ";"
	    "permit(principal == User::\"ann\", action == Action::\"run\", "
	    "resource) when { context.a };");
	check("SHADOWED 0 1", "permit" SCOPE " when { context.a };"
	    "permit(principal in Role::\"all\", action in [Action::\"read\", "
	    "Action::\"run\"], resource);");
	check("SHADOWED 0 1", "permit(principal is User in Role::\"dev\", "
	    "action == Action::\"list\", resource == R::\"a\");"
	    "permit(principal in Role::\"dev\", action in Action::\"read\", "
	    "resource is R);");
	check_two("SHADOWED 0 1", "context.n <= 300", "context.n < 3600");
	check_two("SHADOWED 0 1", "context.n == 5", "context.n != 6");
	check_two("SHADOWED 0 1", "context.n > 6", "context.n != 6");
	check_two("SHADOWED 0 1", "context.a == \"x\"", "context.a != \"y\"");
	check_two("SHADOWED 1 0", "context.a || context.b", "context.a");
	check("SHADOWED 1 0", "forbid" SCOPE "; forbid" SCOPE
	    " when { context.late };");
	check_two("SHADOWED 0 1", "context.u in Role::\"dev\"",
	    "context.u in Role::\"all\"");
	check_two("SHADOWED 0 1", "context.n > 3 && context.b && context.u in "
	    "Role::\"dev\"", "context.u in Role::\"all\"");
	check("SHADOWED 1 0", "permit(principal == User::\"ann\", "
	    "action == Action::\"run\", resource == Action::\"list\");"
	    "permit(principal == User::\"ann\", action == Action::\"run\", "
	    "resource == Action::\"list\") "
	    "when { action in Action::\"read\" };");
	check_two("", "context.u in Role::\"dev\"",
	    "context.v in Role::\"all\"");
	check("SHADOWED 0 1", "permit" SCOPE ";"
	    "permit(principal, action == Action::\"run\", resource) "
	    "when { principal in Role::\"all\" };");
	check("SHADOWED 1 0", "permit" SCOPE " when { principal in "
	    "Role::\"all\" }; permit" SCOPE " when { context.a };");
	check("SHADOWED 1 0", "permit" SCOPE " when { principal in "
	    "Role::\"ops\" || context.b }; permit" SCOPE " when { principal "
	    "in Role::\"ops\" };");
	check("", "permit(principal in Role::\"all\", action == "
	    "Action::\"run\", resource); permit(principal, action == "
	    "Action::\"run\", resource) when { principal in Role::\"dev\" "
	    "};");
	/* An action that no other is in is the only one in itself. */
	check("TWICE 1 0", "permit" SCOPE ";"
	    "permit(principal in Role::\"dev\", action in Action::\"run\", "
	    "resource);");
}

ATF_TC_WITHOUT_HEAD(scopes_that_only_meet_cast_no_shadow);
ATF_TC_BODY(scopes_that_only_meet_cast_no_shadow, tc)
{
	check("", "permit" SCOPE ";"
	    "permit(principal in Role::\"all\", action == Action::\"list\", "
	    "resource);");
	check("", "permit(principal in Role::\"all\", action == "
	    "Action::\"run\", resource) when { context.a };"
	    "permit" SCOPE " when { context.b };");
	check("", "permit(principal == User::\"ann\", action == "
	    "Action::\"read\", resource == R::\"a\");"
	    "permit(principal == User::\"ann\", action == Action::\"list\", "
	    "resource == R::\"a\");");
	check("", "permit(principal in Role::\"dev\", action, "
	    "resource == R::\"a\");"
	    "permit(principal in Role::\"dev\", action == Action::\"run\", "
	    "resource);");
	check("SHADOWED 1 0", "permit" SCOPE "; permit(principal == Role::\"dev\", "
	    "action == Action::\"run\", resource);");
	check("", "permit(principal in Role::\"dev\", action == "
	    "Action::\"run\", resource == R::\"a\");"
	    "permit(principal in Role::\"dev\", action == Action::\"run\", "
	    "resource is S);");
	/* What is in a group may be more than the group. */
	check("SHADOWED 1 0", "permit(principal == User::\"ann\", action in "
	    "Action::\"read\", resource == R::\"a\");"
	    "permit(principal == User::\"ann\", action == Action::\"read\", "
	    "resource == R::\"a\");");
	/* context.b may fail where context.a does not hold. */
	check_two("", "context.b || context.a", "context.a");
}

ATF_TC_WITHOUT_HEAD(a_permit_that_is_wholly_forbidden_is_found);
ATF_TC_BODY(a_permit_that_is_wholly_forbidden_is_found, tc)
{
	check("FORBIDDEN 0 1", "permit" SCOPE " when { context.a };"
	    "forbid(principal, action == Action::\"run\", resource);");
	check("FORBIDDEN 1 0", "forbid(principal in Role::\"all\", action, "
	    "resource) when { context.late };"
	    "permit" SCOPE " when { context.late && context.a };");
	check("", "permit(principal in Role::\"all\", action == "
	    "Action::\"run\", resource); forbid" SCOPE ";");
}

ATF_TC_WITHOUT_HEAD(rules_that_contradict_each_other_are_found);
ATF_TC_BODY(rules_that_contradict_each_other_are_found, tc)
{
	check("CONTRADICTION 0 1", "permit" SCOPE "; forbid" SCOPE ";");
	check("CONTRADICTION 1 0", "forbid" SCOPE " when { context.a };"
	    "permit" SCOPE " when { context.a };");
}

ATF_TC_WITHOUT_HEAD(permits_for_too_much_are_found);
ATF_TC_BODY(permits_for_too_much_are_found, tc)
{
	check("WIDE 0", "permit(principal, action, resource);");
	check("WIDE 0", "permit(principal is User, action == "
	    "Action::\"run\", resource == R::\"a\");");
	check("WIDE 0", "permit(principal in Role::\"dev\", action, "
	    "resource);");
	check("ALWAYS 0, WIDE 0", "permit(principal, action, resource) "
	    "when { true };");
	check("", "permit(principal, action, resource) when { context.a };");
	check("", "forbid(principal, action, resource);");
	check("", "permit(principal in Role::\"dev\", action, "
	    "resource == R::\"a\");");
}

ATF_TC_WITHOUT_HEAD(templates_are_looked_at_as_their_links);
ATF_TC_BODY(templates_are_looked_at_as_their_links, tc)
{
	static const char text[] = "permit(principal == ?principal, action == "
	    "Action::\"run\", resource); permit" SCOPE ";";
	struct doc_error error;
	const struct uid *values[2] = { NULL, NULL };
	struct entities e;

	check("UNLINKED 0", text);
	load_people(&e);
	policies_init(&set);
	ATF_REQUIRE_EQ(0, policies_add_text(&set, "x", text, strlen(text),
	    POLICY_IDS_NUMBERED, &error));
	values[0] = uid_new(&set.arena, str_new(&set.arena, "User", 4),
	    str_new(&set.arena, "ann", 3));
	ATF_REQUIRE_EQ(0, policies_link(&set, set.items[0]->id, "l", 1,
	    values, &error));
	ATF_REQUIRE_EQ(0, analyse_policies(&set, &e, &remarks));
	ATF_CHECK_STREQ("SHADOWED 2 1", names());
	done();
	entities_free(&e);
}

ATF_TC_WITHOUT_HEAD(remarks_name_the_place_and_say_what_to_do);
ATF_TC_BODY(remarks_name_the_place_and_say_what_to_do, tc)
{
	const struct doc_error *e;

	analyse("permit" SCOPE ";\n\n@id(\"b\")\npermit" SCOPE
	    "\nwhen { context.n > 5 && context.n < 2 };\n"
	    "permit(principal == User::\"ann\", action == Action::\"run\", "
	    "resource);\n");
	ATF_REQUIRE_EQ(2, remarks.n);
	e = &remarks.items[0].error;
	ATF_CHECK_STREQ("x.cedar", e->file);
	ATF_CHECK_EQ(5, e->line);
	ATF_CHECK_EQ(35, e->col);
	ATF_CHECK_STREQ("this rule can never apply: `context.n > 5' and "
	    "`context.n < 2' exclude each other; correct one of them or "
	    "remove the rule", e->text);
	e = &remarks.items[1].error;
	ATF_CHECK_EQ(6, e->line);
	ATF_CHECK_EQ(1, e->col);
	ATF_CHECK_STREQ("this rule changes nothing: wherever it applies, "
	    "policy0 (x.cedar:1) does too; remove it, or narrow the other",
	    e->text);
	done();
}

ATF_TC_WITHOUT_HEAD(a_long_condition_is_cut_in_the_message);
ATF_TC_BODY(a_long_condition_is_cut_in_the_message, tc)
{
	char text[4000];
	size_t n = (size_t)sprintf(text, "permit" SCOPE " when { false && "
	    "(context.a");

	for (int i = 0; i < 200; i++)
		n += (size_t)sprintf(text + n, " || context.a%d", i);
	sprintf(text + n, ") };");
	check("NEVER 0", text);
	sprintf(text + n, ") == true && 1 > 2 };");
	check("NEVER 0", text);
}

ATF_TC_WITHOUT_HEAD(memory_that_runs_out_is_an_error);
ATF_TC_BODY(memory_that_runs_out_is_an_error, tc)
{
	static const char text[] = "permit" SCOPE "; permit" SCOPE
	    " when { context.n > 1 && context.n < 1 && true };"
	    "permit" SCOPE " when { context.a };";
	struct doc_error error;
	struct entities e;
	unsigned n = 1;

	load_people(&e);
	policies_init(&set);
	ATF_REQUIRE_EQ(0, policies_add_text(&set, "x", text, strlen(text),
	    POLICY_IDS_NUMBERED, &error));
	for (;; n++) {
		allocations = 0;
		failing = n;
		if (analyse_policies(&set, &e, &remarks) == 0)
			break;
		ATF_CHECK(remarks.items == NULL);
	}
	failing = 0;
	ATF_CHECK_MSG(n > 8, "%u", n);
	ATF_CHECK_STREQ("ALWAYS 1, NEVER 1, SHADOWED 2 0", names());
	done();
	entities_free(&e);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, sound_rules_get_no_remark);
	ATF_TP_ADD_TC(tp, conditions_that_cannot_hold_are_found);
	ATF_TP_ADD_TC(tp, limits_of_numbers_are_no_special_case);
	ATF_TP_ADD_TC(tp, conditions_that_say_nothing_are_found);
	ATF_TP_ADD_TC(tp, a_rule_that_is_there_twice_is_found);
	ATF_TP_ADD_TC(tp, constants_are_compared);
	ATF_TP_ADD_TC(tp, patterns_and_calls_are_told_apart);
	ATF_TP_ADD_TC(tp, a_rule_in_the_shadow_of_another_is_found);
	ATF_TP_ADD_TC(tp, scopes_that_only_meet_cast_no_shadow);
	ATF_TP_ADD_TC(tp, a_permit_that_is_wholly_forbidden_is_found);
	ATF_TP_ADD_TC(tp, rules_that_contradict_each_other_are_found);
	ATF_TP_ADD_TC(tp, permits_for_too_much_are_found);
	ATF_TP_ADD_TC(tp, templates_are_looked_at_as_their_links);
	ATF_TP_ADD_TC(tp, remarks_name_the_place_and_say_what_to_do);
	ATF_TP_ADD_TC(tp, a_long_condition_is_cut_in_the_message);
	ATF_TP_ADD_TC(tp, memory_that_runs_out_is_an_error);
	return atf_no_error();
}
