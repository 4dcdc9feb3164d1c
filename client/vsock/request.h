/*
 * The front end's requests, one function for each.
 */
#ifndef REQUEST_H
#define REQUEST_H

#include <stdbool.h>
#include <stdint.h>

struct device;

/*
 * Returns 0, or -1 on failure.  The payload's length is within the request's
 * limits.  Descriptors are in d->vhost.fds; those not taken are closed
 * afterwards.
 */
typedef int vhost_request_fn(struct device *d, const uint8_t *payload,
    uint32_t len);

struct vhost_request {
	vhost_request_fn	*fn;
	uint32_t	 min, max;	/* payload */
	unsigned	 nfds;		/* at most */
	bool		 replies;	/* the function sends a reply */
	const char	*name;
};

/* Returns NULL if this device has no such request. */
const struct vhost_request *request_find(uint32_t number);

#endif
