#include "keyd/test/decide.h"

#include <atf-c.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/sha256.h"
#include "lib/sshsig.h"

ATF_TC_WITHOUT_HEAD(a_good_submission_is_granted);
ATF_TC_BODY(a_good_submission_is_granted, tc)
{
	trial_start("bob", "alice");
	ATF_REQUIRE_EQ(trial_judge(KIT_NOW), 0);
	ATF_CHECK(t.d.signed_command);
	ATF_CHECK_STREQ(t.d.who.submitter, "bob");
	ATF_CHECK_STREQ(t.d.who.author, "alice");
	ATF_CHECK_STREQ(t.d.grant.manifest.name, "hello");
	ATF_CHECK_EQ(t.d.grant.manifest.nargs, 2);
	ATF_CHECK_STREQ(t.d.grant.manifest.args[1], "yes");
	ATF_CHECK_EQ(t.d.grant.bundle_len, 10240);
	ATF_CHECK_EQ(strlen(t.d.who.job), JOB_ID_LEN);
	ATF_CHECK_EQ(t.a.nonces.n, 1);
	grant_free(&t.d.grant);
	authority_close(&t.a);
}

ATF_TC_WITHOUT_HEAD(a_command_is_granted_once);
ATF_TC_BODY(a_command_is_granted_once, tc)
{
	trial_start("alice", "alice");
	ATF_REQUIRE_EQ(trial_judge(KIT_NOW), 0);
	ATF_CHECK_EQ(trial_judge(KIT_NOW), REASON_REPLAY);
	ATF_CHECK(t.d.signed_command);
	ATF_CHECK_STREQ(t.d.who.submitter, "alice");
	ATF_CHECK_MSG(strstr(t.d.why.text, t.d.who.job) != NULL &&
	    strstr(t.d.why.text, "sign a new one") != NULL, "%s",
	    t.d.why.text);
	authority_close(&t.a);
	trial_open(KIT_NOW + 1);			/* a restart */
	ATF_CHECK_EQ(trial_judge(KIT_NOW + 1), REASON_REPLAY);
	ATF_CHECK_EQ(trial_judge(KIT_NOW + 601), REASON_STALE);
	authority_close(&t.a);
	trial_open(KIT_NOW + 601);
	/* The clock was set back. */
	ATF_CHECK_EQ(trial_judge(KIT_NOW), REASON_REPLAY);
	authority_close(&t.a);
	trial_open(KIT_NOW);
	t.a.nonces.floor = t.k.fields.not_after;
	kit_submit(&t.k, t.a.vkey, "alice", "alice", KIT_NOW);
	ATF_CHECK_EQ(trial_judge(KIT_NOW), REASON_STALE);
	ATF_CHECK_MATCH("ends at 2027-01-15T08:10:00Z; .* was ahead once; "
	    "give the command a later not_after", t.d.why.text);
	grant_free(&t.d.grant);
	authority_close(&t.a);
}

/* As ssh-keygen prints it. */
static const char *
fingerprint(const char *key)
{
	static char shown[256];
	char command[128];
	FILE *f;

	snprintf(command, sizeof(command), "ssh-keygen -l -f %s.pub | "
	    "cut -d' ' -f2", key);
	f = popen(command, "r");
	ATF_REQUIRE(f != NULL && fgets(shown, sizeof(shown), f) != NULL);
	pclose(f);
	shown[strcspn(shown, "\n")] = '\0';
	ATF_REQUIRE(strncmp(shown, "SHA256:", 7) == 0);
	return shown;
}

ATF_TC_WITHOUT_HEAD(the_keys_that_signed_are_known);
ATF_TC_BODY(the_keys_that_signed_are_known, tc)
{
	trial_start("bob", "alice");
	ATF_REQUIRE_EQ(trial_judge(KIT_NOW), 0);
	ATF_CHECK_STREQ(t.d.grant.who.submitter_key, fingerprint("bob"));
	ATF_CHECK_STREQ(t.d.grant.who.author_key, fingerprint("alice"));
	kit_submit(&t.k, t.a.vkey, "bob", "mallory", KIT_NOW);
	ATF_CHECK_EQ(trial_judge(KIT_NOW), REASON_UNKNOWN_SIGNER);
	ATF_CHECK_STREQ(t.d.who.submitter_key, fingerprint("bob"));
	ATF_CHECK_STREQ(t.d.who.author_key, "");
	kit_submit(&t.k, t.a.vkey, "mallory", "alice", KIT_NOW);
	ATF_CHECK_EQ(trial_judge(KIT_NOW), REASON_UNKNOWN_SIGNER);
	ATF_CHECK_STREQ(t.d.who.submitter_key, "");
	grant_free(&t.d.grant);
	authority_close(&t.a);
}

