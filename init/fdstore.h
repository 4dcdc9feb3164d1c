/*
 * The descriptors that init opens once and holds for as long as it lives, to
 * hand them to each start of a service.  Their numbers are above all that
 * services use (lib/fds.h), and they close on exec.
 */
#ifndef HOLD_H
#define HOLD_H

#include "services.h"

/* The console for the log: descriptor 2 too.  0, or -1 with errno. */
int	hold_log(int held[HELD_N]);

/* All the others; takes keyd's folder over.  0, or -1, said on the log. */
int	hold_all(int held[HELD_N], int keyd_folder);

#endif
