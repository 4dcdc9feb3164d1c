/*
 * How a VM ended.  QEMU writes the events of its monitor to the file
 * events.log in the state's folder; the last SHUTDOWN among them has the
 * reason.  The console does not matter: a full one loses lines.
 */
#ifndef ENDED_H
#define ENDED_H

#include <stdbool.h>

#include "state.h"

enum ended {
	ENDED_NOT_STARTED,	/* no QEMU since the last `up' began */
	ENDED_STOPPED,		/* the appliance switched off */
	ENDED_REBOOTED,		/* it rebooted in good order */
	ENDED_RESET,		/* it reset otherwise: a kernel panic */
	ENDED_QUIT,		/* by the command quit of QEMU's monitor */
	ENDED_SIGNAL,		/* by a signal that QEMU handles */
	ENDED_ERROR,		/* by an error that QEMU reported */
	ENDED_KILLED,		/* without a reason: SIGKILL, a crash */
};

/* Only after QEMU's end. */
enum ended	ended_load(const char *name);

/* A main clause: "its kernel panicked". */
const char	*ended_text(enum ended);
/* The same for an appliance whose state is STATE_STALE. */
const char	*ended_stale_text(const char *name, const struct vm_state *);

/* Whether the appliance stopped its jobs and wrote its disk. */
bool		ended_in_order(enum ended);

#endif
