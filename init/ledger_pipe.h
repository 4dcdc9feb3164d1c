/*
 * init's side of the pipes to ledgerd; see packet.h.  init sends the facts of
 * this boot, and then its events, one at a time: the next one after the reply.
 * Each has a number, so that one that is sent again, to a ledgerd that was
 * restarted, becomes one leaf.  Events wait here until ledgerd has replied.
 */
#ifndef LEDGER_PIPE_H
#define LEDGER_PIPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/msg/codec.h"
#include "lib/msg/event.h"

#define LEDGER_PIPE_EVENTS	32	/* some minutes of crashes without it */
#define LEDGER_PIPE_SPARE	4	/* of these, for the stop */

struct ledger_pipe_event {
	uint32_t	seq;
	enum event	event;
	size_t		len;
	unsigned char	fields[INIT_FIELDS_MAX];
};

struct ledger_pipe {
	int		 in, out;
	const struct msg_init_boot *boot;
	enum {
		LEDGER_PIPE_QUIET,	/* until the next event or reply */
		LEDGER_PIPE_WELCOME,	/* to send: this, then */
		LEDGER_PIPE_BOOT,	/* this, then */
		LEDGER_PIPE_EVENT,	/* the first event that waits */
	}		 next;
	bool		 there;		/* ledgerd has greeted */
	uint64_t	 epoch;
	struct ledger_pipe_event events[LEDGER_PIPE_EVENTS];	/* a ring */
	size_t		 head, len;
	uint32_t	 last_seq;
	unsigned	 dropped;	/* since the last report of them */
};

/* The texts and digests of `boot' stay the caller's. */
void	ledger_pipe_init(struct ledger_pipe *, int in, int out,
	    const struct msg_init_boot *boot);

/*
 * LEDGER_PIPE_ADD(p, appliance_ready, .ready_ms = ...): an event to be
 * recorded.  Returns its number, or 0 without space.  Events without space are
 * counted, and the count becomes an event later.  The events of a stop always
 * have space.
 */
#define LEDGER_PIPE_ADD(p, name, ...)					\
	(event_put_##name(ledger_pipe_fields(),				\
	    &(struct event_##name){ __VA_ARGS__ }),			\
	    ledger_pipe_add(p, (enum event)EVENT_NUMBER_##name))
struct put	*ledger_pipe_fields(void);
uint32_t	 ledger_pipe_add(struct ledger_pipe *, enum event);

/*
 * Reads and handles some of what has come; the rest is read by the next call.
 * Returns -1 if ledgerd broke the protocol: the caller kills it.
 */
int	ledger_pipe_read(struct ledger_pipe *);

/*
 * Sends what is due, as far as the pipe takes it.  Returns whether something
 * is left: then call it again when `out' can be written.
 */
bool	ledger_pipe_flush(struct ledger_pipe *);

/* Whether the event of this number has no reply yet. */
bool	ledger_pipe_waits(const struct ledger_pipe *, uint32_t seq);

#endif
