/* Ledgers that go back or fork, shown to a client that has seen them before. */
#include "history.h"

#include <sys/stat.h>
#include <sys/wait.h>

#include <atf-c.h>

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <stdnoreturn.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "casemate.h"
#include "checkpoints.h"
#include "client/test/fake_appliance.h"
#include "client/test/user.h"
#include "lib/test/kept_tree.h"
#include "need.h"

#define FOLDER	"casemate/.checkpoints/casemate%%2Ffake+%08x"

static struct fake fake;

/* A connection that ends with PROOF, or goes on with a query for status. */
static void
serve(struct fake *f, int fd, int nr, void *answers)
{
	static const struct fake_reply reply = { .verb = VERB_STATUS,
	    .answer = "{\"vkey\":\"k\"}\n", .note = "" };
	unsigned char byte;

	(void)nr;
	if (answers != NULL) {
		fake_query(f, fd, &reply);
		return;
	}
	fake_greet(f, fd);
	fake_check(read(fd, &byte, 1) == 0, "something was sent");
}

/* One query, of an appliance with so many leaves. */
static int
ask(uint64_t leaves, bool answers)
{
	static const char yes[] = "yes";
	union {
		const char *in;
		void *out;
	} arg = { .in = answers ? yes : NULL };
	int status;

	fake.leaves = leaves;
	fake_serve(&fake, 1, serve, arg.out);
	status = user_query(&cmd_status, NULL, NULL, NULL);
	ATF_CHECK_EQ(0, fake_wait(&fake));
	return status;
}

static void
setup(void)
{
	user_make_key();
	fake_init(&fake, USER_SOCKET);
}

static char *
file(const char *name)
{
	char *folder = need_printf(FOLDER, fake.key.id);
	char *path = need_printf("%s/%s", folder, name);

	free(folder);
	return path;
}

/* The size in one of the kept files; 0 when it is not there. */
static uint64_t
kept_size(const char *name)
{
	char text[USER_TEXT_MAX], *path = file(name);
	struct checkpoint c = { .size = 0 };
	struct why w;

	if (access(path, F_OK) == 0) {
		user_slurp(path, text);
		ATF_CHECK_EQ(0, checkpoint_parse_note(&c, text, strlen(text),
		    &w));
	}
	free(path);
	return c.size;
}

/* What was shown is kept; and the receipt of the query is one leaf more. */
ATF_TC_WITHOUT_HEAD(what_was_seen_is_kept);
ATF_TC_BODY(what_was_seen_is_kept, tc)
{
	setup();
	ATF_CHECK_EQ_MSG(0, ask(5, true), "%s", user_err);
	ATF_CHECK_EQ(5, kept_size("proved"));
	ATF_CHECK_EQ(6, kept_size("newest"));
}

/* Both kept ones are proved: the leaf behind 5 is the query's own. */
ATF_TC_WITHOUT_HEAD(ledger_that_has_grown_is_used);
ATF_TC_BODY(ledger_that_has_grown_is_used, tc)
{
	static const uint64_t sizes[] = { 1, 1, 2, 3, 7, 8, 64, 65, 200, 200 };
	char *newest;

	setup();
	newest = file("newest");
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		ATF_CHECK_EQ_MSG(0, ask(sizes[i], true), "%s", user_err);
		ATF_CHECK_STREQ("", user_err);
		ATF_CHECK_EQ(sizes[i], kept_size("proved"));
		/* The fake's next ledger has another leaf in its place. */
		ATF_CHECK_EQ(0, unlink(newest));
	}
	free(newest);
}

ATF_TC_WITHOUT_HEAD(old_checkpoint_is_refused);
ATF_TC_BODY(old_checkpoint_is_refused, tc)
{
	char *path;

	setup();
	ATF_REQUIRE_EQ(0, ask(9, true));
	ATF_CHECK_EQ(1, ask(8, false));
	USER_CHECK_ERR("THE LEDGER WENT BACK: it had 9 leaves when this user "
	    "saw it last, and now has 8; nothing was sent to it");
	path = file("refused");
	USER_CHECK_ERR(path);
	free(path);
	ATF_CHECK_EQ(9, kept_size("proved"));
	ATF_CHECK_EQ(10, kept_size("newest"));
	ATF_CHECK_EQ(8, kept_size("refused"));
	ATF_CHECK_EQ(1, ask(8, false));		/* and again */
}

