/* Orders to read, against a fake appliance. */
#include <sys/stat.h>

#include <atf-c.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "casemate.h"
#include "client/test/fake_appliance.h"
#include "file.h"
#include "client/vm/proc.h"

#define SOCKET	"vm.sock"
#define JOB	"00112233445566778899aabbccddeeff"

static char said[FAKE_TEXT], printed[FAKE_TEXT];

static void
make_key(void)
{
	const char *argv[] = { "ssh-keygen", "-q", "-t", "ed25519", "-N", "",
	    "-f", "key", NULL };

	if (access("key", F_OK) == -1)
		ATF_REQUIRE_EQ(0, proc_wait(proc_start(argv, PROC_ATTACHED, -1,
		    NULL, 0)));
}

/* A command that reads, with up to three more words. */
static int
casemate(const struct cmd *command, const char *a, const char *b,
    const char *c)
{
	const char *words[] = { "command", "--key", "key", "--on",
	    "unix:" SOCKET, "--wait", "5", a, b, c, NULL };

	make_key();
	return fake_command(command, words, printed, said);
}

struct reply {
	enum verb	 verb;
	const char	*answer, *note;
	enum fake_lie	 lie;
};

static void
serve(struct fake *f, int fd, int nr, void *arg)
{
	const struct reply *r = arg;

	(void)nr;
	fake_reading(f, fd, r->verb, r->answer, r->note, r->lie);
}

static void
start(struct fake *f, int n, struct reply *r)
{
	make_key();
	fake_init(f, SOCKET);
	fake_serve(f, n, serve, r);
}

#define STATUS	"{\"vkey\":\"casemate/fake+00000000+AAAA\",\"mode\":" \
		"\"kept\",\"slots\":8,\"running\":2,\"jobs_done\":40," \
		"\"tree_size\":81,\"uptime_ms\":61034,\"memory_bytes\":" \
		"67108864,\"runtimes\":\"python,a\\\"b\\u001b\"}\n"

ATF_TC_WITHOUT_HEAD(status_as_table_and_json);
ATF_TC_BODY(status_as_table_and_json, tc)
{
	struct reply r = { VERB_STATUS, STATUS, "", LIE_NONE };
	struct fake f;

	start(&f, 2, &r);
	ATF_CHECK_EQ_MSG(0, casemate(&cmd_status, NULL, NULL, NULL), "%s",
	    said);
	ATF_CHECK(strstr(printed, "2 of 8 slots running, 40 done\n") != NULL);
	ATF_CHECK(strstr(printed, "61.034 s\n") != NULL);
	ATF_CHECK(strstr(printed, "64 MiB\n") != NULL);
	ATF_CHECK(strstr(printed, "python,a\"b?\n") != NULL);
	ATF_CHECK_EQ(0, casemate(&cmd_status, "--json", NULL, NULL));
	ATF_CHECK_STREQ(STATUS, printed);
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
	struct reply r = { VERB_JOBS, two, "", LIE_NONE };
	struct fake f;

	start(&f, 2, &r);
	ATF_CHECK_EQ_MSG(0, casemate(&cmd_jobs, NULL, NULL, NULL), "%s", said);
	ATF_CHECK_STREQ(JOB " 2026-01-01T00:00:00Z exited 3       dana         "
	    "hello\n"
	    "ff                               -                    "
	    "preparing      ?            x\n", printed);
	ATF_CHECK_EQ(0, casemate(&cmd_jobs, "--json", NULL, NULL));
	ATF_CHECK_STREQ(two, printed);
	ATF_CHECK_EQ(0, fake_wait(&f));
}

