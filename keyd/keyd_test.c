/*
 * keyd as a process: the image's program where the sandbox is under test, its
 * logic under the sanitizers for the rest.
 */
#include <atf-c.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/log.h"
#include "lib/sha256.h"
#include "keyd/test/daemon.h"
#include "keyd/test/submission.h"
#include "keyd/test/talk.h"

static struct daemon d;
static struct kit k;

static void
make_site(void)
{
	char line[1024];

	kit_key("alice", "ed25519");
	kit_line(line, sizeof(line), "alice", "", "alice");
	kit_site(line);
}

/* It is the digest that public tools make in the site's folder. */
static void
check_site(const unsigned char site[DIGEST_LEN])
{
	char hex[2 * DIGEST_LEN + 1], line[128];
	FILE *f = popen("cd site && find . -type f | sed 's,^./,,' | "
	    "LC_ALL=C sort | xargs sha256sum | sha256sum", "r");

	ATF_REQUIRE(f != NULL && fgets(line, sizeof(line), f) != NULL);
	pclose(f);
	line[2 * DIGEST_LEN] = '\0';
	sha256_hex(site, hex);
	ATF_CHECK_STREQ(hex, line);
}

ATF_TC_WITHOUT_HEAD(ledgerd_is_told_of_the_site);
ATF_TC_BODY(ledgerd_is_told_of_the_site, tc)
{
	static const char settings[] = "version: 1\nheartbeat_seconds: 7\n";

	make_site();
	daemon_init(&d);
	daemon_start_logic(&d);
	daemon_await_ready(&d);
	talk_ledger(&d, "", NULL, 0);
	ATF_CHECK_EQ(3600, d.heartbeat_s);
	check_site(d.site);
	daemon_kill(&d);
	kit_write("site/settings.yaml", settings, strlen(settings));
	daemon_start_logic(&d);
	daemon_await_ready(&d);
	talk_ledger(&d, "", NULL, 0);
	ATF_CHECK_EQ(7, d.heartbeat_s);
	check_site(d.site);
	daemon_kill(&d);
}

ATF_TC_WITHOUT_HEAD(the_sites_files_are_told_in_parts);
ATF_TC_BODY(the_sites_files_are_told_in_parts, tc)
{
	static char rules[DATA_MAX + 100];
	const size_t len = strlen(KIT_RULES);

	make_site();
	memset(rules, '\n', sizeof(rules));
	memcpy(rules, KIT_RULES, len);
	kit_write("site/policy/kit.cedar", rules, sizeof(rules));
	daemon_init(&d);
	daemon_start_logic(&d);
	daemon_await_ready(&d);
	talk_ledger(&d, "", NULL, 0);
	unlink("site/policy/kit.cedar");	/* it has it already */
	talk_site_read(&d, 2, 0, "policy/kit.cedar", rules, DATA_MAX);
	talk_site_read(&d, 2, DATA_MAX, "policy/kit.cedar", rules + DATA_MAX,
	    100);
	talk_site_read(&d, 2, sizeof(rules), "policy/kit.cedar", "", 0);
	daemon_kill(&d);
}

static void
ends_keyd(uint32_t file, uint64_t offset)
{
	daemon_start_logic(&d);
	daemon_await_ready(&d);
	talk_ledger(&d, "", NULL, 0);
	MSG_SEND(&d.ledgerd, site_read, .file = file, .offset = offset);
	ATF_CHECK_EQ(daemon_await_end(&d), EXIT_PEER);
}

ATF_TC_WITHOUT_HEAD(a_part_that_no_file_has_ends_keyd);
ATF_TC_BODY(a_part_that_no_file_has_ends_keyd, tc)
{
	make_site();
	daemon_init(&d);
	ends_keyd(3, 0);
	ends_keyd(UINT32_MAX, 0);
	ends_keyd(2, strlen(KIT_RULES) + 1);
}

/* Every system call that serving makes, under the image's own list. */
ATF_TC_WITHOUT_HEAD(the_image_program_serves_in_its_sandbox);
ATF_TC_BODY(the_image_program_serves_in_its_sandbox, tc)
{
	char text[TEXT_MAX];

	make_site();
	daemon_init(&d);
	daemon_start(&d, tc);
	daemon_await_ready(&d);
	talk_info(&d);
	ATF_CHECK_EQ(strncmp(d.vkey, d.name, strlen(d.name)), 0);
	ATF_CHECK_EQ(strlen(d.name), strlen("casemate/casemate+01234567"));
	kit_submit(&k, d.vkey, "alice", "alice", (uint64_t)time(NULL));
	talk_decide(&d, 7, &k);
	talk_expect_grant(&d, 7);
	talk_decide(&d, 8, &k);
	talk_expect_deny(&d, 8, REASON_REPLAY, true, "hello", text);
	talk_checkpoint(&d, 3, 0x33);
	talk_expect_signed(&d, 3, 0x33);
	talk_site_read(&d, 2, 0, "policy/kit.cedar", KIT_RULES,
	    strlen(KIT_RULES));
	talk_checkpoint(&d, 2, 0x22);
	talk_expect_denied(&d, 2, "older state");
	daemon_kill(&d);
}

