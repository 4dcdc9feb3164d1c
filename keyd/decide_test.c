#include "decide.h"

#include <atf-c.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sha256.h"
#include "sshsig.h"
#include "testkit.h"

static struct authority a;
static struct kit k;
static struct decision d;
static int statefd, sitefd;

/*
 * alice (Ed25519) and bob (P-256) may sign anything; carol only manifests,
 * dave until 2026, erin from 2030; mallory is not listed.
 */
static const struct {
	const char	*name, *type, *options;
} people[] = {
	{ "alice", "ed25519", "" },
	{ "bob", "ecdsa", "namespaces=\"casemate-manifest,casemate-command\"" },
	{ "carol", "ed25519", "namespaces=\"casemate-manifest\"" },
	{ "dave", "ed25519", "valid-before=\"20260101Z\"" },
	{ "erin", "ed25519", "valid-after=\"20300101Z\"" },
	{ "mallory", "ed25519", NULL },
};

static void
make_site(void)
{
	char file[8192] = "";

	for (size_t i = 0; i < sizeof(people) / sizeof(people[0]); i++) {
		size_t len = strlen(file);

		kit_key(people[i].name, people[i].type);
		if (people[i].options != NULL)
			kit_line(file + len, sizeof(file) - len,
			    people[i].name, people[i].options, people[i].name);
	}
	kit_site(file);
	statefd = kit_dir("state");
	sitefd = kit_dir("site");
}

static void
open_authority(uint64_t now)
{
	struct why w;

	ATF_REQUIRE_MSG(authority_open(&a, statefd, sitefd, now, &w) == 0,
	    "%s", w.text);
}

/* A good submission by these two, not decided yet. */
static void
start(const char *submitter, const char *author)
{
	make_site();
	open_authority(KIT_NOW);
	kit_submit(&k, a.vkey, submitter, author, KIT_NOW);
}

static enum reason
judge(uint64_t now)
{
	grant_free(&d.grant);
	decide(&a, &k.s, now, &d);
	if (d.reason != 0)
		fprintf(stderr, "%s: %s\n", reason_word(d.reason), d.why.text);
	return d.reason;
}

/* It is refused for this reason, in these words. */
static void
refused(enum reason reason, bool signed_command, const char *words)
{
	enum reason got = judge(KIT_NOW);

	ATF_CHECK_MSG(got == reason, "reason %u, not %u", got, reason);
	ATF_CHECK_EQ(d.signed_command, signed_command);
	ATF_CHECK_MSG(strstr(d.why.text, words) != NULL, "%s", d.why.text);
	ATF_CHECK_EQ(a.nonces.n, 0);	/* the nonce is still good */
	grant_free(&d.grant);
	authority_close(&a);
}

/* Turns one bit of a byte that is in the middle. */
static void
change(struct bytes b, void *owner)
{
	unsigned char *p = owner;

	ATF_REQUIRE(b.p == owner);
	p[b.len / 2] ^= 1;
}

ATF_TC_WITHOUT_HEAD(a_good_submission_is_granted);
ATF_TC_BODY(a_good_submission_is_granted, tc)
{
	start("bob", "alice");
	ATF_REQUIRE_EQ(judge(KIT_NOW), 0);
	ATF_CHECK(d.signed_command);
	ATF_CHECK_STREQ(d.grant.submitter, "bob");
	ATF_CHECK_STREQ(d.grant.author, "alice");
	ATF_CHECK_STREQ(d.grant.name, "hello");
	ATF_CHECK_EQ(d.grant.nargs, 2);
	ATF_CHECK_STREQ(d.grant.args[1], "yes");
	ATF_CHECK_EQ(d.grant.bundle_len, 10240);
	ATF_CHECK_EQ(strlen(d.grant.job), JOB_ID_LEN);
	ATF_CHECK_EQ(a.nonces.n, 1);
	grant_free(&d.grant);
	authority_close(&a);
}

