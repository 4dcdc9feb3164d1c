/* casemate run and verify, against a fake appliance. */
#include "casemate.h"

#include <atf-c.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client/test/fake_appliance.h"
#include "client/test/user.h"
#include "client/vm/proc.h"
#include "client/vm/lock.h"
#include "client/vm/state.h"
#include "file.h"

#define JOB_SIZE	100000	/* larger than one frame */

static int
run(const char *more, const char *value)
{
	const char *words[] = { "run", "job", "--key", "key", "--on",
	    "unix:" USER_SOCKET, "--receipt", "receipt", "--wait", "2", more,
	    value, NULL };

	return user_run(&cmd_run, words);
}

static void
serve_job(struct fake *f, int fd, int nr, void *arg)
{
	(void)nr;
	fake_job(f, fd, *(enum fake_lie *)arg);
}

ATF_TC_WITHOUT_HEAD(job_with_its_receipt);
ATF_TC_BODY(job_with_its_receipt, tc)
{
	enum fake_lie lie = LIE_NONE;
	struct fake f;

	user_make_job(JOB_SIZE);
	fake_init(&f, USER_SOCKET);
	fake_serve(&f, 1, serve_job, &lie);
	ATF_CHECK_EQ_MSG(7, run(NULL, NULL), "%s", user_err);
	ATF_CHECK_EQ(0, fake_wait(&f));
	ATF_CHECK_STREQ("out\n", user_out);
	USER_CHECK_ERR("err\n");
	USER_CHECK_ERR("receipt verified");
	ATF_CHECK(access("receipt", F_OK) == 0);
}

/* Even without progress, since it says what was wrong. */
ATF_TC_WITHOUT_HEAD(message_of_a_job_that_exited_is_said);
ATF_TC_BODY(message_of_a_job_that_exited_is_said, tc)
{
	enum fake_lie lie = LIE_NONE;
	struct fake f;

	user_make_job(JOB_SIZE);
	fake_init(&f, USER_SOCKET);
	f.message = "/tmp was full";
	fake_serve(&f, 1, serve_job, &lie);
	ATF_CHECK_EQ(7, run("--quiet", NULL));
	USER_CHECK_ERR("exited with status 7: /tmp was full\n");
}

ATF_TC_WITHOUT_HEAD(receipt_verifies_offline);
ATF_TC_BODY(receipt_verifies_offline, tc)
{
	const char *words[] = { "verify", "receipt", "--appliance", "vkey",
	    NULL };
	enum fake_lie lie = LIE_NONE;
	struct fake f;

	user_make_job(JOB_SIZE);
	fake_init(&f, USER_SOCKET);
	user_write("vkey", f.vkey, 0644);
	fake_serve(&f, 1, serve_job, &lie);
	ATF_CHECK_EQ(7, run("--appliance", "vkey"));
	ATF_CHECK_EQ(0, user_run(&cmd_verify, words));
	ATF_CHECK(strstr(user_out, "receipt verified\n") == user_out);
	ATF_CHECK(strstr(user_out, "casemate.job.finished") != NULL);
	ATF_CHECK(strstr(user_out, "index 0 of a tree of 1") != NULL);
	/* Any byte of it changed: refused. */
	user_slurp("receipt", user_err);
	for (size_t i = 0, len = strlen(user_err); i < len; i += 13) {
		char text[USER_TEXT_MAX];

		strcpy(text, user_err);
		text[i] ^= 1;
		user_write("changed", text, 0644);
		words[1] = "changed";
		user_slurp("receipt", user_err);
		ATF_CHECK_EQ_MSG(1, user_run(&cmd_verify, words),
		    "byte %zu may be changed", i);
		user_slurp("receipt", user_err);
	}
}

