/*
 * For tests: a fake QEMU (fake_front.c), guest (fake_guest.c) and clients of
 * the host (fake_client.c).  It starts the device, shares a memfd with it as guest
 * memory, lays out the rings and moves packets exactly as Linux's driver does,
 * including kick suppression.
 *
 * The device runs in a child: the code linked into the test, with its
 * sanitizers, or the program that CASEMATE_VSOCK names, with its sandbox.
 *
 * All functions fail the test case on error, and wait for events at most
 * FE_LIMIT_MS.
 */
#ifndef FAKE_FRONT_H
#define FAKE_FRONT_H

#include <sys/types.h>

#include <stdbool.h>
#include <stdint.h>

#include "client/vsock/pkt.h"

enum {
	FE_LIMIT_MS = 20000,
	FE_CID = 42,
	FE_RINGS = 2,		/* 0 rx, 1 tx, as in device.h */
	FE_RX = 0,
	FE_TX = 1,
	FE_BUF_LEN = 4096,	/* Linux's rx buffers are so, too */
	FE_TX_SLOTS = 64,
	FE_TX_PIECES = 8,
};

/* Guest physical addresses.  The second region begins inside an rx buffer. */
enum {
	FE_RING_AT = 0x10000,	/* rx; tx 0x10000 on */
	FE_TABLE_AT = 0x30000,	/* indirect tables, FE_TX_SLOTS of them */
	FE_RX_AT = 0x100800,
	FE_SPLIT = 0x400000,	/* where the second region begins */
	FE_TX_AT = 0x600000,
	FE_TX_LEN = 0x18000,
	FE_MEM_LEN = 0xd00000,
	FE_FILE_SKIP = 0x10000,	/* guest address 0 in the memfd */
};
#define FE_UA	UINT64_C(0x7e0000000000)	/* "QEMU's" addresses */

enum {
	FE_DESC_NEXT = 1,
	FE_DESC_WRITE = 2,
	FE_DESC_INDIRECT = 4,
};

struct fe_options {
	bool		no_event_idx;
	bool		no_start;	/* leave the rings to the test */
	bool		no_rx;		/* post no buffers */
	bool		split_rx;	/* buffers of 7 + 89 + rest bytes */
	unsigned	ring_size;	/* 0: 1024 */
	uint16_t	start;		/* index the rings begin with */
	unsigned	conn_max;	/* 0: as many as there are */
	unsigned	nofile;		/* 0: no limit; the linked one only */
	int		grace_ms;
	uint32_t	port;		/* that the guest may dial */
};

struct fe_ring {
	uint64_t	desc, avail, used;
	uint16_t	avail_idx;
	uint16_t	last_used;
	int		kick, call, err;
};

struct fe {
	struct fe_options	opt;
	pid_t			pid;
	int			vhost;
	int			memfd;
	uint8_t			*mem;		/* of guest address 0 */
	char			dir[32];
	char			uds[64];
	struct fe_ring		ring[FE_RINGS];
	unsigned		size;
	unsigned		tx_next;	/* slot */
	bool			repost;		/* buffers, once read */
	uint32_t		only_port;	/* if set, others get RST */
};

/* A packet from the device. */
struct fe_pkt {
	struct pkt	h;
	uint8_t		data[FE_BUF_LEN];
};

void	fe_start(struct fe *, const struct fe_options *);

/* Hangs up; the device must exit with `status'. */
void	fe_stop(struct fe *, int status);

/* The device must exit by itself, with `status'. */
void	fe_wait_exit(struct fe *, int status);

/* vhost-user. */
void	fe_request(struct fe *, uint32_t request, const void *, uint32_t len,
	    const int *fds, unsigned nfds);
/* Reads the reply's payload, of exactly `len' bytes. */
void	fe_answer(struct fe *, uint32_t request, void *, uint32_t len);
/* The same with NEED_REPLY: 0 is success. */
uint64_t fe_ask(struct fe *, uint32_t request, const void *, uint32_t len,
	    const int *fds, unsigned nfds);
