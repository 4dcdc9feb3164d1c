/* Queries, against a fake appliance. */
#include "query.h"

#include <atf-c.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "casemate.h"
#include "client/test/fake_appliance.h"
#include "client/test/user.h"

#define JOB	"00112233445566778899aabbccddeeff"

#define STATUS	"{\"vkey\":\"casemate/fake+00000000+AAAA\",\"mode\":" \
		"\"kept\",\"slots\":8,\"running\":2,\"jobs_done\":40," \
		"\"tree_size\":81,\"uptime_ms\":61034,\"memory_bytes\":" \
		"67108864,\"runtimes\":\"python,a\\\"b\\u001b\"}\n"

ATF_TC_WITHOUT_HEAD(status_as_table_and_json);
ATF_TC_BODY(status_as_table_and_json, tc)
{
	struct fake_reply r = { VERB_STATUS, STATUS, "", LIE_NONE };
	struct fake f;

	fake_serve_replies(&f, USER_SOCKET, 2, &r);
	ATF_CHECK_EQ_MSG(0, user_query(&cmd_status, NULL, NULL, NULL), "%s",
	    user_err);
	ATF_CHECK(strstr(user_out, "2 of 8 slots running, 40 done\n") != NULL);
	ATF_CHECK(strstr(user_out, "61.034 s\n") != NULL);
	ATF_CHECK(strstr(user_out, "64 MiB\n") != NULL);
	ATF_CHECK(strstr(user_out, "python,a\"b?\n") != NULL);
	ATF_CHECK_EQ(0, user_query(&cmd_status, "--json", NULL, NULL));
	ATF_CHECK_STREQ(STATUS, user_out);
	ATF_CHECK_EQ(0, fake_wait(&f));
}

ATF_TC_WITHOUT_HEAD(jobs_as_table_and_json);
ATF_TC_BODY(jobs_as_table_and_json, tc)
{
	static const char two[] =
	    "{\"job\":\"" JOB "\",\"name\":\"hello\",\"submitter\":\"dana\","
	    "\"author\":\"dana\",\"state\":\"exited\",\"status\":3,"
	    "\"started\":1767225600,\"wall_ms\":4,\"output_bytes\":6}\n"
	    "{\"job\":\"ff\",\"name\":\"x\",\"submitter\":\"\\u0007\","
	    "\"author\":\"\",\"state\":\"preparing\",\"status\":0,"
	    "\"started\":0,\"wall_ms\":0,\"output_bytes\":0}\n";
	struct fake_reply r = { VERB_JOBS, two, "", LIE_NONE };
	struct fake f;

	fake_serve_replies(&f, USER_SOCKET, 2, &r);
	ATF_CHECK_EQ_MSG(0, user_query(&cmd_jobs, NULL, NULL, NULL), "%s",
	    user_err);
	ATF_CHECK_STREQ(JOB " 2026-01-01T00:00:00Z exited 3       dana         "
	    "hello\n"
	    "ff                               -                    "
	    "preparing      ?            x\n", user_out);
	ATF_CHECK_EQ(0, user_query(&cmd_jobs, "--json", NULL, NULL));
	ATF_CHECK_STREQ(two, user_out);
	ATF_CHECK_EQ(0, fake_wait(&f));
}

ATF_TC_WITHOUT_HEAD(answer_that_is_not_json_is_refused);
ATF_TC_BODY(answer_that_is_not_json_is_refused, tc)
{
	static const char *const bad[] = {
		"", "\033[2J\n", "{\"a\":1}x\n", "{\"a\":\"\302\233\033\"}\n",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct fake_reply r = { VERB_STATUS, bad[i], "", LIE_NONE };
		struct fake f;

		fake_serve_replies(&f, USER_SOCKET, 1, &r);
		ATF_CHECK_EQ(1, user_query(&cmd_status, "--json", NULL, NULL));
		ATF_CHECK_STREQ("", user_out);
		ATF_CHECK_EQ(0, fake_wait(&f));
	}
}

ATF_TC_WITHOUT_HEAD(json_that_is_printed_has_nothing_that_acts);
ATF_TC_BODY(json_that_is_printed_has_nothing_that_acts, tc)
{
	struct fake_reply r = { VERB_JOBS, "{\"name\":\"\302\233\177"
	    "\342\200\250"
	    "\342\200\256\342\201\251\303\251\"}\n", "", LIE_NONE };
	struct fake f;

	fake_serve_replies(&f, USER_SOCKET, 1, &r);
	ATF_CHECK_EQ(0, user_query(&cmd_jobs, "--json", NULL, NULL));
	ATF_CHECK_STREQ("{\"name\":\"\\u009b\\u007f\\u2028\\u202e\\u2069"
	    "\303\251\"}\n", user_out);
	ATF_CHECK_EQ(0, fake_wait(&f));
	r.verb = VERB_STATUS;
	fake_serve_replies(&f, USER_SOCKET, 1, &r);
	ATF_CHECK_EQ(0, user_query(&cmd_status, "--json", NULL, NULL));
	ATF_CHECK(strstr(user_out, "\\u009b") != NULL);
	ATF_CHECK_EQ(0, fake_wait(&f));
}

