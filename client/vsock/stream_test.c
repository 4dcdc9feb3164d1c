/*
 * What the device does with connections: exact packets, and credit.
 */
#include <sys/socket.h>

#include <atf-c.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "credit.h"
#include "client/vsock/test/fake_front.h"

enum { GPORT = 1024 };

static struct fe fe;
static struct fe_pkt p;
static uint8_t bytes[1 << 20], back[1 << 20];

ATF_TC_WITHOUT_HEAD(request_then_ok_then_bytes_both_ways);
ATF_TC_BODY(request_then_ok_then_bytes_both_ways, tc)
{
	char line[32];
	uint32_t host;
	int fd, n;

	fe_start(&fe, NULL);
	fd = fe_client(&fe);
	/* Bytes behind the line belong to the guest. */
	fe_write(fd, "CONNECT 1024\nfirst", 18);
	fe_recv(&fe, &p);
	host = p.h.src_port;
	ATF_REQUIRE_EQ(PKT_REQUEST, p.h.op);
	ATF_REQUIRE_EQ(GPORT, p.h.dst_port);
	ATF_REQUIRE_EQ(PKT_CID_HOST, p.h.src_cid);
	ATF_REQUIRE_EQ(FE_CID, p.h.dst_cid);
	ATF_REQUIRE_EQ(0, p.h.len);
	ATF_REQUIRE_EQ(0, p.h.flags);
	ATF_REQUIRE_EQ(CREDIT_BUF_ALLOC, p.h.buf_alloc);
	ATF_REQUIRE_EQ(0, p.h.fwd_cnt);
	ATF_REQUIRE(host >= 1u << 30 && host < 1u << 31);
	fe_expect_nothing(&fe);
	fe_send_op(&fe, GPORT, host, PKT_RESPONSE);
	fe_expect_rw(&fe, GPORT, host, "first", 5);
	n = snprintf(line, sizeof(line), "OK %u\n", host);
	fe_read(fd, back, (size_t)n);
	ATF_REQUIRE(memcmp(back, line, (size_t)n) == 0);
	fe_fill(bytes, 300000);
	for (size_t i = 0; i < 300000; i += 60000) {
		fe_send_rw(&fe, GPORT, host, bytes + i, 60000);
		fe_read(fd, back + i, 60000);
	}
	ATF_REQUIRE(memcmp(bytes, back, 300000) == 0);
	fe_stop(&fe, 0);
	fe_read_eof(fd);
}

ATF_TC_WITHOUT_HEAD(client_waits_for_credit_and_asks_once);
ATF_TC_BODY(client_waits_for_credit_and_asks_once, tc)
{
	uint32_t host;
	struct pkt k;
	int fd;

	fe_start(&fe, NULL);
	fd = fe_connect(&fe, GPORT, 1000, &host);
	fe_fill(bytes, 5000);
	fe_write(fd, bytes, 5000);
	fe_expect_rw(&fe, GPORT, host, bytes, 1000);
	fe_expect(&fe, &p, PKT_CREDIT_REQUEST, GPORT, host);
	k = fe_pkt(GPORT, host, PKT_CREDIT_UPDATE);
	k.buf_alloc = 1000;
	for (int i = 0; i < 3; i++) {
		fe_send(&fe, &k, NULL);		/* still no room */
		fe_expect_nothing(&fe);
	}
	k.fwd_cnt = 1;
	fe_send(&fe, &k, NULL);
	fe_expect_rw(&fe, GPORT, host, bytes + 1000, 1);
	fe_expect(&fe, &p, PKT_CREDIT_REQUEST, GPORT, host);
	k.fwd_cnt = 1001;
	k.buf_alloc = 500;			/* it may shrink, too */
	fe_send(&fe, &k, NULL);
	fe_expect_rw(&fe, GPORT, host, bytes + 1001, 500);
	fe_expect(&fe, &p, PKT_CREDIT_REQUEST, GPORT, host);
	k.buf_alloc = 400;			/* less than is under way */
	fe_send(&fe, &k, NULL);
	fe_expect_nothing(&fe);
	k.fwd_cnt = 1501;
	k.buf_alloc = 1 << 20;
	fe_send(&fe, &k, NULL);
	fe_expect_rw(&fe, GPORT, host, bytes + 1501, 3499);
	fe_expect_nothing(&fe);
	fe_stop(&fe, 0);
}

ATF_TC_WITHOUT_HEAD(end_of_client_needs_no_credit);
ATF_TC_BODY(end_of_client_needs_no_credit, tc)
{
	uint32_t host;
	int fd;

	fe_start(&fe, NULL);
	fd = fe_connect(&fe, GPORT, 4, &host);
	fe_write(fd, "1234", 4);
	fe_expect_rw(&fe, GPORT, host, "1234", 4);
	shutdown(fd, SHUT_WR);
	fe_expect_shutdown(&fe, GPORT, host, PKT_SHUT_SEND);
	fe_stop(&fe, 0);
}

