/*
 * The gate with a client on a UNIX socket in vsock's place and this process as
 * the runner, over pipes in packet mode.  Time is the test's.
 */
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <atf-c.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "chan.h"
#include "gate.h"
#include "wire.h"
#include "words.h"

#define KEY	"casemate/t+01020304+AAAA"
#define JOB	"00112233445566778899aabbccddeeff"
#define TURNS	200

static struct gate gate;
static struct chan runner;
static struct sockaddr_un addr = { .sun_family = AF_UNIX };
static uint64_t now = 1000;
static unsigned char buf[SUBMIT_MAX + 4096];

static uint64_t
test_clock(void)
{
	return now;
}

static void
turns(int n)
{
	while (n-- > 0)
		gate_turn(&gate, 0, NULL);
}

/* The runner's next message; the gate runs while we wait for it. */
static enum msg
runner_hears(struct get *in)
{
	enum chan_event event = CHAN_NONE;
	enum msg type = 0;

	for (int i = 0; i < TURNS && event != CHAN_MSG; i++) {
		event = chan_next(&runner, &type, in);
		if (event != CHAN_MSG)
			turns(1);
	}
	return event == CHAN_MSG ? type : 0;
}

static void
runner_says(enum msg type, const struct put *p)
{
	chan_send(&runner, type, p);
	turns(3);
}

static struct put *
begin(void)
{
	static struct put p;

	put_init(&p, buf, sizeof(buf));
	return &p;
}

static void
say_info(void)
{
	struct put *p = begin();

	put_cstr(p, KEY);
	put_cstr(p, "ephemeral");
	put_u32(p, 8);
	runner_says(MSG_GATE_INFO_IS, p);
}

static void
make_pipe(int p[2])
{
	ATF_REQUIRE(pipe2(p, O_DIRECT | O_CLOEXEC) == 0);
}

static int to_runner[2], to_gate[2];

/* A runner that takes the place of the one before. */
static void
start_runner(void)
{
	chan_init(&runner, dup(to_runner[0]), dup(to_gate[1]), PEER_RUNNER,
	    PEER_GATE);
}

static void
start_silent(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

	snprintf(addr.sun_path, sizeof(addr.sun_path), "gate.sock");
	ATF_REQUIRE(bind(fd, (struct sockaddr *)&addr, sizeof(addr)) == 0);
	ATF_REQUIRE(listen(fd, 128) == 0);
	make_pipe(to_runner);
	make_pipe(to_gate);
	gate_init(&gate, fd, dup(to_gate[0]), dup(to_runner[1]), test_clock);
	start_runner();
}

static void
start(void)
{
	struct get in;

	start_silent();
	ATF_REQUIRE_EQ(MSG_GATE_INFO, runner_hears(&in));
	say_info();
	ATF_REQUIRE(gate.info.known);
}

static int
client(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

	ATF_REQUIRE(connect(fd, (struct sockaddr *)&addr, sizeof(addr)) == 0);
	turns(3);
	return fd;
}

static void
client_sends(int fd, const void *data, size_t len)
{
	const char *p = data;

	while (len > 0) {
		ssize_t n = send(fd, p, len, MSG_NOSIGNAL);

		if (n > 0) {
			p += n;
			len -= (size_t)n;
		} else {
			ATF_REQUIRE_EQ(EAGAIN, errno);
		}
		turns(2);
	}
	turns(3);
}

static void
client_frame(int fd, uint8_t type, const void *payload, size_t len)
{
	unsigned char *frame = malloc(len + 5);
	struct put p;

	put_init(&p, frame, len + 5);
	put_u32(&p, (uint32_t)len + 1);
	put_u8(&p, type);
	put_raw(&p, payload, len);
	client_sends(fd, frame, p.len);
	free(frame);
}

static int
client_reads(int fd, void *data, size_t len)
{
	size_t have = 0;

	for (int i = 0; i < TURNS && have < len; i++) {
		ssize_t n = read(fd, (char *)data + have, len - have);

		if (n == 0)
			return -1;
		if (n > 0)
			have += (size_t)n;
		turns(1);
	}
	return have == len ? 0 : -1;
}

