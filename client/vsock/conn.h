/*
 * Connections: the table, their states, and how they end.
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
	CONN_GUEST_MAX = 512,	/* dialled by the guest, so that a mad guest
				   cannot shut out the host's clients */
	CONN_BUCKETS = 1024,
	CONN_LINE_MS = 5000,	/* for "CONNECT <port>\n" */
	CONN_RINGS_MS = 2000,	/* for a guest that is booting */
	CONN_REQUEST_MS = 2000,	/* for the guest's answer */
	CONN_CLOSE_MS = 8000,	/* for the guest's last RST, as Linux has it */
};

/*
 *	LINE --CONNECT--> WAIT --rings up--> REQUEST --RESPONSE--> OPEN
 *	guest's REQUEST -----------------------------------------> OPEN
 *	OPEN --both directions ended, guest told--> CLOSING --RST--> GONE
 *	any --RST, reset, time out--> GONE, and free when the client has its
 *	bytes and the guest its RST
 */
enum conn_state {
	CONN_FREE, CONN_LINE, CONN_WAIT, CONN_REQUEST, CONN_OPEN, CONN_CLOSING,
	CONN_GONE
};

/* Control packets that the guest is to get.  SHUTDOWN is not here: it is
 * the difference between conn_shutdown_due() and `shut_told'. */
enum conn_todo {
	TODO_REQUEST = 1,
	TODO_RESPONSE = 2,
	TODO_RST = 4,
	TODO_CREDIT_UPDATE = 8,
	TODO_CREDIT_REQUEST = 16,
};

struct conn {
	enum conn_state	 state;
	uint32_t	 gen;		/* tells a stale event from a fresh */
	uint32_t	 host_port;
	uint32_t	 guest_port;
	int		 fd;		/* the client, -1 when it is closed */
	unsigned	 todo;
	unsigned	 shut_told;	/* PKT_SHUT_x, what the guest knows */
	struct credit	 credit;
	struct buf	 buf;		/* to the client */
	int64_t		 deadline;	/* ms, 0: none */
	bool		 from_guest;
	bool		 keyed;		/* found by conn_find */
	bool		 queued;	/* in the ready list */
	bool		 readable;	/* the client's socket, maybe */
	bool		 asked;		/* CREDIT_REQUEST in this stall */
	bool		 client_ended;	/* sends no more, all of it passed on */
	bool		 client_deaf;	/* receives no more */
	bool		 guest_ended;	/* sends no more */
	bool		 guest_deaf;	/* receives no more */
	bool		 shut_wr;	/* client has been given its EOF */
	struct conn	*hash_next;
	struct conn	*ready_next, *ready_prev;
};

struct conns {
	struct conn	*pool;		/* CONN_MAX of them */
	unsigned	 max;		/* as many as descriptors allow */
	unsigned	 count;
	unsigned	 from_guest;
	struct conn	*bucket[CONN_BUCKETS];
	struct conn	*ready_head, *ready_tail;
	struct conn	*free_head;
	uint32_t	 next_port;	/* for clients: 2^30 to 2^31 */
	int64_t		 next_deadline;	/* 0: none */
};

/* Exits 111 without memory. */
void	conns_init(struct conns *, unsigned max);

/* A fresh one in `state' for the client `fd', or NULL: the table is full. */
struct conn *conn_open(struct device *, enum conn_state, int fd);

/* For epoll: the slot and its generation, so that an event which was meant
 * for the slot's last user finds nobody. */
uint64_t conn_id(struct device *, const struct conn *);
struct conn *conn_by_id(struct device *, uint64_t id);

/* Give it its ports; they must be free. */
void	conn_key(struct device *, struct conn *, uint32_t host_port,
	    uint32_t guest_port);
struct conn *conn_find(struct device *, uint32_t host_port,
	    uint32_t guest_port);

/* A host port which is not in use with this guest port. */
uint32_t conn_pick_port(struct device *, uint32_t guest_port);

/* Has it anything for the guest? */
bool	conn_wants(const struct conn *);

/* After any change: put it into the ready list if it wants. */
void	conn_schedule(struct device *, struct conn *);
struct conn *conn_next_ready(struct device *);

void	conn_set_deadline(struct device *, struct conn *, int64_t ms);

/* PKT_SHUT_x that the guest should know by now. */
unsigned conn_shutdown_due(const struct conn *);

/*
 * It is over for the guest, with an RST to it or without.  The client still
 * gets what is in its buffer, then EOF.  The connection may be free after
 * this and must not be used.
 */
void	conn_finish(struct device *, struct conn *, bool rst);

/* Free it if it is GONE and neither side waits for anything. */
void	conn_reap(struct device *, struct conn *);

/* Act on deadlines that have passed. */
void	conns_expire(struct device *);

/* Connections that only live until their client has read its bytes. */
bool	conns_draining(const struct device *);

#endif
