/*
 * A guest and clients that do what they please, from a seed: afterwards the
 * device holds nothing and works.  VSOCK_FUZZ_SEED and VSOCK_FUZZ_PACKETS
 * choose another run.
 */
#include <sys/socket.h>

#include <atf-c.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/vsock/test/fake_front.h"

enum { CLIENTS = 12, PORTS = 64, PACKETS = 5000, SEEN_MAX = 1 << 16 };

static struct fe fe;
static struct fe_pkt p;
static uint8_t bytes[FE_TX_LEN];
static int client[CLIENTS];
static uint32_t port_of_host[PORTS];	/* lately seen */
static unsigned nports;
static struct { uint32_t guest, host; } seen[SEEN_MAX];
static unsigned nseen;
static uint64_t state;

/* xorshift64*, so that a seed means the same everywhere. */
static uint32_t
rnd(uint32_t below)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (uint32_t)((state * 0x2545f4914f6cdd1d) >> 33) % below;
}

static uint32_t
odd_number(void)
{
	switch (rnd(4)) {
	case 0:
		return rnd(16);
	case 1:
		return UINT32_MAX - rnd(16);
	case 2:
		return rnd(70000);
	default:
		return rnd(1u << 31) * 2 + rnd(2);
	}
}

static uint32_t
some_host_port(void)
{
	return nports == 0 || rnd(10) == 0 ?
	    odd_number() : port_of_host[rnd(nports < PORTS ? nports : PORTS)];
}

/* Read all that there is; accept most connections, forget some. */
static void
take_packets(void)
{
	while (fe_pending(&fe, FE_RX) < fe.size) {
		struct pkt k;

		fe_recv(&fe, &p);
		if (p.h.op != PKT_REQUEST)
			continue;
		port_of_host[nports++ % PORTS] = p.h.src_port;
		ATF_REQUIRE(nseen < SEEN_MAX);
		seen[nseen].guest = p.h.dst_port;
		seen[nseen++].host = p.h.src_port;
		if (rnd(4) == 0)
			continue;
		k = fe_pkt(p.h.dst_port, p.h.src_port, PKT_RESPONSE);
		fe_send(&fe, &k, NULL);
	}
}

static void
send_something(void)
{
	struct pkt k = fe_pkt(1024 + rnd(4), some_host_port(),
	    (uint16_t)rnd(9));
	uint32_t pieces[FE_TX_PIECES] = { 0 };

	k.len = rnd(3) == 0 ? rnd(FE_TX_LEN - PKT_HDR_LEN) : rnd(300);
	k.flags = rnd(4);
	if (rnd(3) == 0)
		k.buf_alloc = odd_number();
	if (rnd(3) == 0)
		k.fwd_cnt = odd_number();
	if (rnd(50) == 0)
		k.type = (uint16_t)odd_number();
	if (rnd(50) == 0)
		k.dst_cid = odd_number();
	if (rnd(50) == 0)
		k.src_cid = odd_number();
	for (unsigned i = 0; i < rnd(FE_TX_PIECES); i++)
		pieces[i] = 1 + rnd(rnd(2) ? 8 : 5000);
	fe_send_pieces(&fe, &k, bytes, pieces, rnd(2));
	if (rnd(4) != 0)
		return;
	/* The same memory once more, with a length that is not so. */
	k.len = odd_number();
	pkt_put(fe.mem + FE_TX_AT, &k);
	fe_desc(&fe, FE_TX, 1000, FE_TX_AT, rnd(200), 0, 0);
	fe_post(&fe, FE_TX, 1000);
	fe_kick(&fe, FE_TX);
	fe_wait_used(&fe, FE_TX, fe.ring[FE_TX].avail_idx);
	fe.ring[FE_TX].last_used = fe.ring[FE_TX].avail_idx;
}

static void
move_client(void)
{
	int *fd = &client[rnd(CLIENTS)];
	char line[32];

	if (*fd == -1) {
		*fd = fe_client(&fe);
		snprintf(line, sizeof(line), "CONNECT %u\n%s", 1024 + rnd(4),
		    rnd(2) ? "more" : "");
		(void)!send(*fd, line, rnd(8) ? strlen(line) : rnd(12),
		    MSG_NOSIGNAL | MSG_DONTWAIT);
		return;
	}
	switch (rnd(8)) {
	case 0:
		close(*fd);
		*fd = -1;
		break;
	case 1:
		shutdown(*fd, (int)rnd(3));
		break;
	case 2:
	case 3:
	case 4:
		(void)!recv(*fd, bytes, rnd(sizeof(bytes)), MSG_DONTWAIT);
		break;
	default:
		(void)!send(*fd, bytes, rnd(20000),
		    MSG_NOSIGNAL | MSG_DONTWAIT);
	}
}

static unsigned long
number(const char *name, unsigned long otherwise)
{
	const char *s = getenv(name);

	return s == NULL ? otherwise : strtoul(s, NULL, 10);
}

/* The guest forgets every connection there ever was. */
static void
reset_all(void)
{
	take_packets();
	for (unsigned i = 0; i < nseen; i++) {
		struct pkt k = fe_pkt(seen[i].guest, seen[i].host, PKT_RST);

		fe_send(&fe, &k, NULL);
	}
	while (fe_pending(&fe, FE_RX) < fe.size)
		fe_recv(&fe, &p);
}

static void
run(bool no_event_idx)
{
	struct fe_options o = { .no_event_idx = no_event_idx };
	unsigned long n = number("VSOCK_FUZZ_PACKETS", PACKETS);
	unsigned before;

	state = number("VSOCK_FUZZ_SEED", 20251) * 2 + 1;
	fe_start(&fe, &o);
	fe_check_alive(&fe);
	fe_expect_nothing(&fe);		/* and its descriptor is closed */
	before = fe_count_fds(&fe);
	for (unsigned i = 0; i < CLIENTS; i++)
		client[i] = -1;
	for (unsigned long i = 0; i < n; i++) {
		move_client();
		send_something();
		if (rnd(4) == 0)
			take_packets();
	}
	for (unsigned i = 0; i < CLIENTS; i++)
		if (client[i] != -1)
			close(client[i]);
	/* Requests without an answer take two seconds to end. */
	for (int i = 0; i < 100 && fe_count_fds(&fe) != before; i++) {
		reset_all();
		usleep(100000);
	}
	ATF_REQUIRE_MSG(before == fe_count_fds(&fe), "%u descriptors, not %u",
	    fe_count_fds(&fe), before);
	fe.only_port = 77;
	fe_check_alive(&fe);
	fe_stop(&fe, 0);
}

ATF_TC_WITHOUT_HEAD(anything_goes_with_event_idx);
ATF_TC_BODY(anything_goes_with_event_idx, tc)
{
	run(false);
}

ATF_TC_WITHOUT_HEAD(anything_goes_without_event_idx);
ATF_TC_BODY(anything_goes_without_event_idx, tc)
{
	run(true);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, anything_goes_with_event_idx);
	ATF_TP_ADD_TC(tp, anything_goes_without_event_idx);
	return atf_no_error();
}
