/*
 * keyd as a process: the image's program where the sandbox is under test, its
 * logic under the sanitizers for the rest.
 */
#include <atf-c.h>

#include <sys/mount.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "log.h"
#include "nonces.h"
#include "note.h"
#include "state.h"
#include "testdaemon.h"
#include "testkit.h"

static struct daemon d;
static struct kit k;
static char vkey[VKEY_MAX + 1];
static unsigned char buf[81920];

static void
make_site(void)
{
	char line[1024];

	kit_key("alice", "ed25519");
	kit_line(line, sizeof(line), "alice", "", "alice");
	kit_site(line);
}

/* Asks who keyd is; answers its mode's first letter. */
static void
ask_info(void)
{
	struct put p;
	struct get g;
	char mode[16];

	put_init(&p, buf, sizeof(buf));
	chan_send(&d.runner, MSG_KEYD_INFO, &p);
	daemon_await(&d.runner, MSG_KEYD_INFO_IS, &g);
	get_cstr(&g, vkey, sizeof(vkey));
	get_cstr(&g, mode, sizeof(mode));
	ATF_REQUIRE_EQ(get_end(&g), 0);
	ATF_REQUIRE_STREQ(mode, "kept");
}

static void
send_decide(uint32_t seq)
{
	struct put p;

	put_init(&p, buf, sizeof(buf));
	put_u32(&p, seq);
	put_string(&p, k.s.command.p, k.s.command.len);
	put_string(&p, k.s.command_sig.p, k.s.command_sig.len);
	put_string(&p, k.s.manifest.p, k.s.manifest.len);
	put_string(&p, k.s.manifest_sig.p, k.s.manifest_sig.len);
	chan_send(&d.runner, MSG_JOB_DECIDE, &p);
}

static void
expect_grant(uint32_t seq)
{
	static struct grant grant;
	struct get g;

	daemon_await(&d.runner, MSG_JOB_GRANT, &g);
	ATF_REQUIRE_EQ(get_u32(&g), seq);
	grant_init(&grant);
	ATF_REQUIRE_EQ(grant_get(&g, &grant), 0);
	ATF_REQUIRE_EQ(get_end(&g), 0);
	ATF_CHECK_STREQ(grant.submitter, "alice");
	ATF_CHECK_STREQ(grant.name, "hello");
	grant_free(&grant);
}

static void
expect_deny(uint32_t seq, enum reason reason, bool signed_command,
    char message[TEXT_MAX])
{
	char job[JOB_ID_LEN + 1], who[PRINCIPAL_MAX + 1];
	unsigned char digest[DIGEST_LEN];
	struct get g;

	daemon_await(&d.runner, MSG_JOB_DENY, &g);
	ATF_CHECK_EQ(get_u32(&g), seq);
	ATF_CHECK_EQ(get_u8(&g), reason);
	get_cstr(&g, message, TEXT_MAX);
	ATF_CHECK_EQ(get_u8(&g), signed_command);
	get_cstr(&g, job, sizeof(job));
	ATF_CHECK_EQ(strlen(job), JOB_ID_LEN);
	get_cstr(&g, who, sizeof(who));
	ATF_CHECK_STREQ(who, signed_command ? "alice" : "");
	get_cstr(&g, who, sizeof(who));
	get_fixed(&g, digest, sizeof(digest));
	get_fixed(&g, digest, sizeof(digest));
	ATF_REQUIRE_EQ(get_end(&g), 0);
}

static void
ask_checkpoint(uint64_t size, int root)
{
	unsigned char bytes[DIGEST_LEN];
	struct put p;

	memset(bytes, root, sizeof(bytes));
	put_init(&p, buf, sizeof(buf));
	put_u64(&p, size);
	put_string(&p, bytes, sizeof(bytes));
	chan_send(&d.ledgerd, MSG_CHECKPOINT_SIGN, &p);
}

static void
expect_signed(uint64_t size, int root)
{
	struct checkpoint c;
	struct note_key key;
	const char *note;
	size_t len, textlen;
	struct why w;
	struct get g;

	daemon_await(&d.ledgerd, MSG_CHECKPOINT_SIGNED, &g);
	ATF_CHECK_EQ(get_u64(&g), size);
	note = get_string(&g, &len, 1024);
	ATF_REQUIRE_EQ(get_end(&g), 0);
	ATF_REQUIRE_EQ(vkey_parse(&key, vkey, strlen(vkey), &w), 0);
	ATF_REQUIRE_MSG(note_verify(&key, note, len, &textlen, &w) == 0,
	    "%s", w.text);
	ATF_REQUIRE_EQ(checkpoint_parse(&c, note, textlen, &w), 0);
	ATF_CHECK_STREQ(c.origin, "casemate/casemate");
	ATF_CHECK_EQ(c.size, size);
	ATF_CHECK_EQ(c.root[31], root);
}

