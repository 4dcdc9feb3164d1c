#include "pump.h"

#include <errno.h>

#include "device.h"
#include "host.h"

static void
emit(struct device *d, const struct pkt *k)
{
	uint8_t hdr[PKT_HDR_LEN];

	pkt_put(hdr, k);
	chain_put(&d->chain, hdr, sizeof(hdr));
	ring_push(&d->ring[RING_RX], &d->chain, PKT_HDR_LEN + k->len);
}

/* The client's bytes, straight into the guest's buffer: an RW packet. */
static bool
fill_data(struct device *d, struct vsock_conn *c, struct pkt *k)
{
	uint32_t left = credit_left(&c->credit);
	unsigned niov;
	ssize_t n;

	if (c->state != CONN_OPEN || !c->readable || c->client_ended ||
	    c->guest_deaf)
		return false;
	if (left > PKT_PAYLOAD_MAX)
		left = PKT_PAYLOAD_MAX;
	niov = chain_window(&d->chain, PKT_HDR_LEN, left, d->payload);
	n = host_read(c, d->payload, niov);
	if (n == 0)
		host_ended(c);
	else if (n == -1 && errno == EAGAIN)
		c->readable = false;
	else if (n == -1)
		c->todo = TODO_RST;	/* ECONNRESET: it discarded data */
	else if (niov == 0 && !c->asked) {
		/*
		 * Once in a stall: the reply may be that there is still no
		 * room, and another request would get the same reply.
		 */
		c->asked = true;
		c->todo |= TODO_CREDIT_REQUEST;
	} else if (niov > 0) {
		c->credit.sent += (uint32_t)n;
		k->op = PKT_RW;
		k->len = (uint32_t)n;
		return true;
	}
	return false;
}

static bool
fill_todo(struct vsock_conn *c, struct pkt *k)
{
	static const struct { unsigned todo; uint16_t op; } order[] = {
		{ TODO_RST, PKT_RST },
		{ TODO_REQUEST, PKT_REQUEST },
		{ TODO_RESPONSE, PKT_RESPONSE },
		{ TODO_CREDIT_UPDATE, PKT_CREDIT_UPDATE },
		{ TODO_CREDIT_REQUEST, PKT_CREDIT_REQUEST },
	};

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		if ((c->todo & order[i].todo) == 0)
			continue;
		c->todo &= ~order[i].todo;
		k->op = order[i].op;
		return true;
	}
	return false;
}

static bool
fill_shutdown(struct device *d, struct vsock_conn *c, struct pkt *k)
{
	unsigned due = conn_shutdown_due(c);

	if (c->state != CONN_OPEN || (due & ~c->shut_told) == 0)
		return false;
	c->shut_told = due;
	k->op = PKT_SHUTDOWN;
	k->flags = due;
	if (due == PKT_SHUT_BOTH) {
		c->state = CONN_CLOSING;
		host_close(c);
		conn_set_deadline(d, c, CONN_CLOSE_MS);
	}
	return true;
}

/* Puts at most one packet of the connection into the current chain. */
static void
pump_conn(struct device *d, struct vsock_conn *c)
{
	static const unsigned first = TODO_RST | TODO_REQUEST | TODO_RESPONSE;
	struct pkt k = {
		.src_cid = PKT_CID_HOST, .dst_cid = d->opt->cid,
		.src_port = c->host_port, .dst_port = c->guest_port,
		.type = PKT_TYPE_STREAM, .buf_alloc = CREDIT_BUF_ALLOC,
		.fwd_cnt = c->credit.forwarded,
	};
	bool any;

	if (c->todo & first)
		any = fill_todo(c, &k);
	else
		any = fill_data(d, c, &k) || fill_todo(c, &k) ||
		    fill_shutdown(d, c, &k);
	if (any) {
		/* Every packet says what has been forwarded. */
		c->credit.told = c->credit.forwarded;
		c->todo &= ~(unsigned)TODO_CREDIT_UPDATE;
		emit(d, &k);
	}
	if (k.op == PKT_RST && c->state != CONN_GONE)
		conn_finish(d, c, false);
	else if (c->state == CONN_GONE)
		conn_reap(d, c);
	else
		conn_schedule(d, c);
}

static void
pump_one(struct device *d)
{
	if (d->resets_len > 0) {
		emit(d, &d->resets[d->resets_head]);
		d->resets_head = (d->resets_head + 1) % DEVICE_RESETS_MAX;
		d->resets_len--;
		return;
	}
	pump_conn(d, conn_next_ready(d));
}

void
pump_work(struct device *d)
{
	struct ring *r = &d->ring[RING_RX];
	const char *why = NULL;

	if (!d->up || d->rx_starved)
		return;
	ring_refuse_kick(r);
	for (int i = 0; i < DEVICE_BUDGET; i++) {
		int got;

		if (d->resets_len == 0 && d->conns.ready_head == NULL)
			break;
		got = ring_peek(r, &d->mem, &d->chain, &why);
		if (got == 1 && d->chain.len <= PKT_HDR_LEN) {
			why = "buffer without room for a packet";
			got = -1;
		}
		if (got == -1) {
			device_broken(d, RING_RX, why);
			return;
		}
		if (got == 1) {
			pump_one(d);
		} else if (!ring_ask_kick(r)) {
			d->rx_starved = true;
			break;
		}
	}
	ring_notify(r);
}
