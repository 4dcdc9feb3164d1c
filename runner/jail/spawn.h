/*
 * The spawner: a child of the runner that starts jobs.  It is forked before
 * the runner reads a byte from outside, keeps the two capabilities that are
 * needed to map a job's user, and serves one request at a time.  The runner
 * itself drops both and cannot start a process.
 */
#ifndef SPAWN_H
#define SPAWN_H

#include "lib/grant.h"
#include "lib/why.h"

struct child {
	int	pidfd;		/* its first process; readable at its end */
	int	go;		/* write a byte to start the program */
	int	report;		/* see report.h */
	int	out[2];		/* read ends of its output and error pipes */
};

/* Sets all descriptors to -1. */
void	child_init(struct child *);
void	child_close(struct child *);

/* Forks the spawner and returns the socket to it.  Exits 111 on failure. */
int	spawn_start(void);

/* Where a job runs. */
struct spawn_place {
	unsigned	 slot;
	uint64_t	 cpus;		/* see cpus.h */
	int		 cgroup;
};

/*
 * Starts the job of a grant as the slot's user, in its control group.  Returns
 * 0 when its first process exists; the rest arrives on child->report.  Blocks
 * for a few milliseconds.  The caller keeps the bundle.  Returns -1 with why;
 * exits 111 when the spawner has ended: init then restarts both.
 */
int	spawn_job(int spawner, const struct spawn_place *,
	    const struct grant *, int bundle, struct child *, struct why *);

#endif