/* The next frame's type, or 0 at the end; its payload is in `reply'. */
static unsigned char reply[CLIENT_FRAME_MAX];

static uint8_t
client_hears(int fd, struct get *in)
{
	unsigned char head[5];
	struct get g;
	uint32_t len;

	if (client_reads(fd, head, sizeof(head)) == -1)
		return 0;
	get_init(&g, head, sizeof(head));
	len = get_u32(&g) - 1;
	ATF_REQUIRE(len <= sizeof(reply));
	ATF_REQUIRE(len == 0 || client_reads(fd, reply, len) == 0);
	get_init(in, reply, len);
	return head[4];
}

static void
expect_refused(int fd, enum reason reason, const char *words)
{
	char message[TEXT_MAX];
	struct get in;

	ATF_REQUIRE_EQ(CLIENT_REFUSED, client_hears(fd, &in));
	ATF_CHECK_EQ(reason, get_u8(&in));
	get_cstr(&in, message, sizeof(message));
	ATF_CHECK_MSG(strstr(message, words) != NULL, "\"%s\" lacks \"%s\"",
	    message, words);
	ATF_CHECK_EQ(0, client_hears(fd, &in));	/* and the end */
}

static int
greeted(void)
{
	int fd = client();
	struct get in;

	ATF_REQUIRE_EQ(CLIENT_HELLO, client_hears(fd, &in));
	return fd;
}

static void
submit(int fd)
{
	unsigned char payload[64];
	struct put p;

	put_init(&p, payload, sizeof(payload));
	put_cstr(&p, "command");
	put_cstr(&p, "signature");
	put_cstr(&p, "manifest");
	put_cstr(&p, "signature");
	client_frame(fd, CLIENT_SUBMIT, payload, p.len);
}

/* Submits; answers the connection's number at the runner. */
static uint32_t
submitted(int fd)
{
	struct get in;

	submit(fd);
	ATF_REQUIRE_EQ(MSG_JOB_SUBMIT, runner_hears(&in));
	return get_u32(&in);
}

static void
say_send(uint32_t id, uint64_t bundle_len)
{
	struct put *p = begin();

	put_u32(p, id);
	put_cstr(p, JOB);
	put_u64(p, bundle_len);
	runner_says(MSG_JOB_SEND, p);
}

static void
say_accepted(uint32_t id)
{
	unsigned char hash[DIGEST_LEN] = { 7 };
	struct put *p = begin();

	put_u32(p, id);
	put_cstr(p, JOB);
	put_string(p, hash, sizeof(hash));
	runner_says(MSG_JOB_ACCEPTED, p);
}

static void
say_output(uint32_t id, uint8_t stream, const void *data, size_t len)
{
	struct put *p = begin();

	put_u32(p, id);
	put_u8(p, stream);
	put_string(p, data, len);
	runner_says(MSG_JOB_OUTPUT, p);
}

static void
say_finished(uint32_t id)
{
	struct put *p = begin();

	put_u32(p, id);
	put_u8(p, OUTCOME_EXITED);
	put_u32(p, 3);
	put_cstr(p, "done");
	put_cstr(p, "receipt");
	runner_says(MSG_JOB_FINISHED, p);
}

static void
data_frame(int fd, size_t len)
{
	unsigned char *payload = calloc(1, len + 4);
	struct put p;

	put_init(&p, payload, len + 4);
	put_u32(&p, (uint32_t)len);
	client_frame(fd, CLIENT_DATA, payload, len + 4);
	free(payload);
}

/* A client whose job runs. */
static int
running(uint32_t *idp)
{
	int fd = greeted();
	struct get in;

	*idp = submitted(fd);
	say_send(*idp, 4);
	ATF_REQUIRE_EQ(CLIENT_SEND, client_hears(fd, &in));
	data_frame(fd, 4);
	ATF_REQUIRE_EQ(MSG_JOB_DATA, runner_hears(&in));
	say_accepted(*idp);
	ATF_REQUIRE_EQ(CLIENT_ACCEPTED, client_hears(fd, &in));
	return fd;
}

static bool
all_free(void)
{
	for (size_t i = 0; i < GATE_CONNS; i++)
		if (gate.conns[i].state != CONN_FREE)
			return false;
	return true;
}

