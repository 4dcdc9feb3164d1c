/* casemate run and verify, against a fake appliance. */
#include "casemate.h"

#include <atf-c.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/test/fake_appliance.h"
#include "client/test/user.h"
#include "client/vm/proc.h"
#include "client/vm/lock.h"
#include "client/vm/state.h"

ATF_TC_WITHOUT_HEAD(job_with_its_receipt);
ATF_TC_BODY(job_with_its_receipt, tc)
{
	enum fake_lie lie = LIE_NONE;
	struct fake f;

	user_make_job(USER_JOB_SIZE);
	fake_init(&f, USER_SOCKET);
	fake_serve(&f, 1, fake_serve_job, &lie);
	ATF_CHECK_EQ_MSG(7, user_run_job(NULL, NULL), "%s", user_err);
	ATF_CHECK_EQ(0, fake_wait(&f));
	ATF_CHECK_STREQ("out\n", user_out);
	USER_CHECK_ERR("err\n");
	USER_CHECK_ERR("receipt verified");
	USER_CHECK_ERR("recorded: submitter dana, key SHA256:fake, rules "
	    "[\"run-all\"]\n");
	ATF_CHECK(access("receipt", F_OK) == 0);
	ATF_CHECK(access("receipt.disclosures", F_OK) == 0);
}

/* Even without progress, since it says what was wrong. */
ATF_TC_WITHOUT_HEAD(message_of_a_job_that_exited_is_said);
ATF_TC_BODY(message_of_a_job_that_exited_is_said, tc)
{
	enum fake_lie lie = LIE_NONE;
	struct fake f;

	user_make_job(USER_JOB_SIZE);
	fake_init(&f, USER_SOCKET);
	f.message = "/tmp was full";
	fake_serve(&f, 1, fake_serve_job, &lie);
	ATF_CHECK_EQ(7, user_run_job("--quiet", NULL));
	USER_CHECK_ERR("exited with status 7: /tmp was full\n");
}