ATF_TC_WITHOUT_HEAD(a_command_is_granted_once);
ATF_TC_BODY(a_command_is_granted_once, tc)
{
	start("alice", "alice");
	ATF_REQUIRE_EQ(judge(KIT_NOW), 0);
	ATF_CHECK_EQ(judge(KIT_NOW), REASON_REPLAY);
	ATF_CHECK(d.signed_command);
	ATF_CHECK_STREQ(d.grant.submitter, "alice");
	ATF_CHECK(strstr(d.why.text, "new command") != NULL);
	authority_close(&a);
	open_authority(KIT_NOW + 1);			/* a restart */
	ATF_CHECK_EQ(judge(KIT_NOW + 1), REASON_REPLAY);
	ATF_CHECK_EQ(judge(KIT_NOW + 601), REASON_STALE);
	authority_close(&a);
	open_authority(KIT_NOW + 601);			/* prunes it */
	ATF_CHECK_EQ(a.nonces.n, 0);
	ATF_CHECK_EQ(judge(KIT_NOW), REASON_STALE);	/* clock set back */
	ATF_CHECK(strstr(d.why.text, "backwards") != NULL);
	grant_free(&d.grant);
	authority_close(&a);
}

ATF_TC_WITHOUT_HEAD(an_unknown_signer_is_refused_by_fingerprint);
ATF_TC_BODY(an_unknown_signer_is_refused_by_fingerprint, tc)
{
	char shown[256] = "";
	FILE *f;

	start("mallory", "alice");
	f = popen("ssh-keygen -l -f mallory.pub | cut -d' ' -f2", "r");
	ATF_REQUIRE(f != NULL && fgets(shown, sizeof(shown), f) != NULL);
	pclose(f);
	shown[strcspn(shown, "\n")] = '\0';
	ATF_REQUIRE(strncmp(shown, "SHA256:", 7) == 0);
	refused(REASON_UNKNOWN_SIGNER, false, shown);
}

ATF_TC_WITHOUT_HEAD(an_unknown_author_is_refused);
ATF_TC_BODY(an_unknown_author_is_refused, tc)
{
	start("alice", "mallory");
	refused(REASON_UNKNOWN_SIGNER, true, "allowed_signers");
	ATF_CHECK_STREQ(d.grant.author, "");
}

ATF_TC_WITHOUT_HEAD(a_signature_for_another_namespace_is_refused);
ATF_TC_BODY(a_signature_for_another_namespace_is_refused, tc)
{
	start("alice", "alice");
	k.s.command_sig.len = kit_sign("alice", NAMESPACE_MANIFEST, k.command,
	    k.s.command.len, k.command_sig);
	refused(REASON_NAMESPACE, false, "-n casemate-command");
}

ATF_TC_WITHOUT_HEAD(a_manifest_signed_as_a_command_is_refused);
ATF_TC_BODY(a_manifest_signed_as_a_command_is_refused, tc)
{
	start("alice", "alice");
	k.s.manifest_sig.len = kit_sign("alice", NAMESPACE_COMMAND,
	    k.manifest, k.s.manifest.len, k.manifest_sig);
	refused(REASON_NAMESPACE, true, "-n casemate-manifest");
}

ATF_TC_WITHOUT_HEAD(a_key_may_sign_only_for_its_namespaces);
ATF_TC_BODY(a_key_may_sign_only_for_its_namespaces, tc)
{
	start("carol", "carol");
	refused(REASON_NAMESPACE, false, "carol (allowed_signers line 3)");
}

ATF_TC_WITHOUT_HEAD(an_expired_key_is_refused);
ATF_TC_BODY(an_expired_key_is_refused, tc)
{
	start("dave", "alice");
	refused(REASON_KEY_EXPIRED, false, "until 2026-01-01T00:00:00Z");
}

ATF_TC_WITHOUT_HEAD(an_expired_author_is_refused);
ATF_TC_BODY(an_expired_author_is_refused, tc)
{
	start("alice", "dave");
	refused(REASON_KEY_EXPIRED, true, "dave");
}

ATF_TC_WITHOUT_HEAD(a_key_that_is_not_yet_valid_is_refused);
ATF_TC_BODY(a_key_that_is_not_yet_valid_is_refused, tc)
{
	start("erin", "alice");
	refused(REASON_KEY_NOT_YET_VALID, false, "after 2030-01-01");
}

