/*
 * The messages between our processes and the frames of the client protocol as
 * structs, made from the rows of msg.def and client.def: for each row
 *
 *	struct msg_job_measure		its fields
 *	msg_put_job_measure()		appends them to a put
 *	msg_get_job_measure()		reads them, and nothing may be left over
 *	msg_send_job_measure()		sends them, encoded in the chan's buffer
 *	msg_take_job_measure()		reads them and calls the handler
 *
 * and client_put_NAME(), client_get_NAME() for a frame.  A size is the sum of
 * its fields' sizes, so none is written by hand.
 *
 * A put sets the put's error to EMSGSIZE for a text, digest or part that is
 * NULL, and for a field that is longer than its row allows.  After a get,
 * bytes and digests point into the message; texts and parts point to memory
 * that the next get of the same row uses again.  A part that owns memory is
 * the receiver's to free.
 */
#ifndef CODEC_H
#define CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/wire.h"
#include "lib/withheld.h"
#include "msg.h"

struct chan;

/* What a PART may be. */
struct denial;
struct grant;
struct kept_jobs;
struct runtimes;
struct share_left;
struct shares;
struct who;

#define NONE			char none;
#define FLAG(name)		bool name;
#define U8(name)		uint8_t name;
#define U32(name)		uint32_t name;
#define U64(name)		uint64_t name;
#define TEXT(name, max)		const char *name;
#define DIGEST(name)		const unsigned char *name;
#define BYTES(name, max)	struct bytes name;
#define PART(type, name, max)	struct type *name;
/* `frame' is the encoded frame, after a get. */
#define FRAME(name)		struct client_##name name; struct bytes frame;
#define CLIENT(NAME, name, nr, max, fields)				\
	struct client_##name { fields };
#include "client.def"
#undef CLIENT
#define MSG(NAME, name, nr, from, to, fields)				\
	struct msg_##name { fields };
#include "msg.def"
#undef MSG
#include "fields_undef.h"

/* Each number by its row's second name, for macros. */
enum {
#define CLIENT(NAME, name, nr, max, fields)	CLIENT_NUMBER_##name = nr,
#include "client.def"
#undef CLIENT
#define MSG(NAME, name, nr, from, to, fields)	MSG_NUMBER_##name = nr,
#include "msg.def"
#undef MSG
};

/* A chan_row's handler; its member is that of the row's message. */
union msg_handler {
	void	(*reset)(void *ctx);
	bool	(*check)(const void *ctx);
#define MSG(NAME, name, nr, from, to, fields)				\
	void	(*name)(void *ctx, const struct msg_##name *);
#include "msg.def"
#undef MSG
};

/* The gets return 0, or -1 with EBADMSG. */
#define CLIENT(NAME, name, nr, max, fields)				\
	void	client_put_##name(struct put *, const struct client_##name *); \
	int	client_get_##name(struct get *, struct client_##name *);
#include "client.def"
#undef CLIENT
#define MSG(NAME, name, nr, from, to, fields)				\
	void	msg_put_##name(struct put *, const struct msg_##name *); \
	int	msg_get_##name(struct get *, struct msg_##name *);	\
	void	msg_send_##name(struct chan *, const struct msg_##name *); \
	int	msg_take_##name(struct get *, union msg_handler, void *ctx);
#include "msg.def"
#undef MSG

/* MSG_SEND(chan, job_measure, .seq = seq, .runtime = name, ...) */
#define MSG_SEND(chan, name, ...)					\
	msg_send_##name(chan, &(struct msg_##name){ __VA_ARGS__ })

/* As large as the largest frame's payload. */
union client_payload {
#define CLIENT(NAME, name, nr, max, fields)	unsigned char name[max];
#include "client.def"
#undef CLIENT
};

struct msg_info {
	const char	*name;
	unsigned	 nr;
	enum peer	 from;
	enum peer	 to;
	size_t		 max;		/* of the payload */
};

/* The row for a number, or NULL when no message has it. */
const struct msg_info	*msg_info(unsigned nr);
/* The largest payload of all messages from one peer to the other. */
size_t			 msg_largest(enum peer from, enum peer to);

#endif
