/*
 * What the device does with the guest's rings: every layout that is allowed,
 * every one that is not, and a guest that is short of buffers.
 */
#include <sys/socket.h>

#include <atf-c.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/vsock/test/fake_front.h"

enum { GPORT = 1024 };

static struct fe fe;
static struct fe_pkt p;
static uint8_t bytes[1 << 20], back[1 << 20];

/* `rounds' packets each way. */
static void
ping_pong(int fd, uint32_t host, unsigned rounds)
{
	struct pkt k = fe_pkt(GPORT, host, PKT_RW);

	for (unsigned i = 0; i < rounds; i++) {
		uint32_t ping = i, pong = ~i, got;

		k.len = sizeof(ping);
		fe_send(&fe, &k, &ping);
		fe_read(fd, &got, sizeof(got));
		ATF_REQUIRE_EQ(ping, got);
		fe_write(fd, &pong, sizeof(pong));
		do	/* four bytes, in a ring of voluntary updates */
			fe_recv(&fe, &p);
		while (p.h.op == PKT_CREDIT_UPDATE);
		ATF_REQUIRE_EQ(PKT_RW, p.h.op);
		ATF_REQUIRE(memcmp(p.data, &pong, 4) == 0);
		k.fwd_cnt += 4;
	}
}

static void
try_wrap(bool no_event_idx, uint16_t start, unsigned size)
{
	struct fe_options o = { .no_event_idx = no_event_idx, .start = start,
	    .ring_size = size };
	uint32_t host;
	int fd;

	fe_start(&fe, &o);
	fd = fe_connect(&fe, GPORT, 65536, &host);
	ping_pong(fd, host, 1500);
	fe_stop(&fe, 0);
	close(fd);
}

ATF_TC_WITHOUT_HEAD(indices_wrap_with_event_idx);
ATF_TC_BODY(indices_wrap_with_event_idx, tc)
{
	try_wrap(false, 65000, 1024);
}

ATF_TC_WITHOUT_HEAD(indices_wrap_without_event_idx);
ATF_TC_BODY(indices_wrap_without_event_idx, tc)
{
	try_wrap(true, 65000, 512);
}

ATF_TC_WITHOUT_HEAD(seventy_thousand_packets);
ATF_TC_BODY(seventy_thousand_packets, tc)
{
	uint32_t host;
	int fd;

	fe_start(&fe, NULL);
	fd = fe_connect(&fe, GPORT, 65536, &host);
	ping_pong(fd, host, 70000);
	fe_stop(&fe, 0);
	close(fd);
}

ATF_TC_WITHOUT_HEAD(any_pieces_direct_and_indirect);
ATF_TC_BODY(any_pieces_direct_and_indirect, tc)
{
	static const uint32_t pieces[][FE_TX_PIECES] = {
		{ 0 }, { 44, 0 }, { 1, 43, 0 }, { 43, 1, 0 }, { 45, 0 },
		{ 1, 1, 1, 1, 40, 5, 4096 }, { 20, 20, 20, 20, 0 },
	};
	uint32_t host;
	struct pkt k;
	int fd;

	fe_start(&fe, NULL);
	fe_fill(bytes, 6000);
	fd = fe_connect(&fe, GPORT, 65536, &host);
	k = fe_pkt(GPORT, host, PKT_RW);
	for (unsigned i = 0; i < 7; i++) {
		for (int indirect = 0; indirect < 2; indirect++) {
			k.len = 6000;
			fe_send_pieces(&fe, &k, bytes, pieces[i], indirect);
			fe_read(fd, back, k.len);
			ATF_REQUIRE(memcmp(back, bytes, k.len) == 0);
			k.len = 0;
			fe_send_pieces(&fe, &k, NULL, pieces[i], indirect);
		}
	}
	fe_stop(&fe, 0);
	close(fd);
}

