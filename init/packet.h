/*
 * Messages of lib/msg/chan.h as process 1 sends and reads them: each is one
 * packet.  chan.h exits when its peer breaks the protocol, which init must not
 * do.  Both ends of init's pipes never block.
 */
#ifndef PACKET_H
#define PACKET_H

#include <stdint.h>

#include "lib/msg/msg.h"
#include "lib/wire.h"

#define PACKET_MAX	4096		/* PIPE_BUF: written whole or not */

/*
 * PACKET_SEND(fd, init_service, .name = ...): writes a message.  Returns 0, or
 * -1 if it does not fit into the pipe now or a field is missing or too long.
 */
#define PACKET_SEND(out, name, ...)					\
	(msg_put_##name(packet_payload(), &(struct msg_##name){		\
	    __VA_ARGS__ }), packet_send(out, (enum msg)MSG_NUMBER_##name))
/* Where the next message's fields go. */
struct put	*packet_payload(void);
int		 packet_send(int out, enum msg);

enum packet {
	PACKET_NONE,		/* nothing has come */
	PACKET_BAD,		/* it is no whole message */
	PACKET_HELLO,		/* the peer starts: *g has its number */
	PACKET_MSG,		/* *type and *g hold a message */
};

/* Reads the next packet; *g lives until the next call. */
enum packet	packet_read(int in, enum msg *type, struct get *g);

#endif
