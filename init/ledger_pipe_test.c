/* init's side of ledgerd's pipes, and a real chan on the other. */
#include "ledger_pipe.h"

#include <atf-c.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/msg/chan.h"

static int in[2], out[2];
static struct ledger_pipe p;
static struct chan c;
static const unsigned char digest[DIGEST_LEN];
static const struct msg_init_boot boot = {
	.image = "1", .image_sha256 = digest, .build_sha256 = digest,
	.runtimes = "", .command_line = "quiet", .cpus = 2,
};

static void
make(void)
{
	ATF_REQUIRE(pipe2(in, O_DIRECT | O_NONBLOCK | O_CLOEXEC) == 0);
	ATF_REQUIRE(pipe2(out, O_DIRECT | O_NONBLOCK | O_CLOEXEC) == 0);
	ledger_pipe_init(&p, in[0], out[1], &boot);
}

/* A new ledgerd. */
static void
greet(void)
{
	chan_init(&c, out[0], in[1], PEER_LEDGERD, PEER_INIT);
	ATF_REQUIRE_EQ(0, ledger_pipe_read(&p));
}

static void
expect(enum msg want, struct get *g)
{
	enum chan_event event;
	enum msg type;

	while ((event = chan_next(&c, &type, g)) == CHAN_RESET)
		;
	ATF_REQUIRE_EQ(CHAN_MSG, event);
	ATF_REQUIRE_EQ(want, type);
}

static void
expect_boot(void)
{
	struct msg_init_boot m;
	struct get g;

	expect(MSG_INIT_BOOT, &g);
	ATF_REQUIRE_EQ(0, msg_get_init_boot(&g, &m));
	ATF_CHECK_STREQ("quiet", m.command_line);
	ATF_CHECK_EQ(2, m.cpus);
}

static void
expect_event(uint32_t seq, enum event event)
{
	struct msg_init_event m;
	struct get g;

	expect(MSG_INIT_EVENT, &g);
	ATF_REQUIRE_EQ(0, msg_get_init_event(&g, &m));
	ATF_CHECK_EQ(seq, m.seq);
	ATF_CHECK_EQ(event, m.event);
}

static void
expect_nothing(void)
{
	enum msg type;
	struct get g;

	ATF_CHECK_EQ(CHAN_NONE, chan_next(&c, &type, &g));
}

static int
done(uint32_t seq, const char *failure)
{
	MSG_SEND(&c, init_event_done, .seq = seq, .failure = failure);
	return ledger_pipe_read(&p);
}

static uint32_t
add(void)
{
	return LEDGER_PIPE_ADD(&p, appliance_ready, .ready_ms = event_u64(1));
}

ATF_TC_WITHOUT_HEAD(events_go_one_at_a_time);
ATF_TC_BODY(events_go_one_at_a_time, tc)
{
	make();
	ATF_CHECK_EQ(1, add());		/* it is not there yet */
	ATF_CHECK_EQ(2, add());
	greet();
	expect_boot();
	expect_event(1, EVENT_APPLIANCE_READY);
	expect_nothing();
	ATF_CHECK(ledger_pipe_waits(&p, 1));
	ATF_CHECK_EQ(0, done(1, ""));
	ATF_CHECK(!ledger_pipe_waits(&p, 1));
	ATF_CHECK(ledger_pipe_waits(&p, 2));
	expect_event(2, EVENT_APPLIANCE_READY);
	ATF_CHECK_EQ(0, done(2, "the data disk is full"));
	ATF_CHECK(!ledger_pipe_waits(&p, 2));
	ATF_CHECK(!ledger_pipe_waits(&p, 0));
	ATF_CHECK(!ledger_pipe_waits(&p, 3));
	expect_nothing();
	ATF_CHECK_EQ(3, add());
	expect_event(3, EVENT_APPLIANCE_READY);
}

static bool
has_unread(void)
{
	struct pollfd pfd = { .fd = in[0], .events = POLLIN };

	return poll(&pfd, 1, 0) == 1;
}

/* A ledgerd that greets all the time cannot keep init from its other work. */
ATF_TC_WITHOUT_HEAD(one_call_reads_a_part_of_many_greetings);
ATF_TC_BODY(one_call_reads_a_part_of_many_greetings, tc)
{
	make();
	for (int i = 0; i < 16; i++)	/* the pipe is full then */
		chan_init(&c, out[0], in[1], PEER_LEDGERD, PEER_INIT);
	ATF_REQUIRE_EQ(0, ledger_pipe_read(&p));
	ATF_CHECK(has_unread());
	while (has_unread())
		ATF_REQUIRE_EQ(0, ledger_pipe_read(&p));
}

