/*
 * Two ends of a conversation in one process, over real packet-mode pipes that
 * the test keeps open like init does.  A process that dies is a chan that is
 * dropped; what ends a process runs in a child.
 */
#include "chan.h"

#include <sys/wait.h>

#include <atf-c.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/log.h"

struct link {
	int		 ab[2], ba[2];	/* gate to runner, runner to gate */
	struct chan	 a, b;		/* gate, runner */
};

static void
make_pipes(struct link *l)
{
	memset(l, 0, sizeof(*l));
	ATF_REQUIRE(pipe2(l->ab, O_DIRECT | O_CLOEXEC) == 0);
	ATF_REQUIRE(pipe2(l->ba, O_DIRECT | O_CLOEXEC) == 0);
}

static void
drop(struct chan *c)
{
	free(c->msg);
	free(c->queue);
	memset(c, 0, sizeof(*c));
}

static void
start_a(struct link *l)
{
	drop(&l->a);
	chan_init(&l->a, l->ba[0], l->ab[1], PEER_GATE, PEER_RUNNER);
}

static void
start_b(struct link *l)
{
	drop(&l->b);
	chan_init(&l->b, l->ab[0], l->ba[1], PEER_RUNNER, PEER_GATE);
}

/* The chan's next event and, for a message, its first u32. */
static enum chan_event
next(struct chan *c, uint32_t *nr)
{
	enum msg type;
	struct get g;
	enum chan_event e;

	chan_flush(c);
	e = chan_next(c, &type, &g);
	if (e == CHAN_MSG)
		*nr = get_u32(&g);
	return e;
}

/* Lets both talk until neither has more to do; counts their resets. */
static void
settle(struct link *l, int *ra, int *rb)
{
	enum chan_event ea, eb;
	uint32_t nr;
	int idle = 0;

	*ra = *rb = 0;
	while (idle < 2) {	/* twice: one's reading lets the other write */
		ea = next(&l->a, &nr);
		eb = next(&l->b, &nr);
		ATF_REQUIRE(ea != CHAN_MSG && eb != CHAN_MSG);
		*ra += ea == CHAN_RESET;
		*rb += eb == CHAN_RESET;
		idle = ea == CHAN_NONE && eb == CHAN_NONE &&
		    l->a.qlen == 0 && l->b.qlen == 0 ? idle + 1 : 0;
	}
}

static void
connect_both(struct link *l)
{
	int ra, rb;

	make_pipes(l);
	start_a(l);
	start_b(l);
	settle(l, &ra, &rb);
	ATF_REQUIRE_EQ(ra, 1);
	ATF_REQUIRE_EQ(rb, 1);
}

/* The payload of the largest message from gate to runner. */
static size_t
largest(void)
{
	return msg_largest(PEER_GATE, PEER_RUNNER);
}

/* A message of len bytes that begins with nr. */
static void
send_msg(struct chan *c, enum msg type, uint32_t nr, size_t len)
{
	struct put *p = chan_begin(c, type);

	put_u32(p, nr);
	while (p->len < len && p->err == 0)
		put_u8(p, (uint8_t)p->len);
	chan_end(c);
}

/* b's next event is this message, whole. */
static void
expect_msg(struct chan *from, struct chan *to, uint32_t nr, size_t len)
{
	enum chan_event e;
	enum msg type;
	struct get g;

	do {
		chan_flush(from);
		e = chan_next(to, &type, &g);
	} while (e == CHAN_NONE && from->qlen != 0);
	ATF_REQUIRE_EQ(e, CHAN_MSG);
	ATF_REQUIRE_EQ(g.left, len);
	ATF_REQUIRE_EQ(get_u32(&g), nr);
	for (size_t i = 4; i < len; i++)
		ATF_REQUIRE_EQ(get_u8(&g), (uint8_t)i);
}

ATF_TC_WITHOUT_HEAD(each_side_sees_one_reset_at_first);
ATF_TC_BODY(each_side_sees_one_reset_at_first, tc)
{
	struct link l;

	connect_both(&l);
	send_msg(&l.a, MSG_JOB_CREDIT, 1, 4);
	expect_msg(&l.a, &l.b, 1, 4);
	send_msg(&l.b, MSG_JOB_SEND, 2, 4);
	expect_msg(&l.b, &l.a, 2, 4);
}

