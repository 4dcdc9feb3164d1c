/* --session, against a fake appliance. */
#include "session.h"

#include <atf-c.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "casemate.h"
#include "client/test/fake_appliance.h"
#include "client/test/user.h"

static void
serve_job(struct fake *f, int fd, int nr, void *arg)
{
	(void)nr;
	fake_job(f, fd, *(enum fake_lie *)arg);
}

static int
run(const char *session, enum fake_lie lie)
{
	const char *words[] = { "run", "job", "--key", "key", "--on",
	    "unix:" USER_SOCKET, "--wait", "2", "--session", session, NULL };
	struct fake f;
	int status;

	fake_init(&f, USER_SOCKET);
	fake_serve(&f, 1, serve_job, &lie);
	status = user_run(&cmd_run, words);
	ATF_CHECK_EQ(0, fake_wait(&f));
	return status;
}

/* The leaf must have it, which has what came with the command. */
ATF_TC_WITHOUT_HEAD(session_of_a_job_is_recorded);
ATF_TC_BODY(session_of_a_job_is_recorded, tc)
{
	static const char quoted[] = "J\xc3\xb6rg \"7\" \\";

	user_make_job(9);
	ATF_CHECK_EQ_MSG(7, run("ticket 7", LIE_NONE), "%s", user_err);
	USER_CHECK_ERR(", session ticket 7\n");
	ATF_CHECK_EQ_MSG(7, run(quoted, LIE_NONE), "%s", user_err);
	USER_CHECK_ERR(", session J\\xc3\\xb6rg \"7\" \\\n");
	ATF_CHECK_EQ(125, run("ticket 7", LIE_OTHER_SESSION));
	USER_CHECK_ERR("RECEIPT VERIFICATION FAILED: its session is not that "
	    "of the command");
}

ATF_TC_WITHOUT_HEAD(session_of_a_query_is_recorded);
ATF_TC_BODY(session_of_a_query_is_recorded, tc)
{
	struct fake_reply r = { VERB_OUTPUT, "x\n", "", LIE_NONE };
	const char *job = "00112233445566778899aabbccddeeff";
	struct fake f;

	fake_serve_replies(&f, USER_SOCKET, 1, &r);
	ATF_CHECK_EQ_MSG(0, user_query(&cmd_output, job, "--session", "a"),
	    "%s", user_err);
	ATF_CHECK_EQ(0, fake_wait(&f));
	r.lie = LIE_OTHER_SESSION;
	fake_serve_replies(&f, USER_SOCKET, 1, &r);
	ATF_CHECK_EQ(1, user_query(&cmd_output, job, "--session", "a"));
	USER_CHECK_ERR("its session is not that of the command");
	ATF_CHECK_EQ(0, fake_wait(&f));
}

static const struct {
	const char	*text, *words;
} bad[] = {
	{ "a\nb", "has a control character at byte 2" },
	{ "\x1b[2J", "has a control character at byte 1" },
	{ "a\xc2\x9b", "has a control character at byte 2" },
	{ "a\xe2\x80\xae", "has a control character at byte 2" },
	{ "ab\xff", "has bytes that are not UTF-8 at byte 3" },
	{ "ab\xc3", "has bytes that are not UTF-8 at byte 3" },
};

/* No appliance is there, and no key: nothing is sent or signed before. */
static void
check_refused(const char *text, const char *words)
{
	const char *status[] = { "status", "--key", "none", "--on",
	    "unix:nowhere", "--session", text, NULL };
	const char *job[] = { "run", "job", "--key", "none", "--on",
	    "unix:nowhere", "--session", text, NULL };

	ATF_CHECK_EQ(1, user_run(&cmd_status, status));
	ATF_CHECK_MSG(strstr(user_err, "--session: the command's session ") !=
	    NULL && strstr(user_err, words) != NULL, "%s", user_err);
	ATF_CHECK(strchr(user_err, '\n') == strrchr(user_err, '\n'));
	ATF_CHECK_EQ(125, user_run(&cmd_run, job));
	ATF_CHECK_MSG(strstr(user_err, words) != NULL, "%s", user_err);
}

ATF_TC_WITHOUT_HEAD(bad_session_is_refused_before_anything_is_signed);
ATF_TC_BODY(bad_session_is_refused_before_anything_is_signed, tc)
{
	static char text[10240 + 1];
	const char *empty[] = { "status", "--key", "none", "--on",
	    "unix:nowhere", "--session", "", NULL };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		check_refused(bad[i].text, bad[i].words);
	memset(text, 's', sizeof(text) - 1);
	check_refused(text, "has 10240 bytes; at most 256 are kept: shorten "
	    "it");
	text[WHO_SESSION_MAX + 1] = '\0';
	check_refused(text, "has 257 bytes");
	ATF_CHECK_EQ(255, user_run(&cmd_status, empty));
	USER_CHECK_ERR("--session: its value is empty");
}

ATF_TC_WITHOUT_HEAD(dry_run_here_takes_no_session);
ATF_TC_BODY(dry_run_here_takes_no_session, tc)
{
	const char *words[] = { "run", "job", "--dry-run", "--site", "site",
	    "--submitter", "a", "--session", "x", NULL };

	ATF_CHECK_EQ(255, user_run(&cmd_run, words));
	USER_CHECK_ERR("leave out --key, --on and --session");
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, session_of_a_job_is_recorded);
	ATF_TP_ADD_TC(tp, session_of_a_query_is_recorded);
	ATF_TP_ADD_TC(tp, bad_session_is_refused_before_anything_is_signed);
	ATF_TP_ADD_TC(tp, dry_run_here_takes_no_session);
	return atf_no_error();
}