ATF_TC_WITHOUT_HEAD(an_unknown_signer_is_refused_by_fingerprint);
ATF_TC_BODY(an_unknown_signer_is_refused_by_fingerprint, tc)
{
	trial_start("mallory", "alice");
	trial_refused(REASON_UNKNOWN_SIGNER, false, fingerprint("mallory"));
}

/* Any bytes as the session, which command_put() would not put. */
static void
sign_session(const char *session, size_t len)
{
	static unsigned char text[16384];
	const size_t head = 4 + strlen(COMMAND_VERSION) + 4 + strlen("run") +
	    4 + strlen(t.a.vkey) + 4 + 16 + 8 + 8;
	struct put p;

	put_init(&p, text, sizeof(text));
	strcpy(t.k.fields.session, "s");
	kit_sign_command(&t.k, "bob");
	put_raw(&p, t.k.command, head);
	put_string(&p, session, len);
	put_raw(&p, t.k.command + head + 5, t.k.s.command.len - head - 5);
	ATF_REQUIRE_EQ(p.err, 0);
	t.k.s.command = (struct bytes){ text, p.len };
	t.k.s.command_sig.len = kit_sign("bob", NAMESPACE_COMMAND, text, p.len,
	    t.k.command_sig);
}

static const struct {
	const char	*text;
	size_t		 len;
	const char	*words;
} bad_sessions[] = {
	{ "", 0, "the command's session is empty" },
	{ "a\x1b[2J", 5, "has a control character at byte 2" },
	{ "ab\0c", 4, "has a control character at byte 3" },
	{ "caf\xe9", 4, "has bytes that are not UTF-8 at byte 4" },
};

/* What of a refused job is known, after the manifest's signature and before. */
ATF_TC_WITHOUT_HEAD(a_refusal_has_what_was_verified);
ATF_TC_BODY(a_refusal_has_what_was_verified, tc)
{
	static const char bad[] = "version: 1\nname: leaked\nargv: 7\n";

	trial_start("bob", "alice");
	kit_rules("");
	authority_close(&t.a);
	trial_open(KIT_NOW);
	ATF_CHECK_EQ(trial_judge(KIT_NOW), REASON_POLICY);
	ATF_CHECK_STREQ(t.d.grant.who.submitter, "bob");
	ATF_CHECK_STREQ(t.d.grant.who.author, "alice");
	ATF_CHECK_STREQ(t.d.grant.manifest.name, "hello");
	ATF_CHECK_EQ(t.d.grant.bundle_sha256[0], 0xb0);
	kit_set_manifest(&t.k, "bob", "alice", bad, strlen(bad));
	ATF_CHECK_EQ(trial_judge(KIT_NOW), REASON_MANIFEST);
	ATF_CHECK_STREQ(t.d.grant.who.author, "alice");
	ATF_CHECK_STREQ(t.d.grant.manifest.name, "");
	ATF_CHECK_EQ(t.d.grant.bundle_sha256[0], 0xb0);
	kit_set_manifest(&t.k, "bob", "mallory", KIT_MANIFEST,
	    strlen(KIT_MANIFEST));
	ATF_CHECK_EQ(trial_judge(KIT_NOW), REASON_UNKNOWN_SIGNER);
	ATF_CHECK_STREQ(t.d.grant.who.submitter, "bob");
	ATF_CHECK_STREQ(t.d.grant.who.author, "");
	ATF_CHECK_STREQ(t.d.grant.manifest.name, "");
	grant_free(&t.d.grant);
	authority_close(&t.a);
}

