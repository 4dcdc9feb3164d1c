/*
 * What the device does with its front end: start, pause, reset, hang-up, and
 * requests that cannot be.
 */
#include <sys/mman.h>
#include <sys/socket.h>

#include <atf-c.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "client/vsock/test/fake_front.h"

enum { GPORT = 1024, EXIT_PEER_BROKE = 110 };

static struct fe fe;
static struct fe_pkt p;
static uint8_t bytes[1 << 20], back[1 << 20];

static void
expect_no_byte(int fd)
{
	char c;

	ATF_REQUIRE(recv(fd, &c, 1, MSG_DONTWAIT) == -1 && errno == EAGAIN);
}

ATF_TC_WITHOUT_HEAD(connect_waits_for_a_guest_that_boots);
ATF_TC_BODY(connect_waits_for_a_guest_that_boots, tc)
{
	struct fe_options o = { .no_start = true };
	int fd;

	fe_start(&fe, &o);
	fd = fe_client(&fe);
	fe_write(fd, "CONNECT 1024\n", 13);
	fe_rings_up(&fe, 0);
	fe_recv(&fe, &p);
	ATF_REQUIRE_EQ(PKT_REQUEST, p.h.op);
	expect_no_byte(fd);
	fe_stop(&fe, 0);
	fe_read_eof(fd);
}

ATF_TC_WITHOUT_HEAD(connect_ends_when_no_guest_comes);
ATF_TC_BODY(connect_ends_when_no_guest_comes, tc)
{
	struct fe_options o = { .no_start = true };
	int fd;

	fe_start(&fe, &o);
	fd = fe_client(&fe);
	fe_write(fd, "CONNECT 1024\n", 13);
	fe_read_eof(fd);
	fe_rings_up(&fe, 0);
	fe_expect_nothing(&fe);
	fe_stop(&fe, 0);
}

ATF_TC_WITHOUT_HEAD(client_that_stops_waiting_for_the_guest_is_forgotten);
ATF_TC_BODY(client_that_stops_waiting_for_the_guest_is_forgotten, tc)
{
	struct fe_options o = { .no_start = true };
	unsigned before;
	int fd;

	fe_start(&fe, &o);
	/* Once it answers this, the memory's descriptors are closed. */
	ATF_REQUIRE_EQ(0, fe_ask(&fe, 3, NULL, 0, NULL, 0));
	before = fe_count_fds(&fe);
	fd = fe_client(&fe);
	fe_write(fd, "CONNECT 1024\n", 13);
	for (int i = 0; i < FE_LIMIT_MS && fe_count_fds(&fe) == before; i++)
		poll(NULL, 0, 1);
	ATF_REQUIRE_EQ(before + 1, fe_count_fds(&fe));
	close(fd);
	for (int i = 0; i < FE_LIMIT_MS && fe_count_fds(&fe) != before; i++)
		poll(NULL, 0, 1);
	ATF_REQUIRE_EQ(before, fe_count_fds(&fe));
	fe_rings_up(&fe, 0);
	fe_expect_nothing(&fe);
	fe_stop(&fe, 0);
}

ATF_TC_WITHOUT_HEAD(request_without_answer_is_reset);
ATF_TC_BODY(request_without_answer_is_reset, tc)
{
	uint32_t host;
	struct pkt k;
	int fd;

	fe_start(&fe, NULL);
	fd = fe_client(&fe);
	fe_write(fd, "CONNECT 1024\n", 13);
	fe_recv(&fe, &p);
	host = p.h.src_port;
	fe_expect(&fe, &p, PKT_RST, GPORT, host);
	fe_read_eof(fd);
	/* Too late. */
	k = fe_pkt(GPORT, host, PKT_RESPONSE);
	fe_send(&fe, &k, NULL);
	fe_expect(&fe, &p, PKT_RST, GPORT, host);
	fe_stop(&fe, 0);
}