/* 9 were proved, and the receipt was of 10. */
ATF_TC_WITHOUT_HEAD(ledger_without_a_receipts_leaf_is_refused);
ATF_TC_BODY(ledger_without_a_receipts_leaf_is_refused, tc)
{
	setup();
	ATF_REQUIRE_EQ(0, ask(9, true));
	ATF_CHECK_EQ(1, ask(9, false));
	USER_CHECK_ERR("THE LEDGER WENT BACK: it had 10 leaves");
	USER_CHECK_ERR("/refused; keep copies, and receipts from before");
}

ATF_TC_WITHOUT_HEAD(fork_is_refused);
ATF_TC_BODY(fork_is_refused, tc)
{
	char *newest;

	setup();
	newest = file("newest");
	ATF_REQUIRE_EQ(0, ask(9, true));
	ATF_CHECK_EQ(0, unlink(newest));
	free(newest);
	fake.forged = 3;
	ATF_CHECK_EQ(1, ask(9, false));
	USER_CHECK_ERR("THE LEDGER FORKED: the appliance has signed two "
	    "different ledgers of 9 leaves; nothing was sent to it");
	USER_CHECK_ERR("/refused; keep copies, they prove it");
	ATF_CHECK_EQ(9, kept_size("refused"));
}

ATF_TC_WITHOUT_HEAD(longer_fork_is_refused);
ATF_TC_BODY(longer_fork_is_refused, tc)
{
	setup();
	ATF_REQUIRE_EQ(0, ask(9, true));
	for (uint64_t at = 1; at <= 9; at++) {
		fake.forged = at;
		ATF_CHECK_EQ(1, ask(20, false));
		USER_CHECK_ERR("THE LEDGER FORKED: the appliance does not "
		    "prove that its 20 leaves begin with the 9 that");
	}
	ATF_CHECK_EQ(9, kept_size("proved"));
	ATF_CHECK_EQ(20, kept_size("refused"));
}

/* It continues what was proved, but not what the receipt showed. */
ATF_TC_WITHOUT_HEAD(fork_behind_the_last_proof_is_refused);
ATF_TC_BODY(fork_behind_the_last_proof_is_refused, tc)
{
	setup();
	ATF_REQUIRE_EQ(0, ask(9, true));
	ATF_CHECK_EQ(1, ask(20, false));
	USER_CHECK_ERR("its 20 leaves begin with the 10 that");
}

ATF_TC_WITHOUT_HEAD(proof_of_another_length_is_refused);
ATF_TC_BODY(proof_of_another_length_is_refused, tc)
{
	setup();
	ATF_REQUIRE_EQ(0, ask(9, true));
	fake.bad_proofs = true;
	ATF_CHECK_EQ(1, ask(20, false));
	USER_CHECK_ERR("does not prove that its 20 leaves begin with the 9");
}

ATF_TC_WITHOUT_HEAD(checkpoint_of_another_log_or_key_is_refused);
ATF_TC_BODY(checkpoint_of_another_log_or_key_is_refused, tc)
{
	setup();
	fake.note_lie = LIE_OTHER_KEY;
	ATF_CHECK_EQ(1, ask(9, false));
	USER_CHECK_ERR("newest checkpoint is not valid: ");
	fake.note_lie = LIE_OTHER_LOG;
	ATF_CHECK_EQ(1, ask(9, false));
	USER_CHECK_ERR("is of another log than casemate/fake, whose key");
	ATF_CHECK_EQ(0, kept_size("newest"));
}

/* The same name with another key has a ledger of its own. */
ATF_TC_WITHOUT_HEAD(another_key_has_another_past);
ATF_TC_BODY(another_key_has_another_past, tc)
{
	unsigned char pub[NOTE_KEY_LEN];

	setup();
	ATF_REQUIRE_EQ(0, ask(9, true));
	crypto_sign_keypair(pub, fake.secret);
	ATF_REQUIRE_EQ(0, note_key_init(&fake.key, "casemate/fake", pub));
	note_format_vkey(fake.vkey, &fake.key);
	fake.forged = 1;
	ATF_CHECK_EQ_MSG(0, ask(3, true), "%s", user_err);
	ATF_CHECK_EQ(3, kept_size("proved"));
}

/* The answer's receipt has another past than its own connection's proof. */
static void
serve_other_receipt(struct fake *f, int fd, int nr, void *less)
{
	struct fake_reply reply = { .verb = VERB_STATUS,
	    .answer = "{\"vkey\":\"k\"}\n", .note = "" };

	(void)nr;
	fake_begin_query(f, fd, VERB_STATUS);
	f->leaves -= less != NULL ? 2 : 1;
	fake_end_query(f, fd, &reply);
}