ATF_TC_WITHOUT_HEAD(messages_of_every_size_arrive_whole);
ATF_TC_BODY(messages_of_every_size_arrive_whole, tc)
{
	const size_t sizes[] = { 4, 5, 4089, 4090, 4091, 4095, 4096, 8184,
	    8185, 8186, 33024, 65536, largest() };
	struct link l;

	connect_both(&l);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		send_msg(&l.a, MSG_JOB_SUBMIT, (uint32_t)i, sizes[i]);
		expect_msg(&l.a, &l.b, (uint32_t)i, sizes[i]);
	}
}

ATF_TC_WITHOUT_HEAD(messages_keep_their_order_through_a_full_pipe);
ATF_TC_BODY(messages_keep_their_order_through_a_full_pipe, tc)
{
	struct link l;

	connect_both(&l);
	for (uint32_t i = 0; i < 200; i++)
		send_msg(&l.a, MSG_JOB_DATA, i, 4 + i * 7);
	ATF_CHECK(l.a.qlen != 0);
	for (uint32_t i = 0; i < 200; i++)
		expect_msg(&l.a, &l.b, i, 4 + i * 7);
}

static bool
is_zero(const unsigned char *p, size_t len)
{
	while (len != 0 && p[len - 1] == 0)
		len--;
	return len == 0;
}

/* Neither the sender, nor the queue, nor the reader keeps it. */
ATF_TC_WITHOUT_HEAD(messages_are_wiped_where_they_were);
ATF_TC_BODY(messages_are_wiped_where_they_were, tc)
{
	struct link l;
	enum msg type;
	struct get g;

	connect_both(&l);
	for (uint32_t i = 1; i < 40; i++)	/* one pipe full, and more */
		send_msg(&l.a, MSG_JOB_SUBMIT, i, 4000 + i * 7);
	ATF_CHECK(is_zero(l.a.outgoing, 1 + 5 + l.a.out_max));
	ATF_REQUIRE(l.a.qlen != 0);
	ATF_CHECK(is_zero(l.a.queue, l.a.qhead));
	for (uint32_t i = 1; i < 200; i++) {	/* the queue moves, too */
		expect_msg(&l.a, &l.b, i, 4000 + i * 7);
		send_msg(&l.a, MSG_JOB_SUBMIT, 39 + i, 4273 + i * 7);
		ATF_CHECK(is_zero(l.a.queue, l.a.qhead));
		ATF_CHECK(is_zero(l.a.queue + l.a.qhead + l.a.qlen,
		    l.a.qcap - l.a.qhead - l.a.qlen));
	}
	for (uint32_t i = 200; i < 239; i++)
		expect_msg(&l.a, &l.b, i, 4000 + i * 7);
	ATF_CHECK(is_zero(l.a.queue, l.a.qcap));
	ATF_CHECK_EQ(chan_next(&l.b, &type, &g), CHAN_NONE);
	ATF_CHECK(is_zero(l.b.msg, 5 + l.b.in_max));
}

ATF_TC_WITHOUT_HEAD(half_a_message_of_a_dead_writer_is_dropped);
ATF_TC_BODY(half_a_message_of_a_dead_writer_is_dropped, tc)
{
	struct link l;
	uint32_t nr;
	int ra, rb;

	connect_both(&l);
	send_msg(&l.a, MSG_JOB_SUBMIT, 1, largest());	/* 16 packets go in */
	ATF_REQUIRE(l.a.qlen != 0);
	ATF_REQUIRE_EQ(next(&l.b, &nr), CHAN_NONE);
	ATF_REQUIRE(l.b.inside);
	start_a(&l);					/* the rest is lost */
	settle(&l, &ra, &rb);
	ATF_CHECK_EQ(ra, 1);
	ATF_CHECK_EQ(rb, 1);
	send_msg(&l.a, MSG_JOB_SUBMIT, 2, 5000);
	expect_msg(&l.a, &l.b, 2, 5000);
}

ATF_TC_WITHOUT_HEAD(what_a_dead_reader_left_is_dropped);
ATF_TC_BODY(what_a_dead_reader_left_is_dropped, tc)
{
	struct link l;
	uint32_t nr;
	int ra, rb;

	connect_both(&l);
	send_msg(&l.a, MSG_JOB_SUBMIT, 1, 10000);
	send_msg(&l.a, MSG_JOB_SUBMIT, 2, largest());
	expect_msg(&l.a, &l.b, 1, 10000);
	ATF_REQUIRE_EQ(next(&l.b, &nr), CHAN_NONE);	/* takes a part of 2 */
	start_b(&l);
	settle(&l, &ra, &rb);
	ATF_CHECK_EQ(ra, 1);
	ATF_CHECK_EQ(rb, 1);
	send_msg(&l.a, MSG_JOB_SUBMIT, 3, 5000);
	expect_msg(&l.a, &l.b, 3, 5000);
	send_msg(&l.b, MSG_JOB_SEND, 4, 4);
	expect_msg(&l.b, &l.a, 4, 4);
}