ATF_TC_WITHOUT_HEAD(greets_first);
ATF_TC_BODY(greets_first, tc)
{
	char text[VKEY_MAX];
	struct get in;
	int fd;

	start();
	fd = client();
	ATF_REQUIRE_EQ(CLIENT_HELLO, client_hears(fd, &in));
	get_cstr(&in, text, sizeof(text));
	ATF_CHECK_STREQ("casemate", text);
	ATF_CHECK_EQ(CLIENT_VERSION, get_u32(&in));
	get_cstr(&in, text, sizeof(text));
	ATF_CHECK_STREQ(KEY, text);
	get_cstr(&in, text, sizeof(text));
	ATF_CHECK_STREQ("ephemeral", text);
	ATF_CHECK(get_u64(&in) > 1700000000);
	ATF_CHECK_EQ(8, get_u32(&in));
	ATF_CHECK_EQ(0, get_end(&in));
}

ATF_TC_WITHOUT_HEAD(relays_a_whole_job);
ATF_TC_BODY(relays_a_whole_job, tc)
{
	char text[64];
	struct get in;
	uint32_t id;
	size_t len;
	int fd;

	start();
	fd = running(&id);
	say_output(id, 1, "hello\n", 6);
	ATF_REQUIRE_EQ(CLIENT_OUTPUT, client_hears(fd, &in));
	ATF_CHECK_EQ(1, get_u8(&in));
	ATF_CHECK(memcmp(get_string(&in, &len, 64), "hello\n", 6) == 0);
	ATF_CHECK_EQ(0, get_end(&in));
	ATF_REQUIRE_EQ(MSG_JOB_CREDIT, runner_hears(&in));
	ATF_CHECK_EQ(id, get_u32(&in));
	ATF_CHECK_EQ(6, get_u32(&in));
	say_finished(id);
	ATF_REQUIRE_EQ(CLIENT_FINISHED, client_hears(fd, &in));
	ATF_CHECK_EQ(OUTCOME_EXITED, get_u8(&in));
	ATF_CHECK_EQ(3, get_u32(&in));
	get_cstr(&in, text, sizeof(text));
	ATF_CHECK_STREQ("done", text);
	get_cstr(&in, text, sizeof(text));
	ATF_CHECK_STREQ("receipt", text);
	ATF_CHECK_EQ(0, client_hears(fd, &in));
	close(fd);
	turns(3);
	ATF_CHECK(all_free());
}

ATF_TC_WITHOUT_HEAD(answers_status);
ATF_TC_BODY(answers_status, tc)
{
	struct put *p;
	struct get in;
	uint32_t id;
	int fd;

	start();
	fd = greeted();
	client_frame(fd, CLIENT_STATUS, "", 0);
	ATF_REQUIRE_EQ(MSG_GATE_STATUS, runner_hears(&in));
	id = get_u32(&in);
	p = begin();
	put_u32(p, id);
	put_cstr(p, KEY);
	runner_says(MSG_GATE_STATUS_IS, p);
	ATF_REQUIRE_EQ(CLIENT_STATUS_IS, client_hears(fd, &in));
	ATF_CHECK_EQ(0, client_hears(fd, &in));
}

ATF_TC_WITHOUT_HEAD(refuses_bad_frames);
ATF_TC_BODY(refuses_bad_frames, tc)
{
	static const struct {
		const char	*bytes;
		const char	*words;
	} bad[] = {
		{ "\xff\xff\xff\xff\x10", "it may have" },
		{ "\0\0\0\0\x10", "length 0" },
		{ "\0\0\0\1\x77", "no client sends" },
		{ "\0\0\0\1\x11", "no client sends" },	/* ours to send */
		{ "GET /", "no client sends" },
		{ "\0\0\0\1\x12", "out of turn" },	/* DATA at once */
		{ "\0\0\0\1\x10", "cut short" },	/* an empty SUBMIT */
		{ "\0\0\0\x12\x20", "may have 16" },
	};
	int fd;

	start();
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		fd = greeted();
		client_sends(fd, bad[i].bytes, 5);
		expect_refused(fd, i == 6 ? REASON_TOO_LARGE :
		    REASON_PROTOCOL, bad[i].words);
		close(fd);
	}
	turns(3);
	ATF_CHECK(all_free());
}

