/*
 * What the device does with clients of the host, and with a guest that dials
 * the host or talks nonsense.
 */
#include <sys/socket.h>
#include <sys/un.h>

#include <atf-c.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/vsock/test/fake_front.h"

enum { GPORT = 1024, DIAL = 5000 };

static struct fe fe;
static struct fe_pkt p;
static uint8_t bytes[1 << 16], back[1 << 16];

ATF_TC_WITHOUT_HEAD(anything_but_a_connect_line_is_closed);
ATF_TC_BODY(anything_but_a_connect_line_is_closed, tc)
{
	static const char *const bad[] = {
		"\n", "CONNECT\n", "CONNECT \n", "CONNECT x\n", "CONNECT 1 \n",
		"CONNECT  1\n", "connect 1\n", "CONNECT -1\n", "CONNECT 1\r\n",
		"CONNECT 4294967295\n", "CONNECT 4294967296\n",
		"CONNECT 99999999999\n", "CONNECT 00000000001\n",
		"GET / HTTP/1.1\r\n\r\n", " CONNECT 1\n",
		"CONNECT 11111111111111111111111111111111111",
	};

	fe_start(&fe, NULL);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		int fd = fe_client(&fe);

		fe_write(fd, bad[i], strlen(bad[i]));
		fe_read_eof(fd);
		close(fd);
	}
	fe_expect_nothing(&fe);
	fe_check_alive(&fe);
	fe_stop(&fe, 0);
}

ATF_TC_WITHOUT_HEAD(connect_line_may_come_in_pieces);
ATF_TC_BODY(connect_line_may_come_in_pieces, tc)
{
	static const char line[] = "CONNECT 4294967294\n";
	int fd;

	fe_start(&fe, NULL);
	fd = fe_client(&fe);
	for (size_t i = 0; i < sizeof(line) - 1; i++) {
		fe_expect_nothing(&fe);
		fe_write(fd, line + i, 1);
	}
	fe_recv(&fe, &p);
	ATF_REQUIRE_EQ(PKT_REQUEST, p.h.op);
	ATF_REQUIRE_EQ(4294967294u, p.h.dst_port);
	fe_stop(&fe, 0);
}

ATF_TC_WITHOUT_HEAD(silent_client_is_closed_after_five_seconds);
ATF_TC_BODY(silent_client_is_closed_after_five_seconds, tc)
{
	int silent, half;

	fe_start(&fe, NULL);
	silent = fe_client(&fe);
	half = fe_client(&fe);
	fe_write(half, "CONNECT 10", 10);
	fe_check_alive(&fe);
	fe_read_eof(silent);
	fe_read_eof(half);
	fe_stop(&fe, 0);
}

ATF_TC_WITHOUT_HEAD(half_a_connect_line_and_its_end_is_closed_at_once);
ATF_TC_BODY(half_a_connect_line_and_its_end_is_closed_at_once, tc)
{
	int fd;

	fe_start(&fe, NULL);
	fd = fe_client(&fe);
	fe_write(fd, "CONNECT 10", 10);
	fe_expect_nothing(&fe);
	shutdown(fd, SHUT_WR);
	fe_read_eof(fd);
	/* A whole one is as good as any. */
	fd = fe_client(&fe);
	fe_write(fd, "CONNECT 10\nall", 14);
	shutdown(fd, SHUT_WR);
	fe_recv(&fe, &p);
	ATF_REQUIRE_EQ(PKT_REQUEST, p.h.op);
	fe_stop(&fe, 0);
}

/* Take what comes, resetting every connection, until nothing comes. */
static void
reset_all(void)
{
	for (uint32_t strays = 0; strays < 2;) {
		struct pkt k = fe_pkt(7, 7 + strays, PKT_RW);

		fe_send(&fe, &k, NULL);
		for (;;) {
			fe_recv(&fe, &p);
			if (p.h.op == PKT_RST && p.h.dst_port == 7)
				break;
			if (p.h.op == PKT_RST)
				continue;
			k = fe_pkt(p.h.dst_port, p.h.src_port, PKT_RST);
			fe_send(&fe, &k, NULL);
			strays = 0;
		}
		strays++;
	}
}

