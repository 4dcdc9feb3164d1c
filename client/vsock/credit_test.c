/*
 * Credit arithmetic where its counters wrap, and the buffer that holds what
 * a client has not read.
 */
#include <sys/socket.h>

#include <atf-c.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "credit.h"

ATF_TC_WITHOUT_HEAD(credit_left_is_what_the_peer_has_free);
ATF_TC_BODY(credit_left_is_what_the_peer_has_free, tc)
{
	struct credit c = { .peer_alloc = 1000 };

	ATF_CHECK_EQ(1000, credit_left(&c));
	c.sent = 400;
	ATF_CHECK_EQ(600, credit_left(&c));
	c.peer_fwd = 400;
	ATF_CHECK_EQ(1000, credit_left(&c));
	c.sent = 1400;
	ATF_CHECK_EQ(0, credit_left(&c));
	c.peer_alloc = 10;	/* shrunk below what is under way */
	ATF_CHECK_EQ(0, credit_left(&c));
	c.peer_fwd = 2000;	/* a lie: it took more than it got */
	ATF_CHECK_EQ(0, credit_left(&c));
}

ATF_TC_WITHOUT_HEAD(counters_wrap_at_four_gigabytes);
ATF_TC_BODY(counters_wrap_at_four_gigabytes, tc)
{
	struct credit c = { .peer_alloc = 1000, .sent = UINT32_MAX - 99,
	    .peer_fwd = UINT32_MAX - 299, .received = UINT32_MAX - 9,
	    .forwarded = UINT32_MAX - 9, .told = UINT32_MAX - 9 };

	ATF_CHECK_EQ(800, credit_left(&c));
	c.sent += 800;
	ATF_CHECK_EQ(700, c.sent);
	ATF_CHECK_EQ(0, credit_left(&c));
	c.peer_fwd += 1;
	ATF_CHECK_EQ(1, credit_left(&c));
	ATF_CHECK(credit_receive(&c, CREDIT_BUF_ALLOC));
	ATF_CHECK(!credit_receive(&c, 1));
	c.forwarded += 250;	/* a quarter of the peer's 1000 */
	ATF_CHECK(credit_update_due(&c));
	c.told += 1;
	ATF_CHECK(!credit_update_due(&c));
	ATF_CHECK(credit_receive(&c, 250));
	ATF_CHECK(!credit_receive(&c, 1));
}

ATF_TC_WITHOUT_HEAD(update_is_due_by_the_smaller_buffer);
ATF_TC_BODY(update_is_due_by_the_smaller_buffer, tc)
{
	struct credit c = { .peer_alloc = 0 };

	ATF_CHECK(!credit_update_due(&c));
	c.forwarded = 1;
	ATF_CHECK(credit_update_due(&c));
	c.peer_alloc = 100;
	c.forwarded = 24;
	ATF_CHECK(!credit_update_due(&c));
	c.forwarded = 25;
	ATF_CHECK(credit_update_due(&c));
	c.peer_alloc = UINT32_MAX;
	c.forwarded = CREDIT_BUF_ALLOC / 4 - 1;
	ATF_CHECK(!credit_update_due(&c));
	c.forwarded++;
	ATF_CHECK(credit_update_due(&c));
}

ATF_TC_WITHOUT_HEAD(packet_beyond_the_buffer_is_refused);
ATF_TC_BODY(packet_beyond_the_buffer_is_refused, tc)
{
	struct credit c = { 0 };

	ATF_CHECK(!credit_receive(&c, CREDIT_BUF_ALLOC + 1));
	ATF_CHECK(!credit_receive(&c, UINT32_MAX));
	ATF_CHECK_EQ(0, c.received);
	ATF_CHECK(credit_receive(&c, CREDIT_BUF_ALLOC));
	ATF_CHECK(credit_receive(&c, 0));
}

ATF_TC_WITHOUT_HEAD(buffer_goes_round_and_keeps_order);
ATF_TC_BODY(buffer_goes_round_and_keeps_order, tc)
{
	static uint8_t in[50000], out[50000];
	struct vsock_buf b = { 0 };
	uint8_t next = 0, want = 0;
	unsigned full = 0;
	int pair[2];

	ATF_REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
	for (unsigned round = 0; round < 200; round++) {
		struct iovec iov[3] = { { in, 10 }, { in + 10, 0 },
		    { in + 10, 1 + round * 241 % 49000 } };
		size_t len = 10 + iov[2].iov_len;
		ssize_t n;

		/* The first four are to be left out. */
		for (size_t i = 4; i < len; i++)
			in[i] = (uint8_t)(next + i - 4);
		if (len - 4 <= CREDIT_BUF_ALLOC - b.len) {
			ATF_REQUIRE_EQ(0, buf_put(&b, iov, 3, 4));
			next += (uint8_t)(len - 4);
		} else {
			ATF_REQUIRE_EQ(-1, buf_put(&b, iov, 3, 4));
			ATF_REQUIRE_EQ(ENOBUFS, errno);
			full++;
		}
		(void)buf_send(&b, pair[0]);
		n = recv(pair[1], out, 1 + round * 97 % 30000, MSG_DONTWAIT);
		for (ssize_t i = 0; i < n; i++)
			ATF_REQUIRE_EQ(want++, out[i]);
	}
	ATF_CHECK(full > 0);
	buf_free(&b);
	ATF_CHECK_EQ(0, b.len);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, credit_left_is_what_the_peer_has_free);
	ATF_TP_ADD_TC(tp, counters_wrap_at_four_gigabytes);
	ATF_TP_ADD_TC(tp, update_is_due_by_the_smaller_buffer);
	ATF_TP_ADD_TC(tp, packet_beyond_the_buffer_is_refused);
	ATF_TP_ADD_TC(tp, buffer_goes_round_and_keeps_order);
	return atf_no_error();
}
