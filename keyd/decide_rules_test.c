#include "keyd/test/decide.h"

#include <atf-c.h>

#include <string.h>

#define OTHER	"version: 1\nname: other\nargv: [run, yes]\n"

/* A good submission where the site has these rules. */
static void
start_ruled(const char *rules)
{
	trial_site();
	kit_rules(rules);
	trial_open(KIT_NOW);
	kit_submit(&t.k, t.a.vkey, "bob", "alice", KIT_NOW);
}

ATF_TC_WITHOUT_HEAD(what_no_rule_permits_is_refused);
ATF_TC_BODY(what_no_rule_permits_is_refused, tc)
{
	start_ruled("");
	trial_refused(REASON_POLICY, true, "bob may not run hello: no rule "
	    "permits it");
}

ATF_TC_WITHOUT_HEAD(what_a_rule_forbids_is_refused);
ATF_TC_BODY(what_a_rule_forbids_is_refused, tc)
{
	start_ruled(KIT_RULES "@id(\"four-eyes\")\nforbid(principal, action "
	    "== Action::\"run\", resource)\nwhen { context.author == "
	    "User::\"alice\" && context.boot == \"ephemeral\" };\n");
	trial_refused(REASON_POLICY, true,
	    "the rule four-eyes (policy/kit.cedar:2)"
	    " forbids it");
}

ATF_TC_WITHOUT_HEAD(each_thing_in_the_manifest_needs_a_rule);
ATF_TC_BODY(each_thing_in_the_manifest_needs_a_rule, tc)
{
	static const char text[] = KIT_MANIFEST
	    "capabilities: [exec-memory]\n";

	start_ruled("permit(principal in Role::\"all\", action == "
	    "Action::\"run\", resource);\n");
	kit_set_manifest(&t.k, "bob", "alice", text, strlen(text));
	trial_refused(REASON_POLICY, true,
	    "bob may not use exec-memory: no rule");
}

ATF_TC_WITHOUT_HEAD(the_rules_know_author_and_time);
ATF_TC_BODY(the_rules_know_author_and_time, tc)
{
	start_ruled("permit(principal == User::\"bob\", action == "
	    "Action::\"run\", resource) when { context.author == "
	    "User::\"alice\" && context.now == datetime(\"2027-01-15T08:00:"
	    "00Z\") && context.manifest.name == \"hello\" };\n");
	ATF_CHECK_EQ(trial_judge(KIT_NOW), 0);
	grant_free(&t.d.grant);
	authority_close(&t.a);
}

ATF_TC_WITHOUT_HEAD(the_rules_that_decided_are_kept);
ATF_TC_BODY(the_rules_that_decided_are_kept, tc)
{
	start_ruled("@id(\"jobs\") permit(principal in Role::\"all\", action "
	    "in Action::\"submit\", resource);\n@id(\"not-bob\") forbid("
	    "principal == User::\"bob\", action == Action::\"run\", resource) "
	    "when { context.manifest.name == \"other\" };\n");
	ATF_CHECK_EQ(trial_judge(KIT_NOW), 0);
	ATF_CHECK_STREQ(t.d.grant.who.rules, "jobs");
	ATF_CHECK_EQ(trial_judge(KIT_NOW), REASON_REPLAY);
	ATF_CHECK_STREQ(t.d.who.rules, "jobs");	/* they did permit it */
	kit_set_manifest(&t.k, "bob", "alice", OTHER, strlen(OTHER));
	ATF_CHECK_EQ(trial_judge(KIT_NOW), REASON_POLICY);
	ATF_CHECK_STREQ(t.d.who.rules, "not-bob");
	grant_free(&t.d.grant);
	authority_close(&t.a);
}

ATF_TC_WITHOUT_HEAD(an_order_to_explain_grants_nothing);
ATF_TC_BODY(an_order_to_explain_grants_nothing, tc)
{
	trial_start("bob", "alice");
	t.k.fields.verb = VERB_EXPLAIN;
	kit_sign_command(&t.k, "bob");
	ATF_CHECK_EQ(trial_judge(KIT_NOW), 0);
	ATF_CHECK(t.d.explained);
	ATF_CHECK(!t.d.signed_command);	/* nothing to record */
	ATF_CHECK_EQ(t.a.nonces.n, 0);
	ATF_CHECK(t.d.explanation_len < EXPLAINED_MAX);
	t.d.explanation[t.d.explanation_len] = '\0';
	ATF_CHECK_MSG(strstr(t.d.explanation, "bob: run hello\nallowed\n") !=
	    NULL, "%s", t.d.explanation);
	grant_free(&t.d.grant);
	authority_close(&t.a);
}