static void
ask_other_receipt(bool less)
{
	fake.leaves = 9;
	fake_serve(&fake, 1, serve_other_receipt, less ? &fake : NULL);
	ATF_CHECK_EQ(1, user_query(&cmd_status, NULL, NULL, NULL));
	ATF_CHECK_EQ(0, fake_wait(&fake));
}

ATF_TC_WITHOUT_HEAD(receipt_that_contradicts_the_proof_is_refused);
ATF_TC_BODY(receipt_that_contradicts_the_proof_is_refused, tc)
{
	setup();
	ask_other_receipt(false);
	USER_CHECK_ERR("two different ledgers of 9 leaves; do not trust its "
	    "answer");
	ATF_CHECK_EQ(9, kept_size("newest"));
	ATF_CHECK_EQ(9, kept_size("refused"));
	ask_other_receipt(true);
	USER_CHECK_ERR("it had 9 leaves when this user saw it last, and now "
	    "has 8; do not trust its answer");
	ATF_CHECK_STREQ("", user_out);
}

/* Adds the receipt of one more leaf to what is kept. */
static int
add(const char *leaf, const struct checkpoint *shown)
{
	static char text[RECEIPT_MAX];
	struct put p;

	fake.leaves = 9;
	put_init(&p, text, sizeof(text));
	fake_put_receipt(&p, &fake, leaf, LIE_NONE);
	return history_add_receipt(fake.vkey, "here", text, p.len, shown);
}

/* Of two clients at once, the other's receipt may be the newer one. */
ATF_TC_WITHOUT_HEAD(receipts_of_one_size_must_agree);
ATF_TC_BODY(receipts_of_one_size_must_agree, tc)
{
	struct checkpoint shown = { .size = 5 };
	char *newest;

	setup();
	newest = file("newest");
	ATF_CHECK_EQ(0, add("one", &shown));
	ATF_CHECK_EQ(0, add("one", &shown));
	ATF_CHECK_EQ(-1, add("two", &shown));
	ATF_CHECK_EQ(0, unlink(newest));
	shown.size = 10;	/* with a root of zeros */
	ATF_CHECK_EQ(-1, add("one", &shown));
	ATF_CHECK_EQ(0, kept_size("newest"));
	free(newest);
}

static void
serve_refusal(struct fake *f, int fd, int nr, void *arg)
{
	const enum reason *reason = arg;
	struct buf b = { 0 };

	fake_connect(fd);
	fake_hello(f, fd);
	if (nr == 1) {
		fake_prove(f, fd);
		return;
	}
	fake_read(fd, CLIENT_PROVE, &b);
	if (*reason == 0)
		fake_send(fd, CLIENT_PROOF, "x", 1);
	else
		fake_refuse(fd, *reason, "the reason");
	buf_free(&b);
}

ATF_TC_WITHOUT_HEAD(refusal_to_prove_is_told);
ATF_TC_BODY(refusal_to_prove_is_told, tc)
{
	enum reason damaged = REASON_LEDGER, busy = REASON_BUSY, bad = 0;

	setup();
	fake_serve(&fake, 1, serve_refusal, &damaged);
	ATF_CHECK_EQ(1, user_query(&cmd_status, NULL, NULL, NULL));
	USER_CHECK_ERR("does not prove that its ledger has only grown: the "
	    "reason");
	USER_CHECK_ERR("remove ");
	ATF_CHECK_EQ(0, fake_wait(&fake));
	fake_serve(&fake, 1, serve_refusal, &bad);
	ATF_CHECK_EQ(1, user_query(&cmd_status, NULL, NULL, NULL));
	USER_CHECK_ERR("broke the protocol: it sent no PROOF");
	ATF_CHECK_EQ(0, fake_wait(&fake));
	fake_serve(&fake, 2, serve_refusal, &busy);	/* tries again */
	ATF_CHECK_EQ(1, user_query(&cmd_status, NULL, NULL, NULL));
	ATF_CHECK_EQ(0, fake_wait(&fake));
}

ATF_TC_WITHOUT_HEAD(damaged_checkpoint_is_named);
ATF_TC_BODY(damaged_checkpoint_is_named, tc)
{
	static const char *const texts[] = { "", "casemate/fake\n9\n",
	    "not a note" };
	char *path;

	setup();
	ATF_REQUIRE_EQ(0, ask(9, true));
	path = file("proved");
	for (size_t i = 0; i < 3; i++) {
		user_write(path, texts[i], 0600);
		fake_serve(&fake, 1, serve_refusal, NULL);
		ATF_CHECK_EQ(1, user_query(&cmd_status, NULL, NULL, NULL));
		USER_CHECK_ERR("/proved: is damaged: ");
		kill(fake.pid, SIGKILL);
		fake_wait(&fake);
	}
	free(path);
}

