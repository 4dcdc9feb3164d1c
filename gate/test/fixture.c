#include "fixture.h"

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

#define JOB	"00112233445566778899aabbccddeeff"
#define TURNS	200

struct gate gate;
struct chan runner;
struct sockaddr_un addr = { .sun_family = AF_UNIX };
uint64_t now = 1000;
unsigned char buf[SUBMIT_MAX + 4096];
unsigned char payload[sizeof(union client_payload)];

uint64_t
test_clock(void)
{
	return now;
}

void
turns(int n)
{
	while (n-- > 0)
		gate_turn(&gate, 0, NULL);
}

enum msg
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

void
say_info(void)
{
	RUNNER_SAYS(gate_info_is, .vkey = KEY, .mode = "ephemeral",
	    .slots = 8);
}

void
make_pipe(int p[2])
{
	ATF_REQUIRE(pipe2(p, O_DIRECT | O_CLOEXEC) == 0);
}

static int to_runner[2], to_gate[2];

void
start_runner(void)
{
	chan_init(&runner, dup(to_runner[0]), dup(to_gate[1]), PEER_RUNNER,
	    PEER_GATE);
}

void
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

void
start(void)
{
	struct msg_gate_info m;

	start_silent();
	RUNNER_HEARS(gate_info, &m);
	say_info();
	ATF_REQUIRE(gate.info.known);
}

int
client(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

	ATF_REQUIRE(connect(fd, (struct sockaddr *)&addr, sizeof(addr)) == 0);
	turns(3);
	return fd;
}

void
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

void
client_frame(int fd, uint8_t type, const void *data, size_t len)
{
	unsigned char *frame = malloc(len + 5);
	struct put p;

	put_init(&p, frame, len + 5);
	put_u32(&p, (uint32_t)len + 1);
	put_u8(&p, type);
	put_raw(&p, data, len);
	client_sends(fd, frame, p.len);
	free(frame);
}

int
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

/* The payload of the frame that client_hears() returned. */
static unsigned char reply[sizeof(union client_payload)];

uint8_t
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

void
expect_refused(int fd, enum reason reason, const char *words)
{
	struct client_refused m;
	struct get in;

	CLIENT_HEARS(fd, refused, &m);
	ATF_CHECK_EQ(reason, m.reason);
	ATF_CHECK_MSG(strstr(m.message, words) != NULL, "\"%s\" lacks \"%s\"",
	    m.message, words);
	ATF_CHECK_EQ(0, client_hears(fd, &in));	/* and the end */
}

int
greeted(void)
{
	int fd = client();
	struct client_hello m;

	CLIENT_HEARS(fd, hello, &m);
	return fd;
}

void
submit(int fd)
{
	CLIENT_SAYS(fd, submit, .command = { "command", 7 },
	    .command_sig = { "signature", 9 }, .manifest = { "manifest", 8 },
	    .manifest_sig = { "signature", 9 });
}

uint32_t
submitted(int fd)
{
	struct msg_job_submit m;

	submit(fd);
	RUNNER_HEARS(job_submit, &m);
	return m.conn;
}

void
say_send(uint32_t id, uint64_t bundle_len)
{
	RUNNER_SAYS(job_send, .conn = id, .bundle_len = bundle_len,
	    .send = { JOB });
}

void
say_accepted(uint32_t id)
{
	static const unsigned char hash[DIGEST_LEN] = { 7 };

	RUNNER_SAYS(job_accepted, .conn = id, .accepted = { JOB, hash });
}

void
say_output(uint32_t id, uint8_t stream, const void *data, size_t len)
{
	RUNNER_SAYS(job_output, .conn = id,
	    .output = { .stream = stream, .data = { data, len } });
}

void
say_finished(uint32_t id)
{
	RUNNER_SAYS(job_finished, .conn = id,
	    .finished = { .outcome = OUTCOME_EXITED, .status = 3,
	    .message = "done", .receipt = { "receipt", 7 } });
}

void
data_frame(int fd, size_t len)
{
	static const char zeros[DATA_MAX];

	CLIENT_SAYS(fd, data, .data = { zeros, len });
}

int
running(uint32_t *idp)
{
	int fd = greeted();
	struct client_send send_frame;
	struct client_accepted accepted;
	struct msg_job_data m;

	*idp = submitted(fd);
	say_send(*idp, 4);
	CLIENT_HEARS(fd, send, &send_frame);
	data_frame(fd, 4);
	RUNNER_HEARS(job_data, &m);
	say_accepted(*idp);
	CLIENT_HEARS(fd, accepted, &accepted);
	return fd;
}

bool
all_free(void)
{
	for (size_t i = 0; i < GATE_CONNS; i++)
		if (gate.conns[i].state != CONN_FREE)
			return false;
	return true;
}
