#include "out.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lib/msg/msg.h"
#include "lib/wire.h"

#define HEAD		GATE_OUT_HEAD
#define OUTPUT_HEAD	5	/* stream, uint32 length of the string */
#define NONE		SIZE_MAX
#define CAP_MIN		4096

void
gate_out_init(struct gate_out *o)
{
	memset(o, 0, sizeof(*o));
	o->last = NONE;
}

void
gate_out_free(struct gate_out *o)
{
	free(o->buf);
	gate_out_init(o);
}

static uint32_t
load_u32(const unsigned char *p)
{
	struct get g;

	get_init(&g, p, 4);
	return get_u32(&g);
}

static void
store_u32(unsigned char *p, uint32_t v)
{
	struct put out;

	put_init(&out, p, 4);
	put_u32(&out, v);
}

/* Moves what is queued to the front. */
static void
pack(struct gate_out *o)
{
	if (o->head == 0)
		return;
	memmove(o->buf, o->buf + o->head, o->len);
	if (o->last < o->head)		/* begun, or gone */
		o->last = NONE;
	else if (o->last != NONE)
		o->last -= o->head;
	o->head = 0;
}

/* Room for n more bytes behind what is queued. */
static int
reserve(struct gate_out *o, size_t n)
{
	size_t need = o->len + n, cap;
	unsigned char *buf;

	if (need > GATE_OUT_MAX) {
		errno = EMSGSIZE;
		return -1;
	}
	if (o->head + need <= o->cap)
		return 0;
	pack(o);
	if (need <= o->cap)
		return 0;
	cap = o->cap == 0 ? CAP_MIN : o->cap;
	while (cap < need)
		cap *= 2;
	buf = realloc(o->buf, cap);
	if (buf == NULL)
		return -1;
	o->buf = buf;
	o->cap = cap;
	return 0;
}

int
gate_out_frame(struct gate_out *o, enum client_msg type, struct bytes payload)
{
	unsigned char *p;

	if (reserve(o, HEAD + payload.len) == -1)
		return -1;
	o->last = o->head + o->len;
	p = o->buf + o->last;
	store_u32(p, (uint32_t)payload.len + 1);
	p[4] = (unsigned char)type;
	if (payload.len != 0)
		memcpy(p + HEAD, payload.p, payload.len);
	o->len += HEAD + payload.len;
	return 0;
}

/* True when the last frame is OUTPUT of this stream, all of it unwritten. */
static bool
joins(const struct gate_out *o, uint8_t stream, size_t len)
{
	const unsigned char *p;

	if (o->last == NONE || o->len == 0 || o->last < o->head)
		return 0;	/* none, or begun */
	p = o->buf + o->last;
	return p[4] == CLIENT_OUTPUT && p[HEAD] == stream &&
	    load_u32(p + HEAD + 1) + len <= DATA_MAX;
}

int
gate_out_output(struct gate_out *o, const struct client_output *output)
{
	const uint32_t len = (uint32_t)output->data.len;
	unsigned char head[OUTPUT_HEAD];
	unsigned char *p;

	if (joins(o, output->stream, len)) {
		if (reserve(o, len) == -1)
			return -1;
		p = o->buf + o->last;
		store_u32(p + HEAD + 1, load_u32(p + HEAD + 1) + len);
	} else {
		if (reserve(o, HEAD + OUTPUT_HEAD + len) == -1)
			return -1;
		head[0] = output->stream;
		store_u32(head + 1, len);
		gate_out_frame(o, CLIENT_OUTPUT,
		    (struct bytes){ head, sizeof(head) });
		p = o->buf + o->last;
	}
	store_u32(p, load_u32(p) + len);
	if (len != 0)
		memcpy(o->buf + o->head + o->len, output->data.p, len);
	o->len += len;
	return 0;
}

const void *
gate_out_peek(const struct gate_out *o, size_t *lenp)
{
	*lenp = o->len;
	return o->len == 0 ? NULL : o->buf + o->head;
}

/* The frame at the head of the queue begins to be written. */
static void
begin_frame(struct gate_out *o)
{
	const unsigned char *p = o->buf + o->head;

	o->left = load_u32(p) + 4;
	o->output = p[4] == CLIENT_OUTPUT || p[4] == CLIENT_READ_DATA ?
	    load_u32(p + HEAD + 1) : 0;
}

uint32_t
gate_out_wrote(struct gate_out *o, size_t n)
{
	uint32_t through = 0;

	while (n != 0) {
		size_t step;

		if (o->left == 0)
			begin_frame(o);
		step = n < o->left ? n : o->left;
		o->head += step;
		o->len -= step;
		o->left -= step;
		n -= step;
		if (o->left == 0)
			through += o->output;
	}
	if (o->len == 0)
		gate_out_free(o);
	return through;
}