/* One line, and the answer all the same. */
ATF_TC_WITHOUT_HEAD(folder_that_cannot_be_written_is_a_warning);
ATF_TC_BODY(folder_that_cannot_be_written_is_a_warning, tc)
{
	const char *end;

	setup();
	user_write("casemate", "", 0644);
	ATF_CHECK_EQ(0, ask(9, true));
	USER_CHECK_ERR("checkpoints cannot be kept, so that a ledger that goes "
	    "back later is not noticed: Not a directory");
	end = strchr(user_err, '\n');
	ATF_CHECK(end != NULL && end[1] == '\0');
}

/* No lock can be made in it, but what is there is compared. */
ATF_TC_WITHOUT_HEAD(checkpoint_that_can_only_be_read_is_compared);
ATF_TC_BODY(checkpoint_that_can_only_be_read_is_compared, tc)
{
	char *lock;

	setup();
	ATF_REQUIRE_EQ(0, ask(9, true));
	lock = file("lock");
	ATF_REQUIRE(unlink(lock) == 0 && mkdir(lock, 0755) == 0);
	free(lock);
	ATF_CHECK_EQ(1, ask(8, false));
	USER_CHECK_ERR("cannot be kept");
	USER_CHECK_ERR("THE LEDGER WENT BACK");
	ATF_CHECK_EQ(0, kept_size("refused"));
}

/* Keeps 1 to 39 in turn; what is kept by then must never be less. */
static noreturn void
keep_in_turn(void)
{
	uint64_t last = 0;

	for (uint64_t n = 1; n < 40; n++) {
		unsigned char root[TREE_HASH];
		struct checkpoints k;
		char note[1024];
		size_t len;

		fake.leaves = n;
		fake_fill(&fake);
		tree_root(&kept_tree.tree, root);
		len = fake_put_note(&fake, note, sizeof(note), n, root,
		    LIE_NONE);
		if (checkpoints_open(&k, fake.vkey) == -1 ||
		    k.newest.c.size < last)
			_exit(1);
		last = k.newest.c.size;
		poll(NULL, 0, 1);
		if (n > last)
			checkpoints_put_newest(&k, note, len);
		checkpoints_close(&k);
	}
	_exit(0);
}

/* Many at once: what is kept only grows, and no file is cut. */
ATF_TC_WITHOUT_HEAD(concurrent_clients_keep_the_newest);
ATF_TC_BODY(concurrent_clients_keep_the_newest, tc)
{
	pid_t pid[8];
	int status;

	setup();
	for (int i = 0; i < 8; i++)
		if ((pid[i] = fork()) == 0)
			keep_in_turn();
	for (int i = 0; i < 8; i++) {
		ATF_REQUIRE_EQ(pid[i], waitpid(pid[i], &status, 0));
		ATF_CHECK_EQ(0, status);
	}
	ATF_CHECK_EQ(39, kept_size("newest"));
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, what_was_seen_is_kept);
	ATF_TP_ADD_TC(tp, ledger_that_has_grown_is_used);
	ATF_TP_ADD_TC(tp, old_checkpoint_is_refused);
	ATF_TP_ADD_TC(tp, ledger_without_a_receipts_leaf_is_refused);
	ATF_TP_ADD_TC(tp, fork_is_refused);
	ATF_TP_ADD_TC(tp, longer_fork_is_refused);
	ATF_TP_ADD_TC(tp, fork_behind_the_last_proof_is_refused);
	ATF_TP_ADD_TC(tp, proof_of_another_length_is_refused);
	ATF_TP_ADD_TC(tp, checkpoint_of_another_log_or_key_is_refused);
	ATF_TP_ADD_TC(tp, another_key_has_another_past);
	ATF_TP_ADD_TC(tp, receipt_that_contradicts_the_proof_is_refused);
	ATF_TP_ADD_TC(tp, receipts_of_one_size_must_agree);
	ATF_TP_ADD_TC(tp, refusal_to_prove_is_told);
	ATF_TP_ADD_TC(tp, damaged_checkpoint_is_named);
	ATF_TP_ADD_TC(tp, folder_that_cannot_be_written_is_a_warning);
	ATF_TP_ADD_TC(tp, checkpoint_that_can_only_be_read_is_compared);
	ATF_TP_ADD_TC(tp, concurrent_clients_keep_the_newest);
	return atf_no_error();
}
