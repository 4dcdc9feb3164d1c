/* gate at work: whole jobs, and clients and runners that are slow or go. */
#include <sys/socket.h>
#include <sys/wait.h>

#include <atf-c.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gate/test/fixture.h"
#include "lib/log.h"

ATF_TC_WITHOUT_HEAD(greets_first);
ATF_TC_BODY(greets_first, tc)
{
	struct client_hello m;
	int fd;

	start();
	fd = client();
	CLIENT_HEARS(fd, hello, &m);
	ATF_CHECK_STREQ("casemate", m.protocol);
	ATF_CHECK_EQ(CLIENT_VERSION, m.version);
	ATF_CHECK_STREQ(KEY, m.vkey);
	ATF_CHECK_STREQ("ephemeral", m.mode);
	ATF_CHECK(m.now > 1700000000);
	ATF_CHECK_EQ(8, m.slots);
}

/* The runner hears that so much reached the client. */
static void
expect_credit(uint32_t id, uint32_t bytes)
{
	struct msg_job_credit m;

	RUNNER_HEARS(job_credit, &m);
	ATF_CHECK_EQ(id, m.conn);
	ATF_CHECK_EQ(bytes, m.bytes);
}

static void
expect_cancel(uint32_t id)
{
	struct msg_job_cancel m;

	RUNNER_HEARS(job_cancel, &m);
	ATF_CHECK_EQ(id, m.conn);
}

static bool
is_text(struct bytes b, const char *text)
{
	return b.len == strlen(text) && memcmp(b.p, text, b.len) == 0;
}

static void
check_closed(int fd)
{
	struct get in;

	ATF_CHECK_EQ(0, client_hears(fd, &in));
	close(fd);
	turns(3);
	ATF_CHECK(all_free());
}

ATF_TC_WITHOUT_HEAD(relays_a_whole_job);
ATF_TC_BODY(relays_a_whole_job, tc)
{
	struct client_output output;
	struct client_finished end;
	uint32_t id;
	int fd;

	start();
	fd = running(&id);
	say_output(id, 1, "hello\n", 6);
	CLIENT_HEARS(fd, output, &output);
	ATF_CHECK_EQ(1, output.stream);
	ATF_CHECK(is_text(output.data, "hello\n"));
	expect_credit(id, 6);
	say_finished(id);
	CLIENT_HEARS(fd, finished, &end);
	ATF_CHECK_EQ(OUTCOME_EXITED, end.outcome);
	ATF_CHECK_EQ(3, end.status);
	ATF_CHECK_STREQ("done", end.message);
	ATF_CHECK(is_text(end.receipt, "receipt"));
	check_closed(fd);
}

/* A client with a query; returns the connection's number at the runner. */
static uint32_t
reading(int fd)
{
	struct msg_query_submit m;

	CLIENT_SAYS(fd, read, .command = { "command", 7 },
	    .command_sig = { "signature", 9 });
	RUNNER_HEARS(query_submit, &m);
	ATF_CHECK(is_text(m.read.command, "command"));
	ATF_CHECK(is_text(m.read.command_sig, "signature"));
	return m.conn;
}

static void
say_data(uint32_t id, const char *text)
{
	RUNNER_SAYS(query_data, .conn = id,
	    .read_data = { .stream = 2, .data = { text, strlen(text) } });
}

ATF_TC_WITHOUT_HEAD(relays_what_is_read);
ATF_TC_BODY(relays_what_is_read, tc)
{
	struct client_read_data data;
	struct client_read_end end;
	uint32_t id;
	int fd;

	start();
	fd = greeted();
	id = reading(fd);
	say_data(id, "leaf");
	CLIENT_HEARS(fd, read_data, &data);
	ATF_CHECK_EQ(2, data.stream);
	ATF_CHECK(is_text(data.data, "leaf"));
	expect_credit(id, 4);
	RUNNER_SAYS(query_end, .conn = id,
	    .read_end = { .text = "note", .receipt = { "receipt", 7 } });
	CLIENT_HEARS(fd, read_end, &end);
	ATF_CHECK_STREQ("note", end.text);
	ATF_CHECK(is_text(end.receipt, "receipt"));
	check_closed(fd);
}

