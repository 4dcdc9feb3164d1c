/*
 * A job's control group (version 2), beneath the directory that init gave the
 * runner: made with its limits before the job's first process, killed and
 * removed after its last.
 */
#ifndef CGROUP_H
#define CGROUP_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/grant.h"
#include "lib/why.h"

struct cgroup {
	int		 dir;		/* -1: there is none */
	int		 events;	/* cgroup.events; POLLPRI on a change */
	int		 kill;		/* cgroup.kill, open from the start */
	unsigned	 slot;
};

struct cgroup_figures {
	uint64_t	cpu_us;
	uint64_t	throttled_us;	/* that its CPU limit held it back */
	uint64_t	memory_peak;
	uint64_t	memory_max;	/* what it could have */
	uint64_t	oom_kills;
	uint64_t	over_limit;	/* times that its own limit was why */
};

/*
 * At the runner's start: 0 when the kernel's control groups have all that a
 * job needs, else -1 and why.
 */
int	cgroup_check(int parent, struct why *);

void	cgroup_init(struct cgroup *);
/*
 * At the runner's start: kills what a predecessor left in a slot, and removes
 * the group if it is empty.  Does not wait: a group that is not empty yet stays
 * open, and its slot is taken until cgroup_close() has removed it.  -1 and why:
 * it cannot be killed.
 */
int	cgroup_clear(struct cgroup *, int parent, unsigned slot, struct why *);

/*
 * Makes job-SLOT with the grant's limits, but for two.  The sandbox is built
 * with one CPU, whatever the job may use later.  And memory is at most seven
 * eighths of what the parent has.  -1 and why; nothing is
 * left then.
 */
int	cgroup_open(struct cgroup *, int parent, unsigned slot,
	    const struct grant_limits *, struct why *);
/* The sandbox is built: from here on the job's own CPU limit holds. */
int	cgroup_limit_cpu(const struct cgroup *, uint32_t cpu_millis,
	    struct why *);
/*
 * Kills every process in it, at once and without exception.  When it returns 0
 * none of them comes back to its program's instructions.  What each held, the
 * kernel still has to free, and that may take long: the group's CPU limit is
 * lifted, and it gets ten times the weight of a job that runs: enough to end,
 * and jobs that run beside it keep a share.  May be repeated.  -1 when the
 * kernel refuses.
 */
int	cgroup_kill(const struct cgroup *);
bool	cgroup_is_empty(const struct cgroup *);
/* Figures that the kernel does not have stay 0. */
void	cgroup_read(const struct cgroup *, struct cgroup_figures *);
/* Removes it.  -1 when it is still there: try again when it is empty. */
int	cgroup_close(struct cgroup *, int parent);

#endif