ATF_TC_WITHOUT_HEAD(pause_keeps_connections);
ATF_TC_BODY(pause_keeps_connections, tc)
{
	uint32_t host;
	int fd;

	fe_start(&fe, NULL);
	fd = fe_connect(&fe, GPORT, 65536, &host);
	fe_rings_down(&fe);
	fe_write(fd, "meanwhile", 9);
	fe_rings_up(&fe, fe.ring[FE_TX].last_used);
	fe_expect(&fe, &p, PKT_RW, GPORT, host);
	ATF_REQUIRE_EQ(9, p.h.len);
	fe_send_rw(&fe, GPORT, host, "x", 1);
	fe_read(fd, back, 1);
	fe_stop(&fe, 0);
}

ATF_TC_WITHOUT_HEAD(disabled_ring_is_a_pause);
ATF_TC_BODY(disabled_ring_is_a_pause, tc)
{
	uint32_t off[2] = { FE_RX, 0 }, on[2] = { FE_RX, 1 }, host;
	int fd;

	fe_start(&fe, NULL);
	fd = fe_connect(&fe, GPORT, 65536, &host);
	ATF_REQUIRE_EQ(0, fe_ask(&fe, 18, off, sizeof(off), NULL, 0));
	fe_write(fd, "meanwhile", 9);
	/* Before it answers the second, it would have taken the bytes. */
	ATF_REQUIRE_EQ(0, fe_ask(&fe, 3, NULL, 0, NULL, 0));
	ATF_REQUIRE_EQ(0, fe_ask(&fe, 3, NULL, 0, NULL, 0));
	ATF_REQUIRE_EQ(fe.size, fe_pending(&fe, FE_RX));
	ATF_REQUIRE_EQ(0, fe_ask(&fe, 18, on, sizeof(on), NULL, 0));
	fe_expect_rw(&fe, GPORT, host, "meanwhile", 9);
	fe_stop(&fe, 0);
}

ATF_TC_WITHOUT_HEAD(memory_without_the_rings_stops_them);
ATF_TC_BODY(memory_without_the_rings_stops_them, tc)
{
	uint32_t none[2] = { 0, 0 }, host;
	int fd;

	fe_start(&fe, NULL);
	fd = fe_connect(&fe, GPORT, 65536, &host);
	ATF_REQUIRE_EQ(1, fe_ask(&fe, 5, none, sizeof(none), NULL, 0));
	fe_read_eof(fd);
	fe_mem_table(&fe);
	fe_rings_down(&fe);
	fe_rings_clear(&fe, 0);
	fe_rings_up(&fe, 0);
	fe_check_alive(&fe);
	fe_stop(&fe, 0);
}

ATF_TC_WITHOUT_HEAD(reset_ends_connections_and_the_next_guest_works);
ATF_TC_BODY(reset_ends_connections_and_the_next_guest_works, tc)
{
	uint32_t host;
	int fd;

	fe_start(&fe, NULL);
	fd = fe_connect(&fe, GPORT, 65536, &host);
	fe_send_rw(&fe, GPORT, host, "last words", 10);
	fe_rings_down(&fe);
	fe_rings_clear(&fe, 0);
	fe_read(fd, back, 10);
	expect_no_byte(fd);		/* it may have been a pause */
	fe_rings_up(&fe, 0);
	fe_read_eof(fd);
	fe_check_alive(&fe);
	fe_stop(&fe, 0);
}

ATF_TC_WITHOUT_HEAD(grace_ends_connections_of_a_guest_that_stays_away);
ATF_TC_BODY(grace_ends_connections_of_a_guest_that_stays_away, tc)
{
	struct fe_options o = { .grace_ms = 100 };
	uint32_t host;
	int fd, waiting;

	fe_start(&fe, &o);
	fd = fe_connect(&fe, GPORT, 65536, &host);
	fe_rings_down(&fe);
	waiting = fe_client(&fe);
	fe_write(waiting, "CONNECT 1024\n", 13);
	fe_read_eof(fd);
	expect_no_byte(waiting);	/* new ones wait for the next guest */
	fe_rings_up(&fe, fe.ring[FE_TX].last_used);
	fe_recv(&fe, &p);
	ATF_REQUIRE_EQ(PKT_REQUEST, p.h.op);
	/* The guest was only paused: it learns when it sends. */
	fe_send_rw(&fe, GPORT, host, "x", 1);
	fe_expect(&fe, &p, PKT_RST, GPORT, host);
	fe_stop(&fe, 0);
}