ATF_TC_WITHOUT_HEAD(reader_that_leaves_is_cancelled);
ATF_TC_BODY(reader_that_leaves_is_cancelled, tc)
{
	uint32_t id;
	int fd;

	start();
	fd = greeted();
	id = reading(fd);
	close(fd);
	expect_cancel(id);
	say_data(id, "late");
	ATF_CHECK(all_free());
}

ATF_TC_WITHOUT_HEAD(refusal_ends_what_is_read);
ATF_TC_BODY(refusal_ends_what_is_read, tc)
{
	struct client_read_data data;
	uint32_t id;
	int fd;

	start();
	fd = greeted();
	id = reading(fd);
	say_data(id, "leaf");
	CLIENT_HEARS(fd, read_data, &data);
	RUNNER_SAYS(job_refused, .conn = id, .refused = {
	    .reason = REASON_LEDGER, .message = "ledgerd restarted",
	    .job = "" });
	expect_refused(fd, REASON_LEDGER, "ledgerd restarted");
}

ATF_TC_WITHOUT_HEAD(relays_an_explanation);
ATF_TC_BODY(relays_an_explanation, tc)
{
	struct client_explained m;
	uint32_t id;
	int fd;

	start();
	fd = greeted();
	id = submitted(fd);
	RUNNER_SAYS(job_explanation, .conn = id, .explained = {
	    .allowed = false, .text = { "no rule permits it", 18 } });
	CLIENT_HEARS(fd, explained, &m);
	ATF_CHECK(!m.allowed);
	ATF_CHECK(is_text(m.text, "no rule permits it"));
	check_closed(fd);
}

