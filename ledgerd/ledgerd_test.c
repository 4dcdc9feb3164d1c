/* The real ledgerd, system call list and all, over real pipes. */
#include <sys/stat.h>

#include <atf-c.h>

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ledgerd/test/peers.h"
#include "lib/log.h"
#include "lib/receipt.h"

static struct ledgerd_play p;
static struct answer a;

static void
setup(void)
{
	ATF_REQUIRE_EQ(0, mkdir("ledger", 0700));
	play_init(&p);
}

/* Size of the tree, from ledgerd itself. */
static uint64_t
tree_size(void)
{
	play_info(&p);
	play_until_answer(&p, &a);
	ATF_REQUIRE_EQ(MSG_LEDGER_INFO_IS, a.type);
	return a.index;
}

ATF_TC_WITHOUT_HEAD(is_ready_only_after_keyds_first_checkpoint);
ATF_TC_BODY(is_ready_only_after_keyds_first_checkpoint, tc)
{
	static const char *const args[] = { "-m", "kept", "-b", "b", NULL };
	struct pollfd pfd;

	setup();
	p.mood = KEYD_SILENT;
	play_start(&p, "ledger", args);
	play_until_owed(&p);
	ATF_CHECK_EQ(0, p.owed_size);
	pfd = (struct pollfd){ .fd = p.notify, .events = POLLIN };
	ATF_CHECK_EQ(0, poll(&pfd, 1, 0));
	play_keyd_go(&p);
	play_until_ready(&p);
	ATF_CHECK_EQ(1, tree_size());
	play_kill(&p);
}

ATF_TC_WITHOUT_HEAD(records_its_start_once_in_each_boot);
ATF_TC_BODY(records_its_start_once_in_each_boot, tc)
{
	static const char *const boot2[] = { "-m", "kept", "-b", "boot-2",
	    NULL };

	setup();
	for (int i = 0; i < 3; i++) {
		play_start_ready(&p, "ledger");
		ATF_CHECK_EQ(1, tree_size());
		play_kill(&p);
		p.runner_there = false;
	}
	play_start(&p, "ledger", boot2);
	play_until_ready(&p);
	ATF_CHECK_EQ(2, tree_size());
	play_kill(&p);
}

ATF_TC_WITHOUT_HEAD(a_receipt_verifies_with_the_appliances_key);
ATF_TC_BODY(a_receipt_verifies_with_the_appliances_key, tc)
{
	static const char source[] = "\"source\":\"casemate/test\","
	    "\"type\":\"casemate.job.finished\"";
	static struct receipt r;
	unsigned char hash[TREE_HASH];
	struct checkpoint c;
	struct why why;

	setup();
	play_start_ready(&p, "ledger");
	for (uint32_t i = 1; i < 20; i++) {
		play_append(&p, i, EVENT_JOB_FINISHED, true, "0123456789");
		play_until_answer(&p, &a);
		ATF_REQUIRE_EQ(MSG_LEDGER_APPENDED, a.type);
		ATF_CHECK_EQ(i, a.seq);
		ATF_CHECK_EQ(i, a.index);
		ATF_REQUIRE_EQ_MSG(0, receipt_parse(&r, a.text, a.len, &why),
		    "%s", why.text);
		ATF_REQUIRE_EQ_MSG(0, receipt_verify(&r, &p.key, &c, &why),
		    "%s", why.text);
		ATF_CHECK_EQ(i, r.index);
		ATF_CHECK_EQ(i + 1, c.size);
		tree_hash_leaf(r.leaf, r.leaf_len, hash);
		ATF_CHECK(memcmp(hash, a.hash, sizeof(hash)) == 0);
		ATF_CHECK(memmem(r.leaf, r.leaf_len, source,
		    strlen(source)) != NULL);
	}
	play_kill(&p);
}