ATF_TC_WITHOUT_HEAD(new_memory_table_under_running_rings);
ATF_TC_BODY(new_memory_table_under_running_rings, tc)
{
	uint32_t host;
	int fd;

	fe_start(&fe, NULL);
	fd = fe_connect(&fe, GPORT, 65536, &host);
	fe_mem_table(&fe);
	fe_send_rw(&fe, GPORT, host, "x", 1);
	fe_read(fd, back, 1);
	fe_check_alive(&fe);
	fe_stop(&fe, 0);
}

ATF_TC_WITHOUT_HEAD(client_reads_what_a_dead_guest_sent);
ATF_TC_BODY(client_reads_what_a_dead_guest_sent, tc)
{
	uint32_t host;
	int fd, late;

	fe_start(&fe, NULL);
	fe_fill(bytes, sizeof(bytes));
	fd = fe_connect(&fe, GPORT, 65536, &host);
	late = fe_client(&fe);
	for (uint32_t at = 0; at < 0x40000; at += 0x8000)
		fe_send_rw(&fe, GPORT, host, bytes + at, 0x8000);
	close(fe.vhost);
	fe_read_eof(late);
	fe_read(fd, back, 0x40000);
	fe_read_eof(fd);
	ATF_REQUIRE(memcmp(bytes, back, 0x40000) == 0);
	fe_wait_exit(&fe, 0);
}

ATF_TC_WITHOUT_HEAD(request_may_come_byte_by_byte);
ATF_TC_BODY(request_may_come_byte_by_byte, tc)
{
	uint32_t r[5] = { 18, 9, 8, 0, 1 };
	struct fe_options o = { .no_start = true };
	uint64_t rc = 1;

	fe_start(&fe, &o);
	for (size_t i = 0; i < sizeof(r); i++) {
		fe_write(fe.vhost, (uint8_t *)r + i, 1);
		usleep(1);
	}
	fe_answer(&fe, 18, &rc, sizeof(rc));
	ATF_REQUIRE_EQ(0, rc);
	/* Half a request and a hang-up is no crime. */
	fe_write(fe.vhost, r, 14);
	fe_stop(&fe, 0);
}

ATF_TC_WITHOUT_HEAD(config_beyond_its_end_is_refused);
ATF_TC_BODY(config_beyond_its_end_is_refused, tc)
{
	static const uint32_t bad[][2] = {
		{ 0, 9 }, { 8, 1 }, { 1, 8 }, { 0xffffffff, 8 }, { 4, 6 },
	};
	uint8_t q[12 + 16] = { 0 };

	fe_start(&fe, NULL);
	for (unsigned i = 0; i < 5; i++) {
		uint32_t len = bad[i][1];

		memcpy(q, bad[i], 8);
		fe_request(&fe, 24, q, 12 + len, NULL, 0);
		fe_answer(&fe, 24, back, 0);
	}
	memset(q, 0, sizeof(q));
	q[4] = 4;
	fe_request(&fe, 24, q, 16, NULL, 0);
	fe_answer(&fe, 24, back, 16);
	ATF_REQUIRE_EQ(FE_CID, back[12]);
	fe_stop(&fe, 0);
}

struct region {
	uint64_t gpa, size, ua, offset;
};

static uint64_t
try_region(struct region r)
{
	struct {
		uint32_t n, pad;
		struct region r;
	} t = { 1, 0, r };

	return fe_ask(&fe, 5, &t, sizeof(t), &fe.memfd, 1);
}

