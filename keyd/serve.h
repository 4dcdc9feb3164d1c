/*
 * keyd's side of its two conversations: requests in, one answer each, in
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

/* Waits for something to do and does all that came. */
void	serve_turn(struct keyd *);

#endif
