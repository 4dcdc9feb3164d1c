/* Connections that fail in every way before a greeting, and after it. */
#include "conn.h"

#include <sys/socket.h>

#include <linux/vm_sockets.h>

#include <atf-c.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "client/test/fake_appliance.h"
#include "client/test/user.h"
#include "client/unixsock.h"

#define TIMEOUT_MS	5000	/* for what comes at once */
#define SHORT_MS	50	/* for what does not come */

/* A UNIX socket stands for the vsock one, which this host may not have. */
int	__real_socket(int, int, int);
int	__wrap_socket(int, int, int);
int	__real_connect(int, const struct sockaddr *, socklen_t);
int	__wrap_connect(int, const struct sockaddr *, socklen_t);

static int vsock_errno, connect_errno;
static struct sockaddr_vm called;

int
__wrap_socket(int domain, int type, int protocol)
{
	if (domain != AF_VSOCK)
		return __real_socket(domain, type, protocol);
	errno = vsock_errno;
	return vsock_errno != 0 ? -1 : __real_socket(AF_UNIX, type, protocol);
}

int
__wrap_connect(int fd, const struct sockaddr *addr, socklen_t len)
{
	int other;

	if (addr->sa_family != AF_VSOCK)
		return __real_connect(fd, addr, len);
	memcpy(&called, addr, sizeof(called));
	if (connect_errno == EINPROGRESS) {	/* and then it is made */
		other = unixsock_connect(USER_SOCKET);
		ATF_REQUIRE(other != -1 && dup2(other, fd) != -1);
		close(other);
	}
	errno = connect_errno;
	return connect_errno != 0 ? -1 : 0;
}

static struct fake appliance;
static struct conn conn;
static struct hello hello;
static struct why why;

static enum conn_result
open_unix(int timeout_ms)
{
	struct target t = { .kind = TARGET_UNIX, .path = USER_SOCKET };

	why.text[0] = '\0';
	return conn_open(&conn, &t, timeout_ms, &hello, &why);
}

static enum conn_result
open_vsock(void)
{
	struct target t = { .kind = TARGET_VSOCK, .cid = 77, .port = 1024 };

	why.text[0] = '\0';
	return conn_open(&conn, &t, TIMEOUT_MS, &hello, &why);
}

/* What a server sends after it has read so much. */
struct played {
	size_t		 read;
	const char	*text;
	size_t		 len;
	bool		 stays;		/* until the client closes */
};

static void
play(struct fake *f, int fd, int nr, void *arg)
{
	const struct played *s = arg;
	char buf[256];

	(void)f;
	(void)nr;
	for (size_t n = 0; n < s->read; n++)
		fake_check(read(fd, buf, 1) == 1, "the client left");
	fake_check(send(fd, s->text, s->len, MSG_NOSIGNAL) ==
	    (ssize_t)s->len, "send");
	while (s->stays && read(fd, buf, sizeof(buf)) > 0)
		continue;
}

#define CONNECT		13	/* "CONNECT 1024\n" */
#define OK		"OK 1073741824\n"
#define BYTES(text)	text, sizeof(text) - 1
#define PLAYS(text)	{ CONNECT, BYTES(text), false }
#define STAYS(text)	{ CONNECT, BYTES(text), true }

static void
check(struct played s, int timeout_ms, enum conn_result want, const char *text)
{
	fake_init(&appliance, USER_SOCKET);
	fake_serve(&appliance, 1, play, &s);
	ATF_CHECK_EQ_MSG(want, open_unix(timeout_ms), "%s", text);
	ATF_CHECK_MSG(strstr(why.text, text) != NULL, "not \"%s\" in: %s",
	    text, why.text);
	ATF_CHECK_EQ(-1, conn.fd);
	ATF_CHECK_EQ(0, fake_wait(&appliance));
}

ATF_TC_WITHOUT_HEAD(what_an_appliance_that_starts_can_cause);
ATF_TC_BODY(what_an_appliance_that_starts_can_cause, tc)
{
	static const struct played closes = PLAYS(""), half = PLAYS("OK 10"),
	    silent = STAYS(""), mute = STAYS(OK), leaves = PLAYS(OK),
	    breaks = { 0, BYTES(OK), false };

	check(closes, TIMEOUT_MS, CONN_LATER, "nothing in the VM listens on "
	    "vsock port 1024: Connection refused; is the VM running?");
	check(half, TIMEOUT_MS, CONN_LATER, "nothing in the VM listens");
	check(silent, SHORT_MS, CONN_LATER, "no answer to CONNECT 1024: "
	    "Connection timed out; is the VM running?");
	check(mute, SHORT_MS, CONN_LATER, "the appliance has not answered");
	check(leaves, TIMEOUT_MS, CONN_LATER, "it closed the connection "
	    "without a greeting");
	check(breaks, TIMEOUT_MS, CONN_LATER, "the connection broke: "
	    "Connection reset by peer");
}

