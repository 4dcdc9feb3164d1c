/* The real console on a pseudo-terminal; the test is init and the operator. */
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <atf-c.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/fds.h"
#include "init/console_pipe.h"
#include "lib/log.h"

#define LIMIT_MS	20000	/* for anything that must happen */

static int to_init[2], to_console[2];
static int operator, tty;	/* the two ends of the line */
static pid_t pid;
static char shown[65536];	/* all that the operator saw */
static size_t nshown;
static bool unread;		/* the operator does not look */

static const char *
program(void)
{
	static char path[512];
	const char *build = getenv("CASEMATE_BUILD");

	snprintf(path, sizeof(path), "%s/bin/console",
	    build != NULL ? build : "build");
	return path;
}

static void
child(int line)
{
	int fds[] = { -1, -1, -1, -1, to_console[0], to_init[1], line };

	fds[0] = fds[1] = fds[2] = fds[3] = open("/dev/null", O_RDWR);
	for (int i = 0; i <= FD_CONSOLE_TTY; i++)
		fds[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, 100);
	for (int i = 0; i <= FD_CONSOLE_TTY; i++)
		if (dup2(fds[i], i) == -1)
			_exit(99);
	execl(program(), "console", (char *)NULL);
	_exit(98);
}

static void
start(int line)
{
	pid = fork();
	ATF_REQUIRE(pid != -1);
	if (pid == 0)
		child(line);
}

static void
make_pipes(void)
{
	ATF_REQUIRE_EQ(0, pipe2(to_init, O_DIRECT | O_NONBLOCK | O_CLOEXEC));
	ATF_REQUIRE_EQ(0, pipe2(to_console,
	    O_DIRECT | O_NONBLOCK | O_CLOEXEC));
}

/* As init opens the console: in the kernel's usual mode, without waiting. */
static void
make_line(void)
{
	make_pipes();
	operator = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	ATF_REQUIRE(operator != -1);
	ATF_REQUIRE_EQ(0, unlockpt(operator));
	tty = open(ptsname(operator),
	    O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	ATF_REQUIRE(tty != -1);
}

static void
type_bytes(const char *bytes, size_t len)
{
	ATF_REQUIRE_EQ((ssize_t)len, write(operator, bytes, len));
}

static void
type(const char *text)
{
	type_bytes(text, strlen(text));
}

static void
look(void)
{
	ssize_t n = unread ? 0 : read(operator, shown + nshown,
	    sizeof(shown) - 1 - nshown);

	if (n > 0)
		nshown += (size_t)n;
	shown[nshown] = '\0';
}

/* Waits for what init hears next from the console. */
static enum console_pipe_event
heard(void)
{
	const uint64_t end = clock_ms() + LIMIT_MS;
	enum service_id which;
	enum console_pipe_event e;

	do {
		struct pollfd p[] = { { to_init[0], POLLIN, 0 },
		    { unread ? -1 : operator, POLLIN, 0 } };

		poll(p, 2, 100);
		look();
		e = console_pipe_read(to_init[0], to_console[1], &which);
	} while (e == CONSOLE_PIPE_NONE && clock_ms() < end);
	return e;
}

static void
wait_shown(const char *text)
{
	const uint64_t end = clock_ms() + LIMIT_MS;

	while (strstr(shown, text) == NULL && clock_ms() < end) {
		struct pollfd p = { operator, POLLIN, 0 };

		poll(&p, 1, 100);
		look();
	}
	ATF_CHECK_MSG(strstr(shown, text) != NULL, "not in: %s", shown);
}

/* The mode is the console's, so what is typed from now on meets it. */
static void
wait_plain(void)
{
	const uint64_t end = clock_ms() + LIMIT_MS;
	struct termios t;

	do
		ATF_REQUIRE_EQ(0, tcgetattr(tty, &t));
	while ((t.c_lflag & ICANON) != 0 && clock_ms() < end);
	ATF_CHECK_EQ(0, t.c_lflag & (ICANON | ISIG | IEXTEN | ECHO));
	ATF_CHECK_EQ(0, t.c_iflag & (IXON | IXOFF | BRKINT | ISTRIP));
}

static void
stop(void)
{
	int status;

	ATF_CHECK_EQ(0, waitpid(pid, &status, WNOHANG));
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
}

static const struct sample {
	const char	*name;
	const char	*bytes;
	size_t		 len;
} samples[] = {
#define SAMPLE(name, bytes)	{ name, bytes, sizeof(bytes) - 1 }
	SAMPLE("Ctrl-D, the end of a file", "\004"),
	SAMPLE("Ctrl-D twice and in a line", "\004\004stat\004\r"),
	SAMPLE("Ctrl-S, stop the output", "\023"),
	SAMPLE("Ctrl-C", "\003"),
	SAMPLE("Ctrl-Z", "\032"),
	SAMPLE("Ctrl-backslash", "\034"),
	SAMPLE("Ctrl-V, the next byte as it is", "\026"),
	SAMPLE("Ctrl-O, discard the output", "\017"),
	SAMPLE("Ctrl-Q and Ctrl-R", "\021\022"),
	SAMPLE("NUL", "\0\0"),
	SAMPLE("all bytes with the eighth bit", "\200\377\376\303\274\r"),
#undef SAMPLE
};

static void
try_sample(const struct sample *s)
{
	make_line();
	nshown = 0;
	start(tty);
	wait_plain();
	type_bytes(s->bytes, s->len);
	type("status\r");
	ATF_CHECK_EQ_MSG(CONSOLE_PIPE_STATUS, heard(), "after %s", s->name);
	wait_shown("status\r\n");
	stop();
	close(tty);
	close(operator);
}

ATF_TC_WITHOUT_HEAD(no_byte_makes_it_deaf);
ATF_TC_BODY(no_byte_makes_it_deaf, tc)
{
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++)
		try_sample(&samples[i]);
}

