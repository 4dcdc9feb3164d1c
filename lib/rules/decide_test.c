#include "decide.h"

#include <sys/stat.h>

#include <atf-c.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/doc/json.h"

#define PEOPLE	"- uid: Role::\"dev\"\n" \
		"- uid: User::\"dana\"\n  parents: [Role::\"dev\"]\n"
#define RUN	"@id(\"run\") permit(principal in Role::\"dev\", " \
		"action == Action::\"run\", resource);\n"
#define MEMORY	"@id(\"memory\")\npermit(principal in Role::\"dev\", " \
		"action == Action::\"exceed\",\n" \
		"    resource == Limit::\"memory_mib\")\n" \
		"when { context.limits.memory_mib <= 512 };\n"

static struct rules rules;
static struct manifest manifest;
static struct who who;
static struct rules_context context = { .now = 1800000000, .boot = "kept" };
static struct why why;
static struct rule_ids ids;

static void
write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	ATF_REQUIRE_MSG(f != NULL, "%s", path);
	fputs(text, f);
	fclose(f);
}

static void
tell(void *ctx, const struct doc_error *e, bool warning)
{
	char line[600];

	(void)ctx;
	(void)warning;
	fprintf(stderr, "%s\n", doc_error_format(e, 1, line, sizeof(line)));
}

static void
load(void)
{
	static const struct rules_report report = { .report = tell };
	static const struct signers signers;
	static struct settings settings;
	int fd = open("site", O_RDONLY | O_DIRECTORY);

	settings_init(&settings);
	ATF_REQUIRE_EQ(rules_load(&rules, fd, &signers, &settings, &report),
	    0);
	close(fd);
}

/* These rules, and a plain job of dana's. */
static void
start(const char *text)
{
	mkdir("site", 0755);
	mkdir("site/policy", 0755);
	write_file("site/entities.yaml", PEOPLE);
	write_file("site/policy/all.cedar", text);
	load();
	manifest_init(&manifest);
	memset(&who, 0, sizeof(who));
	strcpy(manifest.name, "report");
	strcpy(who.author, "dana");
	strcpy(who.submitter, "dana");
}

static int
decide(void)
{
	return rules_decide_command(&rules, &who, &manifest, &context, &ids,
	    &why);
}

static void
allowed(void)
{
	ATF_CHECK_MSG(decide() == 0, "%s", why.text);
}

static void
refused(const char *words)
{
	ATF_CHECK_ERRNO(EPERM, decide() == -1);
	ATF_CHECK_MSG(strstr(why.text, words) != NULL, "%s", why.text);
}

ATF_TC_WITHOUT_HEAD(what_a_rule_permits_is_allowed);
ATF_TC_BODY(what_a_rule_permits_is_allowed, tc)
{
	start(RUN);
	allowed();
	strcpy(who.submitter, "mallory");
	refused("mallory may not run report: no rule permits it");
	rules_free(&rules);
}

ATF_TC_WITHOUT_HEAD(without_rules_nothing_is_allowed);
ATF_TC_BODY(without_rules_nothing_is_allowed, tc)
{
	start(RUN);
	rules_free(&rules);
	ATF_REQUIRE_EQ(rules_none(&rules), 0);
	refused("dana may not run report: no rule permits it");
	rules_free(&rules);
}

ATF_TC_WITHOUT_HEAD(each_thing_needs_its_own_rule);
ATF_TC_BODY(each_thing_needs_its_own_rule, tc)
{
	start(RUN MEMORY);
	manifest.limits.memory_bytes = 512ull << 20;
	allowed();
	manifest.limits.memory_bytes = 513ull << 20;
	refused("dana may not exceed memory_mib (513; 256 needs no rule): no "
	    "rule permits it");
	manifest.limits.memory_bytes = 512ull << 20;
	manifest.capabilities = 1u << CAPABILITY_EXEC_MEMORY;
	refused("dana may not use exec-memory: no rule permits it");
	manifest.capabilities = 0;
	manifest.nsecrets = 1;
	strcpy(manifest.secrets[0], "db");
	refused("dana may not lease the manifest's secrets[0]: no rule "
	    "permits it");
	rules_free(&rules);
}

