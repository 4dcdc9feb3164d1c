/*
 * Every way a connection ends, and who learns what.
 */
#include <sys/socket.h>

#include <atf-c.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "credit.h"
#include "client/vsock/test/fake_front.h"

enum { GPORT = 1024 };

static struct fe fe;
static struct fe_pkt p;
static uint8_t bytes[1 << 20], back[1 << 20];

/* The client learns that its peer reads no more. */
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

ATF_TC_WITHOUT_HEAD(client_half_closes_and_then_goes);
ATF_TC_BODY(client_half_closes_and_then_goes, tc)
{
	uint32_t host;
	int fd;

	fe_start(&fe, NULL);
	fd = fe_connect(&fe, GPORT, 65536, &host);
	shutdown(fd, SHUT_WR);
	fe_expect_shutdown(&fe, GPORT, host, PKT_SHUT_SEND);
	fe_expect_nothing(&fe);
	close(fd);
	fe_expect_shutdown(&fe, GPORT, host, PKT_SHUT_BOTH);
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
	sent = fe_send_to_limit(&fe, GPORT, host, bytes);
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
	sent = fe_send_to_limit(&fe, GPORT, host, bytes);
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
	fe_expect_shutdown(&fe, GPORT, host, PKT_SHUT_RCV);
	fe_send_rw(&fe, GPORT, host, bytes, 1000);	/* void */
	fe_write(fd, "words", 5);
	fe_expect_rw(&fe, GPORT, host, "words", 5);
	close(fd);
	fe_expect_shutdown(&fe, GPORT, host, PKT_SHUT_BOTH);
	fe_stop(&fe, 0);
}

ATF_TC_WITHOUT_HEAD(bytes_for_a_deaf_client_are_no_debt);
ATF_TC_BODY(bytes_for_a_deaf_client_are_no_debt, tc)
{
	uint32_t host, sent;
	int fd;

	fe_start(&fe, NULL);
	fd = fe_connect(&fe, GPORT, 65536, &host);
	sent = fe_send_to_limit(&fe, GPORT, host, bytes);
	shutdown(fd, SHUT_RD);
	/* Room for what the device keeps, but no one to take it. */
	fe_read(fd, back, sent - CREDIT_BUF_ALLOC);
	fe_expect(&fe, &p, PKT_CREDIT_UPDATE, GPORT, host);
	ATF_REQUIRE_EQ(sent, p.h.fwd_cnt);
	fe_expect_shutdown(&fe, GPORT, host, PKT_SHUT_RCV);
	fe_stop(&fe, 0);
}