static void
expect_denied(uint64_t size, const char *words)
{
	char text[TEXT_MAX];
	struct get g;

	daemon_await(&d.ledgerd, MSG_CHECKPOINT_DENIED, &g);
	ATF_CHECK_EQ(get_u64(&g), size);
	get_cstr(&g, text, sizeof(text));
	ATF_REQUIRE_EQ(get_end(&g), 0);
	ATF_CHECK_MSG(strstr(text, words) != NULL, "%s", text);
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
	ask_info();
	ATF_CHECK_EQ(strncmp(vkey, d.name, strlen(d.name)), 0);
	ATF_CHECK_EQ(strlen(d.name), strlen("casemate/casemate+01234567"));
	kit_submit(&k, vkey, "alice", "alice", (uint64_t)time(NULL));
	send_decide(7);
	expect_grant(7);
	send_decide(8);
	expect_deny(8, REASON_REPLAY, true, text);
	ask_checkpoint(3, 0x33);
	expect_signed(3, 0x33);
	ask_checkpoint(2, 0x22);
	expect_denied(2, "older state");
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
			strcpy(before, vkey);
		ask_info();
		if (life == 0) {
			kit_submit(&k, vkey, "alice", "alice",
			    (uint64_t)time(NULL));
			send_decide(1);
			expect_grant(1);
			ask_checkpoint(5, 0x55);
			expect_signed(5, 0x55);
		} else {
			ATF_CHECK_STREQ(vkey, before);
			send_decide(2);
			expect_deny(2, REASON_REPLAY, true, text);
			ask_checkpoint(4, 0x44);
			expect_denied(4, "of size 5 was signed");
			ask_checkpoint(5, 0x56);
			expect_denied(5, "another root");
			ask_checkpoint(5, 0x55);
			expect_signed(5, 0x55);
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
	ask_info();
	kit_submit(&k, vkey, "mallory", "alice", (uint64_t)time(NULL));
	send_decide(1);
	expect_deny(1, REASON_UNKNOWN_SIGNER, false, text);
	ATF_CHECK(strstr(text, "add a line for it") != NULL);
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
	ask_info();
	kit_submit(&k, vkey, "alice", "alice", (uint64_t)time(NULL));
	for (uint32_t i = 0; i < 200; i++)
		send_decide(i);
	expect_grant(0);
	for (uint32_t i = 1; i < 200; i++)
		expect_deny(i, REASON_REPLAY, true, text);
	daemon_kill(&d);
}

/* Sends until nothing moves any more; answers how many were sent. */
static uint32_t
flood(void)
{
	struct pollfd pfd[2];
	uint32_t n = 0;

	for (;;) {
		if (chan_room(&d.runner) >= 8192) {
			send_decide(n++);
			continue;
		}
		chan_poll(&d.runner, pfd);
		if (poll(pfd + 1, 1, 1000) == 0)
			return n;
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
	ask_info();
	kit_submit(&k, vkey, "alice", "alice", (uint64_t)time(NULL));
	n = flood();
	ATF_CHECK(n > 1500);
	ask_checkpoint(1, 0x11);
	expect_signed(1, 0x11);
	expect_grant(0);
	for (uint32_t i = 1; i < n; i++)
		expect_deny(i, REASON_REPLAY, true, text);
	daemon_kill(&d);
}

ATF_TC_WITHOUT_HEAD(a_runner_that_starts_again_is_served_anew);
ATF_TC_BODY(a_runner_that_starts_again_is_served_anew, tc)
{
	make_site();
	daemon_init(&d);
	daemon_start_logic(&d);
	daemon_await_ready(&d);
	ask_info();
	kit_submit(&k, vkey, "alice", "alice", (uint64_t)time(NULL));
	send_decide(1);		/* its answer is for the old runner */
	free(d.runner.msg);
	free(d.runner.queue);
	chan_init(&d.runner, d.pipes[0][0], d.pipes[1][1], PEER_RUNNER,
	    PEER_KEYD);
	ask_info();
	daemon_kill(&d);
}

/* What this message of the runner's does to keyd. */
static void
bad_message(enum msg type, size_t len)
{
	struct put p;

	daemon_start_logic(&d);
	daemon_await_ready(&d);
	put_init(&p, buf, sizeof(buf));
	for (size_t i = 0; i < len; i++)
		put_u8(&p, 0);
	chan_send(&d.runner, type, &p);
	ATF_CHECK_EQ(daemon_await_end(&d), EXIT_PEER);
}

ATF_TC_WITHOUT_HEAD(a_malformed_message_of_our_own_ends_keyd);
ATF_TC_BODY(a_malformed_message_of_our_own_ends_keyd, tc)
{
	make_site();
	daemon_init(&d);
	bad_message(MSG_KEYD_INFO, 1);
	bad_message(MSG_JOB_DECIDE, 19);
	bad_message(MSG_JOB_DECIDE, 21);
	ATF_CHECK_EQ(daemon_check_log("malformed JOB_DECIDE"), 0);
}

/* keyd does not become ready, ends with 1, and its log says this. */
static void
refuses_to_start(const char *words)
{
	char byte;

	unlink("log");
	daemon_start_logic(&d);
	ATF_CHECK_EQ(daemon_await_end(&d), EXIT_REFUSED);
	ATF_CHECK_EQ(read(d.notify, &byte, 1), 0);
	ATF_CHECK_EQ(daemon_check_log(words), 0);
	close(d.notify);
}

ATF_TC_WITHOUT_HEAD(a_bad_site_is_named_and_never_ready);
ATF_TC_BODY(a_bad_site_is_named_and_never_ready, tc)
{
	static const char settings[] = "version: 1\nnamed: x\n";

	make_site();
	daemon_init(&d);
	kit_write("site/settings.yaml", settings, strlen(settings));
	refuses_to_start("keyd: settings.yaml:2:1: unknown field `named'");
	unlink("site/settings.yaml");
	kit_site("# nobody\nalice\n");
	refuses_to_start("keyd: allowed_signers:2: no key type");
	kit_site("");
	refuses_to_start("keyd: allowed_signers: no key; add a line");
	unlink("site/allowed_signers");
	refuses_to_start("keyd: no site: there is no allowed_signers");
	ATF_CHECK(access("state/key", F_OK) == -1);
}

/* One whole life, so that all files are there. */
static void
live_once(void)
{
	daemon_start_logic(&d);
	daemon_await_ready(&d);
	ask_info();
	ask_checkpoint(1, 0x11);
	expect_signed(1, 0x11);
	kit_submit(&k, vkey, "alice", "alice", (uint64_t)time(NULL));
	send_decide(1);
	expect_grant(1);
	daemon_kill(&d);
}

/* Turns a bit of the byte at this offset. */
static void
spoil(const char *path, off_t offset)
{
	unsigned char byte;
	int fd = open(path, O_RDWR);

	ATF_REQUIRE(fd != -1 && pread(fd, &byte, 1, offset) == 1);
	byte ^= 0x10;
	ATF_REQUIRE(pwrite(fd, &byte, 1, offset) == 1);
	close(fd);
}

ATF_TC_WITHOUT_HEAD(a_damaged_state_is_named_and_never_ready);
ATF_TC_BODY(a_damaged_state_is_named_and_never_ready, tc)
{
	make_site();
	daemon_init(&d);
	live_once();
	spoil("state/key", 30);
	refuses_to_start("keyd: key: damaged; put back");
	spoil("state/key", 30);
	spoil("state/nonces", 3);
	refuses_to_start("keyd: nonces: damaged");
	spoil("state/nonces", 3);
	spoil("state/head", 30);
	spoil("state/head", 4096 + 30);
	refuses_to_start("keyd: head: damaged");
	spoil("state/head", 30);
	spoil("state/head", 4096 + 30);
	live_once();
}

ATF_TC_WITHOUT_HEAD(a_missing_file_is_no_first_start);
ATF_TC_BODY(a_missing_file_is_no_first_start, tc)
{
	make_site();
	daemon_init(&d);
	live_once();
	ATF_REQUIRE(rename("state/nonces", "away") == 0);
	refuses_to_start("keyd: nonces: cannot be opened");
	ATF_REQUIRE(rename("away", "state/nonces") == 0);
	ATF_REQUIRE(rename("state/head", "away") == 0);
	refuses_to_start("keyd: head: cannot be opened");
	ATF_REQUIRE(rename("away", "state/head") == 0);
	ATF_REQUIRE(rename("state/key", "away") == 0);
	refuses_to_start("keyd: key: missing, though checkpoints were signed");
	ATF_REQUIRE(rename("away", "state/key") == 0);
	live_once();
}

ATF_TC_WITHOUT_HEAD(the_key_file_is_for_keyd_alone);
ATF_TC_BODY(the_key_file_is_for_keyd_alone, tc)
{
	struct stat st;

	make_site();
	daemon_init(&d);
	live_once();
	ATF_REQUIRE(stat("state/key", &st) == 0);
	ATF_CHECK_EQ(st.st_mode & 07777, 0600);
	ATF_CHECK(access("state/key.new", F_OK) == -1);
}

/* A nonces file of n nonces that all end at not_after. */
static void
write_nonces(size_t n, uint64_t not_after)
{
	size_t cap = 64 + n * 48;
	unsigned char *file = malloc(cap);
	struct put p;

	ATF_REQUIRE(file != NULL);
	put_init(&p, file, cap);
	put_cstr(&p, "casemate-nonces@v1");
	put_u64(&p, 0);
	state_check(file, p.len, file + p.len);
	p.len += STATE_CHECK_LEN;
	for (size_t i = 0; i < n; i++) {
		unsigned char *record = file + p.len;

		put_u64(&p, i * 0x9e3779b97f4a7c15);
		put_u64(&p, i);
		put_u64(&p, 0);
		put_u64(&p, 0);
		put_u64(&p, not_after);
		state_check(record, 40, record + 40);
		p.len += STATE_CHECK_LEN;
	}
	kit_write("state/nonces", file, p.len);
	free(file);
}

ATF_TC_WITHOUT_HEAD(a_full_table_is_refused_and_then_pruned);
ATF_TC_BODY(a_full_table_is_refused_and_then_pruned, tc)
{
	uint64_t end = (uint64_t)time(NULL) + 5;
	char text[TEXT_MAX];
	struct timespec ts = { .tv_sec = (time_t)end + 1 };
	struct stat st;

	make_site();
	daemon_init(&d);
	live_once();
	write_nonces(NONCES_MAX, end);
	daemon_start(&d, tc);
	daemon_await_ready(&d);
	kit_submit(&k, vkey, "alice", "alice", (uint64_t)time(NULL));
	send_decide(1);
	if ((uint64_t)time(NULL) < end) {	/* a slow machine may be late */
		expect_deny(1, REASON_BUSY, true, text);
		ATF_REQUIRE(clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME,
		    &ts, NULL) == 0);
		send_decide(1);
	}
	expect_grant(1);
	ATF_REQUIRE(stat("state/nonces", &st) == 0);
	ATF_CHECK_EQ(st.st_size, 38 + 48);
	send_decide(2);
	expect_deny(2, REASON_REPLAY, true, text);
	daemon_kill(&d);
}

ATF_TC(a_full_disk_is_a_clear_refusal);
ATF_TC_HEAD(a_full_disk_is_a_clear_refusal, tc)
{
	atf_tc_set_md_var(tc, "require.user", "root");	/* mounts */
}
ATF_TC_BODY(a_full_disk_is_a_clear_refusal, tc)
{
	char text[TEXT_MAX];
	char block[4096] = "";
	int fd;

	make_site();
	daemon_init(&d);
	if (unshare(CLONE_NEWNS) == -1 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1 ||
	    mount("tmpfs", "state", "tmpfs", 0, "size=64k") == -1)
		atf_tc_skip("no mount here: %s", strerror(errno));
	live_once();
	write_nonces(84, (uint64_t)time(NULL) + 600);	/* 4070 bytes */
	daemon_start(&d, tc);
	daemon_await_ready(&d);
	fd = open("state/ballast", O_WRONLY | O_CREAT, 0600);
	while (write(fd, block, sizeof(block)) > 0)
		;
	kit_submit(&k, vkey, "alice", "alice", (uint64_t)time(NULL));
	send_decide(1);
	expect_deny(1, REASON_FAULT, true, text);
	ATF_CHECK_MSG(strstr(text, "free space") != NULL, "%s", text);
	ATF_REQUIRE(ftruncate(fd, 0) == 0);
	send_decide(2);			/* the nonce was not used up */
	expect_grant(2);
	daemon_kill(&d);
	daemon_start(&d, tc);
	daemon_await_ready(&d);
	send_decide(3);
	expect_deny(3, REASON_REPLAY, true, text);
	daemon_kill(&d);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, the_image_program_serves_in_its_sandbox);
	ATF_TP_ADD_TC(tp, the_image_program_is_confined);
	ATF_TP_ADD_TC(tp, key_nonces_and_head_survive_a_kill);
	ATF_TP_ADD_TC(tp, key_nonces_and_head_of_the_program_survive_a_kill);
	ATF_TP_ADD_TC(tp, a_refusal_tells_what_to_do);
	ATF_TP_ADD_TC(tp, many_requests_are_answered_in_order);
	ATF_TP_ADD_TC(tp, a_runner_that_does_not_read_only_delays_itself);
	ATF_TP_ADD_TC(tp, a_runner_that_starts_again_is_served_anew);
	ATF_TP_ADD_TC(tp, a_malformed_message_of_our_own_ends_keyd);
	ATF_TP_ADD_TC(tp, a_bad_site_is_named_and_never_ready);
	ATF_TP_ADD_TC(tp, a_damaged_state_is_named_and_never_ready);
	ATF_TP_ADD_TC(tp, a_missing_file_is_no_first_start);
	ATF_TP_ADD_TC(tp, the_key_file_is_for_keyd_alone);
	ATF_TP_ADD_TC(tp, a_full_table_is_refused_and_then_pruned);
	ATF_TP_ADD_TC(tp, a_full_disk_is_a_clear_refusal);
	return atf_no_error();
}
