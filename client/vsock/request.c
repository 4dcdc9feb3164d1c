#include "request.h"

#include <sys/epoll.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "device.h"
#include "lib/log.h"

enum {
	VRING_INDEX_MASK = 0xff,
	VRING_NO_FD = 0x100,
	REGION_LEN = 32,
	CONFIG_HDR_LEN = 12,	/* offset, size, flags */
	CONFIG_LEN = 8,		/* le64 guest_cid */
};

#define BIT(n)			(UINT64_C(1) << (n))
#define FEATURE_INDIRECT	BIT(28)
#define FEATURE_EVENT_IDX	BIT(29)
#define FEATURE_PROTOCOL	BIT(30)
#define FEATURE_VERSION_1	BIT(32)
#define FEATURES_OFFERED	(FEATURE_INDIRECT | FEATURE_EVENT_IDX | \
				    FEATURE_PROTOCOL | FEATURE_VERSION_1)
#define PROTOCOL_MQ		BIT(0)
#define PROTOCOL_CONFIG		BIT(9)	/* this device needs it */
#define PROTOCOL_OFFERED	(PROTOCOL_MQ | VHOST_REPLY_ACK | \
				    PROTOCOL_CONFIG)

/* The protocol is in the host's own byte order. */
static uint32_t
get32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static uint64_t
get64(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static int
reply64(struct device *d, uint64_t v)
{
	return vhost_reply(d, &v, sizeof(v));
}

/* The ring that a request names in its first 32 bits, or NULL. */
static struct ring *
ring_of(struct device *d, const uint8_t *p)
{
	uint32_t i = get32(p);

	return i < RING_COUNT ? &d->ring[i] : NULL;
}

static int
start_ring(struct device *d, struct ring *r)
{
	if (r->running || r->broken || !r->has_addr || r->kick == -1 ||
	    !r->enabled)
		return 0;
	r->event_idx = (d->vhost.features & FEATURE_EVENT_IDX) != 0;
	r->indirect = (d->vhost.features & FEATURE_INDIRECT) != 0;
	if (ring_start(r, &d->mem) == 0)
		return 0;
	log_info("ring %u of %u entries cannot be used: %s; is the guest's "
	    "memory shared (memory-backend-memfd,share=on)?",
	    (unsigned)(r - d->ring), r->size, strerror(errno));
	return -1;
}

/* Starts the rings if all that a start needs is now there. */
static int
start_if_complete(struct device *d)
{
	for (unsigned i = 0; i < RING_COUNT; i++)
		if (start_ring(d, &d->ring[i]) == -1)
			return -1;
	if (!d->up && d->ring[RING_RX].running && d->ring[RING_TX].running)
		device_start(d);
	return 0;
}

static int
do_get_features(struct device *d, const uint8_t *p, uint32_t len)
{
	(void)p;
	(void)len;
	return reply64(d, FEATURES_OFFERED);
}

static int
do_set_features(struct device *d, const uint8_t *p, uint32_t len)
{
	uint64_t f = get64(p);

	(void)len;
	if (f & ~FEATURES_OFFERED)
		return -1;
	d->vhost.features = f;
	/* Without protocol features there is no SET_VRING_ENABLE. */
	if ((f & FEATURE_PROTOCOL) == 0)
		for (unsigned i = 0; i < RING_COUNT; i++)
			d->ring[i].enabled = true;
	return 0;
}

static int
do_nothing(struct device *d, const uint8_t *p, uint32_t len)
{
	(void)d;
	(void)p;
	(void)len;
	return 0;
}

static int
do_set_mem_table(struct device *d, const uint8_t *p, uint32_t len)
{
	struct vhost *v = &d->vhost;
	uint32_t n = get32(p);
	int rc = 0;

	if (n > MEM_REGIONS_MAX || n != v->nfds || len != 8 + n * REGION_LEN)
		return -1;
	mem_free(&d->mem);
	for (uint32_t i = 0; i < n && rc == 0; i++) {
		const uint8_t *q = p + 8 + (size_t)i * REGION_LEN;
		struct mem_region r = { .gpa = get64(q), .size = get64(q + 8),
		    .ua = get64(q + 16), .offset = get64(q + 24) };

		if (mem_add(&d->mem, &r, v->fds[i]) == -1) {
			log_info("guest memory region %u of %llu MiB cannot "
			    "be mapped: %s", i,
			    (unsigned long long)(r.size >> 20),
			    strerror(errno));
			mem_free(&d->mem);
			rc = -1;
		}
	}
	/* A running ring may have moved. */
	for (unsigned i = 0; i < RING_COUNT; i++) {
		if (!d->ring[i].running)
			continue;
		if (ring_remap(&d->ring[i], &d->mem) == -1) {
			device_broken(d, i, "not in the new memory table");
			return -1;
		}
	}
	return rc;
}

static int
do_vring_num(struct device *d, const uint8_t *p, uint32_t len)
{
	struct ring *r = ring_of(d, p);

	(void)len;
	if (r == NULL || r->running)
		return -1;
	r->size = get32(p + 4);
	return 0;
}

static int
do_vring_addr(struct device *d, const uint8_t *p, uint32_t len)
{
	struct ring *r = ring_of(d, p);

	(void)len;
	if (r == NULL)
		return -1;
	r->desc_ua = get64(p + 8);
	r->used_ua = get64(p + 16);
	r->avail_ua = get64(p + 24);
	r->has_addr = true;
	if (r->running && ring_remap(r, &d->mem) == -1) {
		device_broken(d, (unsigned)(r - d->ring), "moved to nowhere");
		return -1;
	}
	return start_if_complete(d);
}

/* The index is not used: see ring_start(). */
static int
do_set_vring_base(struct device *d, const uint8_t *p, uint32_t len)
{
	(void)len;
	return ring_of(d, p) == NULL ? -1 : 0;
}

static void
close_kick(struct device *d, struct ring *r)
{
	if (r->kick == -1)
		return;
	device_unwatch(d, r->kick);
	close(r->kick);
	r->kick = -1;
}

static int
do_get_vring_base(struct device *d, const uint8_t *p, uint32_t len)
{
	struct ring *r = ring_of(d, p);
	uint32_t state[2];

	(void)len;
	if (r == NULL)
		return -1;
	device_pause(d);
	close_kick(d, r);
	ring_stop(r);
	r->has_addr = false;
	r->broken = false;
	state[0] = get32(p);
	state[1] = r->next;
	return vhost_reply(d, state, sizeof(state));
}

/* Takes the request's descriptor, if any.  Returns -1 if one is missing. */
static int
take_fd(struct device *d, const uint8_t *p, int *fdp)
{
	struct vhost *v = &d->vhost;
	int flags;

	if (*fdp != -1)
		close(*fdp);
	*fdp = -1;
	if (get64(p) & VRING_NO_FD)
		return 0;
	if (v->nfds != 1)
		return -1;
	flags = fcntl(v->fds[0], F_GETFL);
	if (flags == -1 ||
	    fcntl(v->fds[0], F_SETFL, flags | O_NONBLOCK) == -1)
		return -1;
	*fdp = v->fds[0];
	v->nfds = 0;	/* transferred */
	return 0;
}

/* Like ring_of(), but of 64 bits that also have the "no descriptor" bit. */
static struct ring *
ring_of_fd(struct device *d, const uint8_t *p)
{
	uint64_t i = get64(p) & VRING_INDEX_MASK;

	return i < RING_COUNT ? &d->ring[i] : NULL;
}

static int
do_vring_kick(struct device *d, const uint8_t *p, uint32_t len)
{
	struct ring *r = ring_of_fd(d, p);

	(void)len;
	if (r == NULL)
		return -1;
	close_kick(d, r);
	if (take_fd(d, p, &r->kick) == -1)
		return -1;
	if (r->kick == -1)
		return -1;	/* polling was not offered */
	if (device_watch(d, r->kick, r == &d->ring[RING_RX] ?
	    EVENT_KICK_RX : EVENT_KICK_TX, 0, EPOLLIN) == -1)
		return -1;
	return start_if_complete(d);
}

static int
do_vring_call(struct device *d, const uint8_t *p, uint32_t len)
{
	struct ring *r = ring_of_fd(d, p);

	(void)len;
	return r == NULL ? -1 : take_fd(d, p, &r->call);
}

static int
do_vring_err(struct device *d, const uint8_t *p, uint32_t len)
{
	struct ring *r = ring_of_fd(d, p);

	(void)len;
	return r == NULL ? -1 : take_fd(d, p, &r->err);
}

static int
do_get_protocol(struct device *d, const uint8_t *p, uint32_t len)
{
	(void)p;
	(void)len;
	return reply64(d, PROTOCOL_OFFERED);
}

static int
do_set_protocol(struct device *d, const uint8_t *p, uint32_t len)
{
	(void)len;
	if (get64(p) & ~PROTOCOL_OFFERED)
		return -1;
	d->vhost.protocol = get64(p);
	return 0;
}

static int
do_get_queue_num(struct device *d, const uint8_t *p, uint32_t len)
{
	(void)p;
	(void)len;
	return reply64(d, RING_COUNT);
}

static int
do_vring_enable(struct device *d, const uint8_t *p, uint32_t len)
{
	struct ring *r = ring_of(d, p);

	(void)len;
	if (r == NULL)
		return -1;
	r->enabled = get32(p + 4) != 0;
	if (r->enabled)
		return start_if_complete(d);
	device_pause(d);
	ring_stop(r);
	return 0;
}

/* struct virtio_vsock_config is the guest's CID, little-endian. */
static int
do_get_config(struct device *d, const uint8_t *p, uint32_t len)
{
	uint8_t out[CONFIG_HDR_LEN + CONFIG_LEN];
	uint8_t config[CONFIG_LEN];
	uint32_t offset = get32(p), size = get32(p + 4);

	for (unsigned i = 0; i < CONFIG_LEN; i++)
		config[i] = (uint8_t)(d->opt->cid >> (8 * i));
	if (offset > CONFIG_LEN || size > CONFIG_LEN - offset ||
	    len != CONFIG_HDR_LEN + size)
		return vhost_reply(d, NULL, 0);	/* this says "no" */
	memcpy(out, p, CONFIG_HDR_LEN);
	memcpy(out + CONFIG_HDR_LEN, config + offset, size);
	return vhost_reply(d, out, CONFIG_HDR_LEN + size);
}

static const struct vhost_request requests[] = {
	[1] = { do_get_features, 0, 0, 0, true, "GET_FEATURES" },
	[2] = { do_set_features, 8, 8, 0, false, "SET_FEATURES" },
	[3] = { do_nothing, 0, 0, 0, false, "SET_OWNER" },
	[4] = { do_nothing, 0, 0, 0, false, "RESET_OWNER" },
	[5] = { do_set_mem_table, 8, 8 + MEM_REGIONS_MAX * REGION_LEN,
	    MEM_REGIONS_MAX, false, "SET_MEM_TABLE" },
	[8] = { do_vring_num, 8, 8, 0, false, "SET_VRING_NUM" },
	[9] = { do_vring_addr, 40, 40, 0, false, "SET_VRING_ADDR" },
	[10] = { do_set_vring_base, 8, 8, 0, false, "SET_VRING_BASE" },
	[11] = { do_get_vring_base, 8, 8, 0, true, "GET_VRING_BASE" },
	[12] = { do_vring_kick, 8, 8, 1, false, "SET_VRING_KICK" },
	[13] = { do_vring_call, 8, 8, 1, false, "SET_VRING_CALL" },
	[14] = { do_vring_err, 8, 8, 1, false, "SET_VRING_ERR" },
	[15] = { do_get_protocol, 0, 0, 0, true, "GET_PROTOCOL_FEATURES" },
	[16] = { do_set_protocol, 8, 8, 0, false, "SET_PROTOCOL_FEATURES" },
	[17] = { do_get_queue_num, 0, 0, 0, true, "GET_QUEUE_NUM" },
	[18] = { do_vring_enable, 8, 8, 0, false, "SET_VRING_ENABLE" },
	[24] = { do_get_config, CONFIG_HDR_LEN, VHOST_PAYLOAD_MAX, 0, true,
	    "GET_CONFIG" },
};

const struct vhost_request *
request_find(uint32_t number)
{
	if (number >= sizeof(requests) / sizeof(requests[0]) ||
	    requests[number].fn == NULL)
		return NULL;
	return &requests[number];
}