ATF_TC_WITHOUT_HEAD(every_lie_in_a_receipt_is_reported);
ATF_TC_BODY(every_lie_in_a_receipt_is_reported, tc)
{
	user_make_job(JOB_SIZE);
	for (int i = LIE_NONE + 1; i < LIE_NO_RECEIPT; i++) {
		enum fake_lie lie = (enum fake_lie)i;
		struct fake f;

		fake_init(&f, USER_SOCKET);
		fake_serve(&f, 1, serve_job, &lie);
		ATF_CHECK_EQ_MSG(125, run(NULL, NULL), "lie %d was believed",
		    i);
		ATF_CHECK_EQ(0, fake_wait(&f));
		ATF_CHECK_MSG(strstr(user_err, "RECEIPT VERIFICATION FAILED: ")
		    != NULL, "lie %d: %s", i, user_err);
		ATF_CHECK(strstr(user_err, "receipt verified") == NULL);
		ATF_CHECK(access("receipt", F_OK) == -1);
		ATF_CHECK(unlink("receipt.unverified") == 0);
	}
}

ATF_TC_WITHOUT_HEAD(success_without_a_receipt_is_a_failure);
ATF_TC_BODY(success_without_a_receipt_is_a_failure, tc)
{
	enum fake_lie lie = LIE_NO_RECEIPT;
	struct fake f;

	user_make_job(JOB_SIZE);
	fake_init(&f, USER_SOCKET);
	fake_serve(&f, 1, serve_job, &lie);
	ATF_CHECK_EQ(125, run(NULL, NULL));
	USER_CHECK_ERR("no receipt");
}

/* The client must leave without having sent a byte. */
static void
serve_wrong_key(struct fake *f, int fd, int nr, void *arg)
{
	char c;

	(void)nr;
	(void)arg;
	fake_connect(fd);
	fake_hello(f, fd);
	_exit(read(fd, &c, 1) == 0 ? 0 : 1);
}

ATF_TC_WITHOUT_HEAD(another_appliance_is_sent_nothing);
ATF_TC_BODY(another_appliance_is_sent_nothing, tc)
{
	struct note_key key;
	char vkey[VKEY_MAX + 1];
	struct fake f;

	user_make_job(JOB_SIZE);
	fake_init(&f, USER_SOCKET);
	key = f.key;
	key.pub[0] ^= 1;
	ATF_REQUIRE_EQ(0, note_key_init(&key, "casemate/fake", key.pub));
	note_format_vkey(vkey, &key);
	user_write("vkey", vkey, 0644);
	fake_serve(&f, 1, serve_wrong_key, NULL);
	ATF_CHECK_EQ(125, run("--appliance", "vkey"));
	ATF_CHECK_EQ_MSG(0, fake_wait(&f), "something was sent");
	USER_CHECK_ERR("THIS IS ANOTHER APPLIANCE");
}

/* Busy twice, then it takes the same command. */
static void
serve_busy(struct fake *f, int fd, int nr, void *arg)
{
	static struct buf first, again;

	(void)arg;
	if (nr == 2) {
		fake_job(f, fd, LIE_NONE);
		return;
	}
	fake_connect(fd);
	fake_hello(f, fd);
	fake_read(fd, CLIENT_SUBMIT, nr == 0 ? &first : &again);
	fake_refuse(fd, REASON_BUSY, "all 8 slots run jobs");
	if (nr == 1 && (first.len != again.len ||
	    memcmp(first.data, again.data, first.len) != 0))
		_exit(1);
}

ATF_TC_WITHOUT_HEAD(busy_is_tried_again_with_the_same_command);
ATF_TC_BODY(busy_is_tried_again_with_the_same_command, tc)
{
	struct fake f;

	user_make_job(JOB_SIZE);
	fake_init(&f, USER_SOCKET);
	fake_serve(&f, 3, serve_busy, NULL);
	ATF_CHECK_EQ_MSG(7, run("--wait", "20"), "%s", user_err);
	ATF_CHECK_EQ(0, fake_wait(&f));
}