ATF_TC_WITHOUT_HEAD(the_image_program_is_confined);
ATF_TC_BODY(the_image_program_is_confined, tc)
{
	char path[64], text[4096] = "";
	const char *locked;
	int fd;

	make_site();
	daemon_init(&d);
	daemon_start(&d, tc);
	daemon_await_ready(&d);
	snprintf(path, sizeof(path), "/proc/%d/status", (int)d.pid);
	fd = open(path, O_RDONLY);
	ATF_REQUIRE(fd != -1 && read(fd, text, sizeof(text) - 1) > 0);
	ATF_CHECK(strstr(text, "\nSeccomp:\t2\n") != NULL);
	ATF_CHECK(strstr(text, "\nNoNewPrivs:\t1\n") != NULL);
	locked = strstr(text, "\nVmLck:");
	ATF_REQUIRE(locked != NULL);
	ATF_CHECK(strtoul(locked + 7, NULL, 10) >= 4);
	daemon_kill(&d);
}

/* Runs the scenario twice: as it is in the image, and under sanitizers. */
static void
survive_kill(const atf_tc_t *tc)
{
	char before[VKEY_MAX + 1], text[TEXT_MAX];

	make_site();
	daemon_init(&d);
	for (int life = 0; life < 3; life++) {
		if (tc != NULL)
			daemon_start(&d, tc);
		else
			daemon_start_logic(&d);
		daemon_await_ready(&d);
		if (life != 0)
			strcpy(before, d.vkey);
		talk_info(&d);
		if (life == 0) {
			kit_submit(&k, d.vkey, "alice", "alice",
			    (uint64_t)time(NULL));
			talk_decide(&d, 1, &k);
			talk_expect_grant(&d, 1);
			talk_checkpoint(&d, 5, 0x55);
			talk_expect_signed(&d, 5, 0x55);
		} else {
			ATF_CHECK_STREQ(d.vkey, before);
			talk_decide(&d, 2, &k);
			talk_expect_deny(&d, 2, REASON_REPLAY, true, "hello",
			    text);
			talk_checkpoint(&d, 4, 0x44);
			talk_expect_denied(&d, 4, "of size 5 was signed");
			talk_checkpoint(&d, 5, 0x56);
			talk_expect_denied(&d, 5, "another root");
			talk_checkpoint(&d, 5, 0x55);
			talk_expect_signed(&d, 5, 0x55);
		}
		daemon_kill(&d);
	}
}

ATF_TC_WITHOUT_HEAD(key_nonces_and_head_survive_a_kill);
ATF_TC_BODY(key_nonces_and_head_survive_a_kill, tc)
{
	survive_kill(NULL);
}

ATF_TC_WITHOUT_HEAD(key_nonces_and_head_of_the_program_survive_a_kill);
ATF_TC_BODY(key_nonces_and_head_of_the_program_survive_a_kill, tc)
{
	survive_kill(tc);
}

ATF_TC_WITHOUT_HEAD(a_refusal_tells_what_to_do);
ATF_TC_BODY(a_refusal_tells_what_to_do, tc)
{
	char text[TEXT_MAX];

	make_site();
	kit_key("mallory", "ed25519");
	daemon_init(&d);
	daemon_start_logic(&d);
	daemon_await_ready(&d);
	talk_info(&d);
	kit_submit(&k, d.vkey, "mallory", "alice", (uint64_t)time(NULL));
	talk_decide(&d, 1, &k);
	talk_expect_deny(&d, 1, REASON_UNKNOWN_SIGNER, false, "", text);
	ATF_CHECK(strstr(text, "add a line for it") != NULL);
	daemon_kill(&d);
}