/* Nothing is shown before the receipt is verified. */
ATF_TC_WITHOUT_HEAD(every_lie_is_reported_and_nothing_is_shown);
ATF_TC_BODY(every_lie_is_reported_and_nothing_is_shown, tc)
{
	static const enum fake_lie lies[] = {
		LIE_OTHER_JOB, LIE_OTHER_COMMAND, LIE_OTHER_SOURCE,
		LIE_OTHER_EVENT, LIE_OTHER_OUTCOME, LIE_OTHER_KEY,
		LIE_OTHER_LEAF,
	};

	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		struct fake_reply r = { VERB_STATUS, STATUS, "", lies[i] };
		struct fake f;

		fake_serve_replies(&f, USER_SOCKET, 1, &r);
		ATF_CHECK_EQ_MSG(1, user_query(&cmd_status, NULL, NULL, NULL),
		    "lie %d was believed", lies[i]);
		USER_CHECK_ERR("RECEIPT VERIFICATION FAILED: ");
		ATF_CHECK_STREQ("", user_out);
		ATF_CHECK_EQ(0, fake_wait(&f));
	}
}

ATF_TC_WITHOUT_HEAD(no_receipt_no_answer);
ATF_TC_BODY(no_receipt_no_answer, tc)
{
	struct fake_reply r = { VERB_STATUS, STATUS, "", LIE_NO_RECEIPT };
	struct fake f;

	fake_serve_replies(&f, USER_SOCKET, 1, &r);
	ATF_CHECK_EQ(1, user_query(&cmd_status, NULL, NULL, NULL));
	USER_CHECK_ERR("casemate: no receipt: ");
	ATF_CHECK_STREQ("", user_out);
	ATF_CHECK_EQ(0, fake_wait(&f));
}

/* Busy once, then refused with an escape sequence in the text. */
static void
serve_refusal(struct fake *f, int fd, int nr, void *arg)
{
	static struct buf first, again;

	(void)arg;
	fake_greet(f, fd);
	fake_read(fd, CLIENT_READ, nr == 0 ? &first : &again);
	if (nr == 0) {
		fake_refuse(fd, REASON_BUSY, "as many read as can");
		return;
	}
	if (first.len != again.len ||
	    memcmp(first.data, again.data, first.len) != 0)
		_exit(1);
	fake_refuse(fd, REASON_POLICY, "no rule\033[2J permits it");
}

ATF_TC_WITHOUT_HEAD(refusal_is_reported_and_busy_tried_again);
ATF_TC_BODY(refusal_is_reported_and_busy_tried_again, tc)
{
	struct fake f;

	user_make_key();
	fake_init(&f, USER_SOCKET);
	fake_serve(&f, 2, serve_refusal, NULL);
	ATF_CHECK_EQ(1, user_query(&cmd_jobs, NULL, NULL, NULL));
	ATF_CHECK_STREQ("casemate: unix:vm.sock: as many read as can (trying "
	    "again for up to 5 s: --wait)\n"
	    "casemate: refused (policy): no rule\\x1b[2J permits it\n",
	    user_err);
	ATF_CHECK_EQ(0, fake_wait(&f));
}

/* Always busy; leaves the number of queries in the file `queries'. */
static void
serve_always_busy(struct fake *f, int fd, int nr, void *arg)
{
	struct buf b = { 0 };
	char n[8];

	(void)arg;
	fake_greet(f, fd);
	fake_read(fd, CLIENT_READ, &b);
	buf_free(&b);
	snprintf(n, sizeof(n), "%d", nr + 1);
	user_write("queries", n, 0600);
	fake_refuse_recorded(fd, REASON_BUSY, "no memory for a leaf");
}