static void
vanish(unsigned stage, uint32_t port)
{
	uint32_t host;
	struct pkt k;
	int fd;

	if (stage >= 3) {
		/* Those who vanished before may still have packets. */
		fe.only_port = port;
		fd = fe_connect(&fe, port, 100, &host);
		fe.only_port = 0;
		k = fe_pkt(port, host, PKT_RW);
		k.buf_alloc = 100;
		k.len = 10000;
		if (stage >= 4)
			fe_write(fd, bytes, 5000);
		if (stage >= 5)
			fe_send(&fe, &k, bytes);
	} else {
		fd = fe_client(&fe);
		fe_write(fd, "CONNECT 1024\nabc", stage == 0 ? 1 :
		    stage == 1 ? 12 : 16);
	}
	close(fd);
}

ATF_TC_WITHOUT_HEAD(vanished_clients_leave_nothing_behind);
ATF_TC_BODY(vanished_clients_leave_nothing_behind, tc)
{
	unsigned before;

	fe_start(&fe, NULL);
	fe_check_alive(&fe);
	fe_expect_nothing(&fe);		/* and its descriptor is closed */
	before = fe_count_fds(&fe);
	for (unsigned i = 0; i < 300; i++) {
		vanish(i % 6, 3000 + i);
		reset_all();
	}
	for (int i = 0; i < 1000 && fe_count_fds(&fe) != before; i++)
		reset_all();
	ATF_REQUIRE_MSG(before == fe_count_fds(&fe), "%u descriptors, not %u",
	    fe_count_fds(&fe), before);
	fe_check_alive(&fe);
	fe_stop(&fe, 0);
}

ATF_TC_WITHOUT_HEAD(full_table_refuses_and_recovers);
ATF_TC_BODY(full_table_refuses_and_recovers, tc)
{
	enum { MAX = 16 };
	struct fe_options o = { .conn_max = MAX };
	uint32_t host[MAX], port;
	int fd[MAX], late;
	struct pkt k;

	fe_start(&fe, &o);
	for (unsigned i = 0; i < MAX; i++)
		fd[i] = fe_connect(&fe, GPORT, 100, &host[i]);
	for (unsigned i = 0; i < 100; i++) {
		late = fe_client(&fe);
		fe_read_eof(late);
		close(late);
	}
	k = fe_pkt(GPORT, host[3], PKT_RST);
	fe_send(&fe, &k, NULL);
	fe_read_eof(fd[3]);
	close(fd[3]);
	fd[3] = fe_connect(&fe, GPORT, 100, &port);
	fe_stop(&fe, 0);
}

ATF_TC_WITHOUT_HEAD(clients_wait_while_there_are_no_descriptors);
ATF_TC_BODY(clients_wait_while_there_are_no_descriptors, tc)
{
	enum { N = 60 };
	struct fe_options o = { .nofile = 40 };
	int fd[N];
	unsigned cpu;

	fe_start(&fe, &o);
	for (unsigned i = 0; i < N; i++) {
		fd[i] = fe_client(&fe);
		fe_write(fd[i], "CONNECT 1024\n", 13);
	}
	cpu = fe_cpu_time(&fe);
	poll(NULL, 0, 500);		/* long enough to see it turn */
	ATF_REQUIRE_MSG(fe_cpu_time(&fe) < cpu + 20, "it turns idly");
	for (unsigned i = 0; i < N; i++) {
		fe_recv(&fe, &p);
		ATF_REQUIRE_EQ(PKT_REQUEST, p.h.op);
		fe_send_op(&fe, GPORT, p.h.src_port, PKT_RST);
	}
	for (unsigned i = 0; i < N; i++)
		fe_read_eof(fd[i]);
	fe_check_alive(&fe);
	fe_stop(&fe, 0);
}

