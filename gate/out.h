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

#include "lib/words.h"

/*
 * Output that may be unread (OUTPUT_WINDOW, with a head of ten bytes on each
 * byte when both streams alternate), and a receipt.
 */
#define GATE_OUT_MAX	((11 * OUTPUT_WINDOW) + CLIENT_FRAME_MAX)
#define CLIENT_FRAME_MAX	(RECEIPT_MAX + 4096)

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
int	gate_out_frame(struct gate_out *, enum client_msg, const void *payload,
	    size_t len);

/* The same for OUTPUT, joined with what waits if it can be. */
int	gate_out_output(struct gate_out *, uint8_t stream, const void *data,
	    size_t len);

/* What to write next; *lenp is 0 when there is nothing. */
const void	*gate_out_peek(const struct gate_out *, size_t *lenp);

/* n bytes were written.  Answers the bytes of output that are through. */
uint32_t	gate_out_wrote(struct gate_out *, size_t n);

#endif
