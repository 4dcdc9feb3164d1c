/*
 * gate: where all outside bytes arrive.  It frames them, checks lengths, and
 * relays requests to the runner; it opens no file and starts no program.
 *
 * Theory of operation.  A connection is an entry of conns[] and has a state;
 * the table in conn.c describes the states.  Bytes come in through a frame
 * reader that never reads past its frame, so a connection that must wait is not
 * read.  Bytes go out through a queue of whole frames; the runner gets credit
 * for output when the frame that carried it is written to its end.  Nothing
 * from outside ends the process.  A message that the runner may not send does
 * (lib/msg/chan.h).
 */
#ifndef GATE_H
#define GATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "frame.h"
#include "lib/msg/chan.h"
#include "lib/msg/msg.h"
#include "lib/codes.h"
#include "out.h"

#define GATE_CONNS		64	/* eight for each of the job slots */

#define GATE_FIRST_MS		30000	/* until the first request */
#define GATE_SILENCE_MS		10000	/* within a frame or a bundle */
#define GATE_REQUEST_MS		60000	/* for the whole first request */
#define GATE_PLACE_MS		3000	/* a place is kept when others wait; a
					   queue of 128 is served in 6 s */
#define GATE_LINGER_MS		2000	/* for the client to close first */
#define GATE_CHECK_MS		1000	/* between checks that a half-closed
					   client is still there */
#define GATE_REST_MS		1000	/* when no client can be accepted */
#define GATE_LOG_MAX		10	/* refusals on the console in ... */
#define GATE_LOG_MS		10000	/* ... this time */

enum gate_state {
	CONN_FREE,
	CONN_GREETING,		/* who we are is not known yet */
	CONN_REQUEST,		/* the client's turn: SUBMIT or READ */
	CONN_PROVING,		/* PROVE came; the runner's turn */
	CONN_DECIDING,		/* submitted; the runner's turn */
	CONN_SENDING,		/* granted; the bundle comes */
	CONN_RUNNING,		/* accepted; output goes */
	CONN_READING,		/* its query's data goes */
	CONN_CLOSING,		/* the last frame is queued */
	CONN_LINGERING,		/* all is written; the client closes */
	CONN_NSTATES,
};

struct gate_conn {
	enum gate_state	 state;
	int		 fd;
	uint32_t	 id;		/* `conn' in messages to the runner */
	uint64_t	 since;		/* ms; has its place, or is closing */
	struct gate_frame in;
	struct gate_out	 out;
	bool		 half;		/* the client sends no more */
	uint64_t	 bundle_left;	/* bytes of the bundle to come */
	uint64_t	 deadline;	/* ms; 0 for none */
	uint64_t	 expires;	/* ms; request must be whole; or 0 */
	bool		 proved;	/* it has had its PROVE */
	bool		 credited;	/* there is credit to hand on: */
	uint32_t	 credit;
};

/* Who we are, from the runner. */
struct gate_info {
	bool		 known;
	char		 vkey[VKEY_MAX + 1];
	char		 mode[MODE_MAX + 1];
	uint32_t	 slots;
};

struct gate {
	int			 listen;
	struct chan		 runner;
	struct gate_info	 info;
	struct gate_conn	 conns[GATE_CONNS];
	uint32_t		 last_id;
	uint64_t		 now;		/* ms, of this turn */
	uint64_t		 rest_until;	/* ms; no accepting before */
	uint64_t		 log_since;	/* ms; refusals counted since: */
	uint64_t		 refusals;
	uint64_t		(*clock)(void);	/* ms, never goes back */
	bool			 stopping;
};

/* Takes over the descriptors.  Exits 111 when memory is short. */
void	gate_init(struct gate *, int listener, int in, int out,
	    uint64_t (*clock)(void));

/*
 * Waits at most max_ms (-1: until something happens) and deals with it.  The
 * signals of `mask' are let through while it waits.
 */
void	gate_turn(struct gate *, int max_ms, const void *mask);

/* Refuses every connection's request, tells them, and closes all. */
void	gate_stop(struct gate *);

/* conn.c: what happens to a connection. */
void	gate_conn_enter(struct gate *, struct gate_conn *, enum gate_state);
const char	*gate_conn_wants(const struct gate_conn *);
/*
 * When there is a place for a new client: a time in the past if there is one
 * now, UINT64_MAX if none will be free.  A client without a whole request, or
 * one that does not read its last frame, loses its place to a new client after
 * GATE_PLACE_MS.  The one that has waited for longest loses it first.
 */
uint64_t	gate_conn_place_ms(const struct gate *);
/* Only when there is a place. */
void	gate_conn_open(struct gate *, int fd);
void	gate_conn_greet(struct gate *, struct gate_conn *);
void	gate_conn_write(struct gate *, struct gate_conn *);
void	gate_conn_timeout(struct gate *, struct gate_conn *);
void	gate_conn_hangup(struct gate *, struct gate_conn *);
void	gate_conn_fault(struct gate *, struct gate_conn *);
void	gate_conn_refuse(struct gate *, struct gate_conn *, enum reason,
	    const char *message);
/* False when the client is gone; true when it has only ended its sending. */
bool	gate_conn_alive(const struct gate_conn *);

/* request.c: what a client sends, and whether it is read now. */
void	gate_conn_read(struct gate *, struct gate_conn *);
bool	gate_conn_reads(const struct gate *, const struct gate_conn *);

/* Enters the state and sends the frame that announces it. */
void	gate_conn_advance(struct gate *, struct gate_conn *, enum gate_state,
	    enum client_msg, struct bytes payload);
void	gate_conn_output(struct gate *, struct gate_conn *,
	    const struct client_output *);
/* READ_DATA's payload. */
void	gate_conn_data(struct gate *, struct gate_conn *, struct bytes payload);
/* The last frame of a connection. */
void	gate_conn_last(struct gate *, struct gate_conn *, enum client_msg,
	    struct bytes payload);

/* runner.c: reads all messages that the runner has sent. */
void	gate_runner_read(struct gate *);

#endif
