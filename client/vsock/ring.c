#include "ring.h"

#include <endian.h>
#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

/*
 * Layout (virtio 1.2, section 2.7): a descriptor is le64 addr, le32 len,
 * le16 flags, le16 next.  avail is le16 flags, le16 idx, le16 ring[size],
 * le16 used_event; used is le16 flags, le16 idx, { le32 id, le32 len }
 * ring[size], le16 avail_event.
 */
enum {
	DESC_LEN = 16,
	DESC_NEXT = 1,
	DESC_WRITE = 2,
	DESC_INDIRECT = 4,
	AVAIL_NO_INTERRUPT = 1,
	USED_NO_NOTIFY = 1,
};

struct desc {
	uint64_t	addr;
	uint32_t	len;
	uint16_t	flags;
	uint16_t	next;
};

/* A table of descriptors: the ring's own, or an indirect one. */
struct ring_table {
	const uint8_t	*mem;
	unsigned	 size;
};

static uint16_t
load16(const uint8_t *p)
{
	const void *v = p;

	return le16toh(__atomic_load_n((const uint16_t *)v, __ATOMIC_ACQUIRE));
}

static void
store16(uint8_t *p, uint16_t n)
{
	void *v = p;

	__atomic_store_n((uint16_t *)v, htole16(n), __ATOMIC_RELEASE);
}

/* Makes a copy, which the guest cannot change later. */
static struct desc
load_desc(const uint8_t *p)
{
	const volatile void *v = p;
	const volatile uint64_t *q = v;
	uint64_t hi;
	struct desc d;

	d.addr = le64toh(q[0]);
	hi = le64toh(q[1]);
	d.len = (uint32_t)hi;
	d.flags = (uint16_t)(hi >> 32);
	d.next = (uint16_t)(hi >> 48);
	return d;
}

static uint8_t *
used_event(const struct ring *r)
{
	return r->avail + 4 + 2 * (size_t)r->size;
}

static uint8_t *
avail_event(const struct ring *r)
{
	return r->used + 4 + 8 * (size_t)r->size;
}

void
ring_init(struct ring *r, enum ring_direction direction)
{
	*r = (struct ring){ .direction = direction, .kick = -1, .call = -1,
	    .err = -1 };
}

void
ring_free(struct ring *r)
{
	int fds[] = { r->kick, r->call, r->err };

	for (size_t i = 0; i < 3; i++)
		if (fds[i] != -1)
			close(fds[i]);
	ring_init(r, r->direction);
}

int
ring_remap(struct ring *r, const struct mem *m)
{
	uint64_t n = r->size;

	if (n == 0 || n > RING_SIZE_MAX || (n & (n - 1)) != 0 ||
	    r->desc_ua % 16 != 0 || r->avail_ua % 2 != 0 ||
	    r->used_ua % 4 != 0) {
		errno = EINVAL;
		return -1;
	}
	r->desc = mem_from_ua(m, r->desc_ua, DESC_LEN * n);
	r->avail = mem_from_ua(m, r->avail_ua, 4 + 2 * n + 2);
	r->used = mem_from_ua(m, r->used_ua, 4 + 8 * n + 2);
	if (r->desc == NULL || r->avail == NULL || r->used == NULL) {
		errno = EFAULT;
		return -1;
	}
	/* The address can be aligned when its offset in the file is not. */
	if ((uintptr_t)r->desc % 16 != 0 || (uintptr_t)r->avail % 2 != 0 ||
	    (uintptr_t)r->used % 4 != 0) {
		errno = EINVAL;
		return -1;
	}
	return 0;
}

int
ring_start(struct ring *r, const struct mem *m)
{
	if (ring_remap(r, m) == -1)
		return -1;
	r->next = load16(r->used + 2);
	r->avail_idx = r->next;
	r->signalled = r->next;
	r->told = false;
	r->running = true;
	return 0;
}

void
ring_stop(struct ring *r)
{
	r->running = false;
	r->desc = r->avail = r->used = NULL;
}

static int
broken(const char **why, const char *what)
{
	*why = what;
	return -1;
}

/* Adds the memory of one descriptor to the chain. */
static int
chain_add(const struct ring *r, const struct mem *m, struct chain *c,
    const struct desc *d, const char **why)
{
	bool writes = (d->flags & DESC_WRITE) != 0;
	int n;

	if (writes != (r->direction == RING_TO_GUEST))
		return broken(why, "descriptor of the wrong direction");
	n = mem_iov(m, d->addr, d->len, c->iov + c->niov,
	    RING_IOV_MAX - c->niov);
	if (n == -1)
		return broken(why, errno == E2BIG ?
		    "chain of too many pieces" :
		    "descriptor outside of guest memory");
	c->niov += (unsigned)n;
	c->len += d->len;	/* 1024 times 4 GiB at most */
	return 0;
}

static int
table_walk(const struct ring *r, const struct mem *m, struct ring_table t,
    unsigned at, struct chain *c, const char **why)
{
	/* A chain longer than its table has a loop in it. */
	for (unsigned left = t.size; left > 0; left--) {
		struct desc d = load_desc(t.mem + DESC_LEN * (size_t)at);

		if (d.flags & DESC_INDIRECT)
			return broken(why, "indirect descriptor in a chain");
		if (chain_add(r, m, c, &d, why) == -1)
			return -1;
		if ((d.flags & DESC_NEXT) == 0)
			return 0;
		if (d.next >= t.size)
			return broken(why, "next descriptor out of range");
		at = d.next;
	}
	return broken(why, "loop in a descriptor chain");
}