/* In place of HELLO, when it is full or not ready. */
static void
turn_away(struct fake *f, int fd, int nr, void *arg)
{
	(void)f;
	(void)nr;
	(void)arg;
	fake_connect(fd);
	fake_refuse(fd, REASON_BUSY, "too many connections");
}

ATF_TC_WITHOUT_HEAD(a_refusal_in_place_of_a_greeting);
ATF_TC_BODY(a_refusal_in_place_of_a_greeting, tc)
{
	char refused[] = OK "\0\0\0\2" "t\1";

	fake_init(&appliance, USER_SOCKET);
	fake_serve(&appliance, 1, turn_away, NULL);
	ATF_CHECK_EQ(CONN_LATER, open_unix(TIMEOUT_MS));
	ATF_CHECK_STREQ("refused (busy): too many connections", why.text);
	ATF_CHECK_EQ(0, fake_wait(&appliance));
	refused[sizeof(OK) - 1 + 4] = CLIENT_REFUSED;
	check((struct played){ CONNECT, refused, sizeof(refused) - 1, false },
	    TIMEOUT_MS, CONN_NEVER, "the appliance's refusal is malformed");
}

ATF_TC_WITHOUT_HEAD(what_another_try_would_not_help);
ATF_TC_BODY(what_another_try_would_not_help, tc)
{
	static const struct played other = PLAYS("NO\n"), is_short =
	    PLAYS("OK \n"), endless = STAYS("OK 11111111111111111111111111111"
	    "1111\n"), web = PLAYS(OK "HTTP/1.1 400 Bad Request\r\n");
	char output[] = OK "\0\0\0\6" "t\1\0\0\0\0";
	struct target t = { .kind = TARGET_UNIX };

	check(other, TIMEOUT_MS, CONN_NEVER, "no answer to CONNECT 1024: "
	    "Protocol error");
	check(is_short, TIMEOUT_MS, CONN_NEVER, "no answer to CONNECT 1024");
	check(endless, TIMEOUT_MS, CONN_NEVER, "no answer to CONNECT 1024");
	check(web, TIMEOUT_MS, CONN_NEVER, "sent a frame of type 0x2f, which "
	    "does not exist");
	output[sizeof(OK) - 1 + 4] = CLIENT_OUTPUT;
	check((struct played){ CONNECT, output, sizeof(output) - 1, false },
	    TIMEOUT_MS, CONN_NEVER, "it did not greet first, so it is not a "
	    "Casemate appliance");
	ATF_REQUIRE_EQ(0, unlink(USER_SOCKET));
	ATF_CHECK_EQ(CONN_NEVER, open_unix(TIMEOUT_MS));
	ATF_CHECK_STREQ("cannot connect: No such file or directory; no such "
	    "socket; is the path right and the VM running?", why.text);
	memset(t.path, 'x', sizeof(t.path) - 1);
	ATF_CHECK_EQ(CONN_NEVER, conn_open(&conn, &t, TIMEOUT_MS, &hello,
	    &why));
	ATF_CHECK_STREQ("cannot connect: File name too long; give a shorter "
	    "name, or a link to the socket", why.text);
}

static void
greet(struct fake *f, int fd, int nr, void *arg)
{
	char byte;

	(void)nr;
	(void)arg;
	fake_hello(f, fd);
	(void)!read(fd, &byte, 1);
}

ATF_TC_WITHOUT_HEAD(vsock_has_no_connect_line);
ATF_TC_BODY(vsock_has_no_connect_line, tc)
{
	fake_init(&appliance, USER_SOCKET);
	fake_serve(&appliance, 1, greet, NULL);
	connect_errno = EINPROGRESS;
	ATF_CHECK_EQ_MSG(CONN_OK, open_vsock(), "%s", why.text);
	ATF_CHECK_STREQ(appliance.vkey, hello.vkey);
	ATF_CHECK_EQ(AF_VSOCK, called.svm_family);
	ATF_CHECK_EQ(77, called.svm_cid);
	ATF_CHECK_EQ(1024, called.svm_port);
	conn_close(&conn);
	ATF_CHECK_EQ(0, fake_wait(&appliance));
}