ATF_TC_WITHOUT_HEAD(an_order_to_explain_tells_why_not);
ATF_TC_BODY(an_order_to_explain_tells_why_not, tc)
{
	start_ruled("@id(\"late\") permit(principal in Role::\"all\", "
	    "action == Action::\"run\", resource) when { context.now > "
	    "datetime(\"2030-01-01\") };\n");
	t.k.fields.verb = VERB_EXPLAIN;
	kit_sign_command(&t.k, "bob");
	ATF_CHECK_EQ(trial_judge(KIT_NOW), REASON_POLICY);
	ATF_CHECK(t.d.explained);
	t.d.explanation[t.d.explanation_len] = '\0';
	ATF_CHECK_MSG(strstr(t.d.explanation, "datetime(\"2027-01-15T08:00:00Z"
	    "\")") != NULL, "%s", t.d.explanation);
	grant_free(&t.d.grant);
	authority_close(&t.a);
}

ATF_TC_WITHOUT_HEAD(an_order_to_explain_tells_of_secrets_too);
ATF_TC_BODY(an_order_to_explain_tells_of_secrets_too, tc)
{
	static const char text[] = KIT_MANIFEST "secrets: [db]\n";

	trial_start("bob", "alice");
	kit_set_manifest(&t.k, "bob", "alice", text, strlen(text));
	t.k.fields.verb = VERB_EXPLAIN;
	kit_sign_command(&t.k, "bob");
	ATF_CHECK_EQ(trial_judge(KIT_NOW), REASON_SECRET);
	ATF_CHECK(t.d.explained);
	t.d.explanation[t.d.explanation_len] = '\0';
	ATF_CHECK_MSG(strstr(t.d.explanation, "\nstill refused: this appliance "
	    "holds no secret of the name in the manifest's secrets[0]") !=
	    NULL, "%s", t.d.explanation);
	grant_free(&t.d.grant);
	authority_close(&t.a);
}

ATF_TC_WITHOUT_HEAD(a_bad_order_to_explain_is_refused);
ATF_TC_BODY(a_bad_order_to_explain_is_refused, tc)
{
	trial_start("bob", "alice");
	t.k.fields.verb = VERB_EXPLAIN;
	kit_sign_command(&t.k, "bob");
	trial_change(t.k.s.manifest, t.k.manifest);
	trial_refused(REASON_MANIFEST, false, "the manifest is not the one");
}

static struct kept_jobs kept;
static struct query_submission order = { .jobs = &kept };

/* An order to read, signed by bob, where the site has these rules. */
static enum reason
read_by_bob(const char *rules, enum verb verb)
{
	static const struct kept_job job = {
	    "0123456789abcdef0123456789abcdef", "carol", "alice" };

	start_ruled(rules);
	t.k.fields.verb = verb;
	t.k.fields.count = 1;
	t.k.fields.first = 1;
	strcpy(t.k.fields.job, job.job);
	kit_sign_command(&t.k, "bob");
	order.command = t.k.s.command;
	order.command_sig = t.k.s.command_sig;
	order.left = &t.k.left;
	kept.n = 1;
	kept.list[0] = job;
	decide_query(&t.a, &order, KIT_NOW, &t.d);
	return t.d.reason;
}

static void
read_end(const char *words)
{
	ATF_CHECK_MSG(strstr(t.d.why.text, words) != NULL, "%s", t.d.why.text);
	grant_free(&t.d.grant);
	authority_close(&t.a);
}

#define READ_RULE	"permit(principal in Role::\"all\", " \
			"action in Action::\"read\", resource)"

ATF_TC_WITHOUT_HEAD(what_a_rule_permits_may_be_read);
ATF_TC_BODY(what_a_rule_permits_may_be_read, tc)
{
	static const enum verb verbs[] = { VERB_STATUS, VERB_JOBS,
	    VERB_LEDGER, VERB_OUTPUT, VERB_CONSISTENCY, VERB_FSCK };

	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		ATF_CHECK_EQ(read_by_bob(READ_RULE ";\n", verbs[i]), 0);
		ATF_CHECK_EQ(t.d.command.verb, verbs[i]);
		ATF_CHECK(t.d.signed_command);
		ATF_CHECK_STREQ(t.d.who.submitter, "bob");
		decide_query(&t.a, &order, KIT_NOW, &t.d);
		ATF_CHECK_EQ(t.d.reason, REASON_REPLAY);
		read_end("granted once");
	}
}