/* The table an indirect descriptor points to. */
static int
table_indirect(const struct ring *r, const struct mem *m,
    const struct desc *d, struct ring_table *t, const char **why)
{
	struct iovec iov;

	if (!r->indirect)
		return broken(why, "indirect descriptor not negotiated");
	if (d->flags & DESC_NEXT)
		return broken(why, "indirect descriptor with a next one");
	if (d->len == 0 || d->len % DESC_LEN != 0 ||
	    d->len / DESC_LEN > RING_IOV_MAX)
		return broken(why, "indirect table of impossible length");
	if (mem_iov(m, d->addr, d->len, &iov, 1) != 1)
		return broken(why, "indirect table outside of guest memory");
	if ((uintptr_t)iov.iov_base % 8 != 0)
		return broken(why, "indirect table not aligned");
	t->mem = iov.iov_base;
	t->size = d->len / DESC_LEN;
	return 0;
}

int
ring_peek(struct ring *r, const struct mem *m, struct chain *c,
    const char **why)
{
	struct ring_table t = { r->desc, r->size };
	struct desc d;
	unsigned at;

	if (r->avail_idx == r->next) {
		r->avail_idx = load16(r->avail + 2);
		if ((uint16_t)(r->avail_idx - r->next) > r->size)
			return broken(why, "available index out of range");
		if (r->avail_idx == r->next)
			return 0;
	}
	at = load16(r->avail + 4 + 2 * (size_t)(r->next & (r->size - 1)));
	if (at >= r->size)
		return broken(why, "head descriptor out of range");
	c->head = (uint16_t)at;
	c->niov = 0;
	c->len = 0;
	d = load_desc(r->desc + DESC_LEN * (size_t)at);
	if (d.flags & DESC_INDIRECT) {
		if (table_indirect(r, m, &d, &t, why) == -1)
			return -1;
		at = 0;
	}
	return table_walk(r, m, t, at, c, why) == -1 ? -1 : 1;
}

void
ring_push(struct ring *r, const struct chain *c, uint32_t len)
{
	uint32_t elem[2] = { htole32(c->head), htole32(len) };

	memcpy(r->used + 4 + 8 * (size_t)(r->next & (r->size - 1)), elem,
	    sizeof(elem));
	r->next++;
	store16(r->used + 2, r->next);
}

static bool
wants_interrupt(struct ring *r)
{
	uint16_t old = r->signalled;

	if (r->event_idx) {
		uint16_t event = load16(used_event(r));

		return !r->told || (uint16_t)(r->next - event - 1) <
		    (uint16_t)(r->next - old);
	}
	return (load16(r->avail) & AVAIL_NO_INTERRUPT) == 0;
}

void
ring_notify(struct ring *r)
{
	static const uint64_t one = 1;

	if (!r->running || r->signalled == r->next)
		return;
	atomic_thread_fence(memory_order_seq_cst);
	/* EAGAIN: the eventfd is full, so the guest will be interrupted. */
	if (wants_interrupt(r) && r->call != -1 &&
	    write(r->call, &one, sizeof(one)) == -1 && errno != EAGAIN)
		return;
	r->signalled = r->next;
	r->told = true;
}

bool
ring_ask_kick(struct ring *r)
{
	if (r->event_idx)
		store16(avail_event(r), r->next);
	else
		store16(r->used, 0);
	atomic_thread_fence(memory_order_seq_cst);
	return load16(r->avail + 2) != r->next;
}

void
ring_refuse_kick(struct ring *r)
{
	if (!r->event_idx)
		store16(r->used, USED_NO_NOTIFY);
}

void
chain_get(const struct chain *c, uint8_t *p, size_t len)
{
	for (unsigned i = 0; i < c->niov && len > 0; i++) {
		size_t n = c->iov[i].iov_len < len ? c->iov[i].iov_len : len;

		memcpy(p, c->iov[i].iov_base, n);
		p += n;
		len -= n;
	}
	/* The compiler must use the copy and not read the original again. */
	__asm__ volatile("" ::: "memory");
}

void
chain_put(const struct chain *c, const uint8_t *p, size_t len)
{
	for (unsigned i = 0; i < c->niov && len > 0; i++) {
		size_t n = c->iov[i].iov_len < len ? c->iov[i].iov_len : len;

		memcpy(c->iov[i].iov_base, p, n);
		p += n;
		len -= n;
	}
}

unsigned
chain_window(const struct chain *c, size_t skip, size_t len,
    struct iovec *out)
{
	unsigned n = 0;

	for (unsigned i = 0; i < c->niov && len > 0; i++) {
		size_t cut = skip < c->iov[i].iov_len ?
		    skip : c->iov[i].iov_len;
		size_t take = c->iov[i].iov_len - cut;

		skip -= cut;
		if (take > len)
			take = len;
		if (take == 0)
			continue;
		out[n].iov_base = (uint8_t *)c->iov[i].iov_base + cut;
		out[n].iov_len = take;
		n++;
		len -= take;
	}
	return n;
}
