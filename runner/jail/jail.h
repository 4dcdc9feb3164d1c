/*
 * The inside of a job, from its first process to the job's own exec: a new
 * root, the bundle unpacked by a process of its own, the live probe, and a
 * process 1 that reaps.
 */
#ifndef JAIL_H
#define JAIL_H

#include <stdnoreturn.h>

#include "lib/grant.h"

#define JAIL_UID	1000	/* a job's user and group, as it sees them */

/* The descriptors of a job's first process, moved to fixed places at once. */
enum {
	JAIL_NULL = 0,		/* /dev/null, as the job's standard input */
	JAIL_OUT = 1,		/* standard output and error: pipes */
	JAIL_ERR = 2,
	JAIL_GO = 3,		/* the runner's word to begin; its end */
	JAIL_REPORT = 4,	/* see report.h */
	JAIL_BUNDLE = 5,	/* the sealed archive */
	JAIL_FDS,
};

/*
 * Runs in the first process of new user, mount, pid, net, ipc and uts
 * namespaces, in its control group, once its user maps are written and with
 * fds[] where the places say.  Everything that goes wrong is reported.
 */
noreturn void	jail_run(const struct grant *, const int fds[JAIL_FDS]);

#endif