ATF_TC_WITHOUT_HEAD(many_connections_at_once);
ATF_TC_BODY(many_connections_at_once, tc)
{
	enum { N = 400, LEN = 9000 };
	static uint32_t host[N], got[N];
	static int fd[N];

	fe_start(&fe, NULL);
	for (unsigned i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 31 + (i >> 8));
	for (unsigned i = 0; i < N; i++)
		fd[i] = fe_connect(&fe, GPORT + i, 1u << 20, &host[i]);
	for (unsigned i = 0; i < N; i++) {
		struct pkt k = fe_pkt(GPORT + i, host[i], PKT_RW);

		k.len = LEN;
		fe_send(&fe, &k, bytes + i);
		fe_write(fd[i], bytes + 2 * i, LEN);
	}
	for (unsigned total = 0; total < N * LEN;) {
		unsigned i;

		fe_recv(&fe, &p);
		i = p.h.dst_port - GPORT;
		ATF_REQUIRE(i < N && p.h.src_port == host[i]);
		ATF_REQUIRE_EQ(PKT_RW, p.h.op);
		ATF_REQUIRE(got[i] + p.h.len <= LEN);
		ATF_REQUIRE(memcmp(p.data, bytes + 2 * i + got[i],
		    p.h.len) == 0);
		got[i] += p.h.len;
		total += p.h.len;
	}
	for (unsigned i = 0; i < N; i++) {
		fe_read(fd[i], back, LEN);
		ATF_REQUIRE(memcmp(back, bytes + i, LEN) == 0);
		close(fd[i]);
	}
	for (unsigned i = 0; i < N; i++) {
		fe_recv(&fe, &p);
		ATF_REQUIRE_EQ(PKT_SHUTDOWN, p.h.op);
	}
	fe_stop(&fe, 0);
}

static int
listen_for_guest(void)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(sa.sun_path, sizeof(sa.sun_path), "%s_%d", fe.uds, DIAL);
	ATF_REQUIRE(bind(fd, (void *)&sa, sizeof(sa)) == 0);
	ATF_REQUIRE(listen(fd, 1024) == 0);
	return fd;
}

static void
forget_listener(int fd)
{
	char path[80];

	snprintf(path, sizeof(path), "%s_%d", fe.uds, DIAL);
	unlink(path);
	close(fd);
}

ATF_TC_WITHOUT_HEAD(guest_dials_an_allowed_port);
ATF_TC_BODY(guest_dials_an_allowed_port, tc)
{
	struct fe_options o = { .port = DIAL };
	struct pkt k;
	int l, fd;

	fe_start(&fe, &o);
	l = listen_for_guest();
	k = fe_pkt(GPORT, DIAL, PKT_REQUEST);
	fe_send(&fe, &k, NULL);
	fe_expect(&fe, &p, PKT_RESPONSE, GPORT, DIAL);
	fe_wait_fd(l, POLLIN, "the guest's call");
	fd = accept(l, NULL, NULL);
	/* No line here: bytes from the first. */
	fe_write(fd, "hello", 5);
	fe_expect(&fe, &p, PKT_RW, GPORT, DIAL);
	ATF_REQUIRE(p.h.len == 5 && memcmp(p.data, "hello", 5) == 0);
	k = fe_pkt(GPORT, DIAL, PKT_RW);
	k.len = 3;
	fe_send(&fe, &k, "you");
	fe_read(fd, back, 3);
	/* The same pair again is an error of the guest. */
	k = fe_pkt(GPORT, DIAL, PKT_REQUEST);
	fe_send(&fe, &k, NULL);
	fe_expect(&fe, &p, PKT_RST, GPORT, DIAL);
	fe_read_eof(fd);
	forget_listener(l);
	/* There is no listener now. */
	fe_send(&fe, &k, NULL);
	fe_expect(&fe, &p, PKT_RST, GPORT, DIAL);
	fe_stop(&fe, 0);
}

ATF_TC_WITHOUT_HEAD(guest_dials_nothing_else);
ATF_TC_BODY(guest_dials_nothing_else, tc)
{
	static const uint32_t ports[] = { 0, 1, 500, 5001, 50000, UINT32_MAX };
	struct pkt k;
	int l;

	fe_start(&fe, NULL);	/* none is allowed, but one is there */
	l = listen_for_guest();
	k = fe_pkt(GPORT, DIAL, PKT_REQUEST);
	fe_send(&fe, &k, NULL);
	fe_expect(&fe, &p, PKT_RST, GPORT, DIAL);
	forget_listener(l);
	for (unsigned i = 0; i < sizeof(ports) / sizeof(ports[0]); i++) {
		k = fe_pkt(GPORT, ports[i], PKT_REQUEST);
		fe_send(&fe, &k, NULL);
		fe_expect(&fe, &p, PKT_RST, GPORT, ports[i]);
	}
	fe_check_alive(&fe);
	fe_stop(&fe, 0);
}