ATF_TC_WITHOUT_HEAD(impossible_memory_fails_and_good_memory_follows);
ATF_TC_BODY(impossible_memory_fails_and_good_memory_follows, tc)
{
	struct fe_options o = { .no_start = true };
	uint32_t none[2] = { 0, 0 };

	fe_start(&fe, &o);
	ATF_REQUIRE_EQ(1, try_region((struct region){ 0, 0, FE_UA, 0 }));
	ATF_REQUIRE_EQ(1, try_region((struct region){ 0, 1 << 30, FE_UA, 0 }));
	ATF_REQUIRE_EQ(1, try_region((struct region){ 0, 4096, FE_UA,
	    1 << 30 }));
	ATF_REQUIRE_EQ(1, try_region((struct region){ 0, 4096, FE_UA,
	    UINT64_MAX - 100 }));
	ATF_REQUIRE_EQ(1, try_region((struct region){ UINT64_MAX - 100, 4096,
	    FE_UA, 0 }));
	ATF_REQUIRE_EQ(1, try_region((struct region){ 0, 4096,
	    UINT64_MAX - 100, 0 }));
	ATF_REQUIRE_EQ(0, fe_ask(&fe, 5, none, sizeof(none), NULL, 0));
	fe_mem_table(&fe);
	fe_rings_up(&fe, 0);
	fe_check_alive(&fe);
	fe_stop(&fe, 0);
}

struct addr {
	uint32_t i, flags;
	uint64_t desc, used, avail, log;
};

/* Everything is set but the addresses; do these start the ring? */
static uint64_t
try_addr(uint32_t size, uint64_t desc, uint64_t used, uint64_t avail)
{
	struct addr a = { 0, 0, desc, used, avail, 0 };
	uint32_t num[2] = { 0, size };

	ATF_REQUIRE_EQ(0, fe_ask(&fe, 8, num, sizeof(num), NULL, 0));
	return fe_ask(&fe, 9, &a, sizeof(a), NULL, 0);
}

ATF_TC_WITHOUT_HEAD(impossible_ring_addresses_fail);
ATF_TC_BODY(impossible_ring_addresses_fail, tc)
{
	struct fe_options o = { .no_start = true };
	const struct fe_ring *r = &fe.ring[FE_RX];
	uint32_t on[2] = { 0, 1 };
	uint64_t index = 0, d, u, a, end = FE_UA + FE_SPLIT;

	fe_start(&fe, &o);
	d = FE_UA + r->desc;
	u = FE_UA + r->used;
	a = FE_UA + r->avail;
	ATF_REQUIRE_EQ(0, fe_ask(&fe, 18, on, sizeof(on), NULL, 0));
	ATF_REQUIRE_EQ(0, fe_ask(&fe, 12, &index, 8, &r->kick, 1));
	ATF_REQUIRE_EQ(1, try_addr(0, d, u, a));
	ATF_REQUIRE_EQ(1, try_addr(100, d, u, a));
	ATF_REQUIRE_EQ(1, try_addr(2048, d, u, a));
	ATF_REQUIRE_EQ(1, try_addr(1024, d + 8, u, a));
	ATF_REQUIRE_EQ(1, try_addr(1024, d, u + 2, a));
	ATF_REQUIRE_EQ(1, try_addr(1024, d, u, a + 1));
	ATF_REQUIRE_EQ(1, try_addr(1024, 0, u, a));
	ATF_REQUIRE_EQ(1, try_addr(1024, end - 1024 * 16 + 16, u, a));
	ATF_REQUIRE_EQ(1, try_addr(1024, d, end - 8192, a));
	ATF_REQUIRE_EQ(1, try_addr(1024, d, u, end - 2048));
	ATF_REQUIRE_EQ(1, try_addr(1024, UINT64_MAX - 15, u, a));
	fe_rings_up(&fe, 0);
	fe_check_alive(&fe);
	fe_stop(&fe, 0);
}

ATF_TC_WITHOUT_HEAD(running_ring_moved_to_nowhere_stops);
ATF_TC_BODY(running_ring_moved_to_nowhere_stops, tc)
{
	struct addr a = { .i = 1, .desc = 4096, .used = 4096, .avail = 4096 };
	uint32_t host;
	int fd;

	fe_start(&fe, NULL);
	fd = fe_connect(&fe, GPORT, 65536, &host);
	ATF_REQUIRE_EQ(1, fe_ask(&fe, 9, &a, sizeof(a), NULL, 0));
	fe_read_eof(fd);
	fe_rings_down(&fe);
	fe_rings_clear(&fe, 0);
	fe_rings_up(&fe, 0);
	fe_check_alive(&fe);
	fe_stop(&fe, 0);
}

