/* casemate output, against a fake appliance. */
#include "casemate.h"

#include <atf-c.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/test/fake_appliance.h"
#include "client/test/user.h"
#include "client/vm/proc.h"

#define JOB	"00112233445566778899aabbccddeeff"

ATF_TC_WITHOUT_HEAD(output_goes_where_the_job_wrote_it);
ATF_TC_BODY(output_goes_where_the_job_wrote_it, tc)
{
	struct fake_reply r = { VERB_OUTPUT, "one\n!two\nthree", "the first 9 "
	    "of 20 bytes are not kept", LIE_NONE };
	struct fake f;

	fake_serve_replies(&f, USER_SOCKET, 1, &r);
	ATF_CHECK_EQ(0, user_query(&cmd_output, JOB, NULL, NULL));
	ATF_CHECK_STREQ("one\nthree", user_out);
	ATF_CHECK_STREQ("casemate: the first 9 of 20 bytes are not kept\n"
	    "two\n", user_err);
	ATF_CHECK_EQ(0, fake_wait(&f));
	ATF_CHECK_EQ(-1 & 0xff, user_query(&cmd_output, "7", NULL, NULL));
	USER_CHECK_ERR("is not a job's id");
}

#define ACTS	"a\302\233m\342\200\256z\033[1m\377\r\\\n"

ATF_TC_WITHOUT_HEAD(safe_output_has_nothing_that_acts);
ATF_TC_BODY(safe_output_has_nothing_that_acts, tc)
{
	struct fake_reply r = { VERB_OUTPUT, ACTS "!" ACTS "end\342\202", "",
	    LIE_NONE };
	struct fake f;

	fake_serve_replies(&f, USER_SOCKET, 2, &r);
	ATF_CHECK_EQ(0, user_query(&cmd_output, JOB, NULL, NULL));
	ATF_CHECK_STREQ(ACTS "end\342\202", user_out);
	ATF_CHECK_STREQ(ACTS, user_err);
	ATF_CHECK_EQ(0, user_query(&cmd_output, JOB, "--safe-output", NULL));
	ATF_CHECK_STREQ("a\\xc2\\x9bm\\xe2\\x80\\xaez\\x1b[1m\\xff\\x0d\\\n"
	    "end\\xe2\\x82", user_out);
	ATF_CHECK_STREQ("a\\xc2\\x9bm\\xe2\\x80\\xaez\\x1b[1m\\xff\\x0d\\\n",
	    user_err);
	ATF_CHECK_EQ(0, fake_wait(&f));
}

/* `casemate output' whose standard output is a terminal; what that shows. */
static int
on_terminal(const char *option, char *shown)
{
	const char *words[] = { "output", "--key", "key", "--on",
	    "unix:" USER_SOCKET, JOB, option, NULL };
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
	while ((n = read(master, shown + len, USER_TEXT_MAX - 1 - len)) > 0)
		len += (size_t)n;
	shown[len] = '\0';
	code = proc_wait(pid);
	close(master);
	user_slurp("err", user_err);
	return code;
}

ATF_TC_WITHOUT_HEAD(control_characters_to_a_terminal_are_reported);
ATF_TC_BODY(control_characters_to_a_terminal_are_reported, tc)
{
	static const char line[] = "casemate: the job's output had control "
	    "characters, and this terminal has obeyed them; --safe-output "
	    "shows them escaped\n";
	struct fake_reply r = { VERB_OUTPUT, "a\302\233m\n!\033[1m", "",
	    LIE_NONE };
	struct fake_reply plain = { VERB_OUTPUT, "\303\251\n!\033[1m", "",
	    LIE_NONE };
	struct fake f;

	user_make_key();
	fake_serve_replies(&f, USER_SOCKET, 3, &r);
	ATF_CHECK_EQ(0, on_terminal(NULL, user_out));
	ATF_CHECK_STREQ("a\302\233m\r\n", user_out);
	USER_CHECK_ERR(line);
	ATF_CHECK_EQ(0, on_terminal("--safe-output", user_out));
	ATF_CHECK_STREQ("a\\xc2\\x9bm\r\n", user_out);
	ATF_CHECK_STREQ("\\x1b[1m", user_err);
	/* Standard output is no terminal: nothing was obeyed. */
	ATF_CHECK_EQ(0, user_query(&cmd_output, JOB, NULL, NULL));
	ATF_CHECK_STREQ("\033[1m", user_err);
	ATF_CHECK_EQ(0, fake_wait(&f));
	/* Nor by one that shows only text: the rest went to a file. */
	fake_serve_replies(&f, USER_SOCKET, 1, &plain);
	ATF_CHECK_EQ(0, on_terminal(NULL, user_out));
	ATF_CHECK_STREQ("\033[1m", user_err);
	ATF_CHECK_EQ(0, fake_wait(&f));
}

static void
serve_long_answer(struct fake *f, int fd, int nr, void *arg)
{
	static char text[(1u << 20) + 4096];
	const struct fake_reply r = { VERB_OUTPUT, text, "", LIE_NONE };

	(void)nr;
	(void)arg;
	memset(text, '\n', sizeof(text) - 1);
	fake_query(f, fd, &r);
}

ATF_TC_WITHOUT_HEAD(an_answer_without_end_is_cut_off);
ATF_TC_BODY(an_answer_without_end_is_cut_off, tc)
{
	struct fake f;

	user_make_key();
	fake_init(&f, USER_SOCKET);
	fake_serve(&f, 1, serve_long_answer, NULL);
	ATF_CHECK_EQ(1, user_query(&cmd_output, JOB, NULL, NULL));
	ATF_CHECK_STREQ("", user_out);
	ATF_CHECK_STREQ("casemate: unix:vm.sock: the appliance sent more than "
	    "1048576 bytes, the most that an answer can have; the connection "
	    "is closed\n", user_err);
	fake_wait(&f);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, output_goes_where_the_job_wrote_it);
	ATF_TP_ADD_TC(tp, safe_output_has_nothing_that_acts);
	ATF_TP_ADD_TC(tp,
	    control_characters_to_a_terminal_are_reported);
	ATF_TP_ADD_TC(tp, an_answer_without_end_is_cut_off);
	return atf_no_error();
}
