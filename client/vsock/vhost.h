/*
 * vhost-user: the front end's requests (QEMU's docs/interop/vhost-user.rst).
 *
 * The front end is our own QEMU, so an invalid request is a bug of one of the
 * two: the connection ends.  If a valid request fails, the reply says so, if
 * the front end takes replies (REPLY_ACK).
 */
#ifndef VHOST_H
#define VHOST_H

#include <stddef.h>
#include <stdint.h>

#include "mem.h"

struct device;

enum {
	VHOST_HDR_LEN = 12,
	VHOST_PAYLOAD_MAX = 512,	/* largest used: 8 regions, 264 */
};

/* The protocol feature: each request gets a reply if its sender wants one. */
#define VHOST_REPLY_ACK		(UINT64_C(1) << 3)

struct vhost {
	int		 fd;		/* connected, -1: none */
	uint64_t	 features;	/* as acknowledged */
	uint64_t	 protocol;	/* as acknowledged */
	uint32_t	 request;	/* being handled */
	uint8_t		 in[VHOST_HDR_LEN + VHOST_PAYLOAD_MAX];
	size_t		 len;
	int		 fds[MEM_REGIONS_MAX];
	unsigned	 nfds;
};

void	vhost_init(struct vhost *);

/* Serves the front end on the connected socket `fd', which it takes over. */
void	vhost_attach(struct device *, int fd);

/* Replies to the current request.  Returns -1 if that fails. */
int	vhost_reply(struct device *, const void *payload, uint32_t len);

/* Handles what the front end has sent. */
void	vhost_work(struct device *);

#endif