/* Also over the border of two memory regions: see FE_RX_AT. */
static void
try_rx(bool split)
{
	struct fe_options o = { .split_rx = split };
	uint32_t host;
	int fd;

	fe_start(&fe, &o);
	fe_fill(bytes, sizeof(bytes));
	fd = fe_connect(&fe, GPORT, 1u << 30, &host);
	for (size_t at = 0; at < sizeof(bytes); at += 65536) {
		fe_write(fd, bytes + at, 65536);
		fe_expect_rw(&fe, GPORT, host, bytes + at, 65536);
	}
	for (size_t at = 0; at < 6 * sizeof(bytes); at += 65536) {
		fe_write(fd, bytes, 65536);
		fe_expect_rw(&fe, GPORT, host, bytes, 65536);
	}
	fe_stop(&fe, 0);
	close(fd);
}

ATF_TC_WITHOUT_HEAD(receive_buffers_whole);
ATF_TC_BODY(receive_buffers_whole, tc)
{
	try_rx(false);
}

ATF_TC_WITHOUT_HEAD(receive_buffers_in_pieces);
ATF_TC_BODY(receive_buffers_in_pieces, tc)
{
	try_rx(true);
}

static void
try_starvation(bool no_event_idx)
{
	struct fe_options o = { .no_rx = true, .no_event_idx = no_event_idx };
	uint32_t host[8];
	char line[32];
	int fd[8];

	fe_start(&fe, &o);
	fe_fill(bytes, 100000);
	for (unsigned i = 0; i < 8; i++) {
		fd[i] = fe_client(&fe);
		fe_write(fd[i], "CONNECT 1024\n", 13);
	}
	fe.repost = false;
	/* One buffer at a time, in an order of our own. */
	for (unsigned i = 0; i < 8; i++) {
		fe_post_rx(&fe, (i * 3 + 1) % 8);
		fe_recv(&fe, &p);
		ATF_REQUIRE_EQ(PKT_REQUEST, p.h.op);
		host[i] = p.h.src_port;
	}
	for (unsigned i = 0; i < 8; i++) {
		struct pkt k = fe_pkt(GPORT, host[i], PKT_RESPONSE);

		fe_send(&fe, &k, NULL);
		fe_read(fd[i], line, 14);
		fe_write(fd[i], bytes, 50000);
	}
	for (unsigned got = 0, n = 0; got < 8 * 50000; n++) {
		static unsigned at[8];
		unsigned i = 0;

		fe_post_rx(&fe, 8 + n % 16);
		fe_recv(&fe, &p);
		ATF_REQUIRE_EQ(PKT_RW, p.h.op);
		while (host[i] != p.h.src_port)
			i++;
		ATF_REQUIRE(memcmp(p.data, bytes + at[i], p.h.len) == 0);
		at[i] += p.h.len;
		got += p.h.len;
		/* Fair: none is more than a few packets ahead. */
		for (unsigned j = 0; j < 8 && n < 64; j++)
			ATF_REQUIRE(at[i] <= at[j] + 3 * FE_BUF_LEN);
	}
	fe_stop(&fe, 0);
}

ATF_TC_WITHOUT_HEAD(no_buffers_means_later_not_never);
ATF_TC_BODY(no_buffers_means_later_not_never, tc)
{
	try_starvation(false);
}

ATF_TC_WITHOUT_HEAD(no_buffers_means_later_without_event_idx);
ATF_TC_BODY(no_buffers_means_later_without_event_idx, tc)
{
	try_starvation(true);
}

