/*
 * A conversation between two of our processes over a pair of pipes.
 *
 * Theory of operation.  init makes every pipe in packet mode (O_DIRECT, see
 * pipe(2)) and keeps both ends, so a process that dies and comes back finds
 * the pipes as they were, perhaps with packets in them that were meant for its
 * predecessor, and its peer may hold half of a message that will never be
 * finished.  Two rules make that clean:
 *
 *  - A message (uint32 length, byte type, payload) travels as packets of at
 *    most CHAN_PACKET bytes, each written whole or not at all.  The first byte
 *    of a packet says whether it begins and whether it ends a message, so no
 *    reader can lose its place.
 *  - A process that starts says CHAN_HELLO with a random number and ignores
 *    all it reads until its peer answers CHAN_WELCOME with the same number.
 *    Who gets a new CHAN_HELLO drops all that it had under way with that
 *    peer, answers, and goes on.  chan_next() answers CHAN_RESET once for each
 *    conversation that starts, the first included; what is sent before the
 *    first CHAN_RESET may be lost, so that is the moment to ask and ask again.
 *
 * What a peer may not say (unknown number, not its to send, too long, not
 * this pipe's, malformed packets) is our own bug: the process logs it and
 * exits 110.  init starts it again.
 */
#ifndef CHAN_H
#define CHAN_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "msg.h"
#include "lib/wire.h"

#define CHAN_PACKET	4096		/* PIPE_BUF: atomic, see pipe(7) */
#define CHAN_QUEUE_MAX	(1u << 20)	/* unsent bytes; senders keep below */

struct chan {
	int		 in, out;
	enum peer	 self, peer;
	uint64_t	 epoch;		/* the number in our CHAN_HELLO */
	bool		 up;		/* CHAN_WELCOME came */
	bool		 known;		/* a CHAN_HELLO came, with this: */
	uint64_t	 peer_epoch;
	unsigned char	*msg;		/* the message being put together */
	size_t		 msglen;
	bool		 inside;	/* between first and last packet */
	unsigned char	*queue;		/* packets: u16 length, bytes */
	size_t		 qhead, qlen, qcap;
};

enum chan_event {
	CHAN_NONE,	/* nothing whole has arrived */
	CHAN_RESET,	/* a conversation starts: forget what was under way */
	CHAN_MSG,	/* *typep and *g hold a message */
};

/*
 * Takes over both descriptors (made non-blocking) and queues the CHAN_HELLO.
 * Allocates once; exits 111 when it cannot.
 */
void	chan_init(struct chan *, int in, int out, enum peer self,
	    enum peer peer);

/* Fills two pollfds: reading always, writing while something is queued. */
void	chan_poll(const struct chan *, struct pollfd pfd[2]);

/*
 * The next event.  Never blocks.  Call until CHAN_NONE.  On CHAN_MSG *g covers
 * the payload, which lives until the next call and is wiped then.
 */
enum chan_event	chan_next(struct chan *, enum msg *typep, struct get *g);

/* Writes what the pipe takes now; never blocks. */
void	chan_flush(struct chan *);

/*
 * Queues a message and tries to write it.  Copies it and wipes the caller's: no
 * buffer keeps what was sent.  Exits 101 when the
 * message is not ours to send, is too long, when `p' holds an error, or when
 * the queue would pass CHAN_QUEUE_MAX: callers that relay bulk data ask
 * chan_room().
 */
void	chan_send(struct chan *, enum msg, const struct put *p);

/* Bytes that may be queued now for bulk data; keeps 256 KiB for the rest. */
size_t	chan_room(const struct chan *);

#endif
