/*
 * The client protocol's frame reader: uint32 length, type byte, payload.  It
 * asks for exactly the bytes that its frame still needs, so nothing of the
 * next frame is ever taken.  A length or a type that no client may send is
 * refused before a byte of the payload is read or memory is taken for it.
 */
#ifndef GATE_FRAME_H
#define GATE_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GATE_FRAME_HEAD	5

struct gate_frame {
	unsigned char	 head[GATE_FRAME_HEAD];
	unsigned char	*payload;
	size_t		 have;		/* bytes of the whole frame */
	size_t		 need;		/* 5, then the whole frame's length */
};

enum gate_frame_result {
	FRAME_MORE,
	FRAME_WHOLE,
	FRAME_BAD,		/* `why' says what was wrong */
	FRAME_NO_MEMORY,
};

void	gate_frame_init(struct gate_frame *);
void	gate_frame_free(struct gate_frame *);

/* Where the next bytes go, and how many it takes at most (never 0). */
void	*gate_frame_space(struct gate_frame *, size_t *lenp);

/*
 * n bytes have been put there.  On FRAME_WHOLE the payload (need - 5 bytes) is
 * the caller's to look at until gate_frame_next().  why has at least TEXT_MAX
 * bytes and is set only with FRAME_BAD.
 */
enum gate_frame_result	gate_frame_took(struct gate_frame *, size_t n,
			    char *why);

void	gate_frame_next(struct gate_frame *);

/* True in the middle of a frame. */
bool	gate_frame_inside(const struct gate_frame *);

uint8_t	gate_frame_type(const struct gate_frame *);

#endif
