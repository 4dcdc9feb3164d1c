#include "frame.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/msg/msg.h"
#include "lib/wire.h"
#include "lib/codes.h"

void
gate_frame_init(struct gate_frame *f)
{
	f->payload = NULL;
	f->have = 0;
	f->need = GATE_FRAME_HEAD;
}

void
gate_frame_free(struct gate_frame *f)
{
	if (f->payload != NULL)		/* a manifest with its env, a bundle */
		explicit_bzero(f->payload, f->have - GATE_FRAME_HEAD);
	free(f->payload);
	gate_frame_init(f);
}

void *
gate_frame_space(struct gate_frame *f, size_t *lenp)
{
	*lenp = f->need - f->have;
	if (f->have < GATE_FRAME_HEAD)
		return f->head + f->have;
	return f->payload + (f->have - GATE_FRAME_HEAD);
}

uint8_t
gate_frame_type(const struct gate_frame *f)
{
	return f->head[4];
}

bool
gate_frame_inside(const struct gate_frame *f)
{
	return f->have != 0;
}

/* The head has come: what does it announce? */
static enum gate_frame_result
begin(struct gate_frame *f, char *why)
{
	uint8_t type = gate_frame_type(f);
	size_t max = client_max(type);
	struct get g;
	uint32_t len;

	get_init(&g, f->head, sizeof(f->head));
	len = get_u32(&g);
	if (max == 0 || (type & 1) != 0) {
		snprintf(why, TEXT_MAX, "a frame of type 0x%02x, which no "
		    "client sends: is this a casemate client?", type);
		return FRAME_BAD;
	}
	if (len == 0) {
		snprintf(why, TEXT_MAX, "a frame of length 0; the type byte "
		    "counts, so the least is 1");
		return FRAME_BAD;
	}
	if (len - 1 > max) {
		snprintf(why, TEXT_MAX, "a frame of type 0x%02x with %lu bytes;"
		    " it may have %zu", type, (unsigned long)len - 1, max);
		return FRAME_BAD;
	}
	f->need = GATE_FRAME_HEAD + (len - 1);
	if (f->need == GATE_FRAME_HEAD)
		return FRAME_WHOLE;
	f->payload = malloc(len - 1);
	return f->payload == NULL ? FRAME_NO_MEMORY : FRAME_MORE;
}

enum gate_frame_result
gate_frame_took(struct gate_frame *f, size_t n, char *why)
{
	f->have += n;
	if (f->have < f->need)
		return FRAME_MORE;
	if (f->have == GATE_FRAME_HEAD)
		return begin(f, why);
	return FRAME_WHOLE;
}

void
gate_frame_next(struct gate_frame *f)
{
	gate_frame_free(f);
}
