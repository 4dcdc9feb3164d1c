#include "decider.h"

#include <atf-c.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/doc/doc.h"
#include "cedar/read/read.h"

static struct policies set;
static struct entities store;
static struct decider decider;
static struct arena arena;
static struct authz_request request;
static struct authz_decision answer;

/* Every allocation is counted (see sub.mk: --wrap); this one fails. */
static unsigned allocations, failing;

void	*__real_malloc(size_t);
void	*__real_calloc(size_t, size_t);
void	*__real_realloc(void *, size_t);
void	*__wrap_malloc(size_t);
void	*__wrap_calloc(size_t, size_t);
void	*__wrap_realloc(void *, size_t);

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
__wrap_realloc(void *p, size_t n)
{
	return ++allocations == failing ? NULL : __real_realloc(p, n);
}

static const char entities_json[] = "["
    "{\"uid\": {\"type\": \"User\", \"id\": \"ann\"}, \"attrs\": {},"
    " \"parents\": [{\"type\": \"Role\", \"id\": \"dev\"}]},"
    "{\"uid\": {\"type\": \"Role\", \"id\": \"dev\"}, \"attrs\": {},"
    " \"parents\": [{\"type\": \"Role\", \"id\": \"staff\"}]},"
    "{\"uid\": {\"type\": \"Role\", \"id\": \"staff\"}, \"attrs\": {},"
    " \"parents\": []},"
    "{\"uid\": {\"type\": \"Action\", \"id\": \"run\"}, \"attrs\": {},"
    " \"parents\": [{\"type\": \"Action\", \"id\": \"any\"}]},"
    "{\"uid\": {\"type\": \"Action\", \"id\": \"any\"}, \"attrs\": {},"
    " \"parents\": []}]";

static const struct str *
str(const char *s)
{
	return str_new(&arena, s, strlen(s));
}

static const struct uid *
uid(const char *type, const char *id)
{
	return uid_new(&arena, str(type), str(id));
}

static void
init(const char *policies)
{
	static const struct record empty = { 0 };
	struct doc_error e;
	struct doc d;

	policies_init(&set);
	ATF_REQUIRE_EQ_MSG(policies_add_text(&set, "f", policies,
	    strlen(policies), POLICY_IDS_NUMBERED, &e), 0, "%s", e.text);
	entities_init(&store);
	ATF_REQUIRE_EQ(doc_read_json(&d, "e", entities_json,
	    strlen(entities_json), 65536, &e), 0);
	ATF_REQUIRE_EQ_MSG(read_entities(&store, &d, NULL, &e), 0, "%s",
	    e.text);
	ATF_REQUIRE_EQ(entities_finish(&store, &e), 0);
	doc_free(&d);
	request.principal = uid("User", "ann");
	request.action = uid("Action", "run");
	request.resource = uid("Host", "h");
	request.context = &empty;
	ATF_REQUIRE_EQ(decider_init(&decider, &set, &store), 0);
}

static void
done(void)
{
	decider_free(&decider);
	entities_free(&store);
	policies_free(&set);
	arena_free(&arena);
}

/* "allow 0 2", "deny", "deny 1 errors 0 3" */
static const char *
decided(void)
{
	static char text[256];
	size_t n;

	decider_decide(&decider, &request, &answer);
	n = (size_t)snprintf(text, sizeof(text), "%s",
	    answer.allow ? "allow" : "deny");
	for (uint32_t i = 0; i < answer.ndetermining; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, " %u",
		    answer.determining[i]);
	for (uint32_t i = 0; i < answer.nerrors; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s %u",
		    i == 0 ? " errors" : "", answer.errors[i].policy);
	return text;
}

static void
decision(const char *policies, const char *expected)
{
	init(policies);
	ATF_CHECK_STREQ_MSG(decided(), expected, "%s", policies);
	done();
}

#define ANY	"(principal, action, resource)"

ATF_TC_WITHOUT_HEAD(nothing_is_allowed_by_default);
ATF_TC_BODY(nothing_is_allowed_by_default, tc)
{
	decision("", "deny");
	decision("permit" ANY " when { false };", "deny");
	decision("permit(principal == User::\"bob\", action, resource);",
	    "deny");
}

ATF_TC_WITHOUT_HEAD(a_forbid_outweighs_every_permit);
ATF_TC_BODY(a_forbid_outweighs_every_permit, tc)
{
	decision("permit" ANY "; permit" ANY ";", "allow 0 1");
	decision("permit" ANY "; forbid" ANY "; permit" ANY ";", "deny 1");
	decision("forbid" ANY "; permit" ANY "; forbid" ANY ";", "deny 0 2");
	decision("permit" ANY "; forbid" ANY " when { false };", "allow 0");
}