/* Busy with a receipt: the command is used up, so another one must come. */
static void
serve_used_up(struct fake *f, int fd, int nr, void *arg)
{
	static struct buf b[2];

	(void)arg;
	if (nr == 2) {
		fake_job(f, fd, LIE_NONE);
		return;
	}
	fake_connect(fd);
	fake_hello(f, fd);
	fake_read(fd, CLIENT_SUBMIT, &b[nr]);
	fake_refuse_recorded(fd, REASON_BUSY, "bundles take the room");
	if (nr == 1 && b[0].len == b[1].len &&
	    memcmp(b[0].data, b[1].data, b[0].len) == 0)
		_exit(1);
}

ATF_TC_WITHOUT_HEAD(busy_with_a_receipt_takes_a_new_command);
ATF_TC_BODY(busy_with_a_receipt_takes_a_new_command, tc)
{
	struct fake f;

	user_make_job(JOB_SIZE);
	fake_init(&f, USER_SOCKET);
	fake_serve(&f, 3, serve_used_up, NULL);
	ATF_CHECK_EQ_MSG(7, run("--wait", "20"), "%s", user_err);
	ATF_CHECK_EQ(0, fake_wait(&f));
}

/* Always busy; leaves the number of commands in the file `commands'. */
static void
serve_always_busy(struct fake *f, int fd, int nr, void *arg)
{
	const bool recorded = *(bool *)arg;
	struct command c;
	char n[8];

	fake_connect(fd);
	fake_hello(f, fd);
	fake_read_submit(fd, &c);
	snprintf(n, sizeof(n), "%d", nr + 1);
	fake_check(file_save("commands", n, strlen(n), 0600) == 0,
	    "commands");
	if (recorded)
		fake_refuse_recorded(fd, REASON_BUSY, "bundles take the room");
	else
		fake_refuse(fd, REASON_BUSY, "all 8 slots run jobs");
}

/* How many commands an appliance gets that stays busy. */
static int
count_commands(bool recorded, const char *wait_s)
{
	static char text[USER_TEXT_MAX];
	struct fake f;

	fake_init(&f, USER_SOCKET);
	fake_serve(&f, 1000, serve_always_busy, &recorded);
	ATF_CHECK_EQ(125, run("--wait", wait_s));
	USER_CHECK_ERR("refused (busy)");
	kill(f.pid, SIGKILL);
	fake_wait(&f);
	user_slurp("commands", text);
	return atoi(text);
}

ATF_TC_WITHOUT_HEAD(an_appliance_that_stays_busy_gets_few_commands);
ATF_TC_BODY(an_appliance_that_stays_busy_gets_few_commands, tc)
{
	int n;

	user_make_job(JOB_SIZE);
	n = count_commands(true, "30");
	ATF_CHECK_MSG(n == 4, "%d leaves", n);
	USER_CHECK_ERR("casemate: unix:vm.sock: bundles take the room "
	    "(trying again for up to 30 s: --wait)\n");
	USER_CHECK_ERR("was busy 4 times, and each is in its ledger; "
	    "not tried again");
	n = count_commands(false, "5");
	ATF_CHECK_MSG(n >= 4 && n <= 9, "%d commands", n);
	USER_CHECK_ERR("(trying again for up to 5 s: --wait)");
}

/* Output without an end; the client must leave. */
static void
serve_flood(struct fake *f, int fd, int nr, void *arg)
{
	static char chunk[DATA_MAX];
	size_t most = *(size_t *)arg;
	struct pollfd pfd = { .fd = fd, .events = POLLIN };

	(void)nr;
	fake_begin_job(f, fd);
	memset(chunk, 'x', sizeof(chunk));
	for (size_t n = 0; n < most; n += sizeof(chunk))
		fake_output(fd, n == 0 ? 2 : 1, chunk,
		    most - n < sizeof(chunk) ? most - n : sizeof(chunk));
	if (most > 1u << 20)
		fake_check(poll(&pfd, 1, 20000) == 1, "the client stays");
}