ATF_TC_WITHOUT_HEAD(answer_that_is_no_json_is_refused);
ATF_TC_BODY(answer_that_is_no_json_is_refused, tc)
{
	static const char *const bad[] = {
		"", "\033[2J\n", "{\"a\":1}x\n", "{\"a\":\"\302\233\033\"}\n",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct reply r = { VERB_STATUS, bad[i], "", LIE_NONE };
		struct fake f;

		start(&f, 1, &r);
		ATF_CHECK_EQ(1, casemate(&cmd_status, "--json", NULL, NULL));
		ATF_CHECK_STREQ("", printed);
		ATF_CHECK_EQ(0, fake_wait(&f));
	}
}

ATF_TC_WITHOUT_HEAD(output_goes_where_the_job_wrote_it);
ATF_TC_BODY(output_goes_where_the_job_wrote_it, tc)
{
	struct reply r = { VERB_OUTPUT, "one\n!two\nthree", "the first 9 of "
	    "20 bytes are not kept", LIE_NONE };
	struct fake f;

	start(&f, 1, &r);
	ATF_CHECK_EQ(0, casemate(&cmd_output, JOB, NULL, NULL));
	ATF_CHECK_STREQ("one\nthree", printed);
	ATF_CHECK_STREQ("casemate: the first 9 of 20 bytes are not kept\n"
	    "two\n", said);
	ATF_CHECK_EQ(0, fake_wait(&f));
	ATF_CHECK_EQ(-1 & 0xff, casemate(&cmd_output, "7", NULL, NULL));
	ATF_CHECK(strstr(said, "is not a job's id") != NULL);
}

#define ACTS	"a\302\233m\342\200\256z\033[1m\377\r\\\n"

ATF_TC_WITHOUT_HEAD(safe_output_has_nothing_that_acts);
ATF_TC_BODY(safe_output_has_nothing_that_acts, tc)
{
	struct reply r = { VERB_OUTPUT, ACTS "!" ACTS "end\342\202", "",
	    LIE_NONE };
	struct fake f;

	start(&f, 2, &r);
	ATF_CHECK_EQ(0, casemate(&cmd_output, JOB, NULL, NULL));
	ATF_CHECK_STREQ(ACTS "end\342\202", printed);
	ATF_CHECK_STREQ(ACTS, said);
	ATF_CHECK_EQ(0, casemate(&cmd_output, JOB, "--safe-output", NULL));
	ATF_CHECK_STREQ("a\\xc2\\x9bm\\xe2\\x80\\xaez\\x1b[1m\\xff\\x0d\\\n"
	    "end\\xe2\\x82", printed);
	ATF_CHECK_STREQ("a\\xc2\\x9bm\\xe2\\x80\\xaez\\x1b[1m\\xff\\x0d\\\n",
	    said);
	ATF_CHECK_EQ(0, fake_wait(&f));
}

/* `casemate output' whose standard output is a terminal; what that shows. */
static int
on_terminal(const char *option, char *shown)
{
	const char *words[] = { "output", "--key", "key", "--on",
	    "unix:" SOCKET, JOB, option, NULL };
	union {
		const char *const *in;
		char **out;
	} argv = { .in = words };
	int master = posix_openpt(O_RDWR | O_NOCTTY), code;
	size_t len = 0;
	ssize_t n;
	pid_t pid;

	ATF_REQUIRE(grantpt(master) == 0 && unlockpt(master) == 0);
	if ((pid = fork()) == 0) {
		dup2(open(ptsname(master), O_RDWR | O_NOCTTY), 1);
		dup2(open("err", O_WRONLY | O_CREAT | O_TRUNC, 0600), 2);
		code = cmd_output.run(option == NULL ? 6 : 7, argv.out);
		fflush(NULL);
		_exit(code);
	}
	while ((n = read(master, shown + len, FAKE_TEXT - 1 - len)) > 0)
		len += (size_t)n;
	shown[len] = '\0';
	code = proc_wait(pid);
	close(master);
	fake_slurp("err", said);
	return code;
}

