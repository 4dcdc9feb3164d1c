/*
 * Theory of operation.
 *
 * One device serves one guest.  It has two ends:
 *
 *   front end (QEMU)  vhost-user socket: guest memory, two rings, eventfds
 *   clients           UNIX stream sockets, after the hybrid convention: a
 *                     client writes "CONNECT <port>\n", reads "OK <port>\n"
 *
 * and between them connections, each a pair of ports and a client's socket.
 *
 *   vhost.c   the front end's messages  request.c  what each one does
 *   ring.c    virtqueues          mem.c     guest memory
 *   packet.c  packets from the guest: a table by operation
 *   pump.c    packets to the guest: round robin over the connections
 *   host.c    clients' sockets
 *   conn.c    the connections, their states, deadlines and endings
 *   credit.c, buf.c, pkt.c        arithmetic, storage, codec
 *   device.c  the loop            casemate-vsock.c  main and the sandbox
 *
 * The guest cannot make the device use more than CONN_MAX connections of
 * CREDIT_BUF_ALLOC bytes each.  Packets to the guest are not queued: they are
 * flags of the connection (`todo'), and become packets when the guest offers a
 * buffer.  The exception are resets for ports without a connection: they wait
 * in `resets', and while that is full no packet from the guest is read.
 *
 * Clients are polled edge-triggered: a connection remembers what its socket
 * can do, so that a stall costs no system call.
 */
#ifndef DEVICE_H
#define DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conn.h"
#include "mem.h"
#include "pkt.h"
#include "ring.h"
#include "vhost.h"

enum {
	DEVICE_PORTS_MAX = 16,		/* that the guest may dial */
	DEVICE_RESETS_MAX = 256,	/* waiting for a buffer */
	DEVICE_BUDGET = 256,		/* packets per turn and direction */
};

enum { RING_RX, RING_TX, RING_COUNT };

/* The low 8 bits of an epoll event's data. */
enum device_event {
	EVENT_SIGNAL, EVENT_CLIENTS, EVENT_FRONT, EVENT_FRONT_LISTEN,
	EVENT_KICK_RX, EVENT_KICK_TX, EVENT_CONN
};

struct device_options {
	uint64_t	 cid;
	const char	*uds;		/* prefix of paths the guest dials */
	uint32_t	 ports[DEVICE_PORTS_MAX];
	size_t		 nports;
	int		 grace_ms;	/* 0: no grace, see device_pause */
	bool		 once;
	bool		 verbose;
	int		 listen_fd;	/* clients */
	int		 vhost_fd;	/* connected or listening */
	bool		 vhost_listens;
	int		 signal_fd;	/* -1: none */
};

struct device {
	const struct device_options	*opt;
	int				 epfd;
	int64_t				 now_ms;
	struct mem			 mem;
	struct ring			 ring[RING_COUNT];
	bool				 up;	/* both rings run */
	uint16_t			 stopped_at[RING_COUNT];
	uint64_t			 stopped_ua[RING_COUNT];
	int64_t				 grace_end;	/* 0: none runs */
	int64_t				 rest_end;	/* 0: none */
	bool				 tx_ready;	/* maybe packets */
	bool				 rx_starved;	/* until a kick */
	struct vhost			 vhost;
	struct vsock_conns			 conns;
	struct pkt			 resets[DEVICE_RESETS_MAX];
	size_t				 resets_head, resets_len;
	/* Of the current packet; 16 KiB each, too much for the stack. */
	struct chain			 chain;
	struct iovec			 payload[RING_IOV_MAX];
	int64_t				 broken_ms;	/* last logged */
	bool				 ending;	/* no front end */
	int64_t				 ending_end;
	bool				 killed;	/* by a signal */
	int				 status;	/* of the program */
};

/*
 * device_open() makes what the loop needs; call it before the sandbox.  It
 * exits 111 on failure.  `opt' must outlive the device.
 *
 * device_run() serves until a signal comes, or the front end has hung up and
 * no other can connect (opt->once, or a socket that does not listen).  Before
 * it returns, clients have time to read what the guest sent.  Returns the exit
 * code.
 */
void	device_open(struct device *, const struct device_options *,
	    unsigned conn_max);
int	device_run(struct device *);

/*
 * For vhost.c.  device_start: both rings are running.  If they do not continue
 * where they stopped, the guest was reset meanwhile, and all connections end.
 * device_pause: the rings must not be used any more.  The front end does not
 * say whether this is a pause or a reset: with opt->grace_ms connections end
 * after that time, else when the rings return.
 */
void	device_start(struct device *);
void	device_pause(struct device *);

/* The guest broke a ring: both stop until they are set up again. */
void	device_broken(struct device *, unsigned ring, const char *why);

/* The front end has hung up; `status' is the exit code if none can follow. */
void	device_front_gone(struct device *, int status);

/* The host is out of descriptors or memory: accept no clients for a moment. */
void	device_rest(struct device *);

/* Returns 0, or -1 with epoll_ctl's errno. */
int	device_watch(struct device *, int fd, enum device_event, uint64_t extra,
	    uint32_t epoll_events);
/* Call it before close(): others may have the same file open. */
void	device_unwatch(struct device *, int fd);

#endif
