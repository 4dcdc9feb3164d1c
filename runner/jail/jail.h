/*
 * A job's processes before the job's own program runs: they make a new root,
 * unpack the bundle in a process of its own, run the live probe, and leave a
 * process 1 that reaps.
 */
#ifndef JAIL_H
#define JAIL_H

#include <stdnoreturn.h>

#include "lib/grant.h"

#define JAIL_UID	1000	/* a job's user and group, as it sees them */

/* The descriptors of a job's first process, moved to fixed numbers. */
enum {
	JAIL_NULL = 0,		/* /dev/null, as the job's standard input */
	JAIL_OUT = 1,		/* standard output and error: pipes */
	JAIL_ERR = 2,
	JAIL_GO = 3,		/* a byte from the runner: start the program */
	JAIL_REPORT = 4,	/* see report.h */
	JAIL_BUNDLE = 5,	/* the sealed archive */
	JAIL_FDS,
};

/*
 * Call it in the first process of new user, mount, pid, net, ipc and uts
 * namespaces, in the job's control group, once the user maps are written.
 * The job gets these processors (cpus.h).  fds[] has the descriptors by the
 * numbers above.  Reports all failures to the runner.
 */
noreturn void	jail_run(const struct grant *, uint64_t cpus,
		    const int fds[JAIL_FDS]);

#endif