ATF_TC_WITHOUT_HEAD(dialling_guest_leaves_room_for_clients);
ATF_TC_BODY(dialling_guest_leaves_room_for_clients, tc)
{
	enum { MOST = 512 };
	struct fe_options o = { .port = DIAL };
	struct pkt k;
	int l;

	fe_start(&fe, &o);
	l = listen_for_guest();
	for (uint32_t i = 0; i < MOST; i++) {
		k = fe_pkt(10000 + i, DIAL, PKT_REQUEST);
		fe_send(&fe, &k, NULL);
		fe_expect(&fe, &p, PKT_RESPONSE, 10000 + i, DIAL);
	}
	k = fe_pkt(9999, DIAL, PKT_REQUEST);
	fe_send(&fe, &k, NULL);
	fe_expect(&fe, &p, PKT_RST, 9999, DIAL);
	fe_check_alive(&fe);
	/* One goes, one may come. */
	k = fe_pkt(10000, DIAL, PKT_RST);
	fe_send(&fe, &k, NULL);
	k = fe_pkt(9999, DIAL, PKT_REQUEST);
	fe_send(&fe, &k, NULL);
	fe_expect(&fe, &p, PKT_RESPONSE, 9999, DIAL);
	forget_listener(l);
	fe_stop(&fe, 0);
}

ATF_TC_WITHOUT_HEAD(stray_packets_are_reset_or_ignored);
ATF_TC_BODY(stray_packets_are_reset_or_ignored, tc)
{
	static const uint32_t cut[] = { 0 };
	struct pkt k;

	fe_start(&fe, NULL);
	for (uint16_t op = 0; op < 12; op++) {
		k = fe_pkt(GPORT, 9, op);
		fe_send(&fe, &k, NULL);
		if (op != PKT_RST)
			fe_expect(&fe, &p, PKT_RST, GPORT, 9);
	}
	fe_expect_nothing(&fe);
	k = fe_pkt(GPORT, 9, PKT_REQUEST);
	k.dst_cid = 3;			/* another guest */
	fe_send(&fe, &k, NULL);
	fe_recv(&fe, &p);
	ATF_REQUIRE_EQ(PKT_RST, p.h.op);
	ATF_REQUIRE_EQ(3, p.h.src_cid);
	ATF_REQUIRE_EQ(FE_CID, p.h.dst_cid);
	k = fe_pkt(GPORT, 9, PKT_REQUEST);
	k.type = 2;			/* SOCK_SEQPACKET */
	fe_send(&fe, &k, NULL);
	fe_recv(&fe, &p);
	ATF_REQUIRE_EQ(PKT_RST, p.h.op);
	ATF_REQUIRE_EQ(2, p.h.type);
	k = fe_pkt(GPORT, 9, PKT_REQUEST);
	k.src_cid = 43;			/* a false name */
	fe_send(&fe, &k, NULL);
	fe_expect_nothing(&fe);
	/* Too short to be a packet. */
	fe_desc(&fe, FE_TX, 1000, FE_TX_AT, PKT_HDR_LEN - 1, 0, 0);
	fe_post(&fe, FE_TX, 1000);
	fe_kick(&fe, FE_TX);
	fe_wait_used(&fe, FE_TX, fe.ring[FE_TX].avail_idx);
	fe.ring[FE_TX].last_used = fe.ring[FE_TX].avail_idx;
	fe_send_pieces(&fe, &k, NULL, cut, true);
	fe_expect_nothing(&fe);
	fe_check_alive(&fe);
	fe_stop(&fe, 0);
}