ATF_TC_WITHOUT_HEAD(a_changed_command_byte_is_refused);
ATF_TC_BODY(a_changed_command_byte_is_refused, tc)
{
	start("alice", "alice");
	change(k.s.command, k.command);
	refused(REASON_SIGNATURE, false, "changed after signing");
}

ATF_TC_WITHOUT_HEAD(a_changed_manifest_byte_is_refused);
ATF_TC_BODY(a_changed_manifest_byte_is_refused, tc)
{
	start("alice", "alice");
	change(k.s.manifest, k.manifest);
	refused(REASON_MANIFEST, true, "sign a new command");
}

ATF_TC_WITHOUT_HEAD(a_manifest_changed_before_the_command_is_refused);
ATF_TC_BODY(a_manifest_changed_before_the_command_is_refused, tc)
{
	start("alice", "bob");
	change(k.s.manifest, k.manifest);
	sha256(k.manifest, k.s.manifest.len, k.fields.manifest_sha256);
	kit_sign_command(&k, "alice");
	refused(REASON_SIGNATURE, true, "does not match the manifest");
}

ATF_TC_WITHOUT_HEAD(a_damaged_signature_is_refused);
ATF_TC_BODY(a_damaged_signature_is_refused, tc)
{
	start("alice", "alice");
	k.command_sig[k.s.command_sig.len / 2] = '\n';
	refused(REASON_SIGNATURE, false, "sign again");
}

ATF_TC_WITHOUT_HEAD(no_signature_is_refused);
ATF_TC_BODY(no_signature_is_refused, tc)
{
	start("alice", "alice");
	k.s.command_sig.len = 0;
	refused(REASON_SIGNATURE, false, "there is no signature");
}

ATF_TC_WITHOUT_HEAD(a_command_for_another_appliance_is_refused);
ATF_TC_BODY(a_command_for_another_appliance_is_refused, tc)
{
	start("alice", "alice");
	strcpy(k.fields.appliance, "casemate/other+01234567+AQID");
	kit_sign_command(&k, "alice");
	refused(REASON_APPLIANCE, true, "appliance casemate/other+01234567, ");
	start("alice", "alice");
	strcpy(k.fields.appliance, "x");
	kit_sign_command(&k, "alice");
	refused(REASON_APPLIANCE, true, "appliance x, and this is casemate/");
}

ATF_TC_WITHOUT_HEAD(a_command_that_ended_is_refused);
ATF_TC_BODY(a_command_that_ended_is_refused, tc)
{
	start("alice", "alice");
	k.fields.issued_at = KIT_NOW - 700;
	k.fields.not_after = KIT_NOW - 1;
	kit_sign_command(&k, "alice");
	refused(REASON_STALE, true, "ended 1 s ago");
}

ATF_TC_WITHOUT_HEAD(a_command_from_the_future_is_refused);
ATF_TC_BODY(a_command_from_the_future_is_refused, tc)
{
	start("alice", "alice");
	k.fields.issued_at = KIT_NOW + 301;
	kit_sign_command(&k, "alice");
	refused(REASON_STALE, true, "set the clocks");
}

ATF_TC_WITHOUT_HEAD(a_command_without_end_is_refused);
ATF_TC_BODY(a_command_without_end_is_refused, tc)
{
	start("alice", "alice");
	k.fields.not_after = UINT64_MAX;
	kit_sign_command(&k, "alice");
	refused(REASON_STALE, true, "at most 24 hours");
}

ATF_TC_WITHOUT_HEAD(a_malformed_command_is_refused);
ATF_TC_BODY(a_malformed_command_is_refused, tc)
{
	start("alice", "alice");
	k.s.command.len--;
	k.s.command_sig.len = kit_sign("alice", NAMESPACE_COMMAND, k.command,
	    k.s.command.len, k.command_sig);
	refused(REASON_COMMAND, true, "malformed");
}

static void
manifest_refused(const char *text, const char *words)
{
	start("alice", "alice");
	kit_set_manifest(&k, "alice", "alice", text, strlen(text));
	refused(REASON_MANIFEST, true, words);
}

