#include "device.h"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "host.h"
#include "lib/clock.h"
#include "lib/log.h"
#include "packet.h"
#include "pump.h"

enum {
	EVENTS_PER_TURN = 64,
	ENDING_MS = 10000,	/* for clients to read what is buffered */
	REST_MS = 100,
	BROKEN_LOG_MS = 1000,	/* a guest can break rings repeatedly */
};

static const char *const ring_name[] = {
	[RING_RX] = "rx", [RING_TX] = "tx",
};

int
device_watch(struct device *d, int fd, enum device_event what, uint64_t extra,
    uint32_t epoll_events)
{
	struct epoll_event ev = { .events = epoll_events,
	    .data.u64 = (uint64_t)what | extra << 8 };

	return epoll_ctl(d->epfd, EPOLL_CTL_ADD, fd, &ev);
}

void
device_unwatch(struct device *d, int fd)
{
	(void)epoll_ctl(d->epfd, EPOLL_CTL_DEL, fd, NULL);
}

static void
watch_or_die(struct device *d, int fd, enum device_event what)
{
	if (device_watch(d, fd, what, 0, EPOLLIN) == -1)
		die_errno("watch descriptor %d", fd);
}

void
device_open(struct device *d, const struct device_options *opt,
    unsigned conn_max)
{
	*d = (struct device){ .opt = opt };
	ring_init(&d->ring[RING_RX], RING_TO_GUEST);
	ring_init(&d->ring[RING_TX], RING_FROM_GUEST);
	conns_init(&d->conns, conn_max);
	vhost_init(&d->vhost);
	d->now_ms = (int64_t)clock_ms();
	d->epfd = epoll_create1(EPOLL_CLOEXEC);
	if (d->epfd == -1)
		die_errno("epoll_create1");
	if (opt->signal_fd != -1)
		watch_or_die(d, opt->signal_fd, EVENT_SIGNAL);
	watch_or_die(d, opt->listen_fd, EVENT_CLIENTS);
	if (opt->vhost_listens)
		watch_or_die(d, opt->vhost_fd, EVENT_FRONT_LISTEN);
	else
		vhost_attach(d, opt->vhost_fd);
}

/* The guest was reset: its connections end. */
static void
reset(struct device *d)
{
	d->resets_len = 0;
	for (unsigned i = 0; i < d->conns.max; i++) {
		struct vsock_conn *c = &d->conns.pool[i];

		switch (c->state) {
		case CONN_FREE:
		case CONN_LINE:
		case CONN_WAIT:
			break;
		case CONN_REQUEST:
		case CONN_OPEN:
		case CONN_CLOSING:
			conn_finish(d, c, false);
			break;
		case CONN_GONE:
			c->todo = 0;
			conn_reap(d, c);
			break;
		}
	}
}

void
device_start(struct device *d)
{
	bool same = true;

	for (unsigned i = 0; i < RING_COUNT; i++)
		same = same && d->ring[i].next == d->stopped_at[i] &&
		    d->ring[i].used_ua == d->stopped_ua[i];
	if (d->opt->verbose)
		log_info("rings up: %u and %u entries, features 0x%llx%s",
		    d->ring[RING_RX].size, d->ring[RING_TX].size,
		    (unsigned long long)d->vhost.features,
		    same ? ", as they were" : "");
	if (!same)
		reset(d);
	d->up = true;
	d->grace_end = 0;
	d->tx_ready = true;
	d->rx_starved = false;
	host_rings_up(d);
}

void
device_pause(struct device *d)
{
	if (!d->up)
		return;
	d->up = false;
	for (unsigned i = 0; i < RING_COUNT; i++) {
		d->stopped_at[i] = d->ring[i].next;
		d->stopped_ua[i] = d->ring[i].used_ua;
	}
	if (d->opt->grace_ms > 0)
		d->grace_end = d->now_ms + d->opt->grace_ms;
	if (d->opt->verbose)
		log_info("rings down at %u and %u", d->stopped_at[RING_RX],
		    d->stopped_at[RING_TX]);
}

void
device_broken(struct device *d, unsigned ring, const char *why)
{
	static const uint64_t one = 1;

	if (d->broken_ms == 0 || d->now_ms - d->broken_ms >= BROKEN_LOG_MS) {
		log_info("the guest's %s ring is broken: %s; vsock stops until "
		    "its driver starts again", ring_name[ring], why);
		d->broken_ms = d->now_ms;
	}
	d->up = false;
	for (unsigned i = 0; i < RING_COUNT; i++) {
		ring_stop(&d->ring[i]);
		d->ring[i].broken = true;
		if (d->ring[i].err != -1 &&
		    write(d->ring[i].err, &one, sizeof(one)) == -1)
			d->broken_ms = d->now_ms;	/* cannot report */
	}
	reset(d);
}