/* The tree has grown since: the receipt is against the last checkpoint. */
ATF_TC_WITHOUT_HEAD(any_leaf_is_read_again_with_a_receipt);
ATF_TC_BODY(any_leaf_is_read_again_with_a_receipt, tc)
{
	static struct receipt r;
	struct checkpoint c;
	struct why why;

	setup();
	play_start_ready(&p, "ledger");
	for (uint32_t i = 1; i < 12; i++) {
		play_append(&p, i, EVENT_READ_ALLOWED, i == 11, "0123456789");
		play_until_answer(&p, &a);
		ATF_REQUIRE_EQ(MSG_LEDGER_APPENDED, a.type);
	}
	for (uint64_t i = 0; i < 12; i++) {
		play_read(&p, 100, i);
		play_until_answer(&p, &a);
		ATF_REQUIRE_EQ(MSG_LEDGER_LEAF, a.type);
		ATF_CHECK_EQ(100, a.seq);
		ATF_CHECK_EQ(i, a.index);
		ATF_REQUIRE_EQ(0, receipt_parse(&r, a.text, a.len, &why));
		ATF_REQUIRE_EQ_MSG(0, receipt_verify(&r, &p.key, &c, &why),
		    "%s", why.text);
		ATF_CHECK_EQ(i, r.index);
		ATF_CHECK_EQ(12, c.size);
	}
	play_read(&p, 101, 12);
	play_until_answer(&p, &a);
	ATF_CHECK_EQ(MSG_LEDGER_FAILED, a.type);
	ATF_CHECK_EQ(101, a.seq);
	ATF_CHECK(strstr(a.text, "no such leaf") != NULL);
	play_kill(&p);
}

ATF_TC_WITHOUT_HEAD(leaf_without_a_checkpoint_is_not_read);
ATF_TC_BODY(leaf_without_a_checkpoint_is_not_read, tc)
{
	setup();
	play_start_ready(&p, "ledger");
	play_append(&p, 1, EVENT_JOB_ACCEPTED, false, "j");
	play_until_answer(&p, &a);
	play_read(&p, 2, 1);
	play_until_answer(&p, &a);
	ATF_CHECK_EQ(MSG_LEDGER_FAILED, a.type);
	p.mood = KEYD_DENIES;
	play_append(&p, 3, EVENT_JOB_FINISHED, true, "j");
	play_until_answer(&p, &a);
	play_read(&p, 4, 0);
	play_until_answer(&p, &a);
	ATF_CHECK_EQ(MSG_LEDGER_FAILED, a.type);
	ATF_CHECK(strstr(a.text, "no checkpoint") != NULL);
	play_kill(&p);
}

/* Says what there is to say, and reads nothing. */
static void
flush_until_held_back(void)
{
	struct pollfd pfd[2];

	do {
		chan_flush(&p.runner);
		chan_poll(&p.runner, pfd);
	} while (pfd[1].events != 0 && poll(&pfd[1], 1, 500) == 1);
}

/* ledgerd does not read from a peer that does not read its replies. */
ATF_TC_WITHOUT_HEAD(many_questions_at_once_are_all_answered);
ATF_TC_BODY(many_questions_at_once_are_all_answered, tc)
{
	enum { MANY = 3000 };		/* some 3 MiB of replies */

	setup();
	play_start_ready(&p, "ledger");
	play_append(&p, 1, EVENT_JOB_FINISHED, true, "j");
	play_until_answer(&p, &a);
	for (uint32_t i = 0; i < MANY; i++)
		play_read(&p, 100 + i, 1);
	flush_until_held_back();
	for (uint32_t i = 0; i < MANY; i++) {
		play_until_answer(&p, &a);
		ATF_REQUIRE_EQ(MSG_LEDGER_LEAF, a.type);
		ATF_REQUIRE_EQ(100 + i, a.seq);
	}
	play_kill(&p);
}