/* A good submission where the site has these rules. */
static void
start_ruled(const char *rules)
{
	make_site();
	kit_rules(rules);
	open_authority(KIT_NOW);
	kit_submit(&k, a.vkey, "bob", "alice", KIT_NOW);
}

ATF_TC_WITHOUT_HEAD(what_no_rule_permits_is_refused);
ATF_TC_BODY(what_no_rule_permits_is_refused, tc)
{
	start_ruled("");
	refused(REASON_POLICY, true, "bob may not run hello: no rule "
	    "permits it");
}

ATF_TC_WITHOUT_HEAD(what_a_rule_forbids_is_refused);
ATF_TC_BODY(what_a_rule_forbids_is_refused, tc)
{
	start_ruled(KIT_RULES "@id(\"four-eyes\")\nforbid(principal, action "
	    "== Action::\"run\", resource)\nwhen { context.author == "
	    "User::\"alice\" && context.boot == \"ephemeral\" };\n");
	refused(REASON_POLICY, true, "the rule four-eyes (policy/kit.cedar:2)"
	    " forbids it");
}

ATF_TC_WITHOUT_HEAD(each_thing_in_the_manifest_needs_a_rule);
ATF_TC_BODY(each_thing_in_the_manifest_needs_a_rule, tc)
{
	static const char text[] = KIT_MANIFEST
	    "capabilities: [exec-memory]\n";

	start_ruled("permit(principal in Role::\"all\", action == "
	    "Action::\"run\", resource);\n");
	kit_set_manifest(&k, "bob", "alice", text, strlen(text));
	refused(REASON_POLICY, true, "bob may not use exec-memory: no rule");
}

ATF_TC_WITHOUT_HEAD(the_rules_know_author_and_time);
ATF_TC_BODY(the_rules_know_author_and_time, tc)
{
	start_ruled("permit(principal == User::\"bob\", action == "
	    "Action::\"run\", resource) when { context.author == "
	    "User::\"alice\" && context.now == datetime(\"2027-01-15T08:00:"
	    "00Z\") && context.manifest.name == \"hello\" };\n");
	ATF_CHECK_EQ(judge(KIT_NOW), 0);
	grant_free(&d.grant);
	authority_close(&a);
}

ATF_TC_WITHOUT_HEAD(an_order_to_explain_grants_nothing);
ATF_TC_BODY(an_order_to_explain_grants_nothing, tc)
{
	start("bob", "alice");
	k.fields.verb = VERB_EXPLAIN;
	kit_sign_command(&k, "bob");
	ATF_CHECK_EQ(judge(KIT_NOW), 0);
	ATF_CHECK(d.explained);
	ATF_CHECK(!d.signed_command);	/* nothing to record */
	ATF_CHECK_EQ(a.nonces.n, 0);
	ATF_CHECK(d.explanation_len < EXPLAINED_MAX);
	d.explanation[d.explanation_len] = '\0';
	ATF_CHECK_MSG(strstr(d.explanation, "bob: run hello\nallowed\n") !=
	    NULL, "%s", d.explanation);
	grant_free(&d.grant);
	authority_close(&a);
}

ATF_TC_WITHOUT_HEAD(an_order_to_explain_tells_why_not);
ATF_TC_BODY(an_order_to_explain_tells_why_not, tc)
{
	start_ruled("@id(\"late\") permit(principal in Role::\"all\", "
	    "action == Action::\"run\", resource) when { context.now > "
	    "datetime(\"2030-01-01\") };\n");
	k.fields.verb = VERB_EXPLAIN;
	kit_sign_command(&k, "bob");
	ATF_CHECK_EQ(judge(KIT_NOW), REASON_POLICY);
	ATF_CHECK(d.explained);
	d.explanation[d.explanation_len] = '\0';
	ATF_CHECK_MSG(strstr(d.explanation, "datetime(\"2027-01-15T08:00:00Z"
	    "\")") != NULL, "%s", d.explanation);
	grant_free(&d.grant);
	authority_close(&a);
}

