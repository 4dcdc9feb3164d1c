/*
 * A split virtqueue, seen from the device.  The device uses its chains in
 * the order in which they were made available and finishes each before it
 * looks at the next, so that one index is enough: looking does not consume,
 * ring_push() does.
 *
 * The guest can write to all of it at any time.  Indices and descriptors are
 * read once, into our memory, and then checked.
 */
#ifndef RING_H
#define RING_H

#include <sys/uio.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mem.h"

enum {
	RING_SIZE_MAX = 1024,	/* QEMU's virtio-mmio; its PCI has 128 */
	RING_IOV_MAX = 1024,	/* IOV_MAX: one readv or sendmsg */
};

enum ring_direction { RING_TO_GUEST, RING_FROM_GUEST };

struct ring {
	enum ring_direction	 direction;
	unsigned		 size;		/* 0: not told yet */
	uint64_t		 desc_ua, avail_ua, used_ua;
	bool			 has_addr;
	bool			 enabled;
	bool			 broken;	/* until it is set up again */
	bool			 running;
	bool			 event_idx;	/* as negotiated */
	bool			 indirect;	/* as negotiated */
	uint8_t			*desc;
	uint8_t			*avail;
	uint8_t			*used;
	uint16_t		 next;		/* and used->idx */
	uint16_t		 avail_idx;	/* as last read */
	uint16_t		 signalled;	/* used->idx when last told */
	bool			 told;		/* `signalled' is valid */
	int			 kick, call, err;	/* eventfds or -1 */
};

/* One chain of descriptors, checked, all of it in the ring's direction. */
struct chain {
	uint16_t	head;
	unsigned	niov;
	size_t		len;
	struct iovec	iov[RING_IOV_MAX];
};

void	ring_init(struct ring *, enum ring_direction);

/* Forget everything, close the eventfds. */
void	ring_free(struct ring *);

/*
 * Find the ring in guest memory and go on where used->idx says: the guest's
 * memory outlives a device that crashed, our own index does not.  -1 with
 * EINVAL if size or alignment is impossible, EFAULT if it is not mapped.
 */
int	ring_start(struct ring *, const struct mem *);
void	ring_stop(struct ring *);

/* As ring_start, for a new memory table under a running ring. */
int	ring_remap(struct ring *, const struct mem *);

/*
 * Look at the next chain: 1 and `c' filled, 0 if there is none.  -1 with
 * `*why' set if the ring is broken; the device must stop using it.
 */
int	ring_peek(struct ring *, const struct mem *, struct chain *c,
	    const char **why);

/* Finish the chain of the last ring_peek: `len' bytes were written to it. */
void	ring_push(struct ring *, const struct chain *, uint32_t len);

/* Interrupt the guest, if anything was pushed and it wants to know. */
void	ring_notify(struct ring *);

/*
 * Ask to be kicked when the guest adds chains.  True if it did so while we
 * asked: there will be no kick for those, look again.
 */
bool	ring_ask_kick(struct ring *);
void	ring_refuse_kick(struct ring *);

/* The first `len' bytes of a chain, which must have as many. */
void	chain_get(const struct chain *, uint8_t *, size_t len);
void	chain_put(const struct chain *, const uint8_t *, size_t len);

/*
 * The chain's bytes from `skip' on, at most `len': the number of pieces
 * written to `out', which has room for RING_IOV_MAX.
 */
unsigned chain_window(const struct chain *, size_t skip, size_t len,
	    struct iovec *out);

#endif
