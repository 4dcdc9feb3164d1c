/*
 * The spawner: the part of the runner that starts jobs.  It is forked before
 * the runner has seen a byte from outside, keeps the two capabilities that
 * mapping a job's user needs, and takes one request at a time.  The runner
 * itself drops both and cannot start anything.
 */
#ifndef SPAWN_H
#define SPAWN_H

#include "lib/grant.h"
#include "lib/why.h"

struct child {
	int	pidfd;		/* its first process; readable once it ended */
	int	go;		/* write a byte: begin */
	int	report;		/* see report.h */
	int	out[2];		/* read ends of its output and error pipes */
};

/* No descriptors. */
void	child_init(struct child *);
void	child_close(struct child *);

/* Forks the spawner; answers the socket to it.  Exits 111 when it cannot. */
int	spawn_start(void);

/*
 * Starts the job of a grant in slot's user and in its control group.  Returns
 * when its first process exists; the rest is told on child->report.  Blocks
 * for a few milliseconds.  The bundle stays the caller's.  -1 and why; exits
 * 111 when the spawner itself is gone: init starts both again.
 */
int	spawn_job(int spawner, unsigned slot, const struct grant *, int bundle,
	    int cgroup, struct child *, struct why *);

#endif
