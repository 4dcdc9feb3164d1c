/*
 * A job's control group (version 2), beneath the directory that init gave the
 * runner: made with its limits before the job's first process, killed and
 * removed after its last.
 */
#ifndef CGROUP_H
#define CGROUP_H

#include <stdbool.h>
#include <stdint.h>

#include "grant.h"
#include "why.h"

struct cgroup {
	int		 dir;		/* -1: there is none */
	int		 events;	/* cgroup.events; POLLPRI on a change */
	unsigned	 slot;
};

struct cgroup_figures {
	uint64_t	cpu_us;
	uint64_t	memory_peak;
	uint64_t	oom_kills;
	uint64_t	over_limit;	/* times that its own limit was why */
};

/*
 * At the runner's start: 0 when the kernel's control groups have all that a
 * job needs, else -1 and why.
 */
int	cgroup_check(int parent, struct why *);

/*
 * At the runner's start: kills what a predecessor left in slots 0 to n - 1 and
 * removes it.  Blocks, a few seconds at most.  -1 and why.
 */
int	cgroup_clear(int parent, unsigned n, struct why *);

void	cgroup_init(struct cgroup *);
/* Makes job-SLOT with the grant's limits.  -1 and why; nothing is left then. */
int	cgroup_open(struct cgroup *, int parent, unsigned slot,
	    const struct grant_limits *, struct why *);
/*
 * Kills every process in it, at once and without exception, and lifts its CPU
 * limit: ending costs time, too, and the runner waits for the end.
 */
int	cgroup_kill(const struct cgroup *);
bool	cgroup_is_empty(const struct cgroup *);
/* Figures that the kernel does not have stay 0. */
void	cgroup_read(const struct cgroup *, struct cgroup_figures *);
/* Removes it.  -1 with EBUSY while a process is left. */
int	cgroup_close(struct cgroup *, int parent);

#endif