ATF_TC_WITHOUT_HEAD(more_output_than_the_manifest_allows_ends_it);
ATF_TC_BODY(more_output_than_the_manifest_allows_ends_it, tc)
{
	static const char *const extra[] = { "--quiet", "--no-check" };
	size_t most = 1u << 20;		/* what a manifest has by itself */
	struct fake f;

	user_make_job(JOB_SIZE);
	fake_init(&f, USER_SOCKET);
	fake_serve(&f, 1, serve_flood, &most);
	ATF_CHECK_EQ(125, run(NULL, NULL));
	USER_CHECK_ERR("closed the connection");
	ATF_CHECK(strstr(user_err, "more output") == NULL);
	fake_wait(&f);
	for (int i = 0; i < 2; i++) {
		most = (1u << 20) + 1;
		fake_init(&f, USER_SOCKET);
		fake_serve(&f, 1, serve_flood, &most);
		ATF_CHECK_EQ(125, run(extra[i], NULL));
		ATF_CHECK_MSG(strstr(user_err, "the appliance sent more output "
		    "of job ") != NULL, "%s", user_err + strlen(user_err) -
		    300);
		USER_CHECK_ERR("(output_kib: 1024)");
		ATF_CHECK_EQ(0, fake_wait(&f));
	}
}

/* Without an appliance: only the file is tried. */
ATF_TC_WITHOUT_HEAD(receipt_that_cannot_be_saved_is_reported_first);
ATF_TC_BODY(receipt_that_cannot_be_saved_is_reported_first, tc)
{
	user_make_job(JOB_SIZE);
	ATF_CHECK_EQ(125, run("--receipt", "nowhere/receipt"));
	USER_CHECK_ERR("cannot write nowhere/receipt");
	ATF_CHECK_EQ(125, run("--receipt", "."));
	USER_CHECK_ERR(".: is a folder");
	ATF_CHECK_EQ(125, run("--receipt", "receipt"));
	USER_CHECK_ERR("cannot connect");
	ATF_CHECK(access("receipt", F_OK) == -1);
}

static void
serve_refusal(struct fake *f, int fd, int nr, void *arg)
{
	struct buf b = { 0 };

	(void)nr;
	(void)arg;
	fake_connect(fd);
	fake_hello(f, fd);
	fake_read(fd, CLIENT_SUBMIT, &b);
	fake_refuse(fd, REASON_REPLAY, "seen\033[2J before; sign again");
}

ATF_TC_WITHOUT_HEAD(refusal_is_reported_with_its_reason);
ATF_TC_BODY(refusal_is_reported_with_its_reason, tc)
{
	struct fake f;

	user_make_job(JOB_SIZE);
	fake_init(&f, USER_SOCKET);
	fake_serve(&f, 1, serve_refusal, NULL);
	ATF_CHECK_EQ(125, run(NULL, NULL));
	USER_CHECK_ERR("casemate: refused (replay): seen\\x1b[2J before; sign "
	    "again\n");
	ATF_CHECK(access("receipt", F_OK) == -1);
}

static void
serve_proven_refusal(struct fake *f, int fd, int nr, void *arg)
{
	(void)nr;
	fake_refuse_job(f, fd, REASON_POLICY, *(enum fake_lie *)arg);
}

ATF_TC_WITHOUT_HEAD(receipt_of_a_refusal_is_verified);
ATF_TC_BODY(receipt_of_a_refusal_is_verified, tc)
{
	enum fake_lie lies[] = { LIE_OTHER_EVENT, LIE_OTHER_OUTCOME,
	    LIE_OTHER_KEY, LIE_NONE };

	user_make_job(JOB_SIZE);
	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		const bool good = lies[i] == LIE_NONE;
		struct fake f;

		fake_init(&f, USER_SOCKET);
		fake_serve(&f, 1, serve_proven_refusal, &lies[i]);
		ATF_CHECK_EQ(125, run(NULL, NULL));
		USER_CHECK_ERR("casemate: refused (policy): with proof\n");
		USER_CHECK_ERR(good ? "receipt verified: casemate/fake, leaf 0 "
		    "of 1, in receipt" : "RECEIPT VERIFICATION FAILED: ");
		ATF_CHECK_EQ(good, access("receipt", F_OK) == 0);
		ATF_CHECK_EQ(0, access("receipt.unverified", F_OK));
		ATF_CHECK_EQ(0, fake_wait(&f));
	}
}

