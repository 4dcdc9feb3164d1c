/* What the gate refuses, and what it says. */
#include <sys/resource.h>
#include <sys/socket.h>

#include <atf-c.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "gate/test/fixture.h"

static void
expect_cancel(uint32_t id)
{
	struct msg_job_cancel m;

	RUNNER_HEARS(job_cancel, &m);
	ATF_CHECK_EQ(id, m.conn);
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
		{ "\0\0\x7f\0\x22", "it may have 5184" },
		{ "\0\0\0\1\x20", "no client sends" },	/* once STATUS */
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
	static unsigned char fields[COMMAND_MAX + 64];
	struct put p;
	int fd;

	start();
	fd = greeted();
	put_init(&p, fields, sizeof(fields));
	put_u32(&p, COMMAND_MAX + 1);
	p.len += COMMAND_MAX + 1;
	put_cstr(&p, "");
	put_cstr(&p, "");
	put_cstr(&p, "");
	client_frame(fd, CLIENT_SUBMIT, fields, p.len);
	expect_refused(fd, REASON_TOO_LARGE, "the command is");
	fd = greeted();
	put_init(&p, fields, sizeof(fields));
	for (int i = 0; i < 5; i++)
		put_cstr(&p, "");
	client_frame(fd, CLIENT_SUBMIT, fields, p.len);
	expect_refused(fd, REASON_PROTOCOL, "left over after its 4");
	fd = greeted();
	p.len = 0;
	for (int i = 0; i < 3; i++)
		put_cstr(&p, "");
	client_frame(fd, CLIENT_READ, fields, p.len);
	expect_refused(fd, REASON_PROTOCOL, "left over after its 2");
	fd = greeted();
	client_frame(fd, CLIENT_READ, fields, 4);
	expect_refused(fd, REASON_TOO_LARGE, "the command's signature is");
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

	/* No byte at all has longer, and each byte starts the wait again. */
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

ATF_TC_WITHOUT_HEAD(a_request_in_drops_comes_to_an_end);
ATF_TC_BODY(a_request_in_drops_comes_to_an_end, tc)
{
	int fd;

	start();
	fd = greeted();
	client_sends(fd, "\0\0\1\0\x10", 5);
	for (unsigned ms = 5000; ms < GATE_REQUEST_MS; ms += 5000) {
		now += 5000;
		client_sends(fd, "x", 1);
		turns(2);
		ATF_REQUIRE_EQ(-1, read(fd, buf, 1));
	}
	now += 5000;
	expect_refused(fd, REASON_PROTOCOL, "not whole after 60 s");
}

ATF_TC_WITHOUT_HEAD(silence_in_the_bundle);
ATF_TC_BODY(silence_in_the_bundle, tc)
{
	struct client_send send_frame;
	struct msg_job_data data;
	uint32_t id;
	int fd;

	start();
	fd = greeted();
	id = submitted(fd);
	/* The runner may think for as long as it likes. */
	now += 10 * GATE_FIRST_MS;
	turns(2);
	say_send(id, 100);
	CLIENT_HEARS(fd, send, &send_frame);
	data_frame(fd, 60);
	RUNNER_HEARS(job_data, &data);
	now += GATE_SILENCE_MS;
	expect_refused(fd, REASON_PROTOCOL, "while DATA was expected");
	expect_cancel(id);
}

ATF_TC_WITHOUT_HEAD(too_much_bundle);
ATF_TC_BODY(too_much_bundle, tc)
{
	struct client_send send_frame;
	uint32_t id;
	int fd;

	start();
	fd = greeted();
	id = submitted(fd);
	say_send(id, 60);
	CLIENT_HEARS(fd, send, &send_frame);
	data_frame(fd, 61);
	expect_refused(fd, REASON_BUNDLE, "longer than the command says");
	expect_cancel(id);
}

static bool
hears_nothing(int fd)
{
	char c;

	turns(5);
	return recv(fd, &c, 1, MSG_DONTWAIT | MSG_PEEK) == -1;
}

ATF_TC_WITHOUT_HEAD(sixty_fifth_waits_for_a_place);
ATF_TC_BODY(sixty_fifth_waits_for_a_place, tc)
{
	int fds[GATE_CONNS], fd;
	struct get in;

	start();
	for (int i = 0; i < GATE_CONNS; i++)
		fds[i] = greeted();
	fd = client();
	ATF_CHECK(hears_nothing(fd));
	close(fds[7]);
	turns(3);
	ATF_CHECK_EQ(client_hears(fd, &in), CLIENT_HELLO);
}

ATF_TC_WITHOUT_HEAD(newcomer_gets_the_place_of_the_oldest_without_a_request);
ATF_TC_BODY(newcomer_gets_the_place_of_the_oldest_without_a_request, tc)
{
	int fds[GATE_CONNS], fd, another;
	struct get in;

	start();
	for (int i = 0; i < GATE_CONNS; i++) {
		fds[i] = greeted();
		now++;
	}
	submitted(fds[0]);			/* the oldest has sent its own */
	client_sends(fds[1], "\0", 1);		/* a byte of one is none */
	now += GATE_PLACE_MS - GATE_CONNS;
	fd = client();
	another = client();
	ATF_CHECK(hears_nothing(fd));
	now += 1;				/* fds[1] has had its time */
	turns(3);
	ATF_CHECK_EQ(client_hears(fd, &in), CLIENT_HELLO);
	expect_refused(fds[1], REASON_BUSY, "no whole request for longest");
	ATF_CHECK(hears_nothing(another));
	now += 1;
	turns(3);
	ATF_CHECK_EQ(client_hears(another, &in), CLIENT_HELLO);
	expect_refused(fds[2], REASON_BUSY, "no whole request for longest");
	ATF_CHECK(hears_nothing(fds[0]));
	submitted(fd);
}

ATF_TC_WITHOUT_HEAD(requests_hold_their_places);
ATF_TC_BODY(requests_hold_their_places, tc)
{
	int fd;

	start();
	for (int i = 0; i < GATE_CONNS; i++)
		submitted(greeted());
	fd = client();
	now += 10 * GATE_PLACE_MS;
	ATF_CHECK(hears_nothing(fd));
	ATF_CHECK_EQ(gate_conn_place_ms(&gate), UINT64_MAX);
}

/* Jobs that ended hold no slot, so that one signer can have many of them. */
ATF_TC_WITHOUT_HEAD(answers_that_are_not_read_hold_no_place);
ATF_TC_BODY(answers_that_are_not_read_hold_no_place, tc)
{
	static char chunk[DATA_MAX];
	struct get in;
	uint32_t id;
	int fd;

	start();
	for (int i = 0; i < GATE_CONNS; i++) {
		(void)running(&id);
		for (int j = 0; j < 8; j++)
			say_output(id, 1, chunk, sizeof(chunk));
		say_finished(id);
		while (runner_hears(&in) == MSG_JOB_CREDIT)
			continue;
	}
	fd = client();
	ATF_CHECK(hears_nothing(fd));
	now += GATE_PLACE_MS;
	turns(3);
	ATF_CHECK_EQ(client_hears(fd, &in), CLIENT_HELLO);
}

ATF_TC_WITHOUT_HEAD(places_are_kept_while_there_are_free_ones);
ATF_TC_BODY(places_are_kept_while_there_are_free_ones, tc)
{
	int first;

	start();
	first = greeted();
	now += 2 * GATE_PLACE_MS;
	for (int i = 1; i < GATE_CONNS; i++)
		greeted();
	submitted(first);
}

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

ATF_TC_WITHOUT_HEAD(refusals_do_not_fill_the_console);
ATF_TC_BODY(refusals_do_not_fill_the_console, tc)
{
	char text[65536];
	int log[2], lines = 0;
	ssize_t n;

	start();
	ATF_REQUIRE(pipe2(log, O_NONBLOCK) == 0);
	ATF_REQUIRE(dup2(log[1], STDERR_FILENO) == STDERR_FILENO);
	for (int i = 0; i < 3 * GATE_LOG_MAX; i++) {
		int fd = greeted();

		client_frame(fd, CLIENT_HELLO, "", 0);
		close(fd);
		turns(3);
	}
	n = read(log[0], text, sizeof(text));
	for (ssize_t i = 0; i < n; i++)
		lines += text[i] == '\n';
	ATF_CHECK_EQ(GATE_LOG_MAX, lines);
	now += GATE_LOG_MS;
	client_frame(greeted(), CLIENT_HELLO, "", 0);
	n = read(log[0], text, sizeof(text) - 1);
	text[n > 0 ? n : 0] = '\0';
	ATF_CHECK(strstr(text, "20 more refusals") != NULL);
}

ATF_TC_WITHOUT_HEAD(half_close_ends_an_unfinished_bundle);
ATF_TC_BODY(half_close_ends_an_unfinished_bundle, tc)
{
	struct client_send send_frame;
	struct msg_job_data data;
	uint32_t id;
	int fd;

	start();
	fd = greeted();
	id = submitted(fd);
	say_send(id, 100);
	CLIENT_HEARS(fd, send, &send_frame);
	data_frame(fd, 60);
	RUNNER_HEARS(job_data, &data);
	shutdown(fd, SHUT_WR);
	turns(3);
	expect_refused(fd, REASON_PROTOCOL, "before the bundle did");
	expect_cancel(id);
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

ATF_TC_WITHOUT_HEAD(restarted_runner_faults_what_was_under_way);
ATF_TC_BODY(restarted_runner_faults_what_was_under_way, tc)
{
	struct msg_gate_info info;
	uint32_t id;
	int job, idle, deciding;

	start();
	job = running(&id);
	idle = greeted();
	deciding = greeted();
	submitted(deciding);
	start_runner();
	RUNNER_HEARS(gate_info, &info);
	expect_refused(job, REASON_FAULT, "was restarted");
	expect_refused(deciding, REASON_FAULT, "was restarted");
	say_info();
	submitted(idle);
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

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, refuses_bad_frames);
	ATF_TP_ADD_TC(tp, refuses_long_field_and_left_over);
	ATF_TP_ADD_TC(tp, half_a_frame_and_silence);
	ATF_TP_ADD_TC(tp, a_request_in_drops_comes_to_an_end);
	ATF_TP_ADD_TC(tp, silence_in_the_bundle);
	ATF_TP_ADD_TC(tp, too_much_bundle);
	ATF_TP_ADD_TC(tp, sixty_fifth_waits_for_a_place);
	ATF_TP_ADD_TC(tp,
	    newcomer_gets_the_place_of_the_oldest_without_a_request);
	ATF_TP_ADD_TC(tp, requests_hold_their_places);
	ATF_TP_ADD_TC(tp, answers_that_are_not_read_hold_no_place);
	ATF_TP_ADD_TC(tp, places_are_kept_while_there_are_free_ones);
	ATF_TP_ADD_TC(tp, rests_without_descriptors);
	ATF_TP_ADD_TC(tp, refusals_do_not_fill_the_console);
	ATF_TP_ADD_TC(tp, half_close_ends_an_unfinished_bundle);
	ATF_TP_ADD_TC(tp, no_runner_no_greeting);
	ATF_TP_ADD_TC(tp, restarted_runner_faults_what_was_under_way);
	ATF_TP_ADD_TC(tp, stop_tells_the_clients);
	return atf_no_error();
}
