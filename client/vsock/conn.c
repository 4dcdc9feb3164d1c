#include "conn.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

#include "device.h"
#include "host.h"
#include "lib/log.h"

void
conns_init(struct vsock_conns *t, unsigned max)
{
	uint32_t start;

	*t = (struct vsock_conns){ .max = max };
	t->pool = calloc(max, sizeof(t->pool[0]));
	if (t->pool == NULL)
		die_errno("memory for %u connections", max);
	for (unsigned i = max; i-- > 0;) {
		t->pool[i].fd = -1;
		t->pool[i].hash_next = t->free_head;
		t->free_head = &t->pool[i];
	}
	/*
	 * Random, since after a restart of this program the guest may still
	 * use the ports of the connections before.
	 */
	if (getrandom(&start, sizeof(start), 0) != sizeof(start))
		die_errno("getrandom");
	t->next_port = start % (1u << 30);
}

struct vsock_conn *
conn_open(struct device *d, enum conn_state state, int fd)
{
	struct vsock_conns *t = &d->conns;
	struct vsock_conn *c = t->free_head;

	if (c == NULL)
		return NULL;
	t->free_head = c->hash_next;
	*c = (struct vsock_conn){ .state = state, .fd = fd, .gen = c->gen + 1 };
	t->count++;
	return c;
}

uint64_t
conn_id(struct device *d, const struct vsock_conn *c)
{
	return (uint64_t)(c - d->conns.pool) | (uint64_t)c->gen << 16;
}

struct vsock_conn *
conn_by_id(struct device *d, uint64_t id)
{
	struct vsock_conn *c = &d->conns.pool[id & 0xffff];

	return c->state != CONN_FREE && c->gen == (uint32_t)(id >> 16) ?
	    c : NULL;
}

static struct vsock_conn **
bucket(struct vsock_conns *t, uint32_t host_port, uint32_t guest_port)
{
	uint32_t h = (host_port ^ (guest_port << 5)) * 2654435761u;

	return &t->bucket[(h >> 16) % CONN_BUCKETS];
}

struct vsock_conn *
conn_find(struct device *d, uint32_t host_port, uint32_t guest_port)
{
	struct vsock_conn *c = *bucket(&d->conns, host_port, guest_port);

	while (c != NULL &&
	    (c->host_port != host_port || c->guest_port != guest_port))
		c = c->hash_next;
	return c;
}

void
conn_key(struct device *d, struct vsock_conn *c, uint32_t host_port,
    uint32_t guest_port)
{
	struct vsock_conn **b = bucket(&d->conns, host_port, guest_port);

	c->host_port = host_port;
	c->guest_port = guest_port;
	c->keyed = true;
	c->hash_next = *b;
	*b = c;
}

static void
unkey(struct device *d, struct vsock_conn *c)
{
	struct vsock_conn **p = bucket(&d->conns, c->host_port, c->guest_port);

	if (!c->keyed)
		return;
	while (*p != c)
		p = &(*p)->hash_next;
	*p = c->hash_next;
	c->hash_next = NULL;
	c->keyed = false;
}

uint32_t
conn_pick_port(struct device *d, uint32_t guest_port)
{
	uint32_t port;

	do {
		port = (1u << 30) + d->conns.next_port;
		d->conns.next_port = (d->conns.next_port + 1) % (1u << 30);
	} while (conn_find(d, port, guest_port) != NULL);
	return port;
}

unsigned
conn_shutdown_due(const struct vsock_conn *c)
{
	unsigned due = 0;

	if (c->client_ended)
		due |= PKT_SHUT_SEND;
	if (c->client_deaf)
		due |= PKT_SHUT_RCV;
	/* Both ends have ended, and the client has read everything. */
	if (c->client_ended && c->shut_wr)
		due |= PKT_SHUT_RCV;
	return due;
}

bool
conn_wants(const struct vsock_conn *c)
{
	if (c->todo != 0)
		return true;
	if (c->state != CONN_OPEN)
		return false;
	if (conn_shutdown_due(c) & ~c->shut_told)
		return true;
	if (!c->readable || c->client_ended || c->guest_deaf)
		return false;
	return credit_left(&c->credit) > 0 || !c->asked;
}

