#include "fake_front.h"

#include <atf-c.h>
#include <endian.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "client/vsock/credit.h"

static uint16_t
load16(const struct fe *fe, uint64_t at)
{
	const void *p = fe->mem + at;

	return le16toh(__atomic_load_n((const uint16_t *)p,
	    __ATOMIC_SEQ_CST));
}

static void
store16(struct fe *fe, uint64_t at, uint16_t v)
{
	void *p = fe->mem + at;

	__atomic_store_n((uint16_t *)p, htole16(v), __ATOMIC_SEQ_CST);
}

static void
put_desc(uint8_t *p, uint64_t addr, uint32_t len, uint16_t flags,
    uint16_t next)
{
	uint64_t hi = (uint64_t)next << 48 | (uint64_t)flags << 32 | len;

	addr = htole64(addr);
	hi = htole64(hi);
	memcpy(p, &addr, 8);
	memcpy(p + 8, &hi, 8);
}

void
fe_desc(struct fe *fe, int ring, unsigned i, uint64_t addr, uint32_t len,
    uint16_t flags, uint16_t next)
{
	put_desc(fe->mem + fe->ring[ring].desc + 16 * (uint64_t)i, addr, len,
	    flags, next);
}

void
fe_post(struct fe *fe, int ring, uint16_t head)
{
	struct fe_ring *r = &fe->ring[ring];

	store16(fe, r->avail + 4 + 2 * (uint64_t)(r->avail_idx % fe->size),
	    head);
	r->avail_idx++;
	store16(fe, r->avail + 2, r->avail_idx);
}

/* As Linux's driver: only if the device asks for it. */
void
fe_kick(struct fe *fe, int ring)
{
	struct fe_ring *r = &fe->ring[ring];
	static const uint64_t one = 1;
	bool wanted;

	if (fe->opt.no_event_idx) {
		wanted = (load16(fe, r->used) & 1) == 0;
	} else {
		uint16_t event = load16(fe, r->used + 4 + 8 *
		    (uint64_t)fe->size);

		/* We kick after each one, so old is new - 1. */
		wanted = (uint16_t)(r->avail_idx - event - 1) < 1;
	}
	if (wanted)
		ATF_REQUIRE(write(r->kick, &one, 8) == 8);
}

unsigned
fe_pending(struct fe *fe, int ring)
{
	struct fe_ring *r = &fe->ring[ring];

	return (uint16_t)(r->avail_idx - load16(fe, r->used + 2));
}

/* Wait for the used index to reach `idx', by the interrupts we ask for. */
void
fe_wait_used(struct fe *fe, int ring, uint16_t idx)
{
	struct fe_ring *r = &fe->ring[ring];

	for (;;) {
		uint16_t used = load16(fe, r->used + 2);
		uint64_t n;

		if ((uint16_t)(used - r->last_used) >=
		    (uint16_t)(idx - r->last_used))
			return;
		if (!fe->opt.no_event_idx) {
			store16(fe, r->avail + 4 + 2 * (uint64_t)fe->size,
			    used);
			if (load16(fe, r->used + 2) != used)
				continue;
		}
		fe_wait_fd(r->call, POLLIN, ring == FE_TX ?
		    "the device takes a packet" : "the device sends a packet");
		ATF_REQUIRE(read(r->call, &n, 8) == 8);
	}
}

static uint64_t
rx_at(unsigned buffer)
{
	return FE_RX_AT + (uint64_t)buffer * FE_BUF_LEN;
}

void
fe_post_rx(struct fe *fe, unsigned b)
{
	if (fe->opt.split_rx) {
		uint16_t second = (uint16_t)(fe->size / 4 + b);
		uint16_t third = (uint16_t)(fe->size / 2 + b);

		fe_desc(fe, FE_RX, b, rx_at(b), 7, 3, second);
		fe_desc(fe, FE_RX, second, rx_at(b) + 7, 89, 3, third);
		fe_desc(fe, FE_RX, third, rx_at(b) + 96, FE_BUF_LEN - 96,
		    FE_DESC_WRITE, 0);
	} else {
		fe_desc(fe, FE_RX, b, rx_at(b), FE_BUF_LEN, FE_DESC_WRITE, 0);
	}
	fe_post(fe, FE_RX, (uint16_t)b);
	fe_kick(fe, FE_RX);
}

void
fe_post_rx_all(struct fe *fe)
{
	unsigned n = fe->opt.split_rx ? fe->size / 4 : fe->size;

	/* An odd step visits every one of a power of two: shuffled. */
	for (unsigned i = 0; i < n; i++)
		fe_post_rx(fe, (i * 13 + 5) % n);
}