ATF_TC_WITHOUT_HEAD(reading_needs_a_rule);
ATF_TC_BODY(reading_needs_a_rule, tc)
{
	ATF_CHECK_EQ(read_by_bob(KIT_RULES, VERB_STATUS), REASON_POLICY);
	ATF_CHECK_EQ(t.a.nonces.n, 0);
	read_end("bob may not read status of casemate: no rule permits it");
	ATF_CHECK_EQ(read_by_bob(READ_RULE " when { resource is Job && "
	    "resource.author == principal };\n", VERB_OUTPUT),
	    REASON_POLICY);
	read_end("bob may not read output of 0123456789abcdef");
}

ATF_TC_WITHOUT_HEAD(a_jobs_owners_count);
ATF_TC_BODY(a_jobs_owners_count, tc)
{
	ATF_CHECK_EQ(read_by_bob("@id(\"o\") permit(principal in Role::"
	    "\"all\", action == Action::\"output\", resource) when { "
	    "resource.author == User::\"alice\" && resource.submitter == "
	    "User::\"carol\" };",
	    VERB_OUTPUT), 0);
	ATF_CHECK_STREQ(t.d.who.rules, "o");
	read_end("");
}

/* The same, of bob's command about one field. */
static enum reason
ask_about(const char *rules, enum verb verb, const char *field)
{
	start_ruled(rules);
	t.k.fields.verb = verb;
	t.k.fields.first = 7;
	strcpy(t.k.fields.field, field);
	kit_sign_command(&t.k, "bob");
	order.command = t.k.s.command;
	order.command_sig = t.k.s.command_sig;
	order.left = &t.k.left;
	decide_query(&t.a, &order, KIT_NOW, &t.d);
	return t.d.reason;
}

#define LEDGER_RULE	"@id(\"l\") permit(principal in Role::\"all\", " \
			"action == Action::\"ledger\", resource);\n"
#define SEE_RULE	"@id(\"s\") permit(principal in Role::\"all\", " \
			"action == Action::\"see\", resource == " \
			"Field::\"argv\");\n"

ATF_TC_WITHOUT_HEAD(a_readers_fields_are_told);
ATF_TC_BODY(a_readers_fields_are_told, tc)
{
	ATF_CHECK_EQ(read_by_bob(LEDGER_RULE SEE_RULE, VERB_LEDGER), 0);
	ATF_CHECK_EQ(t.d.fields, withheld_bit(WITHHELD_ARGV));
	ATF_CHECK_STREQ(t.d.who.rules, "l\ns");
	read_end("");
	ATF_CHECK_EQ(read_by_bob(READ_RULE ";\n", VERB_LEDGER), 0);
	ATF_CHECK_EQ(t.d.fields, withheld_bit(WITHHELD_COUNT) - 1);
	read_end("");
	ATF_CHECK_EQ(read_by_bob(READ_RULE ";\n", VERB_STATUS), 0);
	ATF_CHECK_EQ(t.d.fields, 0);
	read_end("");
}

ATF_TC_WITHOUT_HEAD(fields_are_disclosed_and_forgotten_by_rules);
ATF_TC_BODY(fields_are_disclosed_and_forgotten_by_rules, tc)
{
	ATF_CHECK_EQ(ask_about(LEDGER_RULE SEE_RULE, VERB_DISCLOSE, "argv"),
	    0);
	ATF_CHECK_EQ(t.d.command.first, 7);
	ATF_CHECK_STREQ(t.d.command.field, "argv");
	ATF_CHECK_EQ(t.d.fields, withheld_bit(WITHHELD_ARGV));
	ATF_CHECK_EQ(t.a.nonces.n, 1);
	read_end("");
	ATF_CHECK_EQ(ask_about(LEDGER_RULE SEE_RULE, VERB_DISCLOSE, "author"),
	    REASON_POLICY);
	ATF_CHECK_EQ(t.a.nonces.n, 1);
	read_end("bob may not see author of leaves: no rule permits it");
	ATF_CHECK_EQ(ask_about(LEDGER_RULE SEE_RULE, VERB_DISCLOSE, "name"),
	    REASON_COMMAND);
	read_end("names no field that a leaf withholds");
	ATF_CHECK_EQ(ask_about(LEDGER_RULE SEE_RULE, VERB_EVIDENCE, ""),
	    REASON_POLICY);
	read_end("bob may not see evidence of leaves: no rule permits it");
	ATF_CHECK_EQ(ask_about(READ_RULE ";\n", VERB_EVIDENCE, ""), 0);
	ATF_CHECK_EQ(t.d.command.first, 7);
	read_end("");
	ATF_CHECK_EQ(ask_about(READ_RULE ";\n", VERB_FORGET, "argv"),
	    REASON_POLICY);
	read_end("bob may not forget argv of leaves: no rule permits it");
	ATF_CHECK_EQ(ask_about("permit(principal == User::\"bob\", action == "
	    "Action::\"forget\", resource);", VERB_FORGET, "evidence"), 0);
	ATF_CHECK_EQ(t.d.fields, 0);
	read_end("");
}

