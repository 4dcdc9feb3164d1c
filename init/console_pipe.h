/*
 * init's side of the pipes to the console.  lib/msg/chan.h ends the process when
 * its peer breaks the protocol, which process 1 cannot do, so this reads
 * exactly two packets of that format, each of one fixed length, and answers
 * with one.  Anything else is the console's fault: the caller starts it anew.
 */
#ifndef LINK_H
#define LINK_H

#include <stdint.h>

#include "services.h"

#define LINK_PACKET	64

enum link_event {
	LINK_NONE,
	LINK_BAD,
	LINK_POWEROFF,
	LINK_REBOOT,
	LINK_STATUS,
	LINK_KILL,		/* *which has the service's number */
};

/* The next packet; a CHAN_HELLO is answered on `out'.  Never blocks. */
enum link_event	link_read(int in, int out, enum service_id *which);

/* Tells the console about a service; lost when it does not read. */
void		link_service(int out, const struct super *, uint64_t up_ms);

#endif