ATF_TC_WITHOUT_HEAD(an_order_to_explain_tells_of_secrets_too);
ATF_TC_BODY(an_order_to_explain_tells_of_secrets_too, tc)
{
	static const char text[] = KIT_MANIFEST "secrets: [db]\n";

	start("bob", "alice");
	kit_set_manifest(&k, "bob", "alice", text, strlen(text));
	k.fields.verb = VERB_EXPLAIN;
	kit_sign_command(&k, "bob");
	ATF_CHECK_EQ(judge(KIT_NOW), REASON_SECRET);
	ATF_CHECK(d.explained);
	d.explanation[d.explanation_len] = '\0';
	ATF_CHECK_MSG(strstr(d.explanation, "\nrefused all the same: this "
	    "appliance holds no secret called \"db\"") != NULL, "%s",
	    d.explanation);
	grant_free(&d.grant);
	authority_close(&a);
}

ATF_TC_WITHOUT_HEAD(a_bad_order_to_explain_is_refused);
ATF_TC_BODY(a_bad_order_to_explain_is_refused, tc)
{
	start("bob", "alice");
	k.fields.verb = VERB_EXPLAIN;
	kit_sign_command(&k, "bob");
	change(k.s.manifest, k.manifest);
	refused(REASON_MANIFEST, false, "the manifest is not the one");
}

static struct read_order order;

/* An order to read, signed by bob, where the site has these rules. */
static enum reason
read_by_bob(const char *rules, enum verb verb)
{
	static const struct kept_job job = {
	    "0123456789abcdef0123456789abcdef", "carol", "alice" };

	start_ruled(rules);
	k.fields.verb = verb;
	k.fields.count = 1;
	strcpy(k.fields.job, job.job);
	kit_sign_command(&k, "bob");
	order.command = k.s.command;
	order.command_sig = k.s.command_sig;
	order.njobs = 1;
	order.jobs[0] = job;
	decide_reading(&a, &order, KIT_NOW, &d);
	return d.reason;
}

static void
read_end(const char *words)
{
	ATF_CHECK_MSG(strstr(d.why.text, words) != NULL, "%s", d.why.text);
	grant_free(&d.grant);
	authority_close(&a);
}

#define READ_RULE	"permit(principal in Role::\"all\", " \
			"action in Action::\"read\", resource)"

ATF_TC_WITHOUT_HEAD(what_a_rule_permits_may_be_read);
ATF_TC_BODY(what_a_rule_permits_may_be_read, tc)
{
	static const enum verb verbs[] = { VERB_STATUS, VERB_JOBS,
	    VERB_LEDGER, VERB_OUTPUT };

	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		ATF_CHECK_EQ(read_by_bob(READ_RULE ";\n", verbs[i]), 0);
		ATF_CHECK_EQ(d.command.verb, verbs[i]);
		ATF_CHECK(d.signed_command);
		ATF_CHECK_STREQ(d.grant.submitter, "bob");
		decide_reading(&a, &order, KIT_NOW, &d);
		ATF_CHECK_EQ(d.reason, REASON_REPLAY);
		read_end("granted once");
	}
}

ATF_TC_WITHOUT_HEAD(reading_needs_a_rule);
ATF_TC_BODY(reading_needs_a_rule, tc)
{
	ATF_CHECK_EQ(read_by_bob(KIT_RULES, VERB_STATUS), REASON_POLICY);
	ATF_CHECK_EQ(a.nonces.n, 0);
	read_end("bob may not read status of casemate: no rule permits it");
	ATF_CHECK_EQ(read_by_bob(READ_RULE " when { resource is Job && "
	    "resource.author == principal };\n", VERB_OUTPUT),
	    REASON_POLICY);
	read_end("bob may not read output of 0123456789abcdef");
}

ATF_TC_WITHOUT_HEAD(a_jobs_owners_count);
ATF_TC_BODY(a_jobs_owners_count, tc)
{
	ATF_CHECK_EQ(read_by_bob("permit(principal in Role::\"all\", action "
	    "== Action::\"output\", resource) when { resource.author == "
	    "User::\"alice\" && resource.submitter == User::\"carol\" };",
	    VERB_OUTPUT), 0);
	read_end("");
}

