/*
 * Frames on their way to a client: a queue of bytes that knows where its
 * frames end, so that output is credited when the frame that carried it is
 * written to its last byte.  Successive output of one stream goes into one
 * frame while that waits: a job that writes byte by byte costs no more memory
 * than one that does not.
 */
#ifndef GATE_OUT_H
#define GATE_OUT_H

#include <stddef.h>
#include <stdint.h>

#include "lib/msg/codec.h"
#include "lib/codes.h"

#define GATE_OUT_HEAD	5	/* of a frame: uint32 length, type */
/*
 * Output that may be unread (OUTPUT_WINDOW, with a head of ten bytes on each
 * byte when both streams alternate), and one more frame.
 */
#define GATE_OUT_MAX	((11 * OUTPUT_WINDOW) + \
	GATE_OUT_HEAD + sizeof(union client_payload))

struct gate_out {
	unsigned char	*buf;
	size_t		 head, len, cap;
	size_t		 left;		/* of the frame at head, once begun */
	uint32_t	 output;	/* its data, if it is to be credited */
	size_t		 last;		/* offset of the last frame, or none */
};

void	gate_out_init(struct gate_out *);
void	gate_out_free(struct gate_out *);

/* Queues a frame.  0, or -1: ENOMEM, or EMSGSIZE when it would be too much. */
int	gate_out_frame(struct gate_out *, enum client_msg,
	    struct bytes payload);

/* The same for OUTPUT; appends it to a waiting OUTPUT of its stream. */
int	gate_out_output(struct gate_out *, const struct client_output *);

/* What to write next; *lenp is 0 when there is nothing. */
const void	*gate_out_peek(const struct gate_out *, size_t *lenp);

/* n bytes were written.  Returns the bytes of output that this completes. */
uint32_t	gate_out_wrote(struct gate_out *, size_t n);

#endif