ATF_TC_WITHOUT_HEAD(deaf_client_with_words_left_stops_a_guest_that_sends);
ATF_TC_BODY(deaf_client_with_words_left_stops_a_guest_that_sends, tc)
{
	uint32_t host;
	struct pkt k;
	int fd;

	fe_start(&fe, NULL);
	fd = fe_connect(&fe, GPORT, 0, &host);
	fe_write(fd, "words", 5);
	fe_expect(&fe, &p, PKT_CREDIT_REQUEST, GPORT, host);
	shutdown(fd, SHUT_RD);
	fe_expect_nothing(&fe);
	k = fe_pkt(GPORT, host, PKT_RW);
	k.buf_alloc = 0;
	k.len = 1000;
	fe_send(&fe, &k, bytes);
	fe_expect(&fe, &p, PKT_CREDIT_UPDATE, GPORT, host);
	fe_expect_shutdown(&fe, GPORT, host, PKT_SHUT_RCV);
	fe_send_op(&fe, GPORT, host, PKT_CREDIT_UPDATE);
	fe_expect_rw(&fe, GPORT, host, "words", 5);
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

/*
 * A connection that has ended, while the guest gives no buffer for its RST:
 * *fdp is the client, which has read all but CREDIT_BUF_ALLOC of `*sent'.
 */
static uint32_t
end_without_buffer(int *fdp, uint32_t *sent, uint16_t op)
{
	struct pkt k;
	uint32_t host;

	fe_start(&fe, NULL);
	fe_fill(bytes, sizeof(bytes));
	*fdp = fe_connect(&fe, GPORT, 65536, &host);
	*sent = fe_send_to_limit(&fe, GPORT, host, bytes);
	/* Some of it again, so that there is credit and still a rest. */
	fe_read(*fdp, back, *sent - CREDIT_BUF_ALLOC);
	while (fe_ask_forwarded(&fe, GPORT, host) <=
	    *sent - CREDIT_BUF_ALLOC + 65536)
		continue;
	/* What is posted goes to others; none comes back. */
	fe.repost = false;
	while (fe_pending(&fe, FE_RX) > 0) {
		fe_send_op(&fe, GPORT, 9, PKT_RW);
		fe_expect(&fe, &p, PKT_RST, GPORT, 9);
	}
	k = fe_pkt(GPORT, host, op);
	k.flags = PKT_SHUT_BOTH;
	fe_send(&fe, &k, NULL);
	/* Its RST is pending: these are ignored. */
	fe_send_rw(&fe, GPORT, host, bytes, 100);
	fe_send_op(&fe, GPORT, host, PKT_CREDIT_REQUEST);
	return host;
}

ATF_TC_WITHOUT_HEAD(one_rst_is_enough_for_a_connection);
ATF_TC_BODY(one_rst_is_enough_for_a_connection, tc)
{
	uint32_t host, sent;
	int fd;

	/* An offence, so that more data would still be within its rights. */
	host = end_without_buffer(&fd, &sent, PKT_REQUEST);
	fe.repost = true;
	fe_post_rx(&fe, 0);
	fe_expect(&fe, &p, PKT_RST, GPORT, host);
	fe_expect_nothing(&fe);
	fe_read(fd, back + sent - CREDIT_BUF_ALLOC, CREDIT_BUF_ALLOC);
	fe_read_eof(fd);
	ATF_REQUIRE(memcmp(bytes, back, sent) == 0);
	fe_stop(&fe, 0);
}

ATF_TC_WITHOUT_HEAD(rst_from_the_guest_crosses_ours);
ATF_TC_BODY(rst_from_the_guest_crosses_ours, tc)
{
	uint32_t host, sent;
	int fd;

	host = end_without_buffer(&fd, &sent, PKT_SHUTDOWN);
	fe_send_op(&fe, GPORT, host, PKT_RST);
	fe.repost = true;
	fe_post_rx(&fe, 0);
	fe_expect_nothing(&fe);
	fe_read(fd, back + sent - CREDIT_BUF_ALLOC, CREDIT_BUF_ALLOC);
	fe_read_eof(fd);
	fe_stop(&fe, 0);
}

ATF_TC_WITHOUT_HEAD(reset_forgets_what_it_owed_the_guest);
ATF_TC_BODY(reset_forgets_what_it_owed_the_guest, tc)
{
	uint32_t sent;
	int fd;

	(void)end_without_buffer(&fd, &sent, PKT_SHUTDOWN);
	fe_rings_down(&fe);
	fe.repost = true;
	fe_rings_clear(&fe, 0);
	fe_rings_up(&fe, 0);
	fe_expect_nothing(&fe);
	fe_read(fd, back + sent - CREDIT_BUF_ALLOC, CREDIT_BUF_ALLOC);
	fe_read_eof(fd);
	fe_check_alive(&fe);
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
	ATF_TP_ADD_TC(tp, client_half_closes_and_still_reads);
	ATF_TP_ADD_TC(tp, client_half_closes_and_then_goes);
	ATF_TP_ADD_TC(tp, guest_half_closes_and_still_reads);
	ATF_TP_ADD_TC(tp, guest_half_close_waits_for_a_slow_client);
	ATF_TP_ADD_TC(tp, deaf_guest_gives_its_client_epipe);
	ATF_TP_ADD_TC(tp, guest_goes_deaf_after_its_client_went);
	ATF_TP_ADD_TC(tp, guest_close_is_answered_and_client_gets_all);
	ATF_TP_ADD_TC(tp, guest_closes_in_two_steps);
	ATF_TP_ADD_TC(tp, client_close_delivers_all_then_shuts_both);
	ATF_TP_ADD_TC(tp, client_that_throws_data_away_is_a_reset);
	ATF_TP_ADD_TC(tp, deaf_client_stops_the_guest_and_still_sends);
	ATF_TP_ADD_TC(tp, bytes_for_a_deaf_client_are_no_debt);
	ATF_TP_ADD_TC(tp, deaf_client_with_words_left_stops_a_guest_that_sends);
	ATF_TP_ADD_TC(tp, rst_from_the_guest_ends_the_client);
	ATF_TP_ADD_TC(tp, one_rst_is_enough_for_a_connection);
	ATF_TP_ADD_TC(tp, rst_from_the_guest_crosses_ours);
	ATF_TP_ADD_TC(tp, reset_forgets_what_it_owed_the_guest);
	ATF_TP_ADD_TC(tp, closing_connection_is_reset_after_eight_seconds);
	return atf_no_error();
}
