#include "packet.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "device.h"
#include "host.h"
#include "lib/log.h"

/* What happens to the connection after a packet. */
enum packet_result {
	RESULT_KEEP,
	RESULT_RESET,		/* the guest gets an RST */
	RESULT_OVER,		/* it is finished already */
};

/* An RST for a packet that belongs to no connection. */
static void
reset_unknown(struct device *d, const struct pkt *k)
{
	size_t at = (d->resets_head + d->resets_len) % DEVICE_RESETS_MAX;

	/* Never an RST for an RST.  packet_work() leaves room. */
	if (k->op == PKT_RST || d->resets_len == DEVICE_RESETS_MAX)
		return;
	d->resets[at] = (struct pkt){
		.src_cid = k->dst_cid, .dst_cid = k->src_cid,
		.src_port = k->dst_port, .dst_port = k->src_port,
		.type = k->type, .op = PKT_RST,
	};
	d->resets_len++;
}

static void
note_credit(struct vsock_conn *c, const struct pkt *k)
{
	c->credit.peer_alloc = k->buf_alloc;
	c->credit.peer_fwd = k->fwd_cnt;
	if (credit_left(&c->credit) > 0)
		c->asked = false;	/* the stall is over */
}

/* The guest dials a port of the host. */
static void
dial(struct device *d, const struct pkt *k)
{
	struct vsock_conn *c = NULL;
	int fd = -1;

	if (d->conns.from_guest < CONN_GUEST_MAX)
		fd = host_dial(d, k->dst_port);
	if (fd != -1)
		c = conn_open(d, CONN_OPEN, fd);
	if (c == NULL) {
		if (fd != -1)
			close(fd);
		reset_unknown(d, k);
		return;
	}
	c->from_guest = true;
	d->conns.from_guest++;
	conn_key(d, c, k->dst_port, k->src_port);
	note_credit(c, k);
	c->todo = TODO_RESPONSE;
	c->readable = true;
	if (host_watch(d, c) == -1)
		conn_finish(d, c, true);
	else
		conn_schedule(d, c);
}

static enum packet_result
do_unexpected(struct device *d, struct vsock_conn *c, const struct pkt *k)
{
	(void)d;
	(void)c;
	(void)k;
	return RESULT_RESET;
}

static enum packet_result
do_response(struct device *d, struct vsock_conn *c, const struct pkt *k)
{
	(void)k;
	if (c->state != CONN_REQUEST || (c->todo & TODO_REQUEST) != 0)
		return RESULT_RESET;
	if (host_greet(c) == -1)
		return RESULT_RESET;	/* the client has gone */
	c->state = CONN_OPEN;
	c->readable = true;
	conn_set_deadline(d, c, 0);
	return RESULT_KEEP;
}

static enum packet_result
do_rst(struct device *d, struct vsock_conn *c, const struct pkt *k)
{
	(void)k;
	conn_finish(d, c, false);
	return RESULT_OVER;
}

static enum packet_result
do_shutdown(struct device *d, struct vsock_conn *c, const struct pkt *k)
{
	(void)d;
	if (c->state == CONN_REQUEST)
		return RESULT_RESET;
	/* In this order: after EOF a client may expect EPIPE. */
	if (k->flags & PKT_SHUT_RCV)
		host_guest_deaf(c);
	if (k->flags & PKT_SHUT_SEND)
		host_guest_ended(c);
	/*
	 * With the RST the guest can free its socket at once.  The client
	 * still gets what it has not read.
	 */
	return c->guest_ended && c->guest_deaf ? RESULT_RESET : RESULT_KEEP;
}

static enum packet_result
do_rw(struct device *d, struct vsock_conn *c, const struct pkt *k)
{
	unsigned n;

	if (c->state == CONN_REQUEST || c->guest_ended)
		return RESULT_RESET;
	if (!credit_receive(&c->credit, k->len))
		return RESULT_RESET;
	n = chain_window(&d->chain, PKT_HDR_LEN, k->len, d->payload);
	return host_deliver(c, d->payload, n, k->len) == -1 ?
	    RESULT_RESET : RESULT_KEEP;
}

