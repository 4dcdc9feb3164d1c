/* For tests: what the runner gets from ledgerd, as a struct answer. */
#ifndef REPLIES_H
#define REPLIES_H

#include "peers.h"

/* A message of this type; the test ends if it is malformed. */
void	replies_take(struct answer *, enum msg type, struct get *);

#endif