ATF_TC_WITHOUT_HEAD(the_rule_that_forbids_is_named);
ATF_TC_BODY(the_rule_that_forbids_is_named, tc)
{
	start(RUN "\n@id(\"no-self\")\nforbid(principal, action, resource)\n"
	    "when { context has author && context.author == principal };\n");
	refused("dana may not run report: the rule no-self "
	    "(policy/all.cedar:3) forbids it");
	strcpy(who.author, "dmitri");
	allowed();
	rules_free(&rules);
}

ATF_TC_WITHOUT_HEAD(a_rule_that_failed_is_named);
ATF_TC_BODY(a_rule_that_failed_is_named, tc)
{
	start("@id(\"sum\") permit(principal in Role::\"dev\", "
	    "action == Action::\"run\", resource)\nwhen { "
	    "context.limits.memory_mib * 9223372036854775807 > 0 };\n");
	refused("no rule permits it; the rule sum (policy/all.cedar:1) "
	    "failed: ");
	rules_free(&rules);
}

static const char *
explain(int want)
{
	static char text[16384];
	struct put p;

	put_init(&p, text, sizeof(text) - 1);
	ATF_CHECK_EQ(rules_explain(&rules, &who, &manifest, &context, &p),
	    want);
	text[p.len] = '\0';
	return text;
}

ATF_TC_WITHOUT_HEAD(a_forbid_that_failed_forbids);
ATF_TC_BODY(a_forbid_that_failed_forbids, tc)
{
	start(RUN "\n@id(\"no-big\") forbid(principal, action == "
	    "Action::\"run\", resource)\nwhen { context.limits.memory_mib *"
	    " 9223372036854775807 > 0 };\n");
	refused("the rule no-big (policy/all.cedar:3), which may forbid it, "
	    "failed: ");
	ATF_CHECK_MSG(strstr(explain(-1), "still refused: the forbid "
	    "no-big failed") != NULL, "%s", explain(-1));
	rules_free(&rules);
}

/* A leaf of the ledger holds UTF-8 alone, and a console line is one line. */
static void
refused_legibly(void)
{
	ATF_CHECK_EQ(decide(), -1);
	ATF_CHECK_MSG(utf8_check(why.text, strlen(why.text)) == 0, "%s",
	    why.text);
	ATF_CHECK_MSG(strpbrk(why.text, "\n\033") == NULL, "%s", why.text);
	rules_free(&rules);
}

ATF_TC_WITHOUT_HEAD(a_refusal_stays_legible_whatever_names_hold);
ATF_TC_BODY(a_refusal_stays_legible_whatever_names_hold, tc)
{
	char text[512], id[160] = "";

	while (strlen(id) + 3 < sizeof(id))
		strcat(id, "\u20ac");
	snprintf(text, sizeof(text), "@id(\"%s\") forbid(principal, action, "
	    "resource);", id);
	start(text);
	refused_legibly();
	snprintf(text, sizeof(text), "@id(\"%s\") forbid(principal, action == "
	    "Action::\"run\", resource) when { 9223372036854775807 + 1 == "
	    "context.limits.cpu_millis };", id);
	start(text);
	refused_legibly();
	start("@id(\"a\\n\\u{1b}[31mb\") forbid(principal, action, resource);");
	refused_legibly();
	start("");
	strcpy(who.submitter, id);
	refused_legibly();
}

ATF_TC_WITHOUT_HEAD(actions_are_in_their_groups_without_any_people);
ATF_TC_BODY(actions_are_in_their_groups_without_any_people, tc)
{
	start("@id(\"dana\") permit(principal == User::\"dana\", "
	    "action == Action::\"run\", resource);\n"
	    "@id(\"never\") forbid(principal, "
	    "action in Action::\"submit\", resource);\n");
	rules_free(&rules);
	ATF_REQUIRE_EQ(unlink("site/entities.yaml"), 0);
	load();
	refused("dana may not run report: the rule never "
	    "(policy/all.cedar:2) forbids it");
	rules_free(&rules);
}