ATF_TC_WITHOUT_HEAD(request_for_a_third_ring_fails);
ATF_TC_BODY(request_for_a_third_ring_fails, tc)
{
	static const uint32_t what[] = { 8, 10, 18 };
	uint32_t two[2] = { 2, 1 };
	uint64_t index = 2;

	fe_start(&fe, NULL);
	for (unsigned i = 0; i < 3; i++)
		ATF_REQUIRE_EQ(1, fe_ask(&fe, what[i], two, 8, NULL, 0));
	for (uint32_t q = 12; q <= 14; q++)
		ATF_REQUIRE_EQ(1, fe_ask(&fe, q, &index, 8, &fe.memfd, 1));
	fe_check_alive(&fe);
	fe_stop(&fe, 0);
}

static void
try_bad(uint32_t request, const void *payload, uint32_t len, unsigned nfds)
{
	int fds[10];

	for (unsigned i = 0; i < 10; i++)
		fds[i] = fe.memfd;
	fe_start(&fe, NULL);
	for (unsigned i = 0; i < 10; i++)
		fds[i] = fe.memfd;
	fe_request(&fe, request, payload, len, fds, nfds);
	fe_wait_exit(&fe, EXIT_PEER_BROKE);
}

ATF_TC_WITHOUT_HEAD(front_end_that_makes_no_sense_is_left);
ATF_TC_BODY(front_end_that_makes_no_sense_is_left, tc)
{
	static const uint64_t all = UINT64_MAX;

	try_bad(0, NULL, 0, 0);
	try_bad(99, NULL, 0, 0);
	try_bad(UINT32_MAX, NULL, 0, 0);
	try_bad(6, back, 16, 0);		/* SET_LOG_BASE */
	try_bad(2, NULL, 0, 0);			/* too short */
	try_bad(2, back, 16, 0);		/* too long */
	try_bad(2, back, 8, 1);			/* descriptor not asked for */
	try_bad(2, &all, 8, 0);			/* features we do not have */
	try_bad(16, &all, 8, 0);
	try_bad(5, back, 264, 10);		/* too many descriptors */
	try_bad(24, back, 513, 0);		/* longer than any request */
	try_bad(12, back, 8, 0);		/* kick without descriptor */
	try_bad(11, (const uint32_t[]){ 7, 0 }, 8, 0);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, connect_waits_for_a_guest_that_boots);
	ATF_TP_ADD_TC(tp, connect_ends_when_no_guest_comes);
	ATF_TP_ADD_TC(tp,
	    client_that_stops_waiting_for_the_guest_is_forgotten);
	ATF_TP_ADD_TC(tp, request_without_answer_is_reset);
	ATF_TP_ADD_TC(tp, pause_keeps_connections);
	ATF_TP_ADD_TC(tp, disabled_ring_is_a_pause);
	ATF_TP_ADD_TC(tp, memory_without_the_rings_stops_them);
	ATF_TP_ADD_TC(tp, reset_ends_connections_and_the_next_guest_works);
	ATF_TP_ADD_TC(tp, grace_ends_connections_of_a_guest_that_stays_away);
	ATF_TP_ADD_TC(tp, new_memory_table_under_running_rings);
	ATF_TP_ADD_TC(tp, client_reads_what_a_dead_guest_sent);
	ATF_TP_ADD_TC(tp, request_may_come_byte_by_byte);
	ATF_TP_ADD_TC(tp, config_beyond_its_end_is_refused);
	ATF_TP_ADD_TC(tp, impossible_memory_fails_and_good_memory_follows);
	ATF_TP_ADD_TC(tp, impossible_ring_addresses_fail);
	ATF_TP_ADD_TC(tp, running_ring_moved_to_nowhere_stops);
	ATF_TP_ADD_TC(tp, request_for_a_third_ring_fails);
	ATF_TP_ADD_TC(tp, front_end_that_makes_no_sense_is_left);
	return atf_no_error();
}