ATF_TC_WITHOUT_HEAD(receipt_verifies_offline);
ATF_TC_BODY(receipt_verifies_offline, tc)
{
	const char *words[] = { "verify", "receipt", "--appliance", "vkey",
	    NULL };
	enum fake_lie lie = LIE_NONE;
	struct fake f;

	user_make_job(USER_JOB_SIZE);
	fake_init(&f, USER_SOCKET);
	user_write("vkey", f.vkey, 0644);
	fake_serve(&f, 1, fake_serve_job, &lie);
	ATF_CHECK_EQ(7, user_run_job("--appliance", "vkey"));
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
	user_make_job(USER_JOB_SIZE);
	for (int i = LIE_NONE + 1; i < LIE_NO_RECEIPT; i++) {
		enum fake_lie lie = (enum fake_lie)i;
		struct fake f;

		fake_init(&f, USER_SOCKET);
		fake_serve(&f, 1, fake_serve_job, &lie);
		ATF_CHECK_EQ_MSG(125, user_run_job(NULL, NULL),
		    "lie %d was believed", i);
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

	user_make_job(USER_JOB_SIZE);
	fake_init(&f, USER_SOCKET);
	fake_serve(&f, 1, fake_serve_job, &lie);
	ATF_CHECK_EQ(125, user_run_job(NULL, NULL));
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

	user_make_job(USER_JOB_SIZE);
	fake_init(&f, USER_SOCKET);
	key = f.key;
	key.pub[0] ^= 1;
	ATF_REQUIRE_EQ(0, note_key_init(&key, "casemate/fake", key.pub));
	note_format_vkey(vkey, &key);
	user_write("vkey", vkey, 0644);
	fake_serve(&f, 1, serve_wrong_key, NULL);
	ATF_CHECK_EQ(125, user_run_job("--appliance", "vkey"));
	ATF_CHECK_EQ_MSG(0, fake_wait(&f), "something was sent");
	USER_CHECK_ERR("THIS IS ANOTHER APPLIANCE");
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

	user_make_job(USER_JOB_SIZE);
	fake_init(&f, USER_SOCKET);
	fake_serve(&f, 1, serve_flood, &most);
	ATF_CHECK_EQ(125, user_run_job(NULL, NULL));
	USER_CHECK_ERR("closed the connection");
	ATF_CHECK(strstr(user_err, "more output") == NULL);
	fake_wait(&f);
	for (int i = 0; i < 2; i++) {
		most = (1u << 20) + 1;
		fake_init(&f, USER_SOCKET);
		fake_serve(&f, 1, serve_flood, &most);
		ATF_CHECK_EQ(125, user_run_job(extra[i], NULL));
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
	user_make_job(USER_JOB_SIZE);
	ATF_CHECK_EQ(125, user_run_job("--receipt", "nowhere/receipt"));
	USER_CHECK_ERR("cannot write nowhere/receipt");
	ATF_CHECK_EQ(125, user_run_job("--receipt", "."));
	USER_CHECK_ERR(".: is a folder");
	ATF_CHECK_EQ(125, user_run_job("--receipt", "receipt"));
	USER_CHECK_ERR("cannot connect");
	ATF_CHECK(access("receipt", F_OK) == -1);
}

/* Breaks off at one of the places of a job. */
static void
serve_partly(struct fake *f, int fd, int nr, void *arg)
{
	static const unsigned char accepted[] = "\0\0\0\0";
	int where = *(int *)arg;
	struct buf b = { 0 };

	(void)nr;
	if (where == 0) {
		fake_connect(fd);
		return;
	}
	fake_greet(f, fd);
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
	fake_greet(f, fd);
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

	user_make_job(USER_JOB_SIZE);
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

	user_make_job(USER_JOB_SIZE);
	fake_init(&f, USER_SOCKET);
	fake_serve(&f, 1, serve_partly, &ask);
	ATF_CHECK_EQ(125, user_run_job("--wait", "0"));
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
		{ BYTES("\0\0\0\021\001\0\0\0\010casemate\0\0\0\001"),
		    "version 1 of the protocol" },
		{ BYTES("\0\0\0\021\001\0\0\0\010casemate\0\0\0\002"),
		    "greeting is malformed" },
		{ BYTES("\0\0\0\055\001\0\0\0\010casemate\0\0\0\002\0\0\0\004"
		    "\033[2J\0\0\0\004kept\0\0\0\0\0\0\0\0\0\0\0\0"),
		    "greeting is malformed" },
		{ BYTES("\0\0\0\055\001\0\0\0\010casemate\0\0\0\002\0\0\0\004"
		    "vkey\0\0\0\004\302\233mx\0\0\0\0\0\0\0\0\0\0\0\0"),
		    "greeting is malformed" },
		{ BYTES("\0\0\0\001\025"), "did not greet first" },
		{ BYTES("HTTP/1.1 400 Bad Request\r\n"), "which does not" },
	};

	user_make_job(USER_JOB_SIZE);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct raw_bytes b = cases[i];
		struct fake f;

		fake_init(&f, USER_SOCKET);
		fake_serve(&f, 1, serve_bytes, &b);
		ATF_CHECK_EQ(125, user_run_job(NULL, NULL));
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

	user_make_job(USER_JOB_SIZE);
	for (int i = 0; i < 5; i++) {
		struct fake f;

		fake_init(&f, USER_SOCKET);
		fake_serve(&f, 1, serve_partly, &i);
		ATF_CHECK_EQ(125, user_run_job("--wait", "0"));
		ATF_CHECK_MSG(strstr(user_err, says[i]) != NULL, "%d: %s", i,
		    user_err);
		fake_wait(&f);
	}
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

	user_make_job(USER_JOB_SIZE);
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
	fake_serve(&f, 1, fake_serve_job, &lie);
	ATF_CHECK_EQ_MSG(7, user_run(&cmd_run, words), "%s", user_err);
	ATF_CHECK_EQ(0, fake_wait(&f));
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, job_with_its_receipt);
	ATF_TP_ADD_TC(tp, message_of_a_job_that_exited_is_said);
	ATF_TP_ADD_TC(tp, receipt_verifies_offline);
	ATF_TP_ADD_TC(tp, every_lie_in_a_receipt_is_reported);
	ATF_TP_ADD_TC(tp, success_without_a_receipt_is_a_failure);
	ATF_TP_ADD_TC(tp, another_appliance_is_sent_nothing);
	ATF_TP_ADD_TC(tp, more_output_than_the_manifest_allows_ends_it);
	ATF_TP_ADD_TC(tp, receipt_that_cannot_be_saved_is_reported_first);
	ATF_TP_ADD_TC(tp, dry_run_prints_the_decision);
	ATF_TP_ADD_TC(tp, dry_run_and_run_are_told_apart);
	ATF_TP_ADD_TC(tp, nonsense_from_the_appliance_is_named);
	ATF_TP_ADD_TC(tp, appliance_that_breaks_off_or_sends_nonsense);
	ATF_TP_ADD_TC(tp, name_pins_the_key_that_up_saw);
	return atf_no_error();
}