ATF_TC_WITHOUT_HEAD(long_lines_are_no_commands);
ATF_TC_BODY(long_lines_are_no_commands, tc)
{
	static const size_t lengths[] = { 33, 255, 256, 257, 4095, 4096, 9000 };

	make_line();
	start(tty);
	wait_plain();
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		for (size_t n = 0; n < lengths[i]; n += 8) {
			type("poweroff");
			look();
			poll(NULL, 0, 1);
		}
		type("\r");
		wait_shown("no such command");
		nshown = 0;
		type("status\r");
		ATF_CHECK_EQ_MSG(CONSOLE_PIPE_STATUS, heard(),
		    "after %zu bytes", lengths[i]);
	}
	stop();
}

ATF_TC_WITHOUT_HEAD(edits_its_line);
ATF_TC_BODY(edits_its_line, tc)
{
	make_line();
	start(tty);
	wait_plain();
	type("poweroff");
	wait_shown("poweroff");
	type("\025stax\177tus\r");
	ATF_CHECK_EQ(CONSOLE_PIPE_STATUS, heard());
	wait_shown("stax\b \btus\r\n");
	stop();
}

ATF_TC_WITHOUT_HEAD(services_are_shown);
ATF_TC_BODY(services_are_shown, tc)
{
	struct super keyd = { .name = "keyd", .pid = 17,
	    .state = SUPER_UP, .restarts = 2 };
	struct super gate = { .name = "gate", .state = SUPER_DOWN };
	tain age;

	tain_now_set_stopwatch_g();
	keyd.since = STAMP;
	tain_from_millisecs(&age, 61034);
	tain_add_g(&STAMP, &age);
	gate.since = STAMP;

	make_line();
	start(tty);
	wait_plain();
	type("\rstatus\r");	/* an empty line is no command */
	ATF_CHECK_EQ(CONSOLE_PIPE_STATUS, heard());
	console_pipe_send_service(to_console[1], &keyd);
	console_pipe_send_service(to_console[1], &gate);
	wait_shown("status\r\n"
	    "keyd     up       61.0 s, process 17, 2 restarts\r\n"
	    "gate     down     0.0 s, process 0, 0 restarts\r\n");
	ATF_CHECK(strstr(shown, "no such command") == NULL);
	stop();
}

/* What does not fit into its buffer is lost; it still takes commands. */
ATF_TC_WITHOUT_HEAD(text_that_does_not_fit_is_lost);
ATF_TC_BODY(text_that_does_not_fit_is_lost, tc)
{
	char log[512];

	memset(log, 'x', sizeof(log));
	make_line();
	start(tty);
	wait_plain();
	while (write(tty, log, sizeof(log)) > 0)
		continue;
	unread = true;
	for (int i = 0; i < 12; i++)
		type("help\r");
	type("status\r");
	ATF_CHECK_EQ(CONSOLE_PIPE_STATUS, heard());
	unread = false;
	wait_shown("reboot    the same, and starts again");
	type("reboot\r");
	ATF_CHECK_EQ(CONSOLE_PIPE_REBOOT, heard());
	stop();
}

ATF_TC_WITHOUT_HEAD(arguments_are_refused);
ATF_TC_BODY(arguments_are_refused, tc)
{
	char command[600];
	int status;

	snprintf(command, sizeof(command), "'%s' x 2> err", program());
	status = system(command);
	ATF_CHECK_EQ(EXIT_USAGE, WEXITSTATUS(status));
	ATF_CHECK_EQ(0, system("grep -q 'usage: .*console (init starts it)' "
	    "err"));
}