ATF_TC_WITHOUT_HEAD(an_appliance_that_stays_busy_gets_few_queries);
ATF_TC_BODY(an_appliance_that_stays_busy_gets_few_queries, tc)
{
	static char queries[USER_TEXT_MAX];
	struct fake f;

	user_make_key();
	fake_init(&f, USER_SOCKET);
	fake_serve(&f, 1000, serve_always_busy, NULL);
	ATF_CHECK_EQ(1, user_query(&cmd_jobs, "--wait", "30", NULL));
	USER_CHECK_ERR("was busy 4 times");
	kill(f.pid, SIGKILL);
	fake_wait(&f);
	user_slurp("queries", queries);
	ATF_CHECK_STREQ("4", queries);
}

/* Breaks off, or sends what is not expected. */
static void
serve_nonsense(struct fake *f, int fd, int nr, void *arg)
{
	struct buf b = { 0 };

	(void)nr;
	fake_greet(f, fd);
	fake_read(fd, CLIENT_READ, &b);
	if (*(int *)arg == 1)
		fake_send(fd, CLIENT_READ_DATA, "\3\0\0\0\0", 5);
	if (*(int *)arg == 2)
		fake_send(fd, CLIENT_READ_END, "\0", 1);
	if (*(int *)arg == 3)
		fake_send(fd, CLIENT_ACCEPTED, "\0\0\0\0", 4);
	if (*(int *)arg == 4)	/* it refuses another query */
		fake_send(fd, CLIENT_REFUSED, "\1\0\0\0\0\0\0\0\1x"
		    "\0\0\0\0", 14);
}

ATF_TC_WITHOUT_HEAD(nonsense_breaks_the_protocol);
ATF_TC_BODY(nonsense_breaks_the_protocol, tc)
{
	for (int i = 0; i < 5; i++) {
		struct fake f;

		user_make_key();
		fake_init(&f, USER_SOCKET);
		fake_serve(&f, 1, serve_nonsense, &i);
		ATF_CHECK_EQ(1, user_query(&cmd_jobs, NULL, NULL, NULL));
		ATF_CHECK_MSG(strstr(user_err, i == 0 ?
		    "closed the connection" : "broke the protocol")
		    != NULL, "%d: %s", i, user_err);
		ATF_CHECK_EQ(0, fake_wait(&f));
	}
}

/* What answers a query about a leaf: one of another ledger, of this size. */
struct other_leaf {
	enum verb	 verb;
	uint64_t	 size;
};

static void
serve_other_leaf(struct fake *f, int fd, int nr, void *arg)
{
	static const struct fake_reply status = { VERB_STATUS, STATUS, "",
	    LIE_NONE };
	const struct other_leaf *a = arg;
	struct fake_part parts[2] = { { .stream = 1 } };
	struct fake other = *f;
	char leaf[512];

	if (nr == 1) {
		fake_query(f, fd, &status);
		return;
	}
	other.leaves = a->size - 1;
	other.forged = 3;
	snprintf(leaf, sizeof(leaf), FAKE_LEAF, (int)other.leaves, "00");
	parts[0].data = fake_receipt(&other, leaf, LIE_NONE);
	parts[0].len = strlen(parts[0].data);
	fake_parts(f, fd, a->verb, parts, LIE_NONE);
}

/* The appliance has five leaves, and so many connections. */
static void
start_other_leaf(struct fake *f, int connections, struct other_leaf *a)
{
	user_make_key();
	fake_init(f, USER_SOCKET);
	f->leaves = 5;
	fake_serve(f, connections, serve_other_leaf, a);
}

ATF_TC_WITHOUT_HEAD(leaf_of_another_ledger_is_not_shown);
ATF_TC_BODY(leaf_of_another_ledger_is_not_shown, tc)
{
	static const struct {
		const struct cmd	*cmd;
		const char		*words[3];
		enum verb		 verb;
	} reads[] = {
		{ &cmd_ledger, { "--from=5", "--count=1" }, VERB_LEDGER },
		{ &cmd_ledger_evidence, { "5", "--output=new" },
		    VERB_EVIDENCE },
		{ &cmd_ledger_disclose, { "5", "argv" }, VERB_DISCLOSE },
	};

	for (size_t i = 0; i < sizeof(reads) / sizeof(reads[0]); i++) {
		struct other_leaf a = { reads[i].verb, 6 };
		struct fake f;

		start_other_leaf(&f, 1, &a);
		ATF_CHECK_EQ(1, user_query(reads[i].cmd, reads[i].words[0],
		    reads[i].words[1], reads[i].words[2]));
		USER_CHECK_ERR("two different ledgers of 6 leaves; do not "
		    "trust its answer");
		ATF_CHECK_STREQ("", user_out);
		ATF_CHECK_EQ(0, fake_wait(&f));
		ATF_REQUIRE_EQ(0, system("rm -r casemate"));
	}
	ATF_CHECK(access("new", F_OK) == -1);
}

