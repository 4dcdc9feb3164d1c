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
 *  - A process that starts sends CHAN_HELLO with a random number and ignores
 *    all it reads until its peer sends CHAN_WELCOME with the same number.  The
 *    receiver of a new CHAN_HELLO drops all that it had under way with that
 *    peer, sends CHAN_WELCOME, and goes on.  chan_next() returns CHAN_RESET
 *    once for each conversation that starts, the first included.  A message
 *    sent before the first CHAN_RESET may be lost: (re)send outstanding
 *    requests then.
 *
 * A message that the peer may not send is our own bug: one with an unknown
 * number, for another pipe, too long, malformed, or without a row in the
 * receiver's table.  The process logs it and exits 110.  init starts it again.
 */
#ifndef CHAN_H
#define CHAN_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codec.h"
#include "lib/wire.h"
#include "msg.h"

#define CHAN_PACKET	4096		/* PIPE_BUF: atomic, see pipe(7) */
#define CHAN_RESERVE	(1664u << 10)	/* unsent bytes that are not bulk */
#define CHAN_QUEUE_MAX	(CHAN_RESERVE + (768u << 10))	/* all unsent bytes */

struct chan {
	int		 in, out;
	enum peer	 self, peer;
	uint64_t	 epoch;		/* the number in our CHAN_HELLO */
	bool		 up;		/* CHAN_WELCOME came */
	bool		 known;		/* a CHAN_HELLO came, with this: */
	uint64_t	 peer_epoch;
	size_t		 in_max, out_max;	/* largest payloads */
	unsigned char	*msg;		/* the message being put together */
	size_t		 msglen;
	unsigned char	*outgoing;	/* the message being sent */
	struct put	 put;		/* its payload */
	const struct msg_info *sending;	/* its row */
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
 * Sends a message: chan_begin() returns where its payload goes, and chan_end()
 * writes the message or queues what the pipe does not take, and wipes the
 * payload.  codec.h's msg_send_*() do both.  Exits 101 when the message is not
 * ours to send, when a field is missing or too long, or when the queue would
 * pass CHAN_QUEUE_MAX: callers that relay bulk data check chan_room().
 */
struct put	*chan_begin(struct chan *, enum msg);
void		 chan_end(struct chan *);

/* Bytes that may be queued now for bulk data, without CHAN_RESERVE. */
size_t	chan_room(const struct chan *);
/* Whether any one message may be queued now. */
bool	chan_fits(const struct chan *);

/* What to do with a message; see the macros. */
struct chan_row {
	enum msg		 type;
	int			(*take)(struct get *, union msg_handler,
				    void *ctx);
	union msg_handler	 handler;
};

/* CHAN_ON(job_measure, do_measure): its handler gets ctx and the message. */
#define CHAN_ON(name, function)						\
	{ (enum msg)MSG_NUMBER_##name, msg_take_##name,			\
	    { .name = (function) } }
/* What to do when a conversation starts; without this row, nothing. */
#define CHAN_ON_RESET(function) \
	{ MSG_CHAN_HELLO, NULL, { .reset = (function) } }
/* Reads only while this returns true; without this row, always. */
#define CHAN_WHILE(function) \
	{ MSG_CHAN_WELCOME, NULL, { .check = (function) } }

/*
 * Reads all that has arrived and calls the handlers of these n rows with ctx.
 * A message without a row, or malformed, is the peer's fault: exits 110.
 */
void	chan_dispatch(struct chan *, const struct chan_row *rows, size_t n,
	    void *ctx);
/* The same with an array of rows. */
#define CHAN_DISPATCH(chan, rows, ctx) \
	chan_dispatch(chan, rows, sizeof(rows) / sizeof((rows)[0]), ctx)

#endif