/* What the runner's message does to gate's process: its exit code, or -1. */
static int
fate(void (*say)(uint32_t id))
{
	uint32_t id;
	int status;
	pid_t pid;

	start();
	id = submitted(greeted());
	pid = fork();
	ATF_REQUIRE(pid != -1);
	if (pid == 0) {
		say(id);
		turns(5);
		_exit(77);
	}
	ATF_REQUIRE(waitpid(pid, &status, 0) == pid);
	ATF_REQUIRE(unlink(addr.sun_path) == 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
send_it(uint32_t id)
{
	say_send(id, 60);
}

static void
send_unasked(uint32_t id)
{
	say_output(id, 1, "x", 1);
}

static void
send_cut_short(uint32_t id)
{
	put_u32(chan_begin(&runner, MSG_JOB_SEND), id);
	chan_end(&runner);
}

ATF_TC_WITHOUT_HEAD(an_unexpected_message_of_the_runner_ends_gate);
ATF_TC_BODY(an_unexpected_message_of_the_runner_ends_gate, tc)
{
	ATF_CHECK_EQ(fate(send_it), 77);
	ATF_CHECK_EQ(fate(send_unasked), EXIT_PEER);
	ATF_CHECK_EQ(fate(send_cut_short), EXIT_PEER);
}

ATF_TC_WITHOUT_HEAD(whole_bundle_waits_for_the_runner);
ATF_TC_BODY(whole_bundle_waits_for_the_runner, tc)
{
	struct client_accepted accepted;
	struct client_send send_frame;
	uint32_t id;
	int fd;

	start();
	fd = greeted();
	id = submitted(fd);
	say_send(id, 60);
	CLIENT_HEARS(fd, send, &send_frame);
	data_frame(fd, 60);
	shutdown(fd, SHUT_WR);
	turns(3);
	now += 10 * GATE_SILENCE_MS;
	turns(3);
	say_accepted(id);
	CLIENT_HEARS(fd, accepted, &accepted);
}

ATF_TC_WITHOUT_HEAD(hangup_cancels_the_job);
ATF_TC_BODY(hangup_cancels_the_job, tc)
{
	uint32_t id;
	int fd;

	start();
	fd = running(&id);
	close(fd);
	expect_cancel(id);
	ATF_CHECK(all_free());
	/* What was on its way is dropped. */
	say_output(id, 1, "x", 1);
	say_finished(id);
	ATF_CHECK(all_free());
}

ATF_TC_WITHOUT_HEAD(half_close_is_not_a_hangup);
ATF_TC_BODY(half_close_is_not_a_hangup, tc)
{
	struct client_finished end;
	struct client_output output;
	uint32_t id;
	int fd;

	start();
	fd = running(&id);
	shutdown(fd, SHUT_WR);
	turns(5);
	now += 5 * GATE_CHECK_MS;
	turns(5);
	say_output(id, 2, "still here", 10);
	CLIENT_HEARS(fd, output, &output);
	say_finished(id);
	CLIENT_HEARS(fd, finished, &end);
	expect_credit(id, 10);

	/* And after it a hang-up is still seen. */
	fd = running(&id);
	shutdown(fd, SHUT_WR);
	turns(5);
	close(fd);
	now += GATE_CHECK_MS;
	expect_cancel(id);
	ATF_CHECK(all_free());
}

ATF_TC_WITHOUT_HEAD(slow_client_holds_back_credit);
ATF_TC_BODY(slow_client_holds_back_credit, tc)
{
	static char chunk[DATA_MAX];
	uint32_t id, credit = 0;
	size_t got = 0, sent = 0;
	struct client_output output;
	struct msg_job_credit m;
	struct get in;
	int fd;

	start();
	fd = running(&id);
	for (int i = 0; i < 8; i++, sent += sizeof(chunk))
		say_output(id, 1, chunk, sizeof(chunk));
	turns(20);
	while (runner_hears(&in) == MSG_JOB_CREDIT) {
		ATF_REQUIRE_EQ(0, msg_get_job_credit(&in, &m));
		ATF_REQUIRE_EQ(id, m.conn);
		credit += m.bytes;
	}
	ATF_CHECK_MSG(credit < sent, "credit %u of %zu", credit, sent);
	while (got < sent) {
		CLIENT_HEARS(fd, output, &output);
		got += output.data.len;
	}
	while (runner_hears(&in) == MSG_JOB_CREDIT) {
		ATF_REQUIRE_EQ(0, msg_get_job_credit(&in, &m));
		ATF_REQUIRE_EQ(id, m.conn);
		credit += m.bytes;
	}
	ATF_CHECK_EQ(sent, credit);
}

ATF_TC_WITHOUT_HEAD(slow_runner_holds_back_the_client);
ATF_TC_BODY(slow_runner_holds_back_the_client, tc)
{
	static unsigned char frame[5 + 4 + DATA_MAX];
	size_t sent = 0;
	struct client_send send_frame;
	struct msg_job_data data;
	struct put p;
	uint32_t id;
	int fd, idle = 0;

	start();
	fd = greeted();
	id = submitted(fd);
	say_send(id, BUNDLE_MAX);
	CLIENT_HEARS(fd, send, &send_frame);
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
	RUNNER_HEARS(job_data, &data);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, greets_first);
	ATF_TP_ADD_TC(tp, relays_a_whole_job);
	ATF_TP_ADD_TC(tp, relays_what_is_read);
	ATF_TP_ADD_TC(tp, reader_that_leaves_is_cancelled);
	ATF_TP_ADD_TC(tp, refusal_ends_what_is_read);
	ATF_TP_ADD_TC(tp, relays_an_explanation);
	ATF_TP_ADD_TC(tp, an_unexpected_message_of_the_runner_ends_gate);
	ATF_TP_ADD_TC(tp, whole_bundle_waits_for_the_runner);
	ATF_TP_ADD_TC(tp, hangup_cancels_the_job);
	ATF_TP_ADD_TC(tp, half_close_is_not_a_hangup);
	ATF_TP_ADD_TC(tp, slow_client_holds_back_credit);
	ATF_TP_ADD_TC(tp, slow_runner_holds_back_the_client);
	return atf_no_error();
}
