#include "gate.h"

#include <sys/socket.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/log.h"

enum { SLOT_IN, SLOT_OUT, SLOT_LISTEN, SLOT_CONNS };

#define ACCEPTS_PER_TURN	32

void
gate_init(struct gate *g, int listener, int in, int out,
    uint64_t (*clock)(void))
{
	memset(g, 0, sizeof(*g));
	g->listen = listener;
	g->clock = clock;
	g->now = clock();
	for (size_t i = 0; i < GATE_CONNS; i++)
		g->conns[i].fd = -1;
	chan_init(&g->runner, in, out, PEER_GATE, PEER_RUNNER);
}

static short
wanted(const struct gate *g, const struct gate_conn *c)
{
	size_t len;
	short events = 0;

	if (gate_conn_reads(g, c))
		events |= POLLIN;
	else if (!c->half)
		events |= POLLRDHUP;
	(void)gate_out_peek(&c->out, &len);
	if (len != 0)
		events |= POLLOUT;
	return events;
}

/* Clients wait in the listener's queue until there is a place for them. */
static uint64_t
accepts_from(const struct gate *g)
{
	const uint64_t place = gate_conn_place_ms(g);

	return place > g->rest_until ? place : g->rest_until;
}

/*
 * poll() reports a half-close once, so a half-closed client is checked every
 * GATE_CHECK_MS.
 */
static uint64_t
next_deadline(const struct gate *g)
{
	uint64_t next = accepts_from(g);

	if (next <= g->now)
		next = UINT64_MAX;	/* the listener is polled */

	for (size_t i = 0; i < GATE_CONNS; i++) {
		const struct gate_conn *c = &g->conns[i];

		if (c->state == CONN_FREE)
			continue;
		if (c->deadline != 0 && c->deadline < next)
			next = c->deadline;
		if (c->half && g->now + GATE_CHECK_MS < next)
			next = g->now + GATE_CHECK_MS;
	}
	return next;
}

static int
wait_ms(const struct gate *g, int max_ms)
{
	uint64_t next = next_deadline(g), left;

	if (next == UINT64_MAX)
		return max_ms;
	left = next > g->now ? next - g->now : 0;
	if (max_ms != -1 && left > (uint64_t)max_ms)
		return max_ms;
	return (int)left;
}

static void
fill(const struct gate *g, struct pollfd *pfd)
{
	chan_poll(&g->runner, pfd);
	pfd[SLOT_LISTEN] = (struct pollfd){
	    .fd = accepts_from(g) > g->now ? -1 : g->listen,
	    .events = POLLIN };
	for (size_t i = 0; i < GATE_CONNS; i++) {
		const struct gate_conn *c = &g->conns[i];

		pfd[SLOT_CONNS + i] = (struct pollfd){ .fd = -1 };
		if (c->state != CONN_FREE)
			pfd[SLOT_CONNS + i] = (struct pollfd){ .fd = c->fd,
			    .events = wanted(g, c) };
	}
}

static void
accept_all(struct gate *g)
{
	for (int i = 0; i < ACCEPTS_PER_TURN &&
	    gate_conn_place_ms(g) <= g->now; i++) {
		int fd = accept4(g->listen, NULL, NULL,
		    SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (fd == -1) {
			if (errno == EAGAIN || errno == EINTR ||
			    errno == ECONNABORTED)
				return;
			/* It stays readable: do not ask again and again. */
			log_info("cannot accept: %m; resting for a second");
			g->rest_until = g->now + GATE_REST_MS;
			return;
		}
		gate_conn_open(g, fd);
	}
}

/* A client that sends no more, or is gone. */
static void
check_client(struct gate *g, struct gate_conn *c)
{
	if (gate_conn_alive(c))
		c->half = true;
	else
		gate_conn_hangup(g, c);
}

static void
do_events(struct gate *g, struct gate_conn *c, short revents)
{
	if (revents & POLLOUT)
		gate_conn_write(g, c);
	if (c->state != CONN_FREE && (revents & POLLIN) &&
	    gate_conn_reads(g, c))
		gate_conn_read(g, c);
	else if (c->state != CONN_FREE &&
	    (revents & (POLLRDHUP | POLLHUP | POLLERR)))
		check_client(g, c);
}

/* Time that a client must wait for the runner is not its silence. */
static void
check_deadline(struct gate *g, struct gate_conn *c)
{
	if (c->state == CONN_FREE)
		return;
	if (c->half && !gate_conn_alive(c)) {
		gate_conn_hangup(g, c);
		return;
	}
	if (c->state == CONN_SENDING && c->deadline != 0 && !c->half &&
	    !gate_conn_reads(g, c))
		c->deadline = g->now + GATE_SILENCE_MS;
	if (c->deadline != 0 && g->now >= c->deadline)
		gate_conn_timeout(g, c);
}

void
gate_turn(struct gate *g, int max_ms, const void *mask)
{
	struct pollfd pfd[SLOT_CONNS + GATE_CONNS];
	struct timespec ts;
	int ms;

	fill(g, pfd);
	ms = wait_ms(g, max_ms);
	ts = (struct timespec){ ms / 1000, (long)(ms % 1000) * 1000000 };
	if (ppoll(pfd, sizeof(pfd) / sizeof(pfd[0]), ms == -1 ? NULL : &ts,
	    mask) == -1) {
		if (errno == EINTR)
			return;
		die_errno("poll");
	}
	g->now = g->clock();
	if (pfd[SLOT_OUT].revents != 0)
		chan_flush(&g->runner);
	if (pfd[SLOT_IN].revents != 0)
		gate_runner_read(g);
	for (size_t i = 0; i < GATE_CONNS; i++)
		if (pfd[SLOT_CONNS + i].fd == g->conns[i].fd)
			do_events(g, &g->conns[i],
			    pfd[SLOT_CONNS + i].revents);
	for (size_t i = 0; i < GATE_CONNS; i++)
		check_deadline(g, &g->conns[i]);
	if (pfd[SLOT_LISTEN].revents != 0)
		accept_all(g);
}

/* The runner is told to stop by init: it needs no cancels from us. */
void
gate_stop(struct gate *g)
{
	g->stopping = true;
	for (size_t i = 0; i < GATE_CONNS; i++) {
		struct gate_conn *c = &g->conns[i];

		if (c->state == CONN_FREE || c->state == CONN_CLOSING ||
		    c->state == CONN_LINGERING)
			continue;
		c->state = CONN_CLOSING;
		gate_conn_refuse(g, c, REASON_STOPPING, "the appliance stops; "
		    "what became of a job that ran is in its ledger");
	}
}
