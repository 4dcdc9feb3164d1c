/*
 * The header of every virtio-vsock packet (virtio 1.2, section 5.10.6), and
 * its codec.  Guest memory is never read through a struct: the 44 bytes are
 * copied once, then decoded.
 */
#ifndef PKT_H
#define PKT_H

#include <stdint.h>

enum {
	PKT_HDR_LEN = 44,
	PKT_PAYLOAD_MAX = 64 * 1024,	/* Linux's drivers drop longer ones */
	PKT_CID_HOST = 2,
	PKT_TYPE_STREAM = 1,
};

enum pkt_op {
	PKT_INVALID = 0,
	PKT_REQUEST = 1,
	PKT_RESPONSE = 2,
	PKT_RST = 3,
	PKT_SHUTDOWN = 4,
	PKT_RW = 5,
	PKT_CREDIT_UPDATE = 6,
	PKT_CREDIT_REQUEST = 7,
	PKT_OP_COUNT = 8,
};

/* Flags of PKT_SHUTDOWN: the sender will receive or send no more. */
enum {
	PKT_SHUT_RCV = 1,
	PKT_SHUT_SEND = 2,
	PKT_SHUT_BOTH = PKT_SHUT_RCV | PKT_SHUT_SEND,
};

struct pkt {
	uint64_t	src_cid;
	uint64_t	dst_cid;
	uint32_t	src_port;
	uint32_t	dst_port;
	uint32_t	len;		/* of the payload */
	uint16_t	type;
	uint16_t	op;
	uint32_t	flags;
	uint32_t	buf_alloc;
	uint32_t	fwd_cnt;
};

void	pkt_get(struct pkt *, const uint8_t [PKT_HDR_LEN]);
void	pkt_put(uint8_t [PKT_HDR_LEN], const struct pkt *);

#endif
