/*
 * keyd as a process with a site or a state that it cannot work with, a full
 * table, and a full disk.
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

#include "lib/log.h"
#include "nonces.h"
#include "state.h"
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
	static const char named[] = "version: 1\nname: x\n";

	make_site();
	daemon_init(&d);
	kit_write("site/settings.yaml", settings, strlen(settings));
	refuses_to_start("keyd: settings.yaml:2:1: unknown field `named'");
	unlink("site/settings.yaml");
	kit_site("# nobody\nalice\n");
	refuses_to_start("keyd: allowed_signers:2:6: no key type");
	kit_site("");
	refuses_to_start("keyd: allowed_signers: no key; add a line");
	unlink("site/allowed_signers");
	kit_write("site/settings.yaml", named, strlen(named));
	refuses_to_start("keyd: allowed_signers: missing, and the site");
	ATF_CHECK(access("state/key", F_OK) == -1);
}

ATF_TC_WITHOUT_HEAD(without_a_site_it_is_ready_and_trusts_no_key);
ATF_TC_BODY(without_a_site_it_is_ready_and_trusts_no_key, tc)
{
	char message[TEXT_MAX];

	make_site();
	daemon_init(&d);
	unlink("site/allowed_signers");
	daemon_start_logic(&d);
	daemon_await_ready(&d);
	talk_info(&d);
	kit_submit(&k, d.vkey, "alice", "alice", (uint64_t)time(NULL));
	talk_decide(&d, 1, &k);
	talk_expect_deny(&d, 1, REASON_UNKNOWN_SIGNER, false, "", message);
	ATF_CHECK_MATCH("allowed_signers", message);
	daemon_kill(&d);
}

/* One whole life, so that all files are there. */
static void
live_once(void)
{
	daemon_start_logic(&d);
	daemon_await_ready(&d);
	talk_info(&d);
	talk_checkpoint(&d, 1, 0x11);
	talk_expect_signed(&d, 1, 0x11);
	kit_submit(&k, d.vkey, "alice", "alice", (uint64_t)time(NULL));
	talk_decide(&d, 1, &k);
	talk_expect_grant(&d, 1);
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

/* A nonces file of version 1, of n nonces that all end at not_after. */
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

ATF_TC_WITHOUT_HEAD(a_full_table_is_refused_and_then_has_room);
ATF_TC_BODY(a_full_table_is_refused_and_then_has_room, tc)
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
	kit_submit(&k, d.vkey, "alice", "alice", (uint64_t)time(NULL));
	talk_decide(&d, 1, &k);
	if ((uint64_t)time(NULL) < end) {	/* a slow machine may be late */
		talk_expect_deny(&d, 1, REASON_BUSY, false, "hello", text);
		ATF_REQUIRE(clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME,
		    &ts, NULL) == 0);
		talk_decide(&d, 1, &k);
	}
	talk_expect_grant(&d, 1);
	ATF_REQUIRE(stat("state/nonces", &st) == 0);
	ATF_CHECK_EQ(st.st_size, 38 + 64);
	talk_decide(&d, 2, &k);
	talk_expect_deny(&d, 2, REASON_REPLAY, true, "hello", text);
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
	write_nonces(63, (uint64_t)time(NULL) + 600);	/* 4070 bytes */
	daemon_start(&d, tc);
	daemon_await_ready(&d);
	fd = open("state/ballast", O_WRONLY | O_CREAT, 0600);
	while (write(fd, block, sizeof(block)) > 0)
		;
	kit_submit(&k, d.vkey, "alice", "alice", (uint64_t)time(NULL));
	talk_decide(&d, 1, &k);
	talk_expect_deny(&d, 1, REASON_FAULT, true, "hello", text);
	ATF_CHECK_MSG(strstr(text, "free space") != NULL, "%s", text);
	ATF_REQUIRE(ftruncate(fd, 0) == 0);
	talk_decide(&d, 2, &k);	/* its nonce was not used up */
	talk_expect_grant(&d, 2);
	daemon_kill(&d);
	daemon_start(&d, tc);
	daemon_await_ready(&d);
	talk_decide(&d, 3, &k);
	talk_expect_deny(&d, 3, REASON_REPLAY, true, "hello", text);
	daemon_kill(&d);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, a_bad_site_is_named_and_never_ready);
	ATF_TP_ADD_TC(tp, without_a_site_it_is_ready_and_trusts_no_key);
	ATF_TP_ADD_TC(tp, a_damaged_state_is_named_and_never_ready);
	ATF_TP_ADD_TC(tp, a_missing_file_is_no_first_start);
	ATF_TP_ADD_TC(tp, the_key_file_is_for_keyd_alone);
	ATF_TP_ADD_TC(tp, a_full_table_is_refused_and_then_has_room);
	ATF_TP_ADD_TC(tp, a_full_disk_is_a_clear_refusal);
	return atf_no_error();
}