ATF_TC_WITHOUT_HEAD(resets_that_find_no_buffer_stop_the_tx_ring);
ATF_TC_BODY(resets_that_find_no_buffer_stop_the_tx_ring, tc)
{
	struct fe_options o = { .no_rx = true };
	enum { N = 300, KEPT = 256 };

	fe_start(&fe, &o);
	for (uint32_t i = 0; i < N; i++) {
		struct pkt k = fe_pkt(2000 + i, 9, PKT_RW);
		uint64_t at = FE_TX_AT + 64 * (uint64_t)i;

		pkt_put(fe.mem + at, &k);
		fe_desc(&fe, FE_TX, i, at, PKT_HDR_LEN, 0, 0);
		fe_post(&fe, FE_TX, (uint16_t)i);
		fe_kick(&fe, FE_TX);
	}
	fe_wait_used(&fe, FE_TX, KEPT);
	ATF_REQUIRE_EQ(N - KEPT, fe_pending(&fe, FE_TX));
	fe_post_rx_all(&fe);
	for (uint32_t i = 0; i < N; i++)
		fe_expect(&fe, &p, PKT_RST, 2000 + i, 9);
	fe_wait_used(&fe, FE_TX, N);
	fe.ring[FE_TX].last_used = N;
	fe_check_alive(&fe);
	fe_stop(&fe, 0);
}

/* Each posts something impossible to `ring'. */
static void
break_head(int ring)
{
	fe_post(&fe, ring, (uint16_t)fe.size);
}

static void
break_next(int ring)
{
	uint16_t write = ring == FE_RX ? FE_DESC_WRITE : 0;

	fe_desc(&fe, ring, 0, FE_TX_AT, 10, FE_DESC_NEXT | write, 1024);
	fe_post(&fe, ring, 0);
}

static void
break_loop(int ring)
{
	uint16_t flags = FE_DESC_NEXT |
	    (ring == FE_RX ? FE_DESC_WRITE : 0);

	fe_desc(&fe, ring, 0, FE_TX_AT, 10, flags, 1);
	fe_desc(&fe, ring, 1, FE_TX_AT, 10, flags, 0);
	fe_post(&fe, ring, 0);
}

static void
break_empty_loop(int ring)
{
	uint16_t flags = FE_DESC_NEXT |
	    (ring == FE_RX ? FE_DESC_WRITE : 0);

	fe_desc(&fe, ring, 0, FE_TX_AT, 0, flags, 1);
	fe_desc(&fe, ring, 1, FE_TX_AT, 0, flags, 0);
	fe_post(&fe, ring, 0);
}

static void
break_direction(int ring)
{
	fe_desc(&fe, ring, 0, FE_TX_AT, 100,
	    ring == FE_RX ? 0 : FE_DESC_WRITE, 0);
	fe_post(&fe, ring, 0);
}

static void
break_outside(int ring)
{
	fe_desc(&fe, ring, 0, FE_MEM_LEN - 50, 100,
	    ring == FE_RX ? FE_DESC_WRITE : 0, 0);
	fe_post(&fe, ring, 0);
}

static void
break_far_outside(int ring)
{
	fe_desc(&fe, ring, 0, UINT64_MAX - 50, 100,
	    ring == FE_RX ? FE_DESC_WRITE : 0, 0);
	fe_post(&fe, ring, 0);
}

static void
break_index(int ring)
{
	fe.ring[ring].avail_idx = (uint16_t)(fe.ring[ring].avail_idx +
	    fe.size);
	fe_post(&fe, ring, 0);
}

static void
indirect(int ring, uint32_t len, uint16_t flags)
{
	fe_desc(&fe, ring, 0, FE_TABLE_AT, len, flags, 1);
	fe_post(&fe, ring, 0);
}

static void
break_indirect_length(int ring)
{
	indirect(ring, 17, FE_DESC_INDIRECT);
}

static void
break_indirect_empty(int ring)
{
	indirect(ring, 0, FE_DESC_INDIRECT);
}

static void
break_indirect_huge(int ring)
{
	indirect(ring, 16 * 1025, FE_DESC_INDIRECT);
}

static void
break_indirect_next(int ring)
{
	indirect(ring, 16, FE_DESC_INDIRECT | FE_DESC_NEXT);
}

static void
break_indirect_nested(int ring)
{
	uint32_t hi[4] = { FE_TABLE_AT, 0, 16, FE_DESC_INDIRECT };

	memcpy(fe.mem + FE_TABLE_AT, hi, sizeof(hi));
	indirect(ring, 16, FE_DESC_INDIRECT);
}