ATF_TC_WITHOUT_HEAD(time_and_boot_mode_can_decide);
ATF_TC_BODY(time_and_boot_mode_can_decide, tc)
{
	start("permit(principal in Role::\"dev\", action == Action::\"run\","
	    " resource) when { context.now < datetime(\"2027-01-16\") && "
	    "context.boot == \"kept\" };\n");
	allowed();
	context.now += 86400;
	refused("no rule permits it");
	context.now -= 86400;
	context.boot = "ephemeral";
	refused("no rule permits it");
	context.boot = "kept";
	rules_free(&rules);
}

ATF_TC_WITHOUT_HEAD(all_rules_that_decided_are_listed);
ATF_TC_BODY(all_rules_that_decided_are_listed, tc)
{
	start(RUN MEMORY "@id(\"also\") permit(principal == User::\"dana\", "
	    "action in Action::\"submit\", resource);\n"
	    "@id(\"odd\") forbid(principal in Role::\"dev\", action == Action"
	    "::\"exceed\", resource) when { context.limits.memory_mib > 400 "
	    "&& 9223372036854775807 + context.limits.memory_mib > 0 };\n"
	    "@id(\"no\") forbid(principal in Role::\"dev\", action == Action::"
	    "\"exceed\", resource) when { context.limits.memory_mib > 600 };\n"
	    "@id(\"never\") forbid(principal in Role::\"dev\", action == "
	    "Action::\"exceed\", resource) when { context.limits.memory_mib > "
	    "700 };\n");
	allowed();
	ATF_CHECK_STREQ(ids.text, "run\nalso");
	manifest.limits.memory_bytes = 300ull << 20;
	allowed();
	ATF_CHECK_STREQ(ids.text, "run\nalso\nmemory");
	manifest.limits.memory_bytes = 500ull << 20;
	refused("the rule odd (policy/all.cedar:");
	ATF_CHECK_STREQ(ids.text, "odd");
	manifest.limits.memory_bytes = 1ull << 30;
	refused("the rule no (policy/all.cedar:");
	ATF_CHECK_STREQ(ids.text, "no\nnever");
	strcpy(who.submitter, "mallory");
	refused("no rule permits it");
	ATF_CHECK_STREQ(ids.text, "");
	rules_free(&rules);
}

static uint32_t fields;

static int
ask(const struct rules_query *q)
{
	return rules_decide_query(&rules, q, &context, &fields, &ids, &why);
}

ATF_TC_WITHOUT_HEAD(reading_is_decided_too);
ATF_TC_BODY(reading_is_decided_too, tc)
{
	struct rules_query r = { .verb = VERB_OUTPUT, .who = "dana",
	    .appliance = "example", .job = "0123456789abcdef0123456789abcdef",
	    .submitter = "ci-bot", .author = "dana" };

	start("permit(principal in Role::\"dev\", action == Action::"
	    "\"output\", resource) when { resource.author == principal };");
	ATF_CHECK_EQ(ask(&r), 0);
	ATF_CHECK_EQ(fields, 0);
	ATF_CHECK_STREQ(ids.text, "policy/all.cedar:policy0");
	r.author = "dmitri";
	ATF_CHECK_ERRNO(EPERM, ask(&r) == -1);
	ATF_CHECK_STREQ(why.text, "dana may not read output of "
	    "0123456789abcdef0123456789abcdef: no rule permits it");
	r.verb = VERB_LEDGER;
	ATF_CHECK_ERRNO(EPERM, ask(&r) == -1);
	ATF_CHECK_STREQ(why.text, "dana may not read ledger of "
	    "example: no rule permits it");
	rules_free(&rules);
}

#define LEDGER	"@id(\"ledger\") permit(principal in Role::\"dev\", " \
		"action == Action::\"ledger\", resource);\n"
#define SEE	"@id(\"see\") permit(principal in Role::\"dev\", action == " \
		"Action::\"see\", resource == Field::\"author\");\n" \
		"@id(\"also\") permit(principal in Role::\"dev\", action == " \
		"Action::\"see\", resource) when { [Field::\"argv\", " \
		"Field::\"author\"].contains(resource) };\n"