ATF_TC_WITHOUT_HEAD(answers_come_in_order);
ATF_TC_BODY(answers_come_in_order, tc)
{
	setup();
	play_start_ready(&p, "ledger");
	for (uint32_t i = 1; i <= 200; i++)
		play_append(&p, i, EVENT_JOB_ACCEPTED, i % 3 == 0, "j");
	for (uint32_t i = 1; i <= 200; i++) {
		play_until_answer(&p, &a);
		ATF_REQUIRE_EQ(MSG_LEDGER_APPENDED, a.type);
		ATF_REQUIRE_EQ(i, a.seq);
		ATF_REQUIRE_EQ(i, a.index);
		ATF_REQUIRE_EQ(i % 3 == 0, a.len != 0);
	}
	ATF_CHECK_EQ(201, tree_size());
	play_kill(&p);
}

ATF_TC_WITHOUT_HEAD(many_leaves_share_one_checkpoint);
ATF_TC_BODY(many_leaves_share_one_checkpoint, tc)
{
	unsigned before;

	setup();
	play_start_ready(&p, "ledger");
	p.mood = KEYD_SILENT;
	before = p.asked;
	for (uint32_t i = 1; i <= 30; i++)
		play_append(&p, i, EVENT_JOB_FINISHED, true, "j");
	while (tree_size() != 31)
		;
	play_until_owed(&p);
	ATF_CHECK_EQ(before + 1, p.asked);
	p.mood = KEYD_SIGNS;
	play_keyd_go(&p);
	for (uint32_t i = 1; i <= 30; i++) {
		play_until_answer(&p, &a);
		ATF_REQUIRE_EQ(i, a.seq);
		ATF_REQUIRE(a.len != 0);
	}
	ATF_CHECK(p.asked <= before + 2);
	play_kill(&p);
}

ATF_TC_WITHOUT_HEAD(asks_again_when_keyd_comes_back);
ATF_TC_BODY(asks_again_when_keyd_comes_back, tc)
{
	setup();
	play_start_ready(&p, "ledger");
	p.mood = KEYD_SILENT;
	play_append(&p, 7, EVENT_JOB_FINISHED, true, "j");
	play_until_owed(&p);
	p.mood = KEYD_SIGNS;
	play_new_keyd(&p);
	play_until_answer(&p, &a);
	ATF_CHECK_EQ(7, a.seq);
	ATF_CHECK(a.len != 0);
	play_kill(&p);
}

ATF_TC_WITHOUT_HEAD(a_new_runner_gets_no_answers_of_its_predecessor);
ATF_TC_BODY(a_new_runner_gets_no_answers_of_its_predecessor, tc)
{
	setup();
	play_start_ready(&p, "ledger");
	p.mood = KEYD_SILENT;
	for (uint32_t i = 1; i <= 5; i++)
		play_append(&p, i, EVENT_JOB_FINISHED, true, "j");
	while (tree_size() != 6)
		;
	play_new_runner(&p);
	while (!p.runner_there)
		ATF_REQUIRE(play_turn(&p, &a, PLAY_LIMIT_MS));
	p.mood = KEYD_SIGNS;
	if (p.owed)
		play_keyd_go(&p);
	play_append(&p, 100, EVENT_JOB_FINISHED, true, "j");
	play_until_answer(&p, &a);
	ATF_CHECK_EQ(100, a.seq);
	ATF_CHECK_EQ(6, a.index);
	play_kill(&p);
}

/* So that keyd can see that the ledger is not its key's. */
ATF_TC_WITHOUT_HEAD(says_which_ledger_it_has_before_it_asks);
ATF_TC_BODY(says_which_ledger_it_has_before_it_asks, tc)
{
	size_t len;
	struct why w;

	setup();
	play_start_ready(&p, "ledger");
	ATF_CHECK_STREQ("", p.source);
	ATF_CHECK_EQ(0, p.newest_len);
	play_kill(&p);
	play_start_ready(&p, "ledger");		/* one leaf: the first start */
	ATF_CHECK_STREQ("casemate/test", p.source);
	ATF_CHECK_EQ_MSG(0, note_verify(&p.key, p.newest, p.newest_len, 1,
	    &len, &w), "%s", w.text);
	ATF_CHECK(memmem(p.newest, len, "\n0\n", 3) != NULL);
	play_append(&p, 1, EVENT_JOB_FINISHED, true, "job");
	play_until_answer(&p, &a);
	play_new_keyd(&p);
	play_append(&p, 2, EVENT_JOB_FINISHED, true, "job");
	play_until_answer(&p, &a);
	ATF_CHECK(memmem(p.newest, p.newest_len, "\n2\n", 3) != NULL);
	play_kill(&p);
}

