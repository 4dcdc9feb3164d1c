/*
 * Credit of one connection (virtio 1.2, section 5.10.6.3).  All counters run
 * free and wrap at 2^32; only differences mean anything.  Both sides start
 * at zero.
 */
#ifndef CREDIT_H
#define CREDIT_H

#include <stdbool.h>
#include <stdint.h>

/* What we let the guest have under way.  Linux guests send no more than
 * their own 256 KiB at a time, so that more would gain nothing. */
#define CREDIT_BUF_ALLOC	(256u * 1024u)

struct credit {
	uint32_t	peer_alloc;	/* the guest's buffer */
	uint32_t	peer_fwd;	/* of what we sent, what it took in */
	uint32_t	sent;		/* bytes we sent it */
	uint32_t	received;	/* bytes it sent us */
	uint32_t	forwarded;	/* of these, what the client took */
	uint32_t	told;		/* `forwarded' as the guest knows it */
};

/* Bytes that we may send to the guest now. */
uint32_t	credit_left(const struct credit *);

/* The guest sent `len' bytes.  False: more than it had credit for. */
bool		credit_receive(struct credit *, uint32_t len);

/* Is it time to tell the guest what has been forwarded?  Linux sends at most
 * min(peer's buffer, its own buffer) and then waits, so the rule has to look
 * at the smaller of both or it would wait for ever. */
bool		credit_update_due(const struct credit *);

#endif