ATF_TC_WITHOUT_HEAD(a_terminal_that_was_sent_control_characters_is_told);
ATF_TC_BODY(a_terminal_that_was_sent_control_characters_is_told, tc)
{
	static const char line[] = "casemate: the job's output had control "
	    "characters, and this terminal has obeyed them; --safe-output "
	    "shows them escaped\n";
	struct reply r = { VERB_OUTPUT, "a\302\233m\n!\033[1m", "",
	    LIE_NONE };
	struct reply plain = { VERB_OUTPUT, "\303\251\n!\033[1m", "",
	    LIE_NONE };
	struct fake f;

	start(&f, 3, &r);
	ATF_CHECK_EQ(0, on_terminal(NULL, printed));
	ATF_CHECK_STREQ("a\302\233m\r\n", printed);
	ATF_CHECK_MSG(strstr(said, line) != NULL, "%s", said);
	ATF_CHECK_EQ(0, on_terminal("--safe-output", printed));
	ATF_CHECK_STREQ("a\\xc2\\x9bm\r\n", printed);
	ATF_CHECK_STREQ("\\x1b[1m", said);
	/* Standard output is no terminal: nothing was obeyed. */
	ATF_CHECK_EQ(0, casemate(&cmd_output, JOB, NULL, NULL));
	ATF_CHECK_STREQ("\033[1m", said);
	ATF_CHECK_EQ(0, fake_wait(&f));
	/* Nor by one that shows only text: the rest went to a file. */
	start(&f, 1, &plain);
	ATF_CHECK_EQ(0, on_terminal(NULL, printed));
	ATF_CHECK_STREQ("\033[1m", said);
	ATF_CHECK_EQ(0, fake_wait(&f));
}

ATF_TC_WITHOUT_HEAD(json_that_is_printed_has_nothing_that_acts);
ATF_TC_BODY(json_that_is_printed_has_nothing_that_acts, tc)
{
	struct reply r = { VERB_JOBS, "{\"name\":\"\302\233\177\342\200\250"
	    "\342\200\256\342\201\251\303\251\"}\n", "", LIE_NONE };
	struct fake f;

	start(&f, 1, &r);
	ATF_CHECK_EQ(0, casemate(&cmd_jobs, "--json", NULL, NULL));
	ATF_CHECK_STREQ("{\"name\":\"\\u009b\\u007f\\u2028\\u202e\\u2069"
	    "\303\251\"}\n", printed);
	ATF_CHECK_EQ(0, fake_wait(&f));
	r.verb = VERB_STATUS;
	start(&f, 1, &r);
	ATF_CHECK_EQ(0, casemate(&cmd_status, "--json", NULL, NULL));
	ATF_CHECK(strstr(printed, "\\u009b") != NULL);
	ATF_CHECK_EQ(0, fake_wait(&f));
}

static void
serve_long_answer(struct fake *f, int fd, int nr, void *arg)
{
	static char text[(1u << 20) + 4096];

	(void)nr;
	(void)arg;
	memset(text, '\n', sizeof(text) - 1);
	fake_reading(f, fd, VERB_OUTPUT, text, "", LIE_NONE);
}

ATF_TC_WITHOUT_HEAD(an_answer_without_end_is_cut_off);
ATF_TC_BODY(an_answer_without_end_is_cut_off, tc)
{
	struct fake f;

	make_key();
	fake_init(&f, SOCKET);
	fake_serve(&f, 1, serve_long_answer, NULL);
	ATF_CHECK_EQ(1, casemate(&cmd_output, JOB, NULL, NULL));
	ATF_CHECK_STREQ("", printed);
	ATF_CHECK_STREQ("casemate: unix:vm.sock: the appliance sent more than "
	    "1048576 bytes, the most that an answer can have; the connection "
	    "is closed\n", said);
	fake_wait(&f);
}

