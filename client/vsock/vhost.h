/*
 * vhost-user: the front end's requests (QEMU's docs/interop/vhost-user.rst).
 *
 * The front end is our own QEMU, so that a request which cannot be is a bug
 * of one of the two: the connection ends.  A request which only fails is
 * answered so, if the front end can hear it (REPLY_ACK).
 */
#ifndef VHOST_H
#define VHOST_H

#include <stdint.h>

#include "mem.h"

struct device;

enum {
	VHOST_HDR_LEN = 12,
	VHOST_PAYLOAD_MAX = 512,	/* largest used: 8 regions, 264 */
};

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

/* Serve the front end on the connected socket `fd', which it takes over. */
void	vhost_attach(struct device *, int fd);

/* The front end's socket is readable. */
void	vhost_work(struct device *);

#endif
