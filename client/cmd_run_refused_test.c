/* casemate run, refused: busy, by policy, in the middle, by a place. */
#include "casemate.h"

#include <atf-c.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/test/fake_appliance.h"
#include "client/test/user.h"
#include "file.h"

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
	fake_greet(f, fd);
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

	user_make_job(USER_JOB_SIZE);
	fake_init(&f, USER_SOCKET);
	fake_serve(&f, 3, serve_busy, NULL);
	ATF_CHECK_EQ_MSG(7, user_run_job("--wait", "20"), "%s", user_err);
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
	fake_greet(f, fd);
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

	user_make_job(USER_JOB_SIZE);
	fake_init(&f, USER_SOCKET);
	fake_serve(&f, 3, serve_used_up, NULL);
	ATF_CHECK_EQ_MSG(7, user_run_job("--wait", "20"), "%s", user_err);
	ATF_CHECK_EQ(0, fake_wait(&f));
}

/* Always busy; leaves the number of commands in the file `commands'. */
static void
serve_always_busy(struct fake *f, int fd, int nr, void *arg)
{
	const bool recorded = *(bool *)arg;
	struct command c;
	char n[8];

	fake_greet(f, fd);
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
	ATF_CHECK_EQ(125, user_run_job("--wait", wait_s));
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

	user_make_job(USER_JOB_SIZE);
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

static void
serve_refusal(struct fake *f, int fd, int nr, void *arg)
{
	struct buf b = { 0 };

	(void)nr;
	(void)arg;
	fake_greet(f, fd);
	fake_read(fd, CLIENT_SUBMIT, &b);
	fake_refuse(fd, REASON_REPLAY, "seen\033[2J before; sign again");
}

ATF_TC_WITHOUT_HEAD(refusal_is_reported_with_its_reason);
ATF_TC_BODY(refusal_is_reported_with_its_reason, tc)
{
	struct fake f;

	user_make_job(USER_JOB_SIZE);
	fake_init(&f, USER_SOCKET);
	fake_serve(&f, 1, serve_refusal, NULL);
	ATF_CHECK_EQ(125, user_run_job(NULL, NULL));
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

	user_make_job(USER_JOB_SIZE);
	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		const bool good = lies[i] == LIE_NONE;
		struct fake f;

		fake_init(&f, USER_SOCKET);
		fake_serve(&f, 1, serve_proven_refusal, &lies[i]);
		ATF_CHECK_EQ(125, user_run_job(NULL, NULL));
		USER_CHECK_ERR("casemate: refused (policy): with proof\n");
		USER_CHECK_ERR(good ? "receipt verified: casemate/fake, leaf 0 "
		    "of 1, in receipt" : "RECEIPT VERIFICATION FAILED: ");
		ATF_CHECK_EQ(good, access("receipt", F_OK) == 0);
		ATF_CHECK_EQ(0, access("receipt.unverified", F_OK));
		ATF_CHECK_EQ(0, fake_wait(&f));
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
	fake_greet(f, fd);
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

	user_make_job(USER_JOB_SIZE);
	/* More than the socket holds. */
	ATF_REQUIRE_EQ(0, truncate("job/files/p", 4 << 20));
	fake_init(&f, USER_SOCKET);
	fake_serve(&f, 1, serve_stop_bundle, NULL);
	ATF_CHECK_EQ(125, user_run_job(NULL, NULL));
	USER_CHECK_ERR("refused (bundle): that is enough");
	ATF_CHECK_EQ(0, fake_wait(&f));
}

/* What the manifest and the bundle have at the places that a refusal names. */
static void
refuse_by_place(struct fake *f, int fd, int nr, void *arg)
{
	struct buf b = { 0 };

	(void)nr;
	fake_greet(f, fd);
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
	ATF_CHECK_EQ(125, user_run_job(NULL, NULL));
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
	ATF_TP_ADD_TC(tp, busy_is_tried_again_with_the_same_command);
	ATF_TP_ADD_TC(tp, busy_with_a_receipt_takes_a_new_command);
	ATF_TP_ADD_TC(tp, an_appliance_that_stays_busy_gets_few_commands);
	ATF_TP_ADD_TC(tp, refusal_is_reported_with_its_reason);
	ATF_TP_ADD_TC(tp, receipt_of_a_refusal_is_verified);
	ATF_TP_ADD_TC(tp, refusal_in_the_middle_of_the_bundle_is_read);
	ATF_TP_ADD_TC(tp, refusal_by_place_shows_what_is_there);
	ATF_TP_ADD_TC(tp, place_that_is_not_there_shows_nothing);
	return atf_no_error();
}