static void
break_short_buffer(int ring)
{
	if (ring == FE_TX) {
		break_head(ring);	/* a short packet is no crime there */
		return;
	}
	fe_desc(&fe, ring, 0, FE_TX_AT, PKT_HDR_LEN, FE_DESC_WRITE, 0);
	fe_post(&fe, ring, 0);
}

static void
try_broken(int ring, void (*breaks)(int))
{
	static const uint64_t one = 1;
	struct fe_options o = { .no_rx = ring == FE_RX };
	uint32_t host;
	int fd = -1;

	fe_start(&fe, &o);
	if (ring == FE_TX)
		fd = fe_connect(&fe, GPORT, 65536, &host);
	breaks(ring);
	ATF_REQUIRE(write(fe.ring[ring].kick, &one, 8) == 8);
	if (ring == FE_RX) {
		fd = fe_client(&fe);
		fe_write(fd, "CONNECT 1\n", 10);
	}
	fe_read_eof(fd);
	close(fd);
	fe_wait_fd(fe.ring[ring].err, POLLIN, "the err eventfd");
	/* The driver starts again. */
	fe.opt.no_rx = false;
	fe_rings_down(&fe);
	fe_rings_clear(&fe, 0);
	fe_rings_up(&fe, 0);
	fe_check_alive(&fe);
	fe_stop(&fe, 0);
}

#define BROKEN(name)							\
ATF_TC_WITHOUT_HEAD(broken_ring_##name);				\
ATF_TC_BODY(broken_ring_##name, tc)					\
{									\
	try_broken(FE_TX, break_##name);				\
	try_broken(FE_RX, break_##name);				\
}

BROKEN(head)
BROKEN(next)
BROKEN(loop)
BROKEN(empty_loop)
BROKEN(direction)
BROKEN(outside)
BROKEN(far_outside)
BROKEN(index)
BROKEN(indirect_length)
BROKEN(indirect_empty)
BROKEN(indirect_huge)
BROKEN(indirect_next)
BROKEN(indirect_nested)
BROKEN(short_buffer)

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, indices_wrap_with_event_idx);
	ATF_TP_ADD_TC(tp, indices_wrap_without_event_idx);
	ATF_TP_ADD_TC(tp, seventy_thousand_packets);
	ATF_TP_ADD_TC(tp, any_pieces_direct_and_indirect);
	ATF_TP_ADD_TC(tp, receive_buffers_whole);
	ATF_TP_ADD_TC(tp, receive_buffers_in_pieces);
	ATF_TP_ADD_TC(tp, no_buffers_means_later_not_never);
	ATF_TP_ADD_TC(tp, no_buffers_means_later_without_event_idx);
	ATF_TP_ADD_TC(tp, resets_that_find_no_buffer_stop_the_tx_ring);
	ATF_TP_ADD_TC(tp, broken_ring_head);
	ATF_TP_ADD_TC(tp, broken_ring_next);
	ATF_TP_ADD_TC(tp, broken_ring_loop);
	ATF_TP_ADD_TC(tp, broken_ring_empty_loop);
	ATF_TP_ADD_TC(tp, broken_ring_direction);
	ATF_TP_ADD_TC(tp, broken_ring_outside);
	ATF_TP_ADD_TC(tp, broken_ring_far_outside);
	ATF_TP_ADD_TC(tp, broken_ring_index);
	ATF_TP_ADD_TC(tp, broken_ring_indirect_length);
	ATF_TP_ADD_TC(tp, broken_ring_indirect_empty);
	ATF_TP_ADD_TC(tp, broken_ring_indirect_huge);
	ATF_TP_ADD_TC(tp, broken_ring_indirect_next);
	ATF_TP_ADD_TC(tp, broken_ring_indirect_nested);
	ATF_TP_ADD_TC(tp, broken_ring_short_buffer);
	return atf_no_error();
}
