/*
 * Connections: their table, their states, and how they end.
 */
#ifndef CONN_H
#define CONN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "credit.h"

struct device;

enum {
	CONN_MAX = 1024,
	CONN_GUEST_MAX = 512,	/* dialled by the guest; the rest is for the
				   host's clients */
	CONN_BUCKETS = 1024,
	CONN_LINE_MS = 5000,	/* for "CONNECT <port>\n" */
	CONN_RINGS_MS = 2000,	/* for a guest that is booting */
	CONN_REQUEST_MS = 2000,	/* for the guest's response */
	CONN_CLOSE_MS = 8000,	/* for the guest's last RST, as in Linux */
};

/*
 *	LINE --CONNECT--> WAIT --rings up--> REQUEST --RESPONSE--> OPEN
 *	guest's REQUEST -----------------------------------------> OPEN
 *	OPEN --both directions ended, guest told--> CLOSING --RST--> GONE
 *	any --RST, reset, timeout--> GONE; FREE when the client has all its
 *	bytes and the guest its RST
 */
enum conn_state {
	CONN_FREE, CONN_LINE, CONN_WAIT, CONN_REQUEST, CONN_OPEN, CONN_CLOSING,
	CONN_GONE
};

/*
 * Control packets to send to the guest.  SHUTDOWN is not among them: it is due
 * when conn_shutdown_due() has flags that `shut_told' lacks.
 */
enum conn_todo {
	TODO_REQUEST = 1,
	TODO_RESPONSE = 2,
	TODO_RST = 4,
	TODO_CREDIT_UPDATE = 8,
	TODO_CREDIT_REQUEST = 16,
};

struct vsock_conn {
	enum conn_state	 state;
	uint32_t	 gen;		/* generation, to detect stale events */
	uint32_t	 host_port;
	uint32_t	 guest_port;
	int		 fd;		/* the client, -1 once closed */
	unsigned	 todo;
	unsigned	 shut_told;	/* PKT_SHUT_x already sent */
	struct credit	 credit;
	struct vsock_buf	 buf;		/* to the client */
	int64_t		 deadline;	/* ms, 0: none */
	bool		 from_guest;
	bool		 keyed;		/* found by conn_find */
	bool		 queued;	/* in the ready list */
	bool		 readable;	/* the client may have sent data */
	bool		 asked;		/* CREDIT_REQUEST sent in this stall */
	bool		 client_ended;	/* sends no more; all was forwarded */
	bool		 client_deaf;	/* receives no more */
	bool		 guest_ended;	/* sends no more */
	bool		 guest_deaf;	/* receives no more */
	bool		 shut_wr;	/* the client got its EOF */
	struct vsock_conn	*hash_next;
	struct vsock_conn	*ready_next, *ready_prev;
};

struct vsock_conns {
	struct vsock_conn	*pool;		/* CONN_MAX of them */
	unsigned	 max;		/* limited by open files */
	unsigned	 count;
	unsigned	 from_guest;
	struct vsock_conn	*bucket[CONN_BUCKETS];
	struct vsock_conn	*ready_head, *ready_tail;
	struct vsock_conn	*free_head;
	uint32_t	 next_port;	/* for clients: 2^30 to 2^31 */
	int64_t		 next_deadline;	/* 0: none */
};

/* Exits 111 when out of memory. */
void	conns_init(struct vsock_conns *, unsigned max);

/* Makes a connection for the client `fd'; NULL if the table is full. */
struct vsock_conn *conn_open(struct device *, enum conn_state, int fd);

/*
 * The id for epoll: slot and generation.  conn_by_id() returns NULL for an
 * event of the slot's previous connection.
 */
uint64_t conn_id(struct device *, const struct vsock_conn *);
struct vsock_conn *conn_by_id(struct device *, uint64_t id);

/* Sets its ports, which must be free. */
void	conn_key(struct device *, struct vsock_conn *, uint32_t host_port,
	    uint32_t guest_port);
struct vsock_conn *conn_find(struct device *, uint32_t host_port,
	    uint32_t guest_port);

/* Picks a host port that is not in use with this guest port. */
uint32_t conn_pick_port(struct device *, uint32_t guest_port);

/* Whether it has anything to send to the guest. */
bool	conn_wants(const struct vsock_conn *);

/* Call it after any change: puts the connection in the ready list if needed. */
void	conn_schedule(struct device *, struct vsock_conn *);
struct vsock_conn *conn_next_ready(struct device *);

void	conn_set_deadline(struct device *, struct vsock_conn *, int64_t ms);

/* The PKT_SHUT_x flags that the guest should have by now. */
unsigned conn_shutdown_due(const struct vsock_conn *);

/*
 * Ends the connection for the guest, with an RST or without.  The client still
 * gets what is in its buffer, then EOF.  The connection may be free afterwards
 * and must not be used.
 */
void	conn_finish(struct device *, struct vsock_conn *, bool rst);

/* Frees it if it is GONE and neither side needs anything more. */
void	conn_reap(struct device *, struct vsock_conn *);

/* Handles deadlines that have passed. */
void	conns_expire(struct device *);

/* Whether any connection only waits until its client has read its bytes. */
bool	conns_draining(const struct device *);

#endif
