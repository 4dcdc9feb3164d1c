/*
 * As much of QEMU's monitor protocol (QMP) as stopping a VM needs.
 */
#ifndef QMP_H
#define QMP_H

#include "lib/why.h"

/*
 * Connects to the monitor at `path', sends one command without arguments
 * ("system_powerdown", "quit"), and waits for the reply, at most timeout_ms.
 * -1 with *w.  0 also when QEMU ends before it replies to "quit".
 */
int	qmp_command(const char *path, const char *command, int timeout_ms,
	    struct why *w);

#endif
