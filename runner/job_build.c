/*
 * Where a job runs: its control group, its processors, its first process.
 */
#include "job.h"

#include "runner.h"

/* Processors for the job, first those that the fewest others have. */
static uint64_t
choose_cpus(const struct runner *r, const struct job *j)
{
	unsigned jobs[CPUS_MAX] = { 0 };

	for (int i = 0; i < JOB_SLOTS; i++)
		for (int cpu = 0; cpu < CPUS_MAX; cpu++)
			jobs[cpu] += r->jobs[i].cpus >> cpu & 1;
	return cpus_choose(r->cpus, jobs, j->grant.manifest.limits.cpu_millis);
}

int
job_build(struct runner *r, struct job *j, struct why *why)
{
	struct spawn_place place = { .slot = j->slot };

	if (cgroup_open(&j->cgroup, r->cgroup, j->slot,
	    &j->grant.manifest.limits, why) == -1)
		return -1;
	j->cpus = choose_cpus(r, j);
	place.cpus = j->cpus;
	place.cgroup = j->cgroup.dir;
	return spawn_job(r->spawner, &place, &j->grant, j->bundle.fd, &j->child,
	    why);
}