ATF_TC_WITHOUT_HEAD(refuses_long_field_and_left_over);
ATF_TC_BODY(refuses_long_field_and_left_over, tc)
{
	static unsigned char payload[COMMAND_MAX + 64];
	struct put p;
	int fd;

	start();
	fd = greeted();
	put_init(&p, payload, sizeof(payload));
	put_u32(&p, COMMAND_MAX + 1);
	p.len += COMMAND_MAX + 1;
	put_cstr(&p, "");
	put_cstr(&p, "");
	put_cstr(&p, "");
	client_frame(fd, CLIENT_SUBMIT, payload, p.len);
	expect_refused(fd, REASON_TOO_LARGE, "the command is");
	fd = greeted();
	put_init(&p, payload, sizeof(payload));
	for (int i = 0; i < 5; i++)
		put_cstr(&p, "");
	client_frame(fd, CLIENT_SUBMIT, payload, p.len);
	expect_refused(fd, REASON_PROTOCOL, "left over");
}

ATF_TC_WITHOUT_HEAD(half_a_frame_and_silence);
ATF_TC_BODY(half_a_frame_and_silence, tc)
{
	struct get in;
	int fd;

	start();
	fd = greeted();
	client_sends(fd, "\0\0\1\0\x10" "abc", 8);
	now += GATE_SILENCE_MS - 1;
	turns(2);
	ATF_REQUIRE_EQ(-1, read(fd, buf, 1));
	now += 1;
	expect_refused(fd, REASON_PROTOCOL, "the rest of a frame");

	/* No byte at all has longer, and each byte starts the wait anew. */
	fd = greeted();
	now += GATE_FIRST_MS - 1;
	client_sends(fd, "\0", 1);
	now += GATE_SILENCE_MS - 1;
	client_sends(fd, "\0", 1);
	now += GATE_SILENCE_MS - 1;
	turns(2);
	ATF_REQUIRE_EQ(-1, read(fd, buf, 1));
	close(fd);
	turns(2);
	fd = greeted();
	now += GATE_FIRST_MS;
	expect_refused(fd, REASON_PROTOCOL, "no byte came for 30 s");
	ATF_CHECK_EQ(0, client_hears(fd, &in));
}

ATF_TC_WITHOUT_HEAD(silence_in_the_bundle);
ATF_TC_BODY(silence_in_the_bundle, tc)
{
	struct get in;
	uint32_t id;
	int fd;

	start();
	fd = greeted();
	id = submitted(fd);
	/* The runner may think for as long as it likes. */
	now += 10 * GATE_FIRST_MS;
	turns(2);
	say_send(id, 100);
	ATF_REQUIRE_EQ(CLIENT_SEND, client_hears(fd, &in));
	data_frame(fd, 60);
	ATF_REQUIRE_EQ(MSG_JOB_DATA, runner_hears(&in));
	now += GATE_SILENCE_MS;
	expect_refused(fd, REASON_PROTOCOL, "while DATA was expected");
	ATF_REQUIRE_EQ(MSG_JOB_CANCEL, runner_hears(&in));
	ATF_CHECK_EQ(id, get_u32(&in));
}

ATF_TC_WITHOUT_HEAD(whole_bundle_waits_for_the_runner);
ATF_TC_BODY(whole_bundle_waits_for_the_runner, tc)
{
	struct get in;
	uint32_t id;
	int fd;

	start();
	fd = greeted();
	id = submitted(fd);
	say_send(id, 60);
	ATF_REQUIRE_EQ(CLIENT_SEND, client_hears(fd, &in));
	data_frame(fd, 60);
	shutdown(fd, SHUT_WR);
	turns(3);
	now += 10 * GATE_SILENCE_MS;
	turns(3);
	say_accepted(id);
	ATF_CHECK_EQ(CLIENT_ACCEPTED, client_hears(fd, &in));
}

