/* What one signer may have at a time, as keyd decides it. */
#include "keyd/test/decide.h"

#include <atf-c.h>

#include <string.h>

#include "lib/sshsig.h"

static const struct kept_jobs no_jobs;
static struct query_submission o;

/* Alice has so much left of a share. */
static void
leave(enum share share, uint64_t left)
{
	t.k.left.n = 0;
	*share_left_entry(&t.k.left, share, "alice", left) = left;
}

/* Orders something and decides it. */
static void
order(enum verb verb)
{
	t.k.fields.verb = verb;
	t.k.fields.count = 1;
	kit_sign_command(&t.k, "alice");
	o.command = t.k.s.command;
	o.command_sig = t.k.s.command_sig;
	o.left = &t.k.left;
	o.jobs = &no_jobs;
	grant_free(&t.d.grant);
	decide_query(&t.a, &o, KIT_NOW, &t.d);
}

/* Neither a leaf nor a nonce: it may be sent again, and is good then. */
static void
check_refused(const char *words)
{
	ATF_CHECK_EQ(t.d.reason, REASON_BUSY);
	ATF_CHECK(!t.d.signed_command);
	ATF_CHECK(!t.d.explained);
	ATF_CHECK_STREQ(t.d.who.submitter, "alice");
	ATF_CHECK_MSG(strstr(t.d.why.text, words) != NULL, "%s", t.d.why.text);
	ATF_CHECK_EQ(t.a.nonces.n, 0);
}

static void
end(void)
{
	grant_free(&t.d.grant);
	authority_close(&t.a);
}

ATF_TC_WITHOUT_HEAD(a_job_past_the_share_is_refused_and_good_later);
ATF_TC_BODY(a_job_past_the_share_is_refused_and_good_later, tc)
{
	trial_start("alice", "bob");
	leave(SHARE_JOBS, 0);
	trial_judge(KIT_NOW);
	check_refused("alice has the most that one signer may have here: 7 "
	    "of 8 slots for jobs (`jobs'");
	leave(SHARE_JOBS, 1);			/* the last one */
	ATF_CHECK_EQ(trial_judge(KIT_NOW), 0);
	end();
}

ATF_TC_WITHOUT_HEAD(one_signers_share_is_not_anothers);
ATF_TC_BODY(one_signers_share_is_not_anothers, tc)
{
	trial_start("bob", "alice");		/* alice is only the author */
	leave(SHARE_JOBS, 0);
	ATF_CHECK_EQ(trial_judge(KIT_NOW), 0);
	end();
}

ATF_TC_WITHOUT_HEAD(a_bundle_past_the_share_is_refused);
ATF_TC_BODY(a_bundle_past_the_share_is_refused, tc)
{
	trial_start("alice", "bob");
	leave(SHARE_BUNDLES, 10239);
	trial_judge(KIT_NOW);
	check_refused("75% of the room for bundles (`bundle_percent'");
	leave(SHARE_BUNDLES, 10240);
	ATF_CHECK_EQ(trial_judge(KIT_NOW), 0);
	end();
}

ATF_TC_WITHOUT_HEAD(an_order_past_the_share_is_refused);
ATF_TC_BODY(an_order_past_the_share_is_refused, tc)
{
	trial_start("alice", "alice");
	kit_rules("permit(principal in Role::\"all\", action == "
	    "Action::\"status\", resource);\n");
	authority_close(&t.a);
	trial_open(KIT_NOW);
	leave(SHARE_READS, 0);
	order(VERB_STATUS);
	check_refused("6 of 8 places to read (`reads'");
	leave(SHARE_JOBS, 0);			/* that is for jobs only */
	order(VERB_STATUS);
	ATF_CHECK_EQ(t.d.reason, 0);
	end();
}

ATF_TC_WITHOUT_HEAD(what_would_be_a_leaf_past_the_share_is_refused_at_once);
ATF_TC_BODY(what_would_be_a_leaf_past_the_share_is_refused_at_once, tc)
{
	trial_start("alice", "bob");
	leave(SHARE_LEDGER, 0);
	trial_judge(KIT_NOW);
	check_refused("50% of the ledger's room (`ledger_percent'");
	trial_judge(KIT_NOW + 1000);		/* ended: no leaf of it */
	check_refused("`ledger_percent'");
	order(VERB_LEDGER);
	check_refused("`ledger_percent'");
	memcpy(t.k.command, "x", 1);		/* malformed, though signed */
	t.k.s.command_sig.len = kit_sign("alice", NAMESPACE_COMMAND,
	    t.k.command, t.k.s.command.len, t.k.command_sig);
	trial_judge(KIT_NOW);
	check_refused("`ledger_percent'");
	end();
}

