#include "chan.h"

#include <sys/random.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/log.h"

#define PACKET_FIRST	0x01
#define PACKET_LAST	0x02
#define PACKET_DATA	(CHAN_PACKET - 1)	/* after the flags byte */
#define MSG_HEAD	5			/* uint32 length, byte type */
#define FLAGS		1			/* the byte before a packet */
#define QUEUE_RECORD	2			/* u16 length before a packet */

static void
nonblocking(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags == -1 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) == -1)
		die_errno("descriptor %d", fd);
}

/* Moves what is queued to the front of a queue of this size. */
static void
move_queue(struct chan *c, size_t cap)
{
	unsigned char *q = cap == c->qcap ? c->queue : malloc(cap);
	size_t end = c->qhead + c->qlen;

	if (q == NULL)
		die_errno("queue to %s", peer_name(c->peer));
	if (c->qlen != 0)
		memmove(q, c->queue + c->qhead, c->qlen);
	if (q == c->queue)
		explicit_bzero(q + c->qlen, end - c->qlen);
	else if (c->queue != NULL) {
		explicit_bzero(c->queue, end);
		free(c->queue);
	}
	c->queue = q;
	c->qcap = cap;
	c->qhead = 0;
}

static void
queue_packet(struct chan *c, const unsigned char *packet, size_t len)
{
	size_t need = c->qlen + QUEUE_RECORD + len;
	unsigned char *q;

	if (need > CHAN_QUEUE_MAX)
		die(EXIT_BUG, "%s does not read: %zu bytes queued",
		    peer_name(c->peer), c->qlen);
	if (c->qhead + need > c->qcap)
		move_queue(c, need > c->qcap ? need * 2 : c->qcap);
	q = c->queue + c->qhead + c->qlen;
	q[0] = (unsigned char)(len >> 8);
	q[1] = (unsigned char)len;
	memcpy(q + QUEUE_RECORD, packet, len);
	c->qlen = need;
}

/* Writes a packet, or queues it behind others or when the pipe is full. */
static void
send_packet(struct chan *c, const unsigned char *packet, size_t len)
{
	ssize_t n = -1;

	while (c->qlen == 0 && (n = write(c->out, packet, len)) == -1 &&
	    errno == EINTR)
		;
	if (n == (ssize_t)len)
		return;
	if (c->qlen == 0 && (n != -1 || errno != EAGAIN))
		die_errno("write to %s", peer_name(c->peer));
	queue_packet(c, packet, len);
}

/*
 * A message's bytes lie behind each other in c->outgoing, with one byte before
 * them.  A packet's flags take the place of the byte before it, which has been
 * sent.
 */
static void
send_msg(struct chan *c, enum msg type, size_t len)
{
	unsigned char *packet = c->outgoing, flags = PACKET_FIRST;
	size_t left = MSG_HEAD + len;
	struct put head;

	put_init(&head, packet + FLAGS, MSG_HEAD);
	put_u32(&head, (uint32_t)len + 1);
	put_u8(&head, (uint8_t)type);
	chan_flush(c);
	while (left != 0) {
		const size_t n = left < PACKET_DATA ? left : PACKET_DATA;

		left -= n;
		*packet = left == 0 ? flags | PACKET_LAST : flags;
		send_packet(c, packet, FLAGS + n);
		packet += n;
		flags = 0;
	}
	explicit_bzero(c->outgoing, FLAGS + MSG_HEAD + len);
}

static void
send_epoch(struct chan *c, enum msg type, uint64_t epoch)
{
	struct put p;

	put_init(&p, c->outgoing + FLAGS + MSG_HEAD, c->out_max);
	put_u64(&p, epoch);
	send_msg(c, type, p.len);
}