ATF_TC_WITHOUT_HEAD(is_not_ready_when_keyd_denies_the_tree);
ATF_TC_BODY(is_not_ready_when_keyd_denies_the_tree, tc)
{
	static const char *const args[] = { "-m", "kept", "-b", "b", NULL };

	setup();
	p.mood = KEYD_DENIES;
	play_start(&p, "ledger", args);
	ATF_CHECK_EQ(1, play_wait_exit(&p));
	ATF_CHECK(!p.ready);
	play_check_log("keyd does not sign this ledger: a larger tree was");
}

ATF_TC_WITHOUT_HEAD(a_later_denial_leaves_the_leaf_without_receipt);
ATF_TC_BODY(a_later_denial_leaves_the_leaf_without_receipt, tc)
{
	setup();
	play_start_ready(&p, "ledger");
	p.mood = KEYD_DENIES;
	play_append(&p, 1, EVENT_JOB_FINISHED, true, "j");
	play_until_answer(&p, &a);
	ATF_CHECK_EQ(MSG_LEDGER_APPENDED, a.type);
	ATF_CHECK_EQ(1, a.index);
	ATF_CHECK_EQ(0, a.len);
	play_check_log("no receipts up to leaf 2");
	p.mood = KEYD_SIGNS;
	play_append(&p, 2, EVENT_JOB_FINISHED, true, "j");
	play_until_answer(&p, &a);
	ATF_CHECK(a.len != 0);
	play_kill(&p);
}

ATF_TC_WITHOUT_HEAD(a_checkpoint_of_another_tree_ends_it);
ATF_TC_BODY(a_checkpoint_of_another_tree_ends_it, tc)
{
	setup();
	play_start_ready(&p, "ledger");
	p.mood = KEYD_LIES;
	play_append(&p, 1, EVENT_JOB_FINISHED, true, "j");
	ATF_CHECK_EQ(110, play_wait_exit(&p));
}

/* The leaf at this index, which a receipt covers. */
static const char *
leaf_text(uint64_t index)
{
	static struct receipt r;
	static char text[LEAF_MAX + 1];
	struct why why;

	play_read(&p, 77, index);
	play_until_answer(&p, &a);
	ATF_REQUIRE_EQ_MSG(MSG_LEDGER_LEAF, a.type, "%s", a.text);
	ATF_REQUIRE_EQ(0, receipt_parse(&r, a.text, a.len, &why));
	memcpy(text, r.leaf, r.leaf_len);
	text[r.leaf_len] = '\0';
	return text;
}

static void
check_leaf(uint64_t index, const char *words)
{
	const char *text = leaf_text(index);

	ATF_CHECK_MSG(strstr(text, words) != NULL, "%s is not in %s", words,
	    text);
}

/* Appends an event with a receipt, so that the leaves before it can be read. */
static void
cover(void)
{
	play_append(&p, 99, EVENT_JOB_FINISHED, true, "j");
	play_until_answer(&p, &a);
	ATF_REQUIRE_EQ(MSG_LEDGER_APPENDED, a.type);
}