/* Breaks off at one of the places of a job. */
static void
serve_partly(struct fake *f, int fd, int nr, void *arg)
{
	static const unsigned char accepted[] = "\0\0\0\0";
	int where = *(int *)arg;
	struct buf b = { 0 };

	(void)nr;
	fake_connect(fd);
	if (where == 0)
		return;
	fake_hello(f, fd);
	fake_read(fd, CLIENT_SUBMIT, &b);
	if (where == 1)
		return;
	if (where == 2)
		fake_send(fd, CLIENT_ACCEPTED, accepted, 4);
	if (where == 3)
		fake_send(fd, CLIENT_FINISHED, accepted, 4);
	if (where == 4)
		fake_send(fd, CLIENT_READ_END, accepted, 4);
	if (where == 5)
		fake_send(fd, CLIENT_EXPLAINED, "\0\0\0\0", 5);
	if (where == 6)
		fake_send(fd, CLIENT_SEND, accepted, 4);
}

/* The command must be explain; *arg is the answer. */
static void
serve_explanation(struct fake *f, int fd, int nr, void *arg)
{
	const char *answer = arg;
	unsigned char frame[256];
	struct command c;
	struct put p;

	(void)nr;
	fake_connect(fd);
	fake_hello(f, fd);
	fake_read_submit(fd, &c);
	if (c.verb != VERB_EXPLAIN)
		_exit(1);
	put_init(&p, frame, sizeof(frame));
	put_u8(&p, answer[0] == '?' ? 7 : answer[0] == 'a');
	put_cstr(&p, answer);
	fake_send(fd, CLIENT_EXPLAINED, frame, p.len);
}

static int
dry_run(const char *more)
{
	const char *words[] = { "run", "--dry-run", "job", "--key", "key",
	    "--on", "unix:" USER_SOCKET, "--wait", "2", more, NULL };

	return user_run(&cmd_run, words);
}

ATF_TC_WITHOUT_HEAD(dry_run_prints_the_decision);
ATF_TC_BODY(dry_run_prints_the_decision, tc)
{
	static char yes[] = "all of it\n", no[] = "\033[2J no rule\n";
	static char neither[] = "?";
	struct fake f;

	user_make_job(JOB_SIZE);
	fake_init(&f, USER_SOCKET);
	fake_serve(&f, 2, serve_explanation, yes);
	ATF_CHECK_EQ_MSG(0, dry_run(NULL), "%s", user_err);
	ATF_CHECK_STREQ("allowed\n", user_out);
	ATF_CHECK_EQ_MSG(0, dry_run("-v"), "%s", user_err);
	ATF_CHECK_STREQ("all of it\nallowed\n", user_out);
	ATF_CHECK_EQ(0, fake_wait(&f));
	fake_serve(&f, 1, serve_explanation, no);
	ATF_CHECK_EQ(125, dry_run("-v"));
	ATF_CHECK_STREQ("?[2J no rule\nrefused\n", user_out);
	ATF_CHECK_EQ(0, fake_wait(&f));
	fake_serve(&f, 1, serve_explanation, neither);
	ATF_CHECK_EQ(125, dry_run(NULL));
	USER_CHECK_ERR("a bad EXPLAINED");
	ATF_CHECK_EQ(0, fake_wait(&f));
}