ATF_TC_WITHOUT_HEAD(vsock_errors_have_their_own_advice);
ATF_TC_BODY(vsock_errors_have_their_own_advice, tc)
{
	connect_errno = ENODEV;
	ATF_CHECK_EQ(CONN_LATER, open_vsock());
	ATF_CHECK_STREQ("cannot connect: No such device; is the appliance "
	    "running, with this CID?", why.text);
	connect_errno = ECONNRESET;
	ATF_CHECK_EQ(CONN_LATER, open_vsock());
	vsock_errno = EAFNOSUPPORT;
	ATF_CHECK_EQ(CONN_NEVER, open_vsock());
	ATF_CHECK_STREQ("cannot connect: Address family not supported by "
	    "protocol; this host's kernel has no AF_VSOCK; load the vsock "
	    "module or use unix:PATH", why.text);
}

/* An appliance that sends this after its greeting and goes. */
static void
greet_and_send(struct fake *f, int fd, int nr, void *arg)
{
	const struct played *s = arg;
	struct pollfd hangup = { fd, 0, 0 };

	(void)nr;
	fake_connect(fd);
	fake_hello(f, fd);
	fake_check(send(fd, s->text, s->len, 0) == (ssize_t)s->len, "send");
	if (s->stays)	/* and takes nothing */
		poll(&hangup, 1, -1);
}

static void
open_with(struct played *s)
{
	fake_init(&appliance, USER_SOCKET);
	fake_serve(&appliance, 1, greet_and_send, s);
	ATF_REQUIRE_EQ_MSG(CONN_OK, open_unix(TIMEOUT_MS), "%s", why.text);
}

static void
end(void)
{
	conn_close(&conn);
	ATF_CHECK_EQ(0, fake_wait(&appliance));
}

ATF_TC_WITHOUT_HEAD(late_and_cut_frames);
ATF_TC_BODY(late_and_cut_frames, tc)
{
	struct played silent = { 0, "", 0, true };
	struct played cut = { 0, "\0\0\0\6", 4, false };
	struct played gone = { 0, "", 0, false };
	struct conn_frame f;

	open_with(&silent);
	ATF_CHECK_ERRNO(ETIMEDOUT, conn_next(&conn, SHORT_MS, &f, &why) == -1);
	ATF_CHECK_STREQ("the appliance has not answered for 0 s; look at its "
	    "console", why.text);
	end();
	open_with(&cut);
	ATF_CHECK_ERRNO(EBADMSG, conn_next(&conn, -1, &f, &why) == -1);
	ATF_CHECK_STREQ("the connection ended in the middle of a frame: 4 "
	    "bytes of it came", why.text);
	end();
	open_with(&gone);
	ATF_CHECK_EQ(0, conn_next(&conn, -1, &f, &why));
	end();
}

ATF_TC_WITHOUT_HEAD(nothing_more_is_sent_after_a_reply);
ATF_TC_BODY(nothing_more_is_sent_after_a_reply, tc)
{
	static char payload[1 << 20];
	struct played replies = { 0, "\0\0\0\6t", 5, true };
	struct played gone = { 0, "", 0, false };
	struct conn_frame f;

	open_with(&replies);
	ATF_CHECK_EQ(0, conn_send(&conn, CLIENT_SUBMIT, payload,
	    sizeof(payload), &why));
	ATF_CHECK_EQ(-1, conn_next(&conn, TIMEOUT_MS, &f, &why));
	/* The bytes that came are not lost. */
	ATF_CHECK_EQ(0, conn_send(&conn, CLIENT_SUBMIT, payload, 1, &why));
	end();
	open_with(&gone);
	ATF_CHECK_EQ(0, fake_wait(&appliance));
	ATF_CHECK_EQ(0, conn_send(&conn, CLIENT_SUBMIT, payload,
	    sizeof(payload), &why));
	conn_close(&conn);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, what_an_appliance_that_starts_can_cause);
	ATF_TP_ADD_TC(tp, a_refusal_in_place_of_a_greeting);
	ATF_TP_ADD_TC(tp, what_another_try_would_not_help);
	ATF_TP_ADD_TC(tp, vsock_has_no_connect_line);
	ATF_TP_ADD_TC(tp, vsock_errors_have_their_own_advice);
	ATF_TP_ADD_TC(tp, late_and_cut_frames);
	ATF_TP_ADD_TC(tp, nothing_more_is_sent_after_a_reply);
	return atf_no_error();
}
