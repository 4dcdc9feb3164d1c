/*
 * One connection to an appliance: the client's half of docs/protocols.md.
 * The appliance's bytes are not trusted: a frame of an unknown type, too long,
 * cut short or late is an error with a message.
 */
#ifndef CONN_H
#define CONN_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"
#include "lib/msg/codec.h"
#include "lib/msg/msg.h"
#include "target.h"
#include "lib/wire.h"
#include "lib/codes.h"

#define CONN_ANSWER_MS	30000	/* far more than a working one needs */

struct conn {
	int		 fd;		/* -1: closed */
	struct buf	 in;		/* read, and taken up to `used' */
	size_t		 used;
};

struct hello {
	uint32_t	 version;
	char		 vkey[VKEY_MAX + 1];
	char		 mode[MODE_MAX + 1];	/* "kept" or "ephemeral" */
	uint64_t	 now;		/* its clock, unix seconds */
	uint32_t	 slots;
};

struct conn_frame {
	unsigned	 type;
	struct get	 body;		/* lives until the next conn_next */
};

enum conn_result {
	CONN_OK,
	CONN_LATER,	/* no answer yet: try again */
	CONN_NEVER,	/* another try would not help */
};

/*
 * Connects (the hybrid CONNECT line included) and reads the HELLO.  `t' is
 * not a TARGET_NAME: state.h resolves those.  *w unless CONN_OK.
 */
enum conn_result conn_open(struct conn *, const struct target *t,
		    int timeout_ms, struct hello *, struct why *w);
void	conn_close(struct conn *);

/*
 * The next frame: 1.  0: the appliance closed the connection between two
 * frames.  -1 with *w: a timeout (errno ETIMEDOUT), malformed bytes or a failed
 * read.  A negative time means no timeout.
 */
int	conn_next(struct conn *, int timeout_ms, struct conn_frame *,
	    struct why *w);

/*
 * Sends one frame: 1.  0: something arrived, or the appliance closed, before
 * all was sent: read it with conn_next() and send nothing more.  -1 with *w.
 */
int	conn_send(struct conn *, enum client_msg, const void *payload,
	    size_t len, struct why *w);

/* Reads a HELLO's payload strictly. */
int	conn_get_hello(struct hello *, struct get *, struct why *w);

#endif