void
conn_schedule(struct device *d, struct vsock_conn *c)
{
	struct vsock_conns *t = &d->conns;

	if (c->state == CONN_OPEN && credit_update_due(&c->credit))
		c->todo |= TODO_CREDIT_UPDATE;
	if (c->queued || !conn_wants(c))
		return;
	c->queued = true;
	c->ready_next = NULL;
	c->ready_prev = t->ready_tail;
	if (t->ready_tail != NULL)
		t->ready_tail->ready_next = c;
	else
		t->ready_head = c;
	t->ready_tail = c;
}

static void
unschedule(struct device *d, struct vsock_conn *c)
{
	struct vsock_conns *t = &d->conns;

	if (!c->queued)
		return;
	if (c->ready_prev != NULL)
		c->ready_prev->ready_next = c->ready_next;
	else
		t->ready_head = c->ready_next;
	if (c->ready_next != NULL)
		c->ready_next->ready_prev = c->ready_prev;
	else
		t->ready_tail = c->ready_prev;
	c->ready_next = c->ready_prev = NULL;
	c->queued = false;
}

struct vsock_conn *
conn_next_ready(struct device *d)
{
	struct vsock_conn *c = d->conns.ready_head;

	if (c != NULL)
		unschedule(d, c);
	return c;
}

void
conn_set_deadline(struct device *d, struct vsock_conn *c, int64_t ms)
{
	struct vsock_conns *t = &d->conns;

	c->deadline = ms == 0 ? 0 : d->now_ms + ms;
	if (c->deadline != 0 &&
	    (t->next_deadline == 0 || c->deadline < t->next_deadline))
		t->next_deadline = c->deadline;
}

void
conn_reap(struct device *d, struct vsock_conn *c)
{
	struct vsock_conns *t = &d->conns;

	if (c->state != CONN_GONE)
		return;
	if ((c->todo & TODO_RST) == 0)
		unkey(d, c);	/* the guest may use the ports again */
	if (c->fd != -1 && c->buf.len == 0)
		host_close(c);
	if (c->fd != -1 || (c->todo & TODO_RST) != 0)
		return;
	unschedule(d, c);
	if (c->from_guest)
		t->from_guest--;
	t->count--;
	c->state = CONN_FREE;
	c->hash_next = t->free_head;
	t->free_head = c;
}

void
conn_finish(struct device *d, struct vsock_conn *c, bool rst)
{
	unschedule(d, c);
	c->state = CONN_GONE;
	c->todo = rst ? TODO_RST : 0;
	c->deadline = 0;
	if (c->client_deaf)
		host_close(c);
	else
		host_refuse(c);
	conn_reap(d, c);
	if (c->state == CONN_GONE)
		conn_schedule(d, c);
}

static void
expire(struct device *d, struct vsock_conn *c)
{
	if (d->opt->verbose)
		log_info("connection %u-%u: %s", c->host_port, c->guest_port,
		    c->state == CONN_LINE ? "no CONNECT line" :
		    c->state == CONN_WAIT ? "no guest yet" :
		    c->state == CONN_REQUEST ? "guest does not respond" :
		    "guest does not close");
	/* A REQUEST that was never sent needs no RST. */
	conn_finish(d, c, c->state == CONN_CLOSING ||
	    (c->state == CONN_REQUEST && (c->todo & TODO_REQUEST) == 0));
}

void
conns_expire(struct device *d)
{
	struct vsock_conns *t = &d->conns;
	int64_t next = 0;

	if (t->next_deadline == 0 || d->now_ms < t->next_deadline)
		return;
	for (unsigned i = 0; i < t->max; i++) {
		struct vsock_conn *c = &t->pool[i];

		if (c->state == CONN_FREE || c->deadline == 0)
			continue;
		if (c->deadline <= d->now_ms)
			expire(d, c);
		else if (next == 0 || c->deadline < next)
			next = c->deadline;
	}
	t->next_deadline = next;
}

bool
conns_draining(const struct device *d)
{
	for (unsigned i = 0; i < d->conns.max; i++)
		if (d->conns.pool[i].state == CONN_GONE)
			return true;
	return false;
}