void	fe_handshake(struct fe *);
void	fe_mem_table(struct fe *);
void	fe_rings_up(struct fe *, uint16_t start);
/* GET_VRING_BASE of both; the indices must be those in memory. */
void	fe_rings_down(struct fe *);
/* A guest that reboots: rings and buffers start from zero. */
void	fe_rings_clear(struct fe *, uint16_t start);

/* Rings, from the driver's side. */
void	fe_desc(struct fe *, int ring, unsigned i, uint64_t addr, uint32_t len,
	    uint16_t flags, uint16_t next);
void	fe_post(struct fe *, int ring, uint16_t head);
void	fe_kick(struct fe *, int ring);
unsigned fe_pending(struct fe *, int ring);	/* not yet used */
void	fe_wait_used(struct fe *, int ring, uint16_t idx);
void	fe_post_rx(struct fe *, unsigned buffer);
void	fe_post_rx_all(struct fe *);

/* Packets.  fe_send waits until the device has taken it. */
struct pkt fe_pkt(uint32_t guest_port, uint32_t host_port, uint16_t op);
void	fe_send(struct fe *, const struct pkt *, const void *payload);
/* In pieces of the lengths given (0 ends), direct or indirect. */
void	fe_send_pieces(struct fe *, const struct pkt *, const void *payload,
	    const uint32_t *pieces, bool indirect);
void	fe_recv(struct fe *, struct fe_pkt *);
/* An RW packet, one of another operation, a SHUTDOWN. */
void	fe_send_rw(struct fe *, uint32_t guest_port, uint32_t host_port,
	    const void *, uint32_t len);
void	fe_send_op(struct fe *, uint32_t guest_port, uint32_t host_port,
	    uint16_t op);
void	fe_send_shutdown(struct fe *, uint32_t guest_port,
	    uint32_t host_port, uint32_t flags);
/* The next packet must be `op' for this connection. */
void	fe_expect(struct fe *, struct fe_pkt *, uint16_t op,
	    uint32_t guest_port, uint32_t host_port);
/* Only RW packets, until these bytes have arrived. */
void	fe_expect_rw(struct fe *, uint32_t guest_port, uint32_t host_port,
	    const void *, size_t len);
/*
 * Expects a shutdown with these flags.  The device may notice in two steps that
 * a client has gone, first its end of file and then its close, so a shutdown
 * of both directions may come after one of one direction.
 */
void	fe_expect_shutdown(struct fe *, uint32_t guest_port,
	    uint32_t host_port, uint32_t flags);
/* Expects that the device has nothing to send. */
void	fe_expect_nothing(struct fe *);

/*
 * How many of a connection's bytes the device says it has forwarded; reads all
 * CREDIT_UPDATEs that come.
 */
uint32_t fe_ask_forwarded(struct fe *, uint32_t guest_port,
	    uint32_t host_port);
/* Sends RW packets of 32 KiB while there is credit; returns the bytes sent. */
uint32_t fe_send_to_limit(struct fe *, uint32_t guest_port,
	    uint32_t host_port, const uint8_t *bytes);
/* Fills with pseudo-random bytes, the same each time. */
void	fe_fill(uint8_t *, size_t len);

/* Clients. */
void	fe_wait_fd(int fd, short poll_events, const char *what);
int	fe_client(struct fe *);		/* connected, nothing sent */
void	fe_write(int fd, const void *, size_t len);
void	fe_read(int fd, void *, size_t len);	/* exactly */
void	fe_read_eof(int fd);
/* Makes a connection: returns the client's socket, and the host's port. */
int	fe_connect(struct fe *, uint32_t guest_port, uint32_t buf_alloc,
	    uint32_t *host_port);
/* Descriptors that the device holds. */
unsigned fe_count_fds(struct fe *);
/* Its CPU time in hundredths of a second. */
unsigned fe_cpu_time(struct fe *);
/* Checks that the device works: one connection, a byte each way. */
void	fe_check_alive(struct fe *);

#endif