ATF_TC_WITHOUT_HEAD(too_much_bundle);
ATF_TC_BODY(too_much_bundle, tc)
{
	struct get in;
	uint32_t id;
	int fd;

	start();
	fd = greeted();
	id = submitted(fd);
	say_send(id, 60);
	ATF_REQUIRE_EQ(CLIENT_SEND, client_hears(fd, &in));
	data_frame(fd, 61);
	expect_refused(fd, REASON_BUNDLE, "longer than the command says");
	ATF_REQUIRE_EQ(MSG_JOB_CANCEL, runner_hears(&in));
}

ATF_TC_WITHOUT_HEAD(sixty_fifth_is_told_busy);
ATF_TC_BODY(sixty_fifth_is_told_busy, tc)
{
	int fds[GATE_CONNS], fd;

	start();
	for (int i = 0; i < GATE_CONNS; i++)
		fds[i] = greeted();
	fd = client();
	expect_refused(fd, REASON_BUSY, "too many clients");
	close(fds[7]);
	turns(3);
	fd = greeted();
}

/* A client waits that cannot be accepted: the gate must not spin for it. */
ATF_TC_WITHOUT_HEAD(rests_without_descriptors);
ATF_TC_BODY(rests_without_descriptors, tc)
{
	struct rlimit all, few;
	struct get in;
	char text[4096];
	int fd, log[2];

	start();
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	ATF_REQUIRE(connect(fd, (struct sockaddr *)&addr, sizeof(addr)) == 0);
	ATF_REQUIRE(pipe2(log, O_NONBLOCK) == 0);
	ATF_REQUIRE(dup2(log[1], STDERR_FILENO) == STDERR_FILENO);
	ATF_REQUIRE(getrlimit(RLIMIT_NOFILE, &all) == 0);
	few = all;
	few.rlim_cur = 128;
	ATF_REQUIRE(setrlimit(RLIMIT_NOFILE, &few) == 0);
	while (dup(log[1]) != -1)
		continue;
	turns(20);
	ATF_CHECK(read(log[0], text, sizeof(text)) > 0);
	turns(20);
	ATF_CHECK_EQ(-1, read(log[0], text, sizeof(text)));
	ATF_REQUIRE(setrlimit(RLIMIT_NOFILE, &all) == 0);
	now += GATE_REST_MS;
	ATF_CHECK_EQ(CLIENT_HELLO, client_hears(fd, &in));
}

ATF_TC_WITHOUT_HEAD(hangup_cancels_the_job);
ATF_TC_BODY(hangup_cancels_the_job, tc)
{
	struct get in;
	uint32_t id;
	int fd;

	start();
	fd = running(&id);
	close(fd);
	ATF_REQUIRE_EQ(MSG_JOB_CANCEL, runner_hears(&in));
	ATF_CHECK_EQ(id, get_u32(&in));
	ATF_CHECK(all_free());
	/* What was on its way is nobody's. */
	say_output(id, 1, "x", 1);
	say_finished(id);
	ATF_CHECK(all_free());
}

ATF_TC_WITHOUT_HEAD(half_close_is_not_a_hangup);
ATF_TC_BODY(half_close_is_not_a_hangup, tc)
{
	struct get in;
	uint32_t id;
	int fd;

	start();
	fd = running(&id);
	shutdown(fd, SHUT_WR);
	turns(5);
	now += 5 * GATE_CHECK_MS;
	turns(5);
	say_output(id, 2, "still here", 10);
	ATF_REQUIRE_EQ(CLIENT_OUTPUT, client_hears(fd, &in));
	say_finished(id);
	ATF_REQUIRE_EQ(CLIENT_FINISHED, client_hears(fd, &in));
	ATF_REQUIRE_EQ(MSG_JOB_CREDIT, runner_hears(&in));

	/* And after it a hang-up is still seen. */
	fd = running(&id);
	shutdown(fd, SHUT_WR);
	turns(5);
	close(fd);
	now += GATE_CHECK_MS;
	ATF_CHECK_EQ(MSG_JOB_CANCEL, runner_hears(&in));
	ATF_CHECK(all_free());
}