ATF_TC_WITHOUT_HEAD(a_session_is_kept);
ATF_TC_BODY(a_session_is_kept, tc)
{
	trial_start("bob", "alice");
	sign_session("ticket 7", 8);
	ATF_REQUIRE_EQ(trial_judge(KIT_NOW), 0);
	ATF_CHECK_STREQ(t.d.grant.who.session, "ticket 7");
	ATF_CHECK_EQ(trial_judge(KIT_NOW), REASON_REPLAY);
	ATF_CHECK_STREQ(t.d.who.session, "ticket 7");
	grant_free(&t.d.grant);
	authority_close(&t.a);
}

ATF_TC_WITHOUT_HEAD(a_bad_session_is_refused);
ATF_TC_BODY(a_bad_session_is_refused, tc)
{
	for (size_t i = 0; i < sizeof(bad_sessions) / sizeof(bad_sessions[0]);
	    i++) {
		trial_start("bob", "alice");
		sign_session(bad_sessions[i].text, bad_sessions[i].len);
		trial_refused(REASON_COMMAND, true, bad_sessions[i].words);
		ATF_CHECK_STREQ(t.d.who.session, "");
	}
}

ATF_TC_WITHOUT_HEAD(a_long_session_is_refused);
ATF_TC_BODY(a_long_session_is_refused, tc)
{
	static char text[10240];

	memset(text, 's', sizeof(text));
	trial_start("bob", "alice");
	sign_session(text, WHO_SESSION_MAX + 1);
	trial_refused(REASON_COMMAND, true, "the command's session has 257 "
	    "bytes; at most 256 are kept: shorten it");
	trial_start("bob", "alice");
	sign_session(text, sizeof(text));
	trial_refused(REASON_TOO_LARGE, false, "bytes; at most 1024 are read");
}

ATF_TC_WITHOUT_HEAD(an_unknown_author_is_refused);
ATF_TC_BODY(an_unknown_author_is_refused, tc)
{
	trial_start("alice", "mallory");
	trial_refused(REASON_UNKNOWN_SIGNER, true, "allowed_signers");
	ATF_CHECK_STREQ(t.d.who.author, "");
}

ATF_TC_WITHOUT_HEAD(a_signature_for_another_namespace_is_refused);
ATF_TC_BODY(a_signature_for_another_namespace_is_refused, tc)
{
	trial_start("alice", "alice");
	t.k.s.command_sig.len = kit_sign("alice", NAMESPACE_MANIFEST,
	    t.k.command,
	    t.k.s.command.len, t.k.command_sig);
	trial_refused(REASON_NAMESPACE, false, "-n casemate-command");
}

ATF_TC_WITHOUT_HEAD(a_manifest_signed_as_a_command_is_refused);
ATF_TC_BODY(a_manifest_signed_as_a_command_is_refused, tc)
{
	trial_start("alice", "alice");
	t.k.s.manifest_sig.len = kit_sign("alice", NAMESPACE_COMMAND,
	    t.k.manifest, t.k.s.manifest.len, t.k.manifest_sig);
	trial_refused(REASON_NAMESPACE, true, "-n casemate-manifest");
}

ATF_TC_WITHOUT_HEAD(a_key_may_sign_only_for_its_namespaces);
ATF_TC_BODY(a_key_may_sign_only_for_its_namespaces, tc)
{
	trial_start("carol", "carol");
	trial_refused(REASON_NAMESPACE, false,
	    "carol (allowed_signers line 3)");
}

ATF_TC_WITHOUT_HEAD(an_expired_key_is_refused);
ATF_TC_BODY(an_expired_key_is_refused, tc)
{
	trial_start("dave", "alice");
	trial_refused(REASON_KEY_EXPIRED, false, "until 2026-01-01T00:00:00Z");
}

ATF_TC_WITHOUT_HEAD(an_expired_author_is_refused);
ATF_TC_BODY(an_expired_author_is_refused, tc)
{
	trial_start("alice", "dave");
	trial_refused(REASON_KEY_EXPIRED, true, "dave");
}

ATF_TC_WITHOUT_HEAD(a_key_that_is_not_yet_valid_is_refused);
ATF_TC_BODY(a_key_that_is_not_yet_valid_is_refused, tc)
{
	trial_start("erin", "alice");
	trial_refused(REASON_KEY_NOT_YET_VALID, false, "after 2030-01-01");
}

ATF_TC_WITHOUT_HEAD(a_changed_command_byte_is_refused);
ATF_TC_BODY(a_changed_command_byte_is_refused, tc)
{
	trial_start("alice", "alice");
	trial_change(t.k.s.command, t.k.command);
	trial_refused(REASON_SIGNATURE, false, "changed after signing");
}