/* Nothing is shown before its record is proven. */
ATF_TC_WITHOUT_HEAD(every_lie_is_loud_and_nothing_is_shown);
ATF_TC_BODY(every_lie_is_loud_and_nothing_is_shown, tc)
{
	static const enum fake_lie lies[] = {
		LIE_OTHER_JOB, LIE_OTHER_COMMAND, LIE_OTHER_SOURCE,
		LIE_OTHER_EVENT, LIE_OTHER_OUTCOME, LIE_OTHER_KEY,
		LIE_OTHER_LEAF,
	};

	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		struct reply r = { VERB_STATUS, STATUS, "", lies[i] };
		struct fake f;

		start(&f, 1, &r);
		ATF_CHECK_EQ_MSG(1, casemate(&cmd_status, NULL, NULL, NULL),
		    "lie %d was believed", lies[i]);
		ATF_CHECK(strstr(said, "RECEIPT VERIFICATION FAILED: ") !=
		    NULL);
		ATF_CHECK_STREQ("", printed);
		ATF_CHECK_EQ(0, fake_wait(&f));
	}
}

ATF_TC_WITHOUT_HEAD(no_receipt_no_answer);
ATF_TC_BODY(no_receipt_no_answer, tc)
{
	struct reply r = { VERB_STATUS, STATUS, "", LIE_NO_RECEIPT };
	struct fake f;

	start(&f, 1, &r);
	ATF_CHECK_EQ(1, casemate(&cmd_status, NULL, NULL, NULL));
	ATF_CHECK(strstr(said, "casemate: no receipt: ") != NULL);
	ATF_CHECK_STREQ("", printed);
	ATF_CHECK_EQ(0, fake_wait(&f));
}

struct leaves {
	const char	*prev;
	enum fake_lie	 lie;
};

static void
serve_leaves(struct fake *f, int fd, int nr, void *arg)
{
	const struct leaves *l = arg;

	(void)nr;
	fake_leaves(f, fd, l->prev, l->lie);
}

static void
start_leaves(struct fake *f, struct leaves *l)
{
	make_key();
	fake_init(f, SOCKET);
	fake_serve(f, 1, serve_leaves, l);
}

/* How many lines were printed. */
static int
lines(void)
{
	int n = 0;

	for (const char *p = printed; (p = strchr(p, '\n')) != NULL; p++)
		n++;
	return n;
}

ATF_TC_WITHOUT_HEAD(leaves_are_proven_printed_and_kept);
ATF_TC_BODY(leaves_are_proven_printed_and_kept, tc)
{
	const char *words[] = { "verify", "kept/1.tlog-proof", "--appliance",
	    "vkey", NULL };
	struct leaves l = { NULL, LIE_NONE };
	char first[512];
	struct fake f;

	start_leaves(&f, &l);
	ATF_CHECK_EQ_MSG(0, casemate(&cmd_ledger, "--receipts", "kept", NULL),
	    "%s", said);
	snprintf(first, sizeof(first), FAKE_LEAF "\n", 0, "00");
	ATF_CHECK(strncmp(printed, first, strlen(first)) == 0);
	ATF_CHECK_EQ(2, lines());
	ATF_CHECK_EQ(0, fake_wait(&f));
	ATF_REQUIRE_EQ(0, file_save("vkey", f.vkey, strlen(f.vkey), 0644));
	ATF_CHECK_EQ(0, fake_command(&cmd_verify, words, printed, said));
	ATF_CHECK(strstr(printed, "index 1 of a tree of 2") != NULL);
}

ATF_TC_WITHOUT_HEAD(leaf_that_is_not_proven_is_not_printed);
ATF_TC_BODY(leaf_that_is_not_proven_is_not_printed, tc)
{
	struct leaves bad[] = {
		{ NULL, LIE_OTHER_KEY }, { NULL, LIE_OTHER_LEAF },
	};
	struct leaves good = { NULL, LIE_NONE };
	struct fake f;

	for (int i = 0; i < 2; i++) {
		start_leaves(&f, &bad[i]);
		ATF_CHECK_EQ(1, casemate(&cmd_ledger, NULL, NULL, NULL));
		ATF_CHECK(strstr(said, "FAILED: leaf 0: ") != NULL);
		ATF_CHECK_STREQ("", printed);
		ATF_CHECK_EQ(0, fake_wait(&f));
	}
	start_leaves(&f, &good);
	ATF_CHECK_EQ(1, casemate(&cmd_ledger, "--from", "5", NULL));
	ATF_CHECK_MSG(strstr(said, "FAILED: leaf 5: it is for leaf 0") !=
	    NULL, "%s", said);
	ATF_CHECK_EQ(0, fake_wait(&f));
}