ATF_TC_WITHOUT_HEAD(an_answer_to_the_dead_does_not_reach_the_living);
ATF_TC_BODY(an_answer_to_the_dead_does_not_reach_the_living, tc)
{
	struct link l;
	int ra, rb;

	connect_both(&l);
	send_msg(&l.b, MSG_JOB_SEND, 1, 4);	/* for the old gate */
	start_a(&l);
	settle(&l, &ra, &rb);			/* fails on any message */
	ATF_CHECK_EQ(ra, 1);
	ATF_CHECK_EQ(rb, 1);
	send_msg(&l.b, MSG_JOB_SEND, 2, 4);
	expect_msg(&l.b, &l.a, 2, 4);
}

ATF_TC_WITHOUT_HEAD(both_restart_at_once);
ATF_TC_BODY(both_restart_at_once, tc)
{
	struct link l;
	int ra, rb;

	connect_both(&l);
	for (uint32_t i = 0; i < 40; i++) {	/* leftovers fill both pipes */
		send_msg(&l.a, MSG_JOB_SUBMIT, i, 9000);
		send_msg(&l.b, MSG_JOB_OUTPUT, i, 9000);
	}
	start_a(&l);
	start_b(&l);
	settle(&l, &ra, &rb);
	ATF_CHECK_EQ(ra, 1);
	ATF_CHECK_EQ(rb, 1);
	send_msg(&l.a, MSG_JOB_SUBMIT, 7, 9000);
	expect_msg(&l.a, &l.b, 7, 9000);
	send_msg(&l.b, MSG_JOB_OUTPUT, 8, 9000);
	expect_msg(&l.b, &l.a, 8, 9000);
}

ATF_TC_WITHOUT_HEAD(one_restarts_again_and_again);
ATF_TC_BODY(one_restarts_again_and_again, tc)
{
	struct link l;
	uint32_t nr;
	int ra, rb;

	connect_both(&l);
	for (uint32_t i = 0; i < 50; i++) {
		start_a(&l);
		if (i % 3 == 0) {		/* dies before it hears */
			next(&l.b, &nr);
			start_a(&l);
		}
		if (i % 2 == 0)
			start_b(&l);
		settle(&l, &ra, &rb);
		ATF_CHECK_EQ(ra, 1);
		ATF_CHECK(rb >= 1);
		send_msg(&l.a, MSG_JOB_SUBMIT, i, 6000);
		expect_msg(&l.a, &l.b, i, 6000);
		send_msg(&l.b, MSG_JOB_SEND, i, 4);
		expect_msg(&l.b, &l.a, i, 4);
	}
}

ATF_TC_WITHOUT_HEAD(a_hello_that_a_dead_reader_took_is_said_again);
ATF_TC_BODY(a_hello_that_a_dead_reader_took_is_said_again, tc)
{
	unsigned char packet[CHAN_PACKET];
	struct link l;
	int ra, rb;

	make_pipes(&l);
	start_a(&l);
	ATF_REQUIRE(read(l.ab[0], packet, sizeof(packet)) > 0);
	start_b(&l);
	settle(&l, &ra, &rb);
	ATF_CHECK_EQ(ra, 1);
	ATF_CHECK_EQ(rb, 1);
	send_msg(&l.b, MSG_JOB_SEND, 1, 4);
	expect_msg(&l.b, &l.a, 1, 4);
}

ATF_TC_WITHOUT_HEAD(what_is_said_after_a_reset_arrives);
ATF_TC_BODY(what_is_said_after_a_reset_arrives, tc)
{
	struct link l;
	uint32_t nr = 0;
	bool asked = false;

	make_pipes(&l);
	start_b(&l);
	start_a(&l);
	for (int i = 0; i < 20; i++) {		/* ask at once, as promised */
		if (next(&l.a, &nr) == CHAN_RESET)
			send_msg(&l.a, MSG_JOB_CREDIT, 9, 4);
		if (next(&l.b, &nr) == CHAN_MSG)
			asked = true;
	}
	ATF_CHECK(asked);
	ATF_CHECK_EQ(nr, 9);
}