ATF_TC_WITHOUT_HEAD(what_fails_is_left_out_and_reported);
ATF_TC_BODY(what_fails_is_left_out_and_reported, tc)
{
	decision("permit" ANY " when { 1 };", "deny errors 0");
	decision("forbid" ANY " when { context.x }; permit" ANY ";",
	    "allow 1 errors 0");
	decision("permit" ANY "; permit" ANY " unless { context.x };"
	    "forbid" ANY "; forbid" ANY " when { 1 + true == 1 };",
	    "deny 2 errors 1 3");
	init("permit" ANY "; permit" ANY " when { true } when { 1 == 1 &&"
	    " context.x };");
	decided();
	ATF_CHECK_EQ(answer.errors[0].node, 6);
	ATF_CHECK_STREQ(answer.errors[0].text,
	    "the record has no attribute \"x\"");
	done();
}

ATF_TC_WITHOUT_HEAD(conditions_are_evaluated_in_order);
ATF_TC_BODY(conditions_are_evaluated_in_order, tc)
{
	decision("permit" ANY " when { false } when { context.x };", "deny");
	decision("permit" ANY " when { context.x } when { false };",
	    "deny errors 0");
	decision("permit" ANY " unless { true } unless { context.x };",
	    "deny");
	decision("permit" ANY " when { true } unless { false };", "allow 0");
	decision("permit(principal == User::\"bob\", action, resource)"
	    " when { context.x };", "deny");
}

ATF_TC_WITHOUT_HEAD(scopes_fit_by_name_type_and_hierarchy);
ATF_TC_BODY(scopes_fit_by_name_type_and_hierarchy, tc)
{
	static const struct {
		const char	*scope;
		bool		 fits;
	} scopes[] = {
		{ "principal == User::\"ann\", action, resource", true },
		{ "principal == Role::\"dev\", action, resource", false },
		{ "principal in Role::\"dev\", action, resource", true },
		{ "principal in Role::\"staff\", action, resource", true },
		{ "principal in User::\"ann\", action, resource", true },
		{ "principal in Role::\"ops\", action, resource", false },
		{ "principal is User, action, resource", true },
		{ "principal is Role, action, resource", false },
		{ "principal is User in Role::\"staff\", action, resource",
		    true },
		{ "principal is Role in Role::\"staff\", action, resource",
		    false },
		{ "principal is User in Role::\"ops\", action, resource",
		    false },
		{ "principal, action == Action::\"run\", resource", true },
		{ "principal, action == Action::\"any\", resource", false },
		{ "principal, action in Action::\"any\", resource", true },
		{ "principal, action in [], resource", false },
		{ "principal, action in [Action::\"stop\"], resource", false },
		{ "principal, action in [Action::\"stop\", Action::\"any\"],"
		    " resource", true },
		{ "principal, action, resource == Host::\"h\"", true },
		{ "principal, action, resource == Host::\"i\"", false },
		{ "principal, action, resource in Host::\"h\"", true },
		{ "principal, action, resource in Host::\"i\"", false },
		{ "principal, action, resource is Host", true },
		{ "principal, action, resource is Host in Host::\"i\"",
		    false },
	};
	char policy[256];

	for (size_t i = 0; i < sizeof(scopes) / sizeof(scopes[0]); i++) {
		snprintf(policy, sizeof(policy), "permit(%s);",
		    scopes[i].scope);
		decision(policy, scopes[i].fits ? "allow 0" : "deny");
	}
}

ATF_TC_WITHOUT_HEAD(a_template_decides_by_its_links_alone);
ATF_TC_BODY(a_template_decides_by_its_links_alone, tc)
{
	const struct uid *values[2];
	struct doc_error e;

	init("permit(principal in ?principal, action, resource == ?resource)"
	    " when { 1 == 1 };");
	ATF_CHECK_STREQ(decided(), "deny");
	values[0] = uid("Role", "ops");
	values[1] = uid("Host", "h");
	ATF_REQUIRE_EQ(policies_link(&set, set.items[0]->id, "a", 1, values,
	    &e), 0);
	values[0] = uid("Role", "staff");
	ATF_REQUIRE_EQ(policies_link(&set, set.items[0]->id, "b", 1, values,
	    &e), 0);
	values[1] = uid("Host", "i");
	ATF_REQUIRE_EQ(policies_link(&set, set.items[0]->id, "c", 1, values,
	    &e), 0);
	decider_free(&decider);
	ATF_REQUIRE_EQ(decider_init(&decider, &set, &store), 0);
	ATF_CHECK_STREQ(decided(), "allow 2");
	done();
}

ATF_TC_WITHOUT_HEAD(deciding_allocates_nothing);
ATF_TC_BODY(deciding_allocates_nothing, tc)
{
	init("permit" ANY " when { [9, 8, 7, 6, 5, 4, 3, 2, 1, 15, 14, 13, 12,"
	    " 11, 10, 9].containsAll([3, 15]) && {a: [1]} == {a: [1]} &&"
	    " ip(\"10.0.0.1\").isInRange(ip(\"10.0.0.0/8\")) &&"
	    " \"abc\" like \"a*c\" };"
	    "permit" ANY " when { context.x };");
	allocations = 0;
	ATF_CHECK_STREQ(decided(), "allow 0 errors 1");
	ATF_CHECK_EQ(allocations, 0);
	decider_free(&decider);
	ATF_REQUIRE_EQ(decider_init(&decider, &set, &store), 0);
	ATF_CHECK(allocations > 0);
	done();
}