/* What is not read whole is not told on: the ledger takes UTF-8 alone. */
ATF_TC_WITHOUT_HEAD(a_query_is_granted_or_denied_with_what_it_asks);
ATF_TC_BODY(a_query_is_granted_or_denied_with_what_it_asks, tc)
{
	make_site();
	kit_rules("permit(principal in Role::\"all\", action == "
	    "Action::\"ledger\", resource);\npermit(principal in "
	    "Role::\"all\", action == Action::\"see\", resource == "
	    "Field::\"argv\");\n");
	daemon_init(&d);
	daemon_start_logic(&d);
	daemon_await_ready(&d);
	talk_info(&d);
	kit_submit(&k, d.vkey, "alice", "alice", (uint64_t)time(NULL));
	k.fields.verb = VERB_LEDGER;
	k.fields.first = 5;
	k.fields.count = 2;
	kit_sign_command(&k, "alice");
	talk_query(&d, 1, &k);
	talk_expect_query_grant(&d, 1, VERB_LEDGER, 5, 2, "",
	    withheld_bit(WITHHELD_ARGV));
	talk_query(&d, 2, &k);
	talk_expect_query_deny(&d, 2, REASON_REPLAY, VERB_LEDGER, 5, 2, "");
	k.fields.verb = VERB_DISCLOSE;
	strcpy(k.fields.field, "author");
	kit_sign_command(&k, "alice");
	talk_query(&d, 3, &k);
	talk_expect_query_deny(&d, 3, REASON_POLICY, VERB_DISCLOSE, 5, 0,
	    "author");
	k.fields.verb = VERB_STATUS;
	kit_sign_command(&k, "alice");
	talk_query(&d, 4, &k);
	talk_expect_query_deny(&d, 4, REASON_POLICY, VERB_STATUS, 0, 0, "");
	k.fields.verb = VERB_OUTPUT;
	memset(k.fields.job, 0xff, JOB_ID_LEN);
	kit_sign_command(&k, "alice");
	talk_query(&d, 5, &k);
	talk_expect_query_deny(&d, 5, REASON_COMMAND, 0, 0, 0, "");
	daemon_kill(&d);
}

ATF_TC_WITHOUT_HEAD(a_runtime_is_asked_for_before_it_is_decided);
ATF_TC_BODY(a_runtime_is_asked_for_before_it_is_decided, tc)
{
	static const char text[] = KIT_MANIFEST "runtime: python\n";
	struct runtimes *r = &k.runtimes;

	make_site();
	daemon_init(&d);
	daemon_start_logic(&d);
	daemon_await_ready(&d);
	talk_info(&d);
	kit_submit(&k, d.vkey, "alice", "alice", (uint64_t)time(NULL));
	kit_set_manifest(&k, "alice", "alice", text, strlen(text));
	strcpy(r->list[r->n++].name, "python");
	talk_decide(&d, 4, &k);
	talk_expect_measure(&d, 4, "python");
	r->list[0].state = RUNTIME_MEASURED;	/* the command is still good */
	talk_decide(&d, 5, &k);
	talk_expect_grant(&d, 5);
	daemon_kill(&d);
}

ATF_TC_WITHOUT_HEAD(many_requests_are_answered_in_order);
ATF_TC_BODY(many_requests_are_answered_in_order, tc)
{
	char text[TEXT_MAX];

	make_site();
	daemon_init(&d);
	daemon_start_logic(&d);
	daemon_await_ready(&d);
	talk_info(&d);
	kit_submit(&k, d.vkey, "alice", "alice", (uint64_t)time(NULL));
	for (uint32_t i = 0; i < 200; i++)
		talk_decide(&d, i, &k);
	talk_expect_grant(&d, 0);
	for (uint32_t i = 1; i < 200; i++)
		talk_expect_deny(&d, i, REASON_REPLAY, true, "hello", text);
	daemon_kill(&d);
}

/* The processor time that keyd has used, in milliseconds. */
static long
cpu_ms(void)
{
	clockid_t clock;

	ATF_REQUIRE(clock_getcpuclockid(d.pid, &clock) == 0);
	return (long)(clock_ns(clock) / 1000000);
}

/*
 * Sends until nothing moves any more, for two seconds in which keyd has nothing
 * to do either; returns how many were sent.
 */
static uint32_t
flood(void)
{
	struct pollfd pfd[2];
	uint32_t n = 0;

	for (;;) {
		long before = cpu_ms();

		if (chan_room(&d.runner) >= 8192) {
			talk_decide(&d, n++, &k);
			continue;
		}
		chan_poll(&d.runner, pfd);
		if (poll(pfd + 1, 1, 2000) == 0 && cpu_ms() - before < 700)
			return n;
		ATF_REQUIRE_MSG(pfd[1].revents != 0, "keyd spins");
		chan_flush(&d.runner);
	}
}