void
chan_init(struct chan *c, int in, int out, enum peer self, enum peer peer)
{
	memset(c, 0, sizeof(*c));
	c->in = in;
	c->out = out;
	c->self = self;
	c->peer = peer;
	nonblocking(in);
	nonblocking(out);
	c->in_max = msg_largest(peer, self);
	c->out_max = msg_largest(self, peer);
	c->msg = malloc(MSG_HEAD + c->in_max + FLAGS + MSG_HEAD + c->out_max);
	if (c->msg == NULL)
		die_errno("channel to %s", peer_name(peer));
	if (getrandom(&c->epoch, sizeof(c->epoch), 0) != sizeof(c->epoch))
		die_errno("random number");
	c->outgoing = c->msg + MSG_HEAD + c->in_max;
	send_epoch(c, MSG_CHAN_HELLO, c->epoch);
}

void
chan_poll(const struct chan *c, struct pollfd pfd[2])
{
	pfd[0] = (struct pollfd){ .fd = c->in, .events = POLLIN };
	pfd[1] = (struct pollfd){ .fd = c->qlen != 0 ? c->out : -1,
	    .events = POLLOUT };
}

void
chan_flush(struct chan *c)
{
	while (c->qlen != 0) {
		unsigned char *q = c->queue + c->qhead;
		size_t len = (size_t)q[0] << 8 | q[1];
		ssize_t n = write(c->out, q + QUEUE_RECORD, len);

		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1 && errno == EAGAIN)
			return;
		if (n != (ssize_t)len)
			die_errno("write to %s", peer_name(c->peer));
		explicit_bzero(q, QUEUE_RECORD + len);
		c->qhead += QUEUE_RECORD + len;
		c->qlen -= QUEUE_RECORD + len;
	}
	c->qhead = 0;
}

size_t
chan_room(const struct chan *c)
{
	const size_t limit = CHAN_QUEUE_MAX - CHAN_RESERVE;

	return c->qlen < limit ? limit - c->qlen : 0;
}

bool
chan_fits(const struct chan *c)
{
	return chan_room(c) >= c->out_max;
}

struct put *
chan_begin(struct chan *c, enum msg type)
{
	c->sending = msg_info(type);
	if (c->sending == NULL || c->sending->from != c->self ||
	    c->sending->to != c->peer)
		die(EXIT_BUG, "message 0x%x is not ours to send to %s",
		    (unsigned)type, peer_name(c->peer));
	put_init(&c->put, c->outgoing + FLAGS + MSG_HEAD, c->sending->max);
	return &c->put;
}

void
chan_end(struct chan *c)
{
	if (c->put.err != 0)
		die(EXIT_BUG, "a field of %s is missing or too long",
		    c->sending->name);
	send_msg(c, (enum msg)c->sending->nr, c->put.len);
}

/* The message, or the part of one, that is not needed any more. */
static void
forget_msg(struct chan *c)
{
	explicit_bzero(c->msg, c->msglen);
	c->msglen = 0;
}

/* Takes one packet into c->msg.  True when a message is whole. */
static bool
take_packet(struct chan *c, const unsigned char *packet, size_t len)
{
	unsigned char flags = packet[0];
	size_t n = len - 1;

	if (flags & ~(PACKET_FIRST | PACKET_LAST))
		die(EXIT_PEER, "%s sent a packet with flags 0x%x",
		    peer_name(c->peer), (unsigned)flags);
	if (flags & PACKET_FIRST) {	/* a sender that died leaves half */
		c->inside = true;
		forget_msg(c);
	} else if (!c->inside) {
		return false;		/* the rest of something given up */
	}
	if (n > MSG_HEAD + c->in_max - c->msglen)
		die(EXIT_PEER, "%s sent an endless message",
		    peer_name(c->peer));
	memcpy(c->msg + c->msglen, packet + 1, n);
	c->msglen += n;
	if (!(flags & PACKET_LAST))
		return false;
	c->inside = false;
	return true;
}

/* One packet from the pipe; 0 when there is none. */
static size_t
read_packet(struct chan *c, unsigned char packet[CHAN_PACKET])
{
	ssize_t n;

	do
		n = read(c->in, packet, CHAN_PACKET);
	while (n == -1 && errno == EINTR);
	if (n == -1 && errno == EAGAIN)
		return 0;
	if (n == -1)
		die_errno("read from %s", peer_name(c->peer));
	if (n == 0)	/* init holds the other end: it is gone */
		die(EXIT_PEER, "the pipe from %s is closed",
		    peer_name(c->peer));
	return (size_t)n;
}