struct pkt
fe_pkt(uint32_t guest_port, uint32_t host_port, uint16_t op)
{
	return (struct pkt){ .src_cid = FE_CID, .dst_cid = PKT_CID_HOST,
	    .src_port = guest_port, .dst_port = host_port,
	    .type = PKT_TYPE_STREAM, .op = op, .buf_alloc = 1u << 30 };
}

void
fe_send_pieces(struct fe *fe, const struct pkt *k, const void *payload,
    const uint32_t *pieces, bool indirect)
{
	struct fe_ring *r = &fe->ring[FE_TX];
	unsigned slot = fe->tx_next++ % FE_TX_SLOTS;
	uint64_t at = FE_TX_AT + (uint64_t)slot * FE_TX_LEN;
	uint64_t table = FE_TABLE_AT + (uint64_t)slot * 16 * FE_TX_PIECES;
	unsigned first = indirect ? 0 : slot * FE_TX_PIECES;
	uint32_t left = PKT_HDR_LEN + k->len, n = 0;

	ATF_REQUIRE(left <= FE_TX_LEN);
	ATF_REQUIRE(fe->size >= FE_TX_SLOTS * FE_TX_PIECES);
	pkt_put(fe->mem + at, k);
	if (k->len > 0)
		memcpy(fe->mem + at + PKT_HDR_LEN, payload, k->len);
	while (left > 0) {
		uint32_t len = *pieces == 0 || *pieces > left ?
		    left : *pieces++;
		uint16_t flags = len == left ? 0 : FE_DESC_NEXT;
		uint16_t next = (uint16_t)(first + n + 1);

		ATF_REQUIRE(n < FE_TX_PIECES);
		if (indirect)
			put_desc(fe->mem + table + 16 * n, at, len, flags,
			    next);
		else
			fe_desc(fe, FE_TX, first + n, at, len, flags, next);
		at += len;
		left -= len;
		n++;
	}
	first = slot * FE_TX_PIECES;
	if (indirect)
		fe_desc(fe, FE_TX, first, table, 16 * n, FE_DESC_INDIRECT, 0);
	fe_post(fe, FE_TX, (uint16_t)first);
	fe_kick(fe, FE_TX);
	fe_wait_used(fe, FE_TX, r->avail_idx);
	r->last_used = r->avail_idx;
}

void
fe_send(struct fe *fe, const struct pkt *k, const void *payload)
{
	static const uint32_t one[] = { 0 };

	fe_send_pieces(fe, k, payload, one, false);
}

static void
receive(struct fe *fe, struct fe_pkt *p)
{
	struct fe_ring *r = &fe->ring[FE_RX];
	uint32_t elem[2];

	fe_wait_used(fe, FE_RX, (uint16_t)(r->last_used + 1));
	memcpy(elem, fe->mem + r->used + 4 +
	    8 * (uint64_t)(r->last_used % fe->size), 8);
	r->last_used++;
	ATF_REQUIRE(elem[0] < fe->size);
	ATF_REQUIRE(elem[1] >= PKT_HDR_LEN && elem[1] <= FE_BUF_LEN);
	pkt_get(&p->h, fe->mem + rx_at(elem[0]));
	ATF_REQUIRE_EQ(elem[1], PKT_HDR_LEN + p->h.len);
	memcpy(p->data, fe->mem + rx_at(elem[0]) + PKT_HDR_LEN, p->h.len);
	/* What the device left alone of a buffer may be anything. */
	memset(fe->mem + rx_at(elem[0]), 0xee, FE_BUF_LEN);
	if (fe->repost)
		fe_post_rx(fe, elem[0]);
}

void
fe_recv(struct fe *fe, struct fe_pkt *p)
{
	for (;;) {
		struct pkt k;

		receive(fe, p);
		if (fe->only_port == 0 || p->h.dst_port == fe->only_port)
			return;
		if (p->h.op == PKT_RST)
			continue;
		k = fe_pkt(p->h.dst_port, p->h.src_port, PKT_RST);
		fe_send(fe, &k, NULL);
	}
}

