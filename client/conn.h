/*
 * One connection to an appliance: the client's half of docs/protocols.md.
 * The appliance's bytes are checked like anybody's: a frame of an unknown
 * type, too long, cut short or late is an error with a text, never a crash.
 */
#ifndef CONN_H
#define CONN_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"
#include "lib/msg/msg.h"
#include "target.h"
#include "lib/wire.h"
#include "lib/words.h"

#define CONN_ANSWER_MS	30000	/* an appliance that works is far quicker */

struct conn {
	int		 fd;		/* -1: none */
	struct buf	 in;		/* read; from `used' on not yet taken */
	size_t		 used;
};

struct hello {
	uint32_t	 version;
	char		 vkey[VKEY_MAX + 1];
	char		 mode[16];	/* "kept" or "ephemeral" */
	uint64_t	 now;		/* its clock, unix seconds */
	uint32_t	 slots;
};

struct frame {
	unsigned	 type;
	struct get	 body;		/* lives until the next conn_next */
};

enum conn_result {
	CONN_OK,
	CONN_LATER,	/* nobody answers yet: may be tried again */
	CONN_NEVER,	/* trying again would not help */
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
 * frames.  -1 with *w: late (errno ETIMEDOUT), malformed or a failed read.  A
 * negative time waits for ever.
 */
int	conn_next(struct conn *, int timeout_ms, struct frame *,
	    struct why *w);

/*
 * Sends one frame: 1.  0: something arrived, or the other side closed, before
 * all was sent: read it with conn_next; nothing more can be sent then.  -1
 * with *w.
 */
int	conn_send(struct conn *, enum client_msg, const void *payload,
	    size_t len, struct why *w);

/* Reads a HELLO's payload strictly. */
int	hello_parse(struct hello *, struct get *, struct why *w);

#endif