void
device_rest(struct device *d)
{
	device_unwatch(d, d->opt->listen_fd);
	d->rest_end = d->now_ms + REST_MS;
}

/* Accepts no more clients, and lets the others read their bytes. */
static void
begin_end(struct device *d)
{
	d->ending = true;
	d->ending_end = d->now_ms + ENDING_MS;
	device_unwatch(d, d->opt->listen_fd);
	close(d->opt->listen_fd);
	for (unsigned i = 0; i < d->conns.max; i++) {
		struct vsock_conn *c = &d->conns.pool[i];

		if (c->state == CONN_LINE || c->state == CONN_WAIT)
			conn_finish(d, c, false);
	}
}

void
device_front_gone(struct device *d, int status)
{
	d->up = false;
	d->grace_end = 0;
	for (unsigned i = 0; i < RING_COUNT; i++) {
		if (d->ring[i].kick != -1)
			device_unwatch(d, d->ring[i].kick);
		ring_free(&d->ring[i]);
	}
	mem_free(&d->mem);
	reset(d);
	if (d->opt->once || !d->opt->vhost_listens) {
		d->status = status;
		begin_end(d);
	} else {
		watch_or_die(d, d->opt->vhost_fd, EVENT_FRONT_LISTEN);
	}
}

/* One front end at a time: others wait in the socket's backlog. */
static void
accept_front(struct device *d)
{
	int fd = accept4(d->opt->vhost_fd, NULL, NULL,
	    SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd == -1 && (errno == EAGAIN || errno == ECONNABORTED ||
	    errno == EINTR))
		return;
	if (fd == -1)
		die_errno("accept the front end");
	device_unwatch(d, d->opt->vhost_fd);
	vhost_attach(d, fd);
}

static void
take_kick(struct device *d, unsigned ring)
{
	uint64_t n;

	if (d->ring[ring].kick == -1 ||
	    read(d->ring[ring].kick, &n, sizeof(n)) != sizeof(n))
		return;
	if (ring == RING_TX)
		d->tx_ready = true;
	else
		d->rx_starved = false;
}

static void
do_event(struct device *d, const struct epoll_event *ev)
{
	struct vsock_conn *c;

	switch ((enum device_event)(ev->data.u64 & 0xff)) {
	case EVENT_SIGNAL:
		d->killed = true;
		break;
	case EVENT_CLIENTS:
		if (!d->ending)
			host_accept(d);
		break;
	case EVENT_FRONT:
		vhost_work(d);
		break;
	case EVENT_FRONT_LISTEN:
		accept_front(d);
		break;
	case EVENT_KICK_RX:
		take_kick(d, RING_RX);
		break;
	case EVENT_KICK_TX:
		take_kick(d, RING_TX);
		break;
	case EVENT_CONN:
		c = conn_by_id(d, ev->data.u64 >> 8);
		if (c != NULL)
			host_event(d, c, ev->events);
		break;
	}
}

/* The earlier of two times; 0 means never. */
static int64_t
sooner(int64_t a, int64_t b)
{
	return a == 0 || (b != 0 && b < a) ? b : a;
}

/* How long to wait in milliseconds; -1: for ever. */
static int
idle_ms(const struct device *d)
{
	int64_t next = d->conns.next_deadline;

	if (d->up && ((d->tx_ready && d->resets_len < DEVICE_RESETS_MAX) ||
	    (!d->rx_starved &&
	    (d->resets_len > 0 || d->conns.ready_head != NULL))))
		return 0;
	next = sooner(next, d->grace_end);
	next = sooner(next, d->rest_end);
	next = sooner(next, d->ending_end);
	if (next == 0)
		return -1;
	return next <= d->now_ms ? 0 : (int)(next - d->now_ms);
}

static void
turn(struct device *d)
{
	struct epoll_event ev[EVENTS_PER_TURN];
	int n = epoll_wait(d->epfd, ev, EVENTS_PER_TURN, idle_ms(d));

	if (n == -1 && errno != EINTR)
		die_errno("epoll_wait");
	d->now_ms = (int64_t)clock_ms();
	for (int i = 0; i < n; i++)
		do_event(d, &ev[i]);
	packet_work(d);
	pump_work(d);
	conns_expire(d);
	if (d->grace_end != 0 && d->now_ms >= d->grace_end) {
		d->grace_end = 0;
		reset(d);
	}
	if (d->rest_end != 0 && d->now_ms >= d->rest_end) {
		d->rest_end = 0;
		if (!d->ending)
			watch_or_die(d, d->opt->listen_fd, EVENT_CLIENTS);
	}
}

int
device_run(struct device *d)
{
	while (!d->killed) {
		turn(d);
		if (d->ending &&
		    (!conns_draining(d) || d->now_ms >= d->ending_end))
			break;
	}
	return d->status;
}