/* It is the newest that was seen, so the next connection must prove it. */
ATF_TC_WITHOUT_HEAD(leaf_of_a_longer_fork_is_noticed_next);
ATF_TC_BODY(leaf_of_a_longer_fork_is_noticed_next, tc)
{
	struct other_leaf a = { VERB_LEDGER, 8 };
	struct fake f;

	start_other_leaf(&f, 2, &a);
	ATF_CHECK_EQ_MSG(0, user_query(&cmd_ledger, "--from=7", "--count=1",
	    NULL), "%s", user_err);
	ATF_CHECK_EQ(1, user_query(&cmd_status, NULL, NULL, NULL));
	USER_CHECK_ERR("THE LEDGER WENT BACK: it had 8 leaves");
}

ATF_TC_WITHOUT_HEAD(key_is_needed);
ATF_TC_BODY(key_is_needed, tc)
{
	const char *words[] = { "status", NULL };
	static const struct cmd *const commands[] = {
		&cmd_status, &cmd_jobs, &cmd_ledger,
	};

	for (int i = 0; i < 3; i++) {
		ATF_CHECK_EQ(-1 & 0xff, user_run(commands[i], words));
		USER_CHECK_ERR("--key KEY is missing");
	}
}

/* The streams that an answer may not have. */
struct wrong_streams {
	const struct cmd *cmd;
	enum verb	 verb;
	const char	*words[3];
	const char	*streams;	/* as digits */
	unsigned	 now;
};

static void
serve_wrong_stream(struct fake *f, int fd, int nr, void *arg)
{
	const struct wrong_streams *w = arg;

	(void)nr;
	fake_parts(f, fd, w->verb, (struct fake_part[]){
	    { w->now, "x", 1 }, { 0 } }, LIE_NONE);
}

ATF_TC_WITHOUT_HEAD(answers_have_their_own_streams_only);
ATF_TC_BODY(answers_have_their_own_streams_only, tc)
{
	static struct wrong_streams wrong[] = {
		{ &cmd_status, VERB_STATUS, { NULL }, "23456", 0 },
		{ &cmd_jobs, VERB_JOBS, { NULL }, "23456", 0 },
		{ &cmd_output, VERB_OUTPUT, { JOB }, "3456", 0 },
		{ &cmd_ledger, VERB_LEDGER, { NULL }, "456", 0 },
		{ &cmd_ledger_evidence, VERB_EVIDENCE, { "0", "-o", "d" },
		    "26", 0 },
		{ &cmd_ledger_disclose, VERB_DISCLOSE, { "0", "argv" },
		    "2456", 0 },
		{ &cmd_ledger_forget, VERB_FORGET, { "0", "argv" }, "123456",
		    0 },
	};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct wrong_streams *w = &wrong[i];

		for (const char *s = w->streams; *s != '\0'; s++) {
			struct fake f;

			user_make_key();
			fake_init(&f, USER_SOCKET);
			w->now = (unsigned)(*s - '0');
			fake_serve(&f, 1, serve_wrong_stream, w);
			ATF_CHECK_EQ(1, user_query(w->cmd, w->words[0],
			    w->words[1], w->words[2]));
			ATF_CHECK_MSG(strstr(user_err, "broke the protocol: it "
			    "sent a frame") != NULL, "%s, %c: %s",
			    w->cmd->name, *s, user_err);
			ATF_CHECK_EQ(0, fake_wait(&f));
		}
	}
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, answers_have_their_own_streams_only);
	ATF_TP_ADD_TC(tp, status_as_table_and_json);
	ATF_TP_ADD_TC(tp, jobs_as_table_and_json);
	ATF_TP_ADD_TC(tp, answer_that_is_not_json_is_refused);
	ATF_TP_ADD_TC(tp, json_that_is_printed_has_nothing_that_acts);
	ATF_TP_ADD_TC(tp, every_lie_is_reported_and_nothing_is_shown);
	ATF_TP_ADD_TC(tp, no_receipt_no_answer);
	ATF_TP_ADD_TC(tp, refusal_is_reported_and_busy_tried_again);
	ATF_TP_ADD_TC(tp, an_appliance_that_stays_busy_gets_few_queries);
	ATF_TP_ADD_TC(tp, leaf_of_another_ledger_is_not_shown);
	ATF_TP_ADD_TC(tp, leaf_of_a_longer_fork_is_noticed_next);
	ATF_TP_ADD_TC(tp, nonsense_breaks_the_protocol);
	ATF_TP_ADD_TC(tp, key_is_needed);
	return atf_no_error();
}
