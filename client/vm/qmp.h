/*
 * The few words of QEMU's monitor protocol (QMP) that stopping a VM takes.
 */
#ifndef QMP_H
#define QMP_H

#include "lib/why.h"

/*
 * Connects to the monitor at `path' and gives one command without arguments
 * ("system_powerdown", "quit"); waits for its answer, at most 5 s.  -1 with
 * *w.  QEMU may end before it answers "quit": that is 0.
 */
int	qmp_command(const char *path, const char *command, struct why *w);

#endif