ATF_TC_WITHOUT_HEAD(the_start_has_what_init_says_of_the_boot);
ATF_TC_BODY(the_start_has_what_init_says_of_the_boot, tc)
{
	setup();
	play_start_ready(&p, "ledger");
	cover();
	check_leaf(0, "\"image\":\"1.2.3 linux 4.5.6\","
	    "\"image_sha256\":\"1a0000");
	check_leaf(0, "\"build_sha256\":\"b10000");
	check_leaf(0, "\"runtimes\":\"python=1024\"");
	ATF_CHECK(strstr(leaf_text(0), "quiet") == NULL);	/* withheld */
	check_leaf(0, "\"cpus\":3,\"memory_bytes\":1048576");
	play_kill(&p);
}

ATF_TC_WITHOUT_HEAD(is_ready_only_after_init_has_told_of_the_boot);
ATF_TC_BODY(is_ready_only_after_init_has_told_of_the_boot, tc)
{
	static const char *const args[] = { "-m", "kept", "-b", "b", NULL };

	setup();
	p.silent_init = true;
	play_start(&p, "ledger", args);
	while (p.asked == 0 || play_turn(&p, &a, 300))
		play_turn(&p, &a, 0);
	ATF_CHECK(!p.ready);
	ATF_CHECK_EQ(1, p.asked);
	p.silent_init = false;
	play_new_init(&p);
	play_until_ready(&p);
	ATF_CHECK_EQ(1, tree_size());
	play_kill(&p);
}

ATF_TC_WITHOUT_HEAD(inits_events_are_leaves);
ATF_TC_BODY(inits_events_are_leaves, tc)
{
	setup();
	play_start_ready(&p, "ledger");
	SEND_EVENT(&p, 1, appliance_ready, .ready_ms = event_u64(321));
	ATF_CHECK_STREQ("", p.failure);
	while (p.grew != 2)	/* the runner is told */
		ATF_REQUIRE(play_turn(&p, &a, PLAY_LIMIT_MS));
	SEND_EVENT(&p, 2, appliance_stopping, .ordered_by = "console",
	    .service = "", .how = "reboot");
	ATF_CHECK_STREQ("", p.failure);
	cover();
	check_leaf(1, "casemate.appliance.ready");
	check_leaf(1, "\"ready_ms\":321");
	check_leaf(2, "\"ordered_by\":\"console\",\"service\":\"\","
	    "\"how\":\"reboot\"");
	ATF_CHECK_EQ(4, tree_size());
	play_kill(&p);
}

/* ledgerd ended between the commit and its reply. */
ATF_TC_WITHOUT_HEAD(an_event_that_is_sent_again_is_one_leaf);
ATF_TC_BODY(an_event_that_is_sent_again_is_one_leaf, tc)
{
	static const char *const boot2[] = { "-m", "kept", "-b", "boot-12",
	    NULL };

	setup();
	play_start_ready(&p, "ledger");
	SEND_EVENT(&p, 1, appliance_ready, .ready_ms = event_u64(1));
	SEND_EVENT(&p, 2, appliance_ready, .ready_ms = event_u64(2));
	play_kill(&p);
	p.runner_there = false;
	play_start_ready(&p, "ledger");
	SEND_EVENT(&p, 2, appliance_ready, .ready_ms = event_u64(2));
	ATF_CHECK_STREQ("", p.failure);
	ATF_CHECK_EQ(3, tree_size());
	SEND_EVENT(&p, 3, appliance_ready, .ready_ms = event_u64(3));
	ATF_CHECK_EQ(4, tree_size());
	play_kill(&p);
	p.runner_there = false;
	play_start(&p, "ledger", boot2);
	play_until_ready(&p);		/* its numbers begin again */
	SEND_EVENT(&p, 1, appliance_ready, .ready_ms = event_u64(1));
	ATF_CHECK_EQ(6, tree_size());
	play_kill(&p);
}

