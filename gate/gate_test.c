/* The gate at work: whole jobs, and clients and runners that are slow or go. */
#include <sys/socket.h>

#include <atf-c.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gate/test/fixture.h"

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

/* A client that reads; answers the connection's number at the runner. */
static uint32_t
reading(int fd)
{
	unsigned char payload[64];
	char word[16];
	struct get in;
	struct put p;
	uint32_t id;

	put_init(&p, payload, sizeof(payload));
	put_cstr(&p, "command");
	put_cstr(&p, "signature");
	client_frame(fd, CLIENT_READ, payload, p.len);
	ATF_REQUIRE_EQ(MSG_QUERY_SUBMIT, runner_hears(&in));
	id = get_u32(&in);
	get_cstr(&in, word, sizeof(word));
	ATF_CHECK_STREQ("command", word);
	get_cstr(&in, word, sizeof(word));
	ATF_CHECK_EQ(0, get_end(&in));
	return id;
}

static void
say_data(uint32_t id, const void *data, size_t len)
{
	struct put *p = begin();

	put_u32(p, id);
	put_u8(p, 2);
	put_string(p, data, len);
	runner_says(MSG_QUERY_DATA, p);
}

ATF_TC_WITHOUT_HEAD(relays_what_is_read);
ATF_TC_BODY(relays_what_is_read, tc)
{
	struct put *p;
	char text[64];
	struct get in;
	uint32_t id;
	size_t len;
	int fd;

	start();
	fd = greeted();
	id = reading(fd);
	say_data(id, "leaf", 4);
	ATF_REQUIRE_EQ(CLIENT_READ_DATA, client_hears(fd, &in));
	ATF_CHECK_EQ(2, get_u8(&in));
	ATF_CHECK(memcmp(get_string(&in, &len, 64), "leaf", 4) == 0);
	ATF_CHECK_EQ(0, get_end(&in));
	ATF_REQUIRE_EQ(MSG_JOB_CREDIT, runner_hears(&in));
	ATF_CHECK_EQ(id, get_u32(&in));
	ATF_CHECK_EQ(4, get_u32(&in));
	p = begin();
	put_u32(p, id);
	put_cstr(p, "note");
	put_cstr(p, "receipt");
	runner_says(MSG_QUERY_END, p);
	ATF_REQUIRE_EQ(CLIENT_READ_END, client_hears(fd, &in));
	get_cstr(&in, text, sizeof(text));
	ATF_CHECK_STREQ("note", text);
	get_cstr(&in, text, sizeof(text));
	ATF_CHECK_STREQ("receipt", text);
	ATF_CHECK_EQ(0, client_hears(fd, &in));
	close(fd);
	turns(3);
	ATF_CHECK(all_free());
}

ATF_TC_WITHOUT_HEAD(reader_that_leaves_is_cancelled);
ATF_TC_BODY(reader_that_leaves_is_cancelled, tc)
{
	struct get in;
	uint32_t id;
	int fd;

	start();
	fd = greeted();
	id = reading(fd);
	close(fd);
	ATF_REQUIRE_EQ(MSG_JOB_CANCEL, runner_hears(&in));
	ATF_CHECK_EQ(id, get_u32(&in));
	say_data(id, "late", 4);
	ATF_CHECK(all_free());
}

ATF_TC_WITHOUT_HEAD(refusal_ends_what_is_read);
ATF_TC_BODY(refusal_ends_what_is_read, tc)
{
	struct put *p;
	struct get in;
	uint32_t id;
	int fd;

	start();
	fd = greeted();
	id = reading(fd);
	say_data(id, "leaf", 4);
	ATF_REQUIRE_EQ(CLIENT_READ_DATA, client_hears(fd, &in));
	p = begin();
	put_u32(p, id);
	put_u8(p, REASON_LEDGER);
	put_cstr(p, "ledgerd restarted");
	put_cstr(p, "");
	put_cstr(p, "");
	runner_says(MSG_JOB_REFUSED, p);
	expect_refused(fd, REASON_LEDGER, "ledgerd restarted");
}

ATF_TC_WITHOUT_HEAD(relays_an_explanation);
ATF_TC_BODY(relays_an_explanation, tc)
{
	struct put *p;
	char text[64];
	struct get in;
	uint32_t id;
	int fd;

	start();
	fd = greeted();
	id = submitted(fd);
	p = begin();
	put_u32(p, id);
	put_u8(p, 0);
	put_cstr(p, "no rule permits it");
	runner_says(MSG_JOB_EXPLANATION, p);
	ATF_REQUIRE_EQ(CLIENT_EXPLAINED, client_hears(fd, &in));
	ATF_CHECK_EQ(0, get_u8(&in));
	get_cstr(&in, text, sizeof(text));
	ATF_CHECK_STREQ("no rule permits it", text);
	ATF_CHECK_EQ(0, client_hears(fd, &in));
	close(fd);
	turns(3);
	ATF_CHECK(all_free());
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

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, greets_first);
	ATF_TP_ADD_TC(tp, relays_a_whole_job);
	ATF_TP_ADD_TC(tp, relays_what_is_read);
	ATF_TP_ADD_TC(tp, reader_that_leaves_is_cancelled);
	ATF_TP_ADD_TC(tp, refusal_ends_what_is_read);
	ATF_TP_ADD_TC(tp, relays_an_explanation);
	ATF_TP_ADD_TC(tp, whole_bundle_waits_for_the_runner);
	ATF_TP_ADD_TC(tp, hangup_cancels_the_job);
	ATF_TP_ADD_TC(tp, half_close_is_not_a_hangup);
	ATF_TP_ADD_TC(tp, slow_client_holds_back_credit);
	ATF_TP_ADD_TC(tp, slow_runner_holds_back_the_client);
	return atf_no_error();
}