ATF_TC_WITHOUT_HEAD(a_runner_that_does_not_read_only_delays_itself);
ATF_TC_BODY(a_runner_that_does_not_read_only_delays_itself, tc)
{
	char text[TEXT_MAX];
	uint32_t n;

	make_site();
	daemon_init(&d);
	daemon_start_logic(&d);
	daemon_await_ready(&d);
	talk_info(&d);
	kit_submit(&k, d.vkey, "alice", "alice", (uint64_t)time(NULL));
	n = flood();
	ATF_CHECK(n > 1000);
	talk_checkpoint(&d, 1, 0x11);
	talk_expect_signed(&d, 1, 0x11);
	talk_expect_grant(&d, 0);
	for (uint32_t i = 1; i < n; i++)
		talk_expect_deny(&d, i, REASON_REPLAY, true, "hello", text);
	daemon_kill(&d);
}

ATF_TC_WITHOUT_HEAD(a_runner_that_starts_again_is_served_anew);
ATF_TC_BODY(a_runner_that_starts_again_is_served_anew, tc)
{
	make_site();
	daemon_init(&d);
	daemon_start_logic(&d);
	daemon_await_ready(&d);
	talk_info(&d);
	kit_submit(&k, d.vkey, "alice", "alice", (uint64_t)time(NULL));
	talk_decide(&d, 1, &k);	/* for the old runner */
	free(d.runner.msg);
	free(d.runner.queue);
	chan_init(&d.runner, d.pipes[0][0], d.pipes[1][1], PEER_RUNNER,
	    PEER_KEYD);
	talk_info(&d);
	daemon_kill(&d);
}

/* A message of the runner's, of so many zeros, ends keyd. */
static void
bad_message(enum msg type, size_t len)
{
	struct put *p;

	daemon_start_logic(&d);
	daemon_await_ready(&d);
	p = chan_begin(&d.runner, type);
	for (size_t i = 0; i < len; i++)
		put_u8(p, 0);
	chan_end(&d.runner);
	ATF_CHECK_EQ(daemon_await_end(&d), EXIT_PEER);
}

ATF_TC_WITHOUT_HEAD(a_malformed_message_of_our_own_ends_keyd);
ATF_TC_BODY(a_malformed_message_of_our_own_ends_keyd, tc)
{
	make_site();
	daemon_init(&d);
	bad_message(MSG_QUERY_DECIDE, 1);
	bad_message(MSG_JOB_DECIDE, 27);
	bad_message(MSG_JOB_DECIDE, 29);
	ATF_CHECK_EQ(daemon_check_log("malformed JOB_DECIDE"), 0);
}

/* A message that this peer may not send ends keyd. */
static void
foreign_message(struct chan *from)
{
	/* INIT_COMMAND */
	static const unsigned char packet[] = { 3, 0, 0, 0, 2, 0x50, 'r' };

	daemon_start_logic(&d);
	daemon_await_ready(&d);
	ATF_REQUIRE(write(from->out, packet, sizeof(packet)) ==
	    sizeof(packet));
	ATF_CHECK_EQ(daemon_await_end(&d), EXIT_PEER);
}

ATF_TC_WITHOUT_HEAD(an_unexpected_message_of_our_own_ends_keyd);
ATF_TC_BODY(an_unexpected_message_of_our_own_ends_keyd, tc)
{
	make_site();
	daemon_init(&d);
	foreign_message(&d.runner);
	ATF_CHECK_EQ(daemon_check_log("runner broke the protocol"), 0);
	foreign_message(&d.ledgerd);
	ATF_CHECK_EQ(daemon_check_log("ledgerd broke the protocol"), 0);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, ledgerd_is_told_of_the_site);
	ATF_TP_ADD_TC(tp, the_sites_files_are_told_in_parts);
	ATF_TP_ADD_TC(tp, a_part_that_no_file_has_ends_keyd);
	ATF_TP_ADD_TC(tp, the_image_program_serves_in_its_sandbox);
	ATF_TP_ADD_TC(tp, the_image_program_is_confined);
	ATF_TP_ADD_TC(tp, key_nonces_and_head_survive_a_kill);
	ATF_TP_ADD_TC(tp, key_nonces_and_head_of_the_program_survive_a_kill);
	ATF_TP_ADD_TC(tp, a_refusal_tells_what_to_do);
	ATF_TP_ADD_TC(tp, a_query_is_granted_or_denied_with_what_it_asks);
	ATF_TP_ADD_TC(tp, a_runtime_is_asked_for_before_it_is_decided);
	ATF_TP_ADD_TC(tp, many_requests_are_answered_in_order);
	ATF_TP_ADD_TC(tp, a_runner_that_does_not_read_only_delays_itself);
	ATF_TP_ADD_TC(tp, a_runner_that_starts_again_is_served_anew);
	ATF_TP_ADD_TC(tp, a_malformed_message_of_our_own_ends_keyd);
	ATF_TP_ADD_TC(tp, an_unexpected_message_of_our_own_ends_keyd);
	return atf_no_error();
}