/* With all that the runner had sent before it, and nothing behind it. */
ATF_TC_WITHOUT_HEAD(stopped_is_the_last_leaf_and_has_a_checkpoint);
ATF_TC_BODY(stopped_is_the_last_leaf_and_has_a_checkpoint, tc)
{
	enum { MANY = 150 };

	setup();
	play_start_ready(&p, "ledger");
	for (uint32_t i = 1; i <= MANY; i++)
		play_append(&p, i, EVENT_JOB_FINISHED, false, "j");
	while (p.runner.qlen != 0)	/* the rest is in the pipe */
		play_turn(&p, &a, 10);
	SEND_EVENT(&p, 1, appliance_stopped, .how = "poweroff");
	ATF_CHECK_STREQ("", p.failure);
	while (play_turn(&p, &a, 100))
		;
	check_leaf(MANY + 1, "casemate.appliance.stopped");
	ATF_CHECK_EQ(MANY + 2, tree_size());
	play_append(&p, MANY + 1, EVENT_JOB_FINISHED, false, "j");
	SEND_EVENT(&p, 2, appliance_ready, .ready_ms = event_u64(1));
	ATF_CHECK_STREQ("the last leaf is written", p.failure);
	ATF_CHECK_EQ(MANY + 2, tree_size());
	play_kill(&p);
}

/*
 * printf 'alice key\n' > allowed_signers; : > entities.yaml; mkdir policy;
 * printf 'permit\n' > policy/a.cedar
 * sha256sum allowed_signers entities.yaml policy/a.cedar | sha256sum
 */
static const struct play_file site[] = {
	{ "allowed_signers", "alice key\n", 10 },
	{ "entities.yaml", "", 0 },
	{ "policy/a.cedar", "permit\n", 7 },
};
#define SITE	",\"site\":\"fca395a06be9b647cd054db6be038cef" \
		"30d9e9c7eff584c75611651170c9073b\""

ATF_TC_WITHOUT_HEAD(each_leaf_names_the_site);
ATF_TC_BODY(each_leaf_names_the_site, tc)
{
	setup();
	play_site(&p, site, 3);
	play_start_ready(&p, "ledger");
	play_append(&p, 1, EVENT_JOB_FINISHED, true, "j");
	play_until_answer(&p, &a);
	check_leaf(0, SITE);
	check_leaf(1, SITE);
	play_new_keyd(&p);			/* the same site */
	play_append(&p, 2, EVENT_JOB_FINISHED, true, "j");
	play_until_answer(&p, &a);
	p.site[31] ^= 1;
	play_new_keyd(&p);
	ATF_CHECK_EQ(EXIT_PEER, play_wait_exit(&p));
	play_check_log("it names another site than before");
}

/* The queue is full of replies that wait for a checkpoint. */
ATF_TC_WITHOUT_HEAD(stopped_comes_behind_what_the_queue_held_back);
ATF_TC_BODY(stopped_comes_behind_what_the_queue_held_back, tc)
{
	enum { MANY = 70 };		/* the queue has 64 */

	setup();
	play_start_ready(&p, "ledger");
	p.mood = KEYD_SILENT;
	for (uint32_t i = 1; i <= MANY; i++)
		play_append(&p, i, EVENT_JOB_FINISHED, true, "j");
	while (p.runner.qlen != 0)
		play_turn(&p, &a, 10);
	event_put_appliance_stopped(play_fields(),
	    &(struct event_appliance_stopped){ .how = "reboot" });
	play_send_event(&p, 1, EVENT_APPLIANCE_STOPPED);
	while (play_turn(&p, &a, 200))
		;
	p.mood = KEYD_SIGNS;
	play_keyd_go(&p);
	play_until_done(&p, 1);
	while (play_turn(&p, &a, 200))
		;
	check_leaf(MANY + 1, "casemate.appliance.stopped");
	ATF_CHECK_EQ(MANY + 2, tree_size());
	play_kill(&p);
}