ATF_TC_WITHOUT_HEAD(half_close_ends_an_unfinished_bundle);
ATF_TC_BODY(half_close_ends_an_unfinished_bundle, tc)
{
	struct get in;
	uint32_t id;
	int fd;

	start();
	fd = greeted();
	id = submitted(fd);
	say_send(id, 100);
	ATF_REQUIRE_EQ(CLIENT_SEND, client_hears(fd, &in));
	data_frame(fd, 60);
	ATF_REQUIRE_EQ(MSG_JOB_DATA, runner_hears(&in));
	shutdown(fd, SHUT_WR);
	turns(3);
	expect_refused(fd, REASON_PROTOCOL, "before the bundle did");
	ATF_REQUIRE_EQ(MSG_JOB_CANCEL, runner_hears(&in));
}

ATF_TC_WITHOUT_HEAD(slow_client_holds_back_credit);
ATF_TC_BODY(slow_client_holds_back_credit, tc)
{
	static char chunk[DATA_MAX];
	uint32_t id, credit = 0;
	size_t got = 0, sent = 0;
	struct get in;
	int fd;

	start();
	fd = running(&id);
	for (int i = 0; i < 8; i++, sent += sizeof(chunk))
		say_output(id, 1, chunk, sizeof(chunk));
	turns(20);
	while (runner_hears(&in) == MSG_JOB_CREDIT) {
		ATF_REQUIRE_EQ(id, get_u32(&in));
		credit += get_u32(&in);
	}
	ATF_CHECK_MSG(credit < sent, "credit %u of %zu", credit, sent);
	while (got < sent) {
		size_t len;

		ATF_REQUIRE_EQ(CLIENT_OUTPUT, client_hears(fd, &in));
		(void)get_u8(&in);
		(void)get_string(&in, &len, DATA_MAX);
		got += len;
	}
	while (runner_hears(&in) == MSG_JOB_CREDIT) {
		ATF_REQUIRE_EQ(id, get_u32(&in));
		credit += get_u32(&in);
	}
	ATF_CHECK_EQ(sent, credit);
}

ATF_TC_WITHOUT_HEAD(slow_runner_holds_back_the_client);
ATF_TC_BODY(slow_runner_holds_back_the_client, tc)
{
	static unsigned char frame[5 + 4 + DATA_MAX];
	size_t sent = 0;
	struct put p;
	struct get in;
	uint32_t id;
	int fd, idle = 0;

	start();
	fd = greeted();
	id = submitted(fd);
	say_send(id, BUNDLE_MAX);
	ATF_REQUIRE_EQ(CLIENT_SEND, client_hears(fd, &in));
	put_init(&p, frame, sizeof(frame));
	put_u32(&p, sizeof(frame) - 4);
	put_u8(&p, CLIENT_DATA);
	put_u32(&p, DATA_MAX);
	/* The runner reads nothing: the client is stopped, and that is all. */
	for (size_t at = 0; idle < 50;) {
		ssize_t n = send(fd, frame + at, sizeof(frame) - at,
		    MSG_NOSIGNAL);

		idle = n > 0 ? 0 : idle + 1;
		if (n > 0) {
			at = (at + (size_t)n) % sizeof(frame);
			sent += (size_t)n;
		}
		turns(1);
	}
	ATF_CHECK(sent < CHAN_QUEUE_MAX * 2);
	/* Its waiting is not its silence. */
	now += 3 * GATE_SILENCE_MS;
	turns(3);
	ATF_CHECK_EQ(-1, read(fd, buf, 1));
	ATF_CHECK_EQ(MSG_JOB_DATA, runner_hears(&in));
}

ATF_TC_WITHOUT_HEAD(restarted_runner_faults_what_was_under_way);
ATF_TC_BODY(restarted_runner_faults_what_was_under_way, tc)
{
	struct get in;
	uint32_t id;
	int job, idle, deciding;

	start();
	job = running(&id);
	idle = greeted();
	deciding = greeted();
	submitted(deciding);
	start_runner();
	ATF_REQUIRE_EQ(MSG_GATE_INFO, runner_hears(&in));
	expect_refused(job, REASON_FAULT, "was restarted");
	expect_refused(deciding, REASON_FAULT, "was restarted");
	say_info();
	submitted(idle);
}

