/*
 * What the device does with connections: exact packets, credit, and every
 * way to end.
 */
#include <sys/socket.h>
#include <sys/un.h>

#include <atf-c.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "credit.h"
#include "fakefe.h"

enum { GPORT = 1024 };

static struct fe fe;
static struct fe_pkt p;
static uint8_t bytes[1 << 20], back[1 << 20];

/* The client is told that nobody reads what it writes. */
static void
expect_epipe(int fd)
{
	ssize_t n;

	do {
		fe_wait_fd(fd, POLLOUT, "EPIPE");
		n = send(fd, bytes, 1000, MSG_NOSIGNAL | MSG_DONTWAIT);
	} while (n > 0);
	ATF_REQUIRE_MSG(n == -1 && errno == EPIPE, "%s", strerror(errno));
}

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
	/* Asked, it answers at once; any packet of its own tells as well. */
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

/*
 * Ask how much has been forwarded, and take all that the device had to say
 * before: the answers to two stray packets come after it.
 */
static uint32_t
ask_forwarded(uint32_t host)
{
	uint32_t fwd = 0;

	fe_send_op(&fe, GPORT, host, PKT_CREDIT_REQUEST);
	for (uint32_t i = 0; i < 2; i++) {
		struct pkt stray = fe_pkt(5, 6 + i, PKT_RW);

		fe_send(&fe, &stray, NULL);
		for (fe_recv(&fe, &p); p.h.op != PKT_RST; fe_recv(&fe, &p)) {
			ATF_REQUIRE_EQ(PKT_CREDIT_UPDATE, p.h.op);
			ATF_REQUIRE_EQ(host, p.h.src_port);
			fwd = p.h.fwd_cnt;
		}
	}
	return fwd;
}

/* RW packets of 32 KiB as long as there is credit; how many bytes. */
static uint32_t
send_to_the_limit(uint32_t host)
{
	uint32_t sent = 0, fwd = 0, now;

	for (;; fwd = now) {
		while (sent - fwd + 32768 <= CREDIT_BUF_ALLOC) {
			fe_send_rw(&fe, GPORT, host, bytes + sent, 32768);
			sent += 32768;
		}
		now = ask_forwarded(host);
		if (now == fwd)
			return sent;
	}
}

