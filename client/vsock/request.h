/*
 * What the front end may ask, one action each.
 */
#ifndef REQUEST_H
#define REQUEST_H

#include <stdbool.h>
#include <stdint.h>

struct device;

/*
 * 0, or -1 if it fails.  The payload's length is within the request's limits;
 * descriptors are in d->vhost.fds, and those not taken are closed afterwards.
 */
typedef int do_request(struct device *d, const uint8_t *payload,
    uint32_t len);

struct request {
	do_request	*fn;
	uint32_t	 min, max;	/* payload */
	unsigned	 nfds;		/* at most */
	bool		 answers;	/* by itself */
	const char	*name;
};

/* NULL: no such request for this device. */
const struct request *request_find(uint32_t number);

#endif