ATF_TC_WITHOUT_HEAD(no_runner_no_greeting);
ATF_TC_BODY(no_runner_no_greeting, tc)
{
	int fd;

	start_silent();
	fd = client();
	turns(5);
	ATF_CHECK_EQ(-1, read(fd, buf, 1));
	now += GATE_FIRST_MS;
	expect_refused(fd, REASON_FAULT, "does not answer");
}

ATF_TC_WITHOUT_HEAD(stop_tells_the_clients);
ATF_TC_BODY(stop_tells_the_clients, tc)
{
	uint32_t id;
	int fd;

	start();
	fd = running(&id);
	gate_stop(&gate);
	expect_refused(fd, REASON_STOPPING, "the appliance stops");
}

ATF_TC_WITHOUT_HEAD(output_byte_by_byte_is_joined);
ATF_TC_BODY(output_byte_by_byte_is_joined, tc)
{
	struct gate_out o;
	size_t len;

	gate_out_init(&o);
	for (int i = 0; i < 10000; i++)
		ATF_REQUIRE_EQ(0, gate_out_output(&o, 1, "x", 1));
	ATF_REQUIRE_EQ(0, gate_out_output(&o, 2, "y", 1));
	ATF_REQUIRE_EQ(0, gate_out_output(&o, 1, "z", 1));
	(void)gate_out_peek(&o, &len);
	ATF_CHECK_EQ(10000 + 2 + 3 * 10, len);
	/* Credit comes with the last byte of each frame, never before. */
	ATF_CHECK_EQ(0, gate_out_wrote(&o, 10009));
	ATF_CHECK_EQ(10000, gate_out_wrote(&o, 1));
	ATF_CHECK_EQ(0, gate_out_wrote(&o, 10));
	ATF_CHECK_EQ(2, gate_out_wrote(&o, 12));
	(void)gate_out_peek(&o, &len);
	ATF_CHECK_EQ(0, len);
}

ATF_TC_WITHOUT_HEAD(begun_frame_is_not_changed);
ATF_TC_BODY(begun_frame_is_not_changed, tc)
{
	struct gate_out o;
	const unsigned char *p;
	size_t len;

	gate_out_init(&o);
	gate_out_output(&o, 1, "ab", 2);
	ATF_CHECK_EQ(0, gate_out_wrote(&o, 3));
	gate_out_output(&o, 1, "c", 1);
	ATF_CHECK_EQ(2, gate_out_wrote(&o, 9));
	p = gate_out_peek(&o, &len);
	ATF_REQUIRE_EQ(11, len);
	ATF_CHECK_EQ(7, p[3]);
	ATF_CHECK_EQ('c', p[10]);
	gate_out_free(&o);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, greets_first);
	ATF_TP_ADD_TC(tp, relays_a_whole_job);
	ATF_TP_ADD_TC(tp, answers_status);
	ATF_TP_ADD_TC(tp, refuses_bad_frames);
	ATF_TP_ADD_TC(tp, refuses_long_field_and_left_over);
	ATF_TP_ADD_TC(tp, half_a_frame_and_silence);
	ATF_TP_ADD_TC(tp, silence_in_the_bundle);
	ATF_TP_ADD_TC(tp, whole_bundle_waits_for_the_runner);
	ATF_TP_ADD_TC(tp, too_much_bundle);
	ATF_TP_ADD_TC(tp, sixty_fifth_is_told_busy);
	ATF_TP_ADD_TC(tp, rests_without_descriptors);
	ATF_TP_ADD_TC(tp, hangup_cancels_the_job);
	ATF_TP_ADD_TC(tp, half_close_is_not_a_hangup);
	ATF_TP_ADD_TC(tp, half_close_ends_an_unfinished_bundle);
	ATF_TP_ADD_TC(tp, slow_client_holds_back_credit);
	ATF_TP_ADD_TC(tp, slow_runner_holds_back_the_client);
	ATF_TP_ADD_TC(tp, restarted_runner_faults_what_was_under_way);
	ATF_TP_ADD_TC(tp, no_runner_no_greeting);
	ATF_TP_ADD_TC(tp, stop_tells_the_clients);
	ATF_TP_ADD_TC(tp, output_byte_by_byte_is_joined);
	ATF_TP_ADD_TC(tp, begun_frame_is_not_changed);
	return atf_no_error();
}