ATF_TC_WITHOUT_HEAD(guest_learns_of_credit_at_a_quarter);
ATF_TC_BODY(guest_learns_of_credit_at_a_quarter, tc)
{
	uint32_t host, sent = 0;
	struct pkt k;
	int fd;

	fe_start(&fe, NULL);
	fd = fe_connect(&fe, GPORT, 4096, &host);
	k = fe_pkt(GPORT, host, PKT_RW);
	k.buf_alloc = 4096;
	k.len = 1023;
	fe_send(&fe, &k, bytes);
	fe_expect_nothing(&fe);
	k.len = 1;
	fe_send(&fe, &k, bytes);
	fe_expect(&fe, &p, PKT_CREDIT_UPDATE, GPORT, host);
	ATF_REQUIRE_EQ(1024, p.h.fwd_cnt);
	ATF_REQUIRE_EQ(CREDIT_BUF_ALLOC, p.h.buf_alloc);
	/* A large guest: a quarter of our own buffer counts. */
	k.buf_alloc = 1u << 30;
	for (k.len = 32768; sent < CREDIT_BUF_ALLOC / 4; sent += k.len) {
		fe_expect_nothing(&fe);
		fe_send(&fe, &k, bytes);
	}
	fe_expect(&fe, &p, PKT_CREDIT_UPDATE, GPORT, host);
	ATF_REQUIRE_EQ(1024 + CREDIT_BUF_ALLOC / 4, p.h.fwd_cnt);
	/* It replies to a request at once; any other packet says it, too. */
	k.len = 10;
	fe_send(&fe, &k, bytes);
	fe_send_op(&fe, GPORT, host, PKT_CREDIT_REQUEST);
	fe_expect(&fe, &p, PKT_CREDIT_UPDATE, GPORT, host);
	ATF_REQUIRE_EQ(1034 + CREDIT_BUF_ALLOC / 4, p.h.fwd_cnt);
	fe_write(fd, "x", 1);
	fe_expect_rw(&fe, GPORT, host, "x", 1);
	ATF_REQUIRE_EQ(1034 + CREDIT_BUF_ALLOC / 4, p.h.fwd_cnt);
	fe_expect_nothing(&fe);
	fe_stop(&fe, 0);
}

ATF_TC_WITHOUT_HEAD(guest_fills_its_credit_and_no_byte_is_lost);
ATF_TC_BODY(guest_fills_its_credit_and_no_byte_is_lost, tc)
{
	uint32_t host, sent;
	int fd;

	fe_start(&fe, NULL);
	fe_fill(bytes, sizeof(bytes));
	fd = fe_connect(&fe, GPORT, 65536, &host);
	sent = fe_send_to_limit(&fe, GPORT, host, bytes);
	ATF_REQUIRE(sent >= CREDIT_BUF_ALLOC && sent <= sizeof(bytes));
	fe_read(fd, back, sent);
	ATF_REQUIRE(memcmp(bytes, back, sent) == 0);
	do
		fe_expect(&fe, &p, PKT_CREDIT_UPDATE, GPORT, host);
	while (p.h.fwd_cnt + CREDIT_BUF_ALLOC / 4 < sent);
	fe_stop(&fe, 0);
}

ATF_TC_WITHOUT_HEAD(guest_beyond_its_credit_is_reset);
ATF_TC_BODY(guest_beyond_its_credit_is_reset, tc)
{
	uint32_t host, sent;
	int fd;

	fe_start(&fe, NULL);
	fe_fill(bytes, sizeof(bytes));
	fd = fe_connect(&fe, GPORT, 65536, &host);
	sent = fe_send_to_limit(&fe, GPORT, host, bytes);
	/* What is left is less than this packet. */
	fe_send_rw(&fe, GPORT, host, bytes, 32768);
	fe_expect(&fe, &p, PKT_RST, GPORT, host);
	fe_expect_nothing(&fe);
	/* The client gets what was within the credit, not a byte more. */
	fe_read(fd, back, sent);
	ATF_REQUIRE(memcmp(bytes, back, sent) == 0);
	fe_read_eof(fd);
	fe_check_alive(&fe);
	fe_stop(&fe, 0);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, request_then_ok_then_bytes_both_ways);
	ATF_TP_ADD_TC(tp, client_waits_for_credit_and_asks_once);
	ATF_TP_ADD_TC(tp, end_of_client_needs_no_credit);
	ATF_TP_ADD_TC(tp, guest_learns_of_credit_at_a_quarter);
	ATF_TP_ADD_TC(tp, guest_fills_its_credit_and_no_byte_is_lost);
	ATF_TP_ADD_TC(tp, guest_beyond_its_credit_is_reset);
	return atf_no_error();
}