ATF_TC_WITHOUT_HEAD(a_changed_manifest_byte_is_refused);
ATF_TC_BODY(a_changed_manifest_byte_is_refused, tc)
{
	trial_start("alice", "alice");
	trial_change(t.k.s.manifest, t.k.manifest);
	trial_refused(REASON_MANIFEST, true, "sign a new command");
}

ATF_TC_WITHOUT_HEAD(a_manifest_changed_before_the_command_is_refused);
ATF_TC_BODY(a_manifest_changed_before_the_command_is_refused, tc)
{
	trial_start("alice", "bob");
	trial_change(t.k.s.manifest, t.k.manifest);
	sha256(t.k.manifest, t.k.s.manifest.len, t.k.fields.manifest_sha256);
	kit_sign_command(&t.k, "alice");
	trial_refused(REASON_SIGNATURE, true, "does not match the manifest");
}

ATF_TC_WITHOUT_HEAD(a_damaged_signature_is_refused);
ATF_TC_BODY(a_damaged_signature_is_refused, tc)
{
	trial_start("alice", "alice");
	t.k.command_sig[t.k.s.command_sig.len / 2] = '\n';
	trial_refused(REASON_SIGNATURE, false, "sign again");
}

ATF_TC_WITHOUT_HEAD(no_signature_is_refused);
ATF_TC_BODY(no_signature_is_refused, tc)
{
	trial_start("alice", "alice");
	t.k.s.command_sig.len = 0;
	trial_refused(REASON_SIGNATURE, false, "there is no signature");
}

ATF_TC_WITHOUT_HEAD(a_command_for_another_appliance_is_refused);
ATF_TC_BODY(a_command_for_another_appliance_is_refused, tc)
{
	trial_start("alice", "alice");
	strcpy(t.k.fields.appliance, "casemate/other+01234567+AQID");
	kit_sign_command(&t.k, "alice");
	trial_refused(REASON_APPLIANCE, true,
	    "appliance casemate/other+01234567, ");
	trial_start("alice", "alice");
	strcpy(t.k.fields.appliance, "x");
	kit_sign_command(&t.k, "alice");
	trial_refused(REASON_APPLIANCE, true,
	    "appliance x, and this is casemate/");
}

ATF_TC_WITHOUT_HEAD(a_command_that_ended_is_refused);
ATF_TC_BODY(a_command_that_ended_is_refused, tc)
{
	trial_start("alice", "alice");
	t.k.fields.issued_at = KIT_NOW - 700;
	t.k.fields.not_after = KIT_NOW - 1;
	kit_sign_command(&t.k, "alice");
	trial_refused(REASON_STALE, true,
	    "1 s before the appliance's clock (2027-");
}

ATF_TC_WITHOUT_HEAD(a_command_from_the_future_is_refused);
ATF_TC_BODY(a_command_from_the_future_is_refused, tc)
{
	trial_start("alice", "alice");
	t.k.fields.issued_at = KIT_NOW + 301;
	kit_sign_command(&t.k, "alice");
	trial_refused(REASON_STALE, true, "set the clocks");
}

ATF_TC_WITHOUT_HEAD(a_command_without_end_is_refused);
ATF_TC_BODY(a_command_without_end_is_refused, tc)
{
	trial_start("alice", "alice");
	t.k.fields.not_after = UINT64_MAX;
	kit_sign_command(&t.k, "alice");
	trial_refused(REASON_STALE, true, "at most 24 hours");
}

ATF_TC_WITHOUT_HEAD(a_malformed_command_is_refused);
ATF_TC_BODY(a_malformed_command_is_refused, tc)
{
	trial_start("alice", "alice");
	t.k.s.command.len--;
	t.k.s.command_sig.len = kit_sign("alice", NAMESPACE_COMMAND,
	    t.k.command,
	    t.k.s.command.len, t.k.command_sig);
	trial_refused(REASON_COMMAND, true, "malformed");
}

static void
manifest_refused(const char *text, const char *words)
{
	trial_start("alice", "alice");
	kit_set_manifest(&t.k, "alice", "alice", text, strlen(text));
	trial_refused(REASON_MANIFEST, true, words);
}