ATF_TC_WITHOUT_HEAD(a_new_ledgerd_gets_what_has_no_reply);
ATF_TC_BODY(a_new_ledgerd_gets_what_has_no_reply, tc)
{
	make();
	greet();
	expect_boot();
	expect_nothing();
	add();
	add();
	expect_event(1, EVENT_APPLIANCE_READY);
	greet();
	expect_boot();
	expect_event(1, EVENT_APPLIANCE_READY);
	ATF_CHECK_EQ(0, done(1, ""));
	expect_event(2, EVENT_APPLIANCE_READY);
	greet();
	expect_boot();
	expect_event(2, EVENT_APPLIANCE_READY);
}

ATF_TC_WITHOUT_HEAD(what_finds_no_space_is_counted);
ATF_TC_BODY(what_finds_no_space_is_counted, tc)
{
	const uint32_t most = LEDGER_PIPE_EVENTS - LEDGER_PIPE_SPARE;
	struct msg_init_event m;
	struct get g;

	make();
	for (uint32_t i = 1; i <= most; i++)
		ATF_CHECK_EQ(i, add());
	ATF_CHECK_EQ(0, add());
	ATF_CHECK_EQ(0, add());
	ATF_CHECK_EQ(most + 1, LEDGER_PIPE_ADD(&p, appliance_stopped,
	    .how = "poweroff"));
	greet();
	expect_boot();
	for (uint32_t i = 1; i <= most; i++) {
		expect_event(i, EVENT_APPLIANCE_READY);
		ATF_CHECK_EQ(0, done(i, ""));
	}
	expect_event(most + 1, EVENT_APPLIANCE_STOPPED);
	ATF_CHECK_EQ(0, done(most + 1, ""));
	expect(MSG_INIT_EVENT, &g);
	ATF_REQUIRE_EQ(0, msg_get_init_event(&g, &m));
	ATF_CHECK_EQ(EVENT_APPLIANCE_DEGRADED, m.event);
	ATF_CHECK(memmem(m.fields.p, m.fields.len, "2 events were", 13) !=
	    NULL);
}

/* ledgerd ended before it read: the pipe is full of what it did not. */
ATF_TC_WITHOUT_HEAD(a_full_pipe_only_delays);
ATF_TC_BODY(a_full_pipe_only_delays, tc)
{
	make();
	add();
	while (write(out[1], "\2", 1) == 1)	/* rests of messages */
		;
	greet();
	ATF_CHECK(ledger_pipe_flush(&p));
	expect_nothing();		/* it reads what is there */
	ATF_CHECK(!ledger_pipe_flush(&p));
	expect_boot();
	expect_event(1, EVENT_APPLIANCE_READY);
}

static int
after(const void *text, size_t len)
{
	ATF_REQUIRE_EQ((ssize_t)len, write(in[1], text, len));
	return ledger_pipe_read(&p);
}

ATF_TC_WITHOUT_HEAD(other_packets_are_ledgerds_fault);
ATF_TC_BODY(other_packets_are_ledgerds_fault, tc)
{
	char flood[5000];

	memset(flood, 3, sizeof(flood));
	make();
	greet();
	add();
	ATF_CHECK_EQ(-1, after("p", 1));
	ATF_CHECK_EQ(-1, after("\3\0\0\0\2\x50p", 7));
	ATF_CHECK_EQ(-1, after("\3\0\0\0\2\2p", 7));
	ATF_CHECK_EQ(-1, after("\3\0\0\0\5\x57\0\0\0\1", 10));	/* no text */
	ATF_CHECK_EQ(-1, after(flood, 4096));
	ATF_CHECK_EQ(-1, done(2, ""));		/* it was not sent */
	ATF_CHECK_EQ(0, done(1, ""));
	ATF_CHECK_EQ(-1, done(1, ""));		/* twice */
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, events_go_one_at_a_time);
	ATF_TP_ADD_TC(tp, one_call_reads_a_part_of_many_greetings);
	ATF_TP_ADD_TC(tp, a_new_ledgerd_gets_what_has_no_reply);
	ATF_TP_ADD_TC(tp, what_finds_no_space_is_counted);
	ATF_TP_ADD_TC(tp, a_full_pipe_only_delays);
	ATF_TP_ADD_TC(tp, other_packets_are_ledgerds_fault);
	return atf_no_error();
}