ATF_TC_WITHOUT_HEAD(the_reply_to_stopped_waits_for_its_checkpoint);
ATF_TC_BODY(the_reply_to_stopped_waits_for_its_checkpoint, tc)
{
	setup();
	play_start_ready(&p, "ledger");
	p.mood = KEYD_SILENT;
	event_put_appliance_stopped(play_fields(),
	    &(struct event_appliance_stopped){ .how = "reboot" });
	play_send_event(&p, 1, EVENT_APPLIANCE_STOPPED);
	play_until_owed(&p);
	ATF_CHECK_EQ(2, p.owed_size);
	while (play_turn(&p, &a, 200))
		;
	ATF_CHECK_EQ(0, p.done);
	play_keyd_go(&p);
	play_until_done(&p, 1);
	ATF_CHECK_STREQ("", p.failure);
	play_kill(&p);
}

ATF_TC_WITHOUT_HEAD(a_heartbeat_is_written_when_idle);
ATF_TC_BODY(a_heartbeat_is_written_when_idle, tc)
{
	unsigned asked;

	setup();
	p.heartbeat_s = 1;
	play_start_ready(&p, "ledger");
	asked = p.asked;
	while (p.asked == asked)
		ATF_REQUIRE(play_turn(&p, &a, PLAY_LIMIT_MS));
	ATF_CHECK_EQ(2, tree_size());
	while (play_turn(&p, &a, 100))
		;
	check_leaf(1, "casemate.ledger.heartbeat");
	check_leaf(1, "\"interval_s\":1,\"idle_ms\":1");
	play_kill(&p);
}

ATF_TC_WITHOUT_HEAD(no_heartbeat_when_the_site_wants_none);
ATF_TC_BODY(no_heartbeat_when_the_site_wants_none, tc)
{
	setup();
	play_start_ready(&p, "ledger");
	while (play_turn(&p, &a, 1500))
		;
	ATF_CHECK_EQ(1, tree_size());
	play_kill(&p);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, the_start_has_what_init_says_of_the_boot);
	ATF_TP_ADD_TC(tp, is_ready_only_after_init_has_told_of_the_boot);
	ATF_TP_ADD_TC(tp, inits_events_are_leaves);
	ATF_TP_ADD_TC(tp, an_event_that_is_sent_again_is_one_leaf);
	ATF_TP_ADD_TC(tp, stopped_is_the_last_leaf_and_has_a_checkpoint);
	ATF_TP_ADD_TC(tp, stopped_comes_behind_what_the_queue_held_back);
	ATF_TP_ADD_TC(tp, the_reply_to_stopped_waits_for_its_checkpoint);
	ATF_TP_ADD_TC(tp, a_heartbeat_is_written_when_idle);
	ATF_TP_ADD_TC(tp, no_heartbeat_when_the_site_wants_none);
	ATF_TP_ADD_TC(tp, is_ready_only_after_keyds_first_checkpoint);
	ATF_TP_ADD_TC(tp, records_its_start_once_in_each_boot);
	ATF_TP_ADD_TC(tp, a_receipt_verifies_with_the_appliances_key);
	ATF_TP_ADD_TC(tp, any_leaf_is_read_again_with_a_receipt);
	ATF_TP_ADD_TC(tp, leaf_without_a_checkpoint_is_not_read);
	ATF_TP_ADD_TC(tp, many_questions_at_once_are_all_answered);
	ATF_TP_ADD_TC(tp, answers_come_in_order);
	ATF_TP_ADD_TC(tp, many_leaves_share_one_checkpoint);
	ATF_TP_ADD_TC(tp, asks_again_when_keyd_comes_back);
	ATF_TP_ADD_TC(tp, a_new_runner_gets_no_answers_of_its_predecessor);
	ATF_TP_ADD_TC(tp, says_which_ledger_it_has_before_it_asks);
	ATF_TP_ADD_TC(tp, each_leaf_names_the_site);
	ATF_TP_ADD_TC(tp, is_not_ready_when_keyd_denies_the_tree);
	ATF_TP_ADD_TC(tp, a_later_denial_leaves_the_leaf_without_receipt);
	ATF_TP_ADD_TC(tp, a_checkpoint_of_another_tree_ends_it);
	return atf_no_error();
}