ATF_TC_WITHOUT_HEAD(an_unknown_job_has_no_output);
ATF_TC_BODY(an_unknown_job_has_no_output, tc)
{
	start_ruled(READ_RULE ";\n");
	k.fields.verb = VERB_OUTPUT;
	strcpy(k.fields.job, "f123456789abcdef0123456789abcdef");
	kit_sign_command(&k, "bob");
	order.command = k.s.command;
	order.command_sig = k.s.command_sig;
	decide_reading(&a, &order, KIT_NOW, &d);
	ATF_CHECK_EQ(d.reason, REASON_UNKNOWN_JOB);
	ATF_CHECK_EQ(a.nonces.n, 0);
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

	make_site();
	kit_rules("permit(principal, action, resource);\n");
	ATF_CHECK_EQ(authority_open(&a, statefd, sitefd, KIT_NOW, &w), -1);
	ATF_CHECK_MSG(strstr(w.text, "policy/kit.cedar:1:1: the rule") ==
	    w.text, "%s", w.text);
	kit_rules("permit(principal\n");
	ATF_CHECK_EQ(authority_open(&a, statefd, sitefd, KIT_NOW, &w), -1);
	ATF_CHECK_MSG(strstr(w.text, "policy/kit.cedar:2:1: ") == w.text,
	    "%s", w.text);
}

ATF_TC_WITHOUT_HEAD(an_order_to_read_is_no_job);
ATF_TC_BODY(an_order_to_read_is_no_job, tc)
{
	start("bob", "alice");
	k.fields.verb = VERB_STATUS;
	kit_sign_command(&k, "alice");
	refused(REASON_COMMAND, true, "orders status, and came with a man");
}

ATF_TC_WITHOUT_HEAD(an_unknown_field_is_refused);
ATF_TC_BODY(an_unknown_field_is_refused, tc)
{
	manifest_refused(KIT_MANIFEST "colour: red\n",
	    "manifest.yaml:4:1: unknown field `colour'");
}

ATF_TC_WITHOUT_HEAD(a_repeated_field_is_refused);
ATF_TC_BODY(a_repeated_field_is_refused, tc)
{
	manifest_refused(KIT_MANIFEST "name: again\n",
	    "manifest.yaml:4:1: field `name' again");
}

ATF_TC_WITHOUT_HEAD(a_secret_that_is_not_held_is_refused);
ATF_TC_BODY(a_secret_that_is_not_held_is_refused, tc)
{
	static const char text[] = KIT_MANIFEST "secrets: [db, token]\n";

	start("bob", "alice");
	kit_set_manifest(&k, "bob", "alice", text, strlen(text));
	refused(REASON_SECRET, true, "holds no secret called \"db\"; leave");
}

/* A submission for `python', and what the runner knows of it. */
static void
start_python(enum runtime_state state)
{
	static const char text[] = KIT_MANIFEST "runtime: python\n";
	struct runtimes *r = &k.s.runtimes;

	start("bob", "alice");
	kit_set_manifest(&k, "bob", "alice", text, strlen(text));
	r->n = 2;
	strcpy(r->list[0].name, "perl");
	strcpy(r->list[1].name, "python");
	r->list[1].state = state;
	memset(r->list[1].sha256, 0x5a, DIGEST_LEN);
}

ATF_TC_WITHOUT_HEAD(a_measured_runtime_is_granted_with_its_digest);
ATF_TC_BODY(a_measured_runtime_is_granted_with_its_digest, tc)
{
	start_python(RUNTIME_MEASURED);
	ATF_REQUIRE_EQ(judge(KIT_NOW), 0);
	ATF_CHECK_STREQ(d.grant.runtime, "python");
	ATF_CHECK(!d.measure);
	for (size_t i = 0; i < DIGEST_LEN; i++)
		ATF_CHECK_EQ(d.grant.runtime_sha256[i], 0x5a);
	grant_free(&d.grant);
	authority_close(&a);
}

ATF_TC_WITHOUT_HEAD(an_unmeasured_runtime_is_measured_first);
ATF_TC_BODY(an_unmeasured_runtime_is_measured_first, tc)
{
	start_python(RUNTIME_UNMEASURED);
	refused(REASON_RUNTIME, true, "not measured yet");
	ATF_CHECK(d.measure);
}