/* The next n-th allocation fails; 0: none. */
static void
fail_nth(unsigned n)
{
	allocations = 0;
	failing = n;
}

ATF_TC_WITHOUT_HEAD(memory_that_runs_out_is_an_error);
ATF_TC_BODY(memory_that_runs_out_is_an_error, tc)
{
	struct decider d;
	struct trace t;
	unsigned n, m;

	init("permit" ANY " when { [1, 2] == [2, 1] };");
	for (n = 1, fail_nth(n); decider_init(&d, &set, &store) == -1;
	    fail_nth(++n))
		ATF_CHECK(d.stack == NULL);
	decider_free(&d);
	for (m = 1, fail_nth(m); decider_trace(&decider, &request, &t) == -1;
	    fail_nth(++m))
		ATF_CHECK(t.policies == NULL);
	fail_nth(0);
	ATF_CHECK(t.decision.allow);
	decider_trace_free(&t);
	ATF_CHECK_MSG(n > 5 && m > 1, "%u %u", n, m);
	done();
}

ATF_TC_WITHOUT_HEAD(a_trace_decides_the_same_and_remembers);
ATF_TC_BODY(a_trace_decides_the_same_and_remembers, tc)
{
	struct trace t;

	init("permit(principal in Role::\"ops\", action, resource)"
	    " when { [1, 2].contains(2) } when { context.x };"
	    "permit" ANY " when { {a: 5}.a == 5 };"
	    "forbid" ANY " unless { true };");
	ATF_CHECK_STREQ(decided(), "allow 1");
	ATF_REQUIRE_EQ(decider_trace(&decider, &request, &t), 0);
	ATF_CHECK(t.decision.allow);
	ATF_CHECK_EQ(t.decision.ndetermining, 1);
	ATF_CHECK_EQ(t.decision.determining[0], 1);
	ATF_CHECK_EQ(t.decision.nerrors, 0);
	ATF_CHECK_EQ(t.policies[0].principal, TRACE_FALSE);
	ATF_CHECK_EQ(t.policies[0].action, TRACE_TRUE);
	ATF_CHECK_EQ(t.policies[0].result, TRACE_FALSE);
	ATF_CHECK_EQ(t.policies[0].nodes[4].outcome, TRACE_TRUE);
	ATF_CHECK_EQ(t.policies[0].nodes[2].value.set->n, 2);
	ATF_CHECK_EQ(t.policies[0].nodes[6].outcome, TRACE_ERROR);
	ATF_CHECK_STREQ(t.policies[0].error.text,
	    "the record has no attribute \"x\"");
	ATF_CHECK_EQ(t.policies[1].result, TRACE_TRUE);
	ATF_CHECK_EQ(t.policies[1].nodes[1].value.record->fields[0].value.n,
	    5);
	ATF_CHECK_EQ(t.policies[2].result, TRACE_FALSE);
	ATF_CHECK_STREQ(t.policies[2].error.text, "");
	decider_trace_free(&t);
	done();
}

ATF_TC_WITHOUT_HEAD(a_trace_keeps_the_first_error);
ATF_TC_BODY(a_trace_keeps_the_first_error, tc)
{
	struct trace t;

	init("permit" ANY " when { context.x } when { context.y && true };");
	ATF_REQUIRE_EQ(decider_trace(&decider, &request, &t), 0);
	ATF_CHECK_EQ(t.decision.nerrors, 1);
	ATF_CHECK_STREQ(t.decision.errors[0].text,
	    "the record has no attribute \"x\"");
	ATF_CHECK_EQ(t.decision.errors[0].node, 1);
	ATF_CHECK_EQ(t.policies[0].nodes[3].outcome, TRACE_ERROR);
	decider_trace_free(&t);
	done();
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, nothing_is_allowed_by_default);
	ATF_TP_ADD_TC(tp, a_forbid_outweighs_every_permit);
	ATF_TP_ADD_TC(tp, what_fails_is_left_out_and_reported);
	ATF_TP_ADD_TC(tp, conditions_are_evaluated_in_order);
	ATF_TP_ADD_TC(tp, scopes_fit_by_name_type_and_hierarchy);
	ATF_TP_ADD_TC(tp, a_template_decides_by_its_links_alone);
	ATF_TP_ADD_TC(tp, deciding_allocates_nothing);
	ATF_TP_ADD_TC(tp, memory_that_runs_out_is_an_error);
	ATF_TP_ADD_TC(tp, a_trace_decides_the_same_and_remembers);
	ATF_TP_ADD_TC(tp, a_trace_keeps_the_first_error);
	return atf_no_error();
}