static struct rules_query
query_of(enum verb verb, enum withheld field)
{
	return (struct rules_query){ .verb = verb, .who = "dana",
	    .appliance = "example", .field = field };
}

ATF_TC_WITHOUT_HEAD(a_reader_sees_the_fields_that_rules_permit);
ATF_TC_BODY(a_reader_sees_the_fields_that_rules_permit, tc)
{
	struct rules_query q = query_of(VERB_LEDGER, WITHHELD_COUNT);

	start(LEDGER);
	ATF_CHECK_EQ(ask(&q), 0);
	ATF_CHECK_EQ(fields, 0);
	ATF_CHECK_STREQ(ids.text, "ledger");
	rules_free(&rules);
	start(LEDGER SEE);
	ATF_CHECK_EQ(ask(&q), 0);
	ATF_CHECK_EQ(fields, withheld_bit(WITHHELD_AUTHOR) |
	    withheld_bit(WITHHELD_ARGV));
	ATF_CHECK_STREQ(ids.text, "ledger\nsee\nalso");
	rules_free(&rules);
	start("@id(\"all\") permit(principal in Role::\"dev\", action in "
	    "Action::\"read\", resource);\n@id(\"no-argv\") forbid(principal, "
	    "action == Action::\"see\", resource == Field::\"argv\");");
	ATF_CHECK_EQ(ask(&q), 0);
	ATF_CHECK_EQ(fields, (withheld_bit(WITHHELD_COUNT) - 1) &
	    ~withheld_bit(WITHHELD_ARGV));
	ATF_CHECK_STREQ(ids.text, "all");
	q.verb = VERB_STATUS;
	ATF_CHECK_EQ(ask(&q), 0);
	ATF_CHECK_EQ(fields, 0);
	rules_free(&rules);
}

ATF_TC_WITHOUT_HEAD(what_may_not_be_seen_is_not_disclosed);
ATF_TC_BODY(what_may_not_be_seen_is_not_disclosed, tc)
{
	struct rules_query q = query_of(VERB_DISCLOSE, WITHHELD_AUTHOR);

	start(LEDGER SEE);
	ATF_CHECK_EQ(ask(&q), 0);
	ATF_CHECK_EQ(fields, withheld_bit(WITHHELD_AUTHOR));
	q.field = WITHHELD_SUBMITTER;
	ATF_CHECK_ERRNO(EPERM, ask(&q) == -1);
	ATF_CHECK_STREQ(why.text, "dana may not see submitter of leaves: no "
	    "rule permits it");
	ATF_CHECK_EQ(fields, 0);
	q = query_of(VERB_EVIDENCE, WITHHELD_COUNT);
	ATF_CHECK_ERRNO(EPERM, ask(&q) == -1);
	ATF_CHECK_STREQ(why.text, "dana may not see evidence of leaves: no "
	    "rule permits it");
	rules_free(&rules);
	start(SEE);			/* without the ledger itself */
	q = query_of(VERB_DISCLOSE, WITHHELD_AUTHOR);
	ATF_CHECK_ERRNO(EPERM, ask(&q) == -1);
	ATF_CHECK_STREQ(why.text, "dana may not read ledger of example: no "
	    "rule permits it");
	rules_free(&rules);
	start(LEDGER "@id(\"e\") permit(principal in Role::\"dev\", action == "
	    "Action::\"see\", resource == Field::\"evidence\");");
	q = query_of(VERB_EVIDENCE, WITHHELD_COUNT);
	ATF_CHECK_EQ(ask(&q), 0);
	ATF_CHECK_EQ(fields, withheld_bit(WITHHELD_EVIDENCE));
	ATF_CHECK_STREQ(ids.text, "ledger\ne");
	rules_free(&rules);
}

ATF_TC_WITHOUT_HEAD(what_has_no_action_is_refused);
ATF_TC_BODY(what_has_no_action_is_refused, tc)
{
	struct rules_query q = query_of(VERB_RUN, WITHHELD_COUNT);

	start("permit(principal in Role::\"dev\", action in [Action::\"submit\","
	    " Action::\"read\"], resource);");
	ATF_CHECK_ERRNO(EPERM, ask(&q) == -1);
	ATF_CHECK_STREQ(why.text, "dana may not order this: rules have no "
	    "action for it");
	rules_free(&rules);
}