ATF_TC_WITHOUT_HEAD(a_runtime_that_cannot_be_measured_is_refused);
ATF_TC_BODY(a_runtime_that_cannot_be_measured_is_refused, tc)
{
	start_python(RUNTIME_UNREADABLE);
	refused(REASON_RUNTIME, true, "\"python\" could not be measured");
	ATF_CHECK(!d.measure);
}

ATF_TC_WITHOUT_HEAD(a_runtime_that_is_not_there_is_refused);
ATF_TC_BODY(a_runtime_that_is_not_there_is_refused, tc)
{
	start_python(RUNTIME_MEASURED);
	k.s.runtimes.n = 1;
	refused(REASON_RUNTIME, true, "there is no runtime \"python\"");
	ATF_CHECK(!d.measure);
}

ATF_TC_WITHOUT_HEAD(what_the_manifest_asks_for_is_granted);
ATF_TC_BODY(what_the_manifest_asks_for_is_granted, tc)
{
	static const char text[] = KIT_MANIFEST "class: batch\nprofile: eu\n"
	    "capabilities: [exec-memory]\n";

	start("bob", "alice");
	kit_set_manifest(&k, "bob", "alice", text, strlen(text));
	ATF_REQUIRE_EQ(judge(KIT_NOW), 0);
	ATF_CHECK_STREQ(d.grant.class, "batch");
	ATF_CHECK_STREQ(d.grant.profile, "eu");
	ATF_CHECK(grant_has(&d.grant, CAPABILITY_EXEC_MEMORY));
	ATF_CHECK(!grant_has(&d.grant, CAPABILITY_SHARED_MEMORY));
	grant_free(&d.grant);
	authority_close(&a);
}

ATF_TC_WITHOUT_HEAD(a_wrong_type_is_refused);
ATF_TC_BODY(a_wrong_type_is_refused, tc)
{
	manifest_refused("version: 1\nname: a\nargv: run\n",
	    "manifest.yaml:3:7: `argv' takes a list");
}

ATF_TC_WITHOUT_HEAD(oversized_parts_are_refused_unread);
ATF_TC_BODY(oversized_parts_are_refused_unread, tc)
{
	start("alice", "alice");
	k.s.manifest = (struct bytes){ k.manifest, MANIFEST_MAX + 1 };
	refused(REASON_TOO_LARGE, false, "at most 65536");
}

ATF_TC_WITHOUT_HEAD(nothing_is_parsed_before_its_signature_holds);
ATF_TC_BODY(nothing_is_parsed_before_its_signature_holds, tc)
{
	static const char garbage[] = "&a [*a, !x {";

	start("mallory", "mallory");
	kit_set_manifest(&k, "alice", "mallory", garbage, strlen(garbage));
	refused(REASON_UNKNOWN_SIGNER, true, "the manifest is signed by");
	start("mallory", "mallory");
	memset(k.command, 'x', 40);
	k.s.command.len = 40;
	k.s.command_sig.len = kit_sign("mallory", NAMESPACE_COMMAND,
	    k.command, 40, k.command_sig);
	refused(REASON_UNKNOWN_SIGNER, false, "the command is signed by");
}