ATF_TC_WITHOUT_HEAD(leaf_that_follows_another_is_not_printed);
ATF_TC_BODY(leaf_that_follows_another_is_not_printed, tc)
{
	struct leaves l = { "abcd", LIE_NONE };
	struct fake f;

	start_leaves(&f, &l);
	ATF_CHECK_EQ(1, casemate(&cmd_ledger, NULL, NULL, NULL));
	ATF_CHECK_MSG(strstr(said, "FAILED: leaf 1: it does not follow") !=
	    NULL, "%s", said);
	ATF_CHECK_EQ(1, lines());
	ATF_CHECK_EQ(0, fake_wait(&f));
}

ATF_TC_WITHOUT_HEAD(fewer_leaves_than_wanted_is_a_failure);
ATF_TC_BODY(fewer_leaves_than_wanted_is_a_failure, tc)
{
	struct leaves l = { NULL, LIE_NONE };
	struct fake f;

	start_leaves(&f, &l);
	ATF_CHECK_EQ(1, casemate(&cmd_ledger, "--count", "3", NULL));
	ATF_CHECK_EQ(2, lines());
	ATF_CHECK_STREQ("casemate: the ledger ends before leaf 2\n", said);
	ATF_CHECK_EQ(0, fake_wait(&f));
}

/* What was not asked for is not shown. */
ATF_TC_WITHOUT_HEAD(more_leaves_than_wanted_are_not_printed);
ATF_TC_BODY(more_leaves_than_wanted_are_not_printed, tc)
{
	struct leaves l = { NULL, LIE_NONE };
	struct fake f;

	start_leaves(&f, &l);
	ATF_CHECK_EQ(0, casemate(&cmd_ledger, "--count", "1", NULL));
	ATF_CHECK_EQ(1, lines());
	ATF_CHECK_EQ(0, fake_wait(&f));
}