/* Writes one packet as it stands to the runner's end. */
static void
forge(struct link *l, const void *packet, size_t len)
{
	ATF_REQUIRE_EQ(write(l->ab[1], packet, len), (ssize_t)len);
}

/* What reading on does to the runner's process: its exit code, or -1. */
static int
fate(struct link *l)
{
	uint32_t nr;
	int status;
	pid_t pid = fork();

	ATF_REQUIRE(pid != -1);
	if (pid == 0) {
		while (next(&l->b, &nr) != CHAN_NONE)
			;
		_exit(77);
	}
	ATF_REQUIRE(waitpid(pid, &status, 0) == pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
check_forged(const char *what, const void *packet, size_t len, int want)
{
	struct link l;
	int got;

	connect_both(&l);
	forge(&l, packet, len);
	got = fate(&l);
	ATF_CHECK_MSG(got == want, "%s: %d, not %d", what, got, want);
}

#define FORGED(what, want, ...) do {					\
	static const unsigned char packet[] = { __VA_ARGS__ };		\
	check_forged(what, packet, sizeof(packet), want);		\
} while (0)

ATF_TC_WITHOUT_HEAD(a_forged_message_ends_the_reader);
ATF_TC_BODY(a_forged_message_ends_the_reader, tc)
{
	FORGED("good", 77, 3, 0, 0, 0, 5, 0x16, 0, 0, 0, 1);
	FORGED("rest of nothing", 77, 2, 1, 2, 3);
	FORGED("empty packet", EXIT_PEER, 3);
	FORGED("only a length", EXIT_PEER, 3, 0, 0, 0, 1);
	FORGED("length too small", EXIT_PEER, 3, 0, 0, 0, 4, 0x16, 0, 0, 0, 1);
	FORGED("length too large", EXIT_PEER, 3, 0, 0, 0, 6, 0x16, 0, 0, 0, 1);
	FORGED("length 0", EXIT_PEER, 3, 0, 0, 0, 0, 0x16);
	FORGED("4 GiB", EXIT_PEER, 3, 0xff, 0xff, 0xff, 0xff, 0x16);
	FORGED("unknown", EXIT_PEER, 3, 0, 0, 0, 1, 0xee);
	FORGED("runner's own", EXIT_PEER, 3, 0, 0, 0, 5, 0x15, 0, 0, 0, 1);
	FORGED("keyd's", EXIT_PEER, 3, 0, 0, 0, 5, 0x23, 0, 0, 0, 1);
	FORGED("past its row's max", EXIT_PEER, 3, 0, 0, 0, 10, 0x16, 0, 0, 0,
	    1, 0, 0, 0, 1, 0);
	FORGED("hello without number", EXIT_PEER, 3, 0, 0, 0, 1, 0x02);
	FORGED("long hello", EXIT_PEER, 3, 0, 0, 0, 10, 0x02, 1, 2, 3, 4, 5, 6,
	    7, 8, 9);
	FORGED("welcome without number", EXIT_PEER, 3, 0, 0, 0, 1, 0x03);
	FORGED("unknown flags", EXIT_PEER, 7, 0, 0, 0, 5, 0x16, 0, 0, 0, 1);
}

ATF_TC_WITHOUT_HEAD(an_endless_message_ends_the_reader);
ATF_TC_BODY(an_endless_message_ends_the_reader, tc)
{
	static const unsigned char first[CHAN_PACKET] = { 1, 0, 1, 0, 0, 0x12 };
	static const unsigned char more[CHAN_PACKET] = { 0 };
	struct link l;
	uint32_t nr;

	connect_both(&l);
	forge(&l, first, sizeof(first));
	for (size_t len = 2 * 4095; len <= 5 + largest(); len += 4095) {
		forge(&l, more, sizeof(more));
		ATF_REQUIRE_EQ(next(&l.b, &nr), CHAN_NONE);
	}
	forge(&l, more, sizeof(more));
	ATF_CHECK_EQ(fate(&l), EXIT_PEER);
}

ATF_TC_WITHOUT_HEAD(a_closed_pipe_ends_the_reader);
ATF_TC_BODY(a_closed_pipe_ends_the_reader, tc)
{
	struct link l;

	connect_both(&l);
	close(l.ab[1]);
	ATF_CHECK_EQ(fate(&l), EXIT_PEER);
}

/* What sending this does to the gate's process. */
static int
send_fate(struct link *l, enum msg type, size_t len, unsigned times)
{
	int status;
	pid_t pid = fork();

	ATF_REQUIRE(pid != -1);
	if (pid == 0) {
		while (times-- != 0)
			send_msg(&l->a, type, 1, len);
		_exit(77);
	}
	ATF_REQUIRE(waitpid(pid, &status, 0) == pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

ATF_TC_WITHOUT_HEAD(what_is_not_ours_to_send_ends_the_sender);
ATF_TC_BODY(what_is_not_ours_to_send_ends_the_sender, tc)
{
	struct link l;

	connect_both(&l);
	ATF_CHECK_EQ(send_fate(&l, MSG_JOB_CREDIT, 8, 1), 77);
	ATF_CHECK_EQ(send_fate(&l, MSG_JOB_CREDIT, 9, 1), EXIT_BUG);
	ATF_CHECK_EQ(send_fate(&l, MSG_JOB_SEND, 4, 1), EXIT_BUG);
	ATF_CHECK_EQ(send_fate(&l, MSG_JOB_DECIDE, 4, 1), EXIT_BUG);
	ATF_CHECK_EQ(send_fate(&l, (enum msg)0xee, 4, 1), EXIT_BUG);
	ATF_CHECK_EQ(send_fate(&l, MSG_CHAN_HELLO, 8, 1), EXIT_BUG);
}

ATF_TC_WITHOUT_HEAD(the_queue_is_bounded);
ATF_TC_BODY(the_queue_is_bounded, tc)
{
	struct link l;
	unsigned n = 0;
	int ra, rb;

	connect_both(&l);
	ATF_CHECK_EQ(chan_room(&l.a), CHAN_QUEUE_MAX - CHAN_RESERVE);
	while (chan_fits(&l.a)) {
		send_msg(&l.a, MSG_JOB_DATA, n++, 32768);
		ATF_REQUIRE(l.a.qlen <= CHAN_QUEUE_MAX);
	}
	ATF_CHECK(n >= 20);
	ATF_CHECK(chan_room(&l.a) < largest());
	send_msg(&l.a, MSG_JOB_CANCEL, 1, 4);	/* the reserve has place */
	for (unsigned i = 0; i < n; i++)
		expect_msg(&l.a, &l.b, i, 32768);
	expect_msg(&l.a, &l.b, 1, 4);
	ATF_CHECK_EQ(l.a.qlen, 0);
	settle(&l, &ra, &rb);
	ATF_CHECK_EQ(chan_room(&l.a), CHAN_QUEUE_MAX - CHAN_RESERVE);
	ATF_CHECK_EQ(send_fate(&l, MSG_JOB_DATA, 32768, 96), EXIT_BUG);
}

ATF_TC_WITHOUT_HEAD(poll_asks_for_writing_only_with_a_queue);
ATF_TC_BODY(poll_asks_for_writing_only_with_a_queue, tc)
{
	struct pollfd pfd[2];
	struct link l;

	connect_both(&l);
	chan_poll(&l.a, pfd);
	ATF_CHECK_EQ(pfd[0].fd, l.ba[0]);
	ATF_CHECK_EQ(pfd[0].events, POLLIN);
	ATF_CHECK_EQ(pfd[1].fd, -1);
	send_msg(&l.a, MSG_JOB_SUBMIT, 1, largest());
	chan_poll(&l.a, pfd);
	ATF_CHECK_EQ(pfd[1].fd, l.ab[1]);
	ATF_CHECK_EQ(pfd[1].events, POLLOUT);
}

struct heard {
	unsigned	 resets, conn, bytes, most;
};

static void
do_reset(void *ctx)
{
	struct heard *h = ctx;

	h->resets++;
}

static void
do_credit(void *ctx, const struct msg_job_credit *m)
{
	struct heard *h = ctx;

	h->conn = m->conn;
	h->bytes += m->bytes;
}

static bool
is_hungry(const void *ctx)
{
	const struct heard *h = ctx;

	return h->bytes < h->most;
}

static const struct chan_row rows[] = {
	CHAN_WHILE(is_hungry),
	CHAN_ON_RESET(do_reset),
	CHAN_ON(job_credit, do_credit),
};

ATF_TC_WITHOUT_HEAD(dispatch_calls_the_handler_of_each_row);
ATF_TC_BODY(dispatch_calls_the_handler_of_each_row, tc)
{
	struct heard h = { .most = 1000 };
	struct link l;
	int ra, rb;

	connect_both(&l);
	MSG_SEND(&l.a, job_credit, .conn = 7, .bytes = 100);
	MSG_SEND(&l.a, job_credit, .conn = 8, .bytes = 200);
	CHAN_DISPATCH(&l.b, rows, &h);
	ATF_CHECK_EQ(h.conn, 8);
	ATF_CHECK_EQ(h.bytes, 300);
	ATF_CHECK_EQ(h.resets, 0);
	start_a(&l);
	CHAN_DISPATCH(&l.b, rows, &h);
	ATF_CHECK_EQ(h.resets, 1);
	settle(&l, &ra, &rb);
	ATF_CHECK_EQ(ra, 1);
}

ATF_TC_WITHOUT_HEAD(dispatch_leaves_unread_what_it_may_not_read);
ATF_TC_BODY(dispatch_leaves_unread_what_it_may_not_read, tc)
{
	struct heard h = { .most = 150 };
	struct link l;

	connect_both(&l);
	for (int i = 0; i < 3; i++)
		MSG_SEND(&l.a, job_credit, .conn = 7, .bytes = 100);
	CHAN_DISPATCH(&l.b, rows, &h);
	ATF_CHECK_EQ(h.bytes, 200);
	h.most = 1000;
	CHAN_DISPATCH(&l.b, rows, &h);
	ATF_CHECK_EQ(h.bytes, 300);
}

/* What dispatching does to the runner's process: its exit code, or -1. */
static int
dispatch_fate(struct link *l)
{
	struct heard h = { .most = 1 };
	int status;
	pid_t pid = fork();

	ATF_REQUIRE(pid != -1);
	if (pid == 0) {
		CHAN_DISPATCH(&l->b, rows, &h);
		_exit(77);
	}
	ATF_REQUIRE(waitpid(pid, &status, 0) == pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

ATF_TC_WITHOUT_HEAD(a_message_without_a_row_ends_the_reader);
ATF_TC_BODY(a_message_without_a_row_ends_the_reader, tc)
{
	struct link l;

	connect_both(&l);
	MSG_SEND(&l.a, job_credit, .conn = 7, .bytes = 100);
	ATF_CHECK_EQ(dispatch_fate(&l), 77);
	connect_both(&l);
	MSG_SEND(&l.a, job_cancel, .conn = 7);
	ATF_CHECK_EQ(dispatch_fate(&l), EXIT_PEER);
	connect_both(&l);
	send_msg(&l.a, MSG_JOB_CREDIT, 7, 7);		/* cut short */
	ATF_CHECK_EQ(dispatch_fate(&l), EXIT_PEER);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, each_side_sees_one_reset_at_first);
	ATF_TP_ADD_TC(tp, messages_of_every_size_arrive_whole);
	ATF_TP_ADD_TC(tp, messages_keep_their_order_through_a_full_pipe);
	ATF_TP_ADD_TC(tp, messages_are_wiped_where_they_were);
	ATF_TP_ADD_TC(tp, half_a_message_of_a_dead_writer_is_dropped);
	ATF_TP_ADD_TC(tp, what_a_dead_reader_left_is_dropped);
	ATF_TP_ADD_TC(tp, an_answer_to_the_dead_does_not_reach_the_living);
	ATF_TP_ADD_TC(tp, both_restart_at_once);
	ATF_TP_ADD_TC(tp, one_restarts_again_and_again);
	ATF_TP_ADD_TC(tp, a_hello_that_a_dead_reader_took_is_said_again);
	ATF_TP_ADD_TC(tp, what_is_said_after_a_reset_arrives);
	ATF_TP_ADD_TC(tp, a_forged_message_ends_the_reader);
	ATF_TP_ADD_TC(tp, an_endless_message_ends_the_reader);
	ATF_TP_ADD_TC(tp, a_closed_pipe_ends_the_reader);
	ATF_TP_ADD_TC(tp, what_is_not_ours_to_send_ends_the_sender);
	ATF_TP_ADD_TC(tp, the_queue_is_bounded);
	ATF_TP_ADD_TC(tp, poll_asks_for_writing_only_with_a_queue);
	ATF_TP_ADD_TC(tp, dispatch_calls_the_handler_of_each_row);
	ATF_TP_ADD_TC(tp, dispatch_leaves_unread_what_it_may_not_read);
	ATF_TP_ADD_TC(tp, a_message_without_a_row_ends_the_reader);
	return atf_no_error();
}