ATF_TC_WITHOUT_HEAD(forgetting_needs_a_rule_of_its_own);
ATF_TC_BODY(forgetting_needs_a_rule_of_its_own, tc)
{
	struct rules_query q = query_of(VERB_FORGET, WITHHELD_AUTHOR);

	start("permit(principal in Role::\"dev\", action in Action::\"read\", "
	    "resource);");
	ATF_CHECK_ERRNO(EPERM, ask(&q) == -1);
	ATF_CHECK_STREQ(why.text, "dana may not forget author of leaves: no "
	    "rule permits it");
	rules_free(&rules);
	start("@id(\"f\") permit(principal in Role::\"dev\", action == "
	    "Action::\"forget\", resource == Field::\"author\");");
	ATF_CHECK_EQ(ask(&q), 0);
	ATF_CHECK_STREQ(ids.text, "f");
	q.field = WITHHELD_ARGV;
	ATF_CHECK_ERRNO(EPERM, ask(&q) == -1);
	rules_free(&rules);
}

ATF_TC_WITHOUT_HEAD(each_thing_is_explained);
ATF_TC_BODY(each_thing_is_explained, tc)
{
	const char *text;

	start(RUN MEMORY);
	text = explain(0);
	ATF_CHECK_MSG(strstr(text, "dana: run report\n") != NULL, "%s", text);
	ATF_CHECK_MSG(strstr(text, "policy/all.cedar:1") != NULL, "%s", text);
	manifest.limits.memory_bytes = 1ull << 30;
	text = explain(-1);
	ATF_CHECK_MSG(strstr(text, "dana: exceed memory_mib (1024; 256 needs "
	    "no rule)\n") != NULL, "%s", text);
	ATF_CHECK_MSG(strstr(text, "context.limits.memory_mib <= 512") !=
	    NULL, "%s", text);
	ATF_CHECK_MSG(strstr(text, "1024") != NULL, "%s", text);
	rules_free(&rules);
}

ATF_TC_WITHOUT_HEAD(an_explanation_that_does_not_fit_is_cut);
ATF_TC_BODY(an_explanation_that_does_not_fit_is_cut, tc)
{
	char text[16];
	struct put p;

	start(RUN);
	put_init(&p, text, sizeof(text));
	ATF_CHECK_ERRNO(EMSGSIZE, rules_explain(&rules, &who, &manifest,
	    &context, &p) == -1);
	rules_free(&rules);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, what_a_rule_permits_is_allowed);
	ATF_TP_ADD_TC(tp, without_rules_nothing_is_allowed);
	ATF_TP_ADD_TC(tp, each_thing_needs_its_own_rule);
	ATF_TP_ADD_TC(tp, the_rule_that_forbids_is_named);
	ATF_TP_ADD_TC(tp, a_rule_that_failed_is_named);
	ATF_TP_ADD_TC(tp, a_forbid_that_failed_forbids);
	ATF_TP_ADD_TC(tp, a_refusal_stays_legible_whatever_names_hold);
	ATF_TP_ADD_TC(tp, actions_are_in_their_groups_without_any_people);
	ATF_TP_ADD_TC(tp, time_and_boot_mode_can_decide);
	ATF_TP_ADD_TC(tp, all_rules_that_decided_are_listed);
	ATF_TP_ADD_TC(tp, reading_is_decided_too);
	ATF_TP_ADD_TC(tp, a_reader_sees_the_fields_that_rules_permit);
	ATF_TP_ADD_TC(tp, what_may_not_be_seen_is_not_disclosed);
	ATF_TP_ADD_TC(tp, what_has_no_action_is_refused);
	ATF_TP_ADD_TC(tp, forgetting_needs_a_rule_of_its_own);
	ATF_TP_ADD_TC(tp, each_thing_is_explained);
	ATF_TP_ADD_TC(tp, an_explanation_that_does_not_fit_is_cut);
	return atf_no_error();
}