/* An explanation does not answer a job, nor SEND an explain. */
ATF_TC_WITHOUT_HEAD(dry_run_and_run_are_told_apart);
ATF_TC_BODY(dry_run_and_run_are_told_apart, tc)
{
	int ask = 5, send = 6;
	struct fake f;

	user_make_job(JOB_SIZE);
	fake_init(&f, USER_SOCKET);
	fake_serve(&f, 1, serve_partly, &ask);
	ATF_CHECK_EQ(125, run("--wait", "0"));
	USER_CHECK_ERR("a bad EXPLAINED");
	fake_wait(&f);
	fake_serve(&f, 1, serve_partly, &send);
	ATF_CHECK_EQ(125, dry_run(NULL));
	USER_CHECK_ERR("an unexpected SEND");
	fake_wait(&f);
}

/* Sends these bytes after CONNECT and OK, and closes. */
struct raw_bytes {
	const char	*data;
	size_t		 len;
	const char	*says;
};

static void
serve_bytes(struct fake *f, int fd, int nr, void *arg)
{
	const struct raw_bytes *b = arg;

	(void)f;
	(void)nr;
	fake_connect(fd);
	if (write(fd, b->data, b->len) != (ssize_t)b->len)
		_exit(1);
}

#define BYTES(text)	text, sizeof(text) - 1

ATF_TC_WITHOUT_HEAD(nonsense_from_the_appliance_is_named);
ATF_TC_BODY(nonsense_from_the_appliance_is_named, tc)
{
	static const struct raw_bytes cases[] = {
		{ BYTES("\377\377\377\377\001"), "length 4294967295" },
		{ BYTES("\0\0\0\0\001"), "length 0" },
		{ BYTES("\0\0\0\001\020"), "type 0x10, which does not exist" },
		{ BYTES("\0\0\0\001\177"), "type 0x7f, which does not exist" },
		{ BYTES("\0\0\0\011\001\0\0"), "in the middle of a frame" },
		{ BYTES("\0\0\0\001\001"), "is not a Casemate" },
		{ BYTES("\0\0\0\021\001\0\0\0\010casemate\0\0\0\002"),
		    "version 2 of the protocol" },
		{ BYTES("\0\0\0\021\001\0\0\0\010casemate\0\0\0\001"),
		    "greeting is malformed" },
		{ BYTES("\0\0\0\055\001\0\0\0\010casemate\0\0\0\001\0\0\0\004"
		    "\033[2J\0\0\0\004kept\0\0\0\0\0\0\0\0\0\0\0\0"),
		    "greeting is malformed" },
		{ BYTES("\0\0\0\055\001\0\0\0\010casemate\0\0\0\001\0\0\0\004"
		    "vkey\0\0\0\004\302\233mx\0\0\0\0\0\0\0\0\0\0\0\0"),
		    "greeting is malformed" },
		{ BYTES("\0\0\0\001\025"), "did not greet first" },
		{ BYTES("HTTP/1.1 400 Bad Request\r\n"), "which does not" },
	};

	user_make_job(JOB_SIZE);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct raw_bytes b = cases[i];
		struct fake f;

		fake_init(&f, USER_SOCKET);
		fake_serve(&f, 1, serve_bytes, &b);
		ATF_CHECK_EQ(125, run(NULL, NULL));
		ATF_CHECK_MSG(strstr(user_err, b.says) != NULL, "%zu: %s", i,
		    user_err);
		ATF_CHECK_EQ(0, fake_wait(&f));
	}
}

ATF_TC_WITHOUT_HEAD(appliance_that_breaks_off_or_sends_nonsense);
ATF_TC_BODY(appliance_that_breaks_off_or_sends_nonsense, tc)
{
	static const char *const says[] = { "without a greeting",
	    "was not accepted", "a bad ACCEPTED", "a bad FINISHED",
	    "is not expected here" };

	user_make_job(JOB_SIZE);
	for (int i = 0; i < 5; i++) {
		struct fake f;

		fake_init(&f, USER_SOCKET);
		fake_serve(&f, 1, serve_partly, &i);
		ATF_CHECK_EQ(125, run("--wait", "0"));
		ATF_CHECK_MSG(strstr(user_err, says[i]) != NULL, "%d: %s", i,
		    user_err);
		fake_wait(&f);
	}
}

