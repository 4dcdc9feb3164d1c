/*
 * The clients' side: accepting, the CONNECT line, dialling for the guest,
 * and moving bytes.
 */
#ifndef HOST_H
#define HOST_H

#include <sys/uio.h>

#include <stdint.h>

struct conn;
struct device;

/* New clients wait on the listening socket. */
void	host_accept(struct device *);

/* Have epoll tell of the client's socket; -1 with its errno. */
int	host_watch(struct device *, struct conn *);

/* epoll says `events' of the connection's socket. */
void	host_event(struct device *, struct conn *, uint32_t events);

/* The rings are up: send the REQUESTs that waited for it. */
void	host_rings_up(struct device *);

/*
 * The guest calls a port: a connected socket to <uds>_<port>, or -1 with
 * EACCES (port not allowed) or connect's errno.
 */
int	host_dial(struct device *, uint32_t port);

/* The guest accepted: tell the client.  -1 if it cannot be told. */
int	host_greet(struct conn *);

/*
 * Bytes from the guest, within its credit: to the client, or into the
 * buffer.  -1 without memory.
 */
int	host_deliver(struct conn *, const struct iovec *, unsigned niov,
	    uint32_t len);

/*
 * Read from the client straight into `iov': bytes, 0 at its end, -1 with
 * EAGAIN if there is nothing now, or with what went wrong.  Without pieces
 * it only looks: 1 if there are bytes.
 */
ssize_t	host_read(struct conn *, const struct iovec *, unsigned niov);

/* The client sends no more, and the guest has got all of it. */
void	host_ended(struct conn *);

/* The guest sends no more: EOF for the client, after what it has to get. */
void	host_guest_ended(struct conn *);

/* The guest takes no more: the client's writes fail with EPIPE. */
void	host_guest_deaf(struct conn *);

/* Take no more from the client. */
void	host_refuse(struct conn *);

void	host_close(struct conn *);

#endif