ATF_TC_WITHOUT_HEAD(a_refusal_leaves_the_nonce_for_the_next_try);
ATF_TC_BODY(a_refusal_leaves_the_nonce_for_the_next_try, tc)
{
	start("alice", "alice");
	k.s.manifest_sig.len = kit_sign("mallory", NAMESPACE_MANIFEST,
	    k.manifest, k.s.manifest.len, k.manifest_sig);
	ATF_CHECK_EQ(judge(KIT_NOW), REASON_UNKNOWN_SIGNER);
	k.s.manifest_sig.len = kit_sign("alice", NAMESPACE_MANIFEST,
	    k.manifest, k.s.manifest.len, k.manifest_sig);
	ATF_CHECK_EQ(judge(KIT_NOW), 0);
	grant_free(&d.grant);
	authority_close(&a);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, a_good_submission_is_granted);
	ATF_TP_ADD_TC(tp, a_command_is_granted_once);
	ATF_TP_ADD_TC(tp, an_unknown_signer_is_refused_by_fingerprint);
	ATF_TP_ADD_TC(tp, an_unknown_author_is_refused);
	ATF_TP_ADD_TC(tp, a_signature_for_another_namespace_is_refused);
	ATF_TP_ADD_TC(tp, a_manifest_signed_as_a_command_is_refused);
	ATF_TP_ADD_TC(tp, a_key_may_sign_only_for_its_namespaces);
	ATF_TP_ADD_TC(tp, an_expired_key_is_refused);
	ATF_TP_ADD_TC(tp, an_expired_author_is_refused);
	ATF_TP_ADD_TC(tp, a_key_that_is_not_yet_valid_is_refused);
	ATF_TP_ADD_TC(tp, a_changed_command_byte_is_refused);
	ATF_TP_ADD_TC(tp, a_changed_manifest_byte_is_refused);
	ATF_TP_ADD_TC(tp, a_manifest_changed_before_the_command_is_refused);
	ATF_TP_ADD_TC(tp, a_damaged_signature_is_refused);
	ATF_TP_ADD_TC(tp, no_signature_is_refused);
	ATF_TP_ADD_TC(tp, a_command_for_another_appliance_is_refused);
	ATF_TP_ADD_TC(tp, a_command_that_ended_is_refused);
	ATF_TP_ADD_TC(tp, a_command_from_the_future_is_refused);
	ATF_TP_ADD_TC(tp, a_command_without_end_is_refused);
	ATF_TP_ADD_TC(tp, a_malformed_command_is_refused);
	ATF_TP_ADD_TC(tp, what_no_rule_permits_is_refused);
	ATF_TP_ADD_TC(tp, what_a_rule_forbids_is_refused);
	ATF_TP_ADD_TC(tp, each_thing_in_the_manifest_needs_a_rule);
	ATF_TP_ADD_TC(tp, the_rules_know_author_and_time);
	ATF_TP_ADD_TC(tp, an_order_to_explain_grants_nothing);
	ATF_TP_ADD_TC(tp, an_order_to_explain_tells_why_not);
	ATF_TP_ADD_TC(tp, an_order_to_explain_tells_of_secrets_too);
	ATF_TP_ADD_TC(tp, a_bad_order_to_explain_is_refused);
	ATF_TP_ADD_TC(tp, what_a_rule_permits_may_be_read);
	ATF_TP_ADD_TC(tp, reading_needs_a_rule);
	ATF_TP_ADD_TC(tp, a_jobs_owners_count);
	ATF_TP_ADD_TC(tp, an_unknown_job_has_no_output);
	ATF_TP_ADD_TC(tp, an_order_to_run_is_no_reading);
	ATF_TP_ADD_TC(tp, bad_rules_are_no_start);
	ATF_TP_ADD_TC(tp, an_order_to_read_is_no_job);
	ATF_TP_ADD_TC(tp, an_unknown_field_is_refused);
	ATF_TP_ADD_TC(tp, a_repeated_field_is_refused);
	ATF_TP_ADD_TC(tp, a_secret_that_is_not_held_is_refused);
	ATF_TP_ADD_TC(tp, a_measured_runtime_is_granted_with_its_digest);
	ATF_TP_ADD_TC(tp, an_unmeasured_runtime_is_measured_first);
	ATF_TP_ADD_TC(tp, a_runtime_that_cannot_be_measured_is_refused);
	ATF_TP_ADD_TC(tp, a_runtime_that_is_not_there_is_refused);
	ATF_TP_ADD_TC(tp, what_the_manifest_asks_for_is_granted);
	ATF_TP_ADD_TC(tp, a_wrong_type_is_refused);
	ATF_TP_ADD_TC(tp, oversized_parts_are_refused_unread);
	ATF_TP_ADD_TC(tp, nothing_is_parsed_before_its_signature_holds);
	ATF_TP_ADD_TC(tp, a_refusal_leaves_the_nonce_for_the_next_try);
	return atf_no_error();
}