/* Its RST must come at once: before the replies to two stray packets. */
static void
expect_rst_now(uint32_t host)
{
	bool seen = false;

	for (uint32_t i = 0; i < 2; i++) {
		fe_send_op(&fe, 5, 6 + i, PKT_RW);
		for (fe_recv(&fe, &p); p.h.src_port != 6 + i;
		    fe_recv(&fe, &p)) {
			ATF_REQUIRE_EQ(PKT_RST, p.h.op);
			ATF_REQUIRE_EQ(host, p.h.src_port);
			ATF_REQUIRE(!seen);
			seen = true;
		}
	}
	ATF_REQUIRE_MSG(seen, "no RST");
}

/* A packet that its connection cannot have is its end, and only its. */
static void
try_offence(struct pkt k, bool established)
{
	uint32_t host, other;
	int fd, bystander;

	bystander = fe_connect(&fe, GPORT, 100, &other);
	if (established) {
		fd = fe_connect(&fe, GPORT, 100, &host);
	} else {
		fd = fe_client(&fe);
		fe_write(fd, "CONNECT 1024\n", 13);
		fe_recv(&fe, &p);
		host = p.h.src_port;
	}
	k.dst_port = host;
	/* `len' may promise more than there is: send the header alone. */
	pkt_put(fe.mem + FE_TX_AT, &k);
	fe_desc(&fe, FE_TX, 1000, FE_TX_AT, PKT_HDR_LEN, 0, 0);
	fe_post(&fe, FE_TX, 1000);
	fe_kick(&fe, FE_TX);
	fe_wait_used(&fe, FE_TX, fe.ring[FE_TX].avail_idx);
	fe.ring[FE_TX].last_used = fe.ring[FE_TX].avail_idx;
	expect_rst_now(host);
	fe_read_eof(fd);
	close(fd);
	k = fe_pkt(GPORT, other, PKT_CREDIT_REQUEST);
	fe_send(&fe, &k, NULL);
	fe_expect(&fe, &p, PKT_CREDIT_UPDATE, GPORT, other);
	k = fe_pkt(GPORT, other, PKT_RST);
	fe_send(&fe, &k, NULL);
	close(bystander);
}

ATF_TC_WITHOUT_HEAD(offence_ends_its_connection_only);
ATF_TC_BODY(offence_ends_its_connection_only, tc)
{
	static const uint16_t before[] = { PKT_INVALID, PKT_REQUEST,
	    PKT_SHUTDOWN, PKT_RW, PKT_CREDIT_UPDATE, PKT_CREDIT_REQUEST, 8 };
	static const uint16_t after[] = { PKT_INVALID, PKT_REQUEST,
	    PKT_RESPONSE, 8, UINT16_MAX };
	struct pkt k;

	fe_start(&fe, NULL);
	for (unsigned i = 0; i < sizeof(before) / sizeof(before[0]); i++)
		try_offence(fe_pkt(GPORT, 0, before[i]), false);
	for (unsigned i = 0; i < sizeof(after) / sizeof(after[0]); i++)
		try_offence(fe_pkt(GPORT, 0, after[i]), true);
	k = fe_pkt(GPORT, 0, PKT_RW);
	k.len = 1;
	try_offence(k, true);
	k.len = UINT32_MAX;
	try_offence(k, true);
	fe_stop(&fe, 0);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, anything_but_a_connect_line_is_closed);
	ATF_TP_ADD_TC(tp, connect_line_may_come_in_pieces);
	ATF_TP_ADD_TC(tp, silent_client_is_closed_after_five_seconds);
	ATF_TP_ADD_TC(tp, half_a_connect_line_and_its_end_is_closed_at_once);
	ATF_TP_ADD_TC(tp, vanished_clients_leave_nothing_behind);
	ATF_TP_ADD_TC(tp, full_table_refuses_and_recovers);
	ATF_TP_ADD_TC(tp, clients_wait_while_there_are_no_descriptors);
	ATF_TP_ADD_TC(tp, many_connections_at_once);
	ATF_TP_ADD_TC(tp, guest_dials_an_allowed_port);
	ATF_TP_ADD_TC(tp, guest_dials_nothing_else);
	ATF_TP_ADD_TC(tp, dialling_guest_leaves_room_for_clients);
	ATF_TP_ADD_TC(tp, stray_packets_are_reset_or_ignored);
	ATF_TP_ADD_TC(tp, offence_ends_its_connection_only);
	return atf_no_error();
}
