#include "log.h"

#include <sys/wait.h>

#include <atf-c.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Runs fn in a child with its log on a pipe; returns its exit status. */
static int
logged(void (*fn)(void), char *text, size_t cap)
{
	int fds[2], status;
	ssize_t n;
	pid_t pid;

	ATF_REQUIRE(pipe(fds) == 0);
	pid = fork();
	ATF_REQUIRE(pid != -1);
	if (pid == 0) {
		dup2(fds[1], STDERR_FILENO);
		log_init("test");
		fn();
		_exit(0);
	}
	close(fds[1]);
	ATF_REQUIRE(waitpid(pid, &status, 0) == pid);
	n = read(fds[0], text, cap - 1);
	ATF_REQUIRE(n >= 0);
	text[n] = '\0';
	close(fds[0]);
	return WEXITSTATUS(status);
}

static void
log_outside_bytes(void)
{
	log_info("name %s", "a\n\033[2Jb\\\xff");
}

static void
log_much(void)
{
	char text[2000];

	memset(text, '\n', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	log_info("%s", text);
}

static void
die_with_errno(void)
{
	errno = ENOSPC;
	die_errno("ledger");
}

static void
die_with_code(void)
{
	die(EXIT_PEER, "gate broke the protocol");
}

ATF_TC_WITHOUT_HEAD(outside_bytes_are_escaped);
ATF_TC_BODY(outside_bytes_are_escaped, tc)
{
	char text[1024];

	ATF_CHECK_EQ(0, logged(log_outside_bytes, text, sizeof(text)));
	ATF_CHECK_STREQ("test: name a\\x0a\\x1b[2Jb\\\\xff\n", text);
}

ATF_TC_WITHOUT_HEAD(a_line_has_an_end);
ATF_TC_BODY(a_line_has_an_end, tc)
{
	char text[4096];

	ATF_CHECK_EQ(0, logged(log_much, text, sizeof(text)));
	ATF_CHECK(strlen(text) <= 512);
	ATF_CHECK_EQ('\n', text[strlen(text) - 1]);
	ATF_CHECK(strchr(text, '\n') == text + strlen(text) - 1);
}

ATF_TC_WITHOUT_HEAD(dying_says_why_and_exits_with_the_code);
ATF_TC_BODY(dying_says_why_and_exits_with_the_code, tc)
{
	char text[1024];

	ATF_CHECK_EQ(111, logged(die_with_errno, text, sizeof(text)));
	ATF_CHECK_STREQ("test: ledger: No space left on device\n", text);
	ATF_CHECK_EQ(110, logged(die_with_code, text, sizeof(text)));
	ATF_CHECK_STREQ("test: gate broke the protocol\n", text);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, outside_bytes_are_escaped);
	ATF_TP_ADD_TC(tp, a_line_has_an_end);
	ATF_TP_ADD_TC(tp, dying_says_why_and_exits_with_the_code);
	return atf_no_error();
}