/* Refuses in the middle of the bundle, reads no more, and does not hang up. */
static void
serve_stop_bundle(struct fake *f, int fd, int nr, void *arg)
{
	struct pollfd pfd = { .fd = fd, .events = POLLRDHUP };
	unsigned char job[4 + 32];
	struct buf b = { 0 };
	struct put p;

	(void)nr;
	(void)arg;
	fake_connect(fd);
	fake_hello(f, fd);
	fake_read(fd, CLIENT_SUBMIT, &b);
	put_init(&p, job, sizeof(job));
	put_cstr(&p, "00000000000000000000000000000000");
	fake_send(fd, CLIENT_SEND, job, p.len);
	fake_read(fd, CLIENT_DATA, &b);
	fake_refuse(fd, REASON_BUNDLE, "that is enough");
	poll(&pfd, 1, -1);
}

ATF_TC_WITHOUT_HEAD(refusal_in_the_middle_of_the_bundle_is_read);
ATF_TC_BODY(refusal_in_the_middle_of_the_bundle_is_read, tc)
{
	struct fake f;

	user_make_job(JOB_SIZE);
	/* More than the socket holds. */
	ATF_REQUIRE_EQ(0, truncate("job/files/p", 4 << 20));
	fake_init(&f, USER_SOCKET);
	fake_serve(&f, 1, serve_stop_bundle, NULL);
	ATF_CHECK_EQ(125, run(NULL, NULL));
	USER_CHECK_ERR("refused (bundle): that is enough");
	ATF_CHECK_EQ(0, fake_wait(&f));
}

/* `--on NAME' knows the key that `up' saw. */
ATF_TC_WITHOUT_HEAD(name_pins_the_key_that_up_saw);
ATF_TC_BODY(name_pins_the_key_that_up_saw, tc)
{
	const char *words[] = { "run", "job", "--key", "key", "--on", "vm",
	    "--wait", "2", NULL };
	struct vm_state s = { .machine = "pc", .accel = "tcg" };
	enum fake_lie lie = LIE_NONE;
	enum lock_user held;
	struct proc holder;
	char dir[PATH_MAX];
	struct fake f;
	int lock;

	user_make_job(JOB_SIZE);
	ATF_REQUIRE(getcwd(dir, sizeof(dir)) != NULL);
	setenv("XDG_STATE_HOME", dir, 1);
	ATF_REQUIRE(state_open("vm") != -1);
	ATF_CHECK_EQ(125, user_run(&cmd_run, words));
	USER_CHECK_ERR("no appliance of this name is up");
	ATF_REQUIRE((lock = lock_try("vm", LOCK_UP, &holder, &held)) != -1);
	ATF_CHECK_EQ(125, user_run(&cmd_run, words));
	USER_CHECK_ERR("vm: casemate up is starting it; try again when that");
	close(lock);

	s.qemu.pid = getpid();
	s.qemu.start = proc_start_time(getpid());
	ATF_REQUIRE_EQ(0, state_save("vm", &s));
	fake_init(&f, "casemate/vm/vsock.sock");
	user_write("casemate/vm/appliance.vkey", f.vkey, 0644);
	fake_serve(&f, 1, serve_job, &lie);
	ATF_CHECK_EQ_MSG(7, user_run(&cmd_run, words), "%s", user_err);
	ATF_CHECK_EQ(0, fake_wait(&f));
}

/* What the manifest and the bundle have at the places that a refusal names. */
static void
refuse_by_place(struct fake *f, int fd, int nr, void *arg)
{
	struct buf b = { 0 };

	(void)nr;
	fake_connect(fd);
	fake_hello(f, fd);
	fake_read(fd, CLIENT_SUBMIT, &b);
	fake_refuse(fd, REASON_MANIFEST, arg);
}

