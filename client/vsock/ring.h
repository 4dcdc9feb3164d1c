/*
 * A split virtqueue, from the device's side.  The device uses the chains in the
 * order in which they became available and finishes each before the next, so
 * that one index is enough: ring_peek() does not consume a chain, ring_push()
 * does.
 *
 * The guest can write to all of it at any time.  Indices and descriptors are
 * copied once and then checked.
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
	unsigned		 size;		/* 0: not set yet */
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
	uint16_t		 signalled;	/* used->idx at the last call */
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

/* Resets the ring and closes its eventfds. */
void	ring_free(struct ring *);

/*
 * Finds the ring in guest memory and continues at used->idx: after a crash of
 * the device the guest's memory still has that index.  Returns -1 with EINVAL
 * for an impossible size or alignment, EFAULT if it is not mapped.
 */
int	ring_start(struct ring *, const struct mem *);
void	ring_stop(struct ring *);

/* Like ring_start, for a running ring after a change of the memory table. */
int	ring_remap(struct ring *, const struct mem *);

/*
 * Reads the next chain into `c'.  Returns 1, 0 if there is none, or -1 with
 * `*why' if the ring is broken; the device must stop using it then.
 */
int	ring_peek(struct ring *, const struct mem *, struct chain *c,
	    const char **why);

/* Finishes the chain of the last ring_peek, with `len' bytes written to it. */
void	ring_push(struct ring *, const struct chain *, uint32_t len);

/* Interrupts the guest if chains were pushed and it wants interrupts. */
void	ring_notify(struct ring *);

/*
 * Asks for a kick when the guest adds chains.  Returns true if it added some
 * meanwhile: those cause no kick, so look again.
 */
bool	ring_ask_kick(struct ring *);
void	ring_refuse_kick(struct ring *);

/* Copy the first `len' bytes of a chain, which must have as many. */
void	chain_get(const struct chain *, uint8_t *, size_t len);
void	chain_put(const struct chain *, const uint8_t *, size_t len);

/*
 * Describes at most `len' bytes of the chain from `skip' on in `out', which has
 * room for RING_IOV_MAX pieces.  Returns their number.
 */
unsigned chain_window(const struct chain *, size_t skip, size_t len,
	    struct iovec *out);

#endif
