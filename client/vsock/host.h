/*
 * The clients' side: accepts them, reads the CONNECT line, dials for the guest,
 * and moves bytes.
 */
#ifndef HOST_H
#define HOST_H

#include <sys/uio.h>

#include <stdint.h>

struct vsock_conn;
struct device;

/* Accepts the clients that wait on the listening socket. */
void	host_accept(struct device *);

/* Adds the client's socket to epoll.  Returns -1 with errno. */
int	host_watch(struct device *, struct vsock_conn *);

/* Handles epoll's events of the connection's socket. */
void	host_event(struct device *, struct vsock_conn *, uint32_t events);

/* The rings are up: sends the REQUESTs that waited for this. */
void	host_rings_up(struct device *);

/*
 * Dials a port for the guest.  Returns a socket connected to <uds>_<port>, or
 * -1 with EACCES (port not allowed) or connect's errno.
 */
int	host_dial(struct device *, uint32_t port);

/* The guest accepted: sends the client its OK line.  Returns -1 on failure. */
int	host_greet(struct vsock_conn *);

/*
 * Sends bytes from the guest, within its credit, to the client, or buffers
 * them.  Returns -1 when out of memory.
 */
int	host_deliver(struct vsock_conn *, const struct iovec *, unsigned niov,
	    uint32_t len);

/*
 * Reads from the client straight into `iov'.  Returns the bytes read, 0 at the
 * end, or -1 with EAGAIN if there are none yet or another errno.  With niov 0
 * it only checks: returns 1 if there are bytes.
 */
ssize_t	host_read(struct vsock_conn *, const struct iovec *, unsigned niov);

/* The client sends no more, and all was forwarded to the guest. */
void	host_ended(struct vsock_conn *);

/* The guest sends no more: EOF for the client after its remaining bytes. */
void	host_guest_ended(struct vsock_conn *);

/* The guest receives no more: the client's writes fail with EPIPE. */
void	host_guest_deaf(struct vsock_conn *);

/* Reads no more from the client. */
void	host_refuse(struct vsock_conn *);

void	host_close(struct vsock_conn *);

#endif
