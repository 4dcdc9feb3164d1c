/*
 * A job's control group (version 2), in the directory that init gave the
 * runner.  It is made, with its limits, before the job's first process starts,
 * and removed after its last process has ended.
 */
#ifndef CGROUP_H
#define CGROUP_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/limit.h"
#include "lib/why.h"

struct cgroup {
	int		 dir;		/* -1: no group */
	int		 events;	/* cgroup.events; POLLPRI on a change */
	int		 kill;		/* cgroup.kill, open from the start */
	unsigned	 slot;
};

struct cgroup_figures {
	uint64_t	cpu_us;
	uint64_t	throttled_us;	/* time lost to its CPU limit */
	uint64_t	memory_peak;
	uint64_t	memory_max;	/* its limit */
	uint64_t	oom_kills;
	uint64_t	over_limit;	/* times at its own memory limit */
	uint64_t	failed_forks;	/* at its limit of processes */
};

/*
 * At the runner's start: returns 0 when the kernel's control groups have all
 * that a job needs, else -1 with why.
 */
int	cgroup_check(int parent, struct why *);

void	cgroup_init(struct cgroup *);
/*
 * At the runner's start: kills what the runner before this one left in a slot,
 * and removes the group if it is empty.  Does not wait: a group that is not
 * empty yet stays open, and its slot is taken until cgroup_close() has removed
 * it.  Returns -1 with why when it cannot be killed.
 */
int	cgroup_clear(struct cgroup *, int parent, unsigned slot, struct why *);

/*
 * Makes job-SLOT with the grant's limits, with two exceptions: until
 * cgroup_limit_cpu() the limit is one CPU, and the memory limit is at most
 * seven eighths of the parent's.  Returns -1 with why, and leaves no group
 * behind.
 */
int	cgroup_open(struct cgroup *, int parent, unsigned slot,
	    const struct limits *, struct why *);
/* Sets the job's own CPU limit, once the sandbox is built. */
int	cgroup_limit_cpu(const struct cgroup *, uint32_t cpu_millis,
	    struct why *);
/*
 * Kills every process in the group.  After it returns 0 none of them executes
 * another instruction of its program.  The kernel may still need long to free
 * their memory, so the group's CPU limit is lifted and it gets ten times the
 * weight of a running job: enough to end soon, and running jobs keep a share.
 * May be repeated.  Returns -1 when the kernel refuses.
 */
int	cgroup_kill(const struct cgroup *);
bool	cgroup_is_empty(const struct cgroup *);
/* Figures that the kernel does not provide are 0. */
void	cgroup_read(const struct cgroup *, struct cgroup_figures *);
/* Removes the group.  Returns -1 while it is not empty: try again then. */
int	cgroup_close(struct cgroup *, int parent);

#endif
