/*
 * The queue of requests for keyd, in the order they came.  keyd gets one
 * request at a time, so that what it is told of the signers' shares still holds
 * when it decides.  A request waits only for those before it, of any signer.
 */
#ifndef KEYD_QUEUE_H
#define KEYD_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/wire.h"
#include "lib/codes.h"

#define KEYD_QUEUE_MAX	64	/* GATE_CONNS: a place for each client */
#define KEYD_QUEUE_MS	20000	/* then keyd hangs or is too slow */

struct runner;

struct keyd_request {
	uint32_t	 conn;
	bool		 is_query;	/* else a job */
	uint64_t	 deadline_ms;
	void		*frame;		/* of the client: READ or SUBMIT */
	size_t		 len;
};

struct keyd_queue {
	size_t			 n;
	struct keyd_request	 list[KEYD_QUEUE_MAX];	/* the first n */
};

/* Copies the frame; refuses the client when there is no place. */
void	keyd_queue_join(struct runner *, uint32_t conn, bool is_query,
	    struct bytes frame);
bool	keyd_queue_has(const struct keyd_queue *, uint32_t conn);
/* The client has left; false when it has no request here. */
bool	keyd_queue_leave(struct keyd_queue *, uint32_t conn);
/* All clients have left. */
void	keyd_queue_clear(struct keyd_queue *);
/* Refuses all. */
void	keyd_queue_refuse(struct runner *, enum reason, const char *message);

/* Sends keyd the next request if it has none. */
void	keyd_queue_turn(struct runner *);
/* When the first is to be refused, or UINT64_MAX. */
uint64_t	keyd_queue_deadline(const struct keyd_queue *);
void	keyd_queue_timeout(struct runner *);

#endif
