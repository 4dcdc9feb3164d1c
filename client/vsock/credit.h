/*
 * The credit of one connection (virtio 1.2, section 5.10.6.3).  All counters
 * start at 0 and wrap at 2^32; only differences have a meaning.
 */
#ifndef CREDIT_H
#define CREDIT_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The bytes that the guest may have in flight.  Linux guests never send more
 * than 256 KiB at a time, so that a larger buffer would gain nothing.
 */
#define CREDIT_BUF_ALLOC	(256u * 1024u)

struct credit {
	uint32_t	peer_alloc;	/* the guest's buffer */
	uint32_t	peer_fwd;	/* of `sent', consumed by the guest */
	uint32_t	sent;		/* bytes to the guest */
	uint32_t	received;	/* bytes from the guest */
	uint32_t	forwarded;	/* of `received', taken by the client */
	uint32_t	told;		/* `forwarded' in the last packet */
};

/* The bytes that may be sent to the guest now. */
uint32_t	credit_left(const struct credit *);

/* The guest sent `len' bytes.  Returns false if it had no credit for them. */
bool		credit_receive(struct credit *, uint32_t len);

/*
 * Whether to tell the guest now what has been forwarded.  Linux sends at most
 * min(peer's buffer, its own buffer) and then waits, so the rule must use the
 * smaller of both, or the guest would wait for ever.
 */
bool		credit_update_due(const struct credit *);

#endif