/* A refusal that is recorded holds a slot or a place until it is on disk. */
ATF_TC_WITHOUT_HEAD(what_is_refused_as_ended_takes_of_the_share);
ATF_TC_BODY(what_is_refused_as_ended_takes_of_the_share, tc)
{
	static const enum verb verbs[] = { VERB_RUN, VERB_EXPLAIN };

	trial_start("alice", "bob");
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		t.k.fields.verb = verbs[i];
		kit_sign_command(&t.k, "alice");
		leave(SHARE_JOBS, 0);
		trial_judge(KIT_NOW + 1000);
		check_refused("7 of 8 slots for jobs (`jobs'");
		leave(SHARE_JOBS, 1);
		ATF_CHECK_EQ(trial_judge(KIT_NOW + 1000), REASON_STALE);
		ATF_CHECK(t.d.signed_command);
	}
	leave(SHARE_READS, 0);
	order(VERB_RUN);			/* not an order to read */
	check_refused("6 of 8 places to read (`reads'");
	leave(SHARE_READS, 1);
	order(VERB_RUN);
	ATF_CHECK_EQ(t.d.reason, REASON_COMMAND);
	end();
}

ATF_TC_WITHOUT_HEAD(what_waits_for_a_measurement_takes_of_the_share);
ATF_TC_BODY(what_waits_for_a_measurement_takes_of_the_share, tc)
{
	static const char text[] = KIT_MANIFEST "runtime: python\n";
	struct runtimes *r = &t.k.runtimes;

	trial_start("alice", "bob");
	r->n = 1;
	strcpy(r->list[0].name, "python");
	r->list[0].state = RUNTIME_UNMEASURED;
	t.k.fields.verb = VERB_EXPLAIN;
	kit_set_manifest(&t.k, "alice", "bob", text, strlen(text));
	kit_sign_command(&t.k, "alice");
	leave(SHARE_JOBS, 0);
	trial_judge(KIT_NOW);
	check_refused("7 of 8 slots for jobs (`jobs'");
	ATF_CHECK(!t.d.measure);
	leave(SHARE_JOBS, 1);
	trial_judge(KIT_NOW);
	ATF_CHECK(t.d.measure);
	end();
}

ATF_TC_WITHOUT_HEAD(keyds_time_past_the_share_is_refused_whatever_it_is);
ATF_TC_BODY(keyds_time_past_the_share_is_refused_whatever_it_is, tc)
{
	trial_start("alice", "bob");
	leave(SHARE_KEYD, 0);
	trial_judge(KIT_NOW);
	check_refused("50% of keyd's time (`keyd_percent'");
	order(VERB_STATUS);
	check_refused("`keyd_percent'");
	t.k.fields.verb = VERB_EXPLAIN;
	kit_sign_command(&t.k, "alice");
	trial_judge(KIT_NOW);
	check_refused("`keyd_percent'");
	end();
}

ATF_TC_WITHOUT_HEAD(to_have_it_explained_takes_no_job);
ATF_TC_BODY(to_have_it_explained_takes_no_job, tc)
{
	trial_start("alice", "bob");
	leave(SHARE_JOBS, 0);
	t.k.fields.verb = VERB_EXPLAIN;
	kit_sign_command(&t.k, "alice");
	ATF_CHECK_EQ(trial_judge(KIT_NOW), 0);
	ATF_CHECK(t.d.explained);
	end();
}

ATF_TC_WITHOUT_HEAD(the_sites_setting_is_named_with_its_number);
ATF_TC_BODY(the_sites_setting_is_named_with_its_number, tc)
{
	static const char text[] = "version: 1\nshares: {jobs: 2}\n";

	trial_start("alice", "bob");
	authority_close(&t.a);
	kit_write("site/settings.yaml", text, strlen(text));
	trial_open(KIT_NOW);
	leave(SHARE_JOBS, 0);
	trial_judge(KIT_NOW);
	check_refused("2 of 8 slots for jobs (`jobs' under `shares' in settings");
	end();
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, a_job_past_the_share_is_refused_and_good_later);
	ATF_TP_ADD_TC(tp, one_signers_share_is_not_anothers);
	ATF_TP_ADD_TC(tp, a_bundle_past_the_share_is_refused);
	ATF_TP_ADD_TC(tp, an_order_past_the_share_is_refused);
	ATF_TP_ADD_TC(tp,
	    what_would_be_a_leaf_past_the_share_is_refused_at_once);
	ATF_TP_ADD_TC(tp, what_is_refused_as_ended_takes_of_the_share);
	ATF_TP_ADD_TC(tp, what_waits_for_a_measurement_takes_of_the_share);
	ATF_TP_ADD_TC(tp,
	    keyds_time_past_the_share_is_refused_whatever_it_is);
	ATF_TP_ADD_TC(tp, to_have_it_explained_takes_no_job);
	ATF_TP_ADD_TC(tp, the_sites_setting_is_named_with_its_number);
	return atf_no_error();
}
