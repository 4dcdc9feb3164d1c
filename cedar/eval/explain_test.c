#include "decider.h"

#include <atf-c.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/doc/doc.h"
#include "cedar/read/read.h"

static struct policies set;
static struct entities store;
static struct decider decider;
static struct arena arena;
static struct authz_request request;

static const char entities_json[] = "["
    "{\"uid\": {\"type\": \"User\", \"id\": \"ann\"}, \"attrs\": {"
    "\"level\": 3, \"boss\": {\"__entity\": {\"type\": \"User\","
    " \"id\": \"gone\"}}}, \"parents\": [{\"type\": \"Role\","
    " \"id\": \"dev\"}]},"
    "{\"uid\": {\"type\": \"Role\", \"id\": \"dev\"}, \"attrs\": {},"
    " \"parents\": []}]";

static const char request_json[] = "{\"principal\": \"User::\\\"ann\\\"\","
    "\"action\": \"Action::\\\"run\\\"\", \"resource\": \"Host::\\\"h\\\"\","
    "\"context\": {\"limits\": {\"memory\": 1024, \"cpus\": 4},"
    " \"net\": true, \"name\": \"a\\u001b[2Jb\"}}";

static void
init(const char *policies)
{
	struct doc_error e;
	struct doc d;

	policies_init(&set);
	ATF_REQUIRE_EQ_MSG(policies_add_text(&set, "site.cedar", policies,
	    strlen(policies), POLICY_IDS_ANNOTATED, &e), 0, "%s", e.text);
	entities_init(&store);
	ATF_REQUIRE_EQ(doc_read_json(&d, "e", entities_json,
	    strlen(entities_json), 65536, &e), 0);
	ATF_REQUIRE_EQ_MSG(read_entities(&store, &d, NULL, &e), 0, "%s",
	    e.text);
	ATF_REQUIRE_EQ(entities_finish(&store, &e), 0);
	doc_free(&d);
	ATF_REQUIRE_EQ(doc_read_json(&d, "r", request_json,
	    strlen(request_json), 65536, &e), 0);
	ATF_REQUIRE_EQ_MSG(read_request(&request, &arena, &d, 0, NULL, &e), 0,
	    "%s", e.text);
	doc_free(&d);
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

static void
explained(const char *policies, unsigned nearest, const char *expected)
{
	char text[8192];
	struct trace t;
	struct put p;

	init(policies);
	ATF_REQUIRE_EQ(decider_trace(&decider, &request, &t), 0);
	put_init(&p, text, sizeof(text) - 1);
	ATF_CHECK_EQ(decider_explain(&t, &decider, &request, nearest, &p), 0);
	text[p.len] = '\0';
	ATF_CHECK_STREQ_MSG(text, expected, "%s", text);
	decider_trace_free(&t);
	done();
}

ATF_TC_WITHOUT_HEAD(an_allow_names_its_rule_and_values);
ATF_TC_BODY(an_allow_names_its_rule_and_values, tc)
{
	explained("// first line\n@id(\"dev-run\")\n"
	    "permit(principal in Role::\"dev\", action == Action::\"run\","
	    " resource)\n"
	    "when { context.limits.memory <= 2048 && context.net }\n"
	    "unless { principal.level < 2 };", 3,
	    "allowed\n"
	    "  rule \"dev-run\" (site.cedar:2) permits it:\n"
	    "    yes    principal in Role::\"dev\"\n"
	    "    yes    action == Action::\"run\"\n"
	    "    yes    context.limits.memory <= 2048\n"
	    "               context.limits.memory is 1024\n"
	    "    yes    context.net\n"
	    "    yes    unless principal.level < 2\n"
	    "               principal.level is 3\n");
}

ATF_TC_WITHOUT_HEAD(a_denial_shows_the_nearest_rules);
ATF_TC_BODY(a_denial_shows_the_nearest_rules, tc)
{
	static const char policies[] =
	    "@id(\"far\") permit(principal == User::\"bob\","
	    " action == Action::\"run\", resource is Disk);\n"
	    "@id(\"other\") permit(principal, action == Action::\"stop\","
	    " resource);\n"
	    "@id(\"near\") permit(principal in Role::\"dev\", action,"
	    " resource) when { context.limits.memory <= 512 &&"
	    " context.limits.cpus <= 8 && context.limits.disk < 1 };\n";

	explained(policies, 2,
	    "denied: no rule permits it\n"
	    "  nearest: rule \"near\" (site.cedar:3)\n"
	    "    yes    principal in Role::\"dev\"\n"
	    "    no     context.limits.memory <= 512\n"
	    "               context.limits.memory is 1024\n"
	    "    yes    context.limits.cpus <= 8\n"
	    "    -      context.limits.disk < 1\n"
	    "  then: rule \"far\" (site.cedar:1)\n"
	    "    no     principal == User::\"bob\"\n"
	    "               principal is User::\"ann\"\n"
	    "    yes    action == Action::\"run\"\n"
	    "    no     resource is Disk\n"
	    "               resource is Host::\"h\"\n");
	explained(policies, 0, "denied: no rule permits it\n");
}

ATF_TC_WITHOUT_HEAD(who_is_missing_among_others_is_said);
ATF_TC_BODY(who_is_missing_among_others_is_said, tc)
{
	explained("@id(\"a\") permit(principal, action, resource)\n"
	    "when { principal.boss in Role::\"dev\" };", 3,
	    "denied: no rule permits it\n"
	    "  nearest: rule \"a\" (site.cedar:1)\n"
	    "    no     principal.boss in Role::\"dev\"\n"
	    "               principal.boss is User::\"gone\", which is not "
	    "among the entities\n");
}

ATF_TC_WITHOUT_HEAD(no_rule_for_the_action_is_said);
ATF_TC_BODY(no_rule_for_the_action_is_said, tc)
{
	explained("permit(principal, action == Action::\"stop\", resource);",
	    3, "denied: no rule permits it\n"
	    "  no rule permits the action Action::\"run\", which is not among"
	    " the entities\n");
}

ATF_TC_WITHOUT_HEAD(a_forbid_shows_what_would_have_to_differ);
ATF_TC_BODY(a_forbid_shows_what_would_have_to_differ, tc)
{
	explained("@id(\"all\") permit(principal, action, resource);\n"
	    "@id(\"no-net\") forbid(principal, action, resource)"
	    " when { context.net };\n"
	    "@id(\"never\") forbid(principal, action, resource);", 3,
	    "denied: forbidden\n"
	    "  rule \"no-net\" (site.cedar:2) forbids it as long as all of "
	    "this is true:\n"
	    "    yes    context.net\n"
	    "  rule \"never\" (site.cedar:3) forbids everything\n"
	    "  otherwise rule \"all\" (site.cedar:1) would permit it\n");
}

ATF_TC_WITHOUT_HEAD(alternatives_are_groups);
ATF_TC_BODY(alternatives_are_groups, tc)
{
	explained("permit(principal, action, resource)"
	    " when { context.limits.cpus == 1 || (principal.level > 5 &&"
	    " context.net) || !(context.net || 1 == 2) }"
	    " unless { context.net || context.limits.cpus == 4 }"
	    " unless { context.net && !(1 == 2) };", 1,
	    "denied: no rule permits it\n"
	    "  nearest: rule \"site.cedar:policy0\" (site.cedar:1)\n"
	    "    no     one of\n"
	    "      no     context.limits.cpus == 1\n"
	    "                 context.limits.cpus is 4\n"
	    "      no     all of\n"
	    "        no     principal.level > 5\n"
	    "                   principal.level is 3\n"
	    "        -      context.net\n"
	    "      no     all of\n"
	    "        no     not context.net\n"
	    "        -      not 1 == 2\n"
	    "    no     unless context.net\n"
	    "    no     unless context.limits.cpus == 4\n"
	    "               context.limits.cpus is 4\n"
	    "    no     one of\n"
	    "      no     not context.net\n"
	    "      no     not !(1 == 2)\n");
}

ATF_TC_WITHOUT_HEAD(rules_that_fail_are_named);
ATF_TC_BODY(rules_that_fail_are_named, tc)
{
	explained("@id(\"a\") permit(principal, action, resource)"
	    " when { context.net && context.nope.x > 1 };\n"
	    "@id(\"b\") forbid(principal, action, resource)"
	    " when { principal.boss.level == 1 };", 1,
	    "denied: no rule permits it\n"
	    "  nearest: rule \"a\" (site.cedar:1)\n"
	    "    yes    context.net\n"
	    "    error  context.nope.x > 1\n"
	    "               the record has no attribute \"nope\":"
	    " context.nope\n"
	    "  left out: rule \"a\" (site.cedar:1) fails: the record has no"
	    " attribute \"nope\"\n"
	    "    at context.nope\n"
	    "  left out: rule \"b\" (site.cedar:2), which forbids, fails:"
	    " there is no entity User::\"gone\"\n"
	    "    at principal.boss.level\n");
}

ATF_TC_WITHOUT_HEAD(outside_bytes_are_escaped_and_cut);
ATF_TC_BODY(outside_bytes_are_escaped_and_cut, tc)
{
	char policy[2048], text[8192], *line;
	struct trace t;
	struct put p;

	snprintf(policy, sizeof(policy), "permit(principal, action, resource)"
	    " when { context.name == \"%0600d\" };", 1);
	init(policy);
	ATF_REQUIRE_EQ(decider_trace(&decider, &request, &t), 0);
	put_init(&p, text, sizeof(text) - 1);
	ATF_CHECK_EQ(decider_explain(&t, &decider, &request, 1, &p), 0);
	text[p.len] = '\0';
	ATF_CHECK_MSG(strstr(text, "context.name is \"a\\u{1b}[2Jb\"\n") !=
	    NULL, "%s", text);
	for (line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		ATF_CHECK_MSG(strlen(line) < 300, "%s", line);
	put_init(&p, text, 100);
	ATF_CHECK_ERRNO(EMSGSIZE, decider_explain(&t, &decider, &request, 1,
	    &p) == -1);
	decider_trace_free(&t);
	done();
}

ATF_TC_WITHOUT_HEAD(a_link_names_its_template);
ATF_TC_BODY(a_link_names_its_template, tc)
{
	const char *text = "@id(\"t\") permit(principal in ?principal, action,"
	    " resource == ?resource);";
	const struct uid *values[2];
	struct doc_error e;
	char out[1024];
	struct trace t;
	struct put p;

	init(text);
	decider_free(&decider);
	values[0] = uid_new(&arena, str_new(&arena, "Role", 4),
	    str_new(&arena, "ops", 3));
	values[1] = request.resource;
	ATF_REQUIRE_EQ(policies_link(&set, set.items[0]->id, "l", 1, values,
	    &e), 0);
	ATF_REQUIRE_EQ(decider_init(&decider, &set, &store), 0);
	ATF_REQUIRE_EQ(decider_trace(&decider, &request, &t), 0);
	put_init(&p, out, sizeof(out) - 1);
	ATF_CHECK_EQ(decider_explain(&t, &decider, &request, 1, &p), 0);
	out[p.len] = '\0';
	ATF_CHECK_STREQ(out, "denied: no rule permits it\n"
	    "  nearest: rule \"l\" of template \"t\" (site.cedar:1)\n"
	    "    no     principal in Role::\"ops\"\n"
	    "               principal is User::\"ann\"\n"
	    "    yes    resource == Host::\"h\"\n");
	decider_trace_free(&t);
	done();
}

ATF_TC_WITHOUT_HEAD(an_entity_of_the_request_is_not_missing);
ATF_TC_BODY(an_entity_of_the_request_is_not_missing, tc)
{
	static const struct record none = { 0 };
	struct entity own = { .attrs = &none, .tags = &none };
	char out[1024];
	struct trace t;
	struct put p;

	init("permit(principal, action, resource is Disk);");
	own.uid = uid_new(&arena, str_new(&arena, "Host", 4),
	    str_new(&arena, "h", 1));
	request.own = &own;
	ATF_REQUIRE_EQ(decider_trace(&decider, &request, &t), 0);
	put_init(&p, out, sizeof(out) - 1);
	ATF_CHECK_EQ(decider_explain(&t, &decider, &request, 1, &p), 0);
	out[p.len] = '\0';
	ATF_CHECK_STREQ(out, "denied: no rule permits it\n"
	    "  nearest: rule \"site.cedar:policy0\" (site.cedar:1)\n"
	    "    no     resource is Disk\n"
	    "               resource is Host::\"h\"\n");
	request.own = NULL;
	decider_trace_free(&t);
	done();
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, an_allow_names_its_rule_and_values);
	ATF_TP_ADD_TC(tp, a_denial_shows_the_nearest_rules);
	ATF_TP_ADD_TC(tp, who_is_missing_among_others_is_said);
	ATF_TP_ADD_TC(tp, no_rule_for_the_action_is_said);
	ATF_TP_ADD_TC(tp, a_forbid_shows_what_would_have_to_differ);
	ATF_TP_ADD_TC(tp, alternatives_are_groups);
	ATF_TP_ADD_TC(tp, rules_that_fail_are_named);
	ATF_TP_ADD_TC(tp, outside_bytes_are_escaped_and_cut);
	ATF_TP_ADD_TC(tp, a_link_names_its_template);
	ATF_TP_ADD_TC(tp, an_entity_of_the_request_is_not_missing);
	return atf_no_error();
}