static enum packet_result
do_credit_update(struct device *d, struct vsock_conn *c, const struct pkt *k)
{
	(void)d;
	(void)k;
	return c->state == CONN_REQUEST ? RESULT_RESET : RESULT_KEEP;
}

static enum packet_result
do_credit_request(struct device *d, struct vsock_conn *c, const struct pkt *k)
{
	(void)d;
	(void)k;
	if (c->state == CONN_REQUEST)
		return RESULT_RESET;
	c->todo |= TODO_CREDIT_UPDATE;
	return RESULT_KEEP;
}

typedef enum packet_result do_packet(struct device *, struct vsock_conn *,
    const struct pkt *);

static do_packet *const do_op[] = {
	[PKT_INVALID] = do_unexpected,
	[PKT_REQUEST] = do_unexpected,
	[PKT_RESPONSE] = do_response,
	[PKT_RST] = do_rst,
	[PKT_SHUTDOWN] = do_shutdown,
	[PKT_RW] = do_rw,
	[PKT_CREDIT_UPDATE] = do_credit_update,
	[PKT_CREDIT_REQUEST] = do_credit_request,
};
_Static_assert(sizeof(do_op) / sizeof(do_op[0]) == PKT_OP_COUNT,
    "an action for every operation");

static void
do_conn(struct device *d, struct vsock_conn *c, const struct pkt *k, bool whole)
{
	enum packet_result v = RESULT_RESET;

	if (c->state == CONN_GONE) {
		/* Its RST is pending, and is the reply to all but an RST. */
		if (k->op == PKT_RST) {
			c->todo = 0;
			conn_reap(d, c);
		}
		return;
	}
	note_credit(c, k);
	if (whole && k->op < PKT_OP_COUNT)
		v = do_op[k->op](d, c, k);
	if (v == RESULT_RESET)
		conn_finish(d, c, true);
	else if (v == RESULT_KEEP)
		conn_schedule(d, c);
}

static void
do_chain(struct device *d)
{
	uint8_t hdr[PKT_HDR_LEN];
	struct vsock_conn *c;
	struct pkt k;
	bool whole;

	if (d->chain.len < PKT_HDR_LEN)
		return;		/* no ports for a reply */
	chain_get(&d->chain, hdr, sizeof(hdr));
	pkt_get(&k, hdr);
	if (k.src_cid != d->opt->cid)
		return;		/* not the guest's own CID */
	if (k.dst_cid != PKT_CID_HOST || k.type != PKT_TYPE_STREAM) {
		reset_unknown(d, &k);
		return;
	}
	whole = k.len <= d->chain.len - PKT_HDR_LEN;
	c = conn_find(d, k.dst_port, k.src_port);
	if (c != NULL)
		do_conn(d, c, &k, whole);
	else if (k.op == PKT_REQUEST)
		dial(d, &k);
	else
		reset_unknown(d, &k);
}

void
packet_work(struct device *d)
{
	struct ring *r = &d->ring[RING_TX];
	const char *why = NULL;

	if (!d->up || !d->tx_ready)
		return;
	ring_refuse_kick(r);
	for (int i = 0; i < DEVICE_BUDGET; i++) {
		int got;

		if (d->resets_len == DEVICE_RESETS_MAX)
			break;
		got = ring_peek(r, &d->mem, &d->chain, &why);
		if (got == -1) {
			device_broken(d, RING_TX, why);
			return;
		}
		if (got == 1) {
			do_chain(d);
			ring_push(r, &d->chain, 0);
		} else if (!ring_ask_kick(r)) {
			d->tx_ready = false;
			break;
		}
	}
	ring_notify(r);
}