static void
run_refused(const char *text)
{
	struct fake f;
	char copy[TEXT_MAX];

	snprintf(copy, sizeof(copy), "%s", text);
	fake_init(&f, USER_SOCKET);
	fake_serve(&f, 1, refuse_by_place, copy);
	ATF_CHECK_EQ(125, run(NULL, NULL));
	ATF_CHECK_EQ(0, fake_wait(&f));
}

ATF_TC_WITHOUT_HEAD(refusal_by_place_shows_what_is_there);
ATF_TC_BODY(refusal_by_place_shows_what_is_there, tc)
{
	user_make_job(10);
	run_refused("manifest.yaml:3:7: bad");
	USER_CHECK_ERR("casemate: this line is: argv: [p]\n");
	run_refused("the manifest's argv[0] cannot be found");
	USER_CHECK_ERR("casemate: argv[0] is \"p\"\n");
	run_refused("member 3 of the bundle has another SHA-256 than the "
	    "manifest's files[0].");
	USER_CHECK_ERR("casemate: files[0] is \"p\"\n");
	USER_CHECK_ERR("casemate: member 3 is \"files/p\"\n");
}

ATF_TC_WITHOUT_HEAD(place_that_is_not_there_shows_nothing);
ATF_TC_BODY(place_that_is_not_there_shows_nothing, tc)
{
	static const char *const texts[] = {
		"manifest.yaml:0:1: x", "manifest.yaml:99:1: x",
		"manifest.yaml:-1", "manifest.yaml:", "the manifest's ",
		"the manifest's argv", "the manifest's argv[",
		"the manifest's argv[1]", "the manifest's argv[-1]",
		"the manifest's argv[99999999999999999999]",
		"the manifest's name[0]", "the manifest's .[.]]",
		"the manifest's argv[0].x", "the manifest's nonsense",
		"member 0 of the bundle", "member 4 of the bundle",
		"member x of the bundle", "member 3",
	};

	user_make_job(10);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		run_refused(texts[i]);
		ATF_CHECK_MSG(strstr(user_err, " is \"") == NULL &&
		    strstr(user_err, "this line is") == NULL, "%s: %s",
		    texts[i], user_err);
	}
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, job_with_its_receipt);
	ATF_TP_ADD_TC(tp, message_of_a_job_that_exited_is_said);
	ATF_TP_ADD_TC(tp, receipt_verifies_offline);
	ATF_TP_ADD_TC(tp, every_lie_in_a_receipt_is_reported);
	ATF_TP_ADD_TC(tp, success_without_a_receipt_is_a_failure);
	ATF_TP_ADD_TC(tp, another_appliance_is_sent_nothing);
	ATF_TP_ADD_TC(tp, busy_is_tried_again_with_the_same_command);
	ATF_TP_ADD_TC(tp, busy_with_a_receipt_takes_a_new_command);
	ATF_TP_ADD_TC(tp, an_appliance_that_stays_busy_gets_few_commands);
	ATF_TP_ADD_TC(tp, more_output_than_the_manifest_allows_ends_it);
	ATF_TP_ADD_TC(tp, receipt_that_cannot_be_saved_is_reported_first);
	ATF_TP_ADD_TC(tp, refusal_is_reported_with_its_reason);
	ATF_TP_ADD_TC(tp, receipt_of_a_refusal_is_verified);
	ATF_TP_ADD_TC(tp, dry_run_prints_the_decision);
	ATF_TP_ADD_TC(tp, dry_run_and_run_are_told_apart);
	ATF_TP_ADD_TC(tp, nonsense_from_the_appliance_is_named);
	ATF_TP_ADD_TC(tp, appliance_that_breaks_off_or_sends_nonsense);
	ATF_TP_ADD_TC(tp, refusal_in_the_middle_of_the_bundle_is_read);
	ATF_TP_ADD_TC(tp, name_pins_the_key_that_up_saw);
	ATF_TP_ADD_TC(tp, refusal_by_place_shows_what_is_there);
	ATF_TP_ADD_TC(tp, place_that_is_not_there_shows_nothing);
	return atf_no_error();
}
