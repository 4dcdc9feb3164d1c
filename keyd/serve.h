/*
 * keyd's side of its two conversations: it replies once to each request, in
 * order.
 */
#ifndef SERVE_H
#define SERVE_H

#include "authority.h"
#include "lib/msg/chan.h"

struct keyd {
	struct authority authority;
	struct chan	 runner, ledgerd;
};

/*
 * Opens state, site and pipes, the descriptors of lib/fds.h.  Exits when the
 * site or the state does not let this appliance work.
 */
void	serve_open(struct keyd *, const char *mode);

/* Waits for requests and handles all that have come. */
void	serve_turn(struct keyd *);

#endif