/* Busy once, then refused: with a word for the terminal in it. */
static void
serve_refusal(struct fake *f, int fd, int nr, void *arg)
{
	static struct buf first, again;

	(void)arg;
	fake_connect(fd);
	fake_hello(f, fd);
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

ATF_TC_WITHOUT_HEAD(refusal_is_told_and_busy_tried_again);
ATF_TC_BODY(refusal_is_told_and_busy_tried_again, tc)
{
	struct fake f;

	make_key();
	fake_init(&f, SOCKET);
	fake_serve(&f, 2, serve_refusal, NULL);
	ATF_CHECK_EQ(1, casemate(&cmd_jobs, NULL, NULL, NULL));
	ATF_CHECK_STREQ("casemate: unix:vm.sock: as many read as can (trying "
	    "again for up to 5 s: --wait)\n"
	    "casemate: refused (policy): no rule\\x1b[2J permits it\n", said);
	ATF_CHECK_EQ(0, fake_wait(&f));
}

/* Always busy; leaves the number of orders in the file `orders'. */
static void
serve_always_busy(struct fake *f, int fd, int nr, void *arg)
{
	struct buf b = { 0 };
	char n[8];

	(void)arg;
	fake_connect(fd);
	fake_hello(f, fd);
	fake_read(fd, CLIENT_READ, &b);
	buf_free(&b);
	snprintf(n, sizeof(n), "%d", nr + 1);
	fake_check(file_save("orders", n, strlen(n), 0600) == 0, "orders");
	fake_refuse_recorded(fd, REASON_BUSY, "no memory for a leaf");
}

ATF_TC_WITHOUT_HEAD(an_appliance_that_stays_busy_gets_few_orders);
ATF_TC_BODY(an_appliance_that_stays_busy_gets_few_orders, tc)
{
	static char orders[FAKE_TEXT];
	struct fake f;

	make_key();
	fake_init(&f, SOCKET);
	fake_serve(&f, 1000, serve_always_busy, NULL);
	ATF_CHECK_EQ(1, casemate(&cmd_jobs, "--wait", "30", NULL));
	ATF_CHECK_MSG(strstr(said, "was busy 4 times") != NULL, "%s", said);
	kill(f.pid, SIGKILL);
	fake_wait(&f);
	fake_slurp("orders", orders);
	ATF_CHECK_STREQ("4", orders);
}

/* Breaks off, or says what has no place here. */
static void
serve_nonsense(struct fake *f, int fd, int nr, void *arg)
{
	struct buf b = { 0 };

	(void)nr;
	fake_connect(fd);
	fake_hello(f, fd);
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

ATF_TC_WITHOUT_HEAD(appliance_that_rambles_is_told_so);
ATF_TC_BODY(appliance_that_rambles_is_told_so, tc)
{
	for (int i = 0; i < 5; i++) {
		struct fake f;

		make_key();
		fake_init(&f, SOCKET);
		fake_serve(&f, 1, serve_nonsense, &i);
		ATF_CHECK_EQ(1, casemate(&cmd_jobs, NULL, NULL, NULL));
		ATF_CHECK_MSG(strstr(said, i == 0 ? "closed the connection" :
		    "broke the protocol") != NULL, "%d: %s", i, said);
		ATF_CHECK_EQ(0, fake_wait(&f));
	}
}

ATF_TC_WITHOUT_HEAD(key_is_needed);
ATF_TC_BODY(key_is_needed, tc)
{
	const char *words[] = { "status", NULL };
	static const struct cmd *const commands[] = {
		&cmd_status, &cmd_jobs, &cmd_ledger,
	};

	for (int i = 0; i < 3; i++) {
		ATF_CHECK_EQ(-1 & 0xff, fake_command(commands[i], words,
		    printed, said));
		ATF_CHECK(strstr(said, "--key KEY is missing") != NULL);
	}
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, status_as_table_and_json);
	ATF_TP_ADD_TC(tp, jobs_as_table_and_json);
	ATF_TP_ADD_TC(tp, answer_that_is_no_json_is_refused);
	ATF_TP_ADD_TC(tp, output_goes_where_the_job_wrote_it);
	ATF_TP_ADD_TC(tp, safe_output_has_nothing_that_acts);
	ATF_TP_ADD_TC(tp,
	    a_terminal_that_was_sent_control_characters_is_told);
	ATF_TP_ADD_TC(tp, json_that_is_printed_has_nothing_that_acts);
	ATF_TP_ADD_TC(tp, an_answer_without_end_is_cut_off);
	ATF_TP_ADD_TC(tp, every_lie_is_loud_and_nothing_is_shown);
	ATF_TP_ADD_TC(tp, no_receipt_no_answer);
	ATF_TP_ADD_TC(tp, leaves_are_proven_printed_and_kept);
	ATF_TP_ADD_TC(tp, leaf_that_is_not_proven_is_not_printed);
	ATF_TP_ADD_TC(tp, leaf_that_follows_another_is_not_printed);
	ATF_TP_ADD_TC(tp, more_leaves_than_wanted_are_not_printed);
	ATF_TP_ADD_TC(tp, fewer_leaves_than_wanted_is_a_failure);
	ATF_TP_ADD_TC(tp, refusal_is_told_and_busy_tried_again);
	ATF_TP_ADD_TC(tp, an_appliance_that_stays_busy_gets_few_orders);
	ATF_TP_ADD_TC(tp, appliance_that_rambles_is_told_so);
	ATF_TP_ADD_TC(tp, key_is_needed);
	return atf_no_error();
}