ATF_TC_WITHOUT_HEAD(an_unknown_job_has_no_output);
ATF_TC_BODY(an_unknown_job_has_no_output, tc)
{
	start_ruled(READ_RULE ";\n");
	t.k.fields.verb = VERB_OUTPUT;
	strcpy(t.k.fields.job, "f123456789abcdef0123456789abcdef");
	kit_sign_command(&t.k, "bob");
	order.command = t.k.s.command;
	order.command_sig = t.k.s.command_sig;
	order.left = &t.k.left;
	decide_query(&t.a, &order, KIT_NOW, &t.d);
	ATF_CHECK_EQ(t.d.reason, REASON_UNKNOWN_JOB);
	ATF_CHECK_EQ(t.a.nonces.n, 0);
	read_end("output of job f123456789abcdef0123456789abcdef is not kept");
}

ATF_TC_WITHOUT_HEAD(an_order_to_run_is_no_reading);
ATF_TC_BODY(an_order_to_run_is_no_reading, tc)
{
	ATF_CHECK_EQ(read_by_bob(READ_RULE ";\n", VERB_RUN), REASON_COMMAND);
	read_end("orders run, and came without a manifest");
}

ATF_TC_WITHOUT_HEAD(bad_rules_are_no_start);
ATF_TC_BODY(bad_rules_are_no_start, tc)
{
	struct why w;

	trial_site();
	kit_rules("permit(principal, action, resource);\n");
	ATF_CHECK_EQ(authority_open(&t.a, t.statefd, t.sitefd, KIT_NOW,
	    &w), -1);
	ATF_CHECK_MSG(strstr(w.text, "policy/kit.cedar:1:1: the rule") ==
	    w.text, "%s", w.text);
	kit_rules("permit(principal\n");
	ATF_CHECK_EQ(authority_open(&t.a, t.statefd, t.sitefd, KIT_NOW,
	    &w), -1);
	ATF_CHECK_MSG(strstr(w.text, "policy/kit.cedar:2:1: ") == w.text,
	    "%s", w.text);
}

ATF_TC_WITHOUT_HEAD(an_order_to_read_is_no_job);
ATF_TC_BODY(an_order_to_read_is_no_job, tc)
{
	trial_start("bob", "alice");
	t.k.fields.verb = VERB_STATUS;
	kit_sign_command(&t.k, "alice");
	trial_refused(REASON_COMMAND, true,
	    "orders status, and came with a man");
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, what_no_rule_permits_is_refused);
	ATF_TP_ADD_TC(tp, what_a_rule_forbids_is_refused);
	ATF_TP_ADD_TC(tp, each_thing_in_the_manifest_needs_a_rule);
	ATF_TP_ADD_TC(tp, the_rules_know_author_and_time);
	ATF_TP_ADD_TC(tp, the_rules_that_decided_are_kept);
	ATF_TP_ADD_TC(tp, an_order_to_explain_grants_nothing);
	ATF_TP_ADD_TC(tp, an_order_to_explain_tells_why_not);
	ATF_TP_ADD_TC(tp, an_order_to_explain_tells_of_secrets_too);
	ATF_TP_ADD_TC(tp, a_bad_order_to_explain_is_refused);
	ATF_TP_ADD_TC(tp, what_a_rule_permits_may_be_read);
	ATF_TP_ADD_TC(tp, reading_needs_a_rule);
	ATF_TP_ADD_TC(tp, a_jobs_owners_count);
	ATF_TP_ADD_TC(tp, a_readers_fields_are_told);
	ATF_TP_ADD_TC(tp, fields_are_disclosed_and_forgotten_by_rules);
	ATF_TP_ADD_TC(tp, an_unknown_job_has_no_output);
	ATF_TP_ADD_TC(tp, an_order_to_run_is_no_reading);
	ATF_TP_ADD_TC(tp, bad_rules_are_no_start);
	ATF_TP_ADD_TC(tp, an_order_to_read_is_no_job);
	return atf_no_error();
}