ATF_TC_WITHOUT_HEAD(guest_fills_its_credit_and_no_byte_is_lost);
ATF_TC_BODY(guest_fills_its_credit_and_no_byte_is_lost, tc)
{
	uint32_t host, sent;
	int fd;

	fe_start(&fe, NULL);
	fe_fill(bytes, sizeof(bytes));
	fd = fe_connect(&fe, GPORT, 65536, &host);
	sent = send_to_the_limit(host);
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
	sent = send_to_the_limit(host);
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

ATF_TC_WITHOUT_HEAD(client_half_closes_and_still_reads);
ATF_TC_BODY(client_half_closes_and_still_reads, tc)
{
	uint32_t host;
	int fd;

	fe_start(&fe, NULL);
	fd = fe_connect(&fe, GPORT, 65536, &host);
	fe_write(fd, "last", 4);
	shutdown(fd, SHUT_WR);
	fe_expect_rw(&fe, GPORT, host, "last", 4);
	fe_expect_shutdown(&fe, GPORT, host, PKT_SHUT_SEND);
	fe_send_rw(&fe, GPORT, host, "answer", 6);
	fe_read(fd, back, 6);
	fe_send_shutdown(&fe, GPORT, host, PKT_SHUT_SEND);
	fe_read_eof(fd);
	fe_expect_shutdown(&fe, GPORT, host, PKT_SHUT_BOTH);
	fe_send_op(&fe, GPORT, host, PKT_RST);
	fe_expect_nothing(&fe);
	/* Ports are free again: a packet for them has no connection. */
	fe_send_rw(&fe, GPORT, host, bytes, 1);
	fe_expect(&fe, &p, PKT_RST, GPORT, host);
	fe_stop(&fe, 0);
}

ATF_TC_WITHOUT_HEAD(guest_half_closes_and_still_reads);
ATF_TC_BODY(guest_half_closes_and_still_reads, tc)
{
	uint32_t host;
	int fd;

	fe_start(&fe, NULL);
	fd = fe_connect(&fe, GPORT, 1u << 20, &host);
	fe_fill(bytes, 100000);
	fe_send_rw(&fe, GPORT, host, "bye", 3);
	fe_send_shutdown(&fe, GPORT, host, PKT_SHUT_SEND);
	fe_read(fd, back, 3);
	fe_read_eof(fd);
	fe_write(fd, bytes, 100000);
	fe_expect_rw(&fe, GPORT, host, bytes, 100000);
	/* It said that it sends no more. */
	fe_send_rw(&fe, GPORT, host, bytes, 1);
	fe_expect(&fe, &p, PKT_RST, GPORT, host);
	fe_stop(&fe, 0);
}

ATF_TC_WITHOUT_HEAD(guest_half_close_waits_for_a_slow_client);
ATF_TC_BODY(guest_half_close_waits_for_a_slow_client, tc)
{
	uint32_t host, sent;
	int fd;

	fe_start(&fe, NULL);
	fe_fill(bytes, sizeof(bytes));
	fd = fe_connect(&fe, GPORT, 65536, &host);
	sent = send_to_the_limit(host);
	fe_send_shutdown(&fe, GPORT, host, PKT_SHUT_SEND);
	fe_write(fd, "x", 1);
	fe_expect_rw(&fe, GPORT, host, "x", 1);
	fe_read(fd, back, sent);
	fe_read_eof(fd);
	ATF_REQUIRE(memcmp(bytes, back, sent) == 0);
	fe_stop(&fe, 0);
}

ATF_TC_WITHOUT_HEAD(deaf_guest_gives_its_client_epipe);
ATF_TC_BODY(deaf_guest_gives_its_client_epipe, tc)
{
	uint32_t host;
	int fd;

	fe_start(&fe, NULL);
	fd = fe_connect(&fe, GPORT, 0, &host);
	fe_write(fd, "never read", 10);
	fe_expect(&fe, &p, PKT_CREDIT_REQUEST, GPORT, host);
	fe_send_shutdown(&fe, GPORT, host, PKT_SHUT_RCV);
	expect_epipe(fd);
	fe_send_rw(&fe, GPORT, host, "still here", 10);
	fe_read(fd, back, 10);
	fe_expect_nothing(&fe);
	/* Now the client goes: nothing is left to do for anybody. */
	close(fd);
	fe_expect_shutdown(&fe, GPORT, host, PKT_SHUT_BOTH);
	fe_stop(&fe, 0);
}

ATF_TC_WITHOUT_HEAD(guest_goes_deaf_after_its_client_went);
ATF_TC_BODY(guest_goes_deaf_after_its_client_went, tc)
{
	uint32_t host;
	int fd;

	fe_start(&fe, NULL);
	fd = fe_connect(&fe, GPORT, 0, &host);
	fe_write(fd, "never read", 10);
	close(fd);
	fe_expect(&fe, &p, PKT_CREDIT_REQUEST, GPORT, host);
	fe_expect_nothing(&fe);
	fe_send_shutdown(&fe, GPORT, host, PKT_SHUT_RCV);
	fe_expect_shutdown(&fe, GPORT, host, PKT_SHUT_BOTH);
	fe_stop(&fe, 0);
}

ATF_TC_WITHOUT_HEAD(guest_close_is_answered_and_client_gets_all);
ATF_TC_BODY(guest_close_is_answered_and_client_gets_all, tc)
{
	uint32_t host, sent;
	struct pkt k;
	int fd;

	fe_start(&fe, NULL);
	fe_fill(bytes, sizeof(bytes));
	fd = fe_connect(&fe, GPORT, 0, &host);
	sent = send_to_the_limit(host);
	k = fe_pkt(GPORT, host, PKT_CREDIT_UPDATE);
	k.buf_alloc = 0;
	fe_send(&fe, &k, NULL);
	fe_write(fd, "never read", 10);
	fe_expect(&fe, &p, PKT_CREDIT_REQUEST, GPORT, host);
	fe_send_shutdown(&fe, GPORT, host, PKT_SHUT_BOTH);
	fe_expect(&fe, &p, PKT_RST, GPORT, host);
	expect_epipe(fd);
	/* The ports are free at once, although the client still reads. */
	fe_send_op(&fe, GPORT, host, PKT_CREDIT_REQUEST);
	fe_expect(&fe, &p, PKT_RST, GPORT, host);
	fe_read(fd, back, sent);
	ATF_REQUIRE(memcmp(bytes, back, sent) == 0);
	fe_read_eof(fd);	/* and not ECONNRESET for "never read" */
	fe_stop(&fe, 0);
}

ATF_TC_WITHOUT_HEAD(guest_closes_in_two_steps);
ATF_TC_BODY(guest_closes_in_two_steps, tc)
{
	uint32_t host;
	int fd;

	fe_start(&fe, NULL);
	fd = fe_connect(&fe, GPORT, 0, &host);
	fe_send_shutdown(&fe, GPORT, host, PKT_SHUT_RCV);
	fe_expect_nothing(&fe);
	fe_send_shutdown(&fe, GPORT, host, PKT_SHUT_SEND);
	fe_expect(&fe, &p, PKT_RST, GPORT, host);
	fe_read_eof(fd);
	fe_stop(&fe, 0);
}

ATF_TC_WITHOUT_HEAD(client_close_delivers_all_then_shuts_both);
ATF_TC_BODY(client_close_delivers_all_then_shuts_both, tc)
{
	uint32_t host;
	struct pkt k;
	int fd;

	fe_start(&fe, NULL);
	fe_fill(bytes, 50000);
	fd = fe_connect(&fe, GPORT, 1000, &host);
	fe_write(fd, bytes, 50000);
	close(fd);
	fe_expect_rw(&fe, GPORT, host, bytes, 1000);
	fe_expect(&fe, &p, PKT_CREDIT_REQUEST, GPORT, host);
	fe_expect_nothing(&fe);
	k = fe_pkt(GPORT, host, PKT_CREDIT_UPDATE);
	k.fwd_cnt = 1000;
	fe_send(&fe, &k, NULL);
	fe_expect_rw(&fe, GPORT, host, bytes + 1000, 49000);
	fe_expect_shutdown(&fe, GPORT, host, PKT_SHUT_BOTH);
	/* Closing: data is void, the guest's own close gets its RST. */
	fe_send_rw(&fe, GPORT, host, bytes, 1000);
	fe_expect_nothing(&fe);
	fe_send_shutdown(&fe, GPORT, host, PKT_SHUT_BOTH);
	fe_expect(&fe, &p, PKT_RST, GPORT, host);
	fe_stop(&fe, 0);
}

ATF_TC_WITHOUT_HEAD(client_that_throws_data_away_is_a_reset);
ATF_TC_BODY(client_that_throws_data_away_is_a_reset, tc)
{
	uint32_t host;
	int fd;

	fe_start(&fe, NULL);
	fd = fe_connect(&fe, GPORT, 1000, &host);
	fe_write(fd, "words", 5);
	fe_send_rw(&fe, GPORT, host, bytes, 1000);
	fe_expect_rw(&fe, GPORT, host, "words", 5);
	close(fd);
	fe_expect(&fe, &p, PKT_RST, GPORT, host);
	fe_stop(&fe, 0);
}

ATF_TC_WITHOUT_HEAD(deaf_client_stops_the_guest_and_still_sends);
ATF_TC_BODY(deaf_client_stops_the_guest_and_still_sends, tc)
{
	uint32_t host;
	int fd;

	fe_start(&fe, NULL);
	fd = fe_connect(&fe, GPORT, 1000, &host);
	shutdown(fd, SHUT_RD);
	fe_send_rw(&fe, GPORT, host, bytes, 1000);
	fe_expect_shutdown(&fe, GPORT, host, PKT_SHUT_RCV);
	fe_write(fd, "words", 5);
	fe_expect_rw(&fe, GPORT, host, "words", 5);
	close(fd);
	fe_expect_shutdown(&fe, GPORT, host, PKT_SHUT_BOTH);
	fe_stop(&fe, 0);
}

ATF_TC_WITHOUT_HEAD(rst_from_the_guest_ends_the_client);
ATF_TC_BODY(rst_from_the_guest_ends_the_client, tc)
{
	uint32_t host;
	int fd;

	fe_start(&fe, NULL);
	fd = fe_connect(&fe, GPORT, 1000, &host);
	fe_send_rw(&fe, GPORT, host, "words", 5);
	fe_send_op(&fe, GPORT, host, PKT_RST);
	fe_read(fd, back, 5);
	fe_read_eof(fd);
	fe_expect_nothing(&fe);
	fe_stop(&fe, 0);
}

ATF_TC_WITHOUT_HEAD(closing_connection_is_reset_after_eight_seconds);
ATF_TC_BODY(closing_connection_is_reset_after_eight_seconds, tc)
{
	uint32_t host;

	fe_start(&fe, NULL);
	close(fe_connect(&fe, GPORT, 1000, &host));
	fe_expect_shutdown(&fe, GPORT, host, PKT_SHUT_BOTH);
	fe_expect(&fe, &p, PKT_RST, GPORT, host);
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
	ATF_TP_ADD_TC(tp, client_half_closes_and_still_reads);
	ATF_TP_ADD_TC(tp, guest_half_closes_and_still_reads);
	ATF_TP_ADD_TC(tp, guest_half_close_waits_for_a_slow_client);
	ATF_TP_ADD_TC(tp, deaf_guest_gives_its_client_epipe);
	ATF_TP_ADD_TC(tp, guest_goes_deaf_after_its_client_went);
	ATF_TP_ADD_TC(tp, guest_close_is_answered_and_client_gets_all);
	ATF_TP_ADD_TC(tp, guest_closes_in_two_steps);
	ATF_TP_ADD_TC(tp, client_close_delivers_all_then_shuts_both);
	ATF_TP_ADD_TC(tp, client_that_throws_data_away_is_a_reset);
	ATF_TP_ADD_TC(tp, deaf_client_stops_the_guest_and_still_sends);
	ATF_TP_ADD_TC(tp, rst_from_the_guest_ends_the_client);
	ATF_TP_ADD_TC(tp, closing_connection_is_reset_after_eight_seconds);
	return atf_no_error();
}
