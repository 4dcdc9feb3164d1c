#include "packet.h"

#include <unistd.h>

#define WHOLE	0x03	/* the first and last packet of its message */
#define HEAD	6	/* flags, uint32 length, byte type */

static unsigned char payload[PACKET_MAX - HEAD];
static struct put fields;

struct put *
packet_payload(void)
{
	put_init(&fields, payload, sizeof(payload));
	return &fields;
}

int
packet_send(int out, enum msg type)
{
	static unsigned char packet[PACKET_MAX];
	struct put p;

	put_init(&p, packet, sizeof(packet));
	put_u8(&p, WHOLE);
	put_u32(&p, (uint32_t)fields.len + 1);
	put_u8(&p, (uint8_t)type);
	put_raw(&p, fields.base, fields.len);
	if (fields.err != 0 || p.err != 0)
		return -1;
	return write(out, p.base, p.len) == (ssize_t)p.len ? 0 : -1;
}

enum packet
packet_read(int in, enum msg *type, struct get *g)
{
	static unsigned char packet[PACKET_MAX];
	ssize_t n = read(in, packet, sizeof(packet));
	uint32_t len;
	uint8_t flags;

	if (n <= 0)
		return PACKET_NONE;
	get_init(g, packet, (size_t)n);
	flags = get_u8(g);
	len = get_u32(g);
	*type = (enum msg)get_u8(g);
	if (g->err != 0 || flags != WHOLE || len != g->left + 1)
		return PACKET_BAD;
	return *type == MSG_CHAN_HELLO ? PACKET_HELLO : PACKET_MSG;
}