ATF_TC_WITHOUT_HEAD(an_unknown_field_is_refused);
ATF_TC_BODY(an_unknown_field_is_refused, tc)
{
	manifest_refused(KIT_MANIFEST "colour: red\n",
	    "manifest.yaml:4:1: unknown field; the fields here");
	manifest_refused(KIT_MANIFEST "memory_mib: 64\n", "manifest.yaml:4:1: "
	    "unknown field; it is a field of `limits'; move it there; ");
}

ATF_TC_WITHOUT_HEAD(a_repeated_field_is_refused);
ATF_TC_BODY(a_repeated_field_is_refused, tc)
{
	manifest_refused(KIT_MANIFEST "name: again\n",
	    "manifest.yaml:4:1: key is in this");
}

ATF_TC_WITHOUT_HEAD(a_secret_that_is_not_held_is_refused);
ATF_TC_BODY(a_secret_that_is_not_held_is_refused, tc)
{
	static const char text[] = KIT_MANIFEST "secrets: [db, token]\n";

	trial_start("bob", "alice");
	kit_set_manifest(&t.k, "bob", "alice", text, strlen(text));
	trial_refused(REASON_SECRET, true,
	    "no secret of the name in the manifest's secrets[0]; leave");
}

/* A submission for `python', and what the runner knows of it. */
static void
start_python(enum runtime_state state)
{
	static const char text[] = KIT_MANIFEST "runtime: python\n";
	struct runtimes *r = &t.k.runtimes;

	trial_start("bob", "alice");
	kit_set_manifest(&t.k, "bob", "alice", text, strlen(text));
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
	ATF_REQUIRE_EQ(trial_judge(KIT_NOW), 0);
	ATF_CHECK_STREQ(t.d.grant.manifest.runtime, "python");
	ATF_CHECK(!t.d.measure);
	for (size_t i = 0; i < DIGEST_LEN; i++)
		ATF_CHECK_EQ(t.d.grant.runtime_sha256[i], 0x5a);
	grant_free(&t.d.grant);
	authority_close(&t.a);
}

ATF_TC_WITHOUT_HEAD(an_unmeasured_runtime_is_measured_first);
ATF_TC_BODY(an_unmeasured_runtime_is_measured_first, tc)
{
	start_python(RUNTIME_UNMEASURED);
	trial_refused(REASON_RUNTIME, true, "not measured yet");
	ATF_CHECK(t.d.measure);
}

ATF_TC_WITHOUT_HEAD(a_runtime_that_cannot_be_measured_is_refused);
ATF_TC_BODY(a_runtime_that_cannot_be_measured_is_refused, tc)
{
	start_python(RUNTIME_UNREADABLE);
	trial_refused(REASON_RUNTIME, true, "\"python\" could not be measured");
	ATF_CHECK(!t.d.measure);
}

ATF_TC_WITHOUT_HEAD(a_runtime_that_is_not_there_is_refused);
ATF_TC_BODY(a_runtime_that_is_not_there_is_refused, tc)
{
	start_python(RUNTIME_MEASURED);
	t.k.runtimes.n = 1;
	trial_refused(REASON_RUNTIME, true, "which has perl; name");
	ATF_CHECK(!t.d.measure);
	start_python(RUNTIME_MEASURED);
	t.k.runtimes.n = 0;
	trial_refused(REASON_RUNTIME, true, "which has none; have it attached");
}

ATF_TC_WITHOUT_HEAD(what_the_manifest_asks_for_is_granted);
ATF_TC_BODY(what_the_manifest_asks_for_is_granted, tc)
{
	static const char text[] = KIT_MANIFEST "class: batch\nprofile: eu\n"
	    "capabilities: [exec-memory]\n";

	trial_start("bob", "alice");
	kit_set_manifest(&t.k, "bob", "alice", text, strlen(text));
	ATF_REQUIRE_EQ(trial_judge(KIT_NOW), 0);
	ATF_CHECK_STREQ(t.d.grant.manifest.class, "batch");
	ATF_CHECK_STREQ(t.d.grant.manifest.profile, "eu");
	ATF_CHECK(capability_has(t.d.grant.manifest.capabilities,
	    CAPABILITY_EXEC_MEMORY));
	ATF_CHECK(!capability_has(t.d.grant.manifest.capabilities,
	    CAPABILITY_SHARED_MEMORY));
	grant_free(&t.d.grant);
	authority_close(&t.a);
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
	trial_start("alice", "alice");
	t.k.s.manifest = (struct bytes){ t.k.manifest, MANIFEST_MAX + 1 };
	trial_refused(REASON_TOO_LARGE, false, "at most 65536");
}