/* The message in c->msg: its header agrees, and this peer may send it. */
static enum msg
check_msg(struct chan *c, struct get *g)
{
	const struct msg_info *info;
	uint32_t len;
	uint8_t type;

	get_init(g, c->msg, c->msglen);
	len = get_u32(g);
	type = get_u8(g);
	info = msg_info(type);
	if (g->err != 0 || len != g->left + 1 || info == NULL ||
	    g->left > info->max || (info->from != PEER_ANY &&
	    (info->from != c->peer || info->to != c->self)) ||
	    (info->from == PEER_ANY && g->left != info->max))
		die(EXIT_PEER, "%s broke the protocol: message 0x%x of %zu "
		    "bytes", peer_name(c->peer), type, c->msglen);
	return (enum msg)type;
}

/*
 * The peer (re)started.  True when it is a new one: a repeated CHAN_HELLO only
 * means that it lacks our CHAN_WELCOME.  Its predecessor may have read our own
 * CHAN_HELLO, so send that again until its CHAN_WELCOME comes.
 */
static bool
take_hello(struct chan *c, uint64_t epoch)
{
	bool fresh = !c->known || c->peer_epoch != epoch;

	c->known = true;
	c->peer_epoch = epoch;
	if (!c->up)	/* first, or the WELCOME would be a reset of its own */
		send_epoch(c, MSG_CHAN_HELLO, c->epoch);
	send_epoch(c, MSG_CHAN_WELCOME, epoch);
	return fresh;
}

/* True when the peer was there before us: the conversation starts here. */
static bool
take_welcome(struct chan *c, uint64_t epoch)
{
	if (epoch != c->epoch || c->up)
		return false;
	c->up = true;
	return !c->known;
}

enum chan_event
chan_next(struct chan *c, enum msg *typep, struct get *g)
{
	unsigned char packet[CHAN_PACKET];
	bool whole;
	size_t len;

	if (!c->inside)
		forget_msg(c);
	while ((len = read_packet(c, packet)) != 0) {
		whole = take_packet(c, packet, len);
		explicit_bzero(packet, len);
		if (!whole)
			continue;
		*typep = check_msg(c, g);
		if (*typep == MSG_CHAN_HELLO && take_hello(c, get_u64(g)))
			return CHAN_RESET;
		if (*typep == MSG_CHAN_WELCOME && take_welcome(c, get_u64(g)))
			return CHAN_RESET;
		if (*typep == MSG_CHAN_HELLO || *typep == MSG_CHAN_WELCOME)
			continue;
		if (c->up)
			return CHAN_MSG;
	}
	return CHAN_NONE;
}

static const struct chan_row *
find_row(const struct chan_row *rows, size_t n, enum msg type)
{
	for (size_t i = 0; i < n; i++)
		if (rows[i].type == type)
			return &rows[i];
	return NULL;
}

static void
handle(const struct chan *c, const struct chan_row *row, enum msg type,
    struct get *g, void *ctx)
{
	if (row == NULL)
		die(EXIT_PEER, "%s broke the protocol: %s is not expected here",
		    peer_name(c->peer), msg_info(type)->name);
	if (row->take(g, row->handler, ctx) == -1)
		die(EXIT_PEER, "%s broke the protocol: malformed %s",
		    peer_name(c->peer), msg_info(type)->name);
}

void
chan_dispatch(struct chan *c, const struct chan_row *rows, size_t n, void *ctx)
{
	const struct chan_row *reset = find_row(rows, n, MSG_CHAN_HELLO);
	const struct chan_row *more = find_row(rows, n, MSG_CHAN_WELCOME);
	enum chan_event event;
	enum msg type;
	struct get g;

	while ((more == NULL || more->handler.check(ctx)) &&
	    (event = chan_next(c, &type, &g)) != CHAN_NONE) {
		if (event == CHAN_MSG)
			handle(c, find_row(rows, n, type), type, &g, ctx);
		else if (reset != NULL)
			reset->handler.reset(ctx);
	}
}
