/*
 * gate, the program itself with its sandbox, from its start to its end.  This
 * process is the runner and a client.
 */
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <atf-c.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gate/test/fixture.h"
#include "lib/clock.h"
#include "lib/fds.h"
#include "lib/log.h"

#define LIMIT_MS	20000	/* for anything that must happen */

static struct chan peer;		/* the runner's end */
static int fds[FD_GATE_LISTEN + 1];	/* gate's */
static int ready;
static pid_t pid;

static void
open_all(void)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX,
	    .sun_path = "gate.sock" };
	int to[2], from[2], p[2];

	make_pipe(to);
	make_pipe(from);
	ATF_REQUIRE_EQ(0, pipe2(p, O_CLOEXEC));
	ready = p[0];
	fds[0] = fds[1] = open("/dev/null", O_RDWR | O_CLOEXEC);
	fds[2] = open("log", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	fds[FD_NOTIFY] = p[1];
	fds[FD_GATE_RUNNER_IN] = to[0];
	fds[FD_GATE_RUNNER_OUT] = from[1];
	fds[FD_GATE_LISTEN] = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK |
	    SOCK_CLOEXEC, 0);
	ATF_REQUIRE_EQ(0, bind(fds[FD_GATE_LISTEN],
	    (struct sockaddr *)&sun, sizeof(sun)));
	ATF_REQUIRE_EQ(0, listen(fds[FD_GATE_LISTEN], 8));
	chan_init(&peer, from[0], to[1], PEER_RUNNER, PEER_GATE);
}

static void
child(const char *argument)
{
	const char *build = getenv("CASEMATE_BUILD");
	char path[512];

	snprintf(path, sizeof(path), "%s/bin/gate",
	    build == NULL ? "build" : build);
	for (int i = 0; i <= FD_GATE_LISTEN; i++)
		fds[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, 100);
	for (int i = 0; i <= FD_GATE_LISTEN; i++)
		if (dup2(fds[i], i) == -1)
			_exit(99);
	execl(path, "gate", argument, (char *)NULL);
	_exit(98);
}

static void
start_program(const char *argument)
{
	open_all();
	pid = fork();
	ATF_REQUIRE(pid != -1);
	if (pid == 0)
		child(argument);
	close(fds[FD_NOTIFY]);
}

static int
end(void)
{
	int status;

	ATF_REQUIRE_EQ(pid, waitpid(pid, &status, 0));
	ATF_CHECK_MSG(WIFEXITED(status), "status %#x", status);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
expect(enum msg want)
{
	const uint64_t limit = clock_ms() + LIMIT_MS;
	enum chan_event e;
	enum msg type = 0;
	struct get g;

	do {
		chan_flush(&peer);
		e = chan_next(&peer, &type, &g);
		if (e == CHAN_NONE)
			poll(NULL, 0, 5);
	} while (e != CHAN_MSG && clock_ms() < limit);
	ATF_REQUIRE(e == CHAN_MSG && type == want);
}

/* A client that has read so many bytes; the end of a connection is 0. */
static ssize_t
read_some(int fd, void *dst, size_t len)
{
	struct pollfd p = { fd, POLLIN, 0 };

	ATF_REQUIRE_EQ(1, poll(&p, 1, LIMIT_MS));
	return read(fd, dst, len);
}

static int
connect_client(void)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX,
	    .sun_path = "gate.sock" };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ATF_REQUIRE_EQ(0, connect(fd, (struct sockaddr *)&sun, sizeof(sun)));
	return fd;
}

/* Another client, whose frame does not exist. */
static void
refuse_garbage(void)
{
	unsigned char frame[512];
	ssize_t n, len = 0;
	int fd = connect_client();

	ATF_REQUIRE_EQ(5, write(fd, "\0\0\0\1\377", 5));
	while ((n = read_some(fd, frame + len, sizeof(frame) - (size_t)len)) >
	    0)
		len += n;
	ATF_CHECK_EQ(CLIENT_HELLO, frame[4]);
	ATF_CHECK_EQ(CLIENT_REFUSED, frame[4 + frame[3] + 4]);
	close(fd);
}

ATF_TC_WITHOUT_HEAD(starts_serves_and_stops);
ATF_TC_BODY(starts_serves_and_stops, tc)
{
	unsigned char frame[512];
	struct pollfd p;
	char byte;
	int fd;

	start_program(NULL);
	expect(MSG_GATE_INFO);
	p = (struct pollfd){ ready, POLLIN, 0 };
	ATF_CHECK_EQ_MSG(0, poll(&p, 1, 100), "ready before it has a key");
	MSG_SEND(&peer, gate_info_is, .vkey = KEY, .mode = "kept", .slots = 8);
	chan_flush(&peer);
	ATF_CHECK_EQ(1, read_some(ready, &byte, 1));
	ATF_CHECK_EQ('\n', byte);
	ATF_CHECK_EQ(0, read_some(ready, &byte, 1));
	fd = connect_client();
	ATF_CHECK(read_some(fd, frame, sizeof(frame)) > 5);
	ATF_CHECK_EQ(CLIENT_HELLO, frame[4]);
	ATF_CHECK(memmem(frame, sizeof(frame), KEY, strlen(KEY)) != NULL);
	refuse_garbage();
	ATF_REQUIRE_EQ(0, kill(pid, SIGTERM));
	ATF_CHECK_EQ(EXIT_OK, end());
	/* It says why, and closes. */
	ATF_CHECK(read_some(fd, frame, sizeof(frame)) > 5);
	ATF_CHECK_EQ(CLIENT_REFUSED, frame[4]);
	ATF_CHECK_EQ(0, read_some(fd, frame, sizeof(frame)));
}

ATF_TC_WITHOUT_HEAD(arguments_are_refused);
ATF_TC_BODY(arguments_are_refused, tc)
{
	start_program("x");
	ATF_CHECK_EQ(EXIT_USAGE, end());
	ATF_CHECK(atf_utils_grep_file("usage: gate \\(init starts it\\)",
	    "log"));
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, starts_serves_and_stops);
	ATF_TP_ADD_TC(tp, arguments_are_refused);
	return atf_no_error();
}
