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

/* The runner's next message; the gate runs while we wait for it. */
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
runner_says(enum msg type, const struct put *p)
{
	chan_send(&runner, type, p);
	turns(3);
}

struct put *
begin(void)
{
	static struct put p;

	put_init(&p, buf, sizeof(buf));
	return &p;
}

void
say_info(void)
{
	struct put *p = begin();

	put_cstr(p, KEY);
	put_cstr(p, "ephemeral");
	put_u32(p, 8);
	runner_says(MSG_GATE_INFO_IS, p);
}

void
make_pipe(int p[2])
{
	ATF_REQUIRE(pipe2(p, O_DIRECT | O_CLOEXEC) == 0);
}

static int to_runner[2], to_gate[2];

/* A runner that takes the place of the one before. */
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
	struct get in;

	start_silent();
	ATF_REQUIRE_EQ(MSG_GATE_INFO, runner_hears(&in));
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

/* The next frame's type, or 0 at the end; its payload is in `reply'. */
static unsigned char reply[CLIENT_FRAME_MAX];

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
	char message[TEXT_MAX];
	struct get in;

	ATF_REQUIRE_EQ(CLIENT_REFUSED, client_hears(fd, &in));
	ATF_CHECK_EQ(reason, get_u8(&in));
	get_cstr(&in, message, sizeof(message));
	ATF_CHECK_MSG(strstr(message, words) != NULL, "\"%s\" lacks \"%s\"",
	    message, words);
	ATF_CHECK_EQ(0, client_hears(fd, &in));	/* and the end */
}

int
greeted(void)
{
	int fd = client();
	struct get in;

	ATF_REQUIRE_EQ(CLIENT_HELLO, client_hears(fd, &in));
	return fd;
}

void
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
uint32_t
submitted(int fd)
{
	struct get in;

	submit(fd);
	ATF_REQUIRE_EQ(MSG_JOB_SUBMIT, runner_hears(&in));
	return get_u32(&in);
}

void
say_send(uint32_t id, uint64_t bundle_len)
{
	struct put *p = begin();

	put_u32(p, id);
	put_cstr(p, JOB);
	put_u64(p, bundle_len);
	runner_says(MSG_JOB_SEND, p);
}

void
say_accepted(uint32_t id)
{
	unsigned char hash[DIGEST_LEN] = { 7 };
	struct put *p = begin();

	put_u32(p, id);
	put_cstr(p, JOB);
	put_string(p, hash, sizeof(hash));
	runner_says(MSG_JOB_ACCEPTED, p);
}

void
say_output(uint32_t id, uint8_t stream, const void *data, size_t len)
{
	struct put *p = begin();

	put_u32(p, id);
	put_u8(p, stream);
	put_string(p, data, len);
	runner_says(MSG_JOB_OUTPUT, p);
}

void
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

void
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
int
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

bool
all_free(void)
{
	for (size_t i = 0; i < GATE_CONNS; i++)
		if (gate.conns[i].state != CONN_FREE)
			return false;
	return true;
}