void
fe_expect(struct fe *fe, struct fe_pkt *p, uint16_t op, uint32_t guest_port,
    uint32_t host_port)
{
	fe_recv(fe, p);
	ATF_REQUIRE_MSG(p->h.op == op && p->h.src_port == host_port &&
	    p->h.dst_port == guest_port,
	    "got op %u for %u-%u, not op %u for %u-%u", p->h.op,
	    p->h.src_port, p->h.dst_port, op, host_port, guest_port);
	ATF_REQUIRE_EQ(PKT_CID_HOST, p->h.src_cid);
	ATF_REQUIRE_EQ(FE_CID, p->h.dst_cid);
	ATF_REQUIRE_EQ(PKT_TYPE_STREAM, p->h.type);
}

void
fe_send_rw(struct fe *fe, uint32_t guest_port, uint32_t host_port,
    const void *p, uint32_t len)
{
	struct pkt k = fe_pkt(guest_port, host_port, PKT_RW);

	k.len = len;
	fe_send(fe, &k, p);
}

void
fe_send_op(struct fe *fe, uint32_t guest_port, uint32_t host_port,
    uint16_t op)
{
	struct pkt k = fe_pkt(guest_port, host_port, op);

	fe_send(fe, &k, NULL);
}

void
fe_send_shutdown(struct fe *fe, uint32_t guest_port, uint32_t host_port,
    uint32_t flags)
{
	struct pkt k = fe_pkt(guest_port, host_port, PKT_SHUTDOWN);

	k.flags = flags;
	fe_send(fe, &k, NULL);
}

void
fe_expect_rw(struct fe *fe, uint32_t guest_port, uint32_t host_port,
    const void *bytes, size_t len)
{
	static struct fe_pkt p;
	const uint8_t *b = bytes;

	while (len > 0) {
		fe_expect(fe, &p, PKT_RW, guest_port, host_port);
		ATF_REQUIRE(p.h.len <= len);
		ATF_REQUIRE(memcmp(p.data, b, p.h.len) == 0);
		b += p.h.len;
		len -= p.h.len;
	}
}

void
fe_expect_shutdown(struct fe *fe, uint32_t guest_port, uint32_t host_port,
    uint32_t flags)
{
	static struct fe_pkt p;
	uint32_t seen = 0;

	for (int looks = 0; looks < 2 && seen != flags; looks++) {
		fe_expect(fe, &p, PKT_SHUTDOWN, guest_port, host_port);
		seen |= p.h.flags;
	}
	ATF_REQUIRE_EQ_MSG(flags, seen, "wanted %u, saw %u", flags, seen);
}

void
fe_fill(uint8_t *b, size_t len)
{
	uint32_t x = 1;

	for (size_t i = 0; i < len; i++) {
		x = x * 1664525u + 1013904223u;
		b[i] = (uint8_t)(x >> 24);
	}
}

/*
 * Packets of connections come after the resets of the same turn, so that the
 * answer to the second stray packet follows all that the first turn had.
 */
void
fe_expect_nothing(struct fe *fe)
{
	static struct fe_pkt p;

	for (uint32_t i = 0; i < 2; i++) {
		struct pkt stray = fe_pkt(0xfffffff0u + i, 1, PKT_RW);

		fe_send(fe, &stray, NULL);
		fe_expect(fe, &p, PKT_RST, 0xfffffff0u + i, 1);
	}
}

uint32_t
fe_ask_forwarded(struct fe *fe, uint32_t guest_port, uint32_t host_port)
{
	static struct fe_pkt p;
	uint32_t fwd = 0;

	fe_send_op(fe, guest_port, host_port, PKT_CREDIT_REQUEST);
	for (uint32_t i = 0; i < 2; i++) {
		struct pkt stray = fe_pkt(5, 6 + i, PKT_RW);

		fe_send(fe, &stray, NULL);
		for (fe_recv(fe, &p); p.h.op != PKT_RST; fe_recv(fe, &p)) {
			ATF_REQUIRE_EQ(PKT_CREDIT_UPDATE, p.h.op);
			ATF_REQUIRE_EQ(host_port, p.h.src_port);
			fwd = p.h.fwd_cnt;
		}
	}
	return fwd;
}

uint32_t
fe_send_to_limit(struct fe *fe, uint32_t guest_port, uint32_t host_port,
    const uint8_t *bytes)
{
	uint32_t sent = 0, fwd = 0, now;

	for (;; fwd = now) {
		while (sent - fwd + 32768 <= CREDIT_BUF_ALLOC) {
			fe_send_rw(fe, guest_port, host_port, bytes + sent,
			    32768);
			sent += 32768;
		}
		now = fe_ask_forwarded(fe, guest_port, host_port);
		if (now == fwd)
			return sent;
	}
}