ATF_TC_WITHOUT_HEAD(mode_is_set_again);
ATF_TC_BODY(mode_is_set_again, tc)
{
	struct termios usual, t;

	make_line();
	ATF_REQUIRE_EQ(0, tcgetattr(tty, &usual));
	start(tty);
	wait_plain();
	ATF_REQUIRE_EQ(0, tcsetattr(tty, TCSANOW, &usual));
	type("\004");		/* read(2) returns 0 */
	wait_plain();
	type("status\r");
	ATF_CHECK_EQ(CONSOLE_PIPE_STATUS, heard());
	ATF_REQUIRE_EQ(0, tcgetattr(tty, &t));
	ATF_CHECK_EQ(0, t.c_lflag & ICANON);
	stop();
}

/* User and system time in clock ticks. */
static unsigned long
ticks_used(void)
{
	char path[64], text[1024] = "";
	unsigned long user = 0, sys = 0;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	ATF_REQUIRE(fd != -1);
	(void)!read(fd, text, sizeof(text) - 1);
	close(fd);
	sscanf(strrchr(text, ')'), ") %*c %*d %*d %*d %*d %*d %*u %*u %*u "
	    "%*u %*u %lu %lu", &user, &sys);
	return user + sys;
}

/* A FIFO without a writer reads as a line that hung up, and can come back. */
ATF_TC_WITHOUT_HEAD(hangup_is_not_the_end);
ATF_TC_BODY(hangup_is_not_the_end, tc)
{
	unsigned long before;
	int line;

	make_pipes();
	ATF_REQUIRE_EQ(0, mkfifo("line", 0600));
	line = open("line", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ATF_REQUIRE(line != -1);
	operator = open("line", O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	start(line);
	type("status\r");
	ATF_CHECK_EQ(CONSOLE_PIPE_STATUS, heard());
	close(operator);
	before = ticks_used();
	poll(NULL, 0, 2500);	/* the hangup lasts */
	ATF_CHECK(ticks_used() - before < 50);
	operator = open("line", O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	ATF_REQUIRE(operator != -1);
	type("reboot\r");
	ATF_CHECK_EQ(CONSOLE_PIPE_REBOOT, heard());
	stop();
}

/* Its first half is lost, the second is no command, the next line counts. */
ATF_TC_WITHOUT_HEAD(started_anew_within_a_line);
ATF_TC_BODY(started_anew_within_a_line, tc)
{
	make_line();
	start(tty);
	wait_plain();
	type("power");
	wait_shown("power");
	stop();
	type("off\r");
	start(tty);
	wait_shown("off\r\nno such command");
	type("status\r");
	ATF_CHECK_EQ(CONSOLE_PIPE_STATUS, heard());
	stop();
}

/* Its reply is complete although the line was full before. */
ATF_TC_WITHOUT_HEAD(replies_after_a_full_line);
ATF_TC_BODY(replies_after_a_full_line, tc)
{
	char log[512];

	memset(log, 'x', sizeof(log));
	make_line();
	start(tty);
	wait_plain();
	while (write(tty, log, sizeof(log)) > 0)
		continue;
	unread = true;
	type("help\rstatus\r");
	ATF_CHECK_EQ(CONSOLE_PIPE_STATUS, heard());
	unread = false;
	wait_shown("reboot    the same, and starts again");
	stop();
}

/* init's packet; the exit code that it gives the console. */
static int
fate(const void *packet, size_t len)
{
	int status;

	make_line();
	start(tty);
	wait_plain();
	type("status\r");
	ATF_CHECK_EQ(CONSOLE_PIPE_STATUS, heard());
	ATF_REQUIRE_EQ((ssize_t)len, write(to_console[1], packet, len));
	ATF_REQUIRE(waitpid(pid, &status, 0) == pid);
	close(tty);
	close(operator);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

ATF_TC_WITHOUT_HEAD(an_unexpected_message_of_init_ends_it);
ATF_TC_BODY(an_unexpected_message_of_init_ends_it, tc)
{
	/* INIT_COMMAND, an empty INIT_SERVICE */
	ATF_CHECK_EQ(EXIT_PEER, fate("\3\0\0\0\2\x50r", 7));
	ATF_CHECK_EQ(EXIT_PEER, fate("\3\0\0\0\1\x51", 6));
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, no_byte_makes_it_deaf);
	ATF_TP_ADD_TC(tp, long_lines_are_no_commands);
	ATF_TP_ADD_TC(tp, edits_its_line);
	ATF_TP_ADD_TC(tp, services_are_shown);
	ATF_TP_ADD_TC(tp, text_that_does_not_fit_is_lost);
	ATF_TP_ADD_TC(tp, arguments_are_refused);
	ATF_TP_ADD_TC(tp, mode_is_set_again);
	ATF_TP_ADD_TC(tp, hangup_is_not_the_end);
	ATF_TP_ADD_TC(tp, started_anew_within_a_line);
	ATF_TP_ADD_TC(tp, replies_after_a_full_line);
	ATF_TP_ADD_TC(tp, an_unexpected_message_of_init_ends_it);
	return atf_no_error();
}