ATF_TC_WITHOUT_HEAD(nothing_is_parsed_before_its_signature_holds);
ATF_TC_BODY(nothing_is_parsed_before_its_signature_holds, tc)
{
	static const char garbage[] = "&t.a [*a, !x {";

	trial_start("mallory", "mallory");
	kit_set_manifest(&t.k, "alice", "mallory", garbage, strlen(garbage));
	trial_refused(REASON_UNKNOWN_SIGNER, true, "the manifest is signed by");
	trial_start("mallory", "mallory");
	memset(t.k.command, 'x', 40);
	t.k.s.command.len = 40;
	t.k.s.command_sig.len = kit_sign("mallory", NAMESPACE_COMMAND,
	    t.k.command, 40, t.k.command_sig);
	trial_refused(REASON_UNKNOWN_SIGNER, false, "the command is signed by");
}

ATF_TC_WITHOUT_HEAD(a_refusal_leaves_the_nonce_for_the_next_try);
ATF_TC_BODY(a_refusal_leaves_the_nonce_for_the_next_try, tc)
{
	trial_start("alice", "alice");
	t.k.s.manifest_sig.len = kit_sign("mallory", NAMESPACE_MANIFEST,
	    t.k.manifest, t.k.s.manifest.len, t.k.manifest_sig);
	ATF_CHECK_EQ(trial_judge(KIT_NOW), REASON_UNKNOWN_SIGNER);
	t.k.s.manifest_sig.len = kit_sign("alice", NAMESPACE_MANIFEST,
	    t.k.manifest, t.k.s.manifest.len, t.k.manifest_sig);
	ATF_CHECK_EQ(trial_judge(KIT_NOW), 0);
	grant_free(&t.d.grant);
	authority_close(&t.a);
}

/* What fills the ledger must cost its signer a nonce. */
ATF_TC_WITHOUT_HEAD(over_the_share_nothing_is_recorded_and_nothing_used_up);
ATF_TC_BODY(over_the_share_nothing_is_recorded_and_nothing_used_up, tc)
{
	trial_start("alice", "alice");
	t.a.nonces.owners.limit = 1;
	ATF_CHECK_EQ(trial_judge(KIT_NOW), 0);
	kit_submit(&t.k, t.a.vkey, "alice", "alice", KIT_NOW);
	ATF_CHECK_EQ(trial_judge(KIT_NOW + 10), REASON_BUSY);
	ATF_CHECK(!t.d.signed_command);
	ATF_CHECK_MATCH("alice has the most .*nonces_percent.* the first of "
	    "these 1 ends in 590 s", t.d.why.text);
	ATF_CHECK_EQ(t.a.nonces.n, 1);
	kit_submit(&t.k, t.a.vkey, "bob", "alice", KIT_NOW);
	ATF_CHECK_EQ(trial_judge(KIT_NOW + 10), 0);
	kit_submit(&t.k, t.a.vkey, "alice", "alice", KIT_NOW + 60);
	ATF_CHECK_EQ(trial_judge(KIT_NOW + 60), REASON_BUSY);
	ATF_CHECK_EQ(trial_judge(KIT_NOW + 601), 0);	/* the same command */
	grant_free(&t.d.grant);
	authority_close(&t.a);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, a_good_submission_is_granted);
	ATF_TP_ADD_TC(tp, a_command_is_granted_once);
	ATF_TP_ADD_TC(tp, the_keys_that_signed_are_known);
	ATF_TP_ADD_TC(tp, an_unknown_signer_is_refused_by_fingerprint);
	ATF_TP_ADD_TC(tp, a_refusal_has_what_was_verified);
	ATF_TP_ADD_TC(tp, a_session_is_kept);
	ATF_TP_ADD_TC(tp, a_bad_session_is_refused);
	ATF_TP_ADD_TC(tp, a_long_session_is_refused);
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
	ATF_TP_ADD_TC(tp,
	    over_the_share_nothing_is_recorded_and_nothing_used_up);
	return atf_no_error();
}
